//! Choosing, looking at what will happen, and what became of it. All works without a script.
use super::{
    Bulk, Changes, Outcome, Selection, State,
    actions::{self, count},
    plan::{self, Plan, Planned, Verdict},
    policy::AT_ONCE,
    store,
};
use crate::{
    tickets::{
        EditTickets, Kind, Priority, Ticket, TicketError, ViewTickets,
        pages::{
            edit,
            store::{Choices, choices},
        },
    },
    views::{Shown, pages::Sidebar},
};
use axum::{
    extract::{Path, Query},
    http::{HeaderName, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
};
use platform::{
    authority::{Grant, Team, Tx, User},
    i18n,
    web::{Failure, Form, Page, Ui},
};

const FIELDS: &[&str] = &[
    "ticket",
    "view",
    "all",
    "as",
    "what",
    "others",
    "seen",
    "status",
    "priority",
    "type",
    "team",
    "assignee",
    "add_tags",
    "remove_tags",
];
/// Tickets that a preview shows.
const SHOWN: usize = 50;
/// Tickets that could not be changed, as far as they are named on a page.
const NAMED: usize = 500;

/// What a preview shows.
pub struct Preview {
    plan: Plan,
    changing: usize,
    refused: usize,
}

#[derive(askama::Template)]
#[template(path = "bulk/page.html")]
pub struct BulkPage {
    ui: Ui,
    side: Sidebar,
    form: Form,
    choices: Choices,
    /// The list's filter, where all of it are meant.
    filter: Option<String>,
    count: usize,
    preview: Option<Preview>,
    /// Whether somebody wanted to do what an older preview said.
    is_stale: bool,
}

/// Which tickets a form means.
fn selection(form: &Form) -> Selection {
    let is_all = form.is_on("all");
    Selection {
        tickets: form.all("ticket").filter_map(|id| id.parse().ok()).collect(),
        view: form.some("view").filter(|_| is_all).map(str::to_owned),
        filter: None,
    }
}

/// What a form wants to become of them.
///
/// * errors – 422 naming each field.
fn changes(form: &Form) -> Result<Changes, Problem> {
    let mut mistakes = Mistakes::default();
    let word = |name: &str, is_known: bool, mistakes: &mut Mistakes| {
        mistakes.require(form.some(name).is_none() || is_known, name, "unknown_word");
    };
    let (priority, kind) = (Priority::from_word(form.get("priority")), Kind::from_word(form.get("type")));
    word("priority", priority.is_some(), &mut mistakes);
    word("type", kind.is_some(), &mut mistakes);
    let mut id = |name: &str| form.number(name, &mut mistakes);
    let (team, assignee) = (id("team"), id("assignee"));
    mistakes.check()?;
    Changes {
        status: form.some("status").map(str::to_owned),
        priority,
        kind,
        team: team.map(|id| (id != 0).then(|| Id::new(id))),
        assignee: assignee.map(|id| (id != 0).then(|| Id::new(id))),
        add_tags: edit::tags(form.get("add_tags")),
        remove_tags: edit::tags(form.get("remove_tags")),
    }
    .parse()
}

fn shown(form: &Form) -> Result<Shown, Problem> {
    crate::views::pages::shown(form.some("view"))
}
/// The list, with what happened.
fn back(form: &Form, bulk: Id<Bulk>) -> Result<String, Problem> {
    let board = if form.get("as") == "board" { "&as=board" } else { "" };
    Ok(format!("{}{board}&bulk={bulk}", shown(form)?.address()))
}

/// `GET /bulk?view=&ticket=&…`: what shall change, and with `what=preview` what will.
pub async fn get(
    viewing: Grant<ViewTickets>,
    grant: Grant<EditTickets>,
    ui: Ui,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let form = asked.iter().fold(Form::default(), |form, (name, value)| form.with(name, value));
    form.only(FIELDS)?;
    page(viewing, grant, ui, form, false).await
}

async fn page(
    viewing: Grant<ViewTickets>,
    grant: Grant<EditTickets>,
    ui: Ui,
    form: Form,
    is_stale: bool,
) -> Result<Response, Failure> {
    let (chosen, shown) = (selection(&form), shown(&form)?);
    let wanted = changes(&form);
    let is_preview = form.get("what") == "preview";
    let look = move |tx: &mut Tx<ViewTickets>| {
        let ids = match plan::selected(tx, &chosen) {
            // Nothing is chosen: the page says how to.
            Err(TicketError::Refused(problem))
                if problem.fields.first().is_some_and(|f| f.code == "required") =>
            {
                Vec::new()
            }
            ids => ids?,
        };
        let filter = match &chosen.view {
            Some(word) => Some(plan::shown_filter(tx, word)?),
            None => None,
        };
        Ok::<_, TicketError>((Sidebar::load(tx, &shown)?, ids, filter, choices(tx)?))
    };
    let (side, ids, filter, choices) = viewing.read(look).await?;
    let count = ids.len();
    let (mut found, mut preview) = (None, None);
    if is_preview && count > 0 {
        let foresee = move |tx: &mut Tx<EditTickets>| {
            let checked = plan::check(tx, wanted?)?;
            Ok::<_, TicketError>(plan::plan(tx, &ids, &checked)?)
        };
        match grant.read(foresee).await.map_err(Problem::from) {
            Ok(plan) => {
                let (changing, refused) = (plan.changing().count(), plan.refused().count());
                preview = Some(Preview { plan, changing, refused });
            }
            Err(problem) if problem.status == 422 => found = Some(problem),
            Err(problem) => return Err(problem.into()),
        }
    }
    let status = match &found {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None if is_stale => StatusCode::CONFLICT,
        None => StatusCode::OK,
    };
    let form = match &found {
        Some(problem) => form.with_mistakes(problem),
        None => form,
    };
    let page = BulkPage { ui, side, form, choices, filter, count, preview, is_stale };
    Ok((status, Page(page)).into_response())
}

/// `POST /bulk`: does it.
pub async fn post(
    viewing: Grant<ViewTickets>,
    grant: Grant<EditTickets>,
    ui: Ui,
    form: Form,
) -> Result<Response, Failure> {
    form.only(FIELDS)?;
    match begin(&viewing, &grant, &form).await {
        Ok((id, true)) => Ok(Redirect::to(&back(&form, id)?).into_response()),
        Ok((id, false)) => Ok(Redirect::to(&format!("/bulk/{id}")).into_response()),
        // Something became different since the preview, or is no longer there: it is shown as it is now.
        Err(problem) if matches!(problem.status, 409 | 412 | 422) => {
            page(viewing, grant, ui, form.replaced("what", "preview"), true).await
        }
        Err(problem) => Err(problem.into()),
    }
}
/// * returns – the step, and whether there is nothing more to tell of it.
async fn begin(
    viewing: &Grant<ViewTickets>,
    grant: &Grant<EditTickets>,
    form: &Form,
) -> Result<(Id<Bulk>, bool), Problem> {
    let (chosen, wanted) = (selection(form), changes(form)?);
    let (is_partial, seen) = (form.is_on("others"), form.some("seen").map(str::to_owned));
    let ids = viewing.read(move |tx| plan::selected(tx, &chosen)).await.map_err(Problem::from)?;
    let work = move |tx: &mut Tx<EditTickets>| {
        let id = actions::start(tx, &ids, wanted, is_partial, seen.as_deref())?;
        Ok::<_, TicketError>((id, is_all_done(tx, id)?))
    };
    grant.change(work).await.map_err(Problem::from)
}
/// Whether a step came to its end with nothing to tell about single tickets.
fn is_all_done<P>(tx: &mut Tx<P>, id: Id<Bulk>) -> Result<bool, TicketError> {
    let bulk = actions::own(tx, id)?;
    let counts = store::counts(tx, id)?;
    let told = count(&counts, Outcome::Refused) + count(&counts, Outcome::Kept);
    Ok(!bulk.state.is_under_way() && bulk.state != State::Stopped && told == 0)
}

/// `POST /bulk/move`: one card of the board to another status.
pub async fn shift(grant: Grant<EditTickets>, form: Form) -> Result<Redirect, Failure> {
    form.only(&["ticket", "status", "view", "as"])?;
    let ticket: Id<Ticket> = form.get("ticket").parse().map_err(|_| Problem::not_found())?;
    let changes = Changes { status: Some(form.get("status").to_owned()), ..Changes::default() }.parse()?;
    let start = move |tx: &mut Tx<EditTickets>| {
        crate::tickets::store::see(tx, ticket)?.ok_or_else(Problem::not_found)?;
        actions::start(tx, &[ticket], changes, false, None)
    };
    let id = grant.change(start).await?;
    Ok(Redirect::to(&back(&form, id)?))
}

/// What became of a step.
pub struct Told {
    pub bulk: Bulk,
    pub counts: Vec<(Outcome, i64)>,
}
impl Told {
    /// A step of the person who reads; `None` for another one's.
    pub fn load<P>(tx: &mut Tx<P>, id: Id<Bulk>) -> Result<Option<Told>, TicketError> {
        let Ok(bulk) = actions::own(tx, id) else { return Ok(None) };
        Ok(Some(Told { counts: store::counts(tx, id)?, bulk }))
    }
    pub fn count(&self, outcome: Outcome) -> i64 {
        count(&self.counts, outcome)
    }
    pub fn may_undo(&self) -> bool {
        matches!(self.bulk.state, State::Done | State::Stopped) && self.count(Outcome::Changed) > 0
    }
    /// One sentence.
    pub fn text(&self, ui: &Ui) -> String {
        match self.bulk.state {
            State::Undone => ui.t1("bulk-undone-count", "count", self.count(Outcome::Undone)),
            _ => ui.t1("bulk-changed-count", "count", self.count(Outcome::Changed)),
        }
    }
}

#[derive(askama::Template)]
#[template(path = "bulk/one.html")]
pub struct OnePage {
    ui: Ui,
    side: Sidebar,
    told: Told,
    changes: Vec<String>,
    refused: Vec<store::Line>,
    kept: Vec<store::Line>,
    waiting: Vec<store::Line>,
}

/// `GET /bulk/{id}`: what became of it; while it is under way the page looks again by itself.
pub async fn one(grant: Grant<EditTickets>, ui: Ui, Path(id): Path<Id<Bulk>>) -> Result<Response, Failure> {
    let page = grant
        .read(move |tx| {
            let told = Told::load(tx, id)?.ok_or_else(Problem::not_found)?;
            let side = Sidebar::load(tx, &Shown::Typed("".into()))?;
            let changes = words(&ui, &choices(tx)?, &told.bulk.changes());
            let is_stopped = told.bulk.state == State::Stopped;
            let waiting = match is_stopped {
                true => store::lines(tx, id, Outcome::Waiting, NAMED)?,
                false => Vec::new(),
            };
            let refused = store::lines(tx, id, Outcome::Refused, NAMED)?;
            let kept = store::lines(tx, id, Outcome::Kept, NAMED)?;
            Ok::<_, TicketError>(OnePage { ui, side, told, changes, refused, kept, waiting })
        })
        .await?;
    let is_under_way = page.told.bulk.state.is_under_way();
    let mut response = Page(page).into_response();
    if is_under_way {
        response
            .headers_mut()
            .insert(HeaderName::from_static("refresh"), axum::http::HeaderValue::from_static("2"));
    }
    Ok(response)
}

/// `POST /bulk/{id}/undo`.
pub async fn undo(
    grant: Grant<EditTickets>,
    Path(id): Path<Id<Bulk>>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&["view", "as"])?;
    let work = move |tx: &mut Tx<EditTickets>| {
        actions::undo(tx, id)?;
        is_all_done(tx, id)
    };
    let is_done = match grant.change(work).await.map_err(Problem::from) {
        Ok(is_done) => is_done,
        // Somebody pressed twice: the page says how it stands.
        Err(problem) if problem.status == 409 => false,
        Err(problem) => return Err(problem.into()),
    };
    match is_done && form.some("view").is_some() {
        true => Ok(Redirect::to(&back(&form, id)?)),
        false => Ok(Redirect::to(&format!("/bulk/{id}"))),
    }
}

fn named<T>(list: &[(Id<T>, String)], id: Id<T>, none: &str) -> String {
    match id.number() {
        0 => none.to_owned(),
        _ => {
            list.iter().find(|(one, _)| *one == id).map_or_else(|| format!("#{id}"), |(_, name)| name.clone())
        }
    }
}
fn status_named(ui: &Ui, choices: &Choices, word: &str) -> String {
    let is_it = |status: &&crate::statuses::Status| status.id.to_string() == word || status.word() == word;
    let of_category = |status: &&crate::statuses::Status| status.category.word() == word;
    let found = choices.statuses.iter().find(is_it).or_else(|| choices.statuses.iter().find(of_category));
    found.map_or_else(|| word.to_owned(), |status| status.name_in(ui.language))
}
/// What a step changes, a sentence each.
fn words(ui: &Ui, choices: &Choices, changes: &Changes) -> Vec<String> {
    let mut all = Vec::new();
    let mut say = |label: &str, value: String| all.push(format!("{}: {value}", ui.t(label)));
    if let Some(word) = &changes.status {
        say("ticket-status", status_named(ui, choices, word));
    }
    if let Some(priority) = changes.priority {
        say("ticket-priority", ui.t_of("priority", priority.word()).into());
    }
    if let Some(kind) = changes.kind {
        say("ticket-type", ui.t_of("ticket-kind", kind.word()).into());
    }
    if let Some(team) = changes.team {
        say("ticket-team", named(&choices.teams, team.unwrap_or(Id::new(0)), ui.t("ticket-no-team")));
    }
    if let Some(assignee) = changes.assignee {
        say("ticket-assignee", named(&choices.users, assignee.unwrap_or(Id::new(0)), ui.t("ticket-nobody")));
    }
    if !changes.add_tags.is_empty() {
        say("bulk-add-tags", changes.add_tags.join(", "));
    }
    if !changes.remove_tags.is_empty() {
        say("bulk-remove-tags", changes.remove_tags.join(", "));
    }
    all
}

/// What the templates ask.
impl BulkPage {
    fn priorities(&self) -> [Priority; 4] {
        Priority::ALL
    }
    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }
    fn status_name(&self, status: &crate::statuses::Status) -> String {
        status.name_in(self.ui.language)
    }
    fn back(&self) -> String {
        match shown(&self.form) {
            Ok(shown) => shown.address() + if self.form.get("as") == "board" { "&as=board" } else { "" },
            Err(_) => "/tickets".into(),
        }
    }
    /// What the form carries along: which tickets.
    fn carried(&self) -> Vec<(&'static str, String)> {
        let mut all =
            vec![("view", self.form.get("view").to_owned()), ("as", self.form.get("as").to_owned())];
        match self.form.is_on("all") {
            true => all.push(("all", "on".into())),
            false => all.extend(self.form.all("ticket").map(|ticket| ("ticket", ticket.to_owned()))),
        }
        all
    }
    /// And what shall become of them.
    fn wanted(&self) -> Vec<(&'static str, String)> {
        let names = ["status", "priority", "type", "team", "assignee", "add_tags", "remove_tags"];
        names.into_iter().map(|name| (name, self.form.get(name).to_owned())).collect()
    }
    fn is_slow(&self) -> bool {
        self.preview.as_ref().is_some_and(|preview| preview.changing as i64 > AT_ONCE)
    }
    /// A ticket's changes, from and to.
    fn lines(&self, planned: &Planned) -> Vec<String> {
        let (Some(ticket), Verdict::Changes(fields)) = (&planned.ticket, &planned.verdict) else {
            return Vec::new();
        };
        let (ui, choices, form) = (&self.ui, &self.choices, &self.form);
        let line = |field: &&'static str| {
            let (from, to): (String, String) = match *field {
                "status" => (
                    crate::tickets::pages::status_name(ui, ticket),
                    status_named(ui, choices, form.get("status")),
                ),
                "priority" => (
                    ui.t_of("priority", ticket.priority.word()).into(),
                    ui.t_of("priority", form.get("priority")).into(),
                ),
                "type" => (
                    ui.t_of("ticket-kind", ticket.kind.word()).into(),
                    ui.t_of("ticket-kind", form.get("type")).into(),
                ),
                "team" => {
                    let id: Id<Team> = form.get("team").parse().unwrap_or(Id::new(0));
                    let none = ui.t("ticket-no-team");
                    (ticket.team_name.clone().unwrap_or_else(|| none.into()), named(&choices.teams, id, none))
                }
                "assignee" => {
                    let id: Id<User> = form.get("assignee").parse().unwrap_or(Id::new(0));
                    let none = ui.t("ticket-nobody");
                    (
                        ticket.assignee_name.clone().unwrap_or_else(|| none.into()),
                        named(&choices.users, id, none),
                    )
                }
                _ => {
                    let wanted = changes(form).unwrap_or_default();
                    let after = wanted.patch(&planned.tags).ok().and_then(|patch| patch.tags);
                    (planned.tags.join(", "), after.unwrap_or_default().join(", "))
                }
            };
            let dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
            format!("{}: {} → {}", ui.t_of("ticket", field), dash(from), dash(to))
        };
        fields.iter().map(line).collect()
    }
    fn subject<'p>(&self, planned: &'p Planned) -> &'p str {
        planned.ticket.as_ref().map_or("", |ticket| &ticket.subject)
    }
    fn shown_changes<'p>(&self, preview: &'p Preview) -> Vec<&'p Planned> {
        preview.plan.changing().take(SHOWN).collect()
    }
    fn more(&self, preview: &Preview) -> usize {
        preview.changing.saturating_sub(SHOWN)
    }
    fn shown_refused<'p>(&self, preview: &'p Preview) -> Vec<(&'p Planned, String)> {
        let said = |(planned, code): (&'p Planned, &'static str)| (planned, reason(&self.ui, code));
        preview.plan.refused().take(NAMED).map(said).collect()
    }
}
impl OnePage {
    fn reason(&self, line: &store::Line) -> String {
        reason(&self.ui, line.reason.as_deref().unwrap_or_default())
    }
    /// How many have had their turn.
    fn done(&self) -> i64 {
        match self.told.bulk.state {
            State::Undoing => self.told.bulk.total - self.told.count(Outcome::Changed),
            _ => self.told.bulk.total - self.told.count(Outcome::Waiting),
        }
    }
}
/// Why a ticket was left as it is, in words.
fn reason(ui: &Ui, code: &str) -> String {
    let key = format!("field-{}", code.replace('_', "-"));
    match i18n::exists(ui.language, &key) {
        true => ui.t_of("field", code).into(),
        false => ui.t_of("problem", code).into(),
    }
}
