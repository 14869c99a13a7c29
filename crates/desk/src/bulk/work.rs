//! Large steps: part after part, in the name of whoever began, with what they may do by then.
use super::{Bulk, State, actions, store};
use crate::tickets::{EditTickets, TicketError};
use kernel::{fault::Problem, id::Id};
use people::sign_in;
use platform::{
    Home,
    authority::{Grant, System, Tx},
    db,
    jobs::{Errand, Trouble},
};
use std::sync::Arc;

/// Changes what waits. May run twice: each part takes what still waits.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Change {
    pub bulk: Id<Bulk>,
}
/// Takes back what was changed.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct TakeBack {
    pub bulk: Id<Bulk>,
}

impl Errand for Change {
    const KIND: &'static str = "bulk.change";
    async fn run(self, home: Home) -> Result<(), Trouble> {
        go_on(&home, self.bulk, State::Stopped, actions::step).await
    }
}
impl Errand for TakeBack {
    const KIND: &'static str = "bulk.take_back";
    async fn run(self, home: Home) -> Result<(), Trouble> {
        go_on(&home, self.bulk, State::Undone, actions::step_back).await
    }
}
platform::register_errand!(Change);
platform::register_errand!(TakeBack);

/// Part after part until there are no more.
///
/// * `given_up` – where the step ends when its person may not go on.
async fn go_on(
    home: &Home,
    id: Id<Bulk>,
    given_up: State,
    part: fn(&mut Tx<EditTickets>, Id<Bulk>) -> Result<bool, TicketError>,
) -> Result<(), Trouble> {
    let system = Grant::<System>::system(home);
    let bulk = system.read::<_, db::Error>(move |tx| store::one(tx, id)).await?;
    let Some(bulk) = bulk.filter(|bulk| bulk.state.is_under_way()) else { return Ok(()) };
    let actor = sign_in::actor_of(home, bulk.user_id).await?.map(Arc::new);
    let grant = actor.and_then(|actor| Grant::<EditTickets>::check(home, actor, true).ok());
    let Some(grant) = grant else {
        let end = move |tx: &mut Tx<System>| store::advance(tx, id, bulk.state, given_up);
        return Ok(system.change::<_, db::Error>(end).await.map(drop)?);
    };
    loop {
        match grant.change(move |tx| part(tx, id)).await {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => {
                let problem = Problem::from(error);
                return Err(Trouble::Retry(problem.detail.unwrap_or_else(|| problem.code.into())));
            }
        }
    }
}
