//! Where SMTP, LMTP and IMAP hand over raw mail. What is accepted here is durable.
use crate::email::{
    inboxes::{self, health},
    ledger::{
        Inbound, InboundDecided, Outcome, Way,
        store::{self as ledger, New, Spot},
    },
    receive::smtp::{Accepted, Door, Envelope, Recipient},
};
use kernel::{clock::Millis, id::Id, text};
use mail::ReplyToken;
use platform::{
    Home,
    authority::{self, Grant, System},
    db,
};
use serde::{Deserialize, Serialize};

/// What was said about a mail outside of it, as the ledger keeps it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Said {
    pub peer: Option<std::net::IpAddr>,
    #[serde(default)]
    pub helo: String,
    /// `None` was not said; an empty text is the null path.
    pub mail_from: Option<String>,
    #[serde(default)]
    pub recipients: Vec<String>,
    /// When a fetched mail came into its mailbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived_at: Option<Millis>,
}

/// The door of one desk.
#[derive(Clone)]
pub struct MailDoor {
    home: Home,
    way: Way,
}

impl MailDoor {
    pub fn new(home: &Home, way: Way) -> MailDoor {
        MailDoor { home: home.clone(), way }
    }
    fn grant(&self) -> Grant<System> {
        Grant::system(&self.home)
    }
}

/// The addresses under which an inbox may be known for a recipient: itself, and without what follows a `+`.
fn candidates(recipient: &str) -> Vec<String> {
    let Some(address) = text::email(recipient) else { return Vec::new() };
    let mut all = vec![address.clone()];
    all.extend(ReplyToken::inbox(&address));
    if let Some((local, domain)) = address.rsplit_once('@')
        && let Some((base, _)) = local.split_once('+')
    {
        all.push(format!("{base}@{domain}"));
    }
    all.dedup();
    all
}

/// The active inbox that takes mail for `recipient`.
fn inbox_of(conn: &mut db::Conn, recipient: &str) -> db::Result<Option<Id<authority::Inbox>>> {
    for address in candidates(recipient) {
        if let Some(inbox) = inboxes::store::by_address(conn, &address)? {
            return Ok(Some(inbox.id));
        }
    }
    Ok(None)
}

impl Door for MailDoor {
    async fn recipient(&self, address: &str) -> Recipient {
        let address = address.to_owned();
        match self.grant().read::<_, db::Error>(move |tx| inbox_of(tx, &address)).await {
            Ok(Some(_)) => Recipient::Known,
            Ok(None) => Recipient::Unknown,
            Err(_) => Recipient::Busy,
        }
    }

    async fn accept(&self, envelope: Envelope, raw: Vec<u8>) -> Accepted {
        if raw.len() > self.home.site.max_message_bytes {
            return Accepted::TooLarge;
        }
        let said = Said {
            peer: Some(envelope.peer),
            helo: envelope.helo,
            mail_from: Some(envelope.mail_from.unwrap_or_default()),
            recipients: envelope.recipients,
            arrived_at: None,
        };
        match store(&self.home, self.way, said, raw).await {
            Ok(ids) if ids.is_empty() => Accepted::Refused { code: 550, text: "5.1.1 no such inbox".into() },
            Ok(ids) => {
                let ids: Vec<_> = ids.iter().map(Id::to_string).collect();
                Accepted::Stored(ids.join(","))
            }
            Err(error) => {
                tracing::warn!(%error, "a mail could not be stored");
                Accepted::Busy
            }
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum NotStored {
    #[error("the blob folder: {0}")]
    Blob(#[from] std::io::Error),
    #[error(transparent)]
    Database(#[from] db::Error),
}

/// Stores a mail for every inbox among its recipients: one row for each, in one transaction with the content.
async fn store(home: &Home, way: Way, said: Said, raw: Vec<u8>) -> Result<Vec<Id<Inbound>>, NotStored> {
    let content = prepare(home, raw).await?;
    let envelope = serde_json::to_string(&said).expect("plain data");
    let ids = Grant::system(home)
        .change::<_, db::Error>(move |tx| {
            let mut inboxes = Vec::new();
            for recipient in &said.recipients {
                inboxes.extend(inbox_of(tx, recipient)?);
            }
            inboxes.sort();
            inboxes.dedup();
            let mut ids = Vec::new();
            for inbox in inboxes {
                let new = New { inbox, way, envelope: &envelope, content: &content, spot: None };
                ids.extend(ledger::insert(tx, &new)?);
            }
            Ok(ids)
        })
        .await?;
    Ok(ids)
}

async fn prepare(home: &Home, raw: Vec<u8>) -> Result<platform::blobs::Ready, std::io::Error> {
    // Small content only needs its hash; large content is written and flushed on a thread that may wait.
    if raw.len() < 64 * 1024 {
        return home.blobs.prepare(raw);
    }
    let blobs = home.blobs.clone();
    tokio::task::spawn_blocking(move || blobs.prepare(raw)).await.map_err(std::io::Error::other)?
}

/// A mail from an inbox's own folder.
pub struct Fetched {
    pub spot: Spot,
    /// When it came there.
    pub arrived_at: Option<Millis>,
    pub raw: Vec<u8>,
    /// Why it is not to be read: it waits in quarantine for people.
    pub refused: Option<String>,
}

/// Stores a mail that was fetched from an inbox's own folder, and how far the folder has been read.
///
/// Durable when it returns. A message of a folder that has a row already is no error: the server may be told.
pub async fn store_fetched(
    home: &Home,
    inbox: Id<authority::Inbox>,
    fetched: Fetched,
) -> Result<(), NotStored> {
    let Fetched { spot, arrived_at, raw, refused } = fetched;
    let content = prepare(home, raw).await?;
    let said = Said { arrived_at, ..Said::default() };
    let said = serde_json::to_string(&said).expect("plain data");
    Grant::system(home)
        .change::<_, db::Error>(move |tx| {
            let envelope = if refused.is_some() { ledger::PARTIAL } else { &said };
            let new = New { inbox, way: Way::Imap, envelope, content: &content, spot: Some(spot) };
            let inserted = ledger::insert(tx, &new)?;
            if let (Some(id), Some(why)) = (inserted, refused) {
                ledger::quarantine(tx, id, &why)?;
                tx.emit(InboundDecided { inbound: id, outcome: Outcome::Quarantined, ticket: None })?;
            }
            health::set_last_uid(tx, inbox, spot.uid_validity, spot.uid)
        })
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inbox_is_found_behind_marks_of_any_kind() {
        assert_eq!(candidates("Help+x@Example.org"), ["help+x@example.org", "help@example.org"]);
        let marked = candidates("help+t7.c9.aaaaaaaaaaaaaaaaaaaaaaaaaa@example.org");
        assert_eq!(marked.last().unwrap(), "help@example.org");
        assert!(candidates("nobody").is_empty());
    }
}
