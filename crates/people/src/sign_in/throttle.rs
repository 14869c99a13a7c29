//! How often somebody may guess (S28). All of it is in the database: it holds on every node and after a restart.
use kernel::clock::{MINUTE, Millis, SECOND};
use platform::{
    authority::Tx,
    db, keys,
    rate::{self, Limit},
};

/// Wrong passwords for one account, from anywhere but a known device.
const ACCOUNT: Limit = Limit { most: 10, window_ms: 15 * MINUTE };
/// Wrong passwords from one network, for any account. More, because an office shares one address.
const NET: Limit = Limit { most: 30, window_ms: 15 * MINUTE };
/// Mails with links that one address may cause somebody to get.
const MAILS: Limit = Limit { most: 3, window_ms: 60 * MINUTE };
/// Mails with links that one network may cause.
const MAILS_OF_NET: Limit = Limit { most: 20, window_ms: 60 * MINUTE };
/// So many wrong guesses are free; each further one makes the next wait twice as long: 1 s, 2 s, 4 s …
const FREE: i64 = 4;

/// What a guess is counted by. Made by [`Guess::password`] and its siblings.
pub struct Guess {
    /// Who is guessed: an account, or a browser that is known for one.
    who: String,
    net: Option<String>,
}
impl Guess {
    /// The password of the account with this address. `device` is the token of a known browser: it has its own
    /// allowance, so that a flood from elsewhere does not lock the owner out.
    pub fn password(email: &str, net: &str, device: Option<&str>) -> Guess {
        match device {
            Some(token) => Guess { who: format!("sign-in/device/{}", short(token)), net: None },
            None => Guess {
                who: format!("sign-in/account/{}", short(email)),
                net: Some(format!("sign-in/net/{net}")),
            },
        }
    }
    /// The code of a second factor.
    pub fn code(user: &str) -> Guess {
        Guess { who: format!("sign-in/code/{user}"), net: None }
    }
    fn pause(&self) -> String {
        format!("{}/pause", self.who)
    }

    /// Counts a guess before it is looked at.
    ///
    /// * returns – until when nothing is looked at, if that is so.
    pub fn admit<P>(&self, tx: &mut Tx<P>) -> db::Result<Option<Millis>> {
        let now = tx.now();
        let (paused, until) = rate::spent(tx, &self.pause(), now)?;
        if paused > 0 {
            return Ok(Some(until));
        }
        if let Some(until) = rate::spend(tx, &self.who, ACCOUNT, now)? {
            return Ok(Some(until));
        }
        if let Some(net) = &self.net
            && let Some(until) = rate::spend(tx, net, NET, now)?
        {
            return Ok(Some(until));
        }
        let (guesses, _) = rate::spent(tx, &self.who, now)?;
        if guesses > FREE {
            let window_ms = SECOND << (guesses - FREE - 1).min(10);
            rate::spend(tx, &self.pause(), Limit { most: i64::MAX, window_ms }, now)?;
        }
        Ok(None)
    }
    /// It was right: the count begins anew.
    pub fn was_right<P>(&self, tx: &mut Tx<P>) -> db::Result<()> {
        rate::forget(tx, &self.who)?;
        rate::forget(tx, &self.pause())?;
        match &self.net {
            Some(net) => rate::give_back(tx, net),
            None => Ok(()),
        }
    }
}

/// Whether a mail with a link may go to this address now; counts it.
pub fn may_mail<P>(tx: &mut Tx<P>, email: &str, net: &str) -> db::Result<bool> {
    let now = tx.now();
    let to = rate::spend(tx, &format!("link/to/{}", short(email)), MAILS, now)?;
    let from = rate::spend(tx, &format!("link/net/{net}"), MAILS_OF_NET, now)?;
    Ok(to.is_none() && from.is_none())
}

/// A key of fixed length, from which nothing can be read.
fn short(text: &str) -> String {
    keys::base32(&keys::token_hash(text)[..12])
}
