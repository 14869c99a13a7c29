//! Handing a ticket on and back, and who had it how long.
use super::{
    Keeper, Stay, actions,
    lines::{self, Line},
    stay::{BackDraft, Cause, Deadline, Draft},
    store, supervisors,
    suppliers::{self, Supplier},
};
use crate::{
    conversation::actions::Signer,
    sla::pages::why,
    tickets::{self, EditTickets, Ticket, TicketError, ViewTickets, pages::Asked},
};
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Tx},
    web::{Failure, Form, InPath, Page, Ui},
};

/// Part of a ticket's life: in the hands of one.
pub struct Segment {
    pub name: String,
    /// `None` while nobody had handed it on.
    pub stay: Option<Stay>,
    pub from: Millis,
    pub to: Millis,
}
impl Segment {
    fn icon(&self) -> &'static str {
        self.stay.as_ref().map_or("inbox", |stay| stay.kind.icon())
    }
    fn tone(&self) -> &'static str {
        self.stay.as_ref().map_or("home", |stay| stay.kind.word())
    }
    fn is_now(&self) -> bool {
        self.stay.as_ref().is_some_and(Stay::is_now)
    }
}

/// From its opening to its end, or to now: who had it. What lies between two stays was at home.
///
/// * `home` – who has it where nobody handed it on.
pub fn segments(stays: Vec<Stay>, home: &str, (opened, until): (Millis, Millis)) -> Vec<Segment> {
    let mut all: Vec<Segment> = Vec::new();
    let mut at = opened;
    for stay in stays {
        let (from, to) = (stay.started_at_ms.max(at), stay.ended_at_ms.unwrap_or(until).max(at));
        if from > at {
            all.push(Segment { name: stay.from_name.clone(), stay: None, from: at, to: from });
        }
        at = to;
        all.push(Segment { name: stay.name.clone(), stay: Some(stay), from, to });
    }
    if at < until || all.is_empty() {
        all.push(Segment { name: home.to_owned(), stay: None, from: at, to: until.max(at) });
    }
    all
}

#[derive(askama::Template)]
#[template(path = "escalation/stays.html")]
struct Stays {
    ui: Ui,
    ticket: Ticket,
    segments: Vec<Segment>,
    opened: Millis,
    until: Millis,
}
impl Stays {
    /// Where the bar of a part begins and how wide it is, in thousandths of the whole. A short one can still be seen.
    fn bar(&self, segment: &Segment) -> (i64, i64) {
        let whole = (self.until.0 - self.opened.0).max(1);
        let at = |moment: Millis| (moment.0 - self.opened.0).clamp(0, whole) * 1000 / whole;
        let from = at(segment.from).min(992);
        (from, (at(segment.to) - from).max(8))
    }
    fn length(&self, segment: &Segment) -> String {
        why::span(&self.ui, (segment.to.0 - segment.from.0).max(0))
    }
    fn worked(&self, stay: &Stay) -> String {
        why::span(&self.ui, stay.worked_ms(self.ui.now))
    }
    fn deadlines(&self, stay: &Stay) -> Vec<Deadline> {
        stay.deadlines(self.ui.now)
    }
    fn name<'s>(&'s self, segment: &'s Segment) -> &'s str {
        if segment.name.is_empty() { self.ui.t("ticket-nobody") } else { &segment.name }
    }
    fn is_climbed(&self, stay: &Stay) -> bool {
        stay.cause == Cause::Climbed
    }
    fn by(&self, stay: &Stay) -> String {
        if stay.by_name.is_empty() { self.ui.t("history-program").to_owned() } else { stay.by_name.clone() }
    }
}

/// `GET /t/{number}/stays`.
pub async fn stays(
    ui: Ui,
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Response, Failure> {
    let (ticket, stays, home) = grant
        .read::<_, TicketError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            let stays = store::of_ticket(tx, number)?;
            let home = actions::at_home(tx, &ticket)?;
            Ok((ticket.into_inner(), stays, home))
        })
        .await?;
    let opened = ticket.created_at_ms;
    let until =
        if ticket.category.is_open() { ui.now } else { ticket.solved_at_ms.unwrap_or(ticket.updated_at_ms) };
    let segments = segments(stays, &home, (opened, until));
    let until = segments.last().map_or(until, |last| last.to.max(until));
    Ok(Page(Stays { ui, ticket, segments, opened, until }).into_response())
}

/// To whom a ticket can go.
struct Places {
    now: Option<Stay>,
    next: Option<Line>,
    others: Vec<Line>,
    supervisor: Option<String>,
    suppliers: Vec<Supplier>,
}
impl Places {
    fn of<P>(tx: &mut Tx<P>, ticket: &Ticket) -> Result<Places, TicketError> {
        let now = match ticket.stay_id {
            Some(id) => store::by_id(tx, id)?,
            None => None,
        };
        let teams = lines::store::teams(tx)?;
        let has_team = |line: &Line| teams.iter().any(|(of, ..)| *of == line.id);
        let own = ticket.line.unwrap_or(0);
        let (mut next, mut others) = (None, Vec::new());
        for line in lines::store::lines(tx)?.into_iter().filter(has_team) {
            if line.position > own && next.is_none() {
                next = Some(line);
            } else if line.position != own {
                others.push(line);
            }
        }
        let is_supervised = now.as_ref().is_some_and(|stay| stay.kind == Keeper::Supervisor);
        let supervisor = supervisors::store::supervisor(tx, ticket.team_id)?.map(|(_, name)| name);
        let supervisor = supervisor.filter(|_| !is_supervised);
        let holds =
            |supplier: &Supplier| now.as_ref().is_some_and(|stay| stay.supplier_id == Some(supplier.id));
        // Whoever may not write outside cannot ask anybody there.
        let suppliers = match tx.actor().reach("tickets.reply") {
            Some(_) => suppliers::store::suppliers(tx)?,
            None => Vec::new(),
        };
        let suppliers = suppliers.into_iter();
        let suppliers = suppliers.filter(|supplier| !supplier.is_archived && !holds(supplier)).collect();
        Ok(Places { now, next, others, supervisor, suppliers })
    }
    fn is_empty(&self) -> bool {
        self.next.is_none()
            && self.others.is_empty()
            && self.supervisor.is_none()
            && self.suppliers.is_empty()
    }
    /// What is chosen at first.
    fn usual(&self) -> String {
        match (&self.next, &self.supervisor, self.suppliers.first(), self.others.first()) {
            (Some(_), ..) => "next".into(),
            (None, Some(_), ..) => "supervisor".into(),
            (None, None, Some(supplier), _) => format!("supplier/{}", supplier.id),
            (None, None, None, Some(line)) => format!("line/{}", line.id),
            _ => String::new(),
        }
    }
}

#[derive(askama::Template)]
#[template(path = "escalation/form.html")]
struct EscalateForm {
    ui: Ui,
    ticket: Ticket,
    places: Places,
    form: Form,
    asked: Asked,
}
impl EscalateForm {
    fn is_to(&self, word: &str) -> bool {
        self.form.get("to") == word
    }
    fn is_line(&self, line: &Line) -> bool {
        self.is_to(&format!("line/{}", line.id))
    }
    fn is_supplier(&self, supplier: &Supplier) -> bool {
        self.is_to(&format!("supplier/{}", supplier.id))
    }
    fn back(&self) -> String {
        self.asked.back(self.ticket.id)
    }
    fn query(&self) -> String {
        query(&self.back())
    }
}
/// `?view=` for links that keep the list.
fn query(back: &str) -> String {
    back.split_once('?').map_or_else(String::new, |(_, query)| format!("?{query}"))
}

async fn load(
    grant: &Grant<EditTickets>,
    ui: Ui,
    number: Id<Ticket>,
    asked: Asked,
    form: Option<Form>,
) -> Result<EscalateForm, Problem> {
    let page = grant.read::<_, TicketError>(move |tx| {
        let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
        let places = Places::of(tx, &ticket)?;
        let form = form.unwrap_or_else(|| Form::filled([("to", places.usual())]));
        Ok(EscalateForm { ui, ticket: ticket.into_inner(), places, form, asked })
    });
    page.await.map_err(Problem::from)
}

/// `GET /t/{number}/escalate`.
pub async fn form(
    ui: Ui,
    grant: Grant<EditTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    Ok(Page(load(&grant, ui, number, asked, None).await?).into_response())
}

/// `POST /t/{number}/escalate`.
pub async fn escalate(
    ui: Ui,
    grant: Grant<EditTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["to", "tried", "expected"])?;
    let text = |name: &str| form.get(name).to_owned();
    let draft = Draft { to: text("to"), tried: text("tried"), expected: text("expected") };
    let signer = Signer::of(grant.home());
    let done = match draft.parse() {
        Ok(hand_over) => {
            let work = grant.change::<_, TicketError>(move |tx| {
                let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                actions::escalate(tx, &ticket, &hand_over, &signer)?;
                Ok(tickets::store::see(tx, number)?.is_some())
            });
            work.await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(true) => Ok(Redirect::to(&asked.done(number, "escalated")).into_response()),
        // It is out of their sight now.
        Ok(false) => Ok(Redirect::to("/tickets").into_response()),
        Err(problem) if problem.status == 422 => {
            let page = load(&grant, ui, number, asked, Some(form.with_mistakes(&problem))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// `POST /t/{number}/accept`.
pub async fn accept(
    grant: Grant<EditTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&[])?;
    let done = grant.change::<_, TicketError>(move |tx| {
        let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
        actions::accept(tx, &ticket)
    });
    match done.await.map_err(Problem::from) {
        // Somebody was quicker: the page says who.
        Err(problem) if problem.status == 409 => Ok(Redirect::to(&asked.back(number))),
        Err(problem) => Err(problem.into()),
        Ok(()) => Ok(Redirect::to(&asked.done(number, "accepted"))),
    }
}

#[derive(askama::Template)]
#[template(path = "escalation/back.html")]
struct BackForm {
    ui: Ui,
    ticket: Ticket,
    stay: Stay,
    form: Form,
    asked: Asked,
}
impl BackForm {
    fn back(&self) -> String {
        self.asked.back(self.ticket.id)
    }
    fn query(&self) -> String {
        query(&self.back())
    }
}
/// * errors – 409 `not_escalated`.
async fn load_back(
    grant: &Grant<EditTickets>,
    ui: Ui,
    number: Id<Ticket>,
    asked: Asked,
    form: Form,
) -> Result<BackForm, Problem> {
    let page = grant.read::<_, TicketError>(move |tx| {
        let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
        let stay = match ticket.stay_id {
            Some(id) => store::by_id(tx, id)?,
            None => None,
        };
        let stay = stay.ok_or_else(|| Problem::conflict("not_escalated"))?;
        Ok(BackForm { ui, ticket: ticket.into_inner(), stay, form, asked })
    });
    page.await.map_err(Problem::from)
}

/// `GET /t/{number}/hand-back`.
pub async fn back_form(
    ui: Ui,
    grant: Grant<EditTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    Ok(Page(load_back(&grant, ui, number, asked, Form::default()).await?).into_response())
}

/// `POST /t/{number}/hand-back`.
pub async fn hand_back(
    ui: Ui,
    grant: Grant<EditTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["note"])?;
    let done = match (BackDraft { note: form.get("note").to_owned() }).parse() {
        Ok(words) => {
            let work = grant.change::<_, TicketError>(move |tx| {
                let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                actions::hand_back(tx, &ticket, &words)?;
                Ok(tickets::store::see(tx, number)?.is_some())
            });
            work.await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(true) => Ok(Redirect::to(&asked.done(number, "handed_back")).into_response()),
        Ok(false) => Ok(Redirect::to("/tickets").into_response()),
        Err(problem) if problem.status == 422 => {
            let page = load_back(&grant, ui, number, asked, form.with_mistakes(&problem)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}
