//! Nobody finds what they may not see, and everybody finds all that they may: over roles, scopes and moves.
use desk::{
    conversation::{self, ReplyDraft, actions::Signer},
    search::find::{self, Request, What},
    tickets::{
        self, Channel, EditTickets, Kind, NewTicket, Patch, Priority, ReplyTickets, Ticket, TicketError,
        ViewTickets, actions::First,
    },
};
use kernel::{
    clock::{Clock, Millis},
    id::Id,
};
use people::contacts;
use platform::{
    Home,
    authority::{Actor, Grant, Scope, System, Who},
    db::{self, MIGRATIONS, migrate},
    i18n::Language,
};
use search::{Narrow, Sort};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use testkit::{Nobody, on_both};

/// Every ticket has the first, half of them one of the others; "hidden" stands in notes alone.
const WORDS: &[&str] = &["elephant", "giraffe", "Netzwerkdrucker", "rekening"];
/// Questions that could lead to more than their word.
const QUESTIONS: &[&str] = &[
    "elephant",
    "giraffe",
    "drucker",
    "rekeningen",
    "elefant",
    "elephant -giraffe",
    "\"the elephant\"",
    "elephnat",
    "hidden",
    "in:note hidden",
    "giraffe OR elephant",
    "elephant is:open",
    "-elephant",
    "is:open",
    "*",
    "e",
];

/// Numbers that look random and are the same every time.
struct Dice(u64);
impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn actor(user: i64, scope: Scope, ids: &[i64], has_contacts: bool) -> Arc<Actor> {
    let mut permissions: Vec<_> = ["tickets.view", "tickets.edit", "tickets.note", "tickets.reply"]
        .map(|key| (key.to_owned(), scope))
        .into();
    if has_contacts {
        permissions.push(("contacts.view".into(), Scope::All));
    }
    Arc::new(Actor {
        who: Who::User(Id::new(user)),
        permissions,
        teams: ids.iter().map(|id| Id::new(*id)).collect(),
        inboxes: ids.iter().map(|id| Id::new(*id)).collect(),
        organisations: ids.iter().map(|id| Id::new(*id)).collect(),
        ..Actor::system()
    })
}

/// People of every scope, with other reaches.
fn people() -> Vec<Arc<Actor>> {
    let mut all = vec![
        actor(1, Scope::All, &[], true),
        actor(2, Scope::All, &[], false),
        actor(3, Scope::Own, &[], true),
    ];
    for (user, scope) in [(4, Scope::Team), (5, Scope::Inbox), (6, Scope::Organisation)] {
        for ids in [&[][..], &[1], &[2, 3]] {
            all.push(actor(user, scope, ids, user % 2 == 0));
        }
    }
    all
}

struct World {
    home: Home,
    dice: Dice,
    contacts: Vec<contacts::ContactRow>,
    tickets: i64,
}

impl World {
    fn system(&self) -> Grant<System> {
        Grant::<System>::system(&self.home)
    }
    /// 0 is none.
    fn place(&mut self) -> i64 {
        self.dice.roll(4) as i64
    }
    async fn opens(&mut self) {
        let (team, inbox, assignee) = (self.place(), self.place(), self.dice.roll(8) as i64);
        let word = WORDS[self.dice.roll(WORDS.len() as u64) as usize];
        let requester = self.contacts[self.dice.roll(self.contacts.len() as u64) as usize].clone();
        let some = |id: i64| (id > 0).then_some(id);
        let new = NewTicket {
            subject: format!("About {word}"),
            text: format!("Nobody forgets the elephant, says {}", requester.name),
            html: None,
            email: requester.email.clone(),
            name: requester.name.clone(),
            phone: None,
            kind: Kind::Question,
            priority: Priority::Normal,
            channel: Channel::Web,
            inbox: some(inbox).map(Id::new),
            team: some(team).map(Id::new),
            assignee: some(assignee).map(Id::new),
            tags: Vec::new(),
            fields: BTreeMap::new(),
            attachments: Vec::new(),
        };
        self.system()
            .change::<_, TicketError>(move |tx| {
                tickets::actions::open(tx, &new, &requester, First::default())
            })
            .await
            .unwrap();
        self.tickets += 1;
    }
    async fn moves(&mut self) {
        let ticket = Id::<Ticket>::new(1 + self.dice.roll(self.tickets as u64) as i64);
        let (team, assignee) = (self.place(), self.dice.roll(8) as i64);
        let patch = match self.dice.roll(4) {
            0 => Patch { team: Some((team > 0).then(|| Id::new(team))), ..Patch::default() },
            1 => Patch { assignee: Some((assignee > 0).then(|| Id::new(assignee))), ..Patch::default() },
            2 => Patch { subject: Some(format!("Now about {}", WORDS[team as usize])), ..Patch::default() },
            _ => Patch { status: Some("solved".into()), ..Patch::default() },
        };
        let grant = Grant::<EditTickets>::check(&self.home, actor(1, Scope::All, &[], true), true).unwrap();
        let moved = grant.change::<_, TicketError>(move |tx| {
            let seen = tickets::store::see(tx, ticket)?.unwrap();
            tickets::actions::edit(tx, &seen, patch)
        });
        moved.await.unwrap();
    }
    async fn notes(&mut self) {
        let ticket = Id::<Ticket>::new(1 + self.dice.roll(self.tickets as u64) as i64);
        let draft = ReplyDraft {
            kind: conversation::MessageKind::Note,
            text: Some("a hidden thought".into()),
            ..ReplyDraft::default()
        };
        let (reply, _) = (draft.parse().unwrap(), Signer::of(&self.home));
        let grant = Grant::<ReplyTickets>::check(&self.home, actor(1, Scope::All, &[], true), true).unwrap();
        let noted = grant.change::<_, TicketError>(move |tx| {
            let seen = tickets::store::see(tx, ticket)?.unwrap();
            conversation::actions::note(tx, &seen, &reply).map(drop)
        });
        noted.await.unwrap();
    }

    /// What somebody sees, by the statement that every page uses.
    async fn sees(&self, who: &Arc<Actor>) -> BTreeSet<i64> {
        let grant = Grant::<ViewTickets>::check(&self.home, who.clone(), false).unwrap();
        let all: Vec<Id<Ticket>> = (1..=self.tickets).map(Id::new).collect();
        let seen = grant.read::<_, db::Error>(move |tx| tickets::store::by_ids(tx, &all)).await.unwrap();
        seen.into_iter().map(|ticket| ticket.id.number()).collect()
    }
    /// What somebody finds, over all pages, and how many the counts speak of.
    async fn finds(&self, who: &Arc<Actor>, question: &str, sort: Sort) -> (BTreeSet<i64>, usize, usize) {
        let grant = Grant::<ViewTickets>::check(&self.home, who.clone(), false).unwrap();
        let (mut found, mut people, mut after) = (BTreeSet::new(), 0, None);
        loop {
            let request = Request {
                text: question.into(),
                narrow: Narrow::default(),
                sort,
                after,
                limit: 25,
                counts: true,
                snippets: true,
                is_typing: question.len() < 3,
            };
            let answer = find::find(&grant, request).await.unwrap();
            for shown in answer.shown {
                match shown.what {
                    What::Ticket(ticket) => {
                        assert!(found.insert(ticket.id.number()), "{question}: {} twice", ticket.id);
                    }
                    _ => people += 1,
                }
            }
            if answer.next.is_none() {
                return (found, people, answer.total);
            }
            after = answer.next;
        }
    }
}

#[test]
fn nobody_finds_what_they_may_not_see_and_everybody_all_that_they_may() {
    on_both(async |desk| {
        for seed in [7, 4711] {
            let clock = Clock::fixed(Millis(1_795_251_900_000));
            if seed == 7 {
                migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
            }
            let home = testkit::home_with(desk.db.clone(), clock, Box::new(Nobody));
            let mut world = World { home, dice: Dice(seed), contacts: Vec::new(), tickets: 0 };
            if seed == 7 {
                prepare(&world).await;
            } else {
                let count = world
                    .home
                    .db
                    .read::<_, db::Error>(|conn| desk::search::store::tickets_after(conn, 0, 9999));
                world.tickets = count.await.unwrap().len() as i64;
            }
            for number in 1..=6 {
                let system = world.system();
                let read = system.read::<_, db::Error>(move |tx| contacts::store::by_id(tx, Id::new(number)));
                world.contacts.push(read.await.unwrap().unwrap());
            }
            for round in 0..3 {
                for _ in 0..12 {
                    world.opens().await;
                }
                for _ in 0..6 {
                    world.notes().await;
                }
                if round > 0 {
                    // The index does not know of the moves yet: what is shown must be right all the same.
                    for _ in 0..15 {
                        world.moves().await;
                    }
                    for who in people() {
                        let (sees, (found, _, _)) =
                            (world.sees(&who).await, world.finds(&who, "elephant", Sort::Relevance).await);
                        let foreign: Vec<_> = found.difference(&sees).collect();
                        assert!(
                            foreign.is_empty(),
                            "{:?} finds {foreign:?} before the index follows",
                            who.who
                        );
                    }
                }
                search::testing::indexed(&world.home).await;
                let admin = people().remove(0);
                for question in QUESTIONS {
                    let everything = world.finds(&admin, question, Sort::Relevance).await.0;
                    for who in people() {
                        let sees = world.sees(&who).await;
                        for sort in [if round == 1 { Sort::Time } else { Sort::Relevance }] {
                            let (found, others, total) = world.finds(&who, question, sort).await;
                            let foreign: Vec<_> = found.difference(&sees).collect();
                            assert!(
                                foreign.is_empty(),
                                "{}: {:?} finds {foreign:?} by {question}",
                                desk.engine,
                                who.who
                            );
                            // The count tells of nothing that is not shown.
                            assert_eq!(total, found.len() + others, "{question}");
                            let may_see_people = who.reach("contacts.view").is_some();
                            assert!(may_see_people || others == 0, "{question}: people");
                            // Where few are found, more is forgiven: then there may be more than the admin's.
                            if found.len() >= 3 && everything.len() >= 3 {
                                let expected: BTreeSet<_> = everything.intersection(&sees).copied().collect();
                                let missing: Vec<_> = expected.difference(&found).collect();
                                assert!(missing.is_empty(), "{:?} misses {missing:?} by {question}", who.who);
                            }
                        }
                    }
                }
            }
            let admin = &people()[0];
            assert_eq!(world.finds(admin, "elephant", Sort::Time).await.0.len() as i64, world.tickets);
        }
    });
}

/// An administrator, who may be assigned things, organisations 1 to 3 with two contacts each, and teams.
async fn prepare(world: &World) {
    let system = world.system();
    system
        .change(|tx| people::setup::create_desk(tx, "ACME", "ada@acme.example", "x", Language::En))
        .await
        .unwrap();
    let admin = Arc::new(Actor {
        who: Who::User(Id::new(1)),
        permissions: people::roles::policy::everything(),
        ..Actor::system()
    });
    let people = Grant::<people::permissions::ManagePeople>::check(&world.home, admin.clone(), true).unwrap();
    for number in 1..=3 {
        let draft = people::teams::Draft { name: format!("Team {number}"), members: Vec::new() };
        let new = draft.parse().unwrap();
        people.change(move |tx| people::teams::actions::create(tx, new)).await.unwrap();
    }
    for number in 2..=7 {
        let draft = people::users::policy::Draft {
            name: format!("User {number}"),
            email: format!("user{number}@acme.example"),
            ..serde_json::from_value(serde_json::json!({ "name": "", "email": "" })).unwrap()
        };
        let created = people.change::<_, people::users::UserError>(move |tx| {
            let role = Some(people::roles::store::builtin(tx, people::roles::Builtin::Agent)?);
            let new = people::users::policy::Draft { role, ..draft }.parse().ok().unwrap();
            people::users::actions::create(tx, new, Some("x".into()))
        });
        created.await.unwrap();
    }
    let contacts = Grant::<people::permissions::ManageContacts>::check(&world.home, admin, true).unwrap();
    for number in 1..=3 {
        let draft = people::organisations::Draft {
            name: format!("Firm {number}"),
            domains: vec![format!("firm{number}.example")],
            ..Default::default()
        };
        let new = draft.parse().unwrap();
        contacts.change(move |tx| people::organisations::actions::create(tx, new)).await.unwrap();
    }
    for number in 0..6 {
        let email: &'static str = format!("person{number}@firm{}.example", number % 3 + 1).leak();
        let made = system.change::<_, db::Error>(move |tx| {
            contacts::store::find_or_create(tx, email, &format!("Person elephant {number}"))
        });
        made.await.unwrap();
    }
}
