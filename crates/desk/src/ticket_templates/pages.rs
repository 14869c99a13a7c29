//! `/admin/ticket-templates`, and choosing one for a new ticket.
use super::{Changes, Content, Draft, TicketTemplate, actions, store};
use crate::{
    fields::{Field, FieldKind},
    sharing::{self, Share},
    tickets::{
        CreateTickets, Kind, NoteTickets, Priority, TicketError,
        pages::{
            edit::{by_form_names, fields, tags},
            store::{Choices, choices},
        },
    },
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Team},
    db,
    web::{Failure, Form, InPath, Page, Ui},
};

const HERE: &str = "/admin/ticket-templates";
const FIELDS: &[&str] = &[
    "name",
    "folder",
    "share",
    "team",
    "subject",
    "text",
    "type",
    "priority",
    "for_team",
    "assignee",
    "tags",
    "field.*",
    "checklist",
    "what",
];

#[derive(askama::Template)]
#[template(path = "ticket_templates/list.html")]
pub struct List {
    ui: Ui,
    rows: Vec<TicketTemplate>,
    /// Whether one is chosen here for a new ticket.
    is_choice: bool,
}

/// `GET /admin/ticket-templates`.
pub async fn list(grant: Grant<NoteTickets>, ui: Ui) -> Result<Page<List>, Failure> {
    let rows = grant.read::<_, db::Error>(|tx| store::all(tx, true)).await?;
    Ok(Page(List { ui, rows, is_choice: false }))
}
/// `GET /tickets/templates`.
pub async fn choose(grant: Grant<CreateTickets>, ui: Ui) -> Result<Page<List>, Failure> {
    let rows = grant.read::<_, db::Error>(|tx| store::to_open(tx)).await?;
    Ok(Page(List { ui, rows, is_choice: true }))
}

#[derive(askama::Template)]
#[template(path = "ticket_templates/edit.html")]
struct Edit {
    ui: Ui,
    form: Form,
    /// `None` for a new one.
    template: Option<TicketTemplate>,
    choices: Choices,
    shares: Vec<Share>,
    teams: Vec<(Id<Team>, String)>,
    folders: Vec<String>,
}
impl Edit {
    fn may_change(&self) -> bool {
        let actor = self.ui.actor.as_ref();
        self.template.as_ref().is_none_or(|row| actor.is_some_and(|actor| row.shared().may_change(actor)))
    }
    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }
    fn priorities(&self) -> [Priority; 4] {
        Priority::ALL
    }
    fn is_checkbox(&self, field: &Field) -> bool {
        field.kind == FieldKind::Checkbox
    }
    fn is_choice(&self, field: &Field) -> bool {
        field.kind == FieldKind::Choice
    }
    fn input_type(&self, field: &Field) -> &'static str {
        if field.kind == FieldKind::Date { "date" } else { "text" }
    }
    fn has_list(&self, id: &i64) -> bool {
        let id = id.to_string();
        self.form.all("checklist").any(|chosen| chosen == id)
    }
}

async fn page(
    grant: &Grant<NoteTickets>,
    ui: Ui,
    form: Form,
    template: Option<TicketTemplate>,
) -> Result<Edit, Problem> {
    let work = grant.read::<_, TicketError>(move |tx| {
        let shares = sharing::choices(tx.actor());
        let teams = sharing::teams(tx)?;
        let mut folders: Vec<_> = store::all(tx, false)?.into_iter().map(|row| row.folder).collect();
        folders.retain(|folder| !folder.is_empty());
        folders.dedup();
        Ok(Edit { ui, form, template, choices: choices(tx)?, shares, teams, folders })
    });
    work.await.map_err(Problem::from)
}
async fn known(grant: &Grant<NoteTickets>, id: Id<TicketTemplate>) -> Result<TicketTemplate, Problem> {
    let find = grant.read::<_, TicketError>(move |tx| Ok(store::see(tx, id)?));
    find.await.map_err(Problem::from)?.ok_or_else(Problem::not_found)
}

/// `GET /admin/ticket-templates/new`.
pub async fn new(grant: Grant<NoteTickets>, ui: Ui) -> Result<Response, Failure> {
    let form = Form::filled([("share", Share::Own.word().into())]);
    Ok(Page(page(&grant, ui, form, None).await?).into_response())
}
/// A template as the form has it.
pub(crate) fn filled(content: &Content) -> Form {
    let word = |word: Option<&'static str>| word.unwrap_or_default().to_owned();
    let id = |id: Option<String>| id.unwrap_or_default();
    let plain = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut form = Form::filled([
        ("subject", content.subject.clone()),
        ("text", content.text.clone()),
        ("type", word(content.kind.map(|kind| kind.word()))),
        ("priority", word(content.priority.map(|priority| priority.word()))),
        ("for_team", id(content.team.map(|team| team.to_string()))),
        ("assignee", content.assignee.clone().unwrap_or_default()),
        ("tags", content.tags.join(", ")),
    ]);
    for (key, value) in &content.fields {
        form = form.with(&format!("field.{key}"), &plain(value));
    }
    content.checklists.iter().fold(form, |form, list| form.with("checklist", &list.to_string()))
}
/// `GET /admin/ticket-templates/{id}`.
pub async fn one(
    grant: Grant<NoteTickets>,
    ui: Ui,
    InPath(id): InPath<Id<TicketTemplate>>,
) -> Result<Response, Failure> {
    let row = known(&grant, id).await?;
    let form = filled(&row.content())
        .with("name", &row.name)
        .with("folder", &row.folder)
        .with("share", row.share.word())
        .with("team", &row.team_id.map_or_else(String::new, |team| team.to_string()));
    Ok(Page(page(&grant, ui, form, Some(row)).await?).into_response())
}

fn draft(form: &Form) -> Result<Draft, Problem> {
    form.only(FIELDS)?;
    let id = |name: &str| {
        let id = form.some(name).map(str::parse).transpose();
        id.map_err(|_| Problem::field(name, "unknown_id"))
    };
    let lists: Result<Vec<_>, _> = form.all("checklist").map(str::parse).collect();
    let mut own = fields(form);
    // An empty field of a form says nothing of the ticket.
    own.retain(|_, value| !matches!(value, serde_json::Value::String(text) if text.trim().is_empty()));
    Ok(Draft {
        name: form.get("name").to_owned(),
        folder: form.get("folder").to_owned(),
        share: Share::from_word(form.get("share")).ok_or_else(|| Problem::field("share", "unknown_word"))?,
        team: id("team")?,
        content: Content {
            subject: form.get("subject").to_owned(),
            text: form.get("text").to_owned(),
            kind: Kind::from_word(form.get("type")),
            priority: Priority::from_word(form.get("priority")),
            team: form
                .some("for_team")
                .map(str::parse)
                .transpose()
                .map_err(|_| Problem::field("for_team", "unknown_id"))?,
            assignee: form.some("assignee").map(str::to_owned),
            tags: tags(form.get("tags")),
            fields: own,
            checklists: lists.map_err(|_| Problem::field("checklists", "unknown_id"))?,
        },
    })
}

/// `POST /admin/ticket-templates`.
pub async fn create(grant: Grant<NoteTickets>, ui: Ui, form: Form) -> Result<Response, Failure> {
    let done = match draft(&form).and_then(Draft::parse) {
        Ok(new) => {
            let work = grant.change(move |tx| actions::create(tx, new));
            work.await.map(drop).map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    answer(&grant, ui, None, form, done).await
}
/// `POST /admin/ticket-templates/{id}`. `what`: `archive`, `restore`, or nothing to save.
pub async fn save(
    grant: Grant<NoteTickets>,
    ui: Ui,
    InPath(id): InPath<Id<TicketTemplate>>,
    form: Form,
) -> Result<Response, Failure> {
    let row = known(&grant, id).await?;
    let changes = match form.get("what") {
        what @ ("archive" | "restore") => {
            Ok(Changes { is_archived: Some(what == "archive"), ..Changes::default() })
        }
        _ => draft(&form).map(|draft| Changes {
            name: Some(draft.name),
            folder: Some(draft.folder),
            share: Some(draft.share),
            team: draft.team,
            content: Some(draft.content),
            is_archived: None,
        }),
    };
    let done = match changes {
        Ok(changes) => grant.change(move |tx| actions::edit(tx, id, changes)).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    answer(&grant, ui, Some(row), form, done).await
}
async fn answer(
    grant: &Grant<NoteTickets>,
    ui: Ui,
    row: Option<TicketTemplate>,
    form: Form,
    done: Result<(), Problem>,
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) if problem.status == 422 => {
            let page = page(grant, ui, form.with_mistakes(&by_form_names(problem)), row).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}
