//! What concerns the demo company's people this morning: somebody calls a colleague, gives a ticket away, and is away.
use super::{
    company::{Agent, Cast},
    tickets::set,
};
use desk::{
    conversation::{self, MessageKind, ReplyDraft},
    notices::{reader, store},
    tickets::{self, EditTickets, NoteTickets, Patch, Ticket, TicketError, ViewTickets},
    views::{self, Shown, View},
};
use kernel::{
    clock::{Clock, DAY, MINUTE, Millis},
    fault::Problem,
    id::Id,
};
use people::absences;
use platform::{
    Home,
    authority::{Grant, Myself, Permission},
    db,
};
use std::sync::Arc;

fn grant<P: Permission>(home: &Home, agent: &Agent) -> Result<Grant<P>, Problem> {
    Grant::check(home, Arc::new(agent.actor()), true)
}

/// Plays it in the hour before `now`. What was before that concerns nobody any more.
pub async fn fill(home: &Home, clock: &Clock, cast: &Cast, now: Millis) -> Result<(), Problem> {
    let [founder, colleague, third, ..] = cast.agents.as_slice() else { return Ok(()) };
    reader::catch_up(home).await?;
    let mine = Shown::Standard(View::Mine);
    let top = views::store::Place::top(&mine);
    let look = grant::<ViewTickets>(home, founder)?;
    let rows = look.read::<_, db::Error>(move |tx| views::store::page(tx, &mine, top, 2)).await?;
    let other = Shown::Standard(View::Unassigned);
    let top = views::store::Place::top(&other);
    let look = grant::<ViewTickets>(home, colleague)?;
    let free = look.read::<_, db::Error>(move |tx| views::store::page(tx, &other, top, 1)).await?;

    set(clock, now.plus(-50 * MINUTE));
    if let Some(row) = rows.first() {
        let words = format!("<p>@{} Bitte vor dem Rückruf kurz die Seriennummer ansehen.</p>", founder.name);
        note(home, colleague, row.id, words).await?;
    }
    set(clock, now.plus(-35 * MINUTE));
    if let Some(row) = free.first() {
        let (ticket, patch) = (row.id, Patch { assignee: Some(Some(founder.id)), ..Patch::default() });
        let edit = grant::<EditTickets>(home, colleague)?;
        let give = edit.change::<_, TicketError>(move |tx| {
            let seen = tickets::store::see(tx, ticket)?.ok_or_else(Problem::not_found)?;
            tickets::actions::edit(tx, &seen, patch)
        });
        give.await?;
    }
    set(clock, now.plus(-20 * MINUTE));
    if let Some(row) = rows.get(1) {
        note(home, third, row.id, "<p>Ersatzteil ist bestellt und kommt morgen.</p>".into()).await?;
    }
    let days = |days: i64| now.plus(days * DAY).to_string().chars().take(10).collect::<String>();
    let away = absences::Draft { from: days(-1), to: days(5), deputy: Some(founder.id) };
    grant::<Myself>(home, third)?.change(move |tx| absences::actions::say(tx, &away)).await?;
    set(clock, now.plus(-10 * MINUTE));
    reader::catch_up(home).await?;
    // Nobody's mail begins with a demo.
    let forget = grant::<EditTickets>(home, founder)?;
    forget.change::<_, db::Error>(|tx| store::forget_mails(tx)).await?;
    set(clock, now);
    Ok(())
}

async fn note(home: &Home, by: &Agent, ticket: Id<Ticket>, html: String) -> Result<(), Problem> {
    let note = ReplyDraft { kind: MessageKind::Note, html: Some(html), ..ReplyDraft::default() }.parse()?;
    let grant = grant::<NoteTickets>(home, by)?;
    let write = grant.change::<_, TicketError>(move |tx| {
        let seen = tickets::store::see(tx, ticket)?.ok_or_else(Problem::not_found)?;
        conversation::actions::note(tx, &seen, &note).map(drop)
    });
    Ok(write.await?)
}
