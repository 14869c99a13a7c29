//! Changing a ticket from its page: small forms that redirect.
use super::Asked;
use crate::escalation::helpers;
use crate::tickets::{
    EditTickets, Kind, Patch, Priority, Ticket, TicketError, ViewTickets,
    actions::{self},
    store,
};
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use people::{contacts, permissions::ManageContacts};
use platform::{
    authority::{Contact, Grant, User},
    web::{Failure, Form, Page, Ui},
};
use serde_json::Value;
use std::collections::BTreeMap;

const FIELDS: &[&str] =
    &["status", "priority", "assignee", "team", "type", "tags", "subject", "field.*", "was.*"];

/// `POST /t/{number}`: properties. What the page showed comes along as `was.NAME`, and only what differs from it
/// is changed: a form that was open for an hour undoes nothing that others did meanwhile.
pub async fn post(
    grant: Grant<EditTickets>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(FIELDS)?;
    let patch = patch(&form).and_then(Patch::parse);
    let done = match patch {
        Ok(patch) => change(&grant, number, patch).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(true) => Ok(Redirect::to(&asked.done(number, "change")).into_response()),
        // It is out of the editor's sight now.
        Ok(false) => Ok(Redirect::to("/tickets").into_response()),
        Err(problem) if problem.status == 422 => {
            let page = super::load(&grant, ui, number, asked).await?;
            let page = page.with_props(form.with_reason(&by_form_names(problem)));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// * returns – whether the editor still sees the ticket.
async fn change(grant: &Grant<EditTickets>, number: Id<Ticket>, patch: Patch) -> Result<bool, Problem> {
    let work = move |tx: &mut platform::authority::Tx<EditTickets>| {
        let ticket = store::see(tx, number)?.ok_or_else(Problem::not_found)?;
        actions::edit(tx, &ticket, patch)?;
        Ok::<_, TicketError>(store::see(tx, number)?.is_some())
    };
    grant.change(work).await.map_err(Problem::from)
}

/// The value of a field, if it is another one than the page showed.
fn changed<'f>(form: &'f Form, name: &str) -> Option<&'f str> {
    let is_there = form.names().any(|sent| sent == name);
    let was = format!("was.{name}");
    let is_same = form.names().any(|sent| sent == was) && form.get(&was) == form.get(name);
    (is_there && !is_same).then(|| form.get(name))
}

fn patch(form: &Form) -> Result<Patch, Problem> {
    let mut mistakes = Mistakes::default();
    let kind = changed(form, "type").map(Kind::from_word);
    mistakes.require(kind != Some(None), "type", "unknown_word");
    let priority = changed(form, "priority").map(Priority::from_word);
    mistakes.require(priority != Some(None), "priority", "unknown_word");
    let mut id = |name: &str| {
        let number = changed(form, name).map(|text| text.parse::<i64>().ok().filter(|id| *id >= 0));
        mistakes.require(number != Some(None), name, "unknown_id");
        number.flatten()
    };
    let (team, assignee) = (id("team"), id("assignee"));
    let fields = fields(form);
    let patch = Patch {
        subject: changed(form, "subject").map(str::to_owned),
        kind: kind.flatten(),
        status: changed(form, "status").map(str::to_owned),
        priority: priority.flatten(),
        team: team.map(|id| (id != 0).then(|| Id::new(id))),
        assignee: assignee.map(|id| (id != 0).then(|| Id::new(id))),
        tags: changed(form, "tags").map(tags),
        fields: (!fields.is_empty()).then_some(fields),
        requester: None,
    };
    mistakes.check()?;
    Ok(patch)
}

/// `a, b` as a list.
pub fn tags(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

/// The desk's own fields that were changed. A checkbox that is not ticked sends nothing but its companion `.box`.
pub fn fields(form: &Form) -> BTreeMap<String, Value> {
    let mut values = BTreeMap::new();
    for name in form.names() {
        let Some(key) = name.strip_prefix("field.") else { continue };
        match key.strip_suffix(".box") {
            Some(key) => {
                let is_on = form.is_on(&format!("field.{key}"));
                let was_on = form.get(&format!("was.field.{key}")) == "true";
                if is_on != was_on {
                    values.insert(key.to_owned(), Value::Bool(is_on));
                }
            }
            None => {
                let has_box = form.names().any(|other| other == format!("{name}.box"));
                if let Some(value) = changed(form, name).filter(|_| !has_box) {
                    values.insert(key.to_owned(), Value::String(value.to_owned()));
                }
            }
        }
    }
    values
}

/// A problem of the API in the names of the form: `/fields/asset` is `/field.asset`, `/tags/2` is `/tags`.
pub fn by_form_names(mut problem: Problem) -> Problem {
    for field in &mut problem.fields {
        let mut parts = field.pointer.trim_start_matches('/').split('/');
        field.pointer = match (parts.next().unwrap_or_default(), parts.next()) {
            ("fields", Some(key)) => format!("/field.{key}"),
            ("requester", Some(name)) => format!("/{name}"),
            (list @ ("tags" | "to" | "cc" | "bcc" | "attachments"), _) => format!("/{list}"),
            (name, _) => format!("/{name}"),
        };
    }
    problem.fields.dedup();
    problem
}

/// `POST /t/{number}/people`: somebody in copy of what follows, or a colleague who follows or helps.
pub async fn add_person(
    grant: Grant<EditTickets>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["email", "name", "role"])?;
    let Some(email) = text::email(form.get("email")) else {
        let page = super::load(&grant, ui, number, asked).await?;
        let page = page.with_props(form.with_mistakes(&Problem::field("email", "email")));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response());
    };
    let name = form.get("name").to_owned();
    let role = form.get("role").to_owned();
    let done = grant
        .change::<_, TicketError>(move |tx| {
            let ticket = store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            match role.as_str() {
                "follower" => actions::add_follower(tx, &ticket, &email),
                "helper" => helpers::add(tx, &ticket, &email),
                _ => actions::add_cc(tx, &ticket, &email, &name),
            }
        })
        .await;
    match done.map_err(Problem::from) {
        Ok(()) => Ok(Redirect::to(&asked.back(number)).into_response()),
        Err(problem) if problem.status == 422 => {
            let page = super::load(&grant, ui, number, asked).await?.with_props(form.with_mistakes(&problem));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// `POST /t/{number}/people/requester`: somebody in copy asks from now on.
pub async fn make_requester(
    grant: Grant<EditTickets>,
    Path(number): Path<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&["contact"])?;
    let contact: Id<Contact> = form.get("contact").parse().map_err(|_| Problem::not_found())?;
    grant
        .change::<_, TicketError>(move |tx| {
            let ticket = store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            actions::make_requester(tx, &ticket, contact)
        })
        .await?;
    Ok(Redirect::to(&asked.done(number, "change")))
}

/// `POST /t/{number}/contact`: the person who asks, as the panel beside the ticket shows them.
pub async fn contact(
    grant: Grant<EditTickets>,
    managing: Option<Grant<ManageContacts>>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["name", "emails", "phones", "notes"])?;
    let seen = move |tx: &mut platform::authority::Tx<EditTickets>| {
        let ticket = store::see(tx, number)?.ok_or_else(Problem::not_found)?;
        Ok::<_, TicketError>(ticket.customer_id)
    };
    let requester = grant.read(seen).await?;
    let managing = managing.ok_or(Problem::new(403, "permission_required"))?;
    let lines = |name: &str| -> Vec<String> {
        form.get(name).lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    let changes = contacts::Changes {
        name: Some(form.get("name").into()),
        emails: Some(lines("emails")),
        phones: Some(lines("phones")),
        notes: Some(form.get("notes").into()),
        ..contacts::Changes::default()
    };
    let done = match changes.parse() {
        Ok(edit) => managing
            .change(move |tx| contacts::actions::edit(tx, requester, edit))
            .await
            .map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&asked.back(number)).into_response()),
        Err(mut problem) if matches!(problem.status, 409 | 422) => {
            for field in &mut problem.fields {
                let name = field.pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
                field.pointer = format!("/person_{name}");
            }
            problem.fields.dedup();
            let page =
                super::load(&grant, ui, number, asked).await?.with_person(form.with_mistakes(&problem));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// `POST /t/{number}/people/remove`.
pub async fn remove_person(
    grant: Grant<EditTickets>,
    Path(number): Path<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&["contact", "user", "helper"])?;
    let contact = form.get("contact").parse::<Id<Contact>>().ok();
    let user = form.get("user").parse::<Id<User>>().ok();
    let helper = form.get("helper").parse::<Id<User>>().ok();
    grant
        .change::<_, TicketError>(move |tx| {
            let ticket = store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            match (contact, user, helper) {
                (Some(contact), ..) => actions::remove_cc(tx, &ticket, contact),
                (None, Some(user), _) => actions::remove_follower(tx, &ticket, user),
                (None, None, Some(helper)) => helpers::remove(tx, &ticket, helper),
                (None, None, None) => Err(Problem::not_found().into()),
            }
        })
        .await?;
    Ok(Redirect::to(&asked.back(number)))
}

/// `POST /t/{number}/follow`.
pub async fn follow(
    grant: Grant<ViewTickets>,
    Path(number): Path<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&["follow"])?;
    let is_following = form.is_on("follow");
    grant
        .change::<_, TicketError>(move |tx| {
            let ticket = store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            actions::follow(tx, &ticket, is_following)
        })
        .await?;
    Ok(Redirect::to(&asked.back(number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_from_the_page_is_changed() {
        let form = Form::filled([
            ("was.status", "2".into()),
            ("status", "2".into()),
            ("was.priority", "normal".into()),
            ("priority", "high".into()),
            ("was.assignee", "3".into()),
            ("assignee", "0".into()),
            ("was.tags", "a, b".into()),
            ("tags", "a, b".into()),
            ("field.asset.box", "1".into()),
            ("was.field.asset", "true".into()),
            ("was.field.place", "".into()),
            ("field.place", "B3".into()),
        ]);
        let patch = patch(&form).unwrap();
        assert_eq!((patch.status, patch.priority, patch.assignee), (None, Some(Priority::High), Some(None)));
        assert!(patch.tags.is_none() && patch.team.is_none() && patch.subject.is_none());
        let fields = patch.fields.unwrap();
        assert_eq!((&fields["asset"], &fields["place"]), (&Value::Bool(false), &Value::String("B3".into())));
    }
    #[test]
    fn mistakes_are_named_as_the_form_names_its_fields() {
        let problem = Problem::invalid(
            ["/fields/asset", "/tags/1", "/requester/email"]
                .map(|pointer| kernel::fault::Field { pointer: pointer.into(), code: "tag" })
                .into(),
        );
        let names: Vec<_> = by_form_names(problem).fields.into_iter().map(|field| field.pointer).collect();
        assert_eq!(names, ["/field.asset", "/tags", "/email"]);
    }
}
