//! Sends what waits when its time has come, also where the program was down in between.
use super::{actions, policy::ScheduledReply, store};
use crate::{
    conversation::{Message, actions::Signer},
    tickets::{ReplyTickets, TicketError},
};
use kernel::{fault::Problem, id::Id};
use people::sign_in;
use platform::{
    Home,
    authority::{Actor, Grant, System},
    db,
    jobs::{Errand, Trouble},
};
use std::sync::Arc;

/// Sends one answer in its writer's name, with what its writer may do by then.
///
/// May run twice, and too early where another time was chosen: the row decides.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct SendScheduled {
    pub id: Id<ScheduledReply>,
}

impl Errand for SendScheduled {
    const KIND: &'static str = "scheduled.send";

    async fn run(self, home: Home) -> Result<(), Trouble> {
        let system = Grant::<System>::system(&home);
        let id = self.id;
        let Some(waiting) = system.read::<_, db::Error>(move |tx| store::one(tx, id)).await? else {
            return Ok(());
        };
        if waiting.held_because.is_some() || waiting.send_at_ms > home.clock.now() {
            return Ok(());
        }
        let writer = sign_in::actor_of(&home, waiting.user_id).await?.map(Arc::new);
        match send(&home, writer.clone(), waiting.clone()).await {
            Ok(_) => Ok(()),
            Err(problem) if problem.status >= 500 => {
                Err(Trouble::Retry(problem.detail.unwrap_or_else(|| problem.code.into())))
            }
            Err(problem) => {
                let link = format!("{}/t/{}", home.site.public_url, waiting.ticket_id);
                let hold = move |tx: &mut platform::authority::Tx<System>| {
                    actions::hold(tx, &waiting, writer.as_deref(), problem.code, &link)
                };
                Ok(system.change::<_, db::Error>(hold).await?)
            }
        }
    }
}

async fn send(
    home: &Home,
    writer: Option<Arc<Actor>>,
    waiting: ScheduledReply,
) -> Result<Option<Id<Message>>, Problem> {
    let writer = writer.ok_or(Problem::new(403, "permission_required"))?;
    let grant = Grant::<ReplyTickets>::check(home, writer, true)?;
    let signer = Signer::of(home);
    let work =
        move |tx: &mut platform::authority::Tx<ReplyTickets>| actions::dispatch(tx, &waiting, &signer, false);
    grant.change::<_, TicketError>(work).await.map_err(Problem::from)
}
platform::register_errand!(SendScheduled);
