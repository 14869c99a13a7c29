//! Side conversations: what goes out, what comes back, and that the customer never sees any of it.
#[path = "whole/world.rs"]
#[allow(dead_code)]
mod world;

use channels::email::ledger::Outcome;
use desk::{
    arrangements,
    conversation::{self, Message, MessageKind, actions::Signer},
    side_conversations::{self, AnswerDraft, Draft, SideConversation, State},
    tickets::{self, Category, EditTickets, ReplyTickets, Ticket, TicketError},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Actor, Grant, Permission, Scope, System, Who},
    db::{Conn, Error},
};
use std::sync::Arc;
use testkit::{Desk, on_both, smtp_sink::Sink};
use world::{World, inbox};

const SUPPORT: &str = "support@desk.example";
const MIA: &str = "mia@makers.example";

fn mail(from: &str, to: &str, subject: &str, headers: &str, text: &str) -> Vec<u8> {
    let mail = format!(
        "From: {from}\nTo: {to}\nSubject: {subject}\nDate: Sat, 21 Nov 2026 09:00:00 +0000\n{headers}\n\n{text}\n"
    );
    mail.replace('\n', "\r\n").into_bytes()
}

struct Case {
    world: World,
    sink: Sink,
    ticket: Id<Ticket>,
    side: Id<SideConversation>,
    number: u32,
}
impl Case {
    /// A customer's mail became a ticket, about which Mia is asked.
    async fn over(desk: &Desk) -> Case {
        let sink = Sink::start();
        let mut support = inbox(SUPPORT, Some(sink.address));
        support["acknowledge"] = false.into();
        let world = World::over(desk, &[support]).await;
        let (ticket, side) = (Id::new(0), Id::new(0));
        let mut case = Case { world, sink, ticket, side, number: 0 };
        case.ticket = case.begins("first", "The till eats receipts").await;
        case.side = case.asks(case.ticket, MIA).await;
        case.world.sends().await;
        case
    }
    async fn begins(&self, id: &str, subject: &str) -> Id<Ticket> {
        let id = format!("Message-ID: <{id}@customer.example>");
        let first = mail("Cy <cy@customer.example>", SUPPORT, subject, &id, "Since Monday.");
        self.world.takes(Some("cy@customer.example"), SUPPORT, first).await;
        self.world.reads().await;
        self.world.ledger().await[0].ticket_id.unwrap()
    }
    async fn asks(&self, ticket: Id<Ticket>, whom: &str) -> Id<SideConversation> {
        let draft = Draft {
            to: vec![whom.into()],
            subject: "A new printer head".into(),
            text: "Do you have one on stock?".into(),
            ..Draft::default()
        };
        let (new, signer) = (draft.parse().unwrap(), Signer::of(&self.world.home));
        self.grant::<ReplyTickets>()
            .change::<_, TicketError>(move |tx| {
                let seen = tickets::store::see(tx, ticket)?.ok_or_else(Problem::not_found)?;
                side_conversations::actions::open(tx, &seen, new, &signer)
            })
            .await
            .unwrap()
    }
    async fn writes_more(&self, text: &str) {
        let draft = AnswerDraft { text: text.into(), ..AnswerDraft::default() };
        let (letter, signer, side) = (draft.parse().unwrap(), Signer::of(&self.world.home), self.side);
        self.grant::<ReplyTickets>()
            .change::<_, TicketError>(move |tx| {
                let (ticket, side) = side_conversations::actions::see(tx, side)?;
                side_conversations::actions::ask(tx, (&ticket, &side), letter, &signer)
            })
            .await
            .unwrap();
        self.world.sends().await;
    }
    fn grant<P: Permission>(&self) -> Grant<P> {
        let keys = [P::KEY, "tickets.view", "tickets.reply", "tickets.edit"];
        let permissions = keys.into_iter().map(|key| (key.to_owned(), Scope::All)).collect();
        let actor = Actor { who: Who::User(Id::new(1)), name: "Ben".into(), permissions, ..Actor::system() };
        Grant::check(&self.world.home, Arc::new(actor), true).unwrap()
    }
    async fn arrives(&mut self, from: &str, subject: &str, headers: &str, text: &str) {
        self.number += 1;
        let headers = format!("Message-ID: <m{}@somewhere.example>\n{headers}", self.number);
        let address = mail::Address::parse(from).unwrap().email;
        self.world
            .takes(Some(&address), SUPPORT, mail(from, SUPPORT, subject, headers.trim_end(), text))
            .await;
        self.world.reads().await;
    }
    async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Conn) -> platform::db::Result<T> + Send + 'static,
    ) -> T {
        self.world.home.db.read::<_, Error>(look).await.unwrap()
    }
    /// What is in the side conversation: words, and whether somebody who was asked or one of us wrote them.
    async fn stream(&self) -> Vec<(String, bool)> {
        let side = self.side;
        let all = self.read(move |conn| conversation::store::of_side(conn, side, None, 100)).await;
        assert!(all.iter().all(|message| message.kind == MessageKind::Note), "nothing of it is public");
        all.into_iter().map(|message| (message.text.trim().to_owned(), message.is_sender_known)).collect()
    }
    async fn main(&self, ticket: Id<Ticket>) -> Vec<Message> {
        self.read(move |conn| conversation::store::of_ticket(conn, ticket, None, 100)).await
    }
    /// The words that the customer's page shows.
    async fn public(&self) -> Vec<String> {
        let ticket = self.ticket;
        let all = self.read(move |conn| conversation::store::public_of_ticket(conn, ticket)).await;
        all.into_iter().map(|message| message.text.trim().to_owned()).collect()
    }
    async fn state(&self) -> State {
        let side = self.side;
        self.read(move |conn| side_conversations::store::by_id(conn, side)).await.unwrap().state
    }
    async fn seen(&self, ticket: Id<Ticket>) -> Ticket {
        let system = Grant::<System>::system(&self.world.home);
        let see = system.read::<_, Error>(move |tx| tickets::store::see_for_machine(tx, ticket));
        see.await.unwrap().unwrap().into_inner()
    }
    fn sent(&self) -> mail::Mail {
        let taken = self.sink.received();
        mail::Mail::read(&taken.last().unwrap().raw, &mail::Limits::default())
    }
}

#[test]
fn somebody_is_asked_beside_the_customer_and_answers_there() {
    on_both(async |desk| {
        let mut case = Case::over(desk).await;
        let ticket = case.ticket;
        let out = case.sent();
        assert_eq!(out.to.iter().map(|to| to.email.as_str()).collect::<Vec<_>>(), [MIA]);
        assert!(out.text.contains("Do you have one on stock?"), "{}", out.text);
        assert!(!out.text.contains("Since Monday") && !out.text.contains("/p/"), "{}", out.text);
        assert!(out.references.is_empty() && out.in_reply_to.is_empty());
        assert!(out.subject.starts_with("A new printer head"), "{}", out.subject);
        let header = out.message_id.clone().unwrap();
        assert_eq!(
            (case.state().await, case.seen(ticket).await.side_state),
            (State::Waiting, Some(State::Waiting))
        );
        let before = case.seen(ticket).await;

        let refers = format!("In-Reply-To: <{header}>\nReferences: <{header}>");
        case.arrives(&format!("Mia <{MIA}>"), "Re: A new printer head", &refers, "Two of them.").await;
        assert_eq!(case.world.ledger().await[0].outcome, Outcome::Joined);
        let asked = ("Do you have one on stock?".to_owned(), true);
        assert_eq!(case.stream().await, [asked, ("Two of them.".to_owned(), true)]);
        let after = case.seen(ticket).await;
        assert_eq!((case.state().await, after.side_state), (State::Answered, Some(State::Answered)));
        assert_eq!(after.category, before.category, "it opens and moves nothing else");
        // The customer's conversation has nothing of it, and nobody takes part because of it.
        assert_eq!(case.main(ticket).await.len(), 1);
        assert_eq!(case.public().await, ["Since Monday."]);
        let people = case.read(move |conn| tickets::store::participants(conn, ticket)).await;
        assert_eq!(people.len(), 1);

        // We go on in the same thread of theirs, and they by their own Message-ID alone.
        case.writes_more("Send both, please.").await;
        let more = case.sent();
        assert!(more.subject.starts_with("Re: A new printer head"));
        assert_eq!(more.in_reply_to, ["m1@somewhere.example"]);
        assert_eq!(more.references, [header, "m1@somewhere.example".into()]);
        assert!(!more.text.contains("Since Monday"));
        assert_eq!(case.state().await, State::Waiting);
        case.arrives(MIA, "Re: parcel", "In-Reply-To: <m1@somewhere.example>", "Tracking 17.").await;
        assert_eq!(case.stream().await.last().unwrap().0, "Tracking 17.");
        assert_eq!(case.public().await, ["Since Monday."]);
    });
}

#[test]
fn whatever_answers_it_stays_with_us_and_nobody_else_gets_in() {
    on_both(async |desk| {
        let mut case = Case::over(desk).await;
        let header = case.sent().message_id.unwrap();
        let refers = format!("In-Reply-To: <{header}>");
        // A machine moves nothing; a colleague of hers and even the customer who got hold of the mail are named.
        case.arrives(MIA, "Out of office", &format!("{refers}\nAuto-Submitted: auto-replied"), "Away.").await;
        assert_eq!(case.state().await, State::Waiting);
        case.arrives("Max <max@makers.example>", "Re: A new", &refers, "I look.").await;
        case.arrives("Cy <cy@customer.example>", "Re: A new", &refers, "What is this?").await;
        let known: Vec<_> = case.stream().await.into_iter().map(|(_, is_known)| is_known).collect();
        assert_eq!(known, [true, true, false, false]);
        assert_eq!(case.public().await, ["Since Monday."]);
        // Another number in the mark, a number in the subject, and her address alone find nothing of it.
        let strange = format!("In-Reply-To: <{}>", header.replacen("d.1.1.", "d.1.2.", 1));
        for headers in [strange.as_str(), ""] {
            let subject = format!("Re: A new printer head [#{}]", case.ticket);
            case.arrives("Eve <eve@evil.example>", &subject, headers, "Let me in").await;
            assert_ne!(case.world.ledger().await[0].ticket_id, Some(case.ticket), "{headers}");
        }
        case.arrives(MIA, "Re: A new printer head", "", "Without a mark").await;
        assert_eq!(case.stream().await.len(), 4);
        assert_eq!(case.public().await, ["Since Monday."]);
    });
}

#[test]
fn a_mail_that_bounces_is_seen_in_its_side_conversation() {
    on_both(async |desk| {
        let mut case = Case::over(desk).await;
        let header = case.sent().message_id.unwrap();
        let report = format!(
            "From: Mail Delivery System <mailer-daemon@makers.example>\r\nTo: {SUPPORT}\r\nSubject: Undelivered\r\n\
             Message-ID: <dsn@makers.example>\r\nAuto-Submitted: auto-replied\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.makers.example\r\n\r\n\
             Final-Recipient: rfc822; {MIA}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n\
             --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{header}>\r\nSubject: A new printer head\r\n\r\nx\r\n--b--\r\n"
        );
        case.world.takes(None, SUPPORT, report.into_bytes()).await;
        case.world.reads().await;
        assert_eq!(case.world.ledger().await[0].outcome, Outcome::Bounce);
        assert_eq!(case.stream().await.len(), 2);
        assert_eq!(case.main(case.ticket).await.len(), 1, "not between the customer's words");
        let mail = case.world.outbox().await.into_iter().next().unwrap();
        assert_eq!(mail.state.word(), "bounced");
        assert_eq!(case.state().await, State::Waiting);
        case.number += 1;
    });
}

#[test]
fn it_goes_with_its_ticket_into_another_and_back() {
    on_both(async |desk| {
        let mut case = Case::over(desk).await;
        let header = case.sent().message_id.unwrap();
        let (from, into) = (case.ticket, case.begins("second", "The same till").await);
        let edit = case.grant::<EditTickets>();
        let change = edit
            .change::<_, TicketError>(move |tx| arrangements::actions::merge::merge(tx, from, into, &[]))
            .await
            .unwrap();
        let refers = format!("In-Reply-To: <{header}>");
        case.arrives(MIA, "Re: A new printer head", &refers, "Two of them.").await;
        assert_eq!(case.world.ledger().await[0].ticket_id, Some(into));
        assert_eq!(case.stream().await.len(), 2);
        let states = (case.seen(from).await.side_state, case.seen(into).await.side_state);
        assert_eq!(states, (None, Some(State::Answered)));
        // What is written there meanwhile goes back with it, and so do its answers.
        case.writes_more("Both, please.").await;
        let later = format!("In-Reply-To: <{}>", case.sent().message_id.unwrap());
        let arrangements::Change::Arrangement(merge) = change else { panic!("{change}") };
        edit.change::<_, TicketError>(move |tx| arrangements::actions::undo(tx, merge)).await.unwrap();
        let states = (case.seen(from).await.side_state, case.seen(into).await.side_state);
        assert_eq!(states, (Some(State::Waiting), None));
        case.arrives(MIA, "Re: A new printer head", &later, "Sent.").await;
        assert_eq!(case.world.ledger().await[0].ticket_id, Some(from));
        let side = case.side;
        let all = case.read(move |conn| conversation::store::of_side(conn, side, None, 100)).await;
        assert!(all.iter().all(|message| message.ticket_id == from), "{all:?}");
        assert_eq!(all.len(), 4);
        // On a closed ticket it is still a note, and opens nothing.
        let close = edit.change::<_, TicketError>(move |tx| {
            let seen = tickets::store::see(tx, from)?.ok_or_else(Problem::not_found)?;
            tickets::actions::set_category(tx, &seen, Category::Closed)
        });
        close.await.unwrap();
        case.arrives(MIA, "Re: A new printer head", &later, "Arrived?").await;
        assert_eq!(case.seen(from).await.category, Category::Closed);
        assert_eq!(case.stream().await.last().unwrap().0, "Arrived?");
    });
}
