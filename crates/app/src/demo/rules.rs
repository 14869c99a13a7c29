//! What the demo company's desk does by itself.
use super::company;
use desk::rules::{self, ManageRules};
use kernel::fault::Problem;
use platform::{Home, authority::Grant};

/// Adds `demo/rules.json`, as an administrator does. They hear of what happens once the desk is served.
pub async fn fill(home: &Home) -> Result<(), Problem> {
    let drafts: Vec<rules::Draft> =
        serde_json::from_str(include_str!("../../../../demo/rules.json")).expect("it is part of the program");
    let manage = Grant::<ManageRules>::check(home, company::everything(), true)?;
    for draft in drafts {
        manage.change(move |tx| rules::actions::create(tx, draft)).await?;
    }
    Ok(())
}
