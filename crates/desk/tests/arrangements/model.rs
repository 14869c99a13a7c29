//! What should be so, without a database: a message belongs where it came to or was moved to last; a merged ticket's
//! number leads elsewhere. Everything else follows from that.
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
pub struct Ticket {
    pub merged_into: Option<i64>,
    pub category: &'static str,
    pub requester: String,
    /// Who takes part, and the change that brought them.
    pub people: BTreeMap<String, Option<String>>,
}
#[derive(Clone, Debug)]
pub struct Message {
    pub home: i64,
    pub author: Option<String>,
}
#[derive(Clone, Debug)]
pub enum What {
    Merge { people: BTreeSet<String>, before: &'static str, newest: i64 },
    Split(BTreeSet<i64>),
    Move(BTreeSet<i64>),
    Link(&'static str),
    Solve(Vec<(i64, &'static str)>),
}
#[derive(Clone, Debug)]
pub struct Change {
    pub source: i64,
    pub target: i64,
    pub what: What,
    pub is_undone: bool,
}

#[derive(Default)]
pub struct Model {
    pub tickets: BTreeMap<i64, Ticket>,
    pub messages: BTreeMap<i64, Message>,
    /// In the order in which they were made.
    pub changes: Vec<(String, Change)>,
}

type Answer<T> = Result<T, &'static str>;

impl Model {
    pub fn lands(&self, ticket: i64) -> i64 {
        self.tickets[&ticket].merged_into.map_or(ticket, |into| self.lands(into))
    }
    fn standing(&self) -> impl DoubleEndedIterator<Item = &(String, Change)> {
        self.changes.iter().filter(|(_, change)| !change.is_undone)
    }
    fn base(&self, message: i64) -> i64 {
        let moved = self.standing().rev().find(|(_, change)| match &change.what {
            What::Split(messages) | What::Move(messages) => messages.contains(&message),
            _ => false,
        });
        moved.map_or(self.messages[&message].home, |(_, change)| change.target)
    }
    pub fn at(&self, ticket: i64) -> Vec<i64> {
        self.messages.keys().copied().filter(|message| self.lands(self.base(*message)) == ticket).collect()
    }
    /// What each ticket is to which other one.
    pub fn links(&self) -> BTreeSet<(&'static str, i64, i64)> {
        self.standing()
            .filter_map(|(_, change)| match change.what {
                What::Link(link) => Some((link, change.source, change.target)),
                _ => None,
            })
            .collect()
    }
    fn live(&self, ticket: i64) -> Answer<()> {
        if self.tickets[&ticket].merged_into.is_some() { Err("ticket_merged") } else { Ok(()) }
    }
    fn family(&self, ticket: i64) -> BTreeSet<i64> {
        let leads_here = |mut at: i64| loop {
            if at == ticket {
                return true;
            }
            let Some(into) = self.tickets[&at].merged_into else { return false };
            at = into;
        };
        self.tickets.keys().copied().filter(|at| leads_here(*at)).collect()
    }

    pub fn hears(&mut self, number: i64, message: i64, author: &str) {
        self.messages.insert(message, Message { home: number, author: Some(author.into()) });
        let lands = self.lands(number);
        let ticket = self.tickets.get_mut(&lands).unwrap();
        if matches!(ticket.category, "waiting_customer" | "solved") {
            ticket.category = "open";
        }
    }
    pub fn set_status(&mut self, ticket: i64, category: &'static str) -> Answer<()> {
        self.live(ticket)?;
        self.tickets.get_mut(&ticket).unwrap().category = category;
        Ok(())
    }
    pub fn may_merge(&self, source: i64, target: i64) -> Answer<()> {
        self.live(source)?;
        match self.tickets[&target].merged_into {
            _ if source == target => Err("merge_into_itself"),
            Some(_) if self.lands(target) == source => Err("merge_cycle"),
            Some(_) => Err("into_merged"),
            None => Ok(()),
        }
    }
    pub fn merge(&mut self, id: String, source: i64, target: i64, people: BTreeSet<String>) {
        let newest = self.messages.keys().copied().max().unwrap_or(0);
        let before = self.tickets[&source].category;
        for person in &people {
            let there = &mut self.tickets.get_mut(&target).unwrap().people;
            there.entry(person.clone()).or_insert_with(|| Some(id.clone()));
        }
        let merged = self.tickets.get_mut(&source).unwrap();
        (merged.merged_into, merged.category) = (Some(target), "closed");
        let what = What::Merge { people, before, newest };
        self.changes.push((id, Change { source, target, what, is_undone: false }));
    }
    pub fn may_move(&self, source: i64, messages: &BTreeSet<i64>, target: Option<i64>) -> Answer<()> {
        self.live(source)?;
        if let Some(target) = target {
            match self.tickets[&target].merged_into {
                _ if source == target => return Err("move_into_itself"),
                Some(_) => return Err("into_merged"),
                None => {}
            }
        }
        let here: BTreeSet<_> = self.at(source).into_iter().collect();
        match () {
            () if messages.is_empty() => Err("required"),
            () if !messages.is_subset(&here) => Err("unknown_id"),
            () if messages == &here => Err("nothing_left"),
            () => Ok(()),
        }
    }
    pub fn shift(&mut self, id: String, source: i64, messages: BTreeSet<i64>, target: i64) {
        let what = What::Move(messages);
        self.changes.push((id, Change { source, target, what, is_undone: false }));
    }
    pub fn split(&mut self, id: String, source: i64, messages: BTreeSet<i64>, target: i64) {
        let author = messages.iter().find_map(|message| self.messages[message].author.clone());
        let requester = author.unwrap_or_else(|| self.tickets[&source].requester.clone());
        let people = BTreeMap::from([(requester.clone(), None)]);
        self.tickets.insert(target, Ticket { merged_into: None, category: "new", requester, people });
        let what = What::Split(messages);
        self.changes.push((id, Change { source, target, what, is_undone: false }));
    }
    fn leads(&self, link: &str, from: i64, to: i64) -> bool {
        let links = self.links();
        let mut next: Vec<_> = vec![from];
        let mut seen = BTreeSet::new();
        while let Some(at) = next.pop() {
            for (_, _, target) in links.iter().filter(|(kind, source, _)| *kind == link && *source == at) {
                if *target == to {
                    return true;
                }
                if seen.insert(*target) {
                    next.push(*target);
                }
            }
        }
        false
    }
    /// `ticket` is the source; `asked` is whose page it was.
    pub fn may_link(&self, link: &'static str, source: i64, target: i64, asked: i64) -> Answer<()> {
        self.live(asked)?;
        let links = self.links();
        let with = if asked == source { target } else { source };
        match () {
            () if source == target => Err("link_to_itself"),
            () if self.tickets[&with].merged_into.is_some() => Err("into_merged"),
            () if links.contains(&(link, source, target)) => Err("link_exists"),
            () if link == "related" && links.contains(&(link, target, source)) => Err("link_exists"),
            () if link != "related" && self.leads(link, target, source) => Err("link_cycle"),
            () if link == "child"
                && links.iter().any(|(kind, child, _)| *kind == link && *child == source) =>
            {
                Err("has_parent")
            }
            () => Ok(()),
        }
    }
    pub fn link(&mut self, id: String, link: &'static str, source: i64, target: i64) {
        self.changes.push((id, Change { source, target, what: What::Link(link), is_undone: false }));
    }
    pub fn open_children(&self, parent: i64) -> Vec<i64> {
        let links = self.links();
        let of = links.iter().filter(|(link, _, target)| *link == "child" && *target == parent);
        of.map(|(_, child, _)| *child)
            .filter(|child| !matches!(self.tickets[child].category, "solved" | "closed"))
            .collect()
    }
    pub fn may_solve(&self, parent: i64) -> Answer<()> {
        self.live(parent)?;
        if self.open_children(parent).is_empty() { Err("unknown_ticket") } else { Ok(()) }
    }
    pub fn solve(&mut self, id: String, parent: i64) {
        let mut before = Vec::new();
        for child in self.open_children(parent) {
            let ticket = self.tickets.get_mut(&child).unwrap();
            before.push((child, ticket.category));
            ticket.category = "solved";
        }
        let what = What::Solve(before);
        self.changes.push((id, Change { source: parent, target: parent, what, is_undone: false }));
    }

    pub fn undo(&mut self, at: usize) -> Answer<()> {
        let (id, change) = self.changes[at].clone();
        if change.is_undone {
            return Err("change_undone");
        }
        self.changes[at].1.is_undone = true;
        let Change { source, target, what, .. } = change;
        match what {
            What::Merge { before, newest, .. } => {
                let ticket = self.tickets.get_mut(&source).unwrap();
                (ticket.merged_into, ticket.category) = (None, before);
                self.take_home(&id, target);
                let family = self.family(source);
                let mut here = self.at(source).into_iter();
                let was_asked = here.any(|message| {
                    let known = &self.messages[&message];
                    message > newest && known.author.is_some() && family.contains(&known.home)
                });
                if was_asked && matches!(before, "waiting_customer" | "solved") {
                    self.tickets.get_mut(&source).unwrap().category = "open";
                }
            }
            What::Split(_) => {
                if self.tickets[&target].merged_into.is_none() && self.lands(source) != target {
                    let ticket = self.tickets.get_mut(&target).unwrap();
                    (ticket.merged_into, ticket.category) = (Some(source), "closed");
                }
            }
            What::Solve(before) => {
                for (child, category) in before {
                    let ticket = self.tickets.get_mut(&child).unwrap();
                    if ticket.category == "solved" {
                        ticket.category = category;
                    }
                }
            }
            What::Move(_) | What::Link(_) => {}
        }
        Ok(())
    }
    fn take_home(&mut self, id: &str, target: i64) {
        let brought: Vec<_> = self.tickets[&target]
            .people
            .iter()
            .filter(|(_, by)| by.as_deref() == Some(id))
            .map(|(person, _)| person.clone())
            .collect();
        for person in brought {
            let also = self.standing().find(|(_, change)| match &change.what {
                What::Merge { people, .. } => change.target == target && people.contains(&person),
                _ => false,
            });
            let also = also.map(|(id, _)| id.clone());
            let there = &mut self.tickets.get_mut(&target).unwrap().people;
            match also {
                Some(other) => drop(there.insert(person, Some(other))),
                None => drop(there.remove(&person)),
            }
        }
    }
}
