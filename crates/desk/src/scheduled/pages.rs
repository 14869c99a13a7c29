//! What waits to be sent, in the ticket's page: who, when, why not, and taking it back.
use super::{actions, policy::ScheduledReply};
use crate::{
    conversation::{MessageKind, ReplyDraft, actions::Signer, linkify, words},
    tickets::{NoteTickets, ReplyTickets, Ticket, TicketError, pages::Asked},
};
use axum::{
    extract::{Path, Query},
    response::Redirect,
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, User},
    web::{Failure, Form, Html, Ui},
};

/// An answer that waits, as the ticket's page has it.
pub struct Shown {
    pub id: i64,
    user: Id<User>,
    pub name: String,
    draft: ReplyDraft,
    pub send_at: Millis,
    pub is_later: bool,
    seen: i64,
    held_because: String,
}
impl Shown {
    /// Of one row of the page's facts; `None` for what cannot be read.
    ///
    /// * `b` – user, time, `later` or `soon`, newest message read and, where it is held, why; blanks between.
    pub fn of_fact(id: i64, draft: &str, b: &str, name: String) -> Option<Shown> {
        let mut parts = b.split(' ');
        let mut number = || parts.next()?.parse::<i64>().ok();
        let (user, send_at, seen) = (number()?, number()?, number()?);
        let is_later = parts.next()? == "later";
        let held_because = parts.next().unwrap_or_default().to_owned();
        let draft = serde_json::from_str(draft).ok()?;
        let user = Id::new(user);
        Some(Shown { id, user, name, draft, send_at: Millis(send_at), is_later, seen, held_because })
    }
    pub fn is_mine(&self, ui: &Ui) -> bool {
        ui.actor.as_ref().and_then(|actor| actor.user()) == Some(self.user)
    }
    pub fn text(&self) -> Html {
        match words(self.draft.text.clone(), self.draft.html.clone()) {
            (_, Some(html)) => Html(mail::html::written(&html, &linkify::into)),
            (text, None) => linkify::html(&text),
        }
    }
    /// That it is on its way, with the beginning of its words: two at once are told apart.
    pub fn sending(&self, ui: &Ui) -> String {
        let (text, _) = words(self.draft.text.clone(), self.draft.html.clone());
        match kernel::text::shorten(&text, 40) {
            beginning if beginning.is_empty() => ui.t("scheduled-sending").to_owned(),
            beginning => ui.t1("scheduled-sending-words", "words", beginning.as_str()),
        }
    }
    pub fn to(&self) -> String {
        self.draft.to.as_deref().unwrap_or_default().join(", ")
    }
    pub fn is_note(&self) -> bool {
        self.draft.kind == MessageKind::Note
    }
    pub fn files(&self) -> usize {
        self.draft.attachments.len()
    }
    pub fn is_held(&self) -> bool {
        !self.held_because.is_empty()
    }
    /// Why it was not sent, in words.
    pub fn because(&self, ui: &Ui) -> &'static str {
        platform::i18n::text(ui.language, actions::reason_words(&self.held_because))
    }
    /// Whether it will be held: somebody else wrote after its writer had read.
    ///
    /// * `newest` – the newest public message of somebody else.
    pub fn is_overtaken(&self, newest: i64) -> bool {
        self.is_later && !self.is_held() && newest > self.seen
    }
    /// Milliseconds in which it can still be taken back, for the notice.
    pub fn until(&self) -> i64 {
        self.send_at.0
    }
}

/// `POST /t/{number}/scheduled/{id}/undo`: the answer is the draft again.
pub async fn undo(
    grant: Grant<NoteTickets>,
    Path((number, id)): Path<(Id<Ticket>, Id<ScheduledReply>)>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&[])?;
    match grant.change::<_, TicketError>(move |tx| actions::take_back(tx, number, id)).await {
        Ok(()) => Ok(Redirect::to(&format!("{}#text", asked.done(number, "taken_back")))),
        Err(error) => gone(error.into(), number, &asked),
    }
}

/// `POST /t/{number}/scheduled/{id}/send`: at once.
pub async fn send(
    grant: Grant<ReplyTickets>,
    Path((number, id)): Path<(Id<Ticket>, Id<ScheduledReply>)>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&[])?;
    let signer = Signer::of(grant.home());
    match grant.change::<_, TicketError>(move |tx| actions::send_own(tx, number, id, &signer)).await {
        Ok(message) => Ok(Redirect::to(&format!("{}#m{message}", asked.back(number)))),
        Err(error) => gone(error.into(), number, &asked),
    }
}

fn gone(problem: Problem, number: Id<Ticket>, asked: &Asked) -> Result<Redirect, Failure> {
    match problem.code {
        "reply_sent" => Ok(Redirect::to(&asked.done(number, "sent_already"))),
        _ => Err(problem.into()),
    }
}
