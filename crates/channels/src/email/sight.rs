//! Which rows of the ledger and of the outbox somebody sees (S04).
//!
//! `inboxes.view` opens the pages; what stands on them is as private as the tickets it belongs to. A row of a ticket is
//! seen by whoever sees the ticket. A row of no ticket is seen by whoever would see a ticket of its inbox: people of the
//! inbox, or of the team that the inbox gives its tickets to. Somebody who works with no tickets at all looks after mail,
//! and sees what is no ticket's.
use desk::tickets::store::Sight;
use platform::authority::{Scope, Tx};

/// How far somebody sees: the values of `$1`, `$2`, `$3` of [`seen_rows!`].
#[derive(Clone, Debug)]
pub struct Reach {
    pub word: &'static str,
    pub person: i64,
    pub ids: String,
}
impl Default for Reach {
    /// Everything: for the program itself.
    fn default() -> Reach {
        Reach { word: Scope::All.word(), person: -1, ids: "[]".into() }
    }
}
impl Reach {
    pub fn of<P>(tx: &Tx<P>) -> Reach {
        match tx.actor().reach("tickets.view") {
            Some(scope) => {
                let sight = Sight::within(tx.actor(), scope);
                Reach { word: scope.word(), person: sight.person, ids: sight.ids }
            }
            None => Reach { word: "none", ..Reach::default() },
        }
    }
}

/// The condition that the row `r` of `inbound` or `outbound` is within [`Reach`].
macro_rules! seen_rows {
    () => {
        concat!(
            "($1 = 'all'
               OR (r.ticket_id IS NULL
                   AND ($1 = 'none' OR ($1 = 'inbox' AND r.inbox_id {in $3})
                        OR ($1 = 'team' AND r.inbox_id IN (SELECT y.id FROM inbox y WHERE y.team_id {in $3}))))
               OR ($1 <> 'none' AND EXISTS (SELECT 1 FROM ticket t WHERE t.id = r.ticket_id AND ",
            desk::visible!(),
            ")))"
        )
    };
}
pub(super) use seen_rows;
