//! Rows by time, where only their ids are indexed: ids grow with time.
use kernel::{clock::Millis, id::Id};
use platform::db::Result;

/// The first row that was written at `since` or later; where there is none, the id after the last.
///
/// Halves the range of ids: two dozen looks in a table of ten million rows.
///
/// * `end` – the last id, if there is any row.
/// * `look` – the first row with this id or a higher one: its id and its time.
pub(super) fn first_since<T>(
    (end,): (Option<i64>,),
    since: Millis,
    mut look: impl FnMut(i64) -> Result<Option<(i64, Millis)>>,
) -> Result<Id<T>> {
    let (mut low, mut high) = (1, end.unwrap_or(0) + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        match look(middle)? {
            Some((id, at)) if at < since => low = id + 1,
            _ => high = middle,
        }
    }
    Ok(Id::new(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_and_ends_are_found() {
        // Ids 3, 4 and 9, an hour apart.
        let rows = [(3, Millis(100)), (4, Millis(200)), (9, Millis(300))];
        let look = |id: i64| Ok(rows.into_iter().find(|(known, _)| *known >= id));
        let first = |since| first_since::<()>((Some(9),), Millis(since), look).unwrap().number();
        // Whatever is between two rows is as good as the later one.
        assert!((1..=3).contains(&first(100)) && first(101) == 4 && (5..=9).contains(&first(201)));
        assert_eq!(first(301), 10);
        assert_eq!(first_since::<()>((None,), Millis(0), |_| Ok(None)).unwrap().number(), 1);
    }
}
