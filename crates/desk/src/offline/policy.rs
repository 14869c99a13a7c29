//! What is kept, and in which order. No I/O.
use crate::{
    tickets::Ticket,
    views::{Shown, View},
};
use kernel::{clock::Millis, id::Id};
use platform::{authority::Team, blobs::Hash};
use std::collections::HashSet;

/// Tickets that a device keeps at most.
pub const MOST: usize = 50;
/// Lists that a device keeps at most.
const LISTS: usize = 6;

/// The person's own lists first: mine, what my teams have and nobody took, then the lists of my teams.
pub fn lists(teams: &[Id<Team>]) -> Vec<Shown> {
    let standard = [View::Mine, View::Unassigned].map(Shown::Standard);
    standard.into_iter().chain(teams.iter().copied().map(Shown::Team)).take(LISTS).collect()
}

/// A ticket to be kept.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Kept {
    pub number: i64,
    /// The list in which it was found first, as `?view=` has it.
    pub view: String,
    /// When it changed last: what a device has from then on is still true.
    #[serde(rename = "at")]
    pub updated_at_ms: i64,
}

/// Takes the tickets of each list in turn, each once, [`MOST`] at most.
pub fn tickets(lists: &[(Shown, Vec<(Id<Ticket>, Millis)>)]) -> Vec<Kept> {
    let mut seen = HashSet::new();
    let all = lists.iter().flat_map(|(shown, rows)| rows.iter().map(move |row| (shown, row)));
    all.filter(|(_, (id, _))| seen.insert(id.number()))
        .take(MOST)
        .map(|(shown, (id, at))| Kept { number: id.number(), view: shown.word(), updated_at_ms: at.0 })
        .collect()
}

/// Changes when a ticket comes into the list, leaves it, or changes in it. Browsers read it as a number without loss.
pub fn mark(rows: &[(Id<Ticket>, Millis)]) -> i64 {
    let bytes: Vec<u8> =
        rows.iter().flat_map(|(id, at)| [id.number(), at.0]).flat_map(i64::to_be_bytes).collect();
    i64::from_str_radix(&Hash::of(&bytes).hex()[..12], 16).expect("twelve digits are a number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_changes_has_another_mark() {
        let row = |id: i64, at: i64| (Id::<Ticket>::new(id), Millis(at));
        let one = mark(&[row(1, 10), row(2, 20)]);
        assert_eq!(one, mark(&[row(1, 10), row(2, 20)]));
        for other in [vec![row(1, 10)], vec![row(1, 11), row(2, 20)], vec![row(2, 20), row(1, 10)], vec![]] {
            assert_ne!(one, mark(&other), "{other:?}");
        }
        assert!((0..1 << 53).contains(&one));
    }

    #[test]
    fn ones_own_lists_come_first_and_there_are_not_too_many() {
        let teams: Vec<Id<Team>> = (1..20).map(Id::new).collect();
        let words: Vec<_> = lists(&teams).iter().map(Shown::word).collect();
        assert_eq!(words, ["mine", "unassigned", "team-1", "team-2", "team-3", "team-4"]);
        assert_eq!(lists(&[]).len(), 2);
    }
    #[test]
    fn a_ticket_is_kept_once_and_there_are_fifty_at_most() {
        let rows = |from: i64, to: i64| (from..to).map(|n| (Id::new(n), Millis(n * 10))).collect::<Vec<_>>();
        let kept = tickets(&[
            (Shown::Standard(View::Mine), rows(1, 4)),
            (Shown::Standard(View::Unassigned), rows(2, 100)),
        ]);
        assert_eq!(kept.len(), MOST);
        assert_eq!(kept[1], Kept { number: 2, view: "mine".into(), updated_at_ms: 20 });
        assert_eq!(kept[3].view, "unassigned");
        assert_eq!(kept.iter().filter(|one| one.number == 2).count(), 1);
    }
}
