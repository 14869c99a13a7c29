//! Placeholders in texts that are written once and used often: `{{customer.first_name | default: "there"}}`.
//!
//! One engine for signatures, canned replies and macros. The names are a closed set and the values are those of one
//! ticket that its reader has seen, so that a text reaches nothing else; there is no arithmetic, no loop, no call.
//! What a value contains is never read again as a placeholder.
mod fill;
mod load;
mod names;
mod parse;
#[cfg(test)]
mod tests;
mod values;

use crate::tickets::ViewTickets;
pub use fill::{Filled, fill};
pub use load::of_ticket;
pub use names::{Allowed, known};
pub use parse::{Fault, Template, Trouble};
use platform::web::Routes;
use utoipa_axum::routes;
pub use values::Values;

mod api;

platform::translations!();

/// The faults of several texts as one refusal: which field, and where in it.
///
/// * `texts` – the name of the field and its text.
/// * errors – 422 `placeholder` for each text that has a fault; `detail` says where.
pub fn check<'t>(
    texts: impl IntoIterator<Item = (String, &'t str)>,
    allowed: Allowed,
    fields: &[crate::fields::Field],
) -> Result<(), kernel::fault::Problem> {
    let (mut mistakes, mut places) = (kernel::fault::Mistakes::default(), Vec::new());
    for (name, text) in texts {
        let faults = Template::parse(text, allowed).faults(fields);
        mistakes.require(faults.is_empty(), &name, "placeholder");
        places.extend(faults.iter().map(|fault| format!("{name} {fault}")));
    }
    mistakes.check().map_err(|problem| problem.because(places.join("; ")))
}

pub fn routes() -> Routes {
    Routes::new().api::<ViewTickets>(routes!(api::list))
}
