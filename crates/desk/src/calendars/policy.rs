//! What a calendar is and which hours are allowed. No I/O.
use derive::Record;
use kernel::{
    clock::Millis,
    day::Day,
    fault::{Mistakes, Problem},
    holidays::Region,
    id::Id,
    text,
    working_time::{self, Exceptions, Fault, Window},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most days with hours of their own.
pub const EXCEPTIONS_MOST: usize = 1_000;
/// The most windows of one day.
const WINDOWS_MOST: usize = 24;
/// The longest name, in characters.
const NAME_MOST: usize = 80;

/// A row of the table.
#[derive(Clone, Debug, Record)]
pub struct Calendar {
    pub id: Id<Calendar>,
    pub name: String,
    /// A [`Plan`] as JSON.
    pub content: String,
    pub is_default: bool,
    pub created_at_ms: Millis,
    pub updated_at_ms: Millis,
}
impl Calendar {
    pub fn plan(&self) -> Plan {
        serde_json::from_str(&self.content).unwrap_or_default()
    }
}

/// `["08:00", "12:00"]`.
pub type Words = [String; 2];

/// The hours of each weekday.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Weekly {
    #[schema(value_type = Vec<Vec<String>>)]
    pub mon: Vec<Words>,
    #[schema(value_type = Vec<Vec<String>>)]
    pub tue: Vec<Words>,
    #[schema(value_type = Vec<Vec<String>>)]
    pub wed: Vec<Words>,
    #[schema(value_type = Vec<Vec<String>>)]
    pub thu: Vec<Words>,
    #[schema(value_type = Vec<Vec<String>>)]
    pub fri: Vec<Words>,
    #[schema(value_type = Vec<Vec<String>>)]
    pub sat: Vec<Words>,
    #[schema(value_type = Vec<Vec<String>>)]
    pub sun: Vec<Words>,
}
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
impl Weekly {
    pub fn days(&self) -> [&Vec<Words>; 7] {
        [&self.mon, &self.tue, &self.wed, &self.thu, &self.fri, &self.sat, &self.sun]
    }
    pub fn of(days: [Vec<Words>; 7]) -> Weekly {
        let [mon, tue, wed, thu, fri, sat, sun] = days;
        Weekly { mon, tue, wed, thu, fri, sat, sun }
    }
    pub fn around_the_clock() -> Weekly {
        Weekly::of(std::array::from_fn(|_| vec![["00:00".into(), "24:00".into()]]))
    }
}

/// A date with hours of its own; without any it is closed. It stands above holidays and the week.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionDay {
    /// `2026-12-24`
    pub date: String,
    #[serde(default)]
    #[schema(value_type = Vec<Vec<String>>)]
    pub windows: Vec<Words>,
    /// What people call it.
    #[serde(default)]
    pub name: String,
}

/// Everything that makes a calendar, as it is stored and as the API has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// IANA name, e.g. `Europe/Berlin`.
    pub zone: String,
    pub weekly: Weekly,
    pub holidays: Option<String>,
    pub exceptions: Vec<ExceptionDay>,
}

impl Plan {
    /// The calendar itself; `None` for what is stored no longer. A plan that was checked is one.
    pub fn calendar(&self) -> Option<working_time::Calendar> {
        self.clone().check(&mut Mistakes::default()).map(|(_, calendar)| calendar)
    }

    /// Normal form and the calendar, or every mistake by field.
    pub fn check(mut self, mistakes: &mut Mistakes) -> Option<(Plan, working_time::Calendar)> {
        let mut own_mistakes = Mistakes::default();
        let mut week: [Vec<Window>; 7] = Default::default();
        for (at, words) in self.weekly.days().into_iter().enumerate() {
            week[at] = windows(words, &format!("weekly/{}", WEEKDAYS[at]), &mut own_mistakes);
        }
        own_mistakes.require(self.exceptions.len() <= EXCEPTIONS_MOST, "exceptions", "too_long");
        let mut exceptions = Exceptions::new();
        for (at, exception) in self.exceptions.iter_mut().enumerate().take(EXCEPTIONS_MOST) {
            exception.name = text::one_line(&exception.name, NAME_MOST);
            let found = windows(&exception.windows, &format!("exceptions/{at}"), &mut own_mistakes);
            match Day::from_word(exception.date.trim()) {
                None => own_mistakes.add(&format!("exceptions/{at}"), "date"),
                Some(day) => {
                    exception.date = day.to_string();
                    let is_new = exceptions.insert(day, found).is_none();
                    own_mistakes.require(is_new, &format!("exceptions/{at}"), "date_twice");
                }
            }
        }
        self.holidays = self.holidays.filter(|code| !code.trim().is_empty());
        let region = self.holidays.as_deref().and_then(Region::find);
        own_mistakes.require(region.is_some() || self.holidays.is_none(), "holidays", "unknown_region");
        let made = working_time::Calendar::new(self.zone.trim(), week.clone(), exceptions.clone(), region);
        match &made {
            Err(Fault::UnknownZone) => own_mistakes.add("zone", "unknown_zone"),
            Err(Fault::NeverOpen) if own_mistakes.is_empty() => own_mistakes.add("weekly", "never_open"),
            // Said above, by field.
            Err(Fault::Overlap(_) | Fault::ExceptionOverlap(_) | Fault::NeverOpen) | Ok(_) => {}
        }
        self.zone = self.zone.trim().to_owned();
        self.weekly = Weekly::of(week.map(|windows| words(&windows)));
        self.exceptions.sort_by(|one, other| one.date.cmp(&other.date));
        for exception in &mut self.exceptions {
            let found = Day::from_word(&exception.date).and_then(|day| exceptions.get(&day));
            exception.windows = found.map(|windows| words(windows)).unwrap_or_default();
        }
        let is_fine = own_mistakes.is_empty();
        mistakes.join(own_mistakes);
        made.ok().filter(|_| is_fine).map(|calendar| (self, calendar))
    }
}

/// The windows that the words mean; what is wrong with them is said of `field`.
fn windows(given: &[Words], field: &str, mistakes: &mut Mistakes) -> Vec<Window> {
    mistakes.require(given.len() <= WINDOWS_MOST, field, "too_long");
    let found = given.iter().map(|[from, to]| Window::from_words(from, to));
    let found: Option<Vec<_>> = found.collect();
    mistakes.require(found.is_some(), field, "hours");
    let mut found = found.unwrap_or_default();
    found.sort_by_key(|window| window.from);
    let is_apart = found.windows(2).all(|pair| pair[0].to <= pair[1].from);
    mistakes.require(is_apart, field, "hours_overlap");
    found
}
fn words(windows: &[Window]) -> Vec<Words> {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    windows.iter().map(|window| [clock(window.from), clock(window.to)]).collect()
}

/// Reads `08:00-12:00, 13:00-17:00`, as a form's field has it. An empty one is closed.
pub fn read_hours(text: &str) -> Vec<Words> {
    let part = |part: &str| {
        let (from, to) = part.split_once(['-', '–']).unwrap_or((part, ""));
        [from.trim().to_owned(), to.trim().to_owned()]
    };
    text.split([',', ';']).map(str::trim).filter(|text| !text.is_empty()).map(part).collect()
}
pub fn write_hours(windows: &[Words]) -> String {
    let part = |[from, to]: &Words| format!("{from}-{to}");
    windows.iter().map(part).collect::<Vec<_>>().join(", ")
}
/// Reads one exception a line: date, hours if there are any, name if it has one.
pub fn read_exceptions(text: &str) -> Vec<ExceptionDay> {
    let line = |line: &str| {
        let (date, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let is_hours = |word: &&str| word.trim_end_matches(',').contains(['-', '–']) && word.contains(':');
        let words: Vec<_> = rest.split_whitespace().collect();
        let hours: Vec<_> = words.iter().copied().take_while(|word| is_hours(word)).collect();
        ExceptionDay {
            date: date.to_owned(),
            name: words[hours.len()..].join(" "),
            windows: read_hours(&hours.join(",")),
        }
    };
    text.lines().map(str::trim).filter(|text| !text.is_empty()).map(line).collect()
}
pub fn write_exceptions(exceptions: &[ExceptionDay]) -> String {
    let line = |day: &ExceptionDay| {
        let parts = [day.date.clone(), write_hours(&day.windows), day.name.clone()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    exceptions.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A new calendar. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCalendar)]
pub struct Draft {
    pub name: String,
    /// IANA name, e.g. `Europe/Berlin`.
    pub zone: String,
    /// Pairs of beginning and end for each weekday, e.g. `{"mon": [["08:00", "12:00"], ["13:00", "17:00"]]}`.
    pub weekly: Weekly,
    /// A country or region whose public holidays are closed, e.g. `DE-BY`.
    #[serde(default)]
    pub holidays: Option<String>,
    #[serde(default)]
    pub exceptions: Vec<ExceptionDay>,
    /// Whether it is the desk's own, for policies that choose none.
    #[serde(default)]
    pub is_default: bool,
}

/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CalendarChanges)]
pub struct Changes {
    pub name: Option<String>,
    pub zone: Option<String>,
    pub weekly: Option<Weekly>,
    #[serde(default, deserialize_with = "platform::web::given")]
    #[schema(value_type = Option<String>)]
    pub holidays: Option<Option<String>>,
    pub exceptions: Option<Vec<ExceptionDay>>,
    pub is_default: Option<bool>,
}

/// A draft that passed.
#[derive(Debug)]
pub struct NewCalendar {
    pub(super) name: String,
    pub(super) plan: Plan,
    pub(super) is_default: bool,
}
impl Draft {
    /// * errors – 422 naming every field: hours that overlap or are none, a calendar that is never open.
    pub fn parse(self) -> Result<NewCalendar, Problem> {
        let mut mistakes = Mistakes::default();
        let name = text::one_line(&self.name, NAME_MOST);
        mistakes.require(!name.is_empty(), "name", "required");
        let Draft { zone, weekly, holidays, exceptions, is_default, .. } = self;
        let checked = Plan { zone, weekly, holidays, exceptions }.check(&mut mistakes);
        mistakes.check()?;
        let (plan, _) = checked.ok_or_else(Problem::internal)?;
        Ok(NewCalendar { name, plan, is_default })
    }
}
impl Changes {
    /// What the calendar becomes. Errors as [`Draft::parse`].
    pub fn apply(self, to: &Calendar) -> Result<NewCalendar, Problem> {
        let plan = to.plan();
        Draft {
            name: self.name.unwrap_or_else(|| to.name.clone()),
            zone: self.zone.unwrap_or(plan.zone),
            weekly: self.weekly.unwrap_or(plan.weekly),
            holidays: self.holidays.unwrap_or(plan.holidays),
            exceptions: self.exceptions.unwrap_or(plan.exceptions),
            is_default: self.is_default.unwrap_or(to.is_default),
        }
        .parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        let hours: Vec<Words> = read_hours("13:00-17:00, 08:00–12:00");
        let weekly = Weekly { mon: hours.clone(), fri: hours, ..Weekly::default() };
        Draft { name: "Bavaria".into(), zone: "Europe/Berlin".into(), weekly, ..Draft::default() }
    }
    fn codes(draft: Draft) -> Vec<(String, &'static str)> {
        let problem = draft.parse().unwrap_err();
        problem.fields.into_iter().map(|field| (field.pointer, field.code)).collect()
    }

    #[test]
    fn hours_are_put_in_order() {
        let new = draft().parse().unwrap();
        assert_eq!(write_hours(&new.plan.weekly.mon), "08:00-12:00, 13:00-17:00");
        assert!(new.plan.calendar().is_some());
    }
    #[test]
    fn every_mistake_is_named_by_its_field() {
        let mut bad = draft();
        bad.zone = "Europe/Atlantis".into();
        bad.holidays = Some("DE-XX".into());
        bad.weekly.tue = read_hours("08:00-12:00, 11:00-13:00");
        bad.weekly.wed = read_hours("8 to 12");
        bad.exceptions = read_exceptions("2026-02-30\n2026-12-24 08:00-12:00 Christmas Eve\n2026-12-24");
        let expected = [
            ("/weekly/tue", "hours_overlap"),
            ("/weekly/wed", "hours"),
            ("/exceptions/0", "date"),
            ("/exceptions/2", "date_twice"),
            ("/holidays", "unknown_region"),
            ("/zone", "unknown_zone"),
        ];
        assert_eq!(codes(bad), expected.map(|(pointer, code)| (pointer.to_owned(), code)));
        let never = Draft { weekly: Weekly::default(), ..draft() };
        assert_eq!(codes(never), [("/weekly".to_owned(), "never_open")]);
    }
    #[test]
    fn exceptions_are_written_as_they_are_read() {
        let text = "2026-12-24 08:00-12:00, 13:00-14:00 Christmas Eve\n2026-12-31\n2027-01-04 Stocktaking";
        assert_eq!(write_exceptions(&read_exceptions(text)), text);
    }
}
