//! The demo company's lines, who leads its teams, its supplier, and one case that was handed on.
use super::company::{self, Cast};
use desk::{
    conversation::actions::Signer,
    escalation::{
        self, ManageEscalation,
        lines::{self, LineDraft},
        stay, supervisors,
        suppliers::{self, SupplierDraft},
    },
    filter::{self, Order},
    tickets::{self, EditTickets, Ticket, TicketError},
};
use kernel::{
    clock::{Clock, HOUR, MINUTE, Millis},
    fault::Problem,
    id::Id,
};
use platform::{
    Home,
    authority::{Grant, Tx},
};
use serde::Deserialize;

/// `demo/escalation.json`.
#[derive(Deserialize)]
struct Plan {
    lines: Vec<Line>,
    supervisor: String,
    suppliers: Vec<SupplierDraft>,
    hand_over: Words,
}
#[derive(Deserialize)]
struct Line {
    /// Which of the teams.
    team: usize,
    line: LineDraft,
}
#[derive(Deserialize)]
struct Words {
    tried: String,
    expected: String,
}
impl Plan {
    fn read() -> Plan {
        serde_json::from_str(include_str!("../../../../demo/escalation.json"))
            .expect("it is part of the program")
    }
}

/// Adds lines, supervisors and suppliers, as an administrator does.
pub async fn fill(home: &Home, cast: &Cast) -> Result<(), Problem> {
    let plan = Plan::read();
    let manage = Grant::<ManageEscalation>::check(home, company::everything(), true)?;
    for Line { team, line } in plan.lines {
        let new = LineDraft { teams: vec![cast.teams[team]], ..line }.parse()?;
        manage.change(move |tx| lines::actions::create_line(tx, new)).await?;
    }
    for supplier in plan.suppliers {
        let new = supplier.parse()?;
        manage.change(move |tx| suppliers::actions::create_supplier(tx, new)).await?;
    }
    let (teams, name) = (cast.teams.clone(), plan.supervisor);
    manage
        .change::<_, TicketError>(move |tx| {
            let people = people::users::store::assignable(tx)?;
            let leader = people.into_iter().find(|person| person.name == name).map(|person| person.id);
            for team in teams {
                supervisors::actions::set_supervisor(tx, team, leader)?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// The oldest open case of the first line's goes to the second, where somebody accepts it.
pub async fn play(home: &Home, clock: &Clock, cast: &Cast, now: Millis) -> Result<(), Problem> {
    let words = Plan::read().hand_over;
    let (first, second) = (cast.teams[0], cast.teams[1]);
    let Some(helper) = cast.agents.iter().find(|agent| agent.team == second) else { return Ok(()) };
    let giver = &cast.agents[0];
    let edit = Grant::<EditTickets>::check(home, std::sync::Arc::new(giver.actor()), true)?;
    let text = format!("is:open status:open team:{first} -assignee:none");
    let found = edit
        .read::<_, TicketError>(move |tx| {
            let filter = filter::find::read(tx, &text)?.map_err(|_| Problem::internal())?;
            Ok(filter::find::page(tx, &filter, Order::Oldest, None, 1)?.ids)
        })
        .await?;
    let Some(ticket) = found.first().copied() else { return Ok(()) };
    super::tickets::set(clock, now.plus(-HOUR));
    let draft = stay::Draft { to: "next".into(), tried: words.tried, expected: words.expected };
    let (hand_over, signer) = (draft.parse()?, Signer::of(home));
    edit.change::<_, TicketError>(move |tx| {
        let seen = seen(tx, ticket)?;
        escalation::actions::escalate(tx, &seen, &hand_over, &signer)
    })
    .await?;
    super::tickets::set(clock, now.plus(-40 * MINUTE));
    let accept = Grant::<EditTickets>::check(home, std::sync::Arc::new(helper.actor()), true)?;
    accept
        .change::<_, TicketError>(move |tx| {
            let seen = seen(tx, ticket)?;
            escalation::actions::accept(tx, &seen)
        })
        .await?;
    super::tickets::set(clock, now);
    Ok(())
}

fn seen(tx: &mut Tx<EditTickets>, ticket: Id<Ticket>) -> Result<tickets::Seen<Ticket>, TicketError> {
    Ok(tickets::store::see(tx, ticket)?.ok_or_else(Problem::not_found)?)
}
