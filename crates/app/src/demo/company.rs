//! The people of the demo: those who work there and those who ask.
use super::Dice;
use channels::email::inboxes::{self, ManageInboxes};
use kernel::{fault::Problem, id::Id};
use people::{
    contacts::{self, ContactRow},
    organisations,
    permissions::{ManageContacts, ManagePeople},
    roles::{self, Builtin},
    teams, users,
};
use platform::{
    Home,
    authority::{Actor, Grant, Inbox, Permission, Scope, System, Team, User, Who},
    db,
};
use serde::Deserialize;
use std::{collections::HashMap, sync::Arc};

/// `demo/company.json`.
#[derive(Deserialize)]
pub struct Plan {
    pub desk: String,
    domain: String,
    teams: Vec<String>,
    pub people: Vec<Person>,
    organisations: Vec<Organisation>,
    first_names: HashMap<String, Vec<String>>,
    last_names: HashMap<String, Vec<String>>,
}
#[derive(Deserialize)]
pub struct Person {
    pub name: String,
    pub role: String,
    pub language: String,
    zone: String,
    teams: Vec<usize>,
}
#[derive(Deserialize)]
struct Organisation {
    name: String,
    domain: String,
    language: String,
}
impl Plan {
    pub fn read() -> Plan {
        serde_json::from_str(include_str!("../../../../demo/company.json"))
            .expect("it is part of the program")
    }
    pub fn admin(&self) -> &Person {
        &self.people[0]
    }
    /// `joris@lindgren.example`.
    pub fn address(&self, name: &str) -> String {
        let first = name.split(' ').next().unwrap_or(name).to_lowercase();
        format!("{first}@{}", self.domain)
    }
}

/// Somebody who has tickets.
#[derive(Clone)]
pub struct Agent {
    pub id: Id<User>,
    pub name: String,
    pub email: String,
    pub team: Id<Team>,
}
impl Agent {
    /// As the log names them.
    pub fn actor(&self) -> Actor {
        let permissions =
            platform::authority::PERMISSIONS.iter().map(|known| (known.key.to_owned(), Scope::All)).collect();
        Actor {
            who: Who::User(self.id),
            name: self.name.clone(),
            email: self.email.clone(),
            permissions,
            ..Actor::system()
        }
    }
}
/// Everybody who plays a part in the tickets.
pub struct Cast {
    pub agents: Vec<Agent>,
    pub teams: Vec<Id<Team>>,
    pub inbox: Id<Inbox>,
    pub inbox_address: String,
    /// By language.
    pub customers: HashMap<String, Vec<ContactRow>>,
}

fn admin(home: &Home, id: Id<User>) -> impl Fn() -> Arc<Actor> {
    let _ = home;
    let keys = [ManagePeople::KEY, ManageContacts::KEY, ManageInboxes::KEY, "people.view", "contacts.view"];
    let all: Vec<_> = platform::authority::PERMISSIONS.iter().map(|known| known.key.to_owned()).collect();
    let permissions: Vec<_> =
        all.into_iter().chain(keys.map(str::to_owned)).map(|key| (key, Scope::All)).collect();
    move || Arc::new(Actor { who: Who::User(id), permissions: permissions.clone(), ..Actor::system() })
}

/// The first person of the desk, who may do everything.
pub fn everything() -> Arc<Actor> {
    let permissions = roles::policy::everything();
    Arc::new(Actor { who: Who::User(Id::new(1)), permissions, ..Actor::system() })
}

/// Makes teams, people, organisations, contacts and an inbox.
pub async fn fill(home: &Home, plan: &Plan, password: &str) -> Result<Cast, Problem> {
    let system = Grant::<System>::system(home);
    let address = plan.address(&plan.admin().name);
    let founder = system.read::<_, db::Error>(move |tx| users::store::by_email(tx, &address)).await?;
    let founder = founder.ok_or_else(Problem::not_found)?;
    let actor = admin(home, founder.id);
    let people = Grant::<ManagePeople>::check(home, actor(), true)?;

    let mut team_ids = Vec::new();
    for name in &plan.teams {
        let draft = teams::Draft { name: name.clone(), members: Vec::new() };
        let new = draft.parse()?;
        team_ids.push(people.change(move |tx| teams::actions::create(tx, new)).await?);
    }
    let hash = people::sign_in::passwords::hash(kernel::secret::Secret::new(password.to_owned())).await?;
    // The administrator answers too: whoever looks around as her finds something to do.
    let (id, name, email) = (founder.id, plan.admin().name.clone(), plan.address(&plan.admin().name));
    let mut agents = vec![Agent { id, name, email, team: team_ids[0] }];
    for person in plan.people.iter().skip(1) {
        let code = Builtin::from_word(&person.role).ok_or_else(Problem::not_found)?;
        let role = system.read::<_, db::Error>(move |tx| roles::store::builtin(tx, code)).await?;
        let draft = users::Draft {
            name: person.name.clone(),
            email: plan.address(&person.name),
            role: Some(role),
            language: platform::i18n::Language::from_word(&person.language),
            zone: Some(person.zone.clone()),
            teams: person.teams.iter().map(|index| team_ids[*index]).collect(),
            ..users::Draft::default()
        };
        let (new, hash) = (draft.parse()?, hash.clone());
        let id = people.change(move |tx| users::actions::create(tx, new, Some(hash))).await?;
        if person.role == "agent" {
            let team = team_ids[person.teams[0]];
            let (name, email) = (person.name.clone(), plan.address(&person.name));
            agents.push(Agent { id, name, email, team });
        }
    }
    let draft = serde_json::json!({
        "name": "Support", "address": format!("support@{}", plan.domain), "receive": { "kind": "smtp" },
        "send": { "host": "127.0.0.1", "port": 2526, "tls": "none" },
        "team": team_ids[0].to_string(), "language": plan.admin().language,
        "signature": "{{agent.name}}\n{{desk.name}}",
    });
    let draft = serde_json::from_value(draft).map_err(|_| Problem::internal())?;
    let manage = Grant::<ManageInboxes>::check(home, actor(), true)?;
    let inbox = inboxes::api::create(&manage, draft).await?;
    let customers = customers(home, plan, &Grant::check(home, actor(), true)?).await?;
    Ok(Cast { agents, teams: team_ids, inbox: inbox.id, inbox_address: inbox.address, customers })
}

async fn customers(
    home: &Home,
    plan: &Plan,
    manage: &Grant<ManageContacts>,
) -> Result<HashMap<String, Vec<ContactRow>>, Problem> {
    let mut dice = Dice::new(7);
    let mut all: HashMap<String, Vec<ContactRow>> = HashMap::new();
    for organisation in &plan.organisations {
        let draft = organisations::Draft {
            name: organisation.name.clone(),
            domains: vec![organisation.domain.clone()],
            ..organisations::Draft::default()
        };
        let new = draft.parse()?;
        manage.change(move |tx| organisations::actions::create(tx, new)).await?;
        let (first, last) =
            (&plan.first_names[&organisation.language], &plan.last_names[&organisation.language]);
        let mut names = Vec::new();
        for _ in 0..8 {
            let name = format!("{} {}", dice.pick(first), dice.pick(last));
            let local: String = kernel::text::fold(&name)
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '.' })
                .collect();
            names.push((format!("{local}@{}", organisation.domain), name));
        }
        let made = Grant::<System>::system(home)
            .change::<_, db::Error>(move |tx| {
                names
                    .iter()
                    .map(|(email, name)| contacts::store::find_or_create(tx, email, name))
                    .collect::<Result<Vec<_>, _>>()
            })
            .await?;
        all.entry(organisation.language.clone()).or_default().extend(made);
    }
    // Somebody is there twice, as happens: something to find, to compare and to merge.
    for (language, country, area) in [("de", "+49", "30"), ("en", "+44", "20")] {
        if let Some(known) = all.get(language).and_then(|known| known.first()) {
            twin(manage, known.clone(), (country, area)).await?;
        }
    }
    Ok(all)
}

/// The same person once more, with another spelling of the address and of a phone number.
async fn twin(
    manage: &Grant<ManageContacts>,
    known: ContactRow,
    (country, area): (&str, &str),
) -> Result<(), Problem> {
    let email = known.email.clone().unwrap_or_default();
    let (local, domain) = email.split_once('@').ok_or_else(Problem::not_found)?;
    let phones = Some(vec![format!("{country} {area} 5550150")]);
    let edit = contacts::Changes { phones, ..contacts::Changes::default() };
    let edit = edit.parse()?;
    let second = contacts::Draft {
        name: known.name.clone(),
        emails: vec![format!("{local}+mobile@{domain}")],
        phones: vec![format!("0{area} 555-0150")],
        organisation: known.organisation_id,
        ..contacts::Draft::default()
    };
    let second = second.parse()?;
    manage
        .change(move |tx| {
            contacts::actions::edit(tx, known.id, edit)?;
            contacts::actions::create(tx, second)
        })
        .await?;
    Ok(())
}
