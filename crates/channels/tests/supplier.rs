//! A hand-over to a supplier: what goes out, what comes back, and that the customer never sees any of it.
#[path = "whole/world.rs"]
#[allow(dead_code)]
mod world;

use channels::email::ledger::Outcome;
use desk::{
    conversation::{self, Direction, Message, MessageKind, actions::Signer},
    escalation::{
        self, ManageEscalation, Stay, stay,
        suppliers::{SupplierDraft, actions},
    },
    tickets::{self, Category, EditTickets, Ticket, TicketError},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Actor, Grant, Permission, Scope, System, Who},
    db::Error,
};
use std::sync::Arc;
use testkit::{Desk, on_both, smtp_sink::Sink};
use world::{World, inbox};

const SUPPORT: &str = "support@desk.example";
const MAKER: &str = "help@makers.example";

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
    number: u32,
}
impl Case {
    /// A customer's mail became a ticket, which goes to the supplier.
    async fn over(desk: &Desk) -> Case {
        let sink = Sink::start();
        let mut support = inbox(SUPPORT, Some(sink.address));
        support["acknowledge"] = false.into();
        let world = World::over(desk, &[support]).await;
        let first = mail(
            "Cy <cy@customer.example>",
            SUPPORT,
            "The till eats receipts",
            "Message-ID: <first@customer.example>",
            "Since Monday.",
        );
        world.takes(Some("cy@customer.example"), SUPPORT, first).await;
        world.reads().await;
        let ticket = world.ledger().await[0].ticket_id.unwrap();
        let case = Case { world, sink, ticket, number: 0 };
        let manage = case.grant::<ManageEscalation>();
        let draft = SupplierDraft {
            name: "Makers".into(),
            email: MAKER.into(),
            accept_within: Some("4h".into()),
            solve_within: Some("2d".into()),
            ..SupplierDraft::default()
        };
        let new = draft.parse().unwrap();
        let supplier = manage.change(move |tx| actions::create_supplier(tx, new)).await.unwrap();
        let draft = stay::Draft {
            to: format!("supplier/{supplier}"),
            tried: "Changed the roll.".into(),
            expected: "Send a new printer head.".into(),
        };
        let (hand_over, signer) = (draft.parse().unwrap(), Signer::of(&case.world.home));
        let edit = case.grant::<EditTickets>();
        edit.change::<_, TicketError>(move |tx| {
            let seen = tickets::store::see(tx, ticket)?.ok_or_else(Problem::not_found)?;
            escalation::actions::escalate(tx, &seen, &hand_over, &signer)
        })
        .await
        .unwrap();
        case.world.sends().await;
        case
    }
    fn grant<P: Permission>(&self) -> Grant<P> {
        let keys = [P::KEY, "tickets.view", "tickets.reply", "tickets.edit"];
        let permissions = keys.into_iter().map(|key| (key.to_owned(), Scope::All)).collect();
        let actor = Actor { who: Who::User(Id::new(1)), name: "Ben".into(), permissions, ..Actor::system() };
        Grant::check(&self.world.home, Arc::new(actor), true).unwrap()
    }
    async fn arrives(&mut self, from: &str, to: &str, subject: &str, headers: &str, text: &str) {
        self.number += 1;
        let headers = format!("Message-ID: <m{}@somewhere.example>\n{headers}", self.number);
        let address = mail::Address::parse(from).unwrap().email;
        self.world.takes(Some(&address), SUPPORT, mail(from, to, subject, headers.trim_end(), text)).await;
        self.world.reads().await;
    }
    async fn messages(&self) -> Vec<Message> {
        let ticket = self.ticket;
        let read =
            move |conn: &mut platform::db::Conn| conversation::store::of_ticket(conn, ticket, None, 100);
        self.world.home.db.read::<_, Error>(read).await.unwrap()
    }
    /// The words that the customer's page shows.
    async fn public(&self) -> Vec<String> {
        let ticket = self.ticket;
        let read = move |conn: &mut platform::db::Conn| conversation::store::public_of_ticket(conn, ticket);
        let all = self.world.home.db.read::<_, Error>(read).await.unwrap();
        all.into_iter().map(|message| message.text.trim().to_owned()).collect()
    }
    async fn stay(&self) -> Stay {
        let ticket = self.ticket;
        let read = move |conn: &mut platform::db::Conn| escalation::store::of_ticket(conn, ticket);
        self.world.home.db.read::<_, Error>(read).await.unwrap().remove(0)
    }
    async fn seen(&self) -> Ticket {
        let ticket = self.ticket;
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
fn a_supplier_is_written_to_and_answers_for_us_alone() {
    on_both(async |desk| {
        let mut case = Case::over(desk).await;
        let out = case.sent();
        assert_eq!(out.to.iter().map(|to| to.email.as_str()).collect::<Vec<_>>(), [MAKER]);
        assert!(
            out.text.contains("Changed the roll.") && out.text.contains("Send a new printer head."),
            "{}",
            out.text
        );
        assert!(
            !out.text.contains("Since Monday") && out.references.is_empty() && out.in_reply_to.is_empty()
        );
        assert!(!out.text.contains("/p/"), "no link of the customer's goes along: {}", out.text);
        let header = out.message_id.clone().unwrap();

        case.arrives(
            &format!("Mia of Makers <{MAKER}>"),
            SUPPORT,
            "Re: The till eats receipts",
            &format!("In-Reply-To: <{header}>\nReferences: <{header}>"),
            "It is on its way.",
        )
        .await;
        assert_eq!(case.world.ledger().await[0].outcome, Outcome::Joined);
        let all = case.messages().await;
        let answer = all.last().unwrap();
        assert_eq!((answer.kind, answer.direction), (MessageKind::Note, Direction::In));
        assert_eq!((answer.author_name.as_str(), answer.text.trim()), ("Mia of Makers", "It is on its way."));
        assert!(answer.is_sender_known);
        assert_eq!(case.public().await, ["Since Monday."]);
        let stay = case.stay().await;
        assert_eq!(stay.accepted_by.as_deref(), Some("Mia of Makers"));
        // Nobody of theirs takes part, and nothing of the list shows it.
        let ticket = case.ticket;
        let people = move |conn: &mut platform::db::Conn| tickets::store::participants(conn, ticket);
        let people = case.world.home.db.read::<_, Error>(people).await.unwrap();
        assert_eq!(people.len(), 1);

        // They go on by their own Message-ID alone, and with their address alone above a new subject.
        case.arrives(
            MAKER,
            SUPPORT,
            "Re: your printer",
            "In-Reply-To: <m1@somewhere.example>",
            "Tracking 17.",
        )
        .await;
        assert_eq!(case.messages().await.last().unwrap().text.trim(), "Tracking 17.");
        assert_eq!(case.public().await, ["Since Monday."]);
        assert_eq!(case.world.ledger().await[0].ticket_id, Some(ticket));
    });
}

#[test]
fn whatever_answers_a_suppliers_mail_stays_with_us() {
    on_both(async |desk| {
        let mut case = Case::over(desk).await;
        let header = case.sent().message_id.unwrap();
        let refers = format!("In-Reply-To: <{header}>");
        // A machine of the supplier's, a colleague there, and even the customer who got hold of the mail.
        let automatic = format!("{refers}\nAuto-Submitted: auto-replied");
        case.arrives(MAKER, SUPPORT, "Re: The till", &automatic, "We have your mail.").await;
        assert!(!case.stay().await.is_accepted(), "a machine accepts nothing");
        case.arrives("Max <max@makers.example>", SUPPORT, "Re: The till", &refers, "I look at it.").await;
        assert!(!case.stay().await.is_accepted(), "nor does somebody else");
        case.arrives("Cy <cy@customer.example>", SUPPORT, "Re: The till", &refers, "What is this?").await;
        assert_eq!(case.public().await, ["Since Monday."]);
        let notes: Vec<_> = case.messages().await.into_iter().filter(Message::is_note).collect();
        assert_eq!(notes.len(), 4);
        assert!(notes[1..].iter().all(|note| note.is_in()));
        let known: Vec<_> = notes[1..].iter().map(|note| note.is_sender_known).collect();
        assert_eq!(known, [true, false, false]);
        // An altered mark, and somebody who only writes as the supplier, find nothing of it.
        let altered = format!("In-Reply-To: <{}>", header.replacen("s.1.", "s.2.", 1));
        case.arrives("Eve <eve@evil.example>", SUPPORT, "Re: The till", &altered, "Let me in").await;
        assert_ne!(case.world.ledger().await[0].ticket_id, Some(case.ticket));
        assert_eq!(case.messages().await.len(), 5);
        // What the customer writes on their own thread is theirs to read, as ever.
        let own = "In-Reply-To: <first@customer.example>";
        case.arrives("Cy <cy@customer.example>", SUPPORT, "Re: The till eats receipts", own, "Any news?")
            .await;
        assert_eq!(case.public().await, ["Since Monday.", "Any news?"]);
    });
}

#[test]
fn an_answer_to_a_solved_or_merged_ticket_is_still_a_note() {
    on_both(async |desk| {
        let mut case = Case::over(desk).await;
        let header = case.sent().message_id.unwrap();
        let ticket = case.ticket;
        let edit = case.grant::<EditTickets>();
        let close = edit.change::<_, TicketError>(move |tx| {
            let seen = tickets::store::see(tx, ticket)?.ok_or_else(Problem::not_found)?;
            tickets::actions::set_category(tx, &seen, Category::Closed)
        });
        close.await.unwrap();
        assert!(!case.stay().await.is_now());
        case.arrives(MAKER, SUPPORT, "Re: The till", &format!("In-Reply-To: <{header}>"), "Sent today.")
            .await;
        assert_eq!(case.seen().await.category, Category::Closed, "it opens nothing");
        assert_eq!(case.messages().await.last().unwrap().text.trim(), "Sent today.");
        assert_eq!(case.public().await, ["Since Monday."]);
        assert!(!case.stay().await.is_accepted(), "what has ended is not accepted any more");
    });
}
