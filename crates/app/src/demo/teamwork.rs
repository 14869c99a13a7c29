//! The demo company's checklists and ticket templates, and one case in which people work together: a checklist that is
//! begun, an answer in a side conversation, and a reminder.
use super::company::{self, Cast};
use desk::{
    checklists::{self, policy::Added},
    conversation::actions::{Incoming, Signer},
    filter::{self, Order},
    reminders,
    sharing::Share,
    side_conversations::{self, Draft as SideDraft},
    ticket_templates::{self, Content},
    tickets::{self, EditTickets, NoteTickets, ReplyTickets, Ticket, TicketError, ViewTickets},
};
use kernel::{
    clock::{Clock, DAY, HOUR, MINUTE, Millis},
    fault::Problem,
    id::Id,
};
use people::permissions::ManageDesk;
use platform::{
    Home,
    authority::{Grant, Implies, System, Tx},
    db,
};
use serde::Deserialize;
use std::sync::Arc;

/// `demo/teamwork.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    checklists: Vec<checklists::policy::Draft>,
    templates: Vec<Template>,
    side: Side,
    reminder: String,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    name: String,
    folder: String,
    checklist: String,
    content: Content,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Side {
    to: String,
    subject: String,
    asked: String,
    name: String,
    answered: String,
}
impl Plan {
    fn read() -> Plan {
        serde_json::from_str(include_str!("../../../../demo/teamwork.json"))
            .expect("the demo's teamwork can be read")
    }
}

/// Adds checklists and templates, as an administrator does.
pub async fn fill(home: &Home) -> Result<(), Problem> {
    let Plan { checklists, templates, .. } = Plan::read();
    let manage = Grant::<ManageDesk>::check(home, company::everything(), true)?;
    for draft in checklists {
        let new = draft.parse()?;
        manage.change(move |tx| checklists::actions::create(tx, new)).await?;
    }
    let write = Grant::<NoteTickets>::check(home, company::everything(), true)?;
    for Template { name, folder, checklist, mut content } in templates {
        let lists = write.read::<_, TicketError>(|tx| Ok(checklists::store::all(tx)?)).await?;
        let list = lists.into_iter().find(|list| list.name == checklist).map(|list| list.id);
        content.checklists.extend(list);
        let draft = ticket_templates::Draft { name, folder, share: Share::Desk, team: None, content };
        let new = draft.parse()?;
        write.change(move |tx| ticket_templates::actions::create(tx, new)).await?;
    }
    Ok(())
}

/// An open case of somebody of the first line: whom they asked has answered, half of what is to be done is done, and
/// they want to hear of it tomorrow.
pub async fn play(home: &Home, clock: &Clock, cast: &Cast, now: Millis) -> Result<(), Problem> {
    let Plan { side, reminder, .. } = Plan::read();
    let agent = Arc::new(cast.agents[0].actor());
    let text = format!("is:open status:open assignee:{}", cast.agents[0].id);
    let edit = Grant::<EditTickets>::check(home, agent.clone(), true)?;
    let found = edit
        .read::<_, TicketError>(move |tx| {
            let filter = filter::find::read(tx, &text)?.map_err(|_| Problem::internal())?;
            Ok(filter::find::page(tx, &filter, Order::Updated, None, 1)?.ids)
        })
        .await?;
    let Some(ticket) = found.first().copied() else { return Ok(()) };
    super::tickets::set(clock, now.plus(-3 * HOUR));
    edit.change::<_, TicketError>(move |tx| {
        let list = checklists::store::all(tx)?.into_iter().find(|list| !list.is_archived);
        if let Some(list) = list {
            let seen = seen(tx, ticket)?;
            checklists::actions::add(tx, &seen, Added::List(list.id))?;
        }
        for item in checklists::store::of_ticket(tx, ticket)?.into_iter().take(2) {
            let seen = seen(tx, ticket)?;
            let done = checklists::policy::ItemChanges { is_done: Some(true), ..Default::default() };
            checklists::actions::change(tx, (&seen, &item), done)?;
        }
        Ok(())
    })
    .await?;
    let draft = SideDraft {
        to: vec![side.to.clone()],
        subject: side.subject.clone(),
        text: side.asked.clone(),
        ..SideDraft::default()
    };
    let (new, signer) = (draft.parse()?, Signer::of(home));
    let reply = Grant::<ReplyTickets>::check(home, agent.clone(), true)?;
    let asked = reply
        .change::<_, TicketError>(move |tx| {
            let seen = seen(tx, ticket)?;
            side_conversations::actions::open(tx, &seen, new, &signer)
        })
        .await?;
    edit.change::<_, db::Error>(|tx| super::scenes::sent(tx, None)).await?;
    super::tickets::set(clock, now.plus(-20 * MINUTE));
    Grant::<System>::system(home)
        .change::<_, TicketError>(move |tx| {
            let seen = seen(tx, ticket)?;
            let title = format!("Re: {}", side.subject);
            let incoming = Incoming {
                channel: "email",
                author: None,
                author_name: &side.name,
                from_email: Some(&side.to),
                to: &[],
                cc: &[],
                subject: &title,
                text: &side.answered,
                quoted: None,
                signature: None,
                html: None,
                message_id: None,
                inbound_id: None,
                is_automatic: false,
                is_sender_known: false,
                remarks: "{}",
            };
            side_conversations::mail::receive(tx, &seen, asked, &incoming, &[]).map(drop)
        })
        .await?;
    super::tickets::set(clock, now);
    let own = Grant::<ViewTickets>::check(home, agent, true)?;
    own.change::<_, TicketError>(move |tx| {
        let seen = seen(tx, ticket)?;
        let draft = reminders::Draft { note: reminder, due_at: Some(now.plus(DAY)) };
        reminders::actions::add(tx, &seen, draft)
    })
    .await?;
    Ok(())
}

fn seen<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
) -> Result<tickets::Seen<Ticket>, TicketError> {
    Ok(tickets::store::see(tx, ticket)?.ok_or_else(Problem::not_found)?)
}
