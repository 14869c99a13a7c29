//! Canned replies in the composer, for a browser without scripts: the form comes back with the list, then with the
//! text in it.
use super::{actions, api::seen, policy::CannedReply, store};
use crate::{
    attachments,
    conversation::pages::send,
    tickets::{
        NoteTickets, Ticket,
        pages::{self, Asked},
    },
};
use axum::extract::Query;
use kernel::id::Id;
use platform::{
    authority::{Grant, Tx},
    web::{Failure, Form, InPath, Page, Ui},
};

/// `POST /t/{number}/canned`: the composer's whole form, with `canned` chosen or still to be chosen.
pub async fn post(
    grant: Grant<NoteTickets>,
    ui: Ui,
    InPath(number): InPath<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Page<pages::TicketPage>, Failure> {
    form.only(send::FIELDS)?;
    let files = send::keep(&grant, &form).await?;
    let chosen = form.all("canned").filter_map(|id| id.parse::<Id<CannedReply>>().ok()).last();
    let text = form.get("text").to_owned();
    let text = grant
        .change(move |tx| {
            let ticket = seen(tx, number)?;
            let Some(chosen) = chosen else { return Ok::<_, super::CannedError>(text) };
            let taken = actions::take(tx, &ticket, chosen, None)?.text;
            Ok(if text.is_empty() { taken } else { format!("{text}\n\n{taken}") })
        })
        .await?;
    let me = grant.actor().who.to_string();
    let (waiting, offered) = grant
        .read::<_, platform::db::Error>(move |tx: &mut Tx<NoteTickets>| {
            Ok((attachments::store::waiting(tx, &files, &me)?, store::all(tx, false)?))
        })
        .await?;
    let page = pages::load(&grant, ui, number, asked).await?;
    // The text is what counts from here on, not what an editor made of an earlier one.
    let form = form.replaced("text", &text).replaced("html", "");
    Ok(Page(page.with_composer(form, waiting).with_canned(offered)))
}
