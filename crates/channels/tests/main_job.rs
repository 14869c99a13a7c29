//! The main job: a mail comes in, an agent answers, the answer arrives; and what must not happen on the way.
use channels::email::{
    deliver::smtp::{self, Route},
    inboxes::{self, ManageInboxes},
    intake::{self, MailDoor},
    ledger::{self, Outcome, Way},
    outbox,
    peer::Security,
    receive::smtp::{Protocol, Receiver, Settings},
    verify::{Names, Verifier},
};
use desk::{
    arrangements,
    conversation::{self, Direction, MessageKind, Reply, ReplyDraft, actions::Signer},
    tickets::{self, Category, EditTickets, ReplyTickets, Ticket, TicketError},
};
use kernel::{
    clock::{Clock, HOUR, Millis},
    fault::Problem,
    id::Id,
};
use platform::{
    Home, args,
    authority::{Actor, Grant, Permission, Scope, System, Tx, Who},
    db::{Error, MIGRATIONS, migrate, statements_run},
    outbound::{Cidr, Outbound, Policy},
    sql,
};
use std::{net::SocketAddr, sync::Arc};
use testkit::{
    Desk,
    name_server::{NameServer, Zone},
    on_both,
    smtp_sink::Sink,
};
use tokio::sync::watch;

const SUPPORT: &str = "support@desk.example";
/// A key made for these tests, and its public half.
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
const PUBLIC: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/// A desk with an inbox, a receiver and a relay.
struct World {
    home: Home,
    clock: Clock,
    smtp: SocketAddr,
    sink: Sink,
    verifier: Arc<Verifier>,
    outbound: Outbound,
    agent: Arc<Actor>,
    _stop: watch::Sender<bool>,
}

impl World {
    async fn over(desk: &Desk) -> World {
        let clock = Clock::fixed(Millis(1_795_251_900_000));
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = testkit::home(desk.db.clone(), clock.clone());
        let sink = Sink::start();
        let draft = serde_json::json!({
            "name": "Support", "address": SUPPORT, "receive": { "kind": "smtp" },
            "send": { "host": "127.0.0.1", "port": sink.address.port(), "tls": "none" },
            "signature": "{{agent.name}}\n{{desk.name}}",
        });
        let (agent, permissions) = agent(&home).await;
        let manage = Grant::<ManageInboxes>::check(&home, permissions, true).unwrap();
        inboxes::api::create(&manage, serde_json::from_value(draft).unwrap()).await.unwrap();
        let settings = Settings::new(Protocol::Smtp, "desk.example", clock.clone());
        let any = "127.0.0.1:0".parse().unwrap();
        let receiver = Receiver::bind(any, settings, MailDoor::new(&home, Way::Smtp)).await.unwrap();
        let smtp = receiver.address().unwrap();
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(receiver.run(stopped));
        let verifier = Arc::new(Verifier::new(&Names::Off, "desk.example").unwrap());
        let loopback: Cidr = "127.0.0.0/8".parse().unwrap();
        let outbound = Outbound::new(Policy { allow: vec![loopback], ..Policy::default() });
        World { home, clock, smtp, sink, verifier, outbound, agent, _stop: stop }
    }

    /// Sends a mail as a stranger's server would, and waits until it is decided.
    async fn receives(&self, from: Option<&str>, to: &str, raw: &str) {
        self.accepts(from, to, raw).await;
        while intake::work::run_once(&self.home, &self.verifier).await.unwrap() > 0 {}
    }
    /// Sends a mail as a stranger's server would; it is stored.
    async fn accepts(&self, from: Option<&str>, to: &str, raw: &str) {
        let route = Route {
            host: "127.0.0.1".into(),
            port: self.smtp.port(),
            security: Security::None,
            sign_in: None,
            helo: "client.example".into(),
        };
        let raw = raw.replace("\r\n", "\n").replace('\n', "\r\n");
        let outcome = smtp::send(&self.outbound, &route, from, &[to.to_owned()], raw.as_bytes()).await;
        assert_eq!(outcome.unwrap().accepted, [to]);
    }
    async fn writes(&self, from: &str, subject: &str, headers: &str, text: &str) -> ledger::store::Entry {
        let raw = format!(
            "From: {from}\nTo: {SUPPORT}\nSubject: {subject}\nDate: Sat, 21 Nov 2026 09:00:00 +0000\n\
             {headers}\n\n{text}\n"
        );
        let address = mail::Address::parse(from).unwrap().email;
        self.receives(Some(&address), SUPPORT, &raw).await;
        self.ledger().await.remove(0)
    }
    /// From now on signatures of this domain are looked at.
    fn checks(&mut self, domain: &str) -> NameServer {
        let server = NameServer::start(Zone::default().txt(&format!("s1._domainkey.{domain}"), PUBLIC));
        let names = Names::Servers(vec![server.address]);
        self.verifier = Arc::new(Verifier::new(&names, "desk.example").unwrap());
        server
    }
    /// The same as [`World::writes`], signed by the author's domain.
    async fn proves(&self, from: &str, subject: &str, headers: &str, text: &str) -> ledger::store::Entry {
        let raw = format!(
            "From: {from}\nTo: {SUPPORT}\nSubject: {subject}\nDate: Sat, 21 Nov 2026 09:00:00 +0000\n\
             {headers}\n\n{text}\n"
        );
        let address = mail::Address::parse(from).unwrap().email;
        let key = mail::DkimKey::from_pem(address.rsplit_once('@').unwrap().1, "s1", KEY).unwrap();
        let signed = mail::sign(raw.replace('\n', "\r\n").as_bytes(), &key).unwrap();
        self.receives(Some(&address), SUPPORT, &String::from_utf8(signed).unwrap()).await;
        let entry = self.ledger().await.remove(0);
        assert!(entry.authentication.as_ref().is_some_and(|line| line.contains("DKIM pass")), "{entry:?}");
        entry
    }
    /// The agent with other permissions.
    fn agent_of(&self, permissions: &[&str]) -> Arc<Actor> {
        let permissions = permissions.iter().map(|key| (key.to_string(), Scope::All)).collect();
        Arc::new(Actor { who: self.agent.who, permissions, ..Actor::system() })
    }
    async fn participants(&self, ticket: i64) -> Vec<String> {
        let all = self.system(move |tx| tickets::store::participants(tx, Id::new(ticket))).await;
        all.into_iter().filter_map(|person| person.email).collect()
    }
    /// Newest first.
    async fn ledger(&self) -> Vec<ledger::store::Entry> {
        let read = self
            .home
            .db
            .read::<_, Error>(|conn| ledger::store::list(conn, &ledger::store::Filter::default(), None, 100));
        read.await.unwrap()
    }
    async fn replies(&self, ticket: i64, draft: ReplyDraft) -> Result<(), TicketError> {
        let reply: Reply = draft.parse().unwrap();
        let signer = Signer::of(&self.home);
        let grant = Grant::<ReplyTickets>::check(&self.home, self.agent.clone(), true).unwrap();
        grant
            .change(move |tx| {
                let seen = tickets::store::see(tx, Id::new(ticket))?.ok_or_else(Problem::not_found)?;
                conversation::actions::reply(tx, &seen, &reply, &signer).map(drop)
            })
            .await
    }
    async fn says(&self, ticket: i64, text: &str) {
        self.replies(ticket, ReplyDraft { text: Some(text.into()), ..ReplyDraft::default() }).await.unwrap();
        outbox::work::run_once(&self.home).await.unwrap();
    }
    async fn system<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Tx<System>) -> Result<T, Error> + Send + 'static,
    ) -> T {
        Grant::<System>::system(&self.home).read(read).await.unwrap()
    }
    async fn ticket(&self, id: i64) -> Ticket {
        self.system(move |tx| tickets::store::see_for_machine(tx, Id::new(id))).await.unwrap().into_inner()
    }
    async fn messages(&self, ticket: i64) -> Vec<conversation::Message> {
        self.system(move |tx| conversation::store::of_ticket(tx, Id::new(ticket), None, 100)).await
    }
    async fn outbox(&self) -> Vec<outbox::store::Entry> {
        self.system(|tx| outbox::store::list(tx, outbox::store::Filter::default(), None, 100)).await
    }
    async fn sends(&self) {
        while outbox::work::run_once(&self.home).await.unwrap() > 0 {}
    }
}

/// An agent who may answer, and an administrator's rights over inboxes.
async fn agent(home: &Home) -> (Arc<Actor>, Arc<Actor>) {
    let grant = Grant::<System>::system(home);
    let user = grant
        .change(|tx| {
            people::setup::create_desk(tx, "ACME", "ben@desk.example", "x", platform::i18n::Language::En)
        })
        .await;
    let id = user.unwrap();
    home.site.rename("ACME");
    let person = |permissions: &[&str]| {
        Arc::new(Actor {
            who: Who::User(id),
            name: "Ben Baker".into(),
            email: "ben@desk.example".into(),
            permissions: permissions.iter().map(|key| (key.to_string(), Scope::All)).collect(),
            ..Actor::system()
        })
    };
    let replying = person(&[ReplyTickets::KEY, tickets::ViewTickets::KEY]);
    (replying, person(&[ManageInboxes::KEY]))
}

#[test]
fn mails_that_are_decided_together_do_not_fail_together() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        // A rule that only this test has: a second ticket of the same subject is refused by the database.
        let rule = sql!("CREATE UNIQUE INDEX one_subject ON ticket (subject_folded)");
        desk.db.write::<_, Error>(move |conn| conn.run(rule, args![])).await.unwrap();
        for (number, subject) in ["First", "Same", "Same", "Last"].into_iter().enumerate() {
            let raw = format!(
                "From: cy@customer.example\nTo: {SUPPORT}\nSubject: {subject}\n\
                 Message-ID: <{number}@customer.example>\n\nWords {number}\n"
            );
            world.accepts(Some("cy@customer.example"), SUPPORT, &raw).await;
        }
        while intake::work::run_once(&world.home, &world.verifier).await.unwrap() > 0 {}
        let outcomes: Vec<_> = world.ledger().await.iter().rev().map(|entry| entry.outcome).collect();
        assert_eq!(outcomes, [Outcome::Created, Outcome::Created, Outcome::Pending, Outcome::Created]);
        let refused = &world.ledger().await[1];
        assert_eq!((refused.attempts, refused.ticket_id), (1, None));
        assert!(refused.reason.as_ref().is_some_and(|why| !why.is_empty()), "it says why it waits");
    });
}

#[test]
fn a_mail_costs_as_many_statements_as_it_may() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        world.writes("cy@customer.example", "One", "Message-ID: <1@customer.example>", "Words").await;
        let before = statements_run();
        let raw = format!(
            "From: cy@customer.example\nTo: {SUPPORT}\nSubject: Two\nMessage-ID: <2@customer.example>\n\nWords\n"
        );
        world.receives(Some("cy@customer.example"), SUPPORT, &raw).await;
        let spent = statements_run() - before;
        eprintln!("a mail costs {spent} statements");
        // Only in a process of its own, as nextest runs it, the count is exact.
        assert!(spent <= 32 || std::env::var("NEXTEST").is_err(), "{spent} statements");
    });
}

#[test]
fn a_mail_becomes_a_ticket_and_the_answer_arrives_and_the_answer_to_it_joins() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let entry = world
            .writes(
                "Ada Peters <Ada@Customer.example>",
                "Printer",
                "Message-ID: <one@customer.example>",
                "It burns.",
            )
            .await;
        assert_eq!(entry.outcome, Outcome::Created);
        let number = entry.ticket_id.unwrap().number();
        let ticket = world.ticket(number).await;
        assert_eq!((ticket.category, ticket.requester_name.as_str()), (Category::New, "Ada Peters"));

        // The acknowledgement has nothing of hers in it but her address.
        world.sends().await;
        let mails = world.sink.wait_for(1).await;
        assert_eq!(mails.len(), 1);
        let receipt = &mails[0];
        assert_eq!(receipt.recipients, ["ada@customer.example"]);
        assert_eq!(receipt.header("auto-submitted").as_deref(), Some("auto-replied"));
        assert!(receipt.header("in-reply-to").is_none() && receipt.header("references").is_none());
        let all = receipt.text();
        assert!(
            ["burns", "Printer", "Peters", "one@customer"].iter().all(|word| !all.contains(word)),
            "{all}"
        );

        world.says(number, "Use water.").await;
        let mails = world.sink.wait_for(2).await;
        let answer = &mails[1];
        assert_eq!(answer.header("subject").unwrap(), format!("Re: Printer [#{number}]"));
        assert_eq!(answer.header("in-reply-to").as_deref(), Some("<one@customer.example>"));
        assert!(answer.header("from").unwrap().contains(SUPPORT));
        assert!(answer.header("auto-submitted").is_none());
        assert!(answer.text().contains("Use water.") && answer.text().contains("Ben Baker"));
        assert_eq!(world.ticket(number).await.category, Category::Open);
        assert_eq!(world.outbox().await[0].state, outbox::store::State::Sent);

        let ours = answer.header("message-id").unwrap();
        let headers = format!("Message-ID: <two@customer.example>\nIn-Reply-To: {ours}");
        let joined = world
            .writes("ada@customer.example", "AW: something else", &headers, "It helped.\n\n> Use water.")
            .await;
        assert_eq!((joined.outcome, joined.ticket_id.unwrap().number()), (Outcome::Joined, number));
        let last = world.messages(number).await.pop().unwrap();
        assert_eq!((last.text.as_str(), last.is_sender_known), ("It helped.", true));
        assert!(last.quoted.unwrap().contains("> Use water."));
        // Nobody was answered automatically a second time.
        world.sends().await;
        assert_eq!(world.sink.received().len(), 2);
    });
}

#[test]
fn a_number_in_a_subject_lets_no_stranger_in() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let first =
            world.writes("ada@customer.example", "Secret plans", "Message-ID: <a@c>", "Here they are.").await;
        let number = first.ticket_id.unwrap().number();
        let subject = format!("Re: Secret plans [#{number}]");
        let stranger = world.writes("eve@evil.example", &subject, "Message-ID: <e@e>", "Tell me.").await;
        assert_eq!(stranger.outcome, Outcome::Created);
        assert_ne!(stranger.ticket_id, first.ticket_id);
        let theirs = world.ticket(stranger.ticket_id.unwrap().number()).await;
        assert_eq!(theirs.hint_id, first.ticket_id);
        // The same with a Message-ID that everybody who read a public mail knows.
        let guessed = world
            .writes(
                "eve@evil.example",
                "Re: Secret plans",
                "Message-ID: <e2@e>\nReferences: <a@c>",
                "Tell me.",
            )
            .await;
        assert_ne!(guessed.ticket_id, first.ticket_id);
        assert_eq!(world.messages(number).await.len(), 1);
        // The address of somebody who takes part is as well known as the number: it is a hint and no more.
        let copied = "Message-ID: <e3@e>\nCc: eve@evil.example";
        let posing = world.writes("ada@customer.example", &subject, copied, "Send it to both of us.").await;
        assert_eq!(posing.outcome, Outcome::Created);
        let theirs = posing.ticket_id.unwrap().number();
        assert_eq!(world.ticket(theirs).await.hint_id, first.ticket_id);
        assert_eq!(world.participants(theirs).await, ["ada@customer.example"], "nobody vouches for the copy");
        assert_eq!(world.participants(number).await, ["ada@customer.example"]);
        // Whoever takes part and is proven is let in by the number, because some programs lose the headers.
        let _names = world.checks("customer.example");
        let ada = world.proves("ada@customer.example", &subject, "Message-ID: <a2@c>", "More.").await;
        assert_eq!((ada.outcome, ada.ticket_id), (Outcome::Joined, first.ticket_id));
    });
}

#[test]
fn whoever_is_put_in_copy_takes_part_only_where_the_author_is_proven() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let first =
            world.writes("ada@customer.example", "Plans", "Message-ID: <a@c>", "Here they are.").await;
        let number = first.ticket_id.unwrap().number();
        world.says(number, "Thank you.").await;
        let ours = world.sink.wait_for(2).await[1].header("message-id").unwrap();
        // Somebody got a mail of the conversation and writes in her name: it is shown, and brings nobody in.
        let headers = "Message-ID: <b@c>\nIn-Reply-To: <a@c>\nCc: eve@evil.example";
        let posing = world.writes("ada@customer.example", "Re: Plans", headers, "To both of us.").await;
        assert_eq!(posing.ticket_id, first.ticket_id);
        assert_eq!(world.participants(number).await, ["ada@customer.example"]);
        // An answer to our own mail, and one that her domain signed, do.
        let headers = format!("Message-ID: <c@c>\nIn-Reply-To: {ours}\nCc: bo@customer.example");
        world.writes("ada@customer.example", "Re: Plans", &headers, "Bo too.").await;
        let _names = world.checks("customer.example");
        let headers = "Message-ID: <d@c>\nIn-Reply-To: <a@c>\nCc: cy@customer.example";
        world.proves("ada@customer.example", "Re: Plans", headers, "Cy too.").await;
        let mut people = world.participants(number).await;
        people.sort();
        assert_eq!(people, ["ada@customer.example", "bo@customer.example", "cy@customer.example"]);
    });
}

#[test]
fn a_strangers_words_are_not_quoted_to_the_customer() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let quoting = sql!("UPDATE inbox SET quote = 'last'");
        desk.db.write::<_, Error>(move |conn| conn.run(quoting, args![])).await.unwrap();
        let first = world.writes("ada@customer.example", "Printer", "Message-ID: <a@c>", "It burns.").await;
        let number = first.ticket_id.unwrap().number();
        world.says(number, "Use water.").await;
        let ours = world.sink.wait_for(2).await[1].header("message-id").unwrap();
        let headers = format!("Message-ID: <code@shop>\nIn-Reply-To: {ours}");
        world.writes("no-reply@shop.example", "Your code", &headers, "Your code is 482913.").await;
        world.says(number, "As I said.").await;
        let mail = world.sink.wait_for(3).await.pop().unwrap();
        assert_eq!(mail.recipients, ["ada@customer.example"]);
        let all = String::from_utf8_lossy(&mail.raw).into_owned();
        assert!(!all.contains("482913") && !all.contains("code@shop"), "{all}");
        assert!(
            mail.text().contains("> It burns.") && mail.header("in-reply-to").unwrap() == "<a@c>",
            "{all}"
        );
    });
}

#[test]
fn a_forwarded_answer_brings_a_stranger_who_is_shown_to_agents_and_hears_nothing() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let first = world.writes("ada@customer.example", "Printer", "Message-ID: <a@c>", "It burns.").await;
        let number = first.ticket_id.unwrap().number();
        world.says(number, "Use water.").await;
        let ours = world.sink.wait_for(2).await[1].header("message-id").unwrap();
        let headers = format!("Message-ID: <e@e>\nIn-Reply-To: {ours}");
        let joined = world.writes("eve@evil.example", "Re: Printer", &headers, "Send me everything.").await;
        assert_eq!(joined.ticket_id, first.ticket_id);
        let last = world.messages(number).await.pop().unwrap();
        assert!(!last.is_sender_known);
        let visible =
            world.system(move |tx| conversation::store::public_of_ticket(tx, Id::new(number))).await;
        assert!(visible.iter().all(|message| message.text != "Send me everything."));
        world.says(number, "As I said.").await;
        let mail = world.sink.wait_for(3).await.pop().unwrap();
        assert_eq!(mail.recipients, ["ada@customer.example"]);
        // An altered mark is no mark.
        let altered = ours.replace("t.", "t.1");
        let headers = format!("Message-ID: <e3@e>\nIn-Reply-To: {altered}");
        let refused = world.writes("eve@evil.example", "Re: Printer", &headers, "Again.").await;
        assert_ne!(refused.ticket_id, first.ticket_id);
    });
}

#[test]
fn reply_all_before_the_first_answer_stays_in_one_ticket() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let _names = world.checks("c.example");
        let first = world
            .proves(
                "ada@c.example",
                "Party",
                "Message-ID: <p1@c>\nCc: Bo <bo@c.example>, Cy <cy@c.example>",
                "When?",
            )
            .await;
        let headers =
            "Message-ID: <p2@c>\nIn-Reply-To: <p1@c>\nReferences: <p1@c>\nCc: ada@c.example, cy@c.example";
        let second = world.writes("bo@c.example", "Re: Party", headers, "Friday!").await;
        // Cy answers a mail that never came to us.
        let headers = "Message-ID: <p4@c>\nIn-Reply-To: <p3@c>\nReferences: <p1@c> <p3@c>";
        let third = world.writes("cy@c.example", "Re: Party", headers, "Fine.").await;
        let headers = "Message-ID: <p5@c>\nIn-Reply-To: <p3@c>";
        let fourth = world.writes("bo@c.example", "Re: Party", headers, "Good.").await;
        for entry in [&second, &third, &fourth] {
            assert_eq!(entry.ticket_id, first.ticket_id);
        }
    });
}

#[test]
fn the_same_mail_twice_is_one_message_and_another_text_with_its_id_is_kept() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let first = world.writes("ada@c.example", "Printer", "Message-ID: <same@c>", "It burns.").await;
        let again = world.writes("ada@c.example", "Printer", "Message-ID: <same@c>", "It burns.").await;
        assert_eq!((again.outcome, again.ticket_id), (Outcome::Ignored, first.ticket_id));
        assert!(again.reason.unwrap().starts_with("duplicate of"));
        let other = world.writes("ada@c.example", "Printer", "Message-ID: <same@c>", "It smokes.").await;
        assert_eq!((other.outcome, other.ticket_id), (Outcome::Joined, first.ticket_id));
        let messages = world.messages(first.ticket_id.unwrap().number()).await;
        assert_eq!(messages.len(), 2);
        assert!(messages[1].remarks().is_second_of_its_id);
    });
}

#[test]
fn machines_are_never_answered() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        for (n, header) in
            ["Auto-Submitted: auto-generated", "Precedence: bulk", "X-Auto-Response-Suppress: All"]
                .iter()
                .enumerate()
        {
            let headers = format!("Message-ID: <m{n}@c>\n{header}");
            world.writes(&format!("m{n}@c.example"), "Alert", &headers, "Disk is full.").await;
        }
        let raw =
            format!("From: x@c.example\nTo: {SUPPORT}\nSubject: null path\nMessage-ID: <n@c>\n\nhello\n");
        world.receives(None, SUPPORT, &raw).await;
        let own = world.writes(SUPPORT, "loop", "Message-ID: <own@c>", "hello").await;
        assert_eq!(own.outcome, Outcome::Ignored);
        world.sends().await;
        assert!(world.outbox().await.is_empty());
        assert_eq!(world.ledger().await.len(), 5);
    });
}

#[test]
fn who_writes_about_bounces_gets_a_ticket_and_a_receipt() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        for (number, subject) in [
            "Delivery problem with order 123",
            "Delivery status of my parcel",
            "Failed delivery of order 4711",
            "Rejected: my refund",
            "Bounce rate on our landing page",
            "Message not delivered to my colleague",
            "Fwd: Undeliverable: our letter",
        ]
        .into_iter()
        .enumerate()
        {
            let from = format!("p{number}@customer.example");
            let entry = world
                .writes(
                    &from,
                    subject,
                    &format!("Message-ID: <{number}@c>"),
                    "It was rejected, could not be delivered.",
                )
                .await;
            assert_eq!(entry.outcome, Outcome::Created, "{subject}: {entry:?}");
            assert_eq!(world.outbox().await[0].recipients_text, from, "{subject}");
        }
        // In the very form of a report, and about no mail of ours: a ticket, but nobody is answered.
        let report =
            "Your message could not be delivered to the following recipients:\n\njo@elsewhere.example\n";
        let entry = world
            .writes("gate@c.example", "Delivery failure notification", "Message-ID: <g@c>", report)
            .await;
        assert_eq!(entry.outcome, Outcome::Created, "{entry:?}");
        assert_eq!(world.outbox().await.len(), 7);
        // The same about one of ours is a bounce.
        let ours = world.outbox().await[0].clone();
        let report = format!(
            "Your message could not be delivered to the following recipients:\n\n{}\n\nMessage-ID: <{}>\n",
            ours.recipients_text, ours.header_id
        );
        let entry = world
            .writes("gate@c.example", "Delivery failure notification", "Message-ID: <h@c>", &report)
            .await;
        assert_eq!((entry.outcome, entry.ticket_id), (Outcome::Bounce, ours.ticket_id), "{entry:?}");
    });
}

#[test]
fn a_mail_without_an_id_that_comes_again_is_one_message() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let first = world.writes("scan@c.example", "Page", "X: 1", "Here it is.").await;
        assert_eq!(first.outcome, Outcome::Created);
        // Its sender did not hear us and sends it again; and it comes by another way, with another server's lines.
        for header in ["X: 1", "Received: from a by b; Sat, 21 Nov 2026 09:01:00 +0000"] {
            let again = world.writes("scan@c.example", "Page", header, "Here it is.").await;
            assert_eq!((again.outcome, again.ticket_id), (Outcome::Ignored, first.ticket_id), "{again:?}");
            assert_eq!(again.reason.as_deref(), Some(&*format!("duplicate of {}", first.id)));
            world.clock.advance(10 * HOUR);
        }
        let other = world.writes("scan@c.example", "Page", "X: 1", "Another page.").await;
        assert_eq!(other.outcome, Outcome::Created);
        // A device without a clock says the same again tomorrow, and means it.
        let alarm = format!("From: alarm@c.example\nTo: {SUPPORT}\nSubject: Door open\n\nIt is open.\n");
        let mut outcomes = Vec::new();
        for pause in [0, 5 * 60_000, 24 * HOUR] {
            world.clock.advance(pause);
            world.receives(Some("alarm@c.example"), SUPPORT, &alarm).await;
            outcomes.push(world.ledger().await[0].outcome);
        }
        assert_eq!(outcomes, [Outcome::Created, Outcome::Ignored, Outcome::Created]);
    });
}

#[test]
fn of_many_mails_with_one_id_the_newest_is_known_again() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        for number in 0..25 {
            let text = format!("Reading {number}");
            let entry = world.writes("meter@c.example", "Meter", "Message-ID: <meter@c>", &text).await;
            assert!(matches!(entry.outcome, Outcome::Created | Outcome::Joined), "{entry:?}");
        }
        let again = world.writes("meter@c.example", "Meter", "Message-ID: <meter@c>", "Reading 24").await;
        assert_eq!(again.outcome, Outcome::Ignored, "{again:?}");
        let new = world.writes("meter@c.example", "Meter", "Message-ID: <meter@c>", "Reading 25").await;
        assert_eq!(new.outcome, Outcome::Joined, "{new:?}");
    });
}

#[test]
fn our_own_mail_with_another_sender_on_it_is_recognised() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        world.writes("ada@c.example", "Printer", "Message-ID: <a@c>", "It burns.").await;
        let ours = world.outbox().await.remove(0).header_id;
        assert!(ours.ends_with("@desk.example"), "{ours}");
        // A gateway put its own address into it.
        let entry =
            world.writes("gate@c.example", "Printer", &format!("Message-ID: <{ours}>"), "We have it.").await;
        assert_eq!(
            (entry.outcome, entry.reason.as_deref()),
            (Outcome::Ignored, Some("own mail")),
            "{entry:?}"
        );
    });
}

#[test]
fn the_reply_address_of_another_brings_nobody_in() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let admin = world.agent_of(&[ManageInboxes::KEY]);
        let manage = Grant::<ManageInboxes>::check(&world.home, admin, true).unwrap();
        let inbox = world.system(|tx| inboxes::store::all(tx)).await.remove(0).id;
        let patch = serde_json::json!({ "plus_address": true });
        inboxes::api::change(&manage, inbox, serde_json::from_value(patch).unwrap()).await.unwrap();
        let first = world.writes("ada@c.example", "Printer", "Message-ID: <a@c>", "It burns.").await;
        let number = first.ticket_id.unwrap().number();
        let draft = ReplyDraft {
            text: Some("Use water.".into()),
            cc: Some(vec!["bob@c.example".into()]),
            ..ReplyDraft::default()
        };
        world.replies(number, draft).await.unwrap();
        world.sends().await;
        let to = world.sink.received().last().unwrap().header("reply-to").unwrap();
        let to = mail::Address::parse(&to).unwrap().email;
        // Both see the address; it is Ada's. Neither of them is proven, and neither answers a Message-ID of ours.
        for (from, brings) in [("bob@c.example", false), ("ada@c.example", true)] {
            let raw = format!(
                "From: {from}\nTo: {to}\nCc: eve@evil.example\nSubject: x\nMessage-ID: <{from}>\n\nSee copy.\n"
            );
            world.receives(Some(from), &to, &raw).await;
            let entry = world.ledger().await.remove(0);
            assert_eq!((entry.outcome, entry.ticket_id), (Outcome::Joined, first.ticket_id), "{entry:?}");
            let people = world.participants(number).await;
            assert_eq!(people.contains(&"eve@evil.example".to_owned()), brings, "{from}: {people:?}");
        }
    });
}

#[test]
fn an_address_has_one_form_by_mail_and_by_hand() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let admin = world.agent_of(&[ManageInboxes::KEY]);
        let manage = Grant::<ManageInboxes>::check(&world.home, admin, true).unwrap();
        let draft = serde_json::json!({
            "name": "Hilfe", "address": "Hilfe@Müller.example", "receive": { "kind": "smtp" },
        });
        inboxes::api::create(&manage, serde_json::from_value(draft).unwrap()).await.unwrap();
        // Servers name it as the DNS has it.
        let to = "hilfe@xn--mller-kva.example";
        let raw = format!("From: jo@größe.example\nTo: {to}\nSubject: x\nMessage-ID: <1@g>\n\nHallo\n");
        world.receives(Some("jo@xn--gre-6ka8i.example"), to, &raw).await;
        let entry = world.ledger().await.remove(0);
        assert_eq!(entry.outcome, Outcome::Created, "{entry:?}");
        let requester = world.ticket(entry.ticket_id.unwrap().number()).await.requester_id;
        // What somebody types into a form.
        let typed = kernel::text::email("Jo@GRÖẞE.example".replace('ẞ', "ß").as_str()).unwrap();
        let known = world.system(move |tx| people::contacts::store::find_by_email(tx, &typed)).await;
        assert_eq!(known.map(|contact| contact.id), Some(requester));
    });
}

#[test]
fn an_answer_goes_to_the_address_that_was_written_from() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let first = world.writes("ada@work.example", "Printer", "Message-ID: <a@w>", "It burns.").await;
        let number = first.ticket_id.unwrap().number();
        let ada = world.ticket(number).await.requester_id;
        let second = sql!("INSERT INTO contact_email (email, contact_id, is_primary) VALUES ($1, $2, FALSE)");
        desk.db
            .write::<_, Error>(move |conn| conn.run(second, args!["ada@home.example", ada]))
            .await
            .unwrap();
        world.says(number, "Use water.").await;
        assert_eq!(world.outbox().await[0].recipients_text, "ada@work.example");
        let ours = world.outbox().await[0].header_id.clone();
        let headers = format!("Message-ID: <b@h>\nIn-Reply-To: <{ours}>");
        let again = world.writes("ada@home.example", "Re: Printer", &headers, "Still burns.").await;
        assert_eq!(again.ticket_id, first.ticket_id);
        world.says(number, "Use sand.").await;
        assert_eq!(
            world.outbox().await[0].recipients_text,
            "ada@home.example",
            "not to the first one that we know"
        );
        // It is hers no more: then the first one again.
        let gone = sql!("DELETE FROM contact_email WHERE email = $1");
        desk.db.write::<_, Error>(move |conn| conn.run(gone, args!["ada@home.example"])).await.unwrap();
        world.says(number, "Use foam.").await;
        assert_eq!(world.outbox().await[0].recipients_text, "ada@work.example");
    });
}

/// What a mail server writes when it could not deliver our mail `ours` to `recipient`.
fn report_of(ours: &str, recipient: &str) -> String {
    format!(
        "From: MAILER-DAEMON@relay.example\nTo: {SUPPORT}\nSubject: Undelivered Mail\nMessage-ID: <d@r>\n\
         Auto-Submitted: auto-replied\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain\n\nI could not deliver it.\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n\n\
         Final-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\n\
         Diagnostic-Code: smtp; 550 5.1.1 no such user\n\
         --b\nContent-Type: message/rfc822\n\nMessage-ID: {ours}\nSubject: Re: Printer\n\nUse water.\n--b--\n"
    )
}

#[test]
fn a_bounce_marks_the_mail_it_is_about_and_opens_nothing() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let first = world.writes("ada@c.example", "Printer", "Message-ID: <a@c>", "It burns.").await;
        let number = first.ticket_id.unwrap().number();
        world.says(number, "Use water.").await;
        let ours = world.sink.wait_for(2).await[1].header("message-id").unwrap();
        let report = report_of(&ours, "ada@c.example");
        world.receives(None, SUPPORT, &report).await;
        let entry = world.ledger().await.remove(0);
        assert_eq!((entry.outcome, entry.ticket_id), (Outcome::Bounce, first.ticket_id));
        let reason = entry.reason.unwrap();
        assert!(reason.starts_with("unknown_address ada@c.example"), "{reason}");
        let mail =
            world.outbox().await.into_iter().find(|mail| format!("<{}>", mail.header_id) == ours).unwrap();
        assert_eq!((mail.state.word(), mail.reason), ("bounced", Some(reason)));
        world.sends().await;
        assert_eq!(world.sink.received().len(), 2);
        assert_eq!(world.ledger().await.len(), 2);
        // Its report is in the ticket: it is not read into it a second time.
        let system = Grant::<System>::system(&world.home);
        let again = system.change::<_, Error>(move |tx| ledger::store::replay(tx, entry.id));
        assert!(!again.await.unwrap());
    });
}

#[test]
fn what_cannot_be_delivered_is_tried_again_and_then_shown_as_failed() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let first = world.writes("ada@c.example", "Printer", "Message-ID: <a@c>", "It burns.").await;
        world.sends().await;
        world.sink.answer("ada@c.example", "451 4.2.0 later");
        let number = first.ticket_id.unwrap().number();
        world.says(number, "Use water.").await;
        let waiting = world.outbox().await.remove(0);
        assert_eq!(waiting.state, outbox::store::State::Waiting);
        assert!(waiting.reason.unwrap().contains("451"));
        world.sink.answer("ada@c.example", "550 5.1.1 nobody here");
        world.clock.advance(HOUR);
        world.sends().await;
        let failed = world.outbox().await.remove(0);
        assert_eq!((failed.state.word(), failed.attempts), ("failed", 2));
        assert_eq!(world.sink.received().len(), 1);
    });
}

#[test]
fn a_subject_cannot_smuggle_a_recipient() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let entry = world
            .writes("ada@c.example", "=?utf-8?Q?x=0D=0ABcc:_evil@b.example?=", "Message-ID: <a@c>", "hello")
            .await;
        let number = entry.ticket_id.unwrap().number();
        world.says(number, "hello").await;
        let mail = world.sink.wait_for(2).await.pop().unwrap();
        assert_eq!(mail.recipients, ["ada@c.example"]);
        assert!(mail.header("bcc").is_none());
    });
}

#[test]
fn a_solved_ticket_reopens_for_its_customer_and_an_old_one_begins_anew() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let first = world.writes("ada@c.example", "Printer", "Message-ID: <a@c>", "It burns.").await;
        let number = first.ticket_id.unwrap().number();
        let done =
            ReplyDraft { text: Some("Done.".into()), status: Some("solved".into()), ..ReplyDraft::default() };
        world.replies(number, done).await.unwrap();
        assert_eq!(world.ticket(number).await.category, Category::Solved);
        let away = "Message-ID: <v@c>\nIn-Reply-To: <a@c>\nAuto-Submitted: auto-replied";
        let vacation = world.writes("ada@c.example", "Out of office", away, "I am away.").await;
        assert_eq!(vacation.outcome, Outcome::Joined);
        assert_eq!(world.ticket(number).await.category, Category::Solved);
        let again = "Message-ID: <b@c>\nIn-Reply-To: <a@c>";
        world.writes("ada@c.example", "Re: Printer", again, "Still burning.").await;
        let ticket = world.ticket(number).await;
        assert_eq!((ticket.category, ticket.reopened), (Category::Open, 1));
        let done =
            ReplyDraft { text: Some("Done.".into()), status: Some("solved".into()), ..ReplyDraft::default() };
        world.replies(number, done).await.unwrap();
        world.clock.advance(31 * 24 * HOUR);
        let late = world
            .writes("ada@c.example", "Re: Printer", "Message-ID: <c@c>\nIn-Reply-To: <a@c>", "Hm.")
            .await;
        assert_eq!(late.outcome, Outcome::Created);
        assert_eq!(world.ticket(late.ticket_id.unwrap().number()).await.hint_id, first.ticket_id);
    });
}

#[test]
fn a_note_reaches_nobody_outside() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let first = world.writes("ada@c.example", "Printer", "Message-ID: <a@c>", "It burns.").await;
        world.sends().await;
        let number = first.ticket_id.unwrap().number();
        let draft =
            ReplyDraft { kind: MessageKind::Note, text: Some("She is VIP.".into()), ..ReplyDraft::default() };
        let note = draft.parse().unwrap();
        let grant = Grant::<ReplyTickets>::check(&world.home, world.agent.clone(), true).unwrap();
        grant
            .change(move |tx| {
                let seen = tickets::store::see(tx, Id::new(number))?.ok_or_else(Problem::not_found)?;
                conversation::actions::note(tx, &seen, &note).map(drop)
            })
            .await
            .unwrap();
        world.sends().await;
        assert_eq!(world.sink.received().len(), 1);
        let note = world.messages(number).await.pop().unwrap();
        assert_eq!((note.kind, note.direction), (MessageKind::Note, Direction::Out));
    });
}

#[test]
fn each_recipient_of_a_mail_has_an_end_of_its_own() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let first = world.writes("ada@c.example", "Printer", "Message-ID: <a@c>", "It burns.").await;
        world.sends().await;
        let number = first.ticket_id.unwrap().number();
        world.sink.answer("bo@c.example", "550 5.1.1 nobody here");
        world.sink.answer("cy@c.example", "451 4.2.0 later");
        let cc = Some(vec!["bo@c.example".into(), "cy@c.example".into()]);
        let draft = ReplyDraft { text: Some("Use water.".into()), cc, ..ReplyDraft::default() };
        world.replies(number, draft).await.unwrap();
        world.sends().await;
        let states = |mail: &outbox::store::Entry| -> Vec<String> {
            mail.recipients()
                .into_iter()
                .map(|one| format!("{} {} {}", one.address, one.state, one.reason.unwrap_or_default()))
                .collect()
        };
        let mail = world.outbox().await.remove(0);
        assert_eq!(mail.state.word(), "waiting", "somebody may get it yet");
        assert_eq!(states(&mail)[..2], ["ada@c.example sent ", "bo@c.example failed 550 5.1.1 nobody here"]);
        assert!(states(&mail)[2].starts_with("cy@c.example waiting "), "{:?}", states(&mail));

        // Somebody else gets it later: the one who was refused is not forgotten.
        world.sink.answer("cy@c.example", "250 ok");
        world.clock.advance(HOUR);
        world.sends().await;
        let mail = world.outbox().await.remove(0);
        assert_eq!(
            (mail.state.word(), mail.reason.as_deref()),
            ("failed", Some("bo@c.example: 550 5.1.1 nobody here"))
        );
        let ends = ["ada@c.example sent ", "bo@c.example failed 550 5.1.1 nobody here", "cy@c.example sent "];
        assert_eq!(states(&mail), ends);
        let read = world.system(|tx| platform::events::after(tx, Id::new(0), 1000)).await;
        let kinds: Vec<_> =
            read.iter().map(|event| event.kind.as_str()).filter(|kind| kind.starts_with("mail.")).collect();
        assert_eq!(
            kinds,
            ["mail.sent", "mail.failed", "mail.sent"],
            "the acknowledgement, Bo, and then the rest"
        );

        // Tried again, it goes to Bo alone.
        world.sink.answer("bo@c.example", "250 ok");
        let before = world.sink.received().len();
        let id = mail.id;
        let system = Grant::<System>::system(&world.home);
        let again = system.change::<_, Error>(move |tx| outbox::store::retry(tx, id));
        assert!(again.await.unwrap());
        world.sends().await;
        let new = world.sink.received().split_off(before);
        assert_eq!(new.iter().map(|mail| mail.recipients.clone()).collect::<Vec<_>>(), [["bo@c.example"]]);
        let mail = world.outbox().await.remove(0);
        assert_eq!((mail.state.word(), mail.reason), ("sent", None));
        let system = Grant::<System>::system(&world.home);
        let again = system.change::<_, Error>(move |tx| outbox::store::retry(tx, id));
        assert!(!again.await.unwrap(), "nobody is left");
    });
}

#[test]
fn a_bounce_ends_the_one_it_names_and_stops_nobody_who_waits() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let first = world.writes("ada@c.example", "Printer", "Message-ID: <a@c>", "It burns.").await;
        world.sends().await;
        let number = first.ticket_id.unwrap().number();
        world.sink.answer("cy@c.example", "451 4.2.0 later");
        let cc = Some(vec!["bo@c.example".into(), "cy@c.example".into()]);
        let draft = ReplyDraft { text: Some("Use water.".into()), cc, ..ReplyDraft::default() };
        world.replies(number, draft).await.unwrap();
        world.sends().await;
        let ours = world.sink.received().pop().unwrap().header("message-id").unwrap();
        let report = report_of(&ours, "bo@c.example");
        world.receives(None, SUPPORT, &report).await;
        let states = |mail: &outbox::store::Entry| -> Vec<String> {
            mail.recipients().into_iter().map(|one| format!("{} {}", one.address, one.state)).collect()
        };
        let mail = world.outbox().await.remove(0);
        assert_eq!(states(&mail), ["ada@c.example sent", "bo@c.example bounced", "cy@c.example waiting"]);
        world.sink.answer("cy@c.example", "250 ok");
        world.clock.advance(HOUR);
        world.sends().await;
        let mail = world.outbox().await.remove(0);
        assert_eq!(states(&mail), ["ada@c.example sent", "bo@c.example bounced", "cy@c.example sent"]);
        assert_eq!(mail.state.word(), "bounced");
        assert!(mail.reason.unwrap().starts_with("unknown_address bo@c.example"));
    });
}

#[test]
fn a_forward_is_a_mail_of_its_own_with_the_original_in_it() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let raw = format!(
            "From: Ada <ada@customer.example>\nTo: {SUPPORT}\nSubject: AW: Printer\nMessage-ID: <a@c>\n\
             Date: Sat, 21 Nov 2026 09:00:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
             --b\nContent-Type: text/html; charset=utf-8\n\n<p>It <b>burns</b>. <img src=\"cid:pic@c\">\
             <img src=\"https://t.example/p.gif\"></p>\n--b\nContent-Type: image/gif; name=fire.gif\n\
             Content-ID: <pic@c>\nContent-Transfer-Encoding: base64\n\n\
             R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7\n--b\nContent-Type: text/plain; name=log.txt\n\
             Content-Disposition: attachment; filename=log.txt\n\nhot\n--b--\n"
        );
        world.receives(Some("ada@customer.example"), SUPPORT, &raw).await;
        let number = world.ledger().await.remove(0).ticket_id.unwrap().number();
        world.sends().await;
        let original = world.messages(number).await.remove(0).id;
        let draft = ReplyDraft {
            html: Some("<p>Can <em>you</em> come?</p>".into()),
            to: Some(vec!["works@supplier.example".into()]),
            forward: Some(original),
            ..ReplyDraft::default()
        };
        let signer = Signer::of(&world.home);
        let grant = Grant::<ReplyTickets>::check(&world.home, world.agent.clone(), true).unwrap();
        grant
            .change::<_, TicketError>(move |tx| {
                let seen = tickets::store::see(tx, Id::new(number))?.ok_or_else(Problem::not_found)?;
                conversation::actions::forward(tx, &seen, draft, &signer).map(drop)
            })
            .await
            .unwrap();
        world.sends().await;
        let mail = world.sink.wait_for(2).await.pop().unwrap();
        assert_eq!(mail.recipients, ["works@supplier.example"]);
        assert!(mail.header("subject").unwrap().starts_with("Fwd: Printer"), "{:?}", mail.header("subject"));
        assert!(mail.header("in-reply-to").is_none() && mail.header("references").is_none());
        assert!(mail.header("reply-to").is_none(), "the customer's way back is not the supplier's");
        let text = mail.text();
        let places = ["Can you come?", "Forwarded message", "It burns."].map(|words| text.find(words));
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in {text}");
        let raw = String::from_utf8_lossy(&mail.raw).replace("=\r\n", "").replace("=3D", "=");
        assert!(raw.contains("<em>you</em>") && raw.contains("<b>burns</b>"), "{raw}");
        assert!(raw.contains("log.txt") && raw.contains("fire.gif"), "{raw}");
        assert!(raw.contains("src=\"cid:file-"), "the picture of the original stands in its place: {raw}");
        assert!(!raw.contains("t.example"), "{raw}");
        let sent = world.messages(number).await.pop().unwrap();
        assert_eq!(sent.from_email.as_deref(), Some(SUPPORT), "not the address that the agent signs in with");
        // Whoever writes back comes in as somebody who does not take part.
        let ours = mail.header("message-id").unwrap();
        let headers = format!("Message-ID: <w@w>\nIn-Reply-To: {ours}");
        let joined = world.writes("works@supplier.example", "Re: Fwd: Printer", &headers, "Tomorrow.").await;
        assert_eq!(joined.ticket_id.unwrap().number(), number);
        assert!(!world.messages(number).await.pop().unwrap().is_sender_known);
        // And the customer's own thread knows nothing of it.
        world.says(number, "We come.").await;
        let answer = world.sink.wait_for(3).await.pop().unwrap();
        assert_eq!(answer.recipients, ["ada@customer.example"]);
        assert!(
            !answer.header("references").unwrap().contains(ours.trim()),
            "{:?}",
            answer.header("references")
        );
    });
}

#[test]
fn a_merged_number_that_is_answered_by_mail_joins_the_other_ticket_and_goes_back_with_it() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let first = world.writes("ada@customer.example", "Printer", "Message-ID: <a@c>", "It burns.").await;
        let second =
            world.writes("ben@other.example", "Printer too", "Message-ID: <b@c>", "Ours as well.").await;
        let (a, b) = (first.ticket_id.unwrap().number(), second.ticket_id.unwrap().number());
        world.says(b, "Which one?").await;
        let mails = world.sink.wait_for(3).await;
        let ours = mails.iter().find(|mail| mail.text().contains("Which one?")).unwrap();
        let ours = ours.header("message-id").unwrap();
        let permissions = vec![(EditTickets::KEY.to_owned(), Scope::All)];
        let actor = Arc::new(Actor { permissions, ..(*world.agent).clone() });
        let edit = Grant::<EditTickets>::check(&world.home, actor, true).unwrap();
        let merge = move |tx: &mut Tx<EditTickets>| {
            arrangements::actions::merge::merge(tx, Id::new(b), Id::new(a), &[])
        };
        let change = edit.change(merge).await.unwrap();

        // By our mark, and by a Message-ID that the merged ticket knows.
        let by_mark = format!("Message-ID: <b2@c>\nIn-Reply-To: {ours}");
        let joined = world.writes("ben@other.example", "Re: Printer too", &by_mark, "The big one.").await;
        let by_reference = "Message-ID: <b3@c>\nIn-Reply-To: <b@c>";
        let also = world.writes("ben@other.example", "Re: Printer too", by_reference, "On the left.").await;
        for entry in [&joined, &also] {
            assert_eq!((entry.outcome, entry.ticket_id), (Outcome::Joined, first.ticket_id));
        }
        let all = world.messages(a).await;
        assert_eq!(all.len(), 5);
        assert!(
            all.iter().all(|message| message.is_sender_known),
            "who takes part in the merged one is known"
        );
        assert_eq!(world.participants(a).await, ["ada@customer.example"], "and takes part in no other");
        // Ada's answer quotes nobody else's words.
        world.says(a, "We come on Friday.").await;
        let mail = world.sink.wait_for(4).await.pop().unwrap();
        assert_eq!(mail.recipients, ["ada@customer.example"]);
        for secret in ["The big one", "On the left", "Ours as well", "other.example"] {
            assert!(!mail.text().contains(secret), "{secret}");
        }
        // A stranger who has the mark joins as a stranger, as everywhere.
        let forwarded = format!("Message-ID: <e@e>\nIn-Reply-To: {ours}");
        world.writes("eve@evil.example", "Re: Printer too", &forwarded, "Tell me.").await;
        assert!(!world.messages(a).await.pop().unwrap().is_sender_known);

        let arrangements::Change::Arrangement(id) = change else { panic!("an arrangement") };
        edit.change(move |tx| arrangements::actions::undo(tx, id)).await.unwrap();
        let texts = |messages: Vec<conversation::Message>| -> Vec<_> {
            messages.into_iter().map(|message| message.text).collect()
        };
        assert_eq!(texts(world.messages(a).await), ["It burns.", "We come on Friday."]);
        assert_eq!(
            texts(world.messages(b).await),
            ["Ours as well.", "Which one?", "The big one.", "On the left.", "Tell me."]
        );
        // From now on its own again.
        let later = "Message-ID: <b4@c>\nIn-Reply-To: <b3@c>";
        let own = world.writes("ben@other.example", "Re: Printer too", later, "Hello?").await;
        assert_eq!(own.ticket_id, second.ticket_id);
    });
}

#[test]
fn an_answer_to_a_message_that_was_split_out_joins_the_new_ticket() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let first = world.writes("ada@customer.example", "Printer", "Message-ID: <a@c>", "It burns.").await;
        let headers = "Message-ID: <a2@c>\nIn-Reply-To: <a@c>";
        world.writes("ada@customer.example", "Re: Printer", headers, "And the chair broke.").await;
        let number = first.ticket_id.unwrap().number();
        let chair = world.messages(number).await.pop().unwrap().id;
        let permissions = vec![(EditTickets::KEY.to_owned(), Scope::All)];
        let actor = Arc::new(Actor { permissions, ..(*world.agent).clone() });
        let edit = Grant::<EditTickets>::check(&world.home, actor, true).unwrap();
        let draft = arrangements::policy::SplitDraft { messages: vec![chair], subject: Some("Chair".into()) };
        let split = draft.parse().unwrap();
        let work = move |tx: &mut Tx<EditTickets>| {
            arrangements::actions::messages::split(tx, Id::new(number), split)
        };
        let (made, change) = edit.change(work).await.unwrap();
        assert_eq!(world.participants(made.number()).await, ["ada@customer.example"]);
        let headers = "Message-ID: <a3@c>\nIn-Reply-To: <a2@c>";
        let joined =
            world.writes("ada@customer.example", "Re: Printer", headers, "It is the blue one.").await;
        assert_eq!(joined.ticket_id, Some(made), "whatever its subject says");
        let headers = "Message-ID: <a4@c>\nIn-Reply-To: <a@c>";
        let other = world.writes("ada@customer.example", "Re: Printer", headers, "It still burns.").await;
        assert_eq!(other.ticket_id, first.ticket_id);

        let arrangements::Change::Arrangement(id) = change else { panic!("an arrangement") };
        edit.change(move |tx| arrangements::actions::undo(tx, id)).await.unwrap();
        assert_eq!(world.messages(number).await.len(), 4, "with what was said there since");
        let headers = "Message-ID: <a5@c>\nIn-Reply-To: <a3@c>";
        let again = world.writes("ada@customer.example", "Re: Printer", headers, "Thanks.").await;
        assert_eq!(again.ticket_id, first.ticket_id);
    });
}
