//! SQL for inboxes. Nothing else.
use super::Inbox;
use kernel::id::Id;
use platform::{
    args, authority,
    authority::Tx,
    db::{self, Conn, Result},
    sql,
};

macro_rules! select_inbox {
    ($rest:literal) => {
        sql!(concat!(
            "SELECT id, name, address, team_id, language, is_active, receive_kind, receive, receive_sealed, send,
                    send_sealed, acknowledge, signature, quote, from_name, has_plus_address, has_subject_tag,
                    dkim_selector, dkim_sealed FROM inbox ",
            $rest
        ))
    };
}

/// All, by name.
pub fn all(conn: &mut Conn) -> Result<Vec<Inbox>> {
    conn.all(select_inbox!("ORDER BY name, id"), args![])
}
pub fn by_id(conn: &mut Conn, id: Id<authority::Inbox>) -> Result<Option<Inbox>> {
    conn.find(select_inbox!("WHERE id = $1"), args![id])
}
/// The active inbox that mail to this address belongs to.
pub fn by_address(conn: &mut Conn, address: &str) -> Result<Option<Inbox>> {
    conn.find(select_inbox!("WHERE address = $1 AND is_active = TRUE"), args![address])
}
/// The first active inbox that can send: for mail that belongs to none.
pub fn first_sender(conn: &mut Conn) -> Result<Option<Inbox>> {
    conn.find(select_inbox!("WHERE is_active = TRUE AND send IS NOT NULL ORDER BY id LIMIT 1"), args![])
}
/// Those whose mail is fetched.
pub fn fetched(conn: &mut Conn) -> Result<Vec<Inbox>> {
    conn.all(select_inbox!("WHERE is_active = TRUE AND receive_kind = 'imap' ORDER BY id"), args![])
}
/// The addresses of all inboxes, active or not: mail from one of them is our own.
pub fn addresses(conn: &mut Conn) -> Result<Vec<String>> {
    let rows = conn.all::<(String,)>(sql!("SELECT address FROM inbox ORDER BY id"), args![])?;
    Ok(rows.into_iter().map(|(address,)| address).collect())
}

/// When the last mail came to each inbox, among the rows of the ledger from `first` on.
pub fn last_in(
    conn: &mut Conn,
    first: i64,
) -> Result<Vec<(Id<authority::Inbox>, Option<kernel::clock::Millis>)>> {
    conn.all(
        sql!(
            "SELECT x.id, (SELECT i.received_at_ms FROM inbound i WHERE i.inbox_id = x.id AND i.id >= $1
                            ORDER BY i.id DESC LIMIT 1) AS last_in
               FROM inbox x ORDER BY x.id"
        ),
        args![first],
    )
}

/// * errors – `Duplicate` where another inbox has the address.
pub fn insert<P>(tx: &mut Tx<P>, row: &Inbox) -> Result<Id<authority::Inbox>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO inbox (name, address, team_id, language, is_active, receive_kind, receive, send,
                                acknowledge, signature, quote, from_name, has_plus_address, has_subject_tag,
                                dkim_selector, created_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id"
        ),
        args![
            &row.name,
            &row.address,
            row.team_id,
            row.language,
            row.is_active,
            row.receive_kind,
            &row.receive,
            row.send.as_deref(),
            row.acknowledge,
            &row.signature,
            row.quote,
            row.from_name,
            row.has_plus_address,
            row.has_subject_tag,
            row.dkim_selector.as_deref(),
            now
        ],
    )?;
    Ok(id)
}
/// All that is in `row`, its sealed passwords too: a password and its server are never of two different changes.
pub fn update(conn: &mut Conn, row: &Inbox) -> Result<()> {
    conn.run(
        sql!(
            "UPDATE inbox SET name = $2, address = $3, team_id = $4, language = $5, is_active = $6,
                    receive_kind = $7, receive = $8, send = $9, acknowledge = $10, signature = $11, quote = $12,
                    from_name = $13, has_plus_address = $14, has_subject_tag = $15, dkim_selector = $16,
                    receive_sealed = $17, send_sealed = $18
              WHERE id = $1"
        ),
        args![
            row.id,
            &row.name,
            &row.address,
            row.team_id,
            row.language,
            row.is_active,
            row.receive_kind,
            &row.receive,
            row.send.as_deref(),
            row.acknowledge,
            &row.signature,
            row.quote,
            row.from_name,
            row.has_plus_address,
            row.has_subject_tag,
            row.dkim_selector.as_deref(),
            row.receive_sealed.as_deref(),
            row.send_sealed.as_deref()
        ],
    )
    .map(drop)
}

/// Replaces sealed secrets; `None` stays as it is.
pub fn seal(
    conn: &mut Conn,
    id: Id<authority::Inbox>,
    receive: Option<&[u8]>,
    send: Option<&[u8]>,
    dkim: Option<&[u8]>,
) -> Result<()> {
    conn.run(
        sql!(
            "UPDATE inbox SET receive_sealed = coalesce($2, receive_sealed), send_sealed = coalesce($3, send_sealed),
                    dkim_sealed = coalesce($4, dkim_sealed) WHERE id = $1"
        ),
        args![id, receive, send, dkim],
    )
    .map(drop)
}

pub fn team_exists(conn: &mut Conn, team: i64) -> db::Result<bool> {
    Ok(conn.find::<(i64,)>(sql!("SELECT id FROM team WHERE id = $1"), args![team])?.is_some())
}
