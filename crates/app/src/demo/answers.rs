//! What the demo company answers again and again.
use super::company;
use desk::{
    canned,
    macros::{self, Afterwards, Step},
    sharing::Share,
    tickets::NoteTickets,
};
use kernel::fault::Problem;
use platform::{Home, authority::Grant};
use serde::Deserialize;

/// `demo/answers.json`.
#[derive(Deserialize)]
struct Plan {
    replies: Vec<canned::Draft>,
    macros: Vec<Recipe>,
}
/// A macro that may answer with one of the replies above, by its place.
#[derive(Deserialize)]
struct Recipe {
    name: String,
    folder: String,
    canned: Option<usize>,
    afterwards: Afterwards,
    steps: Vec<Step>,
}

/// Adds canned replies and macros, as an administrator does.
pub async fn fill(home: &Home) -> Result<(), Problem> {
    let plan: Plan = serde_json::from_str(include_str!("../../../../demo/answers.json"))
        .expect("it is part of the program");
    let write = Grant::<NoteTickets>::check(home, company::everything(), true)?;
    let mut replies = Vec::new();
    for draft in plan.replies {
        let new = draft.parse()?;
        replies.push(write.change(move |tx| canned::actions::create(tx, new)).await?);
    }
    for Recipe { name, folder, canned, afterwards, mut steps } in plan.macros {
        if let Some(at) = canned {
            let canned = replies.get(at).copied();
            steps.insert(0, Step::Reply { texts: canned::Texts::default(), canned, send: false });
        }
        let draft = macros::Draft { name, folder, share: Share::Desk, team: None, steps, afterwards };
        let new = draft.parse()?;
        write.change(move |tx| macros::actions::create(tx, new)).await?;
    }
    Ok(())
}
