//! SQL for notices. Nothing else.
use super::policy::{Channels, Hours, Notice, What};
use crate::{
    calendars::Calendar,
    call_backs::CallBack,
    conversation::{AuthorKind, Direction, Message, MessageKind},
    tickets::{
        Ticket,
        store::{Sight, visible},
    },
};
use derive::Record;
use kernel::{clock::Millis, id::Id};
use platform::{
    args,
    authority::{Scope, System, Team, Tx, User},
    db::{Conn, Result},
    events::Recorded,
    i18n::Language,
    sql,
};

/// What somebody may see of their notices: those about tickets in sight, and about mail where they look after inboxes.
pub struct View {
    sight: Sight,
    sees_tickets: bool,
    keeps_inboxes: bool,
    user: Id<User>,
}
impl View {
    /// `None` for whoever is no user.
    pub fn of<P>(tx: &Tx<P>) -> Option<View> {
        View::for_actor(tx.actor())
    }
    pub fn for_actor(actor: &platform::authority::Actor) -> Option<View> {
        let reach = actor.reach("tickets.view");
        Some(View {
            sight: Sight::within(actor, reach.unwrap_or(Scope::Own)),
            sees_tickets: reach.is_some(),
            keeps_inboxes: actor.reach("inboxes.manage").is_some(),
            user: actor.user()?,
        })
    }
}

/// The notices `n` of the person `$4` that they may see: about the ticket `t` where there is one. Needs [`visible!`]'s
/// values, and `$5` and `$6`: whether they see tickets, and keep inboxes.
macro_rules! shown {
    () => {
        "FROM notice n
         LEFT JOIN ticket x ON x.id = n.ticket_id
         LEFT JOIN ticket t ON t.id = coalesce(x.lands_at_id, x.id)
         LEFT JOIN desk_user f ON f.id = n.for_id
        WHERE n.user_id = $4
          AND ((n.ticket_id IS NULL AND n.contract_id IS NULL AND $6 = TRUE)
               OR EXISTS (SELECT 1 FROM contract k WHERE k.id = n.contract_id AND k.owner_id IN (n.user_id, n.for_id))
               OR (n.contract_id IS NULL AND $5 = TRUE AND "
    };
}
macro_rules! columns {
    () => {
        "SELECT n.id, n.kind, t.id AS ticket_id, t.subject, n.message_id, n.inbound_id, n.contract_id, n.by_name, n.about,
                f.name AS for_name, n.created_at_ms, n.read_at_ms "
    };
}

/// A person's notices before `before`, the newest first. Walks `notice_shown`, or `notice_unread`.
pub fn page(
    conn: &mut Conn,
    view: &View,
    only_unread: bool,
    before: Option<Id<Notice>>,
    limit: usize,
) -> Result<Vec<Notice>> {
    let before = before.unwrap_or(Id::new(i64::MAX));
    let View { sight, sees_tickets, keeps_inboxes, user } = view;
    let args =
        args![sight.scope, sight.person, &sight.ids, *user, *sees_tickets, *keeps_inboxes, before, limit];
    match only_unread {
        true => conn.all(
            sql!(concat!(
                columns!(),
                shown!(),
                visible!(),
                ")) AND n.is_in_app = TRUE AND n.read_at_ms IS NULL AND n.id < $7 ORDER BY n.id DESC LIMIT $8"
            )),
            args,
        ),
        false => conn.all(
            sql!(concat!(
                columns!(),
                shown!(),
                visible!(),
                ")) AND n.is_in_app = TRUE AND n.id < $7 ORDER BY n.id DESC LIMIT $8"
            )),
            args,
        ),
    }
}

/// How many unread ones there are, `most` at most.
pub fn unread(conn: &mut Conn, view: &View, most: i64) -> Result<i64> {
    let View { sight, sees_tickets, keeps_inboxes, user } = view;
    let (count,) = conn.one(
        sql!(concat!(
            "SELECT count(*) AS n FROM (SELECT n.id ",
            shown!(),
            visible!(),
            ")) AND n.is_in_app = TRUE AND n.read_at_ms IS NULL LIMIT $7) z"
        )),
        args![sight.scope, sight.person, &sight.ids, *user, *sees_tickets, *keeps_inboxes, most],
    )?;
    Ok(count)
}

/// Those that wait for a mail and that nobody has read meanwhile, the oldest first.
pub fn for_mail(conn: &mut Conn, view: &View, limit: usize) -> Result<Vec<Notice>> {
    let View { sight, sees_tickets, keeps_inboxes, user } = view;
    conn.all(
        sql!(concat!(
            columns!(),
            shown!(),
            visible!(),
            ")) AND n.mail = 'waiting' AND n.read_at_ms IS NULL ORDER BY n.id LIMIT $7"
        )),
        args![sight.scope, sight.person, &sight.ids, *user, *sees_tickets, *keeps_inboxes, limit],
    )
}
/// None of a person's notices waits for a mail any more.
pub fn mailed(conn: &mut Conn, user: Id<User>) -> Result<()> {
    conn.run(sql!("UPDATE notice SET mail = 'done' WHERE user_id = $1 AND mail = 'waiting'"), args![user])
        .map(drop)
}

/// Nobody's notices wait for a mail any more: where they may have left already.
pub fn forget_mails(conn: &mut Conn) -> Result<()> {
    conn.run(sql!("UPDATE notice SET mail = 'done' WHERE mail = 'waiting'"), args![])?;
    conn.run(sql!("DELETE FROM notice_digest"), args![]).map(drop)
}

/// Which notices somebody has read.
#[derive(Clone, Debug)]
pub enum Read {
    These(Vec<Id<Notice>>),
    /// All until this one: what came meanwhile stays unread.
    UpTo(Id<Notice>),
    /// Of a ticket, and of those that were merged into it.
    Ticket(Id<Ticket>),
}
/// * returns – how many were unread.
pub fn mark_read<P>(tx: &mut Tx<P>, user: Id<User>, read: &Read) -> Result<u64> {
    let now = tx.now();
    match read {
        Read::These(ids) => tx.run(
            sql!(
                "UPDATE notice SET read_at_ms = $2 WHERE user_id = $1 AND read_at_ms IS NULL AND id {in $3}"
            ),
            args![user, now, &Id::list(ids)],
        ),
        Read::UpTo(id) => tx.run(
            sql!("UPDATE notice SET read_at_ms = $2 WHERE user_id = $1 AND read_at_ms IS NULL AND id <= $3"),
            args![user, now, *id],
        ),
        Read::Ticket(ticket) => tx.run(
            sql!(
                "UPDATE notice SET read_at_ms = $2
                  WHERE user_id = $1 AND read_at_ms IS NULL
                    AND ticket_id IN (SELECT x.id FROM ticket x WHERE x.id = $3 OR x.lands_at_id = $3)"
            ),
            args![user, now, *ticket],
        ),
    }
}

/// A new notice for one person.
pub struct New<'n> {
    pub user: Id<User>,
    pub kind: What,
    pub event: Id<Recorded>,
    pub ticket: Option<Id<Ticket>>,
    pub message: Option<i64>,
    pub inbound: Option<i64>,
    pub contract: Option<i64>,
    pub by_name: &'n str,
    pub about: &'n str,
    pub for_user: Option<Id<User>>,
    pub channels: Channels,
    pub at: Millis,
}
/// * returns – `None` where the person has heard of the event.
pub(super) fn insert(tx: &mut Tx<System>, new: &New) -> Result<Option<Id<Notice>>> {
    let mail = if new.channels.by_mail { "waiting" } else { "none" };
    let row = tx.find::<(Id<Notice>,)>(
        sql!(
            "INSERT INTO notice (user_id, kind, event_id, ticket_id, message_id, inbound_id, by_name, about, for_id,
                                 is_in_app, mail, created_at_ms, contract_id)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
               ON CONFLICT (user_id, event_id) DO NOTHING RETURNING id"
        ),
        args![
            new.user,
            new.kind,
            new.event,
            new.ticket,
            new.message,
            new.inbound,
            new.by_name,
            new.about,
            new.for_user,
            new.channels.in_app,
            mail,
            new.at,
            new.contract
        ],
    )?;
    Ok(row.map(|(id,)| id))
}

/// What the reader asks of a ticket.
#[derive(Record)]
pub struct Head {
    pub team_id: Id<Team>,
    pub team_name: Option<String>,
    pub assignee_id: Id<User>,
    pub is_open: bool,
}
pub(super) fn head(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Option<Head>> {
    conn.find(
        sql!(
            "SELECT t.team_id, m.name AS team_name, t.assignee_id, t.is_open
               FROM ticket t LEFT JOIN team m ON m.id = t.team_id WHERE t.id = $1"
        ),
        args![ticket],
    )
}
/// And of a message.
#[derive(Record)]
pub struct Said {
    pub ticket_id: Id<Ticket>,
    pub kind: MessageKind,
    pub direction: Direction,
    pub author_kind: AuthorKind,
    pub author_name: String,
    pub is_automatic: bool,
    /// The words with which a ticket began are no answer to anything.
    pub is_first: bool,
}
pub(super) fn said(conn: &mut Conn, message: Id<Message>) -> Result<Option<Said>> {
    conn.find(
        sql!(
            "SELECT m.ticket_id, m.kind, m.direction, m.author_kind, m.author_name, m.is_automatic,
                    NOT EXISTS (SELECT 1 FROM message e WHERE e.ticket_id = m.ticket_id AND e.id < m.id) AS is_first
               FROM message m WHERE m.id = $1"
        ),
        args![message],
    )
}
/// Those who look after inboxes.
pub(super) fn keepers(conn: &mut Conn) -> Result<Vec<Id<User>>> {
    let rows = conn.all::<(Id<User>,)>(
        sql!(
            "SELECT u.id FROM desk_user u JOIN role r ON r.id = u.role_id
              WHERE u.is_active = TRUE AND (r.code = 'admin' OR EXISTS
                    (SELECT 1 FROM role_permission p WHERE p.role_id = u.role_id AND p.permission = 'inboxes.manage'))
              ORDER BY u.id LIMIT 500"
        ),
        args![],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
/// What somebody is called.
pub(super) fn name_of(conn: &mut Conn, actor: &str) -> Result<String> {
    let Some(id) = actor.strip_prefix("user/").and_then(|id| id.parse::<i64>().ok()) else {
        return Ok(String::new());
    };
    let row = conn.find::<(String,)>(sql!("SELECT name FROM desk_user WHERE id = $1"), args![id])?;
    Ok(row.map_or_else(String::new, |(name,)| name))
}

#[derive(Record)]
struct Chosen {
    user_id: Id<User>,
    kind: String,
    is_in_app: bool,
    is_by_mail: bool,
}
/// What these people chose about one thing that happens.
pub(super) fn choices(conn: &mut Conn, users: &[Id<User>], kind: What) -> Result<Vec<(Id<User>, Channels)>> {
    let rows = conn.all::<Chosen>(
        sql!(
            "SELECT user_id, kind, is_in_app, is_by_mail FROM notice_choice WHERE user_id {in $1} AND kind = $2
              ORDER BY user_id"
        ),
        args![&Id::list(users), kind],
    )?;
    let channels = |row: Chosen| (row.user_id, Channels { in_app: row.is_in_app, by_mail: row.is_by_mail });
    Ok(rows.into_iter().map(channels).collect())
}
/// All that one person chose.
pub fn choices_of(conn: &mut Conn, user: Id<User>) -> Result<Vec<(What, Channels)>> {
    let rows = conn.all::<Chosen>(
        sql!(
            "SELECT user_id, kind, is_in_app, is_by_mail FROM notice_choice WHERE user_id = $1 ORDER BY kind"
        ),
        args![user],
    )?;
    let channels = |row: &Chosen| Channels { in_app: row.is_in_app, by_mail: row.is_by_mail };
    Ok(rows.iter().filter_map(|row| Some((What::from_word(&row.kind)?, channels(row)))).collect())
}
pub(super) fn choose<P>(tx: &mut Tx<P>, user: Id<User>, kind: What, channels: Channels) -> Result<()> {
    tx.run(
        sql!(
            "INSERT INTO notice_choice (user_id, kind, is_in_app, is_by_mail) VALUES ($1, $2, $3, $4)
               ON CONFLICT (user_id, kind) DO UPDATE SET is_in_app = excluded.is_in_app,
                    is_by_mail = excluded.is_by_mail"
        ),
        args![user, kind, channels.in_app, channels.by_mail],
    )
    .map(drop)
}

/// How somebody's mails go out.
#[derive(Clone, Debug, Record)]
pub struct Pace {
    pub bundle_minutes: i64,
    pub hours: Hours,
    pub calendar_id: Option<Id<Calendar>>,
}
impl Default for Pace {
    fn default() -> Self {
        let hours = Hours::default();
        Pace { bundle_minutes: super::policy::USUAL_MINUTES, hours, calendar_id: None }
    }
}
pub fn pace(conn: &mut Conn, user: Id<User>) -> Result<Pace> {
    let row = conn.find(
        sql!("SELECT bundle_minutes, hours, calendar_id FROM notice_pace WHERE user_id = $1"),
        args![user],
    )?;
    Ok(row.unwrap_or_default())
}
pub(super) fn set_pace<P>(tx: &mut Tx<P>, user: Id<User>, pace: &Pace) -> Result<()> {
    tx.run(
        sql!(
            "INSERT INTO notice_pace (user_id, bundle_minutes, hours, calendar_id) VALUES ($1, $2, $3, $4)
               ON CONFLICT (user_id) DO UPDATE SET bundle_minutes = excluded.bundle_minutes,
                    hours = excluded.hours, calendar_id = excluded.calendar_id"
        ),
        args![user, pace.bundle_minutes, pace.hours, pace.calendar_id],
    )
    .map(drop)
}

/// Begins a bundle for somebody, unless one is open.
pub(super) fn bundle(tx: &mut Tx<System>, user: Id<User>, due: Millis) -> Result<()> {
    tx.run(
        sql!(
            "INSERT INTO notice_digest (user_id, due_at_ms) VALUES ($1, $2) ON CONFLICT (user_id) DO NOTHING"
        ),
        args![user, due],
    )
    .map(drop)
}
/// The bundles that are due, the oldest first.
pub(super) fn due_bundles(conn: &mut Conn, now: Millis, limit: usize) -> Result<Vec<Id<User>>> {
    let rows = conn.all::<(Id<User>,)>(
        sql!("SELECT user_id FROM notice_digest WHERE due_at_ms <= $1 ORDER BY due_at_ms, user_id LIMIT $2"),
        args![now, limit],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
pub(super) fn postpone(conn: &mut Conn, user: Id<User>, due: Millis) -> Result<()> {
    conn.run(sql!("UPDATE notice_digest SET due_at_ms = $2 WHERE user_id = $1"), args![user, due]).map(drop)
}
pub(super) fn close_bundle(conn: &mut Conn, user: Id<User>) -> Result<()> {
    conn.run(sql!("DELETE FROM notice_digest WHERE user_id = $1"), args![user]).map(drop)
}
/// To whom a mail goes.
#[derive(Record)]
pub struct Addressee {
    pub email: String,
    pub name: String,
    pub language: Language,
}
pub(super) fn addressee(conn: &mut Conn, user: Id<User>) -> Result<Option<Addressee>> {
    conn.find(
        sql!("SELECT email, name, language FROM desk_user WHERE id = $1 AND is_active = TRUE"),
        args![user],
    )
}

/// A promised call whose time has come.
#[derive(Record)]
pub struct DueCall {
    pub id: Id<CallBack>,
    pub ticket_id: Id<Ticket>,
    pub name: String,
    pub due_at_ms: Millis,
}
/// Calls that are due and of which nobody was told, the oldest first. Walks `call_back_untold`.
pub(super) fn due_calls(conn: &mut Conn, now: Millis, limit: usize) -> Result<Vec<DueCall>> {
    conn.all(
        sql!(
            "SELECT id, ticket_id, name, due_at_ms FROM call_back
              WHERE state = 'open' AND (told_due_ms IS NULL OR told_due_ms <> due_at_ms) AND due_at_ms <= $1
              ORDER BY due_at_ms LIMIT $2"
        ),
        args![now, limit],
    )
}
pub(super) fn told_call(conn: &mut Conn, call: &DueCall) -> Result<()> {
    conn.run(sql!("UPDATE call_back SET told_due_ms = $2 WHERE id = $1"), args![call.id, call.due_at_ms])
        .map(drop)
}
/// Who promised a call.
pub(super) fn promised_by(conn: &mut Conn, call: Id<CallBack>) -> Result<Option<Id<User>>> {
    let row =
        conn.find::<(Id<User>,)>(sql!("SELECT promised_by FROM call_back WHERE id = $1"), args![call])?;
    Ok(row.map(|(id,)| id))
}

/// When the clock has something to do next: a call, a reminder or a bundle.
pub(super) fn next_due(conn: &mut Conn) -> Result<Option<Millis>> {
    let (due,) = conn.one::<(Option<Millis>,)>(
        sql!(
            "SELECT min(x.due_at_ms) AS due FROM (
               SELECT (SELECT min(d.due_at_ms) FROM notice_digest d) AS due_at_ms
                UNION ALL
               SELECT (SELECT min(b.due_at_ms) FROM call_back b
                        WHERE b.state = 'open' AND (b.told_due_ms IS NULL OR b.told_due_ms <> b.due_at_ms))
                UNION ALL
               SELECT (SELECT min(r.due_at_ms) FROM reminder r
                        WHERE r.done_at_ms IS NULL AND (r.told_due_ms IS NULL OR r.told_due_ms <> r.due_at_ms))) x"
        ),
        args![],
    )?;
    Ok(due)
}

/// Begins at the end of the log: nobody is told of what was before. Calls that are late already are known to be.
pub(super) fn begin(tx: &mut Tx<System>, name: &str) -> Result<()> {
    let now = tx.now();
    let begun = tx.run(
        sql!(
            "INSERT INTO event_reader (name, position) VALUES ($1, coalesce((SELECT max(id) FROM event), 0))
               ON CONFLICT (name) DO NOTHING"
        ),
        args![name],
    )?;
    if begun == 1 {
        tx.run(
            sql!("UPDATE call_back SET told_due_ms = due_at_ms WHERE state = 'open' AND due_at_ms <= $1"),
            args![now],
        )?;
        tx.run(
            sql!("UPDATE reminder SET told_due_ms = due_at_ms WHERE done_at_ms IS NULL AND due_at_ms <= $1"),
            args![now],
        )?;
    }
    Ok(())
}

/// Removes what is old, 1,000 at most: read for 90 days, or unread for a year.
pub fn sweep(conn: &mut Conn, read_before: Millis, before: Millis) -> Result<u64> {
    conn.run(
        sql!(
            "DELETE FROM notice WHERE id IN
               (SELECT id FROM notice WHERE created_at_ms < $1 AND (read_at_ms IS NOT NULL OR created_at_ms < $2)
                 ORDER BY created_at_ms LIMIT 1000)"
        ),
        args![read_before, before],
    )
}
