//! What can be done with contracts: one verb, one transaction, its events.
use super::{
    Changes, Contract, ContractApplied, ContractChanged, ContractCreated, ContractTermsAdded,
    ContractTermsRemoved, ManageContracts, Terms, TermsDraft,
    cover::{self, Applied},
    policy::{Covers, Draft, NewContract, meet, services, share_a_day},
    store,
    terms::NewTerms,
    usage, watch,
};
use crate::{
    calendars,
    sla::{self, reapply::Reapply},
    tickets::{Ticket, TicketError, store as tickets},
};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
};
use platform::{
    authority::{System, Tx, User},
    db,
    jobs::{self, Job, Trouble},
};
use serde::{Deserialize, Serialize};

/// Adds a contract with its first terms. Tickets of its organisations that it covers go on with it.
///
/// * errors – 422 naming the field, also for one that covers what another does.
pub fn create(tx: &mut Tx<ManageContracts>, draft: Draft) -> Result<Id<Contract>, TicketError> {
    let (new, terms) = draft.parse()?;
    let owner = check(tx, &new, None)?;
    check_terms(tx, &terms, "terms/")?;
    let id = store::insert(tx, &new, owner)?;
    store::put_terms(tx, id, &terms)?;
    tx.emit(ContractCreated { contract: id, name: new.name.clone() })?;
    renew(tx, "terms/calendar", Some(&terms))?;
    cover_past(tx, &new)?;
    Ok(id)
}

/// Changes what is given and differs; nothing else of it is looked at, as what is around may have changed since. What a
/// ticket that is solved was covered by stays.
///
/// * errors – 422 naming the field.
pub fn edit(tx: &mut Tx<ManageContracts>, id: Id<Contract>, changes: Changes) -> Result<(), TicketError> {
    let before = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    let of = store::organisations(tx, &[id])?;
    let mut organisations: Vec<_> = of.into_iter().map(|(_, id, _)| id).collect();
    organisations.sort_unstable_by_key(|id| id.number());
    let mut contacts: Vec<_> = store::contacts(tx, id)?.into_iter().map(|(id, ..)| id).collect();
    contacts.sort_unstable_by_key(|id| id.number());
    let (draft, is_archived) = changes.apply(&before, organisations.clone(), contacts.clone());
    let mut mistakes = Mistakes::default();
    let new = draft.check(&mut mistakes, is_archived);
    mistakes.check()?;
    let new = new.ok_or_else(Problem::internal)?;
    let fields = [
        ("name", new.name != before.name),
        ("organisations", new.organisations != organisations),
        ("owner", new.owner != Some(before.owner_id)),
        ("ends_on", new.ends != before.ends()),
        ("notice_days", new.notice_days != before.notice_days),
        ("covers", new.covers != before.covers),
        ("contacts", new.contacts != contacts),
        ("services", crate::filter::stored(&new.services) != before.services),
        ("inbox", new.inbox != before.inbox_id),
        ("is_archived", new.is_archived != before.is_archived),
    ];
    let fields: Vec<_> = fields.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect();
    if fields.is_empty() {
        return Ok(());
    }
    if fields.contains(&"ends_on") {
        check_end(tx, id, &new)?;
    }
    let owner = check(tx, &new, Some((id, &fields)))?;
    store::update(tx, id, &new, owner)?;
    let is_about_cover = fields.iter().any(|field| COVER.contains(field));
    tx.emit(ContractChanged { contract: id, fields })?;
    if is_about_cover {
        renew(tx, "organisations", None)?;
        cover_past(tx, &new)?;
    } else {
        // Tickets go on with the same; its name stands in what explains their deadlines.
        sla::terms::reissue(tx)?;
    }
    Ok(())
}

/// The fields that decide which tickets a contract covers.
const COVER: [&str; 6] = ["organisations", "ends_on", "covers", "contacts", "services", "is_archived"];

/// Days that are over stay as they were: their statements have been sent. Terms that would begin after the end would never
/// hold.
fn check_end(tx: &mut Tx<ManageContracts>, id: Id<Contract>, new: &NewContract) -> Result<(), TicketError> {
    let Some(ends) = new.ends else { return Ok(()) };
    let yesterday = cover::today(tx)?.yesterday().map_err(|_| Problem::internal())?;
    if ends < yesterday {
        return Err(Problem::field("ends_on", "end_in_past").because(ends.to_string()).into());
    }
    match store::terms(tx, id)?.into_iter().find(|terms| ends < terms.begins()) {
        Some(terms) => Err(Problem::field("ends_on", "end_before_terms").because(terms.begins_on).into()),
        None => Ok(()),
    }
}

/// Other terms from a day on. Those that hold today, and what was reckoned by them, stay as they are.
///
/// * errors – 422 for a day before today, for today where terms begin today already, outside of the contract's term.
pub fn add_terms(
    tx: &mut Tx<ManageContracts>,
    id: Id<Contract>,
    draft: TermsDraft,
) -> Result<(), TicketError> {
    let contract = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    let new = draft.parse(None, "")?;
    let today = cover::today(tx)?;
    let mut mistakes = Mistakes::default();
    mistakes.require(new.begins >= today, "begins_on", "terms_in_past");
    let begun = store::terms(tx, id)?.into_iter().any(|terms| terms.begins() == today);
    mistakes.require(new.begins != today || !begun, "begins_on", "terms_today");
    mistakes.require(new.begins >= contract.begins(), "begins_on", "terms_before_contract");
    mistakes.require(
        contract.ends().is_none_or(|ends| new.begins <= ends),
        "begins_on",
        "terms_after_contract",
    );
    mistakes.check()?;
    check_terms(tx, &new, "")?;
    store::put_terms(tx, id, &new)?;
    tx.emit(ContractTermsAdded { contract: id, begins_on: new.begins.to_string() })?;
    renew(tx, "calendar", Some(&new))?;
    watch::look(tx, id)?;
    Ok(())
}

/// Takes terms back that have not begun.
///
/// * errors – 409 `terms_begun` for those that have, and for the first of a contract.
pub fn remove_terms(
    tx: &mut Tx<ManageContracts>,
    id: Id<Contract>,
    terms: Id<Terms>,
) -> Result<(), TicketError> {
    store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    let all = store::terms(tx, id)?;
    let gone = all.iter().find(|known| known.id == terms).ok_or_else(Problem::not_found)?;
    let is_first = all.first().is_some_and(|first| first.id == terms);
    if is_first || gone.begins() <= cover::today(tx)? {
        return Err(Problem::conflict("terms_begun").into());
    }
    store::delete_terms(tx, terms)?;
    tx.emit(ContractTermsRemoved { contract: id, begins_on: gone.begins_on.clone() })?;
    renew(tx, "calendar", None)
}

/// A ticket is covered by another contract from now on, or by none.
pub(crate) fn applied<P>(tx: &mut Tx<P>, ticket: Id<Ticket>, applied: Option<Applied>) -> db::Result<()> {
    let contract = applied.as_ref().map(|applied| applied.contract);
    if let Some(contract) = contract {
        watch::look(tx, contract)?;
    }
    let name = applied.map(|applied| applied.name).unwrap_or_default();
    tx.emit(ContractApplied { ticket, contract, name })
}

/// What is promised may be another thing now, and on the day on which terms begin.
fn renew(tx: &mut Tx<ManageContracts>, field: &str, begun: Option<&NewTerms>) -> Result<(), TicketError> {
    sla::actions::refresh_variants(tx, field)?;
    sla::actions::renew(tx)?;
    if let Some(new) = begun {
        let zone = cover::zone(tx)?;
        let at = usage::start(new.begins, &zone);
        if at > tx.now() {
            jobs::enqueue(tx, &Reapply::ALL, at, None)?;
        }
    }
    Ok(())
}

/// * `changed` – the contract and the fields that differ; `None` for a new one, of which all is looked at.
/// * returns – the owner.
/// * errors – 422 naming the field; of a contract that covers what another does, with both in words.
fn check(
    tx: &mut Tx<ManageContracts>,
    new: &NewContract,
    changed: Option<(Id<Contract>, &[&str])>,
) -> Result<Id<User>, TicketError> {
    let but = changed.map(|(id, _)| id);
    let differs = |fields: &[&str]| changed.is_none_or(|(_, all)| fields.iter().any(|it| all.contains(it)));
    let mut mistakes = Mistakes::default();
    if differs(&["name"]) {
        mistakes.require(!store::is_taken(tx, &new.name, but)?, "name", "taken");
    }
    if differs(&["organisations"]) {
        let known = store::count_organisations(tx, &new.organisations)?;
        mistakes.require(known == new.organisations.len() as i64, "organisations", "unknown_id");
    }
    if differs(&["organisations", "covers", "contacts"]) {
        let members = store::count_members(tx, &new.contacts, &new.organisations)?;
        mistakes.require(members == new.contacts.len() as i64, "contacts", "contact_elsewhere");
    }
    let owner = new.owner.or(tx.actor().user()).unwrap_or(Id::new(0));
    if differs(&["owner"]) {
        mistakes.require(tickets::user_exists(tx, owner)?, "owner", "unknown_id");
    }
    if let Some(inbox) = new.inbox
        && differs(&["inbox"])
    {
        mistakes.require(store::can_send(tx, inbox)?, "inbox", "inbox_cannot_send");
    }
    mistakes.check()?;
    if !new.is_archived
        && differs(&COVER)
        && let Some(problem) = overlap(tx, new, but)?
    {
        return Err(problem.into());
    }
    Ok(owner)
}

/// The contract that covers what a new one would, as a problem.
fn overlap(
    tx: &mut Tx<ManageContracts>,
    new: &NewContract,
    but: Option<Id<Contract>>,
) -> Result<Option<Problem>, TicketError> {
    // Held until the end of the transaction: of two who agree the same at once, the second sees the first.
    sla::terms::reissue(tx)?;
    let all = store::in_use(tx)?;
    let organisations = store::all_organisations(tx)?;
    for other in all.into_iter().filter(|other| Some(other.id) != but && other.covers == new.covers) {
        let shared = organisations.iter().find(|(id, of)| *id == other.id && new.organisations.contains(of));
        let Some((_, shared)) = shared else { continue };
        let (begins, ends) =
            (super::terms::day(&other.begins_on), other.ends_on.as_deref().map(super::terms::day));
        if !share_a_day((new.begins, new.ends), (begins, ends)) {
            continue;
        }
        let Ok(its) = services(&other.services) else { continue };
        if !meet(&new.services, &its) {
            continue;
        }
        if new.covers == Covers::Named && !store::names_one_of(tx, other.id, &new.contacts)? {
            continue;
        }
        let client = people::organisations::store::names(tx, &[*shared])?;
        let client = client.first().map_or("", |(_, name)| name);
        let language = tx.actor().language;
        let until = match &other.ends_on {
            Some(day) => day.clone(),
            None => platform::i18n::text(language, "contract-open-end").to_owned(),
        };
        let detail = platform::i18n::format(
            language,
            "contract-overlaps",
            &[
                ("name", other.name.as_str().into()),
                ("client", client.into()),
                ("from", other.begins_on.as_str().into()),
                ("until", until.as_str().into()),
            ],
        );
        let field = if new.covers == Covers::Named { "contacts" } else { "organisations" };
        return Ok(Some(Problem::field(field, "contract_overlap").because(detail)));
    }
    Ok(None)
}

fn check_terms(tx: &mut Tx<ManageContracts>, new: &NewTerms, at: &str) -> Result<(), TicketError> {
    let mut mistakes = Mistakes::default();
    if let Some(policy) = new.policy {
        mistakes.require(sla::store::policy(tx, policy)?.is_some(), &format!("{at}policy"), "unknown_id");
    }
    if let Some(id) = new.calendar {
        mistakes.require(calendars::store::by_id(tx, id)?.is_some(), &format!("{at}calendar"), "unknown_id");
    }
    Ok(mistakes.check()?)
}

/// Tickets of one transaction.
const CHUNK: usize = 200;

/// Solved tickets that came since a contract began before it was written down: they count, and nothing is promised to them
/// any more. Open ones are looked at by [`Reapply`].
#[derive(Debug, Serialize, Deserialize)]
pub struct CoverPast {
    organisations: Vec<i64>,
    since_ms: i64,
    after: i64,
}
impl Job for CoverPast {
    const KIND: &'static str = "contracts.cover_past";

    fn run(self, tx: &mut Tx<System>) -> Result<(), Trouble> {
        let organisations: Vec<_> = self.organisations.iter().map(|id| Id::new(*id)).collect();
        let since = kernel::clock::Millis(self.since_ms);
        let found = store::uncovered(tx, &organisations, since, Id::new(self.after), CHUNK)?;
        let covering = cover::load(tx)?;
        for ticket in &found {
            let Some(about) = sla::store::about(tx, *ticket)? else { continue };
            let covered = cover::choose(tx, &covering, &about.subject(), about.created_at_ms)?;
            if let Some(covered) = covered {
                let now_covered = covered.applied();
                sla::store::mark_contract(tx, *ticket, Some(now_covered.contract))?;
                applied(tx, *ticket, Some(now_covered))?;
            }
        }
        if let Some(last) = found.last().filter(|_| found.len() == CHUNK) {
            let now = tx.now();
            jobs::enqueue(tx, &CoverPast { after: last.number(), ..self }, now, None)?;
        }
        Ok(())
    }
}
platform::register_job!(CoverPast);

fn cover_past(tx: &mut Tx<ManageContracts>, new: &NewContract) -> db::Result<()> {
    let zone = cover::zone(tx)?;
    let (since, now) = (usage::start(new.begins, &zone), tx.now());
    if since > now || new.is_archived {
        return Ok(());
    }
    let organisations = new.organisations.iter().map(|id| id.number()).collect();
    jobs::enqueue(tx, &CoverPast { organisations, since_ms: since.0, after: 0 }, now, None)
}
