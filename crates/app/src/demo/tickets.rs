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
struct Story {
    language: String,
    kind: Kind,
    priority: Priority,
    tags: Vec<String>,
    subject: String,
    text: String,
    note: String,
    answer: String,
    reply: String,
}

/// One transaction holds so many tickets: enough to be quick, few enough to be short.
const BATCH: usize = 200;
/// Tickets come from so far back.
const PAST_MS: i64 = 30 * DAY;

/// What one ticket is going to be.
struct Plot {
    story: usize,
    requester: ContactRow,
    agent: usize,
    channel: Channel,
    at: Millis,
    /// How far its story goes: 0 only the request, 1 assigned, 2 answered, 3 the customer replied, 4 solved, 5 closed.
    progress: usize,
    has_note: bool,
}

/// Adds `count` tickets that end at `now`.
pub async fn fill(home: &Home, clock: &Clock, cast: &Cast, count: usize, now: Millis) -> Result<(), Problem> {
    let stories: Vec<Story> = serde_json::from_str(include_str!("../../../../demo/stories.json"))
        .expect("it is part of the program");
    let stories = Arc::new(stories);
    let agents: Arc<Vec<Agent>> = Arc::new(
        cast.agents
            .iter()
            .map(|agent| Agent {
                id: agent.id,
                name: agent.name.clone(),
                email: agent.email.clone(),
                team: agent.team,
            })
            .collect(),
    );
    let mut dice = Dice::new(count as u64);
    let grant = Grant::<System>::system(home);
    let mut done = 0;
    while done < count {
        let size = BATCH.min(count - done);
        let plots: Vec<_> =
            (done..done + size).map(|number| plot(&mut dice, cast, &stories, number, count, now)).collect();
        let (stories, agents, clock) = (stories.clone(), agents.clone(), clock.clone());
        let (inbox, first_line) = (cast.inbox, cast.teams[0]);
        grant
            .change::<_, TicketError>(move |tx| {
                for plot in &plots {
                    let (story, agent) = (&stories[plot.story], &agents[plot.agent]);
                    play(tx, &clock, story, plot, agent, (inbox, first_line), now)?;
                }
                Ok(())
            })
            .await?;
        done += size;
    }
    set(clock, now);
    grant.change(announce).await?;
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
    Plot { story, requester, agent, channel, at: at.min(now), progress, has_note: dice.is_lucky(45) }
}

fn set(clock: &Clock, to: Millis) {
    clock.advance(to.0 - clock.now().0);
}

fn play(
    tx: &mut Tx<System>,
    clock: &Clock,
    story: &Story,
    plot: &Plot,
    agent: &Agent,
    (inbox, first_line): (Id<platform::authority::Inbox>, Id<platform::authority::Team>),
    now: Millis,
) -> Result<(), TicketError> {
    set(clock, plot.at);
    announce(tx)?;
    let is_assigned = plot.progress > 0;
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
        team: Some(if is_assigned { agent.team } else { first_line }),
        assignee: is_assigned.then_some(agent.id),
        tags: story.tags.clone(),
        fields: BTreeMap::new(),
        attachments: Vec::new(),
    };
    let first = First { from_email: plot.requester.email.as_deref(), ..First::default() };
    let (ticket, _) = tickets::actions::open(tx, &new, &plot.requester, first)?;
    let later = |tx: &mut Tx<System>, by: i64| {
        // Nothing happens after today.
        set(clock, plot.at.plus(by).min(now));
        announce(tx)
    };
    if plot.has_note && is_assigned && !story.note.is_empty() {
        later(tx, 20 * MINUTE)?;
        say(tx, ticket, story, MessageKind::Note, &story.note, agent)?;
    }
    if plot.progress >= 1 && plot.progress < 2 {
        becomes(tx, ticket, Category::Open)?;
    }
    if plot.progress >= 2 {
        later(tx, 45 * MINUTE)?;
        say(tx, ticket, story, MessageKind::Public, &story.answer, agent)?;
        becomes(tx, ticket, Category::WaitingCustomer)?;
    }
    if plot.progress >= 3 {
        later(tx, 3 * HOUR)?;
        hears(tx, ticket, story, plot)?;
    }
    if plot.progress >= 4 {
        later(tx, 4 * HOUR)?;
        becomes(tx, ticket, if plot.progress == 4 { Category::Solved } else { Category::Closed })?;
    }
    Ok(())
}

/// Warnings and breaches until now, while the past goes by.
fn announce(tx: &mut Tx<System>) -> Result<(), TicketError> {
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
