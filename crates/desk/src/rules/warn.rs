//! What is likely to go wrong with a rule beside the others: two set the same thing, or call each other for ever.
use super::{
    engine::Compiled,
    policy::{Rule, Trigger},
};
use crate::{
    filter::{
        Condition, Filter,
        tree::{Holder, State, StatusIs},
    },
    tickets::Category,
};
use kernel::id::Id;
use platform::authority;
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = RuleRisk, rename_all = "snake_case")]
pub enum Risk {
    /// Both set the same thing to different values, for tickets of which some may be the same.
    Conflict,
    /// What it does has it look again, by itself or by way of others.
    Loop,
    /// It can match no ticket at all.
    Never,
}
platform::words! { Risk { Conflict = "conflict", Loop = "loop", Never = "never" } }

/// Something to think about before saving.
#[derive(Clone, Debug, PartialEq, serde::Serialize, ToSchema)]
#[schema(as = RuleWarning)]
pub struct Warning {
    pub risk: Risk,
    /// The other rule; of a loop the next one in it.
    #[schema(value_type = Option<String>)]
    pub rule: Option<Id<authority::Rule>>,
    pub name: Option<String>,
    /// What both set: `set_priority`, `tag/vip`, `field/region`.
    pub about: Option<String>,
}

/// All there is to say about a rule that is about to be one of `others`, which are on.
pub fn about(rule: &Rule, others: &[Compiled], but: Option<Id<authority::Rule>>) -> Vec<Warning> {
    let others: Vec<_> = others.iter().filter(|other| Some(other.id) != but).collect();
    let mut warnings = Vec::new();
    if !may_hold(&rule.filter) {
        warnings.push(Warning { risk: Risk::Never, rule: None, name: None, about: None });
    }
    for other in &others {
        if !may_meet(rule, &other.rule) {
            continue;
        }
        let clash = rule.actions.iter().find(|own| {
            own.place().is_some()
                && other.rule.actions.iter().any(|theirs| own.meets(theirs) && *own != theirs)
        });
        if let Some(action) = clash {
            warnings.push(Warning {
                risk: Risk::Conflict,
                rule: Some(other.id),
                name: Some(other.rule.name.clone()),
                about: action.place(),
            });
        }
    }
    warnings.extend(loops(rule, &others));
    warnings
}

/// Whether both look on the same occasion at tickets of which some may be the same.
fn may_meet(one: &Rule, other: &Rule) -> bool {
    let is_same_occasion = match (&one.trigger, &other.trigger) {
        (Trigger::On(one), Trigger::On(other)) => one.iter().any(|signal| other.contains(signal)),
        (Trigger::After(one), Trigger::After(other)) => one.since == other.since,
        _ => false,
    };
    is_same_occasion && may_hold(&Filter::all([one.filter.clone(), other.filter.clone()]))
}

/// Whether what `one` does has `other` look, at a ticket that may match it then.
fn calls(one: &Rule, other: &Rule) -> bool {
    let Trigger::On(heard) = &other.trigger else { return false };
    let is_heard =
        one.actions.iter().any(|action| action.heard_as().is_some_and(|signal| heard.contains(&signal)));
    let after = one.actions.iter().filter_map(super::act::Action::leaves);
    is_heard && may_hold(&Filter::all(after.chain([other.filter.clone()])))
}
/// Whether two rules in a circle move something for ever: setting the same value a second time changes nothing.
fn moves(circle: &[&Rule]) -> bool {
    let actions = || circle.iter().flat_map(|rule| &rule.actions);
    let writes = actions().any(|action| action.place().is_none() && action.heard_as().is_some());
    writes || actions().any(|one| actions().any(|other| one.meets(other) && one != other))
}

/// Circles of one to four rules that the rule would be part of, one for each that it calls.
fn loops(rule: &Rule, others: &[&Compiled]) -> Vec<Warning> {
    let warning = |next: Option<&Compiled>| Warning {
        risk: Risk::Loop,
        rule: next.map(|next| next.id),
        name: next.map(|next| next.rule.name.clone()),
        about: None,
    };
    let mut found = Vec::new();
    if calls(rule, rule) && moves(&[rule]) {
        found.push(warning(None));
    }
    let mut search = Search { rule, others, called: vec![None; others.len()], left: CIRCLES_MOST };
    for (at, other) in others.iter().enumerate() {
        if calls(rule, &other.rule) && search.returns(&mut vec![at]) {
            found.push(warning(Some(other)));
        }
    }
    found
}
/// Paths that are followed at most: 500 rules that all call each other have too many to follow each.
const CIRCLES_MOST: u32 = 20_000;

/// The way through rules that call each other, each looked at once.
struct Search<'r> {
    rule: &'r Rule,
    others: &'r [&'r Compiled],
    /// Whom each of the others calls.
    called: Vec<Option<Vec<usize>>>,
    left: u32,
}
impl Search<'_> {
    fn called_by(&mut self, at: usize) -> Vec<usize> {
        let (others, own) = (self.others, &self.others[at].rule);
        let called = || (0..others.len()).filter(|next| calls(own, &others[*next].rule)).collect();
        self.called[at].get_or_insert_with(called).clone()
    }
    /// Whether a way of three of the others at most leads back to the rule, and something moves in the circle.
    fn returns(&mut self, path: &mut Vec<usize>) -> bool {
        let Some(last) = path.last().copied() else { return false };
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        if calls(&self.others[last].rule, self.rule) {
            let others = path.iter().map(|at| &self.others[*at].rule);
            if moves(&std::iter::once(self.rule).chain(others).collect::<Vec<_>>()) {
                return true;
            }
        }
        if path.len() >= 3 {
            return false;
        }
        for next in self.called_by(last) {
            if !path.contains(&next) {
                path.push(next);
                if self.returns(path) {
                    return true;
                }
                path.pop();
            }
        }
        false
    }
}

/// Whether a ticket can match, as far as the tree alone tells. Never wrongly `false`.
pub fn may_hold(filter: &Filter) -> bool {
    if !filter.allows(true) && !filter.allows(false) {
        return false;
    }
    match filter {
        Filter::Any(parts) => parts.iter().any(may_hold),
        Filter::All(parts) => {
            let clash = |at: usize, one: &Filter| parts[at + 1..].iter().any(|other| excludes(one, other));
            parts.iter().all(may_hold) && !parts.iter().enumerate().any(|(at, one)| clash(at, one))
        }
        _ => true,
    }
}
/// Whether no ticket has both.
fn excludes(one: &Filter, other: &Filter) -> bool {
    match (one, other) {
        (Filter::Not(inner), other) | (other, Filter::Not(inner)) => **inner == *other,
        (Filter::One(one), Filter::One(other)) => are_apart(one, other),
        _ => false,
    }
}
fn none_in<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    !one.iter().any(|value| other.contains(value))
}
fn are_apart(one: &Condition, other: &Condition) -> bool {
    let fixed = |list: &[Holder]| !list.contains(&Holder::Mine);
    match (one, other) {
        (Condition::Priority(one), Condition::Priority(other)) => none_in(one, other),
        (Condition::Kind(one), Condition::Kind(other)) => none_in(one, other),
        (Condition::Channel(one), Condition::Channel(other)) => none_in(one, other),
        (Condition::Team(one), Condition::Team(other))
        | (Condition::Assignee(one), Condition::Assignee(other)) => {
            fixed(one) && fixed(other) && none_in(one, other)
        }
        (Condition::Assignee(list), Condition::Is(State::Unassigned))
        | (Condition::Is(State::Unassigned), Condition::Assignee(list)) => {
            fixed(list) && !list.contains(&Holder::Nobody)
        }
        (Condition::Inbox(one), Condition::Inbox(other)) => none_in(one, other),
        (Condition::Tag(one), Condition::Tag(other)) => {
            // Only "no tag at all" excludes a tag.
            let none = |list: &[Option<String>]| list == [None];
            (none(one) && !other.contains(&None)) || (none(other) && !one.contains(&None))
        }
        (Condition::Status(one), Condition::Status(other)) => {
            let categories = |list: &[StatusIs]| -> Option<Vec<Category>> {
                let category = |status: &StatusIs| match status {
                    StatusIs::Category(category) => Some(*category),
                    StatusIs::Id(_) => None,
                };
                list.iter().map(category).collect()
            };
            let ids = |list: &[StatusIs]| list.iter().all(|status| matches!(status, StatusIs::Id(_)));
            match (categories(one), categories(other)) {
                (Some(one), Some(other)) => none_in(&one, &other),
                _ => ids(one) && ids(other) && none_in(one, other),
            }
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{act::Action, policy::Known, policy::Step, signal::Signal},
        *,
    };
    use crate::{filter::parse, tickets::Priority};

    fn rule(name: &str, on: Signal, filter: &str, actions: Vec<Action>) -> Rule {
        Rule {
            name: name.into(),
            trigger: Trigger::On(vec![on]),
            filter: parse(filter, &Known::default().names).unwrap(),
            actions,
            stop_after: false,
            accepts_loop: false,
            from: None,
            until: None,
            position: None,
            is_active: true,
        }
    }
    fn on(id: i64, rule: Rule) -> Compiled {
        Compiled { id: Id::new(id), version: 1, since_id: 0, since_ms: kernel::clock::Millis(0), rule }
    }
    fn status(word: &str) -> Vec<Action> {
        vec![Action::SetStatus(word.into())]
    }

    #[test]
    fn two_rules_that_set_the_same_are_told_apart_by_what_they_are_for() {
        let high = vec![Action::SetPriority(Priority::High)];
        let low = vec![Action::SetPriority(Priority::Low)];
        let other = [on(1, rule("other", Signal::TicketOpened, "type:order", low))];
        let clash = rule("own", Signal::TicketOpened, "tag:vip", high.clone());
        let found = about(&clash, &other, None);
        assert_eq!((found[0].risk, found[0].about.as_deref()), (Risk::Conflict, Some("set_priority")));
        // Neither for tickets of another type, nor on another occasion, nor with itself.
        assert_eq!(
            about(&rule("own", Signal::TicketOpened, "type:incident", high.clone()), &other, None),
            []
        );
        assert_eq!(about(&rule("own", Signal::Note, "tag:vip", high), &other, None), []);
        assert_eq!(about(&clash, &other, Some(Id::new(1))), []);
    }
    #[test]
    fn a_circle_is_found_where_something_moves_in_it() {
        let open = rule("a", Signal::StatusChanged, "status:waiting_customer", status("open"));
        let wait = [on(2, rule("b", Signal::StatusChanged, "status:open", status("waiting_customer")))];
        assert_eq!(about(&open, &wait, None)[0].risk, Risk::Loop);
        // Where the other does not match what this one leaves, nothing goes round.
        let wait = [on(2, rule("b", Signal::StatusChanged, "status:new", status("waiting_customer")))];
        assert_eq!(about(&open, &wait, None), []);
        // A note in answer to a note needs no other.
        let note = rule("n", Signal::Note, "", vec![Action::Note("seen".into())]);
        assert_eq!(about(&note, &[], None)[0].risk, Risk::Loop);
        // The same value a second time is no change.
        let again = rule("p", Signal::PriorityChanged, "", vec![Action::SetPriority(Priority::High)]);
        assert_eq!(about(&again, &[], None), []);
    }
    #[test]
    fn what_can_hold_for_no_ticket_is_said() {
        let never = rule("x", Signal::Note, "priority:high priority:low", status("open"));
        assert_eq!(about(&never, &[], None)[0].risk, Risk::Never);
        let never = rule("x", Signal::Note, "tag:a -tag:a", status("open"));
        assert_eq!(about(&never, &[], None)[0].risk, Risk::Never);
    }
    #[test]
    fn steps_and_actions_are_two_faces() {
        for action in [
            Action::SetStatus("open".into()),
            Action::SetTeam(0),
            Action::AddTag("vip".into()),
            Action::Note("Hello {name}".into()),
        ] {
            assert_eq!(Action::parse(&action.step(), &Known::default()), Ok(action));
        }
        let wrong = |kind: &str, text: &str| {
            let step = Step { kind: kind.into(), text: text.into(), ..Step::default() };
            Action::parse(&step, &Known::default()).unwrap_err()
        };
        assert_eq!(wrong("note", "Hello {nam}"), ("text", "rule_placeholder"));
        assert_eq!(wrong("note", " "), ("text", "required"));
        assert_eq!(wrong("set_priority", ""), ("value", "required"));
        assert_eq!(wrong("dance", ""), ("do", "unknown_word"));
    }
}
