//! `/admin/canned`: one's own replies, those of one's teams, and the desk's.
use super::{CannedError, Changes, Draft, Texts, actions, policy::CannedReply, store};
use crate::{
    fields::{self, Field},
    placeholders::{self, Allowed, Template, Values},
    sharing::{self, Share},
    tickets::NoteTickets,
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use people::permissions::ManageDesk;
use platform::{
    authority::{Grant, Team},
    db,
    i18n::Language,
    web::{Failure, Form, InPath, Page, Ui},
};

const HERE: &str = "/admin/canned";
const FIELDS: &[&str] = &["name", "folder", "share", "team", "texts/en", "texts/de", "texts/nl", "what"];

/// Replies under one name; an empty name is for those without a folder.
struct Folder {
    name: String,
    rows: Vec<CannedReply>,
}

#[derive(askama::Template)]
#[template(path = "canned/list.html")]
pub struct List {
    ui: Ui,
    folders: Vec<Folder>,
    archived: Vec<CannedReply>,
    is_by_person: bool,
}
impl List {
    fn languages(&self, row: &CannedReply) -> String {
        row.texts().each().map(|(language, _)| language.word().to_uppercase()).collect::<Vec<_>>().join(" ")
    }
    fn may_change(&self, row: &CannedReply) -> bool {
        self.ui.actor.as_ref().is_some_and(|actor| row.shared().may_change(actor))
    }
}

/// Words of `share-…` with the team's name.
pub(crate) fn shared_with(ui: &Ui, share: Share, team: Option<&str>) -> String {
    match team {
        Some(team) => team.to_owned(),
        None => ui.t_of("share", share.word()).to_owned(),
    }
}

/// `GET /admin/canned`.
pub async fn list(grant: Grant<NoteTickets>, ui: Ui) -> Result<Page<List>, Failure> {
    let (rows, is_by_person) = grant
        .read::<_, db::Error>(|tx| Ok((store::all(tx, true)?, actions::is_counted_by_person(tx)?)))
        .await?;
    let (archived, used): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.is_archived);
    let mut folders: Vec<Folder> = Vec::new();
    for row in used {
        match folders.iter_mut().find(|folder| folder.name == row.folder) {
            Some(folder) => folder.rows.push(row),
            None => folders.push(Folder { name: row.folder.clone(), rows: vec![row] }),
        }
    }
    Ok(Page(List { ui, folders, archived, is_by_person }))
}

/// `POST /admin/canned/counting`.
pub async fn counting(grant: Grant<ManageDesk>, form: Form) -> Result<Redirect, Failure> {
    form.only(&["is_by_person"])?;
    let is_by_person = form.is_on("is_by_person");
    grant.change::<_, db::Error>(move |tx| actions::set_counting(tx, is_by_person)).await?;
    Ok(Redirect::to(HERE))
}

/// How a text would read.
pub struct Look {
    pub language: Language,
    pub text: String,
    pub faults: Vec<String>,
}

#[derive(askama::Template)]
#[template(path = "canned/edit.html")]
pub struct Edit {
    ui: Ui,
    form: Form,
    reply: Option<CannedReply>,
    looks: Vec<Look>,
    names: Vec<String>,
    shares: Vec<Share>,
    teams: Vec<(Id<Team>, String)>,
    folders: Vec<String>,
    uses: Vec<(String, i64, Millis)>,
}
impl Edit {
    fn may_change(&self) -> bool {
        let actor = self.ui.actor.as_ref();
        self.reply.as_ref().is_none_or(|reply| actor.is_some_and(|actor| reply.shared().may_change(actor)))
    }
    fn languages(&self) -> Vec<(String, String)> {
        let of = |language: &Language| {
            (format!("texts/{}", language.word()), self.ui.t_of("language", language.word()).to_owned())
        };
        Language::ALL.iter().map(of).collect()
    }
    fn faults(&self, name: &str) -> Vec<&String> {
        let word = name.trim_start_matches("texts/");
        self.looks.iter().filter(|look| look.language.word() == word).flat_map(|look| &look.faults).collect()
    }
}

/// Each text as it would read for a ticket that does not exist.
pub(crate) fn looks(ui: &Ui, texts: &Texts, fields: &[Field]) -> Vec<Look> {
    let look = |(language, text): (Language, &str)| {
        let values = Values::sample(language, ui.person_name(), &ui.desk_name, ui.now, fields);
        let filled = placeholders::fill(&Template::parse(text, Allowed::Ticket), &values);
        let faults = filled.faults.iter().map(|fault| fault.told(ui.language)).collect();
        Look { language, text: filled.text, faults }
    };
    texts.each().map(look).collect()
}

fn texts(form: &Form) -> Texts {
    let text = |name: &str| form.get(name).to_owned();
    Texts { en: text("texts/en"), de: text("texts/de"), nl: text("texts/nl") }
}

async fn page(
    grant: &Grant<NoteTickets>,
    ui: Ui,
    form: Form,
    reply: Option<CannedReply>,
) -> Result<Edit, Problem> {
    let id = reply.as_ref().map(|reply| reply.id);
    let (fields, teams, rows, uses) = grant
        .read::<_, db::Error>(move |tx| {
            let uses = match id {
                Some(id) if actions::is_counted_by_person(tx)? => store::uses(tx, id)?,
                _ => Vec::new(),
            };
            Ok((fields::all(tx)?, sharing::teams(tx)?, store::all(tx, false)?, uses))
        })
        .await?;
    let mut folders: Vec<_> =
        rows.into_iter().map(|row| row.folder).filter(|name| !name.is_empty()).collect();
    folders.dedup();
    let shares = sharing::choices(grant.actor());
    Ok(Edit {
        looks: looks(&ui, &texts(&form), &fields),
        names: placeholders::known(Allowed::Ticket, &fields),
        ui,
        form,
        reply,
        shares,
        teams,
        folders,
        uses,
    })
}

fn filled(reply: &CannedReply) -> Form {
    Form::filled([
        ("name", reply.name.clone()),
        ("folder", reply.folder.clone()),
        ("share", reply.share.word().into()),
        ("team", reply.team_id.map_or_else(String::new, |team| team.to_string())),
        ("texts/en", reply.text_en.clone()),
        ("texts/de", reply.text_de.clone()),
        ("texts/nl", reply.text_nl.clone()),
    ])
}

/// `GET /admin/canned/new`.
pub async fn new(grant: Grant<NoteTickets>, ui: Ui) -> Result<Page<Edit>, Failure> {
    let form = Form::filled([("share", Share::Own.word().into())]);
    Ok(Page(page(&grant, ui, form, None).await?))
}

/// `GET /admin/canned/{id}`.
pub async fn show(
    grant: Grant<NoteTickets>,
    ui: Ui,
    InPath(id): InPath<Id<CannedReply>>,
) -> Result<Page<Edit>, Failure> {
    let reply = known(&grant, id).await?;
    Ok(Page(page(&grant, ui, filled(&reply), Some(reply)).await?))
}

async fn known(grant: &Grant<NoteTickets>, id: Id<CannedReply>) -> Result<CannedReply, Problem> {
    let found = grant.read::<_, db::Error>(move |tx| store::see(tx, id)).await?;
    found.ok_or_else(Problem::not_found)
}

fn draft(form: &Form) -> Result<Draft, Problem> {
    let share = match form.some("share") {
        None => Share::Own,
        Some(word) => Share::from_word(word).ok_or_else(|| Problem::field("share", "unknown_word"))?,
    };
    let team = form.some("team").filter(|_| share == Share::Team);
    let team = team.map(|team| team.parse().map_err(|_| Problem::field("team", "unknown_id"))).transpose()?;
    Ok(Draft {
        name: form.get("name").into(),
        folder: form.get("folder").into(),
        share,
        team,
        texts: texts(form),
    })
}

async fn again(
    grant: &Grant<NoteTickets>,
    ui: Ui,
    form: Form,
    reply: Option<CannedReply>,
    problem: Problem,
) -> Result<Response, Failure> {
    if problem.status != 422 {
        return Err(problem.into());
    }
    let page = page(grant, ui, form.with_mistakes(&problem), reply).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
}

/// `POST /admin/canned`. With `what=look` nothing is kept: the form comes back with how it reads.
pub async fn create(grant: Grant<NoteTickets>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(FIELDS)?;
    if form.get("what") == "look" {
        return Ok(Page(page(&grant, ui, form, None).await?).into_response());
    }
    let made = match draft(&form).and_then(Draft::parse) {
        Ok(new) => grant.change(move |tx| actions::create(tx, new)).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) => again(&grant, ui, form, None, problem).await,
    }
}

/// `POST /admin/canned/{id}`. `what`: `look`, `archive`, `restore`, or nothing to save.
pub async fn save(
    grant: Grant<NoteTickets>,
    ui: Ui,
    InPath(id): InPath<Id<CannedReply>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(FIELDS)?;
    let reply = known(&grant, id).await?;
    let changes = match form.get("what") {
        "look" => return Ok(Page(page(&grant, ui, form, Some(reply)).await?).into_response()),
        what @ ("archive" | "restore") => {
            Ok(Changes { is_archived: Some(what == "archive"), ..Changes::default() })
        }
        _ => draft(&form).map(|draft| Changes {
            name: Some(draft.name),
            folder: Some(draft.folder),
            share: Some(draft.share),
            team: draft.team,
            texts: Some(draft.texts),
            is_archived: None,
        }),
    };
    let saved = match changes {
        Ok(changes) => {
            let work = move |tx: &mut platform::authority::Tx<NoteTickets>| {
                actions::edit(tx, id, changes)?;
                Ok::<_, CannedError>(())
            };
            grant.change(work).await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) => again(&grant, ui, form, Some(reply), problem).await,
    }
}
