//! Values without case and accents, as filters compare them.
use super::Field;
use crate::tickets::Ticket;
use kernel::{id::Id, text};
use platform::{
    args,
    authority::{System, Tx},
    jobs::{self, Job, Trouble},
    sql,
};

/// The form in which values of text are compared: without case and accents, the first 200 characters.
pub fn folded(value: &str) -> String {
    // A letter can fall apart into two when it is folded: the second time nothing more happens.
    text::fold(&text::fold(value)).chars().take(200).collect()
}

/// Folds what was there before there was a folded form, 1,000 values at a time. Running it twice changes nothing more.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Fold {
    after: i64,
}
/// Values of one transaction.
const FOLDED_AT_ONCE: usize = 1_000;
impl Job for Fold {
    const KIND: &'static str = "fields.fold";

    fn run(self, tx: &mut Tx<System>) -> Result<(), Trouble> {
        let values = tx.all::<(Id<Ticket>, Id<Field>, String)>(
            sql!(
                "SELECT ticket_id, field_id, value FROM ticket_field
                  WHERE ticket_id >= $1 AND folded IS NULL ORDER BY ticket_id, field_id LIMIT $2"
            ),
            args![self.after, FOLDED_AT_ONCE],
        )?;
        for (ticket, field, value) in &values {
            tx.run(
                sql!("UPDATE ticket_field SET folded = $3 WHERE ticket_id = $1 AND field_id = $2"),
                args![*ticket, *field, &folded(value)],
            )?;
        }
        if let Some((last, ..)) = values.last().filter(|_| values.len() == FOLDED_AT_ONCE) {
            let now = tx.now();
            jobs::enqueue(tx, &Fold { after: last.number() }, now, None)?;
        }
        Ok(())
    }
}
platform::register_job!(Fold);
