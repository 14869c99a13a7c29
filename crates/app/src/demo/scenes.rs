//! What a desk meets now and then, by real mail: files, HTML, a long talk, mail that is refused, returned or held back.
use super::{
    company::{Agent, Cast},
    said,
    tickets::set,
};
use crate::failure::Failure;
use channels::email::{
    intake::{self, MailDoor},
    ledger::{self, Way},
    outbox,
    receive::smtp::{Accepted, Door, Envelope},
    verify::{Names, Verifier},
};
use desk::{
    conversation::{self, MessageKind, ReplyDraft, actions::Signer},
    tickets::{self, EditTickets, Patch, ReplyTickets, Ticket, TicketError},
};
use kernel::{
    clock::{Clock, HOUR, MINUTE, Millis},
    fault::Problem,
    id::Id,
};
use platform::{
    Home,
    authority::{Grant, Tx},
    db,
    outbox::{Ended, Fate},
};
use std::sync::Arc;

/// Fewer tickets than this are for measuring and trying out: they stay alone.
pub const LEAST: usize = 20;
/// So many tickets come of it.
pub const TICKETS: usize = 4;

/// What is said in the long ticket after its first mail: an address is the customer's, "" is the agent, and "note" is
/// for colleagues.
const TALK: &[(&str, &str)] = &[
    (
        "note",
        "<p>Erster Blick auf das Protokoll:</p><ul><li>Der Drucker meldet sich <strong>im Stromsparmodus</strong> ab.</li>\
         <li>Die Kasse stellt nach 6 Minuten neu zu.</li></ul><p>Einstellung heißt <code>sleep.timeout</code>, \
         siehe <a href=\"https://drucker.example/handbuch\">Handbuch, Seite 41</a>.</p>",
    ),
    (
        "",
        "<p>Guten Morgen Frau Baumgartner,</p><p>danke für das Protokoll, damit ist die Sache schnell zu sehen: Der neue \
         Drucker schläft nach zwei Minuten ein. Würden Sie bitte Folgendes versuchen?</p><ol><li>Am Drucker \
         <strong>Menü → Energie</strong> wählen.</li><li>Ruhezustand auf <strong>Nie</strong> stellen.</li></ol>",
    ),
    (
        "anneliese.baumgartner@sonnleitner.example",
        "Das habe ich gemacht. Eine Stunde lang ging es gut, dann fehlte wieder ein Bon.",
    ),
    ("", "<p>Dann sehe ich mir die Kasse aus der Ferne an. Passt Ihnen 14 Uhr, wenn es ruhiger ist?</p>"),
    (
        "holger.zeller@sonnleitner.example",
        "14 Uhr passt. Ich stehe an der Kasse und gebe die Fernwartung frei. Bitte unter 030 5550142 anrufen.",
    ),
    ("note", "<p>Angerufen, Firmware 2.1 eingespielt. <em>Bis Samstag beobachten.</em></p>"),
    (
        "",
        "<p>Der Drucker hat eine neue Firmware und wir haben 20 Bons hintereinander gedruckt, alle kamen sofort. Bitte \
         melden Sie sich, falls auch nur einer fehlt.</p>",
    ),
    (
        "anneliese.baumgartner@sonnleitner.example",
        "Bis jetzt ist jeder Bon gekommen. Können Sie Kasse 1 auch gleich umstellen? Dort steht derselbe Drucker.",
    ),
];

struct Stage<'a> {
    home: &'a Home,
    clock: &'a Clock,
    cast: &'a Cast,
    verifier: Arc<Verifier>,
}

/// Plays everything, in the hours before `now`.
pub async fn play(home: &Home, clock: &Clock, cast: &Cast, now: Millis) -> Result<(), Failure> {
    let verifier = Arc::new(Verifier::new(&Names::Off, "desk.example").map_err(Failure::failed)?);
    let stage = Stage { home, clock, cast, verifier };
    stage.all(now).await.map_err(said)?;
    set(clock, now);
    Ok(())
}

impl Stage<'_> {
    async fn all(&self, now: Millis) -> Result<(), Problem> {
        let ago = |by: i64| set(self.clock, now.plus(-by));
        let (founder, colleague) = (&self.cast.agents[0], &self.cast.agents[1]);

        ago(7 * HOUR);
        self.arrives(include_str!("../../../../demo/mails/held.eml"), true).await?;
        self.arrives(include_str!("../../../../demo/mails/away.eml"), false).await?;

        ago(6 * HOUR);
        let lost = self.opens(include_str!("../../../../demo/mails/refused.eml")).await?;
        ago(5 * HOUR);
        self.give(colleague, lost).await?;
        self.answers(colleague, lost, "<p>Thank you. A colleague looks at the projector tomorrow at 8.</p>")
            .await?;
        self.sends(Some("550 5.1.1 no such user here")).await?;

        ago(5 * HOUR - 10 * MINUTE);
        let returned = self.opens(include_str!("../../../../demo/mails/bounced.eml")).await?;
        ago(4 * HOUR);
        self.give(founder, returned).await?;
        self.answers(founder, returned, "<p>Het nieuwe nummer staat op de website.</p>").await?;
        let header = self.sends(None).await?;
        ago(4 * HOUR - 5 * MINUTE);
        let report = include_str!("../../../../demo/mails/report.eml").replace("{message-id}", &header);
        self.arrives(&report, false).await?;

        ago(3 * HOUR);
        let long = self.opens(include_str!("../../../../demo/mails/long.eml")).await?;
        self.give(founder, long).await?;
        for (turn, (who, words)) in TALK.iter().enumerate() {
            ago(3 * HOUR - (turn as i64 + 1) * 18 * MINUTE);
            match *who {
                "" => self.answers(founder, long, words).await?,
                "note" => self.says(colleague, long, MessageKind::Note, words).await?,
                address => self.replies(address, words).await?,
            }
            self.sends(None).await?;
        }
        ago(20 * MINUTE);
        self.opens(include_str!("../../../../demo/mails/order.eml")).await.map(drop)
    }

    /// A mail comes in and is read, unless it is `held` back.
    async fn arrives(&self, mail: &str, held: bool) -> Result<Option<Id<Ticket>>, Problem> {
        let from = mail.lines().find_map(|line| line.strip_prefix("From: ")).unwrap_or_default();
        let from = from.rsplit_once('<').map_or(from, |(_, address)| address.trim_end_matches('>'));
        let envelope = Envelope {
            peer: std::net::Ipv4Addr::new(192, 0, 2, 7).into(),
            helo: format!("mx.{}", from.rsplit_once('@').map_or(from, |(_, domain)| domain)),
            mail_from: Some(from.to_owned()),
            recipients: vec![self.cast.inbox_address.clone()],
            received_at: self.clock.now(),
            is_encrypted: true,
        };
        let raw = mail.replace('\n', "\r\n").into_bytes();
        let Accepted::Stored(id) = MailDoor::new(self.home, Way::Smtp).accept(envelope, raw).await else {
            return Err(Problem::internal());
        };
        let id: Id<ledger::Inbound> = id.parse().map_err(|_| Problem::internal())?;
        let grant = self.grant::<EditTickets>(&self.cast.agents[0])?;
        if held {
            let why = "the program ended 3 times while it read this mail alone";
            grant.change::<_, db::Error>(move |tx| ledger::store::quarantine(tx, id, why)).await?;
            return Ok(None);
        }
        while intake::work::run_once(self.home, &self.verifier).await? > 0 {}
        self.sends(None).await?;
        let entry = grant.read::<_, db::Error>(move |tx| ledger::store::one(tx, id)).await?;
        Ok(entry.and_then(|entry| entry.ticket_id))
    }
    async fn opens(&self, mail: &str) -> Result<Id<Ticket>, Problem> {
        self.arrives(mail, false).await?.ok_or_else(Problem::internal)
    }

    fn grant<P: platform::authority::Permission>(&self, agent: &Agent) -> Result<Grant<P>, Problem> {
        Grant::check(self.home, Arc::new(agent.actor()), true)
    }
    async fn give(&self, agent: &Agent, ticket: Id<Ticket>) -> Result<(), Problem> {
        let patch = Patch {
            kind: Some(tickets::Kind::Incident),
            status: Some("open".into()),
            assignee: Some(Some(agent.id)),
            ..Patch::default()
        };
        let grant = self.grant::<EditTickets>(agent)?;
        let change = grant.change::<_, TicketError>(move |tx| {
            let seen = tickets::store::see(tx, ticket)?.ok_or_else(Problem::not_found)?;
            tickets::actions::edit(tx, &seen, patch)
        });
        Ok(change.await?)
    }
    async fn says(
        &self,
        agent: &Agent,
        ticket: Id<Ticket>,
        kind: MessageKind,
        html: &str,
    ) -> Result<(), Problem> {
        let reply = ReplyDraft { kind, html: Some(html.to_owned()), ..ReplyDraft::default() }.parse()?;
        let signer = Signer::of(self.home);
        let grant = self.grant::<ReplyTickets>(agent)?;
        let change = grant.change::<_, TicketError>(move |tx| {
            let seen = tickets::store::see(tx, ticket)?.ok_or_else(Problem::not_found)?;
            match kind {
                MessageKind::Note => conversation::actions::note(tx, &seen, &reply).map(drop),
                MessageKind::Public => conversation::actions::reply(tx, &seen, &reply, &signer).map(drop),
            }
        });
        Ok(change.await?)
    }
    async fn answers(&self, agent: &Agent, ticket: Id<Ticket>, html: &str) -> Result<(), Problem> {
        self.says(agent, ticket, MessageKind::Public, html).await
    }
    /// The customer's side answers by mail.
    async fn replies(&self, address: &str, words: &str) -> Result<(), Problem> {
        let local = address.split('@').next().unwrap_or(address);
        let name: Vec<_> = local.split('.').map(|part| part[..1].to_uppercase() + &part[1..]).collect();
        let mail = format!(
            "From: {} <{address}>\nTo: {}\nSubject: Re: Kasse 2 verliert Bons, seit der Drucker getauscht ist\n\
             Message-ID: <{}@sonnleitner.example>\nIn-Reply-To: <till-1@sonnleitner.example>\nMIME-Version: 1.0\n\
             Content-Type: text/plain; charset=utf-8\n\n{words}\n",
            name.join(" "),
            self.cast.inbox_address,
            self.clock.now().0,
        );
        self.arrives(&mail, false).await.map(drop)
    }
    /// As [`sent`].
    async fn sends(&self, refused: Option<&'static str>) -> Result<String, Problem> {
        let grant = self.grant::<EditTickets>(&self.cast.agents[0])?;
        Ok(grant.change::<_, db::Error>(move |tx| sent(tx, refused)).await?)
    }
}

/// What waits in the outbox is on its way, without a network: taken, or refused for the reason `refused`.
///
/// * returns – the Message-ID of the last.
pub(super) fn sent(tx: &mut Tx<EditTickets>, refused: Option<&'static str>) -> db::Result<String> {
    let until = tx.now().plus(MINUTE);
    let mut header = String::new();
    for row in outbox::store::claim(tx, "demo", until, 50)? {
        let state = if refused.is_some() { Fate::Failed } else { Fate::Sent };
        let end = |address| Ended { address, state, reason: refused.map(str::to_owned) };
        let tried = outbox::store::Tried {
            ended: row.recipients().into_iter().map(end).collect(),
            left: Vec::new(),
            at: until,
            why: None,
            by: None,
        };
        outbox::store::note(tx, &row, &tried)?;
        header = row.header_id;
    }
    Ok(header)
}
