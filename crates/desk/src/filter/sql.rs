//! A filter as SQL: fixed pieces and bound values, put together by [`Composed`]. No word that somebody typed becomes text of a
//! statement.
//!
//! What a page of a list costs is the walk of one index. Without a statement about it, open and closed tickets are two
//! walks that are merged, because both have an index in the order of the list.
use super::tree::*;
use crate::tickets::{
    Category,
    store::{Sight, visible},
};
use kernel::clock::DAY;
use platform::db::{Bound, Composed};

/// The contacts that are one person with `$1`, by now.
macro_rules! family {
    () => {
        "(SELECT k.id FROM contact r JOIN contact k
                 ON k.id = coalesce(r.lands_at_id, r.id) OR k.lands_at_id = coalesce(r.lands_at_id, r.id)
           WHERE r.id = $1)"
    };
}
/// The same for whoever has the address `$1`.
macro_rules! family_at {
    () => {
        "(SELECT k.id FROM contact_email e JOIN contact r ON r.id = e.contact_id JOIN contact k
                 ON k.id = coalesce(r.lands_at_id, r.id) OR k.lands_at_id = coalesce(r.lands_at_id, r.id)
           WHERE e.email = $1)"
    };
}

/// The condition on the ticket `t`. It may be NULL only where it stands alone: below a `NOT` it is made false.
pub fn condition(filter: &Filter, reader: &Reader) -> Composed {
    let mut out = Composed::new();
    write(filter, reader, &mut out);
    out
}

fn write(filter: &Filter, reader: &Reader, out: &mut Composed) {
    let (parts, between) = match filter {
        Filter::One(condition) => return one(condition, reader, out),
        Filter::Not(part) => {
            // What is not known is not so: NULL would leave a ticket out of both a filter and its opposite.
            out.push("NOT coalesce((");
            write(part, reader, out);
            out.push("), FALSE)");
            return;
        }
        Filter::All(parts) if parts.is_empty() => {
            out.push("1 = 1");
            return;
        }
        Filter::All(parts) => (parts, " AND "),
        Filter::Any(parts) => (parts, " OR "),
    };
    out.push("(");
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push(between);
        }
        write(part, reader, out);
    }
    out.push(")");
}

/// One of several; `each` writes one.
fn any<T>(all: &[T], out: &mut Composed, mut each: impl FnMut(&T, &mut Composed)) {
    out.push("(");
    for (index, value) in all.iter().enumerate() {
        if index > 0 {
            out.push(" OR ");
        }
        each(value, out);
    }
    out.push(")");
}

fn numbers(ids: &[i64]) -> Bound {
    let words: Vec<_> = ids.iter().map(i64::to_string).collect();
    Bound::Text(format!("[{}]", words.join(",")))
}
fn texts<T: AsRef<str>>(words: &[T]) -> Bound {
    let words: Vec<_> = words.iter().map(AsRef::as_ref).collect();
    Bound::Text(serde_json::to_string(&words).unwrap_or_default())
}

/// One value walks its index; several are a condition on what another walk finds, so that nothing has to be sorted.
fn among(one: &'static str, several: &'static str, ids: &[i64], out: &mut Composed) {
    match ids {
        [] => out.push("1 = 0"),
        [id] => out.bind(one, [(*id).into()]),
        ids => out.bind(several, [numbers(ids)]),
    };
}

fn categories(all: &[Category], out: &mut Composed) {
    match all {
        [category] => out.bind("t.category = $1", [category.word().into()]),
        all => {
            let all: Vec<_> = all.iter().map(|category| category.word()).collect();
            out.bind("coalesce(t.category, '') {in_text $1}", [texts(&all)])
        }
    };
}

fn ids(list: &[Holder], mine: &[i64]) -> Vec<i64> {
    let mut ids = Vec::new();
    for holder in list {
        match holder {
            Holder::Nobody => ids.push(0),
            Holder::Mine => ids.extend(mine.iter().filter(|id| **id != 0)),
            Holder::Id(id) => ids.push(*id),
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn one(condition: &Condition, reader: &Reader, out: &mut Composed) {
    match condition {
        Condition::Is(state) => {
            match state {
                State::Open => out.push("t.is_open = TRUE"),
                State::Closed => out.push("t.is_open = FALSE"),
                State::Mine if reader.me == 0 => out.push("1 = 0"),
                State::Mine => out.bind("t.assignee_id = $1", [reader.me.into()]),
                State::Unassigned => out.push("t.assignee_id = 0"),
                State::Late => out.bind("(t.is_open = TRUE AND t.due_at_ms < $1)", [reader.now.0.into()]),
                State::Followed => out.bind(
                    "EXISTS (SELECT 1 FROM ticket_follower f WHERE f.ticket_id = t.id AND f.user_id = $1)",
                    [reader.me.into()],
                ),
                State::Mentioned => out.bind(
                    "EXISTS (SELECT 1 FROM message w JOIN mention c ON c.message_id = w.id WHERE w.ticket_id = t.id
                        AND ((c.user_id = $1 AND c.user_id <> 0) OR (c.team_id <> 0 AND c.team_id {in $2})))",
                    [reader.me.into(), numbers(&reader.teams)],
                ),
                State::Reopened => out.push("t.reopened > 0"),
                State::Snoozed => out.push("t.is_snoozed = TRUE"),
            };
        }
        Condition::Status(all) => {
            let of = |status: &StatusIs| {
                if let StatusIs::Category(category) = status { Some(*category) } else { None }
            };
            let fixed: Vec<_> = all.iter().filter_map(of).collect();
            let own: Vec<_> = all
                .iter()
                .filter_map(|status| if let StatusIs::Id(id) = status { Some(*id) } else { None })
                .collect();
            match (fixed.is_empty(), own.is_empty()) {
                (false, true) => categories(&fixed, out),
                (true, _) => among("t.status_id = $1", "t.status_id {in $1}", &own, out),
                (false, false) => {
                    out.push("(");
                    categories(&fixed, out);
                    out.push(" OR ");
                    among("t.status_id = $1", "t.status_id {in $1}", &own, out);
                    out.push(")");
                }
            }
        }
        Condition::Priority(all) => {
            let all: Vec<_> = all.iter().map(|priority| *priority as i64).collect();
            among("t.priority = $1", "t.priority {in $1}", &all, out);
        }
        Condition::Kind(all) => {
            let all: Vec<_> = all.iter().map(|kind| kind.word()).collect();
            out.bind("t.kind {in_text $1}", [texts(&all)]);
        }
        Condition::Channel(all) => {
            let all: Vec<_> = all.iter().map(|channel| channel.word()).collect();
            out.bind("t.channel {in_text $1}", [texts(&all)]);
        }
        Condition::Team(all) => {
            among("t.team_id = $1", "coalesce(t.team_id, 0) {in $1}", &ids(all, &reader.teams), out);
        }
        Condition::Assignee(all) => {
            among("t.assignee_id = $1", "coalesce(t.assignee_id, 0) {in $1}", &ids(all, &[reader.me]), out);
        }
        Condition::Inbox(all) => {
            among("coalesce(t.inbox_id, 0) = $1", "coalesce(t.inbox_id, 0) {in $1}", &ids(all, &[]), out);
        }
        Condition::Policy(all) => any(all, out, |holder, out| {
            match holder {
                Holder::Id(id) => out.bind(
                    "t.sla_terms_id IN (SELECT s.id FROM sla_terms s WHERE s.policy_id = $1)",
                    [(*id).into()],
                ),
                Holder::Nobody | Holder::Mine => out.push("t.sla_terms_id IS NULL"),
            };
        }),
        Condition::Contract(all) => any(all, out, |party, out| {
            match party {
                Party::Nobody => out.push("t.contract_id IS NULL"),
                Party::Id(id) => out.bind("t.contract_id = $1", [(*id).into()]),
                Party::Named(name) => out.bind(
                    "t.contract_id = (SELECT x.id FROM contract x WHERE x.name_folded = $1)",
                    [name.as_str().into()],
                ),
            };
        }),
        Condition::Line(all) => any(all, out, |position, out| {
            match position {
                0 => out.push(
                    "NOT EXISTS (SELECT 1 FROM support_line_team q WHERE q.team_id = t.team_id)",
                ),
                position => out.bind(
                    "t.team_id IN (SELECT q.team_id FROM support_line_team q JOIN support_line l ON l.id = q.line_id
                                    WHERE l.position = $1)",
                    [(*position).into()],
                ),
            };
        }),
        Condition::With(all) => any(all, out, |with, out| {
            match with {
                With::Nobody => out.push("t.stay_id IS NULL"),
                with => out.bind(
                    "EXISTS (SELECT 1 FROM stay y WHERE y.id = t.stay_id AND y.kind = $1)",
                    [with.word().into()],
                ),
            };
        }),
        Condition::Requester(all) => any(all, out, |party, out| {
            match party {
                Party::Nobody => out.push("1 = 0"),
                Party::Id(id) => out.bind(concat!("t.requester_id IN ", family!()), [(*id).into()]),
                Party::Named(email) => {
                    out.bind(concat!("t.requester_id IN ", family_at!()), [email.as_str().into()])
                }
            };
        }),
        Condition::Organisation(all) => any(all, out, |party, out| {
            match party {
                Party::Nobody => out.push("t.organisation_id IS NULL"),
                Party::Id(id) => out.bind("t.organisation_id = $1", [(*id).into()]),
                Party::Named(name) => out.bind(
                    "t.organisation_id = (SELECT o.id FROM organisation o WHERE o.name_folded = $1)",
                    [name.as_str().into()],
                ),
            };
        }),
        Condition::Tag(all) => any(all, out, |tag, out| {
            match tag {
                None => out.push("NOT EXISTS (SELECT 1 FROM ticket_tag g WHERE g.ticket_id = t.id)"),
                Some(tag) => out.bind(
                    "EXISTS (SELECT 1 FROM ticket_tag g WHERE g.ticket_id = t.id AND g.tag = $1)",
                    [tag.as_str().into()],
                ),
            };
        }),
        Condition::Time(moment, When::Never) => {
            out.push(match moment {
                Moment::Due => "t.due_at_ms IS NULL",
                Moment::Solved => "t.solved_at_ms IS NULL",
                Moment::Created | Moment::Updated => "1 = 0",
            });
        }
        Condition::Time(moment, When::At(between)) => {
            let (from, until) = reader.window(*moment, *between);
            let (from, until, slack): (Bound, Bound, Bound) =
                (from.into(), until.into(), from.saturating_sub(DAY).into());
            match moment {
                // What was made since then has changed since then as well: the walk ends there. A day is for clocks that
                // do not agree.
                Moment::Created => out.bind(
                    "(t.created_at_ms >= $1 AND t.created_at_ms < $2 AND t.updated_at_ms >= $3)",
                    [from, until, slack],
                ),
                Moment::Solved => out.bind(
                    "(t.solved_at_ms >= $1 AND t.solved_at_ms < $2 AND t.updated_at_ms >= $3)",
                    [from, until, slack],
                ),
                Moment::Updated => {
                    out.bind("(t.updated_at_ms >= $1 AND t.updated_at_ms < $2)", [from, until])
                }
                Moment::Due => out.bind("(t.due_at_ms >= $1 AND t.due_at_ms < $2)", [from, until]),
            };
        }
        Condition::Number(between) => {
            match *between {
                Between::Is(one) => out.bind("t.id = $1", [one.into()]),
                Between::Less(one) => out.bind("t.id < $1", [one.into()]),
                Between::AtMost(one) => out.bind("t.id <= $1", [one.into()]),
                Between::More(one) => out.bind("t.id > $1", [one.into()]),
                Between::AtLeast(one) => out.bind("t.id >= $1", [one.into()]),
                Between::From(low, high) => out.bind("t.id BETWEEN $1 AND $2", [low.into(), high.into()]),
            };
        }
        Condition::Spent(between) => {
            match *between {
                Between::Is(one) => out.bind("t.spent_minutes = $1", [one.into()]),
                Between::Less(one) => out.bind("t.spent_minutes < $1", [one.into()]),
                Between::AtMost(one) => out.bind("t.spent_minutes <= $1", [one.into()]),
                Between::More(one) => out.bind("t.spent_minutes > $1", [one.into()]),
                Between::AtLeast(one) => out.bind("t.spent_minutes >= $1", [one.into()]),
                Between::From(low, high) => {
                    out.bind("t.spent_minutes BETWEEN $1 AND $2", [low.into(), high.into()])
                }
            };
        }
        Condition::Text(words) => {
            let escaped = words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            out.bind("t.subject_folded LIKE $1 ESCAPE '\\'", [format!("%{escaped}%").into()]);
        }
        Condition::Has(part) => {
            out.push(match part {
                Part::Attachment => {
                    "EXISTS (SELECT 1 FROM message w JOIN attachment a ON a.message_id = w.id
                              WHERE w.ticket_id = t.id AND a.is_inline = FALSE)"
                }
                Part::Tag => "EXISTS (SELECT 1 FROM ticket_tag g WHERE g.ticket_id = t.id)",
                Part::Due => "t.due_at_ms IS NOT NULL",
                Part::Organisation => "t.organisation_id IS NOT NULL",
                Part::SideConversation => "t.side_state IN ('waiting', 'answered')",
                Part::OpenItem => "t.items_done < t.items_all",
                Part::SideAnswer => "t.side_state = 'answered'",
                Part::Note => "EXISTS (SELECT 1 FROM message w WHERE w.ticket_id = t.id AND w.kind = 'note' AND w.side_id IS NULL)",
            });
        }
        Condition::Waiting(all) => {
            let all: Vec<_> = all.iter().flat_map(|side| side.categories()).copied().collect();
            categories(&all, out);
        }
        Condition::Field(id, is) => own(*id, is, reader, out),
    }
}

/// A field of the desk's own.
fn own(id: i64, is: &FieldIs, reader: &Reader, out: &mut Composed) {
    match is {
        FieldIs::Empty => {
            out.bind(
                "NOT EXISTS (SELECT 1 FROM ticket_field v WHERE v.ticket_id = t.id AND v.field_id = $1)",
                [id.into()],
            );
        }
        FieldIs::Words(all) => {
            out.bind(
                "EXISTS (SELECT 1 FROM ticket_field v WHERE v.ticket_id = t.id AND v.field_id = $1 AND v.value {in_text $2})",
                [id.into(), texts(all)],
            );
        }
        // What nobody has folded yet is compared as it is.
        FieldIs::Folded(all) => {
            out.bind(
                "EXISTS (SELECT 1 FROM ticket_field v WHERE v.ticket_id = t.id AND v.field_id = $1
                            AND coalesce(v.folded, lower(v.value)) {in_text $2})",
                [id.into(), texts(all)],
            );
        }
        FieldIs::Number(between) => {
            // Values of other fields are no numbers: they must not be read as one, whatever is looked at first.
            out.bind(
                "EXISTS (SELECT 1 FROM ticket_field v WHERE v.ticket_id = t.id AND v.field_id = $1
                            AND CASE WHEN v.field_id = $1 THEN CAST(v.value AS DOUBLE PRECISION) END ",
                [id.into()],
            );
            match *between {
                Between::Is(one) => out.bind("= $1)", [one.into()]),
                Between::Less(one) => out.bind("< $1)", [one.into()]),
                Between::AtMost(one) => out.bind("<= $1)", [one.into()]),
                Between::More(one) => out.bind("> $1)", [one.into()]),
                Between::AtLeast(one) => out.bind(">= $1)", [one.into()]),
                Between::From(low, high) => out.bind("BETWEEN $1 AND $2)", [low.into(), high.into()]),
            };
        }
        FieldIs::Date(between) => {
            let (from, until) = reader.dates(*between);
            let word = |date: Option<jiff::civil::Date>, none: &str| {
                date.map_or(none.to_owned(), |date| date.to_string())
            };
            out.bind(
                "EXISTS (SELECT 1 FROM ticket_field v WHERE v.ticket_id = t.id AND v.field_id = $1
                            AND v.value >= $2 AND v.value < $3)",
                [id.into(), word(from, "").into(), word(until, "~").into()],
            );
        }
    }
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Newest change first.
    #[default]
    Updated,
    /// Oldest change first.
    Oldest,
    /// Newest ticket first.
    Created,
    /// What is due first; then what has no deadline, newest change first.
    Due,
}
platform::words! { Order { Updated = "updated", Oldest = "oldest", Created = "created", Due = "due" } }

/// Where a page ends: the next one begins after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which stage of its order.
    pub stage: usize,
    pub key: i64,
    pub id: i64,
}
impl Place {
    /// `STAGE.KEY.ID`.
    pub fn from_word(word: &str) -> Option<Place> {
        let mut parts = word.split('.');
        let stage = parts.next()?.parse().ok().filter(|stage| *stage < 2)?;
        let place = Place { stage, key: parts.next()?.parse().ok()?, id: parts.next()?.parse().ok()? };
        parts.next().is_none().then_some(place)
    }
    pub fn word(self) -> String {
        format!("{}.{}.{}", self.stage, self.key, self.id)
    }
}

/// A walk of one index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Of which half of the tickets; `None` is of both.
    pub is_open: Option<bool>,
    head: &'static str,
    /// What this walk is about.
    only: &'static str,
    after: &'static str,
    tail: &'static str,
}
const OPEN: Walk = Walk {
    is_open: Some(true),
    head: "SELECT t.id, t.updated_at_ms FROM ",
    only: "t.is_open = TRUE",
    after: "(t.updated_at_ms, t.id) < ($1, $2)",
    tail: " ORDER BY t.updated_at_ms DESC, t.id DESC LIMIT $1",
};
const DONE: Walk = Walk { is_open: Some(false), only: "t.is_open = FALSE", ..OPEN };
const OPEN_OLDEST: Walk = Walk {
    after: "(t.updated_at_ms, t.id) > ($1, $2)",
    tail: " ORDER BY t.updated_at_ms, t.id LIMIT $1",
    ..OPEN
};
const DONE_OLDEST: Walk = Walk { is_open: Some(false), only: "t.is_open = FALSE", ..OPEN_OLDEST };
const CREATED: Walk = Walk {
    is_open: None,
    head: "SELECT t.id, t.id AS place FROM ",
    only: "1 = 1",
    after: "(t.id <= $1 AND t.id < $2)",
    tail: " ORDER BY t.id DESC LIMIT $1",
};
const DUE: Walk = Walk {
    head: "SELECT t.id, t.due_at_ms FROM ",
    only: "t.is_open = TRUE AND t.due_at_ms IS NOT NULL",
    after: "(t.due_at_ms, t.id) > ($1, $2)",
    tail: " ORDER BY t.due_at_ms, t.id LIMIT $1",
    ..OPEN
};
const NOT_DUE: Walk = Walk { only: "t.is_open = TRUE AND t.due_at_ms IS NULL", ..OPEN };

impl Order {
    /// Stages follow each other; the walks of one stage are merged.
    pub fn stages(self) -> &'static [&'static [Walk]] {
        match self {
            Order::Updated => &[&[OPEN, DONE]],
            Order::Oldest => &[&[OPEN_OLDEST, DONE_OLDEST]],
            Order::Created => &[&[CREATED]],
            Order::Due => &[&[DUE], &[NOT_DUE, DONE]],
        }
    }
    /// Whether the keys of a stage grow.
    pub fn is_rising(self, stage: usize) -> bool {
        self == Order::Oldest || self == Order::Due && stage == 0
    }
}

/// A condition whose tickets an index names: where there are few, the list is made from them.
pub fn seeds(filter: &Filter, reader: &Reader) -> Vec<Composed> {
    let is_open_only = !filter.allows(false);
    let seed = |part: &Filter| {
        if let Filter::One(condition) = part { seed(condition, reader, is_open_only) } else { None }
    };
    filter.parts().iter().filter_map(seed).collect()
}
fn seed(condition: &Condition, reader: &Reader, is_open_only: bool) -> Option<Composed> {
    let mut out = Composed::new();
    match condition {
        Condition::Tag(all) => {
            let all: Option<Vec<_>> = all.iter().map(Option::as_deref).collect();
            match all?.as_slice() {
                [tag] => {
                    out.bind("SELECT g.ticket_id AS id FROM ticket_tag g WHERE g.tag = $1", [(*tag).into()])
                }
                all => out.bind(
                    "SELECT DISTINCT g.ticket_id AS id FROM ticket_tag g WHERE g.tag {in_text $1}",
                    [texts(all)],
                ),
            };
        }
        Condition::Requester(all) => {
            match all.as_slice() {
                [Party::Id(id)] => out.bind(
                    concat!("SELECT x.id FROM ticket x WHERE x.requester_id IN ", family!()),
                    [(*id).into()],
                ),
                [Party::Named(email)] => out.bind(
                    concat!("SELECT x.id FROM ticket x WHERE x.requester_id IN ", family_at!()),
                    [email.as_str().into()],
                ),
                _ => return None,
            };
        }
        Condition::Organisation(all) => {
            match all.as_slice() {
                [Party::Id(id)] => {
                    out.bind("SELECT x.id FROM ticket x WHERE x.organisation_id = $1", [(*id).into()])
                }
                [Party::Named(name)] => out.bind(
                    "SELECT x.id FROM ticket x WHERE x.organisation_id =
                            (SELECT o.id FROM organisation o WHERE o.name_folded = $1)",
                    [name.as_str().into()],
                ),
                _ => return None,
            };
        }
        Condition::Field(id, FieldIs::Words(all)) => {
            out.bind(
                "SELECT v.ticket_id AS id FROM ticket_field v
                  WHERE v.field_id = $1 AND v.value {in_text $2} AND length(v.value) <= 200",
                [(*id).into(), texts(all)],
            );
        }
        Condition::Field(id, FieldIs::Folded(all)) => {
            out.bind(
                "SELECT v.ticket_id AS id FROM ticket_field v
                  WHERE v.field_id = $1 AND v.folded IS NOT NULL AND v.folded {in_text $2}",
                [(*id).into(), texts(all)],
            );
        }
        Condition::Is(State::Followed) => {
            out.bind(
                "SELECT f.ticket_id AS id FROM ticket_follower f WHERE f.user_id = $1",
                [reader.me.into()],
            );
        }
        Condition::Is(State::Mentioned) => {
            out.bind(
                "SELECT w.ticket_id AS id FROM mention c JOIN message w ON w.id = c.message_id
                  WHERE c.user_id = $1 AND c.user_id <> 0
                  UNION
                 SELECT w.ticket_id FROM mention c JOIN message w ON w.id = c.message_id
                  WHERE c.team_id <> 0 AND c.team_id {in $2}",
                [reader.me.into(), numbers(&reader.teams)],
            );
        }
        Condition::With(all) if !all.contains(&With::Nobody) => {
            let all: Vec<_> = all.iter().map(|with| with.word()).collect();
            out.bind(
                "SELECT y.ticket_id AS id FROM stay y WHERE y.kind {in_text $1} AND y.ended_at_ms IS NULL",
                [texts(&all)],
            );
        }
        Condition::Is(State::Late) => {
            out.bind(
                "SELECT x.id FROM ticket x WHERE x.is_open = TRUE AND x.due_at_ms IS NOT NULL AND x.due_at_ms < $1",
                [reader.now.0.into()],
            );
        }
        Condition::Time(Moment::Due, When::At(between)) if is_open_only => {
            let (from, until) = reader.window(Moment::Due, *between);
            out.bind(
                "SELECT x.id FROM ticket x WHERE x.is_open = TRUE AND x.due_at_ms IS NOT NULL AND x.due_at_ms >= $1
                    AND x.due_at_ms < $2",
                [from.into(), until.into()],
            );
        }
        Condition::Number(Between::Is(number)) => {
            out.bind("SELECT x.id FROM ticket x WHERE x.id = $1", [(*number).into()]);
        }
        Condition::Number(Between::From(low, high)) => {
            out.bind(
                "SELECT x.id FROM ticket x WHERE x.id BETWEEN $1 AND $2",
                [(*low).into(), (*high).into()],
            );
        }
        _ => return None,
    }
    Some(out)
}
/// How many a seed names, `most` at most.
pub fn size_of(seed: &Composed, most: i64) -> Composed {
    let mut out = Composed::new();
    out.push("SELECT count(*) FROM (SELECT x.id FROM (").append(seed).bind(") x LIMIT $1) y", [most.into()]);
    out
}

fn source(seed: Option<&Composed>, out: &mut Composed) {
    match seed {
        None => out.push("ticket t WHERE "),
        Some(seed) => out.push("(").append(seed).push(") seed {then_join} ticket t ON t.id = seed.id WHERE "),
    };
}
fn within(sight: &Sight, out: &mut Composed) {
    out.bind(visible!(), [sight.scope.word().into(), sight.person.into(), sight.ids.as_str().into()]);
}

/// Ids and keys of one walk, in its order, `limit` at most, after `after`.
pub fn page(
    walk: &Walk,
    seed: Option<&Composed>,
    matching: &Composed,
    sight: &Sight,
    after: Option<Place>,
    limit: i64,
) -> Composed {
    let mut out = Composed::new();
    out.push(walk.head);
    source(seed, &mut out);
    out.push(walk.only).push(" AND ");
    if let Some(place) = after {
        out.bind(walk.after, [place.key.into(), place.id.into()]).push(" AND ");
    }
    within(sight, &mut out);
    out.push(" AND ").append(matching).bind(walk.tail, [limit.into()]);
    out
}
/// How many tickets match, `most` at most. In no order: the walk ends when enough are found.
pub fn count(
    seed: Option<&Composed>,
    only: &'static str,
    matching: &Composed,
    sight: &Sight,
    most: i64,
) -> Composed {
    let mut out = Composed::new();
    out.push("SELECT count(*) FROM (SELECT t.id FROM ");
    source(seed, &mut out);
    out.push(only).push(" AND ");
    within(sight, &mut out);
    out.push(" AND ").append(matching).bind(" LIMIT $1) y", [most.into()]);
    out
}
/// What [`count`] looks at, where the filter is about one half of the tickets.
pub fn half(filter: &Filter) -> &'static str {
    match (filter.allows(true), filter.allows(false)) {
        (true, false) => "t.is_open = TRUE",
        (false, true) => "t.is_open = FALSE",
        _ => "1 = 1",
    }
}

/// Every statement that the compiler can put together, with every piece that it has; a test has both engines prepare
/// them.
pub fn every() -> Vec<Composed> {
    let reader =
        Reader { me: 1, teams: vec![1, 2], now: kernel::clock::Millis(0), zone: jiff::tz::TimeZone::UTC };
    let sight = Sight { scope: platform::authority::Scope::Team, person: 1, ids: "[1]".into() };
    let mut all = Vec::new();
    for filter in samples() {
        let matching = condition(&filter, &reader);
        let seeds = seeds(&filter, &reader);
        all.extend(seeds.iter().map(|seed| size_of(seed, 10)));
        for seed in seeds.iter().map(Some).chain([None]) {
            all.push(count(seed, half(&filter), &matching, &sight, 10));
            for order in Order::ALL {
                for walk in order.stages().iter().copied().flatten() {
                    let place = Place { stage: 0, key: 1, id: 1 };
                    all.push(page(walk, seed, &matching, &sight, Some(place), 10));
                    all.push(page(walk, seed, &matching, &sight, None, 10));
                }
            }
        }
    }
    all
}
/// One of each condition, with each of its shapes.
pub fn samples() -> Vec<Filter> {
    use crate::tickets::{Channel, Kind, Priority};
    use jiff::civil::date;
    let holders = || vec![Holder::Nobody, Holder::Mine, Holder::Id(1)];
    let mut all: Vec<Condition> = State::ALL.iter().map(|state| Condition::Is(*state)).collect();
    all.extend(Part::ALL.iter().map(|part| Condition::Has(*part)));
    all.extend([
        Condition::Status(vec![StatusIs::Category(Category::Open)]),
        Condition::Status(vec![StatusIs::Category(Category::Open), StatusIs::Category(Category::New)]),
        Condition::Status(vec![StatusIs::Id(1)]),
        Condition::Status(vec![StatusIs::Category(Category::Open), StatusIs::Id(1), StatusIs::Id(2)]),
        Condition::Priority(vec![Priority::High]),
        Condition::Priority(vec![Priority::High, Priority::Urgent]),
        Condition::Kind(vec![Kind::Incident]),
        Condition::Channel(vec![Channel::Email, Channel::Web]),
        Condition::Team(vec![Holder::Id(1)]),
        Condition::Team(holders()),
        Condition::Assignee(vec![Holder::Mine]),
        Condition::Assignee(holders()),
        Condition::Inbox(vec![Holder::Nobody]),
        Condition::Inbox(vec![Holder::Nobody, Holder::Id(2)]),
        Condition::Policy(vec![Holder::Nobody, Holder::Id(2)]),
        Condition::Contract(vec![Party::Id(1)]),
        Condition::Contract(vec![Party::Named("gold".into())]),
        Condition::Contract(vec![Party::Nobody, Party::Id(1)]),
        Condition::Line(vec![2]),
        Condition::Line(vec![0, 1, 3]),
        Condition::With(vec![With::Supplier]),
        Condition::With(vec![With::Nobody, With::Line, With::Supervisor]),
        Condition::Requester(vec![Party::Id(1)]),
        Condition::Requester(vec![Party::Named("a@example.org".into())]),
        Condition::Requester(vec![Party::Nobody, Party::Id(1)]),
        Condition::Organisation(vec![Party::Id(1)]),
        Condition::Organisation(vec![Party::Named("acme".into())]),
        Condition::Organisation(vec![Party::Nobody, Party::Id(1)]),
        Condition::Tag(vec![Some("vip".into())]),
        Condition::Tag(vec![Some("vip".into()), Some("it".into())]),
        Condition::Tag(vec![None]),
        Condition::Text("50% \\ _".into()),
        Condition::Waiting(vec![Side::Us]),
        Condition::Field(1, FieldIs::Empty),
        Condition::Field(1, FieldIs::Words(vec!["a".into(), "b".into()])),
        Condition::Field(1, FieldIs::Folded(vec!["a".into(), "b".into()])),
        Condition::Field(1, FieldIs::Date(Between::Is(Day::Today))),
        Condition::Field(1, FieldIs::Date(Between::Less(Day::Date(date(2026, 12, 24))))),
    ]);
    for moment in Moment::ALL {
        let mark = Mark::Span(Span { count: 2, unit: Unit::Days });
        all.extend([
            Condition::Time(*moment, When::Never),
            Condition::Time(*moment, When::At(Between::Less(mark))),
        ]);
    }
    for (whole, real) in shapes(2, 3).into_iter().zip(shapes(1.5, 2.5)) {
        all.extend([
            Condition::Number(whole),
            Condition::Spent(whole),
            Condition::Field(1, FieldIs::Number(real)),
        ]);
    }
    let one = |condition: Condition| Filter::from(condition);
    let mut filters: Vec<_> = all.iter().cloned().map(one).collect();
    // Below a NOT, beside others, and for one half alone.
    filters.push(Filter::not(Filter::any(all.iter().take(3).cloned().map(one))));
    filters.extend(
        all.into_iter()
            .map(|condition| Filter::all([Filter::from(Condition::Is(State::Open)), one(condition)])),
    );
    filters.push(Filter::default());
    filters
}
fn shapes<T: Copy>(low: T, high: T) -> [Between<T>; 6] {
    use Between::{AtLeast, AtMost, From, Is, Less, More};
    [Is(low), Less(low), AtMost(low), More(low), AtLeast(low), From(low, high)]
}
