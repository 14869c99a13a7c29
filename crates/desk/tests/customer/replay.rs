//! Random merges and their undos, in any order, with addresses that come and go and tickets that arrive meanwhile, against a
//! model without a database.
use crate::world::World;
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
}

/// What is true of contacts, by their place in the list.
#[derive(Default)]
struct Model {
    ids: Vec<String>,
    merged_into: Vec<Option<usize>>,
    emails: Vec<BTreeSet<String>>,
    /// Whose each ticket is, whatever leads where.
    tickets: BTreeMap<i64, usize>,
}
impl Model {
    fn root(&self, mut one: usize) -> usize {
        while let Some(into) = self.merged_into[one] {
            one = into;
        }
        one
    }
    fn family(&self, root: usize) -> Vec<usize> {
        (0..self.ids.len()).filter(|one| self.root(*one) == root).collect()
    }
    fn emails_of(&self, root: usize) -> BTreeSet<String> {
        self.family(root).into_iter().flat_map(|one| self.emails[one].clone()).collect()
    }
    fn tickets_of(&self, root: usize) -> Vec<i64> {
        self.tickets.iter().filter(|(_, of)| self.root(**of) == root).map(|(number, _)| *number).collect()
    }
    fn merge(&mut self, source: usize, target: usize) -> Result<(), &'static str> {
        match () {
            () if self.merged_into[source].is_some() => Err("contact_merged"),
            () if source == target => Err("contact_into_itself"),
            () if self.merged_into[target].is_some() => Err("contact_merged"),
            () => {
                self.merged_into[source] = Some(target);
                Ok(())
            }
        }
    }
    fn undo(&mut self, source: usize) -> Result<(), &'static str> {
        self.merged_into[source].take().map(drop).ok_or("contact_not_merged")
    }
}

async fn check(world: &mut World, model: &Model, trace: &[String]) {
    for (at, id) in model.ids.iter().enumerate() {
        let root = model.root(at);
        let path = format!("/api/v1/contacts/{id}");
        let reply = world.bo.get(&path).await;
        if root != at {
            let lands = format!("/api/v1/contacts/{}", model.ids[root]);
            assert_eq!(reply.assert_status(307).header("location"), Some(lands.as_str()), "{trace:#?}");
            continue;
        }
        let body = reply.assert_status(200).json();
        let emails: BTreeSet<_> =
            body["emails"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect();
        assert_eq!(emails, model.emails_of(at), "addresses of {at}: {trace:#?}");
        let merged: BTreeSet<_> =
            body["merged"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect();
        let expected: BTreeSet<_> =
            model.family(at).into_iter().filter(|one| *one != at).map(|one| model.ids[one].clone()).collect();
        assert_eq!(merged, expected, "{trace:#?}");
        let mut timeline = world.timeline(id).await;
        timeline.reverse();
        assert_eq!(timeline, model.tickets_of(at), "tickets of {at}: {trace:#?}");
        assert_eq!(world.finds(&format!("requester:{id}")).await, timeline, "{trace:#?}");
    }
}

async fn play(world: &mut World, seed: u64) {
    let (mut model, mut dice, mut trace) = (Model::default(), Dice(seed), Vec::new());
    let mut made = 0;
    let mut new_email = |at: usize| {
        made += 1;
        format!("p{at}-{made}-{seed}@x{seed}.example")
    };
    for at in 0..6 {
        let email = new_email(at);
        model.ids.push(world.adds(json!({ "name": format!("Person {at}"), "email": email })).await);
        model.merged_into.push(None);
        model.emails.push(BTreeSet::from([email]));
    }
    let mut done = [0_usize; 4];
    for _ in 0..45 {
        let (one, other) = (dice.below(6), dice.below(6));
        match dice.below(10) {
            0..4 => {
                let expected = model.merge(one, other);
                let (status, answer) = world.merges(&model.ids[one], &model.ids[other]).await;
                trace.push(format!("merge {one} into {other}: {expected:?}"));
                let found = if status == 200 { Ok(()) } else { Err(answer["code"].as_str().unwrap_or("")) };
                assert_eq!(found, expected, "{trace:#?}");
                done[usize::from(expected.is_err())] += 1;
            }
            4..6 => {
                let expected = model.undo(one);
                let (status, answer) = world.parts(&model.ids[one]).await;
                trace.push(format!("take {one} out: {expected:?}"));
                let found = if status == 200 { Ok(()) } else { Err(answer["code"].as_str().unwrap_or("")) };
                assert_eq!(found, expected, "{trace:#?}");
                done[2 + usize::from(expected.is_err())] += 1;
            }
            6..8 => {
                let Some(email) = model.emails[one].iter().next().cloned() else { continue };
                let number = world.opens(&email, &format!("Of {one}"), "words").await;
                model.tickets.insert(number, one);
                trace.push(format!("{email} of {one} asks #{number}"));
            }
            _ => {
                // One address goes, wherever it is, and one comes.
                let mut emails: Vec<_> = model.emails_of(model.root(one)).into_iter().collect();
                let gone = (emails.len() > 1).then(|| emails.remove(dice.below(emails.len())));
                let come = new_email(one);
                emails.push(come.clone());
                let path = format!("/api/v1/contacts/{}", model.ids[one]);
                let (status, _) = world.asks("PATCH", &path, json!({ "emails": emails })).await;
                trace.push(format!("{one} loses {gone:?} and gets {come}: {status}"));
                if model.merged_into[one].is_some() {
                    assert_eq!(status, 409, "{trace:#?}");
                    continue;
                }
                assert_eq!(status, 200, "{trace:#?}");
                model.emails.iter_mut().for_each(|of| of.retain(|email| Some(email) != gone.as_ref()));
                model.emails[one].insert(come);
            }
        }
        check(world, &model, &trace).await;
    }
    assert!(done.iter().all(|count| *count > 0), "each was done and refused: {done:?}");
    // All taken back: everybody has what is theirs.
    for one in 0..6 {
        if model.undo(one).is_ok() {
            assert_eq!(world.parts(&model.ids[one]).await.0, 200);
        }
    }
    check(world, &model, &trace).await;
    for (at, id) in model.ids.iter().enumerate() {
        let mut own: Vec<_> =
            model.tickets.iter().filter(|(_, of)| **of == at).map(|(number, _)| *number).collect();
        own.reverse();
        assert_eq!(world.timeline(id).await, own);
    }
}

#[test]
fn contacts_are_what_a_model_says_after_any_merges_and_undos() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        for seed in [3, 77, 4711] {
            play(&mut world, seed).await;
        }
    });
}
