//! Tickets of the demo that there are once each, in three languages: what a search is tried on.
use super::{
    company::{self, Cast},
    tickets::{Plot, Story, announce, play, set, steps},
};
use desk::tickets::{Channel, TicketError};
use kernel::{
    clock::{Clock, DAY, Millis},
    fault::Problem,
};
use people::{contacts, permissions::ManageContacts};
use platform::{
    Home,
    authority::{Grant, System},
    db,
    i18n::Language,
};
use serde::Deserialize;

/// A desk with fewer tickets is for measuring and trying out: it has none of these.
pub const LEAST: usize = 200;
/// They came before the others, within so many days.
const FROM_MS: i64 = 39 * DAY;
const SPAN_MS: i64 = 8 * DAY;

/// `demo/cases.json`.
#[derive(Deserialize)]
struct Case {
    name: String,
    email: String,
    phone: String,
    #[serde(flatten)]
    story: Story,
}

/// Adds all of them.
///
/// * returns – how many there are.
pub async fn fill(home: &Home, clock: &Clock, cast: &Cast, now: Millis) -> Result<usize, Problem> {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../../../demo/cases.json")).expect("it is part of the program");
    let count = cases.len();
    let (people, system) =
        (Grant::<ManageContacts>::check(home, company::everything(), true)?, Grant::<System>::system(home));
    for (number, case) in cases.into_iter().enumerate() {
        let at = now.plus(-FROM_MS + SPAN_MS / count as i64 * number as i64);
        set(clock, at);
        let draft = contacts::Draft {
            name: case.name,
            emails: vec![case.email],
            phones: vec![case.phone],
            language: Language::from_word(&case.story.language),
            ..contacts::Draft::default()
        };
        let new = draft.parse()?;
        let id = people.change(move |tx| contacts::actions::create(tx, new)).await?;
        let requester = system.read::<_, db::Error>(move |tx| contacts::store::by_id(tx, id)).await?;
        let plot = Plot {
            story: 0,
            requester: requester.ok_or_else(Problem::not_found)?,
            agent: number % cast.agents.len(),
            channel: if number % 3 == 0 { Channel::Phone } else { Channel::Email },
            at,
            progress: [5, 4, 5, 2, 4][number % 5],
            has_note: true,
            is_stuck: false,
        };
        let (agent, places, clock) =
            (cast.agents[plot.agent].clone(), (cast.inbox, cast.teams[0]), clock.clone());
        system
            .change::<_, TicketError>(move |tx| {
                let mut ticket = None;
                for (at, step) in steps(&plot, &case.story, now) {
                    // They said it once; there is no second word from them.
                    if step.is_of_the_customer() && ticket.is_some() {
                        continue;
                    }
                    set(&clock, at);
                    announce(tx)?;
                    ticket = Some(play(tx, step, ticket, (&case.story, &plot, &agent), places)?);
                }
                Ok(())
            })
            .await?;
    }
    Ok(count)
}
