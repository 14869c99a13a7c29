//! Why a ticket lies where it lies: who was looked at, and what spoke for or against each.
use crate::{
    routing::{
        RoutingError,
        choices::{self, Choice, Names, Summary},
        decide::{Candidate, Need},
        store,
    },
    tickets::{self, Ticket, ViewTickets},
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::Grant,
    web::{Failure, InPath, Page, Ui},
};

#[derive(askama::Template)]
#[template(path = "routing/why.html")]
pub struct Why {
    ui: Ui,
    ticket: Ticket,
    choices: Vec<Choice>,
    waits: Option<(Millis, String)>,
    names: Names,
}
impl Why {
    fn wait(&self) -> Option<(Millis, String)> {
        let (since, content) = self.waits.as_ref()?;
        Some((*since, Summary::read(content).sentence(&self.names, self.ui.language)))
    }
    fn reason(&self, choice: &Choice) -> String {
        choices::reason(&choice.kept, choice.row.user_id, self.ui.language)
    }
    fn who(&self, choice: &Choice) -> String {
        choice.row.user_name.clone().unwrap_or_default()
    }
    fn is_given(&self, choice: &Choice) -> bool {
        choice.row.kind == "given"
    }
    fn name(&self, candidate: &Candidate) -> &str {
        self.names.person(candidate.agent)
    }
    fn is_chosen(&self, choice: &Choice, candidate: &Candidate) -> bool {
        choice.row.user_id == candidate.agent
    }
    fn refusal(&self, candidate: &Candidate) -> String {
        candidate.no().map_or_else(String::new, |no| choices::refusal(no, &self.names, self.ui.language))
    }
    fn share(&self, candidate: &Candidate) -> String {
        candidate.score().map_or_else(String::new, |score| choices::share(score.load, score.limit))
    }
    fn levels(&self, candidate: &Candidate) -> String {
        candidate.score().map_or_else(String::new, |score| score.skill.to_string())
    }
    /// When they were given something the last time before that.
    fn given(&self, candidate: &Candidate) -> String {
        match candidate.score().map(|score| score.given_at) {
            Some(Millis(0)) => self.ui.t("routing-never-given").to_owned(),
            Some(at) => self.ui.full_time(at),
            None => String::new(),
        }
    }
    fn need(&self, choice: &Choice, need: &Need) -> String {
        let level = need.after(choice.kept.relaxed);
        let words = self.ui.t2("routing-needs", "skill", self.names.skill(need.skill), "level", level);
        if level == need.level {
            return words;
        }
        let relaxed = self.ui.t1("routing-relaxed-from", "level", need.level);
        format!("{words} ({relaxed})")
    }
}

/// `GET /t/{number}/routing`.
pub async fn get(
    ui: Ui,
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Page<Why>, Failure> {
    let (ticket, choices, names, waits) = grant
        .read::<_, RoutingError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            let (choices, names) = choices::of(tx, ticket.id)?;
            let waits = store::why_waiting(tx, ticket.id)?;
            Ok((ticket.into_inner(), choices, names, waits))
        })
        .await?;
    Ok(Page(Why { ui, ticket, choices, waits, names }))
}
