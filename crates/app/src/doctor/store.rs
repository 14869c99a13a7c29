//! One statement for each check over the data: the rows that break it, 21 at most.
use kernel::clock::{HOUR, MINUTE, Millis};
use platform::{
    args,
    db::{Conn, Result},
    sql,
};

type Rows = Result<Vec<(String,)>>;

pub fn tickets_beside_their_status(conn: &mut Conn, _: Millis) -> Rows {
    conn.all(
        sql!(
            "SELECT CAST(t.id AS TEXT) AS id FROM ticket t JOIN ticket_status s ON s.id = t.status_id
              WHERE t.category <> s.category OR t.is_open = (t.category IN ('solved', 'closed'))
              ORDER BY t.id LIMIT 21"
        ),
        args![],
    )
}

pub fn tickets_without_requester(conn: &mut Conn, _: Millis) -> Rows {
    conn.all(
        sql!(
            "SELECT CAST(t.id AS TEXT) AS id FROM ticket t
              WHERE NOT EXISTS (SELECT 1 FROM ticket_participant p
                                 WHERE p.ticket_id = t.id AND p.contact_id = t.requester_id AND p.role = 'requester')
              ORDER BY t.id LIMIT 21"
        ),
        args![],
    )
}

/// Where the id of a merged contact leads to is the end of the chain of its merges.
pub fn contacts_that_lead_astray(conn: &mut Conn, _: Millis) -> Rows {
    conn.all(
        sql!(
            "SELECT CAST(c.id AS TEXT) AS id FROM contact c LEFT JOIN contact m ON m.id = c.merged_into_id
              WHERE (c.merged_into_id IS NULL) <> (c.lands_at_id IS NULL)
                 OR (c.merged_into_id IS NOT NULL AND coalesce(m.lands_at_id, m.id, 0) <> c.lands_at_id)
              ORDER BY c.id LIMIT 21"
        ),
        args![],
    )
}

pub fn tickets_of_nobody(conn: &mut Conn, _: Millis) -> Rows {
    conn.all(
        sql!(
            "SELECT CAST(t.id AS TEXT) AS id FROM ticket t
              WHERE (t.team_id <> 0 AND NOT EXISTS (SELECT 1 FROM team WHERE team.id = t.team_id))
                 OR (t.assignee_id <> 0 AND NOT EXISTS (SELECT 1 FROM desk_user u WHERE u.id = t.assignee_id))
                 OR (t.inbox_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.id = t.inbox_id))
              ORDER BY t.id LIMIT 21"
        ),
        args![],
    )
}

pub fn tickets_of_no_contract(conn: &mut Conn, _: Millis) -> Rows {
    desk::contracts::store::astray(conn, 21)
}

pub fn time_beside_its_sum(conn: &mut Conn, _: Millis) -> Rows {
    desk::time::store::wrong_sums(conn, 21)
}

pub fn checklists_beside_their_items(conn: &mut Conn, _: Millis) -> Rows {
    desk::checklists::store::wrong_counts(conn, 21)
}

pub fn marks_beside_side_conversations(conn: &mut Conn, _: Millis) -> Rows {
    desk::side_conversations::store::wrong_marks(conn, 21)
}

/// What is kept of promises is what the log, the policy and the calendar give (I6).
pub fn deadlines_beside_the_log(conn: &mut Conn, now: Millis) -> Rows {
    desk::sla::deadlines::wrong(conn, now, 21)
}

/// What a ticket and an alarm say of a stay is what the stay itself says.
pub fn stays_beside_their_clock(conn: &mut Conn, _: Millis) -> Rows {
    desk::escalation::climb::wrong(conn, 21)
}

/// Of mails alone: an importer may say that a ticket came by mail without having the mail.
pub fn messages_without_raw(conn: &mut Conn, _: Millis) -> Rows {
    conn.all(
        sql!(
            "SELECT CAST(m.id AS TEXT) AS id FROM message m
              WHERE m.direction = 'in'
                AND (m.inbound_id IS NOT NULL OR (m.channel = 'email' AND m.message_id IS NOT NULL))
                AND NOT EXISTS (SELECT 1 FROM inbound i WHERE i.id = m.inbound_id)
              ORDER BY m.id LIMIT 21"
        ),
        args![],
    )
}

/// Every item that was accepted is final or will be tried (I1).
pub fn inbound_stuck(conn: &mut Conn, now: Millis) -> Rows {
    conn.all(
        sql!(
            "SELECT CAST(id AS TEXT) AS id FROM inbound
              WHERE outcome = 'pending' AND next_at_ms < $1 ORDER BY next_at_ms, id LIMIT 21"
        ),
        args![now.plus(-HOUR)],
    )
}

pub fn inbound_without_ticket(conn: &mut Conn, _: Millis) -> Rows {
    conn.all(
        sql!(
            "SELECT CAST(id AS TEXT) AS id FROM inbound
              WHERE outcome IN ('created', 'joined') AND (ticket_id IS NULL OR message_id IS NULL)
              ORDER BY id LIMIT 21"
        ),
        args![],
    )
}

/// What came in once is told once (I1): one message, whose mail says the same.
pub fn inbound_twice(conn: &mut Conn, _: Millis) -> Rows {
    conn.all(
        sql!(
            "SELECT CAST(inbound_id AS TEXT) AS id FROM message
              WHERE inbound_id IS NOT NULL GROUP BY inbound_id HAVING count(*) > 1 ORDER BY inbound_id LIMIT 21"
        ),
        args![],
    )
}

/// What goes out has something to say (I2): a text of its own, or a message.
pub fn outbound_without_message(conn: &mut Conn, _: Millis) -> Rows {
    conn.all(
        sql!(
            "SELECT CAST(o.id AS TEXT) AS id FROM outbound o
              WHERE o.kind = 'reply' AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = o.message_id)
              ORDER BY o.id LIMIT 21"
        ),
        args![],
    )
}

/// Every row is final, or waits for its time, or is leased (I2).
pub fn outbound_stuck(conn: &mut Conn, now: Millis) -> Rows {
    conn.all(
        sql!(
            "SELECT CAST(id AS TEXT) AS id FROM outbound
              WHERE (state = 'waiting' OR state = 'sending') AND next_at_ms < $1 ORDER BY next_at_ms, id LIMIT 21"
        ),
        args![now.plus(-HOUR)],
    )
}

pub fn jobs_stuck(conn: &mut Conn, now: Millis) -> Rows {
    conn.all(
        sql!(
            "SELECT CAST(id AS TEXT) AS id FROM job
              WHERE state <> 'dead' AND run_at_ms < $1 ORDER BY run_at_ms, id LIMIT 21"
        ),
        args![now.plus(-HOUR)],
    )
}

pub fn readers_ahead(conn: &mut Conn, _: Millis) -> Rows {
    conn.all(
        sql!(
            "SELECT name FROM event_reader
              WHERE position > (SELECT COALESCE(max(id), 0) FROM event) ORDER BY name LIMIT 21"
        ),
        args![],
    )
}

/// Looks at the newest 1,000 alone.
pub fn events_of_the_future(conn: &mut Conn, now: Millis) -> Rows {
    conn.all(
        sql!(
            "SELECT CAST(e.id AS TEXT) AS id
               FROM (SELECT id, at_ms FROM event ORDER BY id DESC LIMIT 1000) e
              WHERE e.at_ms > $1 ORDER BY e.id LIMIT 21"
        ),
        args![now.plus(5 * MINUTE)],
    )
}
