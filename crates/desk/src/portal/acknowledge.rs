//! "We have your request": the one mail that anybody can make us send, so it is short, limited, and all ours.
use super::link::Links;
use crate::{
    conversation::{actions::Signer, references},
    tickets::Ticket,
};
use kernel::{
    clock::{DAY, MINUTE},
    id::Id,
};
use platform::{
    Home,
    authority::{Contact, Inbox, Tx},
    db,
    i18n::{self, Language},
    outbox::{self, About, Kind, Letter},
    rate::{self, Limit},
};
use std::sync::Arc;

/// To one address, whoever asks for it (S08).
pub const PER_ADDRESS: Limit = Limit { most: 1, window_ms: DAY };
/// To an address whose owner is known to have asked (S20).
pub const PER_PROVEN_ADDRESS: Limit = Limit { most: 4, window_ms: DAY };
/// Of the whole desk, for requests that nobody has proven to be theirs.
pub const PER_DESK: Limit = Limit { most: 20, window_ms: MINUTE };

/// Writes acknowledgements. Made outside of the transaction that opens the ticket.
#[derive(Clone)]
pub struct Acknowledger {
    links: Links,
    signer: Signer,
    desk_name: Arc<str>,
}

/// Whom to tell what.
pub struct Receipt<'a> {
    pub ticket: Id<Ticket>,
    /// The inbox that it is sent from; `None` takes the desk's first.
    pub inbox: Option<Id<Inbox>>,
    pub contact: Id<Contact>,
    /// The address that asked, as `kernel::text::email` returns it.
    pub address: &'a str,
    pub language: Language,
    /// The Message-ID of the mail that is acknowledged. Its sender chose it, so only who is proven sees it again.
    pub answers: Option<&'a str>,
    /// Whether the address is known to be the sender's: they are signed in, or the domain vouches for their mail.
    pub is_proven: bool,
}

impl Acknowledger {
    pub fn of(home: &Home) -> Acknowledger {
        let name =
            home.site.desk_name.read().map_or_else(|poisoned| poisoned.into_inner().clone(), |n| n.clone());
        Acknowledger { links: Links::of(home), signer: Signer::of(home), desk_name: name }
    }

    /// Queues the acknowledgement in the transaction that opened the ticket, unless one of the limits is spent.
    ///
    /// Nothing of what the sender wrote is in it: no subject, no name, no text, and no Message-ID unless the sender is
    /// proven (S08): else a stranger would choose up to 998 bytes of a mail that we send to somebody else. An answer
    /// finds its ticket by our own Message-ID either way; without `In-Reply-To` the sender's program shows the
    /// acknowledgement as a thread of its own. The caller has decided that the sender is no machine.
    ///
    /// * returns – whether a mail goes out.
    pub fn acknowledge<P>(&self, tx: &mut Tx<P>, receipt: &Receipt) -> db::Result<bool> {
        if !is_allowed(tx, receipt)? {
            return Ok(false);
        }
        let url = self.links.url(receipt.ticket, receipt.contact, receipt.address);
        let number = receipt.ticket.to_string();
        let words = |key: &str| {
            let arguments = [
                ("desk", (&*self.desk_name).into()),
                ("number", number.as_str().into()),
                ("link", url.as_str().into()),
            ];
            i18n::format(receipt.language, key, &arguments)
        };
        let letter = Letter {
            to: receipt.address.to_owned(),
            to_name: String::new(),
            language: receipt.language,
            subject: words("acknowledgement-subject"),
            text: words("acknowledgement-text"),
        };
        // Signed, so that an answer to this mail finds its ticket.
        let header = self.signer.message_id(receipt.ticket);
        references::remember(tx, receipt.ticket, &[&header])?;
        let about = About {
            ticket: receipt.ticket.number(),
            inbox: receipt.inbox.map(|id| id.number()),
            header_id: &header,
            answers: receipt.answers.filter(|_| receipt.is_proven),
        };
        outbox::queue_about(tx, Kind::Acknowledgement, &letter, &about)?;
        Ok(true)
    }
}

/// The address is looked at before the desk's allowance is touched: whoever floods one address spends no one else's.
fn is_allowed<P>(tx: &mut Tx<P>, receipt: &Receipt) -> db::Result<bool> {
    let (now, address) = (tx.now(), format!("acknowledge/to/{}", receipt.address));
    let limit = if receipt.is_proven { PER_PROVEN_ADDRESS } else { PER_ADDRESS };
    let (sent, _) = rate::spent(tx, &address, now)?;
    if sent >= limit.most {
        return Ok(false);
    }
    if !receipt.is_proven && rate::spend(tx, "acknowledge/desk", PER_DESK, now)?.is_some() {
        return Ok(false);
    }
    Ok(rate::spend(tx, &address, limit, now)?.is_none())
}
