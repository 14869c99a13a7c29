//! `/admin/skills`: who can do what, as one picture, and one person's levels, limit and hours.
use crate::{
    calendars::{self, Calendar},
    routing::{
        ManageRouting, RoutingError, actions,
        policy::{Abilities, AgentRow, LEVELS, Skill, SkillChanges, SkillDraft},
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
    authority::{Grant, User},
    web::{Failure, Form, InPath, Page, Ui},
};
use std::collections::BTreeMap;

const HERE: &str = "/admin/skills";

#[derive(askama::Template)]
#[template(path = "routing/skills.html")]
pub struct List {
    ui: Ui,
    form: Form,
    skills: Vec<Skill>,
    archived: Vec<Skill>,
    people: Vec<AgentRow>,
    levels: BTreeMap<(i64, i64), i64>,
}
impl List {
    fn level(&self, person: &AgentRow, skill: &Skill) -> i64 {
        self.levels.get(&(person.user_id.number(), skill.id.number())).copied().unwrap_or(0)
    }
    /// `■■■□□`, as one picture that is read as a word.
    fn limit(&self, person: &AgentRow) -> String {
        person.work_limit.map_or_else(String::new, |limit| format!("{limit}\u{a0}%"))
    }
}

async fn load(grant: &Grant<ManageRouting>, ui: Ui, form: Form) -> Result<List, Problem> {
    let (skills, people, levels) = grant
        .read::<_, RoutingError>(|tx| {
            let people = store::everybody(tx)?;
            let ids: Vec<_> = people.iter().map(|person| person.user_id).collect();
            Ok((store::skills(tx)?, people, store::levels(tx, &ids)?))
        })
        .await?;
    let (archived, skills) = skills.into_iter().partition(|skill| skill.is_archived);
    let of = |(user, skill, level): (Id<User>, Id<Skill>, i64)| ((user.number(), skill.number()), level);
    Ok(List { ui, form, skills, archived, people, levels: levels.into_iter().map(of).collect() })
}

/// `GET /admin/skills`.
pub async fn list(grant: Grant<ManageRouting>, ui: Ui) -> Result<Page<List>, Failure> {
    Ok(Page(load(&grant, ui, Form::default()).await?))
}

async fn again(
    grant: &Grant<ManageRouting>,
    ui: Ui,
    form: Form,
    done: Result<(), Problem>,
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) if !problem.fields.is_empty() => {
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let page = load(grant, ui, form.with_mistakes(&problem)).await?;
            Ok((status, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// `POST /admin/skills`.
pub async fn create(grant: Grant<ManageRouting>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(&["name"])?;
    let draft = SkillDraft { name: form.get("name").into() };
    let made = grant.change(move |tx| actions::create_skill(tx, draft)).await;
    again(&grant, ui, form, made.map(drop).map_err(Problem::from)).await
}

/// `POST /admin/skills/{id}`. `what`: `archive`, `restore`, or nothing to rename.
pub async fn save(
    grant: Grant<ManageRouting>,
    ui: Ui,
    InPath(id): InPath<Id<Skill>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["name", "what"])?;
    let changes = match form.get("what") {
        what @ ("archive" | "restore") => {
            SkillChanges { is_archived: Some(what == "archive"), ..SkillChanges::default() }
        }
        _ => SkillChanges { name: Some(form.get("name").into()), ..SkillChanges::default() },
    };
    let saved = grant.change(move |tx| actions::edit_skill(tx, id, changes)).await;
    again(&grant, ui, form, saved.map_err(Problem::from)).await
}

#[derive(askama::Template)]
#[template(path = "routing/person.html")]
pub struct Person {
    ui: Ui,
    form: Form,
    person: AgentRow,
    skills: Vec<Skill>,
    calendars: Vec<Calendar>,
}
impl Person {
    fn field(&self, skill: &Skill) -> String {
        format!("skills/{}", skill.id)
    }
    fn levels(&self) -> Vec<(String, String)> {
        let word =
            |level: i64| (level.to_string(), self.ui.t_of("routing-level", &level.to_string()).to_owned());
        LEVELS.map(word).collect()
    }
    fn is_level(&self, skill: &Skill, level: &str) -> bool {
        self.form.get(&self.field(skill)) == level
    }
}

async fn one(
    grant: &Grant<ManageRouting>,
    ui: Ui,
    id: Id<User>,
    form: Option<Form>,
) -> Result<Person, Problem> {
    let (person, abilities, skills, calendars) = grant
        .read::<_, RoutingError>(move |tx| {
            let person = store::agent(tx, id)?.ok_or(RoutingError::Unknown)?;
            let abilities = actions::abilities(tx, id)?;
            let skills = store::skills(tx)?.into_iter().filter(|skill| !skill.is_archived).collect();
            Ok((person, abilities, skills, calendars::store::all(tx)?))
        })
        .await?;
    let form = form.unwrap_or_else(|| {
        let mut values: Vec<(String, String)> = vec![
            ("limit".into(), abilities.limit.map_or_else(String::new, |limit| limit.to_string())),
            ("calendar".into(), abilities.calendar.map_or_else(String::new, |id| id.to_string())),
        ];
        for (skill, level) in &abilities.skills {
            values.push((format!("skills/{skill}"), level.to_string()));
        }
        super::filled(values)
    });
    Ok(Person { ui, form, person, skills, calendars })
}

/// `GET /admin/skills/people/{id}`.
pub async fn person(
    grant: Grant<ManageRouting>,
    ui: Ui,
    InPath(id): InPath<Id<User>>,
) -> Result<Page<Person>, Failure> {
    Ok(Page(one(&grant, ui, id, None).await?))
}

fn draft(form: &Form) -> Result<Abilities, Problem> {
    let mut mistakes = Mistakes::default();
    let mut abilities = Abilities::default();
    for name in form.names().filter(|name| name.starts_with("skills/")) {
        let Some(value) = form.some(name) else { continue };
        let skill = name.trim_start_matches("skills/").parse::<Id<Skill>>();
        match (skill, value.parse::<i64>()) {
            (Ok(skill), Ok(level)) => drop(abilities.skills.insert(skill, level)),
            _ => mistakes.add(name, "level"),
        }
    }
    if let Some(limit) = form.some("limit") {
        match limit.parse() {
            Ok(limit) => abilities.limit = Some(limit),
            Err(_) => mistakes.add("limit", "work_limit"),
        }
    }
    if let Some(calendar) = form.some("calendar") {
        match calendar.parse() {
            Ok(calendar) => abilities.calendar = Some(calendar),
            Err(_) => mistakes.add("calendar", "unknown_id"),
        }
    }
    mistakes.check()?;
    Ok(abilities)
}

/// `POST /admin/skills/people/{id}`.
pub async fn save_person(
    grant: Grant<ManageRouting>,
    ui: Ui,
    InPath(id): InPath<Id<User>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["skills/*", "limit", "calendar"])?;
    let saved = match draft(&form) {
        Ok(new) => grant.change(move |tx| actions::set_abilities(tx, id, new)).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) if problem.status == 422 => {
            let page = one(&grant, ui, id, Some(form.with_mistakes(&problem))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}
