//! `/admin/macros`: one's own macros, those of one's teams, and the desk's.
use super::{
    Afterwards, Changes, MacroError, actions,
    form::{self, RESTS},
    policy::{Macro, Step},
    store,
};
use crate::{
    canned::{self, CannedReply},
    fields::{self, Field, FieldKind},
    placeholders::{self, Allowed},
    sharing::{self, Share},
    tickets::{
        Kind, NoteTickets, Priority,
        pages::store::{Choices, choices},
    },
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Team, Tx},
    db,
    i18n::Language,
    web::{Failure, Form, InPath, Page, Ui},
};

const HERE: &str = "/admin/macros";

struct Folder {
    name: String,
    rows: Vec<Macro>,
}

#[derive(askama::Template)]
#[template(path = "macros/list.html")]
pub struct List {
    ui: Ui,
    folders: Vec<Folder>,
    archived: Vec<Macro>,
}
impl List {
    fn may_change(&self, row: &Macro) -> bool {
        self.ui.actor.as_ref().is_some_and(|actor| row.shared().may_change(actor))
    }
}

/// `GET /admin/macros`.
pub async fn list(grant: Grant<NoteTickets>, ui: Ui) -> Result<Page<List>, Failure> {
    let rows = grant.read::<_, db::Error>(|tx| store::all(tx, true)).await?;
    let (archived, used): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.is_archived);
    let mut folders: Vec<Folder> = Vec::new();
    for row in used {
        match folders.iter_mut().find(|folder| folder.name == row.folder) {
            Some(folder) => folder.rows.push(row),
            None => folders.push(Folder { name: row.folder.clone(), rows: vec![row] }),
        }
    }
    Ok(Page(List { ui, folders, archived }))
}

#[derive(askama::Template)]
#[template(path = "macros/edit.html")]
pub struct Edit {
    ui: Ui,
    form: Form,
    row: Option<Macro>,
    choices: Choices,
    replies: Vec<CannedReply>,
    names: Vec<String>,
    shares: Vec<Share>,
    teams: Vec<(Id<Team>, String)>,
    folders: Vec<String>,
    /// What exactly does not fit.
    detail: String,
}
impl Edit {
    fn may_change(&self) -> bool {
        let actor = self.ui.actor.as_ref();
        self.row.as_ref().is_none_or(|row| actor.is_some_and(|actor| row.shared().may_change(actor)))
    }
    fn priorities(&self) -> [Priority; 4] {
        Priority::ALL
    }
    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }
    fn afterwards(&self) -> &'static [Afterwards] {
        Afterwards::ALL
    }
    fn rests(&self) -> [i64; 6] {
        RESTS
    }
    fn status_name(&self, status: &crate::statuses::Status) -> String {
        status.name_in(self.ui.language)
    }
    fn is_choice(&self, field: &Field) -> bool {
        field.kind == FieldKind::Choice
    }
    fn is_checkbox(&self, field: &Field) -> bool {
        field.kind == FieldKind::Checkbox
    }
    fn input_type(&self, field: &Field) -> &'static str {
        if field.kind == FieldKind::Date { "date" } else { "text" }
    }
    fn languages(&self) -> Vec<(String, String)> {
        let of = |language: &Language| {
            (format!("texts/{}", language.word()), self.ui.t_of("language", language.word()).to_owned())
        };
        Language::ALL.iter().map(of).collect()
    }
}

async fn page(
    grant: &Grant<NoteTickets>,
    ui: Ui,
    form: Form,
    row: Option<Macro>,
    detail: String,
) -> Result<Edit, Problem> {
    let (choices, teams, rows, replies) = grant
        .read::<_, db::Error>(|tx| {
            let replies = canned::store::all(tx, false)?;
            Ok((choices(tx)?, sharing::teams(tx)?, store::all(tx, false)?, replies))
        })
        .await?;
    let mut folders: Vec<_> =
        rows.into_iter().map(|row| row.folder).filter(|name| !name.is_empty()).collect();
    folders.dedup();
    let names = placeholders::known(Allowed::Ticket, &choices.fields);
    let shares = sharing::choices(grant.actor());
    Ok(Edit { ui, form, row, choices, replies, names, shares, teams, folders, detail })
}

/// `GET /admin/macros/new`.
pub async fn new(grant: Grant<NoteTickets>, ui: Ui) -> Result<Page<Edit>, Failure> {
    let form = Form::filled([
        ("share", Share::Own.word().into()),
        ("afterwards", Afterwards::Stay.word().into()),
        ("until_message", "on".into()),
    ]);
    Ok(Page(page(&grant, ui, form, None, String::new()).await?))
}

/// `GET /admin/macros/{id}`.
pub async fn show(
    grant: Grant<NoteTickets>,
    ui: Ui,
    InPath(id): InPath<Id<Macro>>,
) -> Result<Page<Edit>, Failure> {
    let row = known(&grant, id).await?;
    Ok(Page(page(&grant, ui, form::filled(&row), Some(row), String::new()).await?))
}

async fn known(grant: &Grant<NoteTickets>, id: Id<Macro>) -> Result<Macro, Problem> {
    let found = grant.read::<_, db::Error>(move |tx| store::see(tx, id)).await?;
    found.ok_or_else(Problem::not_found)
}

async fn again(
    grant: &Grant<NoteTickets>,
    ui: Ui,
    form: Form,
    row: Option<Macro>,
    problem: Problem,
) -> Result<Response, Failure> {
    if problem.status != 422 {
        return Err(problem.into());
    }
    let detail = problem.detail.clone().unwrap_or_default();
    let page = page(grant, ui, form.with_mistakes(&problem), row, detail).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
}

/// `POST /admin/macros`.
pub async fn create(grant: Grant<NoteTickets>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(form::FIELDS)?;
    let fields = grant.read::<_, db::Error>(|tx| fields::all(tx)).await?;
    let mut steps: Vec<Step> = Vec::new();
    let made = match form::read(&form, &fields) {
        Ok(draft) => {
            steps.clone_from(&draft.steps);
            match draft.parse() {
                Ok(new) => grant.change(move |tx| actions::create(tx, new)).await.map_err(Problem::from),
                Err(problem) => Err(problem),
            }
        }
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) => again(&grant, ui, form, None, form::by_form_names(problem, &steps)).await,
    }
}

/// `POST /admin/macros/{id}`. `what`: `archive`, `restore`, or nothing to save.
pub async fn save(
    grant: Grant<NoteTickets>,
    ui: Ui,
    InPath(id): InPath<Id<Macro>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(form::FIELDS)?;
    let row = known(&grant, id).await?;
    let fields = grant.read::<_, db::Error>(|tx| fields::all(tx)).await?;
    let changes = match form.get("what") {
        what @ ("archive" | "restore") => {
            Ok(Changes { is_archived: Some(what == "archive"), ..Changes::default() })
        }
        _ => form::read(&form, &fields).map(|draft| Changes {
            name: Some(draft.name),
            folder: Some(draft.folder),
            share: Some(draft.share),
            team: draft.team,
            steps: Some(draft.steps),
            afterwards: Some(draft.afterwards),
            is_archived: None,
        }),
    };
    let mut steps = row.steps();
    let saved = match changes {
        Ok(changes) => {
            if let Some(new) = &changes.steps {
                steps.clone_from(new);
            }
            let work = move |tx: &mut Tx<NoteTickets>| {
                actions::edit(tx, id, changes)?;
                Ok::<_, MacroError>(())
            };
            grant.change(work).await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) => again(&grant, ui, form, Some(row), form::by_form_names(problem, &steps)).await,
    }
}
