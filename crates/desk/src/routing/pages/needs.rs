//! `/admin/routing/needs`: what tickets ask for, one line for each filter.
use crate::{
    filter::{self, Names},
    routing::{
        ManageRouting, RoutingError, actions, give,
        policy::{self, NEEDS_MOST, NeedDraft, NeedsDraft, Skill},
        store,
    },
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
};
use platform::{
    authority::Grant,
    web::{Failure, Form, Page, Ui},
};

const HERE: &str = "/admin/routing/needs";
/// Empty lines at the end of the form.
const SPARE: usize = 2;

#[derive(askama::Template)]
#[template(path = "routing/needs.html")]
pub struct List {
    ui: Ui,
    form: Form,
    skills: Vec<Skill>,
    lines: usize,
    detail: String,
}
impl List {
    fn lines(&self) -> std::ops::Range<usize> {
        0..self.lines
    }
    fn name(&self, line: &usize, field: &str) -> String {
        format!("needs/{line}/{field}")
    }
    fn is_chosen(&self, line: &usize, field: &str, value: &str) -> bool {
        self.form.get(&self.name(line, field)) == value
    }
    fn levels(&self) -> Vec<String> {
        policy::LEVELS.map(|level| level.to_string()).collect()
    }
    fn least(&self) -> Vec<String> {
        (0..=*policy::LEVELS.end()).map(|level| level.to_string()).collect()
    }
}

async fn load(grant: &Grant<ManageRouting>, ui: Ui, sent: Option<(Form, String)>) -> Result<List, Problem> {
    let (rows, skills, names) = grant
        .read::<_, RoutingError>(|tx| Ok((store::needs(tx)?, store::skills(tx)?, Names::load(tx)?)))
        .await?;
    let skills: Vec<_> = skills.into_iter().filter(|skill| !skill.is_archived).collect();
    let (form, detail, known) = match sent {
        Some((form, detail)) => {
            let known = (0..NEEDS_MOST).take_while(|line| has_line(&form, *line)).count();
            (form, detail, known)
        }
        None => {
            let mut values = Vec::new();
            for (line, row) in rows.iter().enumerate() {
                let text = policy::read_filter(&row.filter)
                    .map_or_else(|| row.filter.clone(), |tree| filter::print(&tree, &names));
                values.push((format!("needs/{line}/filter"), text));
                values.push((format!("needs/{line}/skill"), row.skill_id.to_string()));
                values.push((format!("needs/{line}/level"), row.level.to_string()));
                values.push((format!("needs/{line}/least"), row.least.to_string()));
            }
            (super::filled(values), String::new(), rows.len())
        }
    };
    let lines = (known + SPARE).min(NEEDS_MOST);
    Ok(List { ui, form, skills, lines, detail })
}
fn has_line(form: &Form, line: usize) -> bool {
    form.names().any(|name| name == format!("needs/{line}/filter"))
}

/// `GET /admin/routing/needs`.
pub async fn list(grant: Grant<ManageRouting>, ui: Ui) -> Result<Page<List>, Failure> {
    Ok(Page(load(&grant, ui, None).await?))
}

/// Lines without a filter are left out; what is wrong with the others is told by the line that it stands in.
fn draft(form: &Form) -> Result<(Vec<NeedDraft>, Vec<usize>), Problem> {
    let mut mistakes = Mistakes::default();
    let (mut needs, mut places) = (Vec::new(), Vec::new());
    for line in (0..NEEDS_MOST).take_while(|line| has_line(form, *line)) {
        let of = |field: &str| format!("needs/{line}/{field}");
        let Some(text) = form.some(&of("filter")) else { continue };
        let skill = form.get(&of("skill")).parse::<Id<Skill>>();
        mistakes.require(skill.is_ok(), &of("skill"), "required");
        let level = form.get(&of("level")).parse::<i64>();
        mistakes.require(level.is_ok(), &of("level"), "level");
        let least = form.some(&of("least")).map(str::parse::<i64>).transpose();
        mistakes.require(least.is_ok(), &of("least"), "least_level");
        if let (Ok(skill), Ok(level), Ok(least)) = (skill, level, least) {
            needs.push(NeedDraft { filter: text.to_owned(), skill, level, least });
            places.push(line);
        }
    }
    mistakes.check()?;
    Ok((needs, places))
}

/// `POST /admin/routing/needs`.
pub async fn save(grant: Grant<ManageRouting>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(&["needs/*"])?;
    let saved = match draft(&form) {
        Ok((needs, places)) => {
            let done = grant
                .change::<_, RoutingError>(move |tx| {
                    let weights = give::weights(tx)?.all().clone();
                    actions::set_needs(tx, NeedsDraft { needs, weights })
                })
                .await;
            done.map_err(|error| at_their_lines(error.into(), &places))
        }
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) if problem.status == 422 => {
            let detail = problem.detail.clone().unwrap_or_default();
            let page = load(&grant, ui, Some((form.with_mistakes(&problem), detail))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// The third need may stand in the fifth line.
fn at_their_lines(mut problem: Problem, places: &[usize]) -> Problem {
    for field in &mut problem.fields {
        let mut parts = field.pointer.trim_start_matches('/').splitn(3, '/');
        if let (Some("needs"), Some(at), Some(rest)) = (parts.next(), parts.next(), parts.next())
            && let Some(line) = at.parse::<usize>().ok().and_then(|at| places.get(at))
        {
            field.pointer = format!("/needs/{line}/{rest}");
        }
    }
    problem
}
