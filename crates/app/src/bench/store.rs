//! Rows of a large desk, made by the database itself: one statement a table and batch, so that a million tickets take
//! minutes. The same numbers give the same desk.
use kernel::{clock::Millis, id::Id};
use platform::{
    args,
    authority::{Contact, Inbox, Team, User},
    blobs::Hash,
    db::{Conn, Result},
    sql,
};

/// The numbers from `$1` to `$2`, as `n(i)`.
macro_rules! numbers {
    () => {
        "n(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2)"
    };
}
/// A word that stands in about half of the tickets that are made of these.
pub const COMMON: &str = "please";
/// What people write about, as `w(k, subject, words)` with `k` from 0 to 7.
macro_rules! words {
    () => {
        "w(k, subject, words) AS (VALUES
          (0, 'The printer on the second floor is offline', 'Since this morning nobody on the second floor can print. The display says that the toner is low, but we changed it on Monday. We have switched it off and on twice, and the driver was installed anew on one machine without any change. Could somebody have a look before noon? We have to send the contracts today.'),
          (1, 'I cannot sign in to the portal', 'Hello, my password is refused since the change last week. I have asked for a new one three times and the mail never arrives, also not in the folder for junk. My colleague has the same trouble, she uses another browser. Please tell me what I can do, the deadline for the report is on Friday.'),
          (2, 'Order arrived without the second parcel', 'Good afternoon, we received one of two parcels yesterday. The tracking page says that both were delivered, and the driver does not remember. In the parcel that came are the cables and the manual, the device itself is missing. The order was paid in advance and we need it for an event next week.'),
          (3, 'Question about the invoice of last month', 'Dear team, the invoice has a position that we do not recognise. It says maintenance, four hours, but nobody of us remembers a visit. Could you send the report of the technician, or correct the amount? Our accounting closes the month on Thursday and would like to pay the rest before.'),
          (4, 'Mail on the new phone', 'I got a new phone and the mail app asks for a server name that I do not know. With the old one it just worked. I tried the name of our web page, and then the app said that the certificate is for somebody else. Is there a page that explains it step by step, or may I come by with the phone?'),
          (5, 'The lift stops between floors', 'The lift stopped between the third and the fourth floor again, this time with two people inside. They could get out after ten minutes. It is the fourth time this month. The light in it flickers too. We put a note on the doors, please send the technician today and tell us when he comes.'),
          (6, 'Access for a new colleague', 'On the first of the month a new colleague begins in our team. She needs an account, a key for the side entrance, a laptop with two screens, and access to the shared calendar and to the folder of the project. Her manager has agreed, his mail is below. Please tell me when everything is ready.'),
          (7, 'The export takes hours', 'Since the update the export of the yearly figures takes hours where it took minutes. It ends with a file, so nothing is broken, but nobody else can work with the program in the meantime. We run it on every last Friday. Is there a setting that we could try, or should we wait for the next version?'))"
    };
}
/// What is stored of the Message-ID of message `$part` of ticket `t`: spread over all numbers, like hashes.
macro_rules! hash {
    ($part:literal) => {
        concat!("((t.id * 2654435761 + ", $part, " * 97) % 4294967296 * 2000000011 + t.id)")
    };
}

/// How many tickets there are.
pub fn tickets(conn: &mut Conn) -> Result<i64> {
    let (last,) = conn.one::<(i64,)>(sql!("SELECT COALESCE(max(id), 0) AS id FROM ticket"), args![])?;
    Ok(last)
}

/// The people of the desk, by their first ids.
#[derive(Clone, Copy, Debug, derive::Record)]
pub struct People {
    pub team: Id<Team>,
    pub agent: Id<User>,
    pub contact: Id<Contact>,
    pub inbox: Id<Inbox>,
}
/// Those made by [`staff`] and [`customers`], on a desk that had none before.
pub fn people(conn: &mut Conn) -> Result<People> {
    conn.one(
        sql!(
            "SELECT (SELECT min(id) FROM team) AS team,
                    (SELECT min(id) FROM desk_user WHERE email LIKE 'agent%') AS agent,
                    (SELECT min(id) FROM contact) AS contact,
                    (SELECT min(id) FROM inbox) AS inbox"
        ),
        args![],
    )
}

/// Five teams and twenty agents with one password, agent `i` in team `i % 5`.
pub fn staff(conn: &mut Conn, password_hash: &str, now: Millis) -> Result<()> {
    conn.run(
        sql!(concat!(
            "INSERT INTO team (name, name_folded, created_at_ms) WITH RECURSIVE ",
            numbers!(),
            " SELECT 'Team ' || i, 'team ' || i, CAST($3 AS BIGINT) FROM n ORDER BY i"
        )),
        args![1i64, 5i64, now],
    )?;
    conn.run(
        sql!(concat!(
            "INSERT INTO desk_user (email, name, name_folded, role_id, language, zone, password_hash, created_at_ms)
               WITH RECURSIVE ",
            numbers!(),
            " SELECT 'agent' || i || '@bench.example', 'Agent Number ' || i, 'agent number ' || i,
                     (SELECT id FROM role WHERE code = 'agent'), 'en', 'Europe/Berlin', CAST($4 AS TEXT),
                     CAST($3 AS BIGINT) FROM n ORDER BY i"
        )),
        args![0i64, 19i64, now, password_hash],
    )?;
    conn.run(
        sql!(
            "INSERT INTO team_member (team_id, user_id)
               SELECT m.id, u.id FROM desk_user u CROSS JOIN (SELECT min(id) AS id FROM desk_user WHERE email LIKE 'agent%') f
                 JOIN team m ON m.id = (SELECT min(id) FROM team) + (u.id - f.id) % 5
                WHERE u.email LIKE 'agent%'"
        ),
        args![],
    )
    .map(drop)
}

/// `count` people who ask, two of three in an organisation of forty.
pub fn customers(conn: &mut Conn, count: i64, now: Millis) -> Result<()> {
    conn.run(
        sql!(concat!(
            "INSERT INTO organisation (name, name_folded, created_at_ms) WITH RECURSIVE ",
            numbers!(),
            " SELECT 'Organisation ' || i, 'organisation ' || i, CAST($3 AS BIGINT) FROM n ORDER BY i"
        )),
        args![0i64, count / 60, now],
    )?;
    conn.run(
        sql!(concat!(
            "INSERT INTO contact (name, name_folded, organisation_id, created_at_ms, updated_at_ms) WITH RECURSIVE ",
            numbers!(),
            " SELECT 'Customer Number ' || i, 'customer number ' || i,
                     CASE WHEN i % 3 > 0 THEN (SELECT min(id) FROM organisation) + i / 60 END,
                     CAST($3 AS BIGINT), CAST($3 AS BIGINT) FROM n ORDER BY i"
        )),
        args![0i64, count - 1, now],
    )?;
    conn.run(
        sql!(
            "INSERT INTO contact_email (email, contact_id, is_primary)
               SELECT 'customer' || (c.id - f.id) || '@customers.example', c.id, TRUE
                 FROM contact c CROSS JOIN (SELECT min(id) AS id FROM contact) f"
        ),
        args![],
    )
    .map(drop)
}

/// Tickets `from` to `to` of `total`, the oldest first, over two years. Of the newest 4 % three of four are open, of
/// the rest one in a hundred.
pub fn add_tickets(
    conn: &mut Conn,
    (from, to, total): (i64, i64, i64),
    people: &People,
    customers: i64,
    now: Millis,
) -> Result<()> {
    conn.run(
        sql!(concat!(
            "INSERT INTO ticket (subject, subject_folded, kind, status_id, category, is_open, priority, channel,
                                 requester_id, organisation_id, inbox_id, team_id, assignee_id, created_at_ms,
                                 updated_at_ms, solved_at_ms, last_text, last_by, is_last_in)
             WITH RECURSIVE ",
            numbers!(),
            ", ",
            words!(),
            ", g AS (SELECT CAST($3 AS BIGINT) AS total, CAST($4 AS BIGINT) AS contact, CAST($5 AS BIGINT) AS contacts,
                            CAST($6 AS BIGINT) AS agent, CAST($7 AS BIGINT) AS team, CAST($8 AS BIGINT) AS inbox,
                            CAST($9 AS BIGINT) AS now),
             p AS (SELECT n.i, g.*, (n.i * 7919) % 100 AS roll, n.i > g.total - g.total / 25 AS is_new,
                          g.now - 3600000 - (g.total - n.i) * (63072000000 / g.total) AS at FROM n CROSS JOIN g),
             q AS (SELECT p.*, CASE WHEN is_new AND roll < 25 THEN 'new' WHEN is_new AND roll < 50 THEN 'open'
                                    WHEN is_new AND roll < 65 THEN 'waiting_customer'
                                    WHEN is_new AND roll < 75 THEN 'waiting_third_party'
                                    WHEN is_new AND roll < 85 THEN 'solved'
                                    WHEN roll = 0 THEN 'waiting_customer' ELSE 'closed' END AS category,
                          CASE WHEN i % 5 < 3 THEN 'email' WHEN i % 5 = 3 THEN 'web' ELSE 'phone' END AS channel
                     FROM p)
             SELECT w.subject || ' ' || q.i, lower(w.subject) || ' ' || q.i,
                    CASE q.i % 3 WHEN 0 THEN 'question' WHEN 1 THEN 'incident' ELSE 'service_request' END,
                    s.id, q.category, q.category NOT IN ('solved', 'closed'), 10 * (1 + q.i * 31 % 4), q.channel,
                    c.id, c.organisation_id, CASE WHEN q.channel = 'email' THEN q.inbox END,
                    q.team + q.i % 5, CASE WHEN q.category = 'new' THEN 0 ELSE q.agent + q.i % 5 + 5 * (q.i / 5 % 4) END,
                    q.at, q.at + q.i % 40 * 60000,
                    CASE WHEN q.category IN ('solved', 'closed') THEN q.at + q.i % 40 * 60000 END,
                    substr(w.words, 1, 140), c.name, q.category = 'new'
               FROM q JOIN w ON w.k = q.i % 8 JOIN ticket_status s ON s.code = q.category
               JOIN contact c ON c.id = q.contact + q.i * 7919 % q.contacts ORDER BY q.i"
        )),
        args![from, to, total, people.contact, customers, people.agent, people.team, people.inbox, now],
    )?;
    conn.run(
        sql!(
            "INSERT INTO ticket_participant (ticket_id, contact_id, role)
               SELECT id, requester_id, 'requester' FROM ticket WHERE id BETWEEN $1 AND $2 ORDER BY id"
        ),
        args![from, to],
    )?;
    conn.run(
        sql!(
            "INSERT INTO ticket_tag (ticket_id, tag)
               SELECT id, CASE id % 5 WHEN 0 THEN 'billing' WHEN 1 THEN 'access' ELSE 'hardware' END
                 FROM ticket WHERE id BETWEEN $1 AND $2 AND id % 3 = 0 ORDER BY id"
        ),
        args![from, to],
    )
    .map(drop)
}

/// Message `part` (0, 1 or 2) of tickets `from` to `to`: the request, an answer, and on every second ticket what the
/// customer says to it.
pub fn add_messages(conn: &mut Conn, (from, to): (i64, i64), part: i64) -> Result<()> {
    conn.run(
        sql!(concat!(
            "INSERT INTO message (ticket_id, kind, direction, channel, author_kind, author_id, author_name, from_email,
                                  subject, text, html, html_rules, created_at_ms)
             WITH ",
            words!(),
            ", g AS (SELECT CAST($3 AS BIGINT) AS part)
             SELECT t.id, 'public', CASE WHEN u.id IS NULL THEN 'in' ELSE 'out' END, t.channel,
                    CASE WHEN u.id IS NULL THEN 'contact' ELSE 'user' END, COALESCE(u.id, c.id),
                    COALESCE(u.name, c.name), COALESCE(u.email, e.email), t.subject, w.words,
                    CASE WHEN u.id IS NULL AND t.channel = 'email' THEN '<p>' || w.words || '</p>' END, 1,
                    t.created_at_ms + g.part * 600000
               FROM ticket t CROSS JOIN g JOIN w ON w.k = (t.id + g.part) % 8 JOIN contact c ON c.id = t.requester_id
               LEFT JOIN contact_email e ON e.contact_id = c.id
               LEFT JOIN desk_user u ON u.id = t.assignee_id AND g.part = 1
              WHERE t.id BETWEEN $1 AND $2 AND (g.part < 2 OR t.id % 2 = 0) ORDER BY t.id"
        )),
        args![from, to, part],
    )
    .map(drop)
}

/// The ledger's rows and known Message-IDs of the tickets that came by mail. They share one content.
pub fn add_mails(conn: &mut Conn, (from, to): (i64, i64), content: &Hash, size: usize) -> Result<()> {
    conn.run(
        sql!(concat!(
            "INSERT INTO inbound (inbox_id, way, received_at_ms, envelope, blob_hash, size, from_email, subject,
                                  reference_hash, content_hash, outcome, ticket_id, message_id, attempts, next_at_ms)
             SELECT t.inbox_id, 'smtp', t.created_at_ms, '{}', $3, $4, m.from_email, t.subject, ",
            hash!("0"),
            ", $3, 'created', t.id, m.id, 1, t.created_at_ms
               FROM ticket t JOIN message m ON m.ticket_id = t.id
              WHERE t.id BETWEEN $1 AND $2 AND t.channel = 'email'
                AND m.id = (SELECT min(x.id) FROM message x WHERE x.ticket_id = t.id)
              ORDER BY t.id"
        )),
        args![from, to, content, size],
    )?;
    conn.run(
        sql!(concat!(
            "INSERT INTO mail_reference (hash, ticket_id)
             SELECT ",
            hash!("0"),
            ", t.id FROM ticket t WHERE t.id BETWEEN $1 AND $2 AND t.channel = 'email'
             UNION ALL SELECT ",
            hash!("1"),
            ", t.id FROM ticket t WHERE t.id BETWEEN $1 AND $2 AND t.channel = 'email'"
        )),
        args![from, to],
    )
    .map(drop)
}

/// What the log has of tickets `from` to `to`. Braces are values, because in a statement they are tokens.
pub fn add_events(conn: &mut Conn, (from, to): (i64, i64)) -> Result<()> {
    conn.run(
        sql!(
            "INSERT INTO event (kind, subject, actor, payload, at_ms)
             SELECT 'ticket.opened', 'ticket/' || t.id, 'contact/' || t.requester_id,
                    CAST($3 AS TEXT) || '\"ticket\":\"' || t.id || '\",\"subject\":\"' || t.subject
                      || '\",\"channel\":\"' || t.channel || '\",\"requester\":\"' || c.name || '\"'
                      || CAST($4 AS TEXT), t.created_at_ms
               FROM ticket t JOIN contact c ON c.id = t.requester_id WHERE t.id BETWEEN $1 AND $2 ORDER BY t.id"
        ),
        args![from, to, "{", "}"],
    )?;
    conn.run(
        sql!(
            "INSERT INTO event (kind, subject, actor, payload, at_ms)
             SELECT 'message.added', 'ticket/' || m.ticket_id, m.author_kind || '/' || m.author_id,
                    CAST($3 AS TEXT) || '\"ticket\":\"' || m.ticket_id || '\",\"message\":\"' || m.id
                      || '\",\"kind\":\"public\",\"direction\":\"' || m.direction || '\"' || CAST($4 AS TEXT),
                    m.created_at_ms
               FROM message m WHERE m.ticket_id BETWEEN $1 AND $2 ORDER BY m.id"
        ),
        args![from, to, "{", "}"],
    )?;
    conn.run(
        sql!(
            "INSERT INTO event (kind, subject, actor, payload, at_ms)
             SELECT 'ticket.changed', 'ticket/' || t.id, 'user/' || t.assignee_id,
                    CAST($3 AS TEXT) || '\"ticket\":\"' || t.id || '\",\"changes\":' || CAST($3 AS TEXT)
                      || '\"status\":[\"new\",\"' || t.category || '\"]' || CAST($4 AS TEXT) || CAST($4 AS TEXT),
                    t.updated_at_ms
               FROM ticket t WHERE t.id BETWEEN $1 AND $2 AND t.category <> 'new' ORDER BY t.id"
        ),
        args![from, to, "{", "}"],
    )
    .map(drop)
}

/// What PostgreSQL does by itself some time after so many rows.
pub fn analyze(conn: &mut Conn) -> Result<()> {
    conn.run(sql!("ANALYZE"), args![]).map(drop)
}

/// The least that a durable change is: one row of a few hundred bytes with two indexes, alone in its transaction.
pub fn bare(conn: &mut Conn, number: i64, text: &str) -> Result<()> {
    conn.run(
        sql!("INSERT INTO event (kind, subject, actor, payload, at_ms) VALUES ('bench.bare', $1, 'system', $2, $3)"),
        args!["ticket/1", text, number],
    )
    .map(drop)
}
