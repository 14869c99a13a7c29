//! The tickets of the demo: a month of them, in the order in which they came.
use super::{
    Dice,
    company::{Agent, Cast},
};
use desk::{
    conversation::{self, AuthorKind, Direction, MessageAdded, MessageKind, store::New},
    sla,
    tickets::{self, Category, Channel, Kind, NewTicket, Priority, Ticket, TicketError, actions::First},
};
use kernel::{
    clock::{Clock, DAY, HOUR, MINUTE, Millis},
    fault::Problem,
    id::Id,
    text,
};
use people::contacts::ContactRow;
use platform::{
    Home,
    authority::{Grant, System, Tx},
};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::Arc};

/// `demo/stories.json`.
#[derive(Deserialize)]
pub(super) struct Story {
    pub(super) language: String,
    kind: Kind,
    priority: Priority,
    tags: Vec<String>,
    subject: String,
    text: String,
    note: String,
    answer: String,
    #[serde(default)]
    reply: String,
}

/// One transaction holds so many tickets: enough to be quick, few enough to be short.
const BATCH: usize = 200;
/// So many of the newest have a transaction for each step, which gives their histories the right times and names.
/// The others are quick instead.
const YOUNG: usize = 1000;
/// Tickets come from so far back.
const PAST_MS: i64 = 30 * DAY;

/// What one ticket is going to be.
pub(super) struct Plot {
    pub(super) story: usize,
    pub(super) requester: ContactRow,
    pub(super) agent: usize,
    pub(super) channel: Channel,
    pub(super) at: Millis,
    /// How far its story goes: 0 only the request, 1 assigned, 2 answered, 3 the customer replied, 4 solved, 5 closed.
    pub(super) progress: usize,
    pub(super) has_note: bool,
    /// It waits for somebody else, or for somebody to say whose it is.
    pub(super) is_stuck: bool,
}

/// Adds `count` tickets that end at `now`.
pub async fn fill(home: &Home, clock: &Clock, cast: &Cast, count: usize, now: Millis) -> Result<(), Problem> {
    let stories: Vec<Story> = serde_json::from_str(include_str!("../../../../demo/stories.json"))
        .expect("it is part of the program");
    let stories = Arc::new(stories);
    let agents: Arc<Vec<Agent>> = Arc::new(cast.agents.clone());
    let mut dice = Dice::new(count as u64);
    let plots: Vec<_> =
        (0..count).map(|number| plot(&mut dice, cast, &stories, number, count, now)).collect();
    let mut rest = plots;
    let young = rest.split_off(count.saturating_sub(YOUNG));
    let places = (cast.inbox, cast.teams[0]);
    while !rest.is_empty() {
        let batch: Vec<_> = rest.drain(..BATCH.min(rest.len())).collect();
        let (stories, agents, clock) = (stories.clone(), agents.clone(), clock.clone());
        Grant::<System>::system(home)
            .change::<_, TicketError>(move |tx| {
                for plot in &batch {
                    let about = (&stories[plot.story], plot, &agents[plot.agent]);
                    let mut ticket = None;
                    for (at, step) in steps(plot, about.0, now) {
                        set(&clock, at);
                        announce(tx)?;
                        ticket = Some(play(tx, step, ticket, about, places)?);
                    }
                }
                Ok(())
            })
            .await?;
    }
    for plot in young {
        let plot = Arc::new(plot);
        let mut ticket = None;
        for (at, step) in steps(&plot, &stories[plot.story], now) {
            set(clock, at);
            let agent = &agents[plot.agent];
            let grant = if step.is_of_the_agent() {
                Grant::on_behalf(home, agent.actor())
            } else {
                Grant::<System>::system(home)
            };
            let (stories, agents, plot) = (stories.clone(), agents.clone(), plot.clone());
            let done = grant
                .change::<_, TicketError>(move |tx| {
                    announce(tx)?;
                    play(tx, step, ticket, (&stories[plot.story], &plot, &agents[plot.agent]), places)
                })
                .await?;
            ticket = Some(done);
        }
    }
    set(clock, now);
    Grant::<System>::system(home).change(announce).await?;
    Ok(())
}

fn plot(dice: &mut Dice, cast: &Cast, stories: &[Story], number: usize, count: usize, now: Millis) -> Plot {
    let story = dice.roll(stories.len());
    let requester = dice.pick(&cast.customers[&stories[story].language]).clone();
    let age = PAST_MS - PAST_MS / count.max(1) as i64 * number as i64;
    // What is old is done; of the last two days most is open.
    let progress = match age {
        ..DAY => *dice.pick(&[0, 0, 0, 1, 1, 2, 2, 3, 4]),
        DAY..=172_800_000 => *dice.pick(&[0, 1, 2, 2, 3, 4, 4, 4]),
        172_800_001..=604_800_000 => *dice.pick(&[2, 4, 4, 4, 4, 4, 5]),
        _ => *dice.pick(&[4, 5, 5, 5, 5, 5, 5, 5, 5, 2]),
    };
    let channel = *dice.pick(&[
        Channel::Email,
        Channel::Email,
        Channel::Email,
        Channel::Web,
        Channel::Phone,
        Channel::WalkIn,
        Channel::Api,
    ]);
    let agent = dice.roll(cast.agents.len());
    let at = now.plus(-age + (dice.roll(50) as i64) * MINUTE / 10);
    let (has_note, is_stuck) = (dice.is_lucky(45), dice.is_lucky(35));
    Plot { story, requester, agent, channel, at: at.min(now), progress, has_note, is_stuck }
}

pub(super) fn set(clock: &Clock, to: Millis) {
    clock.advance(to.0 - clock.now().0);
}

/// One thing that happens to a ticket.
#[derive(Clone, Copy)]
pub(super) enum Step {
    Opened,
    Noted,
    /// An agent works on it, or waits for somebody else.
    Taken(Category),
    Answered,
    Replied,
    Ended(Category),
}
impl Step {
    pub(super) fn is_of_the_customer(self) -> bool {
        !self.is_of_the_agent()
    }
    fn is_of_the_agent(self) -> bool {
        !matches!(self, Step::Opened | Step::Replied)
    }
}

/// The steps of a ticket, each so long after it came; none is still to come.
pub(super) fn steps(plot: &Plot, story: &Story, now: Millis) -> Vec<(Millis, Step)> {
    let mut steps = vec![(0, Step::Opened)];
    let is_assigned = plot.progress > 0;
    if plot.has_note && is_assigned && !story.note.is_empty() {
        steps.push((20 * MINUTE, Step::Noted));
    }
    if plot.progress == 1 {
        steps.push((
            25 * MINUTE,
            Step::Taken(if plot.is_stuck { Category::WaitingThirdParty } else { Category::Open }),
        ));
    }
    if plot.progress >= 2 {
        steps.push((45 * MINUTE, Step::Answered));
    }
    if plot.progress >= 3 {
        steps.push((3 * HOUR, Step::Replied));
    }
    if plot.progress >= 4 {
        let end = if plot.progress == 4 { Category::Solved } else { Category::Closed };
        steps.push((4 * HOUR, Step::Ended(end)));
    }
    steps.into_iter().map(|(after, step)| (plot.at.plus(after), step)).filter(|(at, _)| *at <= now).collect()
}

/// Does one step; `ticket` is known once the first is done.
pub(super) fn play(
    tx: &mut Tx<System>,
    step: Step,
    ticket: Option<Id<Ticket>>,
    (story, plot, agent): (&Story, &Plot, &Agent),
    (inbox, first_line): (Id<platform::authority::Inbox>, Id<platform::authority::Team>),
) -> Result<Id<Ticket>, TicketError> {
    let Some(ticket) = ticket else {
        let is_assigned = plot.progress > 0;
        // What nobody has looked at yet is of no team, now and then.
        let team = if is_assigned { Some(agent.team) } else { (!plot.is_stuck).then_some(first_line) };
        let new = NewTicket {
            subject: story.subject.clone(),
            text: story.text.clone(),
            html: None,
            email: plot.requester.email.clone(),
            name: plot.requester.name.clone(),
            phone: None,
            kind: story.kind,
            priority: story.priority,
            channel: plot.channel,
            inbox: (plot.channel == Channel::Email).then_some(inbox),
            team,
            assignee: is_assigned.then_some(agent.id),
            tags: story.tags.clone(),
            fields: BTreeMap::new(),
            attachments: Vec::new(),
        };
        let first = First { from_email: plot.requester.email.as_deref(), ..First::default() };
        return Ok(tickets::actions::open(tx, &new, &plot.requester, first)?.0);
    };
    match step {
        Step::Opened => {}
        Step::Noted => say(tx, ticket, story, MessageKind::Note, &story.note, agent)?,
        Step::Taken(category) | Step::Ended(category) => becomes(tx, ticket, category)?,
        Step::Answered => {
            say(tx, ticket, story, MessageKind::Public, &story.answer, agent)?;
            becomes(tx, ticket, Category::WaitingCustomer)?;
        }
        Step::Replied => hears(tx, ticket, story, plot)?,
    }
    Ok(ticket)
}

/// Warnings and breaches until now, while the past goes by.
pub(super) fn announce(tx: &mut Tx<System>) -> Result<(), TicketError> {
    while sla::alarms::fire(tx)? {}
    Ok(())
}

fn becomes(tx: &mut Tx<System>, ticket: Id<Ticket>, category: Category) -> Result<(), TicketError> {
    let seen = tickets::store::see_for_machine(tx, ticket)?.ok_or_else(Problem::not_found)?;
    tickets::actions::set_category(tx, &seen, category)
}

/// What an agent wrote, without a mail: nobody outside hears of the demo.
fn say(
    tx: &mut Tx<System>,
    ticket: Id<Ticket>,
    story: &Story,
    kind: MessageKind,
    words: &str,
    agent: &Agent,
) -> Result<(), TicketError> {
    let is_public = kind == MessageKind::Public;
    let from = conversation::store::sending_address(tx, None)?;
    let new = New {
        ticket,
        kind,
        direction: Direction::Out,
        channel: "email",
        author_kind: AuthorKind::User,
        author_id: Some(agent.id.number()),
        author_name: &agent.name,
        from_email: from.as_deref().filter(|_| is_public),
        to: &[],
        cc: &[],
        bcc: &[],
        subject: &story.subject,
        text: words,
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
    };
    let message = conversation::store::insert(tx, &new)?;
    if is_public {
        tickets::store::touch(tx, ticket, &text::shorten(words, 140), &agent.name, false)?;
    }
    tx.emit(MessageAdded { ticket, message, kind, direction: Direction::Out })?;
    if is_public {
        let seen = tickets::store::see_for_machine(tx, ticket)?.ok_or_else(Problem::not_found)?;
        tickets::actions::spoke(tx, &seen, AuthorKind::User)?;
    }
    Ok(())
}

fn hears(tx: &mut Tx<System>, ticket: Id<Ticket>, story: &Story, plot: &Plot) -> Result<(), TicketError> {
    let seen = tickets::store::see_for_machine(tx, ticket)?.ok_or_else(Problem::not_found)?;
    let incoming = conversation::actions::Incoming {
        channel: "web",
        author: Some(plot.requester.id),
        author_name: &plot.requester.name,
        from_email: plot.requester.email.as_deref(),
        to: &[],
        cc: &[],
        subject: &story.subject,
        text: &story.reply,
        quoted: None,
        signature: None,
        html: None,
        message_id: None,
        inbound_id: None,
        is_automatic: false,
        is_sender_known: true,
        remarks: "{}",
    };
    conversation::actions::receive(tx, &seen, &incoming).map(drop)
}
