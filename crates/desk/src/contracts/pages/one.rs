//! One contract: what it covers, what holds, what is used, and what happened.
use super::{Meter, civil, mood, term};
use crate::{
    contracts::{
        Contract, Terms, Unit, ViewContracts, cover,
        money::amount,
        policy::{Covers, State},
        statement::volume,
        store,
        terms::Length,
        usage::{self, Used},
    },
    sla,
    tickets::TicketError,
};
use axum::extract::Query;
use jiff::civil::Date;
use kernel::{fault::Problem, id::Id};
use people::users;
use platform::{
    authority::{Grant, Organisation, User},
    events::Recorded,
    i18n,
    web::{Failure, InPath, Page, Ui},
};
use serde_json::Value;
use std::collections::HashMap;

/// Periods of the picture.
const PICTURED: usize = 12;
/// Statements that are listed.
const LISTED: usize = 36;

#[derive(Default, serde::Deserialize)]
pub struct Done {
    #[serde(default)]
    done: String,
}

/// A bar of the picture: what was used of what was available in a period. 34 units a period, 80 high.
pub struct Bar {
    x: usize,
    room_y: i64,
    room: i64,
    inside_y: i64,
    inside: i64,
    over_y: i64,
    over: i64,
    title: String,
}
/// The picture of one thing over the last periods.
pub struct Picture {
    unit: Unit,
    bars: Vec<Bar>,
}
impl Picture {
    fn of(ui: &Ui, unit: Unit, periods: &[Used]) -> Option<Picture> {
        let found: Vec<_> = periods
            .iter()
            .filter_map(|used| {
                used.accounts.iter().find(|it| it.unit == unit).map(|account| (used.from, account))
            })
            .collect();
        let highest =
            found.iter().map(|(_, it)| it.available().max(it.used)).max().filter(|_| found.len() > 1)?;
        let high = |number: i64| number * 80 / highest.max(1);
        let bar = |(at, (from, account)): (usize, &(Date, &crate::contracts::period::Account))| {
            let (room, used) = (high(account.available()), high(account.used));
            let inside = used.min(room);
            Bar {
                x: at * 34 + 2,
                room_y: 88 - room,
                room,
                inside_y: 88 - inside,
                inside,
                over_y: 88 - used,
                over: used - inside,
                title: format!("{}: {}", ui.civil_date(*from), Meter::of(ui, account).text),
            }
        };
        Some(Picture { unit, bars: found.iter().enumerate().map(bar).collect() })
    }
    pub fn width(&self) -> usize {
        self.bars.len() * 34
    }
}

/// A line of what happened.
struct Happened {
    text: String,
    at: kernel::clock::Millis,
    icon: &'static str,
}

#[derive(askama::Template)]
#[template(path = "contracts/contract.html")]
pub struct One {
    ui: Ui,
    contract: Contract,
    state: State,
    organisations: Vec<(Id<Organisation>, String)>,
    contacts: Vec<(String, Option<String>)>,
    /// By their first days.
    terms: Vec<Terms>,
    holds: Option<Id<Terms>>,
    policies: HashMap<String, String>,
    calendars: HashMap<String, String>,
    inbox: Option<String>,
    meters: Vec<Meter>,
    span: String,
    pictures: Vec<Picture>,
    /// The newest first.
    periods: Vec<Used>,
    history: Vec<Happened>,
    today: Date,
    done: &'static str,
}
impl One {
    fn term(&self) -> String {
        term(&self.ui, &self.contract)
    }
    fn mood(&self) -> (&'static str, &'static str) {
        mood(self.state)
    }
    fn day(&self, day: &str) -> String {
        civil(&self.ui, day)
    }
    fn notice(&self) -> Option<String> {
        self.contract.notice_by().map(|day| self.ui.civil_date(day))
    }
    fn is_named(&self) -> bool {
        self.contract.covers == Covers::Named
    }
    fn holds(&self, terms: &Terms) -> bool {
        self.holds == Some(terms.id)
    }
    fn can_go(&self, terms: &Terms) -> bool {
        terms.begins() > self.today && self.terms.first().is_some_and(|first| first.id != terms.id)
    }
    /// What is included, each in words.
    fn volumes(&self, terms: &Terms) -> Vec<String> {
        let each = Unit::ALL.iter().filter_map(|unit| {
            let included = terms.included(*unit)?;
            let name = self.ui.t_of("contract-unit", unit.word());
            let mut text = format!("{name}: {}", volume(*unit, included));
            if terms.rollover(*unit) > 0 {
                let most = volume(*unit, terms.rollover(*unit));
                text += &format!(", {}", self.ui.t1("contract-goes-over", "most", most.as_str()));
            }
            if let Some(price) = terms.price(*unit) {
                let price = amount(self.ui.language, price, &terms.currency);
                let word = self.ui.t_of("contract-per", unit.word());
                text += &format!(", {price} {word}");
            }
            Some(text)
        });
        each.collect()
    }
    fn length(&self, length: &Length) -> &'static str {
        self.ui.t_of("contract-period", length.word())
    }
    fn policy(&self, terms: &Terms) -> &str {
        let name = terms.policy_id.and_then(|id| self.policies.get(&id.to_string()));
        name.map_or(self.ui.t("contract-policy-none"), String::as_str)
    }
    fn calendar(&self, terms: &Terms) -> &str {
        let name = terms.calendar_id.and_then(|id| self.calendars.get(&id.to_string()));
        name.map_or("", String::as_str)
    }
    fn span_of(&self, used: &Used) -> String {
        format!("{} – {}", self.ui.civil_date(used.from), self.ui.civil_date(used.last()))
    }
    fn is_running(&self, used: &Used) -> bool {
        self.today < used.until
    }
    fn meters_of(&self, used: &Used) -> Vec<Meter> {
        used.accounts.iter().map(|account| Meter::of(&self.ui, account)).collect()
    }
    fn owed(&self, used: &Used) -> String {
        used.amount().map_or_else(|| "–".into(), |minor| amount(self.ui.language, minor, &used.currency))
    }
}

/// `GET /admin/contracts/{id}`.
pub async fn get(
    grant: Grant<ViewContracts>,
    ui: Ui,
    InPath(id): InPath<Id<Contract>>,
    Query(done): Query<Done>,
) -> Result<Page<One>, Failure> {
    let page = grant
        .read::<_, TicketError>(move |tx| {
            let contract = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
            let (terms, today) = (store::terms(tx, id)?, cover::today(tx)?);
            let organisations = store::organisations(tx, &[id])?.into_iter().map(|(_, id, name)| (id, name));
            let organisations = organisations.collect();
            let contacts =
                store::contacts(tx, id)?.into_iter().map(|(_, name, email)| (name, email)).collect();
            let policies =
                sla::store::policies(tx)?.into_iter().map(|it| (it.id.to_string(), it.name)).collect();
            let calendars = crate::calendars::store::all(tx)?
                .into_iter()
                .map(|it| (it.id.to_string(), it.name))
                .collect();
            let inbox = store::senders(tx)?.into_iter().find(|(id, _)| Some(*id) == contract.inbox_id);
            let mut periods = usage::of(tx, &contract, &terms, None, today)?;
            let now = periods.last().filter(|used| used.from <= today && today < used.until);
            let meters = now.iter().flat_map(|used| &used.accounts).map(|it| Meter::of(&ui, it)).collect();
            let span = now.map(|it| format!("{} – {}", ui.civil_date(it.from), ui.civil_date(it.last())));
            let last = &periods[periods.len().saturating_sub(PICTURED)..];
            let pictures = Unit::ALL.iter().filter_map(|unit| Picture::of(&ui, *unit, last)).collect();
            periods.reverse();
            periods.truncate(LISTED);
            let events = store::history(tx, id)?;
            let actors: Vec<Id<User>> = events
                .iter()
                .filter_map(|event| event.actor.strip_prefix("user/")?.parse().ok())
                .map(Id::new)
                .collect();
            let names = users::store::names(tx, &actors)?;
            let names: HashMap<_, _> =
                names.into_iter().map(|user| (format!("user/{}", user.id), user.name)).collect();
            let history = events.iter().map(|event| happened(&ui, event, &names)).collect();
            let holds = terms.iter().rev().find(|terms| terms.begins() <= today).map(|terms| terms.id);
            Ok(One {
                state: contract.state(today),
                organisations,
                contacts,
                holds,
                terms,
                policies,
                calendars,
                inbox: inbox.map(|(_, name)| name),
                meters,
                span: span.unwrap_or_default(),
                pictures,
                periods,
                history,
                today,
                done: match done.done.as_str() {
                    "created" => "contract-created",
                    "saved" => "contract-saved",
                    "terms" => "contract-terms-saved",
                    "removed" => "contract-terms-gone",
                    _ => "",
                },
                contract,
                ui,
            })
        })
        .await?;
    Ok(Page(page))
}

/// An event in a sentence.
fn happened(ui: &Ui, event: &Recorded, names: &HashMap<String, String>) -> Happened {
    let data = event.data();
    let word = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
    let by = names.get(&event.actor).map_or(ui.t("history-program"), String::as_str);
    let say = |key: &str, more: &[(&str, &str)]| {
        let mut arguments = vec![("by", i18n::Arg::from(by))];
        arguments.extend(more.iter().map(|(name, value)| (*name, i18n::Arg::from(*value))));
        i18n::format(ui.language, key, &arguments)
    };
    let day = civil(ui, word("begins_on"));
    let (icon, text) = match event.kind.as_str() {
        "contract.created" => ("plus", say("contract-did-create", &[])),
        "contract.changed" => {
            let fields = data.get("fields").and_then(Value::as_array).into_iter().flatten();
            let fields: Vec<_> =
                fields.filter_map(Value::as_str).map(|field| ui.t_of("contract-field", field)).collect();
            ("pencil", say("contract-did-change", &[("fields", &fields.join(", "))]))
        }
        "contract.terms_added" => ("calendar", say("contract-did-add-terms", &[("day", &day)])),
        "contract.terms_removed" => ("undo-2", say("contract-did-remove-terms", &[("day", &day)])),
        _ => {
            let percent = data.get("percent").and_then(Value::as_i64).unwrap_or(0).to_string();
            let unit = ui.t_of("contract-unit", word("unit"));
            let more = [("percent", percent.as_str()), ("unit", unit), ("day", &civil(ui, word("period")))];
            ("circle-alert", say("contract-did-reach", &more))
        }
    };
    Happened { text, at: event.at_ms, icon }
}
