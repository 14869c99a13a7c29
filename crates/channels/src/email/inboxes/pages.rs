//! `/admin/inboxes`.
use super::{
    Inbox, ManageInboxes, Patch, ViewInboxes, actions, api,
    form::{self, Keeper},
    health,
    health::Health,
    oauth::{self, App, Provider, connect},
    probe, report,
    report::{Day, Glance, Report},
    store,
};
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use desk::placeholders::{self, Allowed, Template, Values};
use kernel::{fault::Problem, id::Id};
use people::teams;
use platform::{
    Home,
    authority::{self, Grant},
    db,
    web::{Failure, Form, InPath, Page, Ui},
};

type InboxId = Id<authority::Inbox>;

#[derive(askama::Template)]
#[template(path = "email/inboxes/list.html")]
struct List {
    ui: Ui,
    rows: Vec<Glance>,
}

pub async fn list(ui: Ui, grant: Grant<ViewInboxes>) -> Result<Response, Failure> {
    let rows = grant.read::<_, db::Error>(|tx| report::all(tx)).await?;
    Ok(Page(List { ui, rows }).into_response())
}

/// The form of one inbox.
#[derive(askama::Template)]
#[template(path = "email/inboxes/edit.html")]
struct Edit {
    ui: Ui,
    form: Form,
    /// `None` for a new one.
    inbox: Option<Inbox>,
    app: Option<App>,
    teams: Vec<teams::TeamRow>,
    /// Hidden fields: secrets that were typed before.
    kept: Vec<(&'static str, String)>,
    tested: Option<probe::Report>,
    /// A problem that belongs to no field.
    problem: &'static str,
    preview: String,
    unknown: Vec<String>,
    redirect_uri: String,
}
impl Edit {
    fn title(&self) -> String {
        self.inbox.as_ref().map_or_else(|| self.ui.t("inbox-new").to_owned(), |inbox| inbox.name.clone())
    }
    fn action(&self) -> String {
        self.inbox
            .as_ref()
            .map_or_else(|| "/admin/inboxes".into(), |inbox| format!("/admin/inboxes/{}", inbox.id))
    }
    fn is(&self, field: &str, value: &str) -> bool {
        self.form.get(field) == value
    }
    /// What stands in an empty secret field.
    fn placeholder(&self, name: &str, is_stored: bool) -> &'static str {
        let is_kept = self.kept.iter().any(|(kept, _)| *kept == name);
        match (is_kept, is_stored) {
            (true, _) => self.ui.t("inbox-secret-typed"),
            (false, true) => self.ui.t("inbox-secret-stored"),
            (false, false) => "",
        }
    }
    fn has(&self, part: &str) -> bool {
        let app = self.app.as_ref();
        match part {
            "receive" => self.inbox.as_ref().is_some_and(|inbox| inbox.receive_sealed.is_some()),
            "send" => self.inbox.as_ref().is_some_and(|inbox| inbox.send_sealed.is_some()),
            "dkim" => self.inbox.as_ref().is_some_and(|inbox| inbox.dkim_sealed.is_some()),
            "client_secret" => app.is_some_and(|app| app.client_secret_sealed.is_some()),
            _ => app.is_some_and(App::is_connected),
        }
    }
}

fn keeper<'a, P: 'static>(grant: &'a Grant<P>) -> Keeper<'a> {
    Keeper { keys: &grant.home().keys, who: grant.actor().who.to_string() }
}

/// The page around a form.
async fn page(
    ui: Ui,
    grant: &Grant<ManageInboxes>,
    form: Form,
    inbox: Option<Inbox>,
) -> Result<Edit, Failure> {
    let id = inbox.as_ref().map(|inbox| inbox.id);
    let (teams, app) = grant
        .read::<_, db::Error>(move |tx| {
            let app = match id {
                Some(id) => oauth::store::of(tx, id)?,
                None => None,
            };
            Ok((teams::store::all(tx)?, app))
        })
        .await?;
    let home: &Home = grant.home();
    let name = home.site.name();
    let values = Values::of_signature(ui.person_name(), &name, form.get("name"), 1042);
    let signature = placeholders::fill(&Template::parse(form.get("signature"), Allowed::Signature), &values);
    let unknown = signature.faults.into_iter().map(|fault| fault.written).collect();
    Ok(Edit {
        preview: signature.text,
        unknown,
        kept: keeper(grant).kept(&form),
        redirect_uri: home.site.link(connect::BACK),
        tested: None,
        problem: "",
        ui,
        form,
        inbox,
        app,
        teams,
    })
}

#[derive(Default, serde::Deserialize)]
pub struct Preset {
    #[serde(default)]
    provider: String,
}

pub async fn new(
    ui: Ui,
    grant: Grant<ManageInboxes>,
    Query(preset): Query<Preset>,
) -> Result<Response, Failure> {
    let provider = Provider::from_word(&preset.provider).unwrap_or_default();
    Ok(Page(page(ui, &grant, form::of_provider(provider), None).await?).into_response())
}

async fn load(grant: &Grant<ManageInboxes>, id: InboxId) -> Result<Inbox, Problem> {
    grant.read::<_, db::Error>(move |tx| store::by_id(tx, id)).await?.ok_or_else(Problem::not_found)
}

pub async fn edit(
    ui: Ui,
    grant: Grant<ManageInboxes>,
    InPath(id): InPath<InboxId>,
) -> Result<Response, Failure> {
    let inbox = load(&grant, id).await?;
    let app = grant.read::<_, db::Error>(move |tx| oauth::store::of(tx, id)).await?;
    let form = form::filled(&inbox, app.as_ref());
    Ok(Page(page(ui, &grant, form, Some(inbox)).await?).into_response())
}

/// Adds an inbox, or tests and shows what would be added.
pub async fn post(ui: Ui, grant: Grant<ManageInboxes>, form: Form) -> Result<Response, Failure> {
    let parsed = form::parse(&form, &keeper(&grant), Inbox::blank());
    if form.get("do") != "save" {
        return looked_at(ui, &grant, form, None, parsed).await;
    }
    let saved = match parsed {
        Ok(parsed) => api::add(&grant, parsed).await,
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(inbox) => Ok(saved_at(inbox.id)),
        Err(problem) => again(ui, &grant, form, None, problem).await,
    }
}

/// Changes an inbox, or tests and shows what would be changed.
pub async fn save(
    ui: Ui,
    grant: Grant<ManageInboxes>,
    InPath(id): InPath<InboxId>,
    form: Form,
) -> Result<Response, Failure> {
    let before = load(&grant, id).await?;
    let parsed = form::parse(&form, &keeper(&grant), before.clone());
    if form.get("do") != "save" {
        return looked_at(ui, &grant, form, Some(before), parsed).await;
    }
    let saved = match parsed {
        Ok(parsed) => {
            let keys = grant.home().keys.clone();
            let kept =
                grant.change::<_, Problem>(move |tx| actions::replace(tx, &before, parsed, &keys)).await;
            crate::email::learn_domain(grant.home()).await;
            kept
        }
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(inbox) => Ok(saved_at(inbox.id)),
        Err(problem) => {
            let inbox = load(&grant, id).await?;
            again(ui, &grant, form, Some(inbox), problem).await
        }
    }
}

fn saved_at(id: InboxId) -> Response {
    Redirect::to(&format!("/admin/inboxes/{id}/health?done=saved")).into_response()
}

/// The form once more, with what was wrong.
async fn again(
    ui: Ui,
    grant: &Grant<ManageInboxes>,
    form: Form,
    inbox: Option<Inbox>,
    problem: Problem,
) -> Result<Response, Failure> {
    if !matches!(problem.status, 422 | 429) {
        return Err(problem.into());
    }
    let status = StatusCode::from_u16(problem.status).unwrap_or_default();
    let page = page(ui, grant, form.with_mistakes(&problem), inbox).await?;
    let problem = if problem.fields.is_empty() { problem.code } else { "" };
    Ok((status, Page(Edit { problem, ..page })).into_response())
}

/// The form once more, with the test of its connections where that was asked for.
async fn looked_at(
    ui: Ui,
    grant: &Grant<ManageInboxes>,
    form: Form,
    inbox: Option<Inbox>,
    parsed: Result<super::policy::Parsed, Problem>,
) -> Result<Response, Failure> {
    if form.get("do") != "test" {
        return Ok(Page(page(ui, grant, form, inbox).await?).into_response());
    }
    let tested = match parsed {
        Ok(parsed) => probe::run(grant, &parsed).await,
        Err(problem) => Err(problem),
    };
    match tested {
        Ok(tested) => {
            let page = page(ui, grant, form, inbox).await?;
            Ok(Page(Edit { tested: Some(tested), ..page }).into_response())
        }
        Err(problem) => again(ui, grant, form, inbox, problem).await,
    }
}

/// Switches on or off.
pub async fn switch(
    grant: Grant<ManageInboxes>,
    InPath(id): InPath<InboxId>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["is_active"])?;
    let patch = Patch { active: Some(form.is_on("is_active")), ..Patch::default() };
    api::change(&grant, id, patch).await?;
    Ok(Redirect::to(&format!("/admin/inboxes/{id}/health")).into_response())
}

/// Has the mailbox looked at now instead of when its pause is over.
pub async fn try_now(grant: Grant<ManageInboxes>, InPath(id): InPath<InboxId>) -> Result<Response, Failure> {
    grant
        .change::<_, Problem>(move |tx| {
            store::by_id(tx, id)?.ok_or_else(Problem::not_found)?;
            Ok(health::ask(tx, id)?)
        })
        .await?;
    Ok(Redirect::to(&format!("/admin/inboxes/{id}/health?done=asked")).into_response())
}

/// A bar of the picture, in its coordinates.
struct Bar {
    x: i64,
    in_y: i64,
    in_height: i64,
    out_y: i64,
    out_height: i64,
    /// Days ago.
    ago: usize,
    day: Day,
}
/// Height of the picture's ground line.
const GROUND: i64 = 88;
const TALLEST: i64 = 80;

/// The oldest day first.
fn bars(days: &[Day; 7]) -> Vec<Bar> {
    let most = days.iter().map(|day| day.came.max(day.went)).max().unwrap_or(0).max(1);
    // What was more than nothing is seen.
    let height = |count: i64| if count == 0 { 0 } else { (count * TALLEST / most).max(2) };
    let bar = |(ago, day): (usize, &Day)| {
        let (in_height, out_height) = (height(day.came), height(day.went));
        Bar {
            x: (6 - i64::try_from(ago).unwrap_or(0)) * 48 + 6,
            in_y: GROUND - in_height,
            in_height,
            out_y: GROUND - out_height,
            out_height,
            ago,
            day: *day,
        }
    };
    days.iter().enumerate().rev().map(bar).collect()
}

#[derive(askama::Template)]
#[template(path = "email/inboxes/health.html")]
struct HealthPage {
    ui: Ui,
    report: Report,
    bars: Vec<Bar>,
    done: &'static str,
}
impl HealthPage {
    fn halves(&self) -> Vec<(&'static str, Option<&Health>)> {
        let state = &self.report.state;
        let mut halves = vec![("inbox-half-receive", state.receive.as_ref())];
        if state.inbox.send.is_some() {
            halves.push(("inbox-half-send", state.send.as_ref()));
        }
        halves
    }
    fn is_fetched(&self) -> bool {
        self.report.state.inbox.receive_kind == super::ReceiveKind::Imap
    }
}

#[derive(Default, serde::Deserialize)]
pub struct Done {
    #[serde(default)]
    done: String,
}

pub async fn health(
    ui: Ui,
    grant: Grant<ViewInboxes>,
    InPath(id): InPath<InboxId>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let report = grant.read::<_, db::Error>(move |tx| report::of(tx, id)).await?;
    let report = report.ok_or_else(Problem::not_found)?;
    let done = match done.done.as_str() {
        "saved" => "inbox-done-saved",
        "asked" => "inbox-done-asked",
        "connected" => "inbox-done-connected",
        _ => "",
    };
    Ok(Page(HealthPage { ui, bars: bars(&report.days), report, done }).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_stays_within_its_frame_and_shows_little() {
        let mut days = [Day::default(); 7];
        days[0] = Day { came: 1_000_000, went: 1, ..Day::default() };
        let bars = bars(&days);
        let last = bars.last().unwrap();
        assert_eq!((last.in_height, last.out_height, last.in_y), (TALLEST, 2, GROUND - TALLEST));
        assert_eq!(bars[0].in_height, 0);
        assert!(bars.iter().all(|bar| bar.x >= 0 && bar.x + 36 <= 336));
    }
}
