//! What the wallboard shows. No I/O.
use derive::Record;
use kernel::{
    clock::{HOUR, Millis},
    id::Id,
};
use platform::authority::{Team, User};

/// Hours that are shown one by one.
pub const HOURS: usize = 24;
/// What is due within this time is due soon, in milliseconds.
pub const SOON: i64 = 2 * HOUR;

/// When the first of the [`HOURS`] begins: they are whole hours of the clock, and the present one is the last.
pub fn first_hour(now: Millis) -> Millis {
    let present = now.0 - now.0.rem_euclid(HOUR);
    Millis(present - (HOURS as i64 - 1) * HOUR)
}

/// Open tickets of a team.
#[derive(Clone, Copy, Debug, PartialEq, Record)]
pub struct Standing {
    /// 0 is none.
    pub team_id: Id<Team>,
    /// Of us something is expected.
    pub open: i64,
    /// The customer or somebody else has to do something.
    pub waiting: i64,
    /// Of the open ones those that nobody has.
    pub unassigned: i64,
    /// Behind the deadline.
    pub late: i64,
    /// Due within [`SOON`].
    pub soon: i64,
    /// When the oldest of the unassigned ones came.
    pub oldest_ms: Option<Millis>,
}

impl Default for Standing {
    /// Nothing, without a team.
    fn default() -> Standing {
        let team_id = Id::new(0);
        Standing { team_id, open: 0, waiting: 0, unassigned: 0, late: 0, soon: 0, oldest_ms: None }
    }
}

/// What happened in one hour.
#[derive(Clone, Copy, Debug, Record)]
pub struct Happened {
    pub team_id: Id<Team>,
    /// Counted from [`first_hour`].
    pub hour: i64,
    pub n: i64,
}

/// Promises that were decided.
#[derive(Clone, Copy, Debug, Record)]
pub struct Decided {
    pub team_id: Id<Team>,
    pub kept: i64,
    pub broken: i64,
}

/// A team or the whole desk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    pub standing: Standing,
    /// Tickets that came, an hour each, the present hour last.
    pub opened: [i64; HOURS],
    pub solved: [i64; HOURS],
    /// Promises that were kept within these hours.
    pub kept: i64,
    pub broken: i64,
}
impl Figures {
    pub fn opened_sum(&self) -> i64 {
        self.opened.iter().sum()
    }
    pub fn solved_sum(&self) -> i64 {
        self.solved.iter().sum()
    }
    /// Of 100 promises that were decided, rounded down; `None` where none was.
    pub fn kept_percent(&self) -> Option<i64> {
        let decided = self.kept + self.broken;
        (decided > 0).then(|| self.kept * 100 / decided)
    }
    fn add(&mut self, other: &Figures) {
        let (sum, one) = (&mut self.standing, &other.standing);
        sum.open += one.open;
        sum.waiting += one.waiting;
        sum.unassigned += one.unassigned;
        sum.late += one.late;
        sum.soon += one.soon;
        sum.oldest_ms = [sum.oldest_ms, one.oldest_ms].into_iter().flatten().min();
        for (sum, one) in self.opened.iter_mut().zip(other.opened) {
            *sum += one;
        }
        for (sum, one) in self.solved.iter_mut().zip(other.solved) {
            *sum += one;
        }
        self.kept += other.kept;
        self.broken += other.broken;
    }
}

/// One row.
#[derive(Clone, Debug)]
pub struct Group {
    /// 0 for tickets without a team.
    pub team: Id<Team>,
    pub name: String,
    /// The line of the team, and how that is called.
    pub line: Option<(i64, String)>,
    pub figures: Figures,
}

/// Somebody's open tickets.
#[derive(Clone, Debug, Record)]
pub struct Person {
    pub id: Id<User>,
    pub name: String,
    pub open: i64,
    pub waiting: i64,
    pub late: i64,
}

/// Whose figures stand on the page.
#[derive(Clone, Debug)]
pub enum People {
    /// Everybody's, within the reader's reach.
    Each(Vec<Person>),
    /// Nobody's but the reader's: the works-council mode is on.
    CouncilMode,
    /// Nobody's but the reader's: they may not see others'.
    NotAllowed,
}

/// All of it at one moment.
#[derive(Clone, Debug)]
pub struct Wallboard {
    pub at: Millis,
    pub groups: Vec<Group>,
    pub total: Figures,
    /// The reader's own.
    pub own: Option<Person>,
    pub people: People,
}

/// A team and its line, in the order of the page.
#[derive(Clone, Debug, Record)]
pub struct Place {
    pub id: Id<Team>,
    pub name: String,
    pub line: Option<i64>,
    pub line_name: Option<String>,
}

/// Puts what was read into rows: teams by line and name, tickets without a team last and only where there are any.
pub fn arrange(
    places: Vec<Place>,
    standing: &[Standing],
    opened: &[Happened],
    solved: &[Happened],
    decided: &[Decided],
) -> (Vec<Group>, Figures) {
    let hours = |all: &[Happened], team: Id<Team>| {
        let mut hours = [0; HOURS];
        for one in all.iter().filter(|one| one.team_id == team) {
            if let Some(hour) = usize::try_from(one.hour).ok().and_then(|at| hours.get_mut(at)) {
                *hour += one.n;
            }
        }
        hours
    };
    let figures = |team: Id<Team>| {
        let decided = decided.iter().find(|one| one.team_id == team);
        let found = standing.iter().find(|one| one.team_id == team).copied();
        Figures {
            standing: found.unwrap_or(Standing { team_id: team, ..Standing::default() }),
            opened: hours(opened, team),
            solved: hours(solved, team),
            kept: decided.map_or(0, |one| one.kept),
            broken: decided.map_or(0, |one| one.broken),
        }
    };
    let mut groups: Vec<Group> = places
        .into_iter()
        .map(|place| Group {
            team: place.id,
            name: place.name,
            line: place.line.zip(place.line_name),
            figures: figures(place.id),
        })
        .collect();
    let without = figures(Id::new(0));
    if without != Figures::default() {
        groups.push(Group { team: Id::new(0), name: String::new(), line: None, figures: without });
    }
    let mut total = Figures::default();
    for group in &groups {
        total.add(&group.figures);
    }
    (groups, total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_present_hour_is_the_last() {
        let now = Millis(100 * HOUR + 59 * 60_000);
        assert_eq!(first_hour(now), Millis(77 * HOUR));
        assert_eq!((now.0 - first_hour(now).0) / HOUR, HOURS as i64 - 1);
        assert_eq!(first_hour(Millis(100 * HOUR)), Millis(77 * HOUR));
    }

    #[test]
    fn rows_add_up_and_tickets_without_a_team_are_a_row_where_there_are_any() {
        let team = Id::new(7);
        let place = Place { id: team, name: "Sales".into(), line: Some(1), line_name: Some("First".into()) };
        let standing =
            Standing { team_id: team, open: 3, late: 1, oldest_ms: Some(Millis(50)), ..Standing::default() };
        let none = Standing { open: 2, oldest_ms: Some(Millis(40)), ..Standing::default() };
        let came = [Happened { team_id: team, hour: 23, n: 4 }, Happened { team_id: team, hour: 24, n: 9 }];
        let decided = [Decided { team_id: team, kept: 2, broken: 1 }];
        let (groups, total) = arrange(vec![place.clone()], &[standing, none], &came, &[], &decided);
        assert_eq!(groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["Sales", ""]);
        assert_eq!((total.standing.open, total.standing.oldest_ms), (5, Some(Millis(40))));
        assert_eq!(
            (total.opened_sum(), total.opened[23]),
            (4, 4),
            "an hour that is not shown is not counted"
        );
        assert_eq!((total.kept_percent(), total.solved_sum()), (Some(66), 0));
        let (groups, total) = arrange(vec![place], &[standing], &[], &[], &[]);
        assert_eq!((groups.len(), total.kept_percent()), (1, None));
    }
}
