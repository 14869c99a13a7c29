//! A folder that is open: fetch, store, then flag, in that order and never in another.
use super::{
    Account, After, Content, Item, Mailbox, NotStored, Note, Place,
    client::{Client, Fetched, Selected},
    wording::{Token, day, folder, instant, uid_set},
};
use crate::email::peer::{Kind, Stage, Trouble};
use kernel::clock::Millis;
use std::collections::{BTreeMap, HashMap, HashSet};
use tokio::sync::watch;

/// Messages that are described, stored and flagged together.
const BATCH: usize = 50;
/// Bytes of messages that are asked for together.
const GROUP: u64 = 4 * 1024 * 1024;
const MAX_HEADER: usize = 256 * 1024;
/// A message that the server cannot give is asked for so often before it is reported as unreadable.
const MAX_ATTEMPTS: u32 = 3;
/// Servers count sizes in their own ways; a message may be so much larger than announced.
const SLACK: usize = 64 * 1024;

/// How often a message was asked for in vain, by UIDVALIDITY and UID.
pub type Attempts = HashMap<(u32, u32), u32>;

pub struct Session<'a, M> {
    client: Client,
    account: &'a Account,
    mailbox: &'a M,
    attempts: &'a mut Attempts,
    selected: Selected,
    place: Place,
}

/// What FETCH says about a message without its text.
#[derive(Clone, Copy)]
struct Described {
    uid: u32,
    size: u64,
    arrived_at: Option<Millis>,
}

impl<'a, M: Mailbox> Session<'a, M> {
    pub async fn open(
        mut client: Client,
        account: &'a Account,
        mailbox: &'a M,
        attempts: &'a mut Attempts,
    ) -> Result<Session<'a, M>, Trouble> {
        let selected = client.select(&account.folder).await?;
        let uid_next = match selected.uid_next {
            Some(next) => next,
            // A server that does not say it.
            None => client.search("UID 1:*").await?.last().map_or(1, |last| last.saturating_add(1)),
        };
        let place = mailbox.place(selected.uid_validity, uid_next).await.map_err(not_stored)?;
        Ok(Session { client, account, mailbox, attempts, selected, place })
    }

    /// Flags what was stored and not flagged, because we or the connection died in between.
    pub async fn finish_interrupted(&mut self) -> Result<(), Trouble> {
        let last = self.place.last_uid;
        if last == 0 {
            return Ok(());
        }
        let criteria = match self.account.after {
            After::Seen => "UNSEEN",
            After::Move(_) | After::Delete => "UNDELETED",
        };
        let mut candidates = self.client.search(&format!("UID 1:{last} {criteria}")).await?;
        // `1:5` in an empty folder may mean its last message (RFC 3501, 6.4.8).
        candidates.retain(|uid| *uid <= last);
        if self.account.after == After::Seen {
            // Only the last batch can have been interrupted. Older ones were marked as unread by people.
            candidates.drain(..candidates.len().saturating_sub(BATCH));
        }
        for some in candidates.chunks(1000) {
            let stored = self.mailbox.stored(self.selected.uid_validity, some).await.map_err(not_stored)?;
            if stored.is_empty() {
                continue;
            }
            let fitting = self.fitting(&stored).await?;
            let mut safe = some.to_vec();
            safe.retain(|uid| stored.contains(uid) && fitting.contains(uid));
            self.finish(&safe).await?;
        }
        Ok(())
    }

    /// Those of a size that we store. A larger one was only reported: removing it from its mailbox would lose it.
    async fn fitting(&mut self, uids: &[u32]) -> Result<Vec<u32>, Trouble> {
        let fetched = self.client.fetch(&uid_set(uids), "UID RFC822.SIZE", 0).await?;
        let fetched = fetched.map_err(|no| no.trouble(Stage::Transfer, Kind::Refused).temporary())?;
        let size = |one: &Fetched| one.item("RFC822.SIZE").and_then(Token::number);
        let max = self.account.max_message as u64;
        Ok(fetched
            .iter()
            .filter(|one| size(one).is_some_and(|size| size <= max))
            .map(|one| one.uid)
            .collect())
    }

    /// Fetches and stores everything above the last UID, in ascending order.
    pub async fn fetch_new(&mut self, stop: &watch::Receiver<bool>) -> Result<(), Trouble> {
        // What comes while we are busy is not announced again by IDLE. The limit is for servers that announce
        // something with every search.
        let mut empty_searches = 0;
        self.client.take_news();
        while empty_searches < 2 {
            let Some(first) = self.place.last_uid.checked_add(1) else { return Ok(()) };
            let mut uids = self.client.search(&format!("UID {first}:*")).await?;
            // The star is the last message even when that is an old one.
            uids.retain(|uid| *uid >= first);
            self.leave_the_past(first, &mut uids).await?;
            for batch in uids.chunks(BATCH) {
                if *stop.borrow() {
                    return Ok(());
                }
                self.batch(batch).await?;
            }
            empty_searches += usize::from(uids.is_empty());
            if !self.client.take_news() {
                break;
            }
        }
        self.mailbox.noted(Note::CaughtUp { has_idle: self.client.has("IDLE") });
        Ok(())
    }

    /// Takes out what was there before us and is not for us.
    async fn leave_the_past(&mut self, first: u32, uids: &mut Vec<u32>) -> Result<(), Trouble> {
        let Some(before) = self.place.before.filter(|before| uids.iter().any(|uid| *uid < before.uid)) else {
            return Ok(());
        };
        let unread = if before.is_unread { " UNSEEN" } else { "" };
        let criteria = format!("UID {first}:{} SINCE {}{unread}", before.uid - 1, day(before.since));
        let recent: HashSet<u32> = self.client.search(&criteria).await?.into_iter().collect();
        uids.retain(|uid| *uid >= before.uid || recent.contains(uid));
        Ok(())
    }

    async fn batch(&mut self, uids: &[u32]) -> Result<(), Trouble> {
        let fetched = self.client.fetch(&uid_set(uids), "UID RFC822.SIZE INTERNALDATE", 0).await?;
        let fetched = fetched.map_err(|no| no.trouble(Stage::Transfer, Kind::Refused).temporary())?;
        let size = |one: &Fetched| one.item("RFC822.SIZE").and_then(Token::number);
        let arrived_at = |one: &Fetched| one.item("INTERNALDATE").and_then(Token::bytes).and_then(instant);
        let mut described: Vec<_> = fetched
            .iter()
            .filter(|one| uids.binary_search(&one.uid).is_ok())
            .filter_map(|one| Some(Described { uid: one.uid, size: size(one)?, arrived_at: arrived_at(one) }))
            .collect();
        described.sort_unstable_by_key(|one| one.uid);
        described.dedup_by_key(|one| one.uid);
        // A UID that is not described has been deleted by somebody else.
        let mut rest = described.as_slice();
        let mut stored = Vec::new();
        let mut ended = Ok(());
        while let Some(first) = rest.first() {
            let count = group(rest, self.account.max_message);
            let (some, others) = rest.split_at(count);
            rest = others;
            ended = match first.size > self.account.max_message as u64 {
                true => self.too_large(first).await,
                false => self.whole(some, &mut stored).await,
            };
            if ended.is_err() {
                break;
            }
        }
        // What has been stored is flagged even if the rest must wait; not over a connection that broke.
        if ended.as_ref().err().is_none_or(|trouble| trouble.kind == Kind::NotStored) {
            self.finish(&stored).await?;
        }
        ended
    }

    /// Fetches messages of a fitting size together and stores them one by one, in ascending order.
    async fn whole(&mut self, some: &[Described], stored: &mut Vec<u32>) -> Result<(), Trouble> {
        let uids: Vec<u32> = some.iter().map(|one| one.uid).collect();
        let limit = self.account.max_message + SLACK;
        let answer = self.client.fetch(&uid_set(&uids), "UID BODY.PEEK[]", limit).await?;
        let (fetched, refusal) = match answer {
            Ok(fetched) => (fetched, "the server gave no text".to_owned()),
            Err(no) if some.len() == 1 => (Vec::new(), no.text),
            // One of them is broken: the others must not suffer.
            Err(_) => (Vec::new(), String::new()),
        };
        let mut by_uid: BTreeMap<u32, Token> = BTreeMap::new();
        for mut one in fetched {
            if let Some(text) = one.take("BODY[]") {
                by_uid.insert(one.uid, text);
            }
        }
        for one in some {
            match by_uid.remove(&one.uid) {
                Some(Token::Text(raw)) => {
                    self.store(one, Content::Whole(raw)).await?;
                    stored.push(one.uid);
                }
                Some(Token::Skipped(size)) => {
                    self.too_large(&Described { size: size as u64, ..*one }).await?;
                }
                Some(Token::Atom(_) | Token::List(_)) | None if some.len() == 1 => {
                    self.unreadable(one, &refusal).await?;
                }
                Some(Token::Atom(_) | Token::List(_)) | None => {
                    Box::pin(self.whole(&[*one], stored)).await?;
                }
            }
        }
        Ok(())
    }

    async fn too_large(&mut self, one: &Described) -> Result<(), Trouble> {
        let uid = one.uid;
        let fetched = self.client.fetch(&uid.to_string(), "UID BODY.PEEK[HEADER]", MAX_HEADER).await?;
        let header = fetched.ok().into_iter().flatten().find(|found| found.uid == uid);
        let header = match header.and_then(|mut found| found.take("BODY[HEADER]")) {
            Some(Token::Text(header)) => header,
            _ => Vec::new(),
        };
        self.store(one, Content::TooLarge { header, size: one.size }).await
    }

    /// The server described a message and does not give it.
    async fn unreadable(&mut self, one: &Described, refusal: &str) -> Result<(), Trouble> {
        let uid = one.uid;
        let again = self.client.search(&format!("UID {uid}")).await?;
        if !again.contains(&uid) {
            // It has been deleted in the meantime.
            return Ok(());
        }
        let key = (self.selected.uid_validity, uid);
        let attempts = self.attempts.entry(key).or_default();
        *attempts += 1;
        if *attempts < MAX_ATTEMPTS {
            let text = format!("message {uid} could not be read: {refusal}");
            return Err(Trouble::new(Stage::Transfer, Kind::Refused, text).temporary());
        }
        self.attempts.remove(&key);
        self.store(one, Content::Unreadable { text: refusal.to_owned() }).await
    }

    async fn store(&mut self, one: &Described, content: Content) -> Result<(), Trouble> {
        let uid_validity = self.selected.uid_validity;
        let item = Item { uid_validity, uid: one.uid, arrived_at: one.arrived_at, content };
        self.mailbox.store(item).await.map_err(not_stored)?;
        self.place.last_uid = one.uid;
        Ok(())
    }

    /// Does to stored messages what the account says. A refusal is noted and harms nobody: they are safe.
    async fn finish(&mut self, uids: &[u32]) -> Result<(), Trouble> {
        if uids.is_empty() {
            return Ok(());
        }
        let set = uid_set(uids);
        let refused = match &self.account.after {
            After::Seen => self.flag(&set, "\\Seen").await?,
            After::Delete => self.delete(&set).await?,
            After::Move(to) => self.move_to(&set, to).await?,
        };
        if let Some(trouble) = refused {
            self.mailbox.noted(Note::NotFinished(trouble));
        }
        Ok(())
    }

    /// The server's refusal of a command, if it refused.
    async fn ask(&mut self, command: &str) -> Result<Option<Trouble>, Trouble> {
        let answer = self.client.command(command, Stage::Transfer).await?;
        Ok(answer.err().map(|no| no.trouble(Stage::Transfer, Kind::Refused)))
    }

    async fn flag(&mut self, set: &str, flag: &str) -> Result<Option<Trouble>, Trouble> {
        self.ask(&format!("UID STORE {set} +FLAGS.SILENT ({flag})")).await
    }

    async fn delete(&mut self, set: &str) -> Result<Option<Trouble>, Trouble> {
        if let Some(refused) = self.flag(set, "\\Seen \\Deleted").await? {
            return Ok(Some(refused));
        }
        // A plain EXPUNGE would remove what other people only marked: then it waits for them.
        if self.client.has("UIDPLUS") { self.ask(&format!("UID EXPUNGE {set}")).await } else { Ok(None) }
    }

    async fn move_to(&mut self, set: &str, to: &str) -> Result<Option<Trouble>, Trouble> {
        let has_move = self.client.has("MOVE");
        let command = format!("UID {} {set} {}", if has_move { "MOVE" } else { "COPY" }, folder(to));
        let mut refused = self.ask(&command).await?;
        if refused.is_some() && self.ask(&format!("CREATE {}", folder(to))).await?.is_none() {
            refused = self.ask(&command).await?;
        }
        if refused.is_some() || has_move { Ok(refused) } else { self.delete(set).await }
    }

    /// Returns when there may be something new, or when it is time to look anyway.
    pub async fn wait_for_news(&mut self, stop: &watch::Receiver<bool>) -> Result<(), Trouble> {
        let mut stop = stop.clone();
        let stopped = async move { drop(stop.wait_for(|is_stopped| *is_stopped).await) };
        if self.client.has("IDLE") {
            self.client.idle(self.account.idle_for, stopped).await?;
            return Ok(());
        }
        let _ = tokio::time::timeout(self.account.poll_every, stopped).await;
        // Some servers show new mail in a search only after they were asked whether there is any.
        self.ask("NOOP").await.map(|_| ())
    }

    pub async fn close(self) {
        self.client.logout().await;
    }
}

/// How many of the first messages are fetched together.
fn group(described: &[Described], max: usize) -> usize {
    let mut sum = 0;
    let fits = described.iter().take_while(|one| {
        sum += one.size;
        sum <= GROUP && one.size <= max as u64
    });
    fits.count().max(1)
}

fn not_stored(cause: NotStored) -> Trouble {
    Trouble::new(Stage::Transfer, Kind::NotStored, cause.0)
}
