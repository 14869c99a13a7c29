//! Counts of what waits.
use platform::{
    args,
    authority::{System, Tx},
    db, sql,
};

/// What waits or has gone wrong, as (thing, state, how many), and the number of the newest event. Each reads
/// one partial index; rows that are done are not touched.
pub fn counts(tx: &mut Tx<System>) -> db::Result<Vec<(String, String, i64)>> {
    tx.all(
        sql!(
            "SELECT 'job' AS what, 'waiting' AS state, count(*) AS n FROM job WHERE state <> 'dead'
              UNION ALL SELECT 'job', 'dead', count(*) FROM job WHERE state = 'dead'
              UNION ALL SELECT 'inbound', 'pending', count(*) FROM inbound WHERE outcome = 'pending'
              UNION ALL SELECT 'inbound', 'quarantined', count(*) FROM inbound WHERE outcome = 'quarantined'
              UNION ALL SELECT 'outbound', 'waiting', count(*) FROM outbound
                         WHERE state = 'waiting' OR state = 'sending'
              UNION ALL SELECT 'outbound', 'failed', count(*) FROM outbound
                         WHERE state = 'failed' OR state = 'bounced'
              UNION ALL SELECT 'event', 'last', COALESCE(max(id), 0) FROM event"
        ),
        args![],
    )
}
