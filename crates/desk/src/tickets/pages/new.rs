//! A new ticket: what somebody said on the phone or at the desk, a letter, or a mail that begins with us.
use super::{
    edit::{by_form_names, fields, tags},
    store::{self, Choices},
};
use crate::{
    checklists,
    conversation::{actions::Signer, pages::send},
    fields::{Field, FieldKind},
    ticket_templates::{self, Content, TicketTemplate},
    tickets::{
        self, Channel, CreateTickets, Draft, Kind, Priority, ReplyTickets, Requester, Ticket, TicketError,
        actions,
    },
};
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id, text};
use platform::{
    authority::{Grant, Tx},
    db,
    web::{Failure, Form, Page, Ui},
};
use serde::Deserialize;

const FIELDS: &[&str] = &[
    "channel",
    "requester",
    "phone",
    "subject",
    "text",
    "type",
    "priority",
    "team",
    "assignee",
    "tags",
    "field.*",
    "attachment",
    "template",
    "then",
];
/// The channels that an agent chooses from.
const CHANNELS: [Channel; 4] = [Channel::Phone, Channel::WalkIn, Channel::Letter, Channel::Email];

#[derive(askama::Template)]
#[template(path = "tickets/new.html")]
pub struct NewPage {
    ui: Ui,
    form: Form,
    choices: Choices,
    waiting: Vec<crate::attachments::Attachment>,
    /// What the ticket begins with.
    template: Option<TicketTemplate>,
}
impl NewPage {
    /// The checklists that come with the template, by name.
    fn lists(&self) -> String {
        let lists = self.template.as_ref().map(|template| template.content().checklists).unwrap_or_default();
        let is_of = |(id, _): &&(i64, String)| lists.iter().any(|list| list.number() == *id);
        let names = self.choices.checklists.iter().filter(is_of).map(|(_, name)| name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }
    fn channels(&self) -> impl Iterator<Item = Channel> {
        let may_reply = self.ui.may("tickets.reply");
        CHANNELS.into_iter().filter(move |channel| may_reply || *channel != Channel::Email)
    }
    fn icon(&self, channel: &Channel) -> &'static str {
        super::channel_icon(*channel)
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
}

/// Who asks, as another page knows it already: a name, `Name <address>` or a number.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    requester: String,
    /// What the ticket begins with.
    template: Option<Id<TicketTemplate>>,
}

/// Of a ticket that is not there yet, no condition of a field can hold.
fn new_choices(conn: &mut db::Conn) -> db::Result<Choices> {
    let mut choices = store::choices(conn)?;
    choices.fields.retain(|field| field.shown_when.is_empty());
    Ok(choices)
}

/// `GET /tickets/new`.
pub async fn get(
    grant: Grant<CreateTickets>,
    ui: Ui,
    Query(asked): Query<Asked>,
) -> Result<Page<NewPage>, Failure> {
    let Asked { requester, template } = asked;
    let work = move |tx: &mut Tx<CreateTickets>| {
        let template = match template {
            Some(id) => Some(ticket_templates::store::one_to_open(tx, id)?.ok_or_else(Problem::not_found)?),
            None => None,
        };
        Ok::<_, TicketError>((new_choices(tx)?, template))
    };
    let (choices, template) = grant.read(work).await?;
    let team = grant.actor().teams.first().map_or_else(|| "0".into(), |team| team.to_string());
    let me = grant.actor().user().map_or_else(|| "0".into(), |me| me.to_string());
    let mut form = Form::filled([
        ("requester", requester),
        ("channel", Channel::Phone.word().into()),
        ("type", Kind::default().word().into()),
        ("priority", Priority::default().word().into()),
        ("team", team),
        ("assignee", me.clone()),
    ]);
    if let Some(template) = &template {
        form = begin_with(form, &template.content(), &me);
    }
    Ok(Page(NewPage { ui, form, choices, waiting: Vec::new(), template }))
}

/// The form with what a template says; what it says nothing of stays.
fn begin_with(form: Form, content: &Content, me: &str) -> Form {
    let said = ticket_templates::pages::filled(content);
    let names = [("subject", "subject"), ("text", "text"), ("type", "type"), ("priority", "priority")];
    let names = names.into_iter().chain([("team", "for_team"), ("assignee", "assignee"), ("tags", "tags")]);
    let own: Vec<String> =
        said.names().filter(|name| name.starts_with("field.")).map(str::to_owned).collect();
    let form = names.fold(form, |form, (name, of)| match said.some(of) {
        Some("me") if name == "assignee" => form.replaced(name, me),
        Some(value) => form.replaced(name, value),
        None => form,
    });
    own.iter().fold(form, |form, name| form.replaced(name, said.get(name)))
}

/// `POST /tickets/new`.
pub async fn post(
    grant: Grant<CreateTickets>,
    replying: Option<Grant<ReplyTickets>>,
    ui: Ui,
    form: Form,
) -> Result<Response, Failure> {
    form.only(FIELDS)?;
    let files = send::keep(&grant, &form).await?;
    let draft = draft(&form, files.clone());
    let template = form.some("template").map(str::parse).transpose();
    let template = template.map_err(|_| Problem::field("template", "unknown_id"))?;
    let done = match draft.and_then(|draft| draft.parse(Channel::Phone)) {
        Ok(new) if new.channel == Channel::Email && replying.is_none() => {
            return Err(Problem::new(403, "permission_required").into());
        }
        Ok(new) => open(&grant, (new, template), form.get("then") == "solve").await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(Some(ticket)) => Ok(Redirect::to(&format!("/t/{ticket}")).into_response()),
        // Opened for a team whose tickets this person does not see.
        Ok(None) => Ok(Redirect::to("/tickets").into_response()),
        Err(problem) if problem.status == 422 => {
            let me = grant.actor().who.to_string();
            let work = move |tx: &mut Tx<CreateTickets>| {
                let template = match template {
                    Some(id) => ticket_templates::store::one_to_open(tx, id)?,
                    None => None,
                };
                let waiting = crate::attachments::store::waiting(tx, &files, &me)?;
                Ok::<_, db::Error>((new_choices(tx)?, waiting, template))
            };
            let (choices, waiting, template) = grant.read(work).await?;
            let mut problem = by_form_names(problem);
            for field in problem.fields.iter_mut().filter(|field| field.pointer == "/email") {
                field.pointer = "/requester".into();
            }
            let form = form.with_mistakes(&problem);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(NewPage { ui, form, choices, waiting, template }))
                .into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// * returns – the ticket, if whoever opened it sees it.
async fn open(
    grant: &Grant<CreateTickets>,
    (new, template): (tickets::NewTicket, Option<Id<TicketTemplate>>),
    is_solved: bool,
) -> Result<Option<Id<Ticket>>, Problem> {
    let signer = Signer::of(grant.home());
    let work = move |tx: &mut Tx<CreateTickets>| {
        let ticket = match new.channel {
            Channel::Email => actions::start(tx, new, &signer)?,
            _ => actions::create(tx, new)?,
        };
        if let Some(id) = template {
            let template = ticket_templates::actions::known(tx, id)?;
            ticket_templates::actions::put_lists(tx, ticket, &template.content())?;
        }
        if is_solved {
            let seen = tickets::store::see_for_machine(tx, ticket)?.ok_or_else(Problem::not_found)?;
            checklists::actions::guard(tx, &seen)?;
            actions::set_category(tx, &seen, tickets::Category::Solved)?;
        }
        Ok::<_, TicketError>(tickets::store::see(tx, ticket)?.map(|_| ticket))
    };
    grant.change(work).await.map_err(Problem::from)
}

fn draft(form: &Form, attachments: Vec<Id<crate::attachments::Attachment>>) -> Result<Draft, Problem> {
    let channel = CHANNELS.into_iter().find(|channel| channel.word() == form.get("channel"));
    let id = |name: &str| form.get(name).parse::<i64>().ok().filter(|id| *id > 0);
    // A walk-in may be one line: then the subject is what was said.
    let text = form.some("text").unwrap_or(form.get("subject")).to_owned();
    let mut requester = requester(form.get("requester"));
    requester.phone = form.some("phone").map(str::to_owned).or(requester.phone);
    Ok(Draft {
        subject: form.get("subject").into(),
        text: Some(text),
        html: None,
        requester,
        kind: Kind::from_word(form.get("type")),
        priority: Priority::from_word(form.get("priority")),
        channel: Some(channel.ok_or_else(|| Problem::field("channel", "unknown_word"))?),
        team: id("team").map(Id::new),
        assignee: id("assignee").map(Id::new),
        tags: tags(form.get("tags")),
        fields: fields(form),
        attachments,
        template: None,
    })
}

/// Who asks, from one line: `Ada Peters <ada@x.org>`, an address, a number or a name.
fn requester(line: &str) -> Requester {
    if let Some((name, rest)) = line.rsplit_once('<').filter(|(_, rest)| rest.contains('@')) {
        let email = rest.trim().trim_end_matches('>').trim().to_owned();
        return Requester { name: name.trim().into(), email: Some(email), phone: None };
    }
    if line.contains('@') {
        return Requester { email: Some(line.into()), ..Requester::default() };
    }
    match text::phone(line) {
        Some(_) => Requester { phone: Some(line.into()), ..Requester::default() },
        None => Requester { name: line.into(), ..Requester::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_says_who_asks() {
        let ada = requester("Ada Peters <ada@x.org>");
        assert_eq!((ada.name.as_str(), ada.email.as_deref()), ("Ada Peters", Some("ada@x.org")));
        assert_eq!(requester("ada@x.org").email.as_deref(), Some("ada@x.org"));
        assert_eq!(requester("+49 30 1234").phone.as_deref(), Some("+49 30 1234"));
        assert_eq!(requester("Ada Peters").name, "Ada Peters");
    }
}
