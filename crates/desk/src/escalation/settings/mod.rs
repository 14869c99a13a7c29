//! `/admin/escalation`: the lines, who leads which team, and the suppliers, side by side.
use super::{
    ManageEscalation,
    lines::{self, Line},
    supervisors,
    suppliers::{self, Supplier},
};
use crate::{
    calendars::{self, Calendar},
    tickets::TicketError,
};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{fault::Problem, id::Id};
use people::{teams, users};
use platform::{
    authority::{Grant, Team, Tx, User},
    web::{Failure, Form, Page, Ui},
};

pub(super) const HERE: &str = "/admin/escalation";

#[derive(askama::Template)]
#[template(path = "escalation/settings/list.html")]
struct List {
    ui: Ui,
    lines: Vec<Line>,
    line_teams: Vec<(Id<Line>, Id<Team>, String)>,
    teams: Vec<(Id<Team>, String)>,
    people: Vec<(Id<User>, String)>,
    supervisors: Vec<(Id<Team>, Id<User>, String)>,
    suppliers: Vec<Supplier>,
    calendars: Vec<Calendar>,
}

impl List {
    fn teams_of(&self, line: &Line) -> String {
        let own = self.line_teams.iter().filter(|(of, ..)| *of == line.id).map(|(.., name)| name.as_str());
        own.collect::<Vec<_>>().join(", ")
    }
    fn calendar(&self, chosen: &Option<Id<Calendar>>) -> String {
        let is_it = |calendar: &&Calendar| match chosen {
            Some(id) => calendar.id == *id,
            None => calendar.is_default,
        };
        let found = self.calendars.iter().find(is_it).map(|calendar| calendar.name.clone());
        found.unwrap_or_else(|| self.ui.t("sla-always").into())
    }
    fn span<'s>(&self, span: &'s Option<String>) -> &'s str {
        span.as_deref().unwrap_or("–")
    }
    fn leads(&self, team: &Id<Team>, user: &Id<User>) -> bool {
        self.supervisors.iter().any(|(of, who, _)| of == team && who == user)
    }
}

/// `GET /admin/escalation`.
pub async fn list(ui: Ui, grant: Grant<ManageEscalation>) -> Result<Response, Failure> {
    let page = grant
        .read::<_, TicketError>(move |tx| {
            let around = around(tx)?;
            Ok(List {
                lines: lines::store::lines(tx)?,
                line_teams: lines::store::teams(tx)?,
                teams: around.teams,
                people: users::store::assignable(tx)?.into_iter().map(|user| (user.id, user.name)).collect(),
                supervisors: supervisors::store::supervisors(tx)?,
                suppliers: suppliers::store::suppliers(tx)?,
                calendars: around.calendars,
                ui,
            })
        })
        .await?;
    Ok(Page(page).into_response())
}

/// `POST /admin/escalation/supervisors`: one field for each team, `team/ID`, with a user's id or nothing.
pub async fn set_supervisors(grant: Grant<ManageEscalation>, form: Form) -> Result<Redirect, Failure> {
    form.only(&["team/*"])?;
    let mut chosen: Vec<(Id<Team>, Option<Id<User>>)> = Vec::new();
    for name in form.names() {
        let team = name.trim_start_matches("team/").parse().map_err(|_| Problem::not_found())?;
        let user = form.some(name).map(str::parse).transpose();
        chosen.push((team, user.map_err(|_| Problem::field("user", "unknown_id"))?));
    }
    grant
        .change::<_, TicketError>(move |tx| {
            for (team, user) in chosen {
                supervisors::actions::set_supervisor(tx, team, user)?;
            }
            Ok(())
        })
        .await?;
    Ok(Redirect::to(HERE))
}

/// What can be chosen.
pub(super) struct Around {
    pub teams: Vec<(Id<Team>, String)>,
    pub calendars: Vec<Calendar>,
}

pub(super) fn around(tx: &mut Tx<ManageEscalation>) -> Result<Around, TicketError> {
    let teams = teams::store::all(tx)?.into_iter().filter(|team| !team.is_archived);
    let teams = teams.map(|team| (team.id, team.name)).collect();
    Ok(Around { teams, calendars: calendars::store::all(tx)? })
}
