//! What it costs to decide who gets a ticket, where 500 people could: on a desk of their own beside the one that is measured.
use super::{
    inside::{Meter, said},
    load::{Bounds, Round},
};
use crate::failure::Failure;
use desk::{
    routing::{
        self, ManageRouting, RoutingError,
        policy::{PlanDraft, Strategy},
    },
    tickets::{
        TicketError,
        actions::{First, open, requester},
        policy::{Channel, Draft, Requester},
    },
};
use kernel::{fault::Problem, id::Id};
use people::{
    permissions::ManagePeople,
    roles::{self, Builtin},
    teams, users,
};
use platform::{
    Home,
    authority::{Actor, Grant, System, Team},
    i18n::Language,
};
use std::sync::Arc;

/// So many could get each ticket.
const AGENTS: usize = 500;

/// Makes an empty desk one with a team of 500 whose work is given out to whoever has the least.
///
/// * returns – the team.
pub async fn prepare(home: &Home) -> Result<Id<Team>, Failure> {
    let system = Grant::<System>::system(home);
    let made =
        system.change(|tx| people::setup::create_desk(tx, "Bench", "ada@bench.example", "x", Language::En));
    made.await.map_err(said)?;
    let actor = Arc::new(Actor { permissions: roles::policy::everything(), ..Actor::system() });
    let manage = Grant::<ManagePeople>::check(home, actor.clone(), true).map_err(said)?;
    let hired = manage.change::<_, Problem>(|tx| {
        let role = Some(roles::store::builtin(tx, Builtin::Agent)?);
        let mut all = Vec::new();
        for at in 0..AGENTS {
            let (name, email) = (format!("Agent {at}"), format!("agent-{at}@bench.example"));
            let draft = users::Draft { name, email, role, ..users::Draft::default() };
            all.push(users::actions::create(tx, draft.parse()?, Some("$none$".into()))?);
        }
        Ok(all)
    });
    let members = hired.await.map_err(said)?;
    let team = manage.change::<_, Problem>(move |tx| {
        Ok(teams::actions::create(tx, teams::Draft { name: "All".into(), members }.parse()?)?)
    });
    let team = team.await.map_err(said)?;
    let plan = PlanDraft { strategy: Some(Strategy::LeastLoaded), ..PlanDraft::default() };
    Grant::<ManageRouting>::check(home, actor, true)
        .map_err(said)?
        .change::<_, RoutingError>(move |tx| routing::actions::set_plan(tx, team, plan))
        .await
        .map_err(said)?;
    Ok(team)
}

/// Tickets come one by one, and each is given to somebody; only that is measured.
pub async fn round(
    home: &Home,
    team: Id<Team>,
    bounds: Bounds,
    postgres: Option<u32>,
) -> Result<Round, Failure> {
    let system = Grant::<System>::system(home);
    let mut meter = Meter::new(postgres);
    let count = bounds.count.min(300);
    let mut given = 0;
    for at in 0..count {
        let draft = Draft {
            subject: format!("Case {at}"),
            text: Some("Please".into()),
            requester: Requester { email: Some("cy@customer.example".into()), ..Requester::default() },
            team: Some(team),
            ..Draft::default()
        };
        let new = draft.parse(Channel::Api).map_err(said)?;
        let opened = system.change::<_, TicketError>(move |tx| {
            let contact = requester(tx, new.email.as_deref(), &new.name, None)?;
            open(tx, &new, &contact, First::default())
        });
        opened.await.map_err(said)?;
        meter.begin();
        given += routing::work::give_out(home).await.map_err(said)?;
        meter.end();
    }
    if given != count {
        return Err(Failure::failed(format!("{given} of {count} tickets were given out")));
    }
    Ok(meter.round(count))
}
