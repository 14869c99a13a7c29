//! SQL for what is tidied away across the slices. Nothing else.
use kernel::clock::Millis;
use platform::{
    args,
    blobs::Hash,
    db::{Conn, Result},
    sql,
};

/// Hashes of content after `after`, in their order, `most` at most.
pub fn contents(conn: &mut Conn, after: &[u8], most: usize) -> Result<Vec<Hash>> {
    let rows: Vec<(Hash,)> = conn.all(
        sql!("SELECT hash FROM blob WHERE hash > $1 ORDER BY hash LIMIT $2"),
        args![&after.to_vec(), most],
    )?;
    Ok(rows.into_iter().map(|(hash,)| hash).collect())
}

/// Forgets content from `after` (exclusive) to `last` that is older than `before` and that no file of a message and no
/// mail that came in names. Where another table should name it, its reference refuses.
///
/// * returns – of what was forgotten, that which lies in the folder.
pub fn forget(conn: &mut Conn, after: &[u8], last: Hash, before: Millis) -> Result<Vec<Hash>> {
    let rows: Vec<(Hash, bool)> = conn.all(
        sql!(
            "DELETE FROM blob
              WHERE hash > $1 AND hash <= $2 AND created_at_ms < $3
                AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.blob_hash = blob.hash)
                AND NOT EXISTS (SELECT 1 FROM inbound i WHERE i.blob_hash = blob.hash)
              RETURNING hash, bytes IS NULL AS is_file"
        ),
        args![&after.to_vec(), &last, before],
    )?;
    Ok(rows.into_iter().filter(|(_, is_file)| *is_file).map(|(hash, _)| hash).collect())
}

/// Whether some row names the content.
pub fn is_known(conn: &mut Conn, hash: Hash) -> Result<bool> {
    let row = conn.find::<(Hash,)>(sql!("SELECT hash FROM blob WHERE hash = $1"), args![&hash])?;
    Ok(row.is_some())
}
