//! `/admin/calendars`.
use super::{
    Calendar, CalendarError, Changes, Draft, actions,
    policy::{WEEKDAYS, Weekly, read_exceptions, read_hours, write_exceptions, write_hours},
    store,
};
use crate::sla::{self, ManageSla, SlaError};
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{clock::DAY, day::Day, fault::Problem, holidays::Region, id::Id, working_time::Window};
use platform::{
    authority::{Grant, Team},
    db,
    web::{Failure, Form, InPath, Page, Ui},
};

/// Holidays that the preview shows.
const AHEAD: usize = 8;

#[derive(askama::Template)]
#[template(path = "calendars/list.html")]
struct List {
    ui: Ui,
    calendars: Vec<Calendar>,
    /// Teams with the calendar that each counts by.
    teams: Vec<(Id<Team>, String, String)>,
    form: Form,
}
impl List {
    fn field(&self, team: &Id<Team>) -> String {
        format!("team/{team}")
    }
    fn week(&self, calendar: &Calendar) -> Week {
        Week::of(&calendar.plan().weekly)
    }
    fn zone(&self, calendar: &Calendar) -> String {
        calendar.plan().zone
    }
    fn holidays(&self, calendar: &Calendar) -> String {
        calendar.plan().holidays.map_or_else(|| "–".into(), |code| region_name(&self.ui, &code))
    }
}

/// A bar of opening hours in the picture of a week: 20 units an hour, 20 a day.
pub struct Bar {
    x: u32,
    y: u32,
    width: u32,
}
/// The picture of a week.
pub struct Week {
    bars: Vec<Bar>,
}
impl Week {
    fn of(weekly: &Weekly) -> Week {
        let mut bars = Vec::new();
        for (day, windows) in weekly.days().into_iter().enumerate() {
            for window in windows.iter().filter_map(|[from, to]| Window::from_words(from, to)) {
                let x = u32::from(window.from) / 3;
                bars.push(Bar { x, y: day as u32 * 20, width: u32::from(window.to) / 3 - x });
            }
        }
        Week { bars }
    }
}

/// A region as people know it: its country and its code.
fn region_name(ui: &Ui, code: &str) -> String {
    let country = code.split('-').next().unwrap_or(code);
    let name = ui.t_of("country", &country.to_lowercase());
    match code.split_once('-') {
        Some((_, part)) => format!("{name} · {part}"),
        None => name.to_owned(),
    }
}

/// What an import did, in the address that follows it.
#[derive(Default, serde::Deserialize)]
pub struct Imported {
    added: Option<usize>,
    left_out: Option<usize>,
}

#[derive(askama::Template)]
#[template(path = "calendars/calendar.html")]
struct One {
    ui: Ui,
    form: Form,
    /// `None` for a new one.
    calendar: Option<Calendar>,
    imported: Imported,
}
impl One {
    fn weekdays(&self) -> [String; 7] {
        WEEKDAYS.map(|day| format!("weekly/{day}"))
    }
    fn name_of(&self, field: &str) -> &'static str {
        self.ui.t_of("weekday", field.trim_start_matches("weekly/"))
    }
    fn regions(&self) -> Vec<(&'static str, String)> {
        let mut regions: Vec<_> =
            Region::all().iter().map(|region| (region.code, region_name(&self.ui, region.code))).collect();
        regions.sort_by(|one, other| one.1.cmp(&other.1));
        regions
    }
    fn zones(&self) -> Vec<String> {
        jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect()
    }
    fn week(&self) -> Week {
        Week::of(&weekly(&self.form))
    }
    /// The next holidays of the region that is chosen.
    fn ahead(&self) -> Vec<(String, &'static str)> {
        let Some(region) = Region::find(self.form.get("holidays")) else { return Vec::new() };
        let today = Day(self.ui.now.0.div_euclid(DAY) as i32);
        let year = today.year();
        let days = region.year(year).into_iter().chain(region.year(year + 1));
        let shown = days.filter(|holiday| holiday.day >= today).take(AHEAD);
        shown.map(|holiday| (self.date(holiday.day), self.ui.t_of("holiday", holiday.name))).collect()
    }
    /// `Mon 25 Dec 2026`.
    fn date(&self, day: Day) -> String {
        let (year, month, of_month) = day.date();
        let dot = if self.ui.lang() == "de" { "." } else { "" };
        let weekday = self.ui.t_of("weekday", WEEKDAYS[day.weekday()]);
        let month = self.ui.t_of("month", &month.to_string());
        format!("{weekday}, {of_month}{dot} {month} {year}")
    }
}

pub async fn list(ui: Ui, grant: Grant<ManageSla>) -> Result<Response, Failure> {
    Ok(Page(load(&grant, ui, None).await?).into_response())
}
async fn load(grant: &Grant<ManageSla>, ui: Ui, form: Option<Form>) -> Result<List, Failure> {
    let read = grant.read::<_, db::Error>(|tx| {
        let (calendars, kept) = (store::all(tx)?, sla::store::team_calendars(tx)?);
        let teams = people::teams::store::all(tx)?.into_iter().filter(|team| !team.is_archived);
        let of = |team| kept.iter().find(|(id, _)| *id == team).map(|(_, calendar)| calendar.to_string());
        let teams =
            teams.map(|team| (team.id, team.name, of(team.id).unwrap_or_default())).collect::<Vec<_>>();
        Ok((calendars, teams))
    });
    let (calendars, teams) = read.await?;
    let form = form.unwrap_or_else(|| {
        let fill = |form: Form, (id, _, calendar): &(Id<Team>, String, String)| {
            form.with(&format!("team/{id}"), calendar)
        };
        teams.iter().fold(Form::default(), fill)
    });
    Ok(List { ui, calendars, teams, form })
}

/// `POST /admin/calendars/teams`: by which calendar each team counts.
pub async fn set_teams(ui: Ui, grant: Grant<ManageSla>, form: Form) -> Result<Response, Failure> {
    form.only(&["team/*"])?;
    let sent = form.clone();
    let done = grant.change::<_, SlaError>(move |tx| {
        for name in sent.names() {
            let team = name.trim_start_matches("team/").parse().map_err(|_| Problem::not_found())?;
            let calendar = sent.some(name).map(str::parse).transpose();
            let calendar = calendar.map_err(|_| Problem::field(name, "unknown_id"))?;
            sla::actions::set_team_calendar(tx, team, calendar)?;
        }
        Ok(())
    });
    match done.await.map_err(Problem::from) {
        Ok(()) => Ok(Redirect::to("/admin/calendars").into_response()),
        Err(problem) if problem.status == 422 => {
            let page = load(&grant, ui, Some(form.with_reason(&problem))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

pub async fn new(ui: Ui, grant: Grant<ManageSla>) -> Response {
    let zone = grant.actor().zone.clone();
    let mut form = Form::default().with("zone", &zone);
    for day in &WEEKDAYS[..5] {
        form = form.with(&format!("weekly/{day}"), "09:00-12:00, 13:00-17:00");
    }
    Page(One { ui, form, calendar: None, imported: Imported::default() }).into_response()
}

fn filled(calendar: &Calendar) -> Form {
    let plan = calendar.plan();
    let mut form = Form::default()
        .with("name", &calendar.name)
        .with("zone", &plan.zone)
        .with("holidays", plan.holidays.as_deref().unwrap_or_default())
        .with("exceptions", &write_exceptions(&plan.exceptions));
    for (day, windows) in WEEKDAYS.iter().zip(plan.weekly.days()) {
        form = form.with(&format!("weekly/{day}"), &write_hours(windows));
    }
    if calendar.is_default { form.with("is_default", "on") } else { form }
}

pub async fn get(
    ui: Ui,
    grant: Grant<ManageSla>,
    InPath(id): InPath<Id<Calendar>>,
    Query(imported): Query<Imported>,
) -> Result<Response, Failure> {
    let calendar = find(&grant, id).await?;
    Ok(Page(One { ui, form: filled(&calendar), calendar: Some(calendar), imported }).into_response())
}
async fn find(grant: &Grant<ManageSla>, id: Id<Calendar>) -> Result<Calendar, Failure> {
    let found = grant.read(move |tx| store::by_id(tx, id)?.ok_or(CalendarError::Unknown)).await?;
    Ok(found)
}

fn weekly(form: &Form) -> Weekly {
    Weekly::of(WEEKDAYS.map(|day| read_hours(form.get(&format!("weekly/{day}")))))
}
fn draft(form: &Form) -> Result<Draft, Problem> {
    form.only(&["name", "zone", "holidays", "exceptions", "is_default", "weekly/*"])?;
    Ok(Draft {
        name: form.get("name").into(),
        zone: form.get("zone").into(),
        weekly: weekly(form),
        holidays: form.some("holidays").map(str::to_owned),
        exceptions: read_exceptions(form.get("exceptions")),
        is_default: form.is_on("is_default"),
    })
}

pub async fn post(ui: Ui, grant: Grant<ManageSla>, form: Form) -> Result<Response, Failure> {
    let done = async {
        let new = draft(&form)?.parse()?;
        grant.change(move |tx| actions::create(tx, new)).await.map_err(Problem::from)
    };
    match done.await {
        Ok(id) => Ok(Redirect::to(&format!("/admin/calendars/{id}")).into_response()),
        Err(problem) => again(ui, form, None, problem),
    }
}

pub async fn save(
    ui: Ui,
    grant: Grant<ManageSla>,
    InPath(id): InPath<Id<Calendar>>,
    form: Form,
) -> Result<Response, Failure> {
    let calendar = find(&grant, id).await?;
    let done = async {
        let draft = draft(&form)?;
        let changes = Changes {
            name: Some(draft.name),
            zone: Some(draft.zone),
            weekly: Some(draft.weekly),
            holidays: Some(draft.holidays),
            exceptions: Some(draft.exceptions),
            is_default: Some(draft.is_default),
        };
        grant.change(move |tx| actions::edit(tx, id, changes)).await.map_err(Problem::from)
    };
    match done.await {
        Ok(()) => Ok(Redirect::to("/admin/calendars").into_response()),
        Err(problem) => again(ui, form, Some(calendar), problem),
    }
}

/// Adds the days of an iCalendar file.
pub async fn import(
    ui: Ui,
    grant: Grant<ManageSla>,
    InPath(id): InPath<Id<Calendar>>,
    mut form: Form,
) -> Result<Response, Failure> {
    let calendar = find(&grant, id).await?;
    let file = form.files.pop().filter(|file| file.field == "file");
    let done = async {
        let file = file.ok_or_else(|| Problem::field("file", "required"))?;
        grant.change(move |tx| actions::import(tx, id, &file.bytes)).await.map_err(Problem::from)
    };
    match done.await {
        Ok((added, left_out)) => {
            let to = format!("/admin/calendars/{id}?added={added}&left_out={left_out}");
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) => again(ui, filled(&calendar), Some(calendar), problem),
    }
}

/// The form once more, with what was wrong. Lines of a list have one field.
fn again(ui: Ui, form: Form, calendar: Option<Calendar>, mut problem: Problem) -> Result<Response, Failure> {
    if problem.status != 422 {
        return Err(problem.into());
    }
    for field in &mut problem.fields {
        if field.pointer.starts_with("/exceptions/") {
            field.pointer = "/exceptions".into();
        }
    }
    let page = One { ui, form: form.with_mistakes(&problem), calendar, imported: Imported::default() };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
}
