//! When the demo company is there, and what it promises.
use super::company;
use desk::{
    calendars,
    sla::{self, ManageSla},
};
use kernel::fault::Problem;
use platform::{Home, authority::Grant};
use serde::Deserialize;

/// `demo/promises.json`.
#[derive(Deserialize)]
struct Plan {
    calendars: Vec<calendars::Draft>,
    policies: Vec<Policy>,
}
#[derive(Deserialize)]
struct Policy {
    /// Which of the calendars.
    calendar: usize,
    policy: sla::Draft,
}

/// Adds calendars and policies, as an administrator does.
pub async fn fill(home: &Home) -> Result<(), Problem> {
    let plan: Plan = serde_json::from_str(include_str!("../../../../demo/promises.json"))
        .expect("it is part of the program");
    let manage = Grant::<ManageSla>::check(home, company::everything(), true)?;
    let mut ids = Vec::new();
    for draft in plan.calendars {
        let new = draft.parse()?;
        ids.push(manage.change(move |tx| calendars::actions::create(tx, new)).await?);
    }
    for Policy { calendar, policy } in plan.policies {
        let new = sla::Draft { calendar: Some(ids[calendar]), ..policy }.parse()?;
        manage.change(move |tx| sla::actions::create(tx, new)).await?;
    }
    Ok(())
}
