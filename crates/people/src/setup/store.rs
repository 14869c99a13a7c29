use platform::{args, authority::Tx, db, sql};

/// Whether the desk has been set up: somebody works here.
pub fn is_done(conn: &mut db::Conn) -> db::Result<bool> {
    let (n,) = conn.one::<(i64,)>(sql!("SELECT count(*) FROM desk_user"), args![])?;
    Ok(n > 0)
}

/// Marks the desk as begun. Of two who try at once one waits for the other and fails.
pub(super) fn begin<P>(tx: &mut Tx<P>) -> db::Result<bool> {
    let now = tx.now().to_string();
    let added = tx.run(
        sql!("INSERT INTO setting (key, value) VALUES ('set_up_at', $1) ON CONFLICT (key) DO NOTHING"),
        args![&now],
    )?;
    Ok(added == 1)
}
