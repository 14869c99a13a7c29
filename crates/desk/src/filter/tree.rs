//! A filter as a typed tree. What is written down here can be parsed, printed, evaluated and compiled.
use crate::tickets::{Category, Channel, Kind, Priority};
use jiff::{
    civil::{Date, Time},
    tz::TimeZone,
};
use kernel::{
    clock::{DAY, HOUR, MINUTE, Millis},
    text,
};

/// What tickets have to be like. Built by [`Filter::all`], [`Filter::any`] and [`Filter::not`], which keep one form for
/// what means the same.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Every one holds; without any it is every ticket.
    All(Vec<Filter>),
    /// One at least holds. Two or more.
    Any(Vec<Filter>),
    Not(Box<Filter>),
    One(Condition),
}
impl Default for Filter {
    fn default() -> Self {
        Filter::All(Vec::new())
    }
}
impl Filter {
    /// All must hold.
    pub fn all(parts: impl IntoIterator<Item = Filter>) -> Filter {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Filter::All(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() == 1 { flat.remove(0) } else { Filter::All(flat) }
    }
    /// One must hold; of no parts, every ticket.
    pub fn any(parts: impl IntoIterator<Item = Filter>) -> Filter {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Filter::Any(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Filter::default(),
            1 => flat.remove(0),
            _ => Filter::Any(flat),
        }
    }
    /// What does not match `part`. The word is that of the language which people type.
    #[allow(clippy::should_implement_trait)]
    pub fn not(part: Filter) -> Filter {
        match part {
            Filter::Not(inner) => *inner,
            other => Filter::Not(Box::new(other)),
        }
    }
    /// Whether it depends on who asks.
    pub fn names_a_reader(&self) -> bool {
        self.conditions().into_iter().any(|condition| match condition {
            Condition::Is(State::Mine | State::Followed | State::Mentioned) => true,
            Condition::Team(list) | Condition::Assignee(list) => list.contains(&Holder::Mine),
            _ => false,
        })
    }
    pub fn is_everything(&self) -> bool {
        matches!(self, Filter::All(parts) if parts.is_empty())
    }
    /// Every condition, wherever it stands.
    pub fn conditions(&self) -> Vec<&Condition> {
        match self {
            Filter::All(parts) | Filter::Any(parts) => parts.iter().flat_map(Filter::conditions).collect(),
            Filter::Not(part) => part.conditions(),
            Filter::One(condition) => vec![condition],
        }
    }
    /// The parts that must all hold.
    pub fn parts(&self) -> &[Filter] {
        match self {
            Filter::All(parts) => parts,
            other => std::slice::from_ref(other),
        }
    }
    /// Whether a ticket that is open (or is not) can match, as far as the tree alone tells. Never wrongly `false`.
    pub fn allows(&self, is_open: bool) -> bool {
        match self {
            Filter::All(parts) => parts.iter().all(|part| part.allows(is_open)),
            Filter::Any(parts) => parts.iter().any(|part| part.allows(is_open)),
            Filter::Not(part) => match &**part {
                Filter::One(Condition::Is(State::Open)) => !is_open,
                Filter::One(Condition::Is(State::Closed)) => is_open,
                _ => true,
            },
            Filter::One(condition) => condition.allows(is_open),
        }
    }
}
impl From<Condition> for Filter {
    fn from(condition: Condition) -> Filter {
        Filter::One(condition)
    }
}

/// One thing that is asked of a ticket. A list is met by any of its values, and has at least one.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    Is(State),
    Status(Vec<StatusIs>),
    Priority(Vec<Priority>),
    Kind(Vec<Kind>),
    Channel(Vec<Channel>),
    Team(Vec<Holder>),
    Assignee(Vec<Holder>),
    Requester(Vec<Party>),
    Organisation(Vec<Party>),
    Inbox(Vec<Holder>),
    /// The SLA policy whose terms apply.
    Policy(Vec<Holder>),
    /// The contract that covers it.
    Contract(Vec<Party>),
    /// Which line its team is in; 0 is none.
    Line(Vec<i64>),
    /// To whom it was handed and who has it now.
    With(Vec<With>),
    /// `None` is a ticket without any tag.
    Tag(Vec<Option<String>>),
    Time(Moment, When),
    Number(Between<i64>),
    /// Minutes that were spent on it.
    Spent(Between<i64>),
    /// Folded words that the subject contains.
    Text(String),
    Has(Part),
    Waiting(Vec<Side>),
    Field(i64, FieldIs),
}
impl Condition {
    /// Words of the subject, in the form in which they are compared; `None` where nothing is left of them.
    pub fn text(words: &str) -> Option<Condition> {
        // A letter can fall apart into two when it is folded: the second time nothing more happens.
        let folded = text::fold(&text::fold(&text::one_line(words, 200)));
        (!folded.is_empty()).then_some(Condition::Text(folded))
    }
    fn allows(&self, is_open: bool) -> bool {
        match self {
            Condition::Is(state) => match state {
                State::Open | State::Late => is_open,
                State::Closed => !is_open,
                State::Mine
                | State::Unassigned
                | State::Followed
                | State::Mentioned
                | State::Reopened
                | State::Snoozed => true,
            },
            Condition::Status(list) => list.iter().any(|status| match status {
                StatusIs::Category(category) => category.is_open() == is_open,
                StatusIs::Id(_) => true,
            }),
            Condition::Waiting(_) => is_open,
            _ => true,
        }
    }
    /// Which word of the language it is.
    pub fn field(&self) -> Field {
        match self {
            Condition::Is(_) => Field::Is,
            Condition::Status(_) => Field::Status,
            Condition::Priority(_) => Field::Priority,
            Condition::Kind(_) => Field::Type,
            Condition::Channel(_) => Field::Channel,
            Condition::Team(_) => Field::Team,
            Condition::Assignee(_) => Field::Assignee,
            Condition::Requester(_) => Field::Requester,
            Condition::Organisation(_) => Field::Organisation,
            Condition::Inbox(_) => Field::Inbox,
            Condition::Policy(_) => Field::Sla,
            Condition::Contract(_) => Field::Contract,
            Condition::Line(_) => Field::Line,
            Condition::With(_) => Field::With,
            Condition::Tag(_) => Field::Tag,
            Condition::Time(Moment::Created, _) => Field::Created,
            Condition::Time(Moment::Updated, _) => Field::Updated,
            Condition::Time(Moment::Due, _) => Field::Due,
            Condition::Time(Moment::Solved, _) => Field::Solved,
            Condition::Number(_) => Field::Number,
            Condition::Spent(_) => Field::Spent,
            Condition::Text(_) => Field::Subject,
            Condition::Has(_) => Field::Has,
            Condition::Waiting(_) => Field::Waiting,
            Condition::Field(..) => Field::Own,
        }
    }
}

/// The words before the colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Is,
    Status,
    Priority,
    Type,
    Channel,
    Team,
    Assignee,
    Requester,
    Organisation,
    Inbox,
    Sla,
    Contract,
    Line,
    With,
    Tag,
    Created,
    Updated,
    Due,
    Solved,
    Number,
    Spent,
    Subject,
    Has,
    Waiting,
    /// `field.KEY`: one of the desk's own.
    Own,
}
platform::words! { Field {
    Is = "is", Status = "status", Priority = "priority", Type = "type", Channel = "channel", Team = "team",
    Assignee = "assignee", Requester = "requester", Organisation = "organisation", Inbox = "inbox", Sla = "sla",
    Contract = "contract", Line = "line", With = "with",
    Tag = "tag", Created = "created", Updated = "updated", Due = "due", Solved = "solved", Number = "number", Spent = "spent",
    Subject = "subject", Has = "has", Waiting = "waiting", Own = "field",
} }

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Somebody still has to do something, the customer included.
    Open,
    Closed,
    /// Assigned to the reader.
    Mine,
    Unassigned,
    /// Open, and a promise ran out.
    Late,
    /// The reader follows it.
    Followed,
    /// A note calls the reader, or a team of theirs.
    Mentioned,
    /// The customer came back after it was solved.
    Reopened,
    /// Out of the lists for a while.
    Snoozed,
}
platform::words! { State {
    Open = "open", Closed = "closed", Mine = "mine", Unassigned = "unassigned", Late = "late",
    Followed = "followed", Mentioned = "mentioned", Reopened = "reopened", Snoozed = "snoozed",
} }

/// Who has a ticket that was handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum With {
    /// Nobody handed it on.
    Nobody,
    Line,
    Supervisor,
    Supplier,
}
platform::words! { With {
    Nobody = "none", Line = "line", Supervisor = "supervisor", Supplier = "supplier",
} }

#[derive(Clone, Debug, PartialEq)]
pub enum StatusIs {
    Category(Category),
    /// One of the desk's own.
    Id(i64),
}

/// Who or what has a ticket.
#[derive(Clone, Debug, PartialEq)]
pub enum Holder {
    Nobody,
    /// The reader; of teams, those the reader is in.
    Mine,
    Id(i64),
}

/// Somebody of the customers' side.
#[derive(Clone, Debug, PartialEq)]
pub enum Party {
    Nobody,
    Id(i64),
    /// An e-mail address, or the folded name of an organisation or a contract.
    Named(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A file that was sent along, pictures within the text aside.
    Attachment,
    Tag,
    Due,
    Organisation,
    /// An internal note.
    Note,
    /// A side conversation that is open.
    SideConversation,
    /// One in which somebody answered, and nobody of us has written since.
    SideAnswer,
    /// Something on its checklist that is not done.
    OpenItem,
}
platform::words! { Part {
    Attachment = "attachment", Tag = "tag", Due = "due", Organisation = "organisation", Note = "note",
    SideConversation = "side_conversation", SideAnswer = "side_answer", OpenItem = "open_item",
} }

/// Whose turn it is in an open ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Us,
    Customer,
    ThirdParty,
}
platform::words! { Side { Us = "us", Customer = "customer", ThirdParty = "third_party" } }

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Created,
    Updated,
    Due,
    Solved,
}
platform::words! { Moment { Created = "created", Updated = "updated", Due = "due", Solved = "solved" } }

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Minutes,
    Hours,
    Days,
    Weeks,
}
impl Unit {
    pub const ALL: [(Unit, &'static str, i64); 4] = [
        (Unit::Minutes, "m", MINUTE),
        (Unit::Hours, "h", HOUR),
        (Unit::Days, "d", DAY),
        (Unit::Weeks, "w", 7 * DAY),
    ];
}
/// So much time, e.g. `2h`. Before now; of deadlines, from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub count: u32,
    pub unit: Unit,
}
impl Span {
    pub fn ms(self) -> i64 {
        let unit = Unit::ALL.iter().find(|(unit, ..)| *unit == self.unit);
        i64::from(self.count) * unit.map_or(0, |(_, _, ms)| *ms)
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    Today,
    Yesterday,
    Tomorrow,
    Date(Date),
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Span(Span),
    Day(Day),
    /// As programs give it: `2026-12-24T09:00:00Z`.
    Instant(Millis),
}
/// How a value stands to others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Between<T> {
    Is(T),
    Less(T),
    AtMost(T),
    More(T),
    AtLeast(T),
    /// Both ends included.
    From(T, T),
}
impl<T: PartialOrd + Copy> Between<T> {
    pub fn has(&self, value: T) -> bool {
        match *self {
            Between::Is(one) => value == one,
            Between::Less(one) => value < one,
            Between::AtMost(one) => value <= one,
            Between::More(one) => value > one,
            Between::AtLeast(one) => value >= one,
            Between::From(low, high) => low <= value && value <= high,
        }
    }
}
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    Never,
    At(Between<Mark>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum FieldIs {
    Empty,
    /// As the field stores it.
    Words(Vec<String>),
    /// Texts, folded.
    Folded(Vec<String>),
    Number(Between<f64>),
    Date(Between<Day>),
}

/// Who reads, and when: what `me`, `today` and `2h` mean.
#[derive(Clone, Debug)]
pub struct Reader {
    /// 0 is nobody.
    pub me: i64,
    pub teams: Vec<i64>,
    pub now: Millis,
    pub zone: TimeZone,
}
impl Reader {
    fn date(&self, day: Day) -> Date {
        let today = self.now.timestamp().to_zoned(self.zone.clone()).date();
        match day {
            Day::Today => today,
            Day::Yesterday => today.yesterday().unwrap_or(today),
            Day::Tomorrow => today.tomorrow().unwrap_or(today),
            Day::Date(date) => date,
        }
    }
    fn start(&self, date: Date) -> i64 {
        let zoned = date.to_datetime(Time::midnight()).to_zoned(self.zone.clone());
        zoned.map_or(i64::MAX, |at| at.timestamp().as_millisecond())
    }
    /// The first millisecond of a day, and the first after it.
    fn day(&self, day: Day) -> (i64, i64) {
        let date = self.date(day);
        (self.start(date), date.tomorrow().map_or(i64::MAX, |next| self.start(next)))
    }
    /// From when, and until before when.
    pub fn window(&self, moment: Moment, between: Between<Mark>) -> (i64, i64) {
        use Between::{AtLeast, AtMost, From, Is, Less, More};
        const ALWAYS: (i64, i64) = (i64::MIN, i64::MAX);
        let is_ahead = moment == Moment::Due;
        let at = |span: Span| if is_ahead { self.now.0 + span.ms() } else { self.now.0 - span.ms() };
        match between {
            Is(Mark::Day(day)) => self.day(day),
            Less(Mark::Day(day)) => (ALWAYS.0, self.day(day).0),
            AtMost(Mark::Day(day)) => (ALWAYS.0, self.day(day).1),
            More(Mark::Day(day)) => (self.day(day).1, ALWAYS.1),
            AtLeast(Mark::Day(day)) => (self.day(day).0, ALWAYS.1),
            From(Mark::Day(one), Mark::Day(other)) => (self.day(one).0, self.day(other).1),
            Is(Mark::Instant(at)) => (at.0, at.0 + 1),
            Less(Mark::Instant(at)) => (ALWAYS.0, at.0),
            AtMost(Mark::Instant(at)) => (ALWAYS.0, at.0 + 1),
            More(Mark::Instant(at)) => (at.0 + 1, ALWAYS.1),
            AtLeast(Mark::Instant(at)) => (at.0, ALWAYS.1),
            From(Mark::Instant(one), Mark::Instant(other)) => (one.0, other.0 + 1),
            // Less than two hours ago is after then; less than two hours left is before then.
            Less(Mark::Span(span)) if is_ahead => (ALWAYS.0, at(span)),
            Less(Mark::Span(span)) => (at(span) + 1, ALWAYS.1),
            Is(Mark::Span(span)) | AtMost(Mark::Span(span)) if is_ahead => (ALWAYS.0, at(span) + 1),
            Is(Mark::Span(span)) | AtMost(Mark::Span(span)) => (at(span), ALWAYS.1),
            More(Mark::Span(span)) if is_ahead => (at(span) + 1, ALWAYS.1),
            More(Mark::Span(span)) => (ALWAYS.0, at(span)),
            AtLeast(Mark::Span(span)) if is_ahead => (at(span), ALWAYS.1),
            AtLeast(Mark::Span(span)) => (ALWAYS.0, at(span) + 1),
            From(Mark::Span(one), Mark::Span(other)) if is_ahead => (at(one), at(other) + 1),
            From(Mark::Span(one), Mark::Span(other)) => (at(other), at(one) + 1),
            // The parser does not let them in.
            From(..) => (0, 0),
        }
    }
    /// The same for a field that holds a date, as texts of the first day and the first after.
    pub fn dates(&self, between: Between<Day>) -> (Option<Date>, Option<Date>) {
        let next = |day: Day| self.date(day).tomorrow().ok();
        let own = |day: Day| Some(self.date(day));
        match between {
            Between::Is(day) => (own(day), next(day)),
            Between::Less(day) => (None, own(day)),
            Between::AtMost(day) => (None, next(day)),
            Between::More(day) => (next(day), None),
            Between::AtLeast(day) => (own(day), None),
            Between::From(one, other) => (own(one), next(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader() -> Reader {
        // 25 March 2027, 9:00 in Berlin, where the clocks change on the 28th.
        Reader {
            me: 1,
            teams: vec![2],
            now: Millis(1_805_961_600_000),
            zone: TimeZone::get("Europe/Berlin").unwrap(),
        }
    }
    #[test]
    fn a_span_looks_back_and_of_deadlines_ahead() {
        let two = Mark::Span(Span { count: 2, unit: Unit::Hours });
        let (reader, now) = (reader(), reader().now.0);
        assert_eq!(reader.window(Moment::Created, Between::Less(two)), (now - 2 * HOUR + 1, i64::MAX));
        assert_eq!(reader.window(Moment::Created, Between::More(two)), (i64::MIN, now - 2 * HOUR));
        assert_eq!(reader.window(Moment::Due, Between::Less(two)), (i64::MIN, now + 2 * HOUR));
        assert_eq!(reader.window(Moment::Due, Between::More(two)), (now + 2 * HOUR + 1, i64::MAX));
    }
    #[test]
    fn a_day_with_a_change_of_the_clocks_has_23_hours() {
        let day = Mark::Day(Day::Date(jiff::civil::date(2027, 3, 28)));
        let (from, until) = reader().window(Moment::Updated, Between::Is(day));
        assert_eq!(until - from, 23 * HOUR);
    }
    #[test]
    fn what_means_the_same_has_one_form() {
        let open = || Filter::from(Condition::Is(State::Open));
        let late = || Filter::from(Condition::Is(State::Late));
        assert_eq!(Filter::all([Filter::all([open()]), Filter::default()]), open());
        assert_eq!(
            Filter::any([Filter::any([open(), late()]), late()]),
            Filter::Any(vec![open(), late(), late()])
        );
        assert_eq!(Filter::not(Filter::not(open())), open());
        assert!(Filter::any([]).is_everything());
    }
    #[test]
    fn the_tree_tells_which_half_of_the_tickets_it_is_about() {
        let closed = || Filter::from(Condition::Is(State::Closed));
        let waiting = || Filter::from(Condition::Waiting(vec![Side::Us]));
        assert!(!closed().allows(true) && closed().allows(false));
        assert!(Filter::not(closed()).allows(true) && !Filter::not(closed()).allows(false));
        assert!(
            Filter::any([closed(), waiting()]).allows(true)
                && Filter::any([closed(), waiting()]).allows(false)
        );
        assert!(!Filter::all([closed(), waiting()]).allows(true));
    }
}
