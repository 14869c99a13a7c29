//! What can be done with an escalation. One function, one transaction, its events.
use super::{
    EscalationAccepted, How, Keeper, StayEnded, TicketEscalated, TicketHandedBack,
    lines::{self, Line},
    mail,
    stay::{Cause, HandOver, Stay, To},
    store::{self, From, New},
    supervisors,
    suppliers::{self, Supplier},
};
use crate::{
    conversation::{
        self, AuthorKind, Direction, Message, MessageAdded, MessageKind, actions::Signer,
        store::New as NewMessage,
    },
    mentions,
    sla::terms::Snapshot,
    tickets::{
        self, EditTickets, Patch, Seen, Ticket, TicketError,
        actions::{author, edit, unmerged},
        store::Row,
    },
};
use kernel::{fault::Problem, id::Id};
use people::users;
use platform::{
    authority::{Implies, Team, Tx, User},
    db::{self, Conn},
    i18n, settings,
};

/// Where a ticket goes, looked up and checked.
#[derive(Clone, Debug)]
pub struct Place {
    pub kind: Keeper,
    pub line: Option<Id<Line>>,
    pub supplier: Option<Id<Supplier>>,
    /// 0 is none.
    pub team: Id<Team>,
    /// 0 is nobody.
    pub user: Id<User>,
    pub name: String,
    terms: Snapshot,
}
impl Place {
    fn of_line(conn: &mut Conn, line: &Line) -> Result<Option<Place>, TicketError> {
        let Some((team, _)) = lines::store::first_team(conn, line.id)? else { return Ok(None) };
        Ok(Some(Place {
            kind: Keeper::Line,
            line: Some(line.id),
            supplier: None,
            team,
            user: Id::new(0),
            name: line.name.clone(),
            terms: line.promised()?.terms(conn, &line.name)?,
        }))
    }
    /// The next line after a position that has a team.
    pub fn next_line(conn: &mut Conn, after: i64) -> Result<Option<Place>, TicketError> {
        let mut position = after;
        while let Some(line) = lines::store::line_after(conn, position)? {
            position = line.position;
            if let Some(place) = Place::of_line(conn, &line)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }
    /// Whoever leads the team. They accept within the time of the team's line.
    pub fn supervisor(conn: &mut Conn, team: Id<Team>) -> Result<Option<Place>, TicketError> {
        let Some((user, name)) = supervisors::store::supervisor(conn, team)? else { return Ok(None) };
        let mut terms = match lines::store::line_of(conn, team)? {
            Some(line) => line.promised()?.terms(conn, &name)?,
            None => Snapshot { name: name.clone(), ..Snapshot::default() },
        };
        // Nobody solves it by leading.
        terms.targets_ms[3] = None;
        Ok(Some(Place { kind: Keeper::Supervisor, line: None, supplier: None, team, user, name, terms }))
    }
    fn of_supplier(conn: &mut Conn, supplier: &Supplier) -> Result<Place, TicketError> {
        Ok(Place {
            kind: Keeper::Supplier,
            line: None,
            supplier: Some(supplier.id),
            team: Id::new(0),
            user: Id::new(0),
            name: supplier.name.clone(),
            terms: supplier.promised()?.terms(conn, &supplier.name)?,
        })
    }
    /// * errors – 422 at `to`: there is no such place, or the ticket is there.
    fn find(conn: &mut Conn, ticket: &Ticket, now: Option<&Stay>, to: To) -> Result<Place, TicketError> {
        let own = lines::store::line_of(conn, ticket.team_id)?;
        let is_with = |kind: Keeper| now.is_some_and(|stay| stay.kind == kind);
        match to {
            To::Next => {
                let after = own.map_or(0, |line| line.position);
                Place::next_line(conn, after)?.ok_or_else(|| Problem::field("to", "no_next_line").into())
            }
            To::Line(id) => {
                let line = lines::store::line(conn, id)?.ok_or_else(|| Problem::field("to", "unknown_id"))?;
                if own.is_some_and(|own| own.id == id) {
                    return Err(Problem::field("to", "escalated_there").into());
                }
                Place::of_line(conn, &line)?.ok_or_else(|| Problem::field("to", "line_without_team").into())
            }
            To::Supervisor if is_with(Keeper::Supervisor) => {
                Err(Problem::field("to", "escalated_there").into())
            }
            To::Supervisor => Place::supervisor(conn, ticket.team_id)?
                .ok_or_else(|| Problem::field("to", "no_supervisor").into()),
            To::Supplier(id) => {
                let supplier = suppliers::store::supplier(conn, id)?;
                let supplier = supplier.filter(|supplier| !supplier.is_archived);
                let supplier = supplier.ok_or_else(|| Problem::field("to", "unknown_id"))?;
                if now.is_some_and(|stay| stay.supplier_id == Some(id)) {
                    return Err(Problem::field("to", "escalated_there").into());
                }
                Place::of_supplier(conn, &supplier)
            }
        }
    }
}

/// Hands a ticket on, with what was tried and what is expected.
///
/// To a line it changes hands: the line's first team has it and nobody of it yet; whoever had it and whoever hands it on
/// help from then on. A supervisor and a supplier are asked beside whoever has it. The customer sees nothing of it.
///
/// * errors – 409 `escalation_solved`; 422 naming the field; 403 for a supplier without the right to write outside.
pub fn escalate<P: Implies<EditTickets>>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    hand_over: &HandOver,
    signer: &Signer,
) -> Result<Id<Stay>, TicketError> {
    tickets::store::hold(tx, ticket.id)?;
    // As it is now that nobody else can change it; the caller has seen that it may be seen.
    let ticket = &tickets::store::see_for_machine(tx, ticket.id)?.ok_or_else(Problem::not_found)?;
    unmerged(ticket)?;
    if !ticket.category.is_open() {
        return Err(Problem::conflict("escalation_solved").into());
    }
    let now = store::now(tx, ticket.id)?;
    let place = Place::find(tx, ticket, now.as_ref(), hand_over.to)?;
    if place.kind == Keeper::Supplier && !tickets::store::is_in_reach(tx, ticket, "tickets.reply")? {
        return Err(Problem::new(403, "permission_required").into());
    }
    let from_name = match &now {
        Some(stay) => stay.name.clone(),
        None => at_home(tx, ticket)?,
    };
    let from = From {
        name: &from_name,
        team: ticket.team_id,
        user: ticket.assignee_id,
        stay: now.as_ref().map(|stay| stay.id),
    };
    let (_, _, by_name) = author(tx.actor());
    let way = Way {
        cause: Cause::Handed,
        from,
        by_name: &by_name,
        tried: &hand_over.tried,
        expected: &hand_over.expected,
    };
    let stay = go_on(tx, ticket, now.as_ref().map(|stay| (stay, How::PassedOn)), &place, &way)?;
    let words = words(tx, &hand_over.tried, &hand_over.expected)?;
    match place.kind {
        Keeper::Supplier => mail::write(tx, ticket, stay, &words, signer).map(drop)?,
        Keeper::Line | Keeper::Supervisor => told(tx, ticket, &place, &words)?,
    }
    if place.kind == Keeper::Line {
        let me = tx.actor().user();
        for user in [Some(ticket.assignee_id).filter(|user| user.number() != 0), me].into_iter().flatten() {
            super::helpers::join(tx, ticket.id, user)?;
        }
    }
    Ok(stay)
}

/// How a ticket went on.
pub(super) struct Way<'a> {
    pub cause: Cause,
    pub from: From<'a>,
    pub by_name: &'a str,
    pub tried: &'a str,
    pub expected: &'a str,
}

/// Ends the stay before, if there is one, gives the ticket to the line's team, and begins the next.
pub(super) fn go_on<P: Implies<EditTickets>>(
    tx: &mut Tx<P>,
    ticket: &Ticket,
    before: Option<(&Stay, How)>,
    place: &Place,
    way: &Way,
) -> Result<Id<Stay>, TicketError> {
    if let Some((stay, how)) = before {
        end(tx, stay, how, None)?;
    }
    if place.kind == Keeper::Line {
        give(tx, ticket.id, Some(place.team), None)?;
    }
    // Whoever leads may see no more than their own tickets: they hear of this one, and find it.
    if place.kind == Keeper::Supervisor {
        super::helpers::join(tx, ticket.id, place.user)?;
    }
    begin(tx, ticket.id, place, way, None)
}

fn begin<P>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    place: &Place,
    way: &Way,
    accepted: Option<&str>,
) -> Result<Id<Stay>, TicketError> {
    let terms = serde_json::to_string(&place.terms).map_err(|_| Problem::internal())?;
    let id = store::insert(
        tx,
        &New {
            ticket,
            kind: place.kind,
            line: place.line,
            supplier: place.supplier,
            team: place.team,
            user: place.user,
            name: &place.name,
            from: way.from,
            by_name: way.by_name,
            tried: way.tried,
            expected: way.expected,
            cause: way.cause,
            terms: &terms,
            accepted,
        },
    )?;
    let stay = store::by_id(tx, id)?.ok_or_else(Problem::internal)?;
    store::keep_alarm(tx, &stay)?;
    if way.cause != Cause::Back {
        let is_climbed = way.cause == Cause::Climbed;
        tx.emit(TicketEscalated { ticket, stay: id, to: place.kind, name: place.name.clone(), is_climbed })?;
    }
    Ok(id)
}

/// Puts the ticket into the hands of a team, and of one of them or nobody.
fn give<P: Implies<EditTickets>>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    team: Option<Id<Team>>,
    assignee: Option<Id<User>>,
) -> Result<(), TicketError> {
    // What was written meanwhile has moved the version on.
    let fresh = tickets::store::see_for_machine(tx, ticket)?.ok_or_else(Problem::not_found)?;
    edit(tx, &fresh, Patch { team: Some(team), assignee: Some(assignee), ..Patch::default() })
}

/// Who has a ticket that nobody handed on: the line of its team, the team, or the person.
pub(super) fn at_home(conn: &mut Conn, ticket: &Ticket) -> Result<String, TicketError> {
    let line = lines::store::line_of(conn, ticket.team_id)?.map(|line| line.name);
    Ok(line.or_else(|| ticket.team_name.clone()).or_else(|| ticket.assignee_name.clone()).unwrap_or_default())
}

/// What was tried and what is expected, with a heading each, in the language of whoever writes; what the desk does by
/// itself is in its own.
pub(super) fn words<P>(tx: &mut Tx<P>, tried: &str, expected: &str) -> db::Result<String> {
    let language = language(tx)?;
    let part = |heading: &str, words: &str| match words.is_empty() {
        true => String::new(),
        false => format!("{heading}\n{words}\n\n"),
    };
    let tried = part(i18n::text(language, "escalation-tried-head"), tried);
    let expected = part(i18n::text(language, "escalation-expected-head"), expected);
    Ok(format!("{tried}{expected}").trim().to_owned())
}
pub(super) fn language<P>(tx: &mut Tx<P>) -> db::Result<i18n::Language> {
    if tx.actor().user().is_some() {
        return Ok(tx.actor().language);
    }
    let word = settings::get(tx, "default_language")?;
    Ok(word.as_deref().and_then(i18n::Language::from_word).unwrap_or_default())
}

/// A note for whoever gets it. It calls a supervisor by name, so that they hear of it.
pub(super) fn told<P>(
    tx: &mut Tx<P>,
    ticket: &Ticket,
    place: &Place,
    words: &str,
) -> Result<(), TicketError> {
    let message = note(tx, ticket, &format!("→ {}\n\n{words}", place.name))?;
    if place.user.number() != 0 {
        mentions::store::insert(tx, message, mentions::policy::Called::User(place.user))?;
    }
    Ok(())
}
/// A note in the name of whoever acts.
pub(super) fn note<P>(tx: &mut Tx<P>, ticket: &Ticket, text: &str) -> Result<Id<Message>, TicketError> {
    let (author_kind, author_id, author_name) = author(tx.actor());
    let channel = if author_kind == AuthorKind::User { ticket.channel.word() } else { "api" };
    let message = conversation::store::insert(
        tx,
        &NewMessage {
            ticket: ticket.id,
            kind: MessageKind::Note,
            direction: Direction::Out,
            channel,
            author_kind,
            author_id,
            author_name: &author_name,
            from_email: None,
            to: &[],
            cc: &[],
            bcc: &[],
            subject: &ticket.subject,
            text,
            quoted: None,
            signature: None,
            html: None,
            message_id: None,
            inbound_id: None,
            is_automatic: false,
            is_sender_known: true,
            forwarded: None,
            side: None,
            remarks: "{}",
        },
    )?;
    tickets::store::touch_time(tx, ticket.id)?;
    tx.emit(MessageAdded { ticket: ticket.id, message, kind: MessageKind::Note, direction: Direction::Out })?;
    Ok(message)
}

/// The actor, or the supplier, takes what was handed over. In a line that nobody has taken yet, the ticket is theirs.
///
/// * errors – 409 `not_escalated` or `escalation_accepted`.
pub fn accept(tx: &mut Tx<EditTickets>, ticket: &Seen<Ticket>) -> Result<(), TicketError> {
    unmerged(ticket)?;
    tickets::store::hold(tx, ticket.id)?;
    let stay = store::now(tx, ticket.id)?.ok_or_else(|| Problem::conflict("not_escalated"))?;
    if stay.is_accepted() {
        return Err(Problem::conflict("escalation_accepted").into());
    }
    let me = tx.actor().user();
    match (stay.kind, me) {
        // The change of hands is the acceptance: see `changed`.
        (Keeper::Line, Some(me)) if ticket.assignee_id != me => {
            return edit(tx, ticket, Patch { assignee: Some(Some(me)), ..Patch::default() });
        }
        (Keeper::Supervisor, Some(me)) => super::helpers::join(tx, ticket.id, me)?,
        _ => {}
    }
    let by = tx.actor().name.clone();
    accepted(tx, &stay, &by)
}
/// Notes that the stay is accepted, once.
pub(super) fn accepted<P>(tx: &mut Tx<P>, stay: &Stay, by: &str) -> Result<(), TicketError> {
    if !store::accept(tx, stay.id, by)? {
        return Ok(());
    }
    let fresh = store::by_id(tx, stay.id)?.ok_or_else(Problem::internal)?;
    store::keep_alarm(tx, &fresh)?;
    let (ticket, name) = (stay.ticket_id, stay.name.clone());
    tx.emit(EscalationAccepted { ticket, stay: stay.id, name, by: by.to_owned() })?;
    Ok(())
}

/// Gives the ticket back to whoever handed it on, with what came of it. A stay that was passed on goes on with what was
/// left of its time.
///
/// * errors – 409 `not_escalated`.
pub fn hand_back(tx: &mut Tx<EditTickets>, ticket: &Seen<Ticket>, words: &str) -> Result<(), TicketError> {
    unmerged(ticket)?;
    tickets::store::hold(tx, ticket.id)?;
    let stay = store::now(tx, ticket.id)?.ok_or_else(|| Problem::conflict("not_escalated"))?;
    end(tx, &stay, How::Back, Some(words))?;
    if stay.kind == Keeper::Line {
        let team = Some(stay.from_team_id).filter(|team| team.number() != 0);
        let team = match team {
            Some(team) if tickets::store::team_exists(tx, team)? => Some(team),
            _ => None,
        };
        let user = Some(stay.from_user_id).filter(|user| user.number() != 0);
        let user = match user {
            Some(user) if tickets::store::user_exists(tx, user)? => Some(user),
            _ => None,
        };
        give(tx, ticket.id, team, user)?;
    }
    resume(tx, &stay)?;
    note(tx, ticket, &format!("← {}\n\n{words}", stay.from_name))?;
    tx.emit(TicketHandedBack {
        ticket: ticket.id,
        stay: stay.id,
        name: stay.name.clone(),
        to: stay.from_name.clone(),
    })?;
    Ok(())
}

/// The stay that was passed on goes on.
fn resume<P>(tx: &mut Tx<P>, ended: &Stay) -> Result<(), TicketError> {
    let Some(before) = ended.from_stay_id else { return Ok(()) };
    let Some(before) = store::by_id(tx, before)? else { return Ok(()) };
    let place = Place {
        kind: before.kind,
        line: before.line_id,
        supplier: before.supplier_id,
        team: before.team_id,
        user: before.user_id,
        name: before.name.clone(),
        terms: before.left(),
    };
    let way = Way {
        cause: Cause::Back,
        from: From {
            name: &before.from_name,
            team: before.from_team_id,
            user: before.from_user_id,
            stay: before.from_stay_id,
        },
        by_name: &ended.name,
        tried: &before.tried,
        expected: &before.expected,
    };
    begin(tx, ended.ticket_id, &place, &way, before.accepted_by.as_deref()).map(drop)
}

fn end<P>(tx: &mut Tx<P>, stay: &Stay, how: How, words: Option<&str>) -> Result<(), TicketError> {
    if !store::end(tx, stay, how, words)? {
        return Ok(());
    }
    let fresh = store::by_id(tx, stay.id)?.ok_or_else(Problem::internal)?;
    store::keep_alarm(tx, &fresh)?;
    if matches!(how, How::Solved | How::Moved | How::Merged) {
        let (ticket, name) = (stay.ticket_id, stay.name.clone());
        tx.emit(StayEnded { ticket, stay: stay.id, name, how })?;
    }
    Ok(())
}

/// The ticket was changed to `after`: what was solved, or given to another line, stays there no longer; what somebody of
/// the line has got is accepted.
pub(crate) fn changed<P>(tx: &mut Tx<P>, before: &Ticket, after: &Row) -> Result<(), TicketError> {
    if before.stay_id.is_none() {
        return Ok(());
    }
    let Some(stay) = store::now(tx, before.id)? else { return Ok(()) };
    if !after.category.is_open() {
        return end(tx, &stay, How::Solved, None);
    }
    if stay.kind != Keeper::Line {
        return Ok(());
    }
    let is_there = match stay.line_id {
        Some(line) if after.team_id != before.team_id => lines::store::is_of(tx, after.team_id, line)?,
        _ => true,
    };
    if !is_there {
        return end(tx, &stay, How::Moved, None);
    }
    let is_taken = after.assignee_id.number() != 0 && after.assignee_id != before.assignee_id;
    if is_taken && !stay.is_accepted() {
        let by = users::store::names(tx, &[after.assignee_id])?.pop().map(|user| user.name);
        return accepted(tx, &stay, &by.unwrap_or_default());
    }
    Ok(())
}
/// The ticket was merged into another.
pub(crate) fn merged<P>(tx: &mut Tx<P>, ticket: &Ticket) -> Result<(), TicketError> {
    if ticket.stay_id.is_none() {
        return Ok(());
    }
    match store::now(tx, ticket.id)? {
        Some(stay) => end(tx, &stay, How::Merged, None),
        None => Ok(()),
    }
}
