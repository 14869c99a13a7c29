//! What administrators do to inboxes.
use super::{
    Draft, Inbox, InboxChanged, InboxCreated, ManageInboxes, Patch, health, oauth, policy::Parsed, store,
};
use crate::email::ledger;
use kernel::{fault::Problem, id::Id, secret::Secret};
use platform::{authority, authority::Tx, db, keys::Keys};

/// Adds an inbox.
///
/// * errors – 422 naming each field; `taken` for an address that another inbox has.
pub fn create(tx: &mut Tx<ManageInboxes>, draft: Draft, keys: &Keys) -> Result<Inbox, Problem> {
    add(tx, draft.parse()?, keys)
}
/// The same from parts that passed.
pub fn add(tx: &mut Tx<ManageInboxes>, mut parsed: Parsed, keys: &Keys) -> Result<Inbox, Problem> {
    check_team(tx, &parsed.row)?;
    parsed.row.id = match store::insert(tx, &parsed.row) {
        Ok(id) => id,
        Err(db::Error::Duplicate { .. }) => return Err(Problem::field("address", "taken")),
        Err(other) => return Err(other.into()),
    };
    seal(tx, &parsed, keys)?;
    tx.emit(InboxCreated { inbox: parsed.row.id, address: parsed.row.address.clone() })?;
    fresh(tx, parsed.row.id)
}

/// Changes an inbox. Passwords that are not given stay, unless their server changes; so do the tokens of an application.
///
/// * errors – 404; 422 naming each field.
pub fn change(
    tx: &mut Tx<ManageInboxes>,
    id: Id<authority::Inbox>,
    patch: Patch,
    keys: &Keys,
) -> Result<Inbox, Problem> {
    let before = store::by_id(tx, id)?.ok_or_else(Problem::not_found)?;
    let parsed = patch.apply(before.clone())?;
    replace(tx, &before, parsed, keys)
}
/// The same from parts that passed.
///
/// * `before` – the inbox that they were made from.
pub fn replace(
    tx: &mut Tx<ManageInboxes>,
    before: &Inbox,
    parsed: Parsed,
    keys: &Keys,
) -> Result<Inbox, Problem> {
    let id = before.id;
    check_team(tx, &parsed.row)?;
    // The page may have been open for long: what is stored now counts too.
    let now = store::by_id(tx, id)?.ok_or_else(Problem::not_found)?;
    if parsed.forgets_tokens || parsed.row.takes_tokens_elsewhere(&now) {
        oauth::store::forget_tokens(tx, id)?;
    }
    match store::update(tx, &parsed.row) {
        Ok(()) => {}
        Err(db::Error::Duplicate { .. }) => return Err(Problem::field("address", "taken")),
        Err(other) => return Err(other.into()),
    }
    if mailbox(&now) != mailbox(&parsed.row) {
        health::forget_place(tx, id)?;
        ledger::store::forget_uids(tx, id)?;
    }
    seal(tx, &parsed, keys)?;
    let fields = changed(before, &parsed);
    if !fields.is_empty() {
        tx.emit(InboxChanged { inbox: id, fields })?;
    }
    fresh(tx, id)
}

/// Which folder an inbox is fetched from.
fn mailbox(inbox: &Inbox) -> Option<(String, u16, String, String)> {
    inbox.imap().map(|imap| (imap.host, imap.port, imap.user, imap.folder))
}

fn fresh(tx: &mut Tx<ManageInboxes>, id: Id<authority::Inbox>) -> Result<Inbox, Problem> {
    store::by_id(tx, id)?.ok_or_else(Problem::not_found)
}

fn check_team(tx: &mut Tx<ManageInboxes>, row: &Inbox) -> Result<(), Problem> {
    let is_fine = row.team_id.number() == 0 || store::team_exists(tx, row.team_id.number())?;
    if is_fine { Ok(()) } else { Err(Problem::field("team", "unknown_id")) }
}

fn seal(tx: &mut Tx<ManageInboxes>, parsed: &Parsed, keys: &Keys) -> Result<(), Problem> {
    let id = parsed.row.id;
    let sealed = |part: &str, secret: &Option<Secret<String>>| {
        secret.as_ref().map(|secret| keys.seal(&Inbox::seal_place(id, part), secret))
    };
    let receive = sealed("receive", &parsed.receive_password);
    let send = sealed("send", &parsed.send_password);
    let dkim = sealed("dkim", &parsed.dkim_key);
    store::seal(tx, id, receive.as_deref(), send.as_deref(), dkim.as_deref())?;
    if let Some(app) = &parsed.oauth {
        oauth::store::put(tx, id, app, keys)?;
    }
    Ok(())
}

fn changed(before: &Inbox, after: &Parsed) -> Vec<&'static str> {
    let row = &after.row;
    let is_changed = [
        ("name", before.name != row.name),
        ("address", before.address != row.address),
        ("team", before.team_id != row.team_id),
        ("language", before.language != row.language),
        ("active", before.is_active != row.is_active),
        (
            "receive",
            before.receive_kind != row.receive_kind
                || before.receive != row.receive
                || after.receive_password.is_some(),
        ),
        ("send", before.send != row.send || after.send_password.is_some()),
        ("acknowledge", before.acknowledge != row.acknowledge),
        ("signature", before.signature != row.signature),
        ("quote", before.quote != row.quote),
        ("from_name", before.from_name != row.from_name),
        ("plus_address", before.has_plus_address != row.has_plus_address),
        ("subject_tag", before.has_subject_tag != row.has_subject_tag),
        ("oauth", after.oauth.is_some()),
        ("dkim", before.dkim_selector != row.dkim_selector || after.dkim_key.is_some()),
    ];
    is_changed.into_iter().filter(|(_, is_changed)| *is_changed).map(|(field, _)| field).collect()
}
