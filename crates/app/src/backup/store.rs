//! What a restored desk must not do by itself.
use kernel::clock::Millis;
use platform::{
    args,
    db::{self, Conn},
    sql,
};

/// Whether somebody works here or anything ever happened.
pub fn has_content(conn: &mut Conn) -> db::Result<bool> {
    let (n,) = conn.one::<(i64,)>(
        sql!("SELECT (SELECT count(*) FROM desk_user) + (SELECT COALESCE(max(id), 0) FROM event) AS n"),
        args![],
    )?;
    Ok(n > 0)
}

/// Marks mails that were waiting as failed: they may have left after the backup was made (F20). Returns how many.
pub fn hold_mails(conn: &mut Conn) -> db::Result<u64> {
    // What was being bundled for people may have left too; it is in the app all the same.
    desk::notices::store::forget_mails(conn)?;
    conn.run(
        sql!(
            "UPDATE outbound SET state = 'failed', reason = 'restored, not sent',
                    body = CASE WHEN kind = 'account' THEN NULL ELSE body END
              WHERE state = 'waiting' OR state = 'sending'"
        ),
        args![],
    )
}

/// Holds answers that wait for their time: they may have left after the backup was made. Their writers see them and
/// decide. Returns how many.
pub fn hold_answers(conn: &mut Conn) -> db::Result<u64> {
    conn.run(sql!("UPDATE scheduled_reply SET held_because = 'restored' WHERE held_because IS NULL"), args![])
}

/// Forgets who asked for a link to sign in: whoever still wants one asks again.
pub fn drop_links(conn: &mut Conn) -> db::Result<()> {
    conn.run(sql!("DELETE FROM job WHERE kind = 'sign_in.send_link'"), args![]).map(drop)
}

/// Lets mails that were waiting, or under way, go out now. Returns how many.
pub fn resend_mails(conn: &mut Conn, now: Millis) -> db::Result<u64> {
    conn.run(
        sql!(
            "UPDATE outbound SET state = 'waiting', next_at_ms = $1, lease_token = lease_token + 1
              WHERE state = 'waiting' OR state = 'sending'"
        ),
        args![now],
    )
}

/// Lets go of what the old desk's processes had in hand: they are not here, and nobody waits for their leases to end.
pub fn let_go(conn: &mut Conn) -> db::Result<()> {
    conn.run(sql!("DELETE FROM lease"), args![])?;
    conn.run(
        sql!(
            "UPDATE inbound SET reader = NULL, next_at_ms = received_at_ms
              WHERE outcome = 'pending' AND (reader IS NOT NULL OR is_alone = TRUE) AND reader IS NOT NULL"
        ),
        args![],
    )
    .map(drop)
}
