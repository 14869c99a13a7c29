//! Random sequences of merge, split, move, link and their undos, in any order, against the model.
use crate::{
    model::{Model, Ticket},
    world::World,
};
use desk::{conversation, sla, tickets};
use kernel::{clock::HOUR, id::Id};
use platform::db;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use testkit::on_both;

/// A small generator: the same seed is the same sequence.
struct Dice(u64);
impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most.max(1) as u64) as usize
    }
    fn one<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        let at = self.below(list.len());
        &list[at]
    }
}

const PEOPLE: [&str; 4] = ["ann@x.example", "ben@x.example", "cem@y.example", "dot@z.example"];

struct Play {
    world: World,
    model: Model,
    dice: Dice,
    said: usize,
    trace: Vec<String>,
    /// How often each was done, and refused.
    done: BTreeMap<&'static str, [usize; 2]>,
}

impl Play {
    async fn opens(&mut self) {
        let who = *self.dice.one(&PEOPLE);
        self.said += 1;
        let number = self.world.opens(who, &format!("words {}", self.said)).await;
        let people = BTreeMap::from([(who.to_owned(), None)]);
        let ticket = Ticket { merged_into: None, category: "new", requester: who.into(), people };
        self.model.tickets.insert(number, ticket);
        let first = self.world.messages(number).await[0];
        self.model.messages.insert(first, crate::model::Message { home: number, author: Some(who.into()) });
    }
    fn ticket(&mut self) -> i64 {
        let all: Vec<_> = self.model.tickets.keys().copied().collect();
        *self.dice.one(&all)
    }
    fn some_messages(&mut self, ticket: i64) -> BTreeSet<i64> {
        let here = self.model.at(ticket);
        here.into_iter().filter(|_| self.dice.below(3) == 0).collect()
    }
    fn judge(&mut self, kind: &'static str, found: Result<(), String>, expected: Result<(), &'static str>) {
        self.done.entry(kind).or_default()[usize::from(expected.is_err())] += 1;
        self.trace.push(format!("{kind}: {expected:?}"));
        assert_eq!(found, expected.map_err(str::to_owned), "{:#?}", self.trace);
    }

    async fn step(&mut self) {
        self.world.home.clock.advance(HOUR);
        let (source, target) = (self.ticket(), self.ticket());
        match self.dice.below(20) {
            0 if self.model.tickets.len() < 9 => self.opens().await,
            0..3 => {
                let who = *self.dice.one(&PEOPLE);
                self.said += 1;
                let message = self.world.hears(source, who, &format!("words {}", self.said)).await;
                self.model.hears(source, message, who);
                self.trace.push(format!("{who} writes to {source}: message {message}"));
            }
            3 => {
                let path = format!("/api/v1/tickets/{source}/messages");
                let (status, answer) =
                    self.world.asks("POST", &path, json!({ "kind": "note", "text": "note" })).await;
                let is_merged = self.model.tickets[&source].merged_into.is_some();
                assert_eq!(
                    (status, answer["code"] == "ticket_merged"),
                    if is_merged { (409, true) } else { (201, false) }
                );
                if !is_merged {
                    let id = answer["id"].as_str().unwrap().parse().unwrap();
                    self.model.messages.insert(id, crate::model::Message { home: source, author: None });
                }
            }
            4..6 => {
                let category = *self.dice.one(&["open", "waiting_customer", "solved"]);
                let path = format!("/api/v1/tickets/{source}");
                let (status, answer) = self.world.asks("PATCH", &path, json!({ "status": category })).await;
                let found =
                    if status == 200 { Ok(()) } else { Err(answer["code"].as_str().unwrap().to_owned()) };
                let expected = self.model.set_status(source, category);
                self.trace.push(format!("{source} becomes {category}"));
                self.judge("status", found, expected);
            }
            6..9 => {
                let expected = self.model.may_merge(source, target);
                let people: Vec<_> = self.model.tickets[&source].people.keys().cloned().collect();
                let people: BTreeSet<_> = people.into_iter().filter(|_| self.dice.below(2) == 0).collect();
                let mut ids = Vec::new();
                for person in &people {
                    ids.push(self.world.contact(person).await);
                }
                self.trace.push(format!("merge {source} into {target} with {people:?}"));
                let body = json!({ "into": target, "people": ids });
                let found = self.world.arranges(&format!("/api/v1/tickets/{source}/merge"), body).await;
                if let (Ok(id), Ok(())) = (&found, expected) {
                    self.model.merge(id.clone(), source, target, people);
                }
                self.judge("merge", found.map(drop), expected);
            }
            9..11 => {
                let messages = self.some_messages(source);
                let expected = self.model.may_move(source, &messages, Some(target));
                self.trace.push(format!("move {messages:?} from {source} to {target}"));
                let ids: Vec<_> = messages.iter().map(i64::to_string).collect();
                let body = json!({ "messages": ids, "into": target });
                let found = self.world.arranges(&format!("/api/v1/tickets/{source}/move"), body).await;
                if let (Ok(id), Ok(())) = (&found, expected) {
                    self.model.shift(id.clone(), source, messages, target);
                }
                self.judge("move", found.map(drop), expected);
            }
            11..13 if self.model.tickets.len() < 12 => {
                let messages = self.some_messages(source);
                let expected = self.model.may_move(source, &messages, None);
                self.trace.push(format!("split {messages:?} out of {source}"));
                let ids: Vec<_> = messages.iter().map(i64::to_string).collect();
                let path = format!("/api/v1/tickets/{source}/split");
                let (status, answer) = self.world.asks("POST", &path, json!({ "messages": ids })).await;
                let code = answer["errors"][0]["code"].as_str().or(answer["code"].as_str());
                let found = if status == 201 { Ok(()) } else { Err(code.unwrap_or_default().to_owned()) };
                if let (Ok(()), Ok(())) = (&found, expected) {
                    let made = answer["number"].as_i64().unwrap();
                    let id = answer["change"].as_str().unwrap().to_owned();
                    self.trace.push(format!("which is {made}"));
                    self.model.split(id, source, messages, made);
                }
                self.judge("split", found, expected);
            }
            13..15 => {
                let (word, link, is_source) = *self.dice.one(&[
                    ("related", "related", true),
                    ("blocks", "blocks", true),
                    ("blocked_by", "blocks", false),
                    ("duplicate_of", "duplicate", true),
                    ("child_of", "child", true),
                    ("parent_of", "child", false),
                ]);
                let (from, to) = if is_source { (source, target) } else { (target, source) };
                let expected = self.model.may_link(link, from, to, source);
                self.trace.push(format!("{source} {word} {target}"));
                let body = json!({ "link": word, "ticket": target });
                let found = self.world.arranges(&format!("/api/v1/tickets/{source}/links"), body).await;
                if let (Ok(id), Ok(())) = (&found, expected) {
                    self.model.link(id.clone(), link, from, to);
                }
                self.judge("link", found.map(drop), expected);
            }
            15 => {
                let expected = self.model.may_solve(source);
                self.trace.push(format!("solve the children of {source}"));
                let path = format!("/api/v1/tickets/{source}/children/solve");
                let found = self.world.arranges(&path, json!({})).await;
                if let (Ok(id), Ok(())) = (&found, expected) {
                    self.model.solve(id.clone(), source);
                }
                self.judge("solve", found.map(drop), expected);
            }
            _ if !self.model.changes.is_empty() => {
                let at = self.dice.below(self.model.changes.len());
                let id = self.model.changes[at].0.clone();
                self.trace.push(format!("undo {id} {:?}", self.model.changes[at].1));
                let found = self.world.arranges(&format!("/api/v1/changes/{id}/undo"), json!({})).await;
                let expected = self.model.undo(at);
                self.judge("undo", found.map(drop), expected);
            }
            _ => {}
        }
    }

    /// All that can be seen is what the model says.
    async fn compare(&mut self, with_clocks: bool) {
        let numbers: Vec<_> = self.model.tickets.keys().copied().collect();
        let now = self.world.home.clock.now();
        let read = move |conn: &mut db::Conn| {
            let mut all = Vec::new();
            for number in numbers {
                let id = Id::new(number);
                let ticket = tickets::store::see_for_machine(conn, id)?.unwrap().into_inner();
                let messages = conversation::store::of_ticket(conn, id, None, 1000)?;
                let people = tickets::store::participants(conn, id)?;
                let lands = tickets::store::landing(conn, id)?.unwrap();
                let history = platform::events::history(conn, &format!("ticket/{number}"), None, 1000)?;
                all.push((ticket, messages, people, lands, history));
            }
            let counts = tickets::counts::wrong(conn)?;
            // Every clock of the desk anew from the log: now and then.
            let clocks = if with_clocks { sla::deadlines::wrong(conn, now, 10)? } else { Vec::new() };
            Ok((all, counts, clocks))
        };
        let (all, counts, clocks) = self.world.home.db.read::<_, db::Error>(read).await.unwrap();
        let why = || format!("{:#?}", self.trace);
        assert_eq!(counts, [], "{}", why());
        assert_eq!(clocks, [], "{}", why());
        for (ticket, messages, people, lands, history) in all {
            let number = ticket.id.number();
            let model = &self.model.tickets[&number];
            assert_eq!(ticket.category.word(), model.category, "status of {number}: {}", why());
            assert_eq!(ticket.merged_into_id.map(Id::number), model.merged_into, "{number}: {}", why());
            assert_eq!(lands.number(), self.model.lands(number), "where {number} leads: {}", why());
            let here: Vec<_> = messages.iter().map(|message| message.id.number()).collect();
            assert_eq!(here, self.model.at(number), "conversation of {number}: {}", why());
            let people: BTreeSet<_> = people.into_iter().filter_map(|person| person.email).collect();
            let expected: BTreeSet<_> = model.people.keys().cloned().collect();
            assert_eq!(people, expected, "people of {number}: {}", why());
            // The history adds up to what is there.
            let count = |kind: &str, field: Option<&str>| -> i64 {
                let of_kind = history.iter().filter(|event| event.kind == kind);
                of_kind.map(|event| field.map_or(1, |field| event.data()[field].as_i64().unwrap())).sum()
            };
            let told = count("ticket.message_added", None)
                + count("ticket.messages_came", Some("messages"))
                + count("ticket.unmerged", Some("messages"))
                - count("ticket.messages_left", Some("messages"))
                - count("ticket.merged", Some("messages"));
            assert_eq!(told, here.len() as i64, "history of {number}: {}", why());
            let is_merged = count("ticket.merged", None) - count("ticket.unmerged", None);
            assert_eq!(is_merged == 1, model.merged_into.is_some(), "history of {number}: {}", why());
            let is_linked = count("ticket.linked", None) - count("ticket.unlinked", None);
            let links = self.model.links();
            let expected = links.iter().filter(|(_, source, target)| *source == number || *target == number);
            assert_eq!(is_linked, expected.count() as i64, "links of {number}: {}", why());
        }
        let mut found = BTreeSet::new();
        for number in self.model.tickets.keys().copied().collect::<Vec<_>>() {
            let (_, answer) =
                self.world.asks("GET", &format!("/api/v1/tickets/{number}/links"), json!(null)).await;
            for link in answer["items"].as_array().unwrap() {
                let other = link["ticket"].as_i64().unwrap();
                match link["link"].as_str().unwrap() {
                    "related" => drop(found.insert(("related", number.min(other), number.max(other)))),
                    "blocks" => drop(found.insert(("blocks", number, other))),
                    "duplicate_of" => drop(found.insert(("duplicate", number, other))),
                    "child_of" => drop(found.insert(("child", number, other))),
                    _ => {}
                }
            }
        }
        let sorted = |(link, source, target): (&'static str, i64, i64)| match link {
            "related" => (link, source.min(target), source.max(target)),
            _ => (link, source, target),
        };
        assert_eq!(found, self.model.links().into_iter().map(sorted).collect(), "{}", why());
    }
}

#[test]
fn whatever_is_arranged_and_taken_back_is_what_the_model_says() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let seed = 0x9e37_79b9_7f4a_7c15;
        let (model, dice) = (Model::default(), Dice(seed));
        let mut play = Play { world, model, dice, said: 0, trace: Vec::new(), done: BTreeMap::new() };
        // New tickets for each sequence: what went before stays as it is, and is compared no more.
        for _ in 0..6 {
            play.model = Model::default();
            play.trace.clear();
            for _ in 0..4 {
                play.opens().await;
            }
            for step in 0..40 {
                play.step().await;
                play.compare(step % 13 == 0).await;
            }
            // Everything is taken back, in an order of chance.
            while play.model.changes.iter().any(|(_, change)| !change.is_undone) {
                let at = play.dice.below(play.model.changes.len());
                let id = play.model.changes[at].0.clone();
                play.trace.push(format!("undo {id} at the end"));
                let path = format!("/api/v1/changes/{id}/undo");
                let found = play.world.arranges(&path, json!({})).await;
                let expected = play.model.undo(at);
                play.judge("undo", found.map(drop), expected);
                play.compare(false).await;
            }
            play.compare(true).await;
        }
        eprintln!("done and refused: {:?}", play.done);
        for kind in ["merge", "split", "move", "link", "solve", "undo"] {
            assert!(play.done[kind].iter().all(|count| *count > 0), "{kind}: {:?}", play.done);
        }
    });
}
