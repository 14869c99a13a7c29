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

/// How much is told of what people did, as opposed to what waits for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Told {
    /// Hour by hour.
    #[default]
    Hours,
    /// The sum of the day alone.
    Sum,
    /// Nothing: so few people did it that the number would be about one of them.
    Nothing,
}
/// So many active people a group needs before the works-council mode tells what it did.
pub const FEWEST: i64 = 5;

/// A team or the whole desk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    pub told: Told,
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
    /// `None` where it is not told.
    pub fn solved_sum(&self) -> Option<i64> {
        (self.told != Told::Nothing).then(|| self.solved.iter().sum())
    }
    /// `None` where they are not told.
    pub fn solved_hours(&self) -> Option<[i64; HOURS]> {
        (self.told == Told::Hours).then_some(self.solved)
    }
    /// Promises kept and all that were decided; `None` where they are not told.
    pub fn promises(&self) -> Option<(i64, i64)> {
        (self.told != Told::Nothing).then_some((self.kept, self.kept + self.broken))
    }
    /// Of 100 promises that were decided, rounded down; `None` where none was, or they are not told.
    pub fn kept_percent(&self) -> Option<i64> {
        let (kept, decided) = self.promises()?;
        (decided > 0).then(|| kept * 100 / decided)
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

/// What the works-council mode leaves of what people did: sums of the day, of groups of [`FEWEST`] active people or more.
/// What is left out cannot be had by subtraction either: the groups that are left out have so many people together.
///
/// * `people` – active people of each team.
/// * `active` – all of them.
pub fn veil(groups: &mut [Group], total: &mut Figures, people: &[(Id<Team>, i64)], active: i64) {
    let count = |team: Id<Team>| match people.iter().find(|(id, _)| *id == team) {
        Some((_, count)) => *count,
        // Anybody may have solved what has no team.
        None if team.number() == 0 => active,
        None => 0,
    };
    let told = |count: i64| if count < FEWEST { Told::Nothing } else { Told::Sum };
    total.told = told(active);
    let mut left_out = None;
    for group in groups.iter_mut() {
        let count = count(group.team);
        group.figures.told = if total.told == Told::Nothing { Told::Nothing } else { told(count) };
        if group.figures.told == Told::Nothing {
            left_out = Some(left_out.unwrap_or(0) + count);
        }
    }
    while left_out.is_some_and(|count| count < FEWEST) {
        let shown = groups.iter_mut().filter(|group| group.figures.told != Told::Nothing);
        let Some(smallest) = shown.min_by_key(|group| count(group.team)) else { return };
        smallest.figures.told = Told::Nothing;
        left_out = left_out.map(|sum| sum + count(smallest.team));
    }
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
            told: Told::Hours,
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
        assert_eq!((total.kept_percent(), total.solved_sum()), (Some(66), Some(0)));
        let (groups, total) = arrange(vec![place], &[standing], &[], &[], &[]);
        assert_eq!((groups.len(), total.kept_percent()), (1, None));
    }

    #[test]
    fn what_few_people_did_is_not_told_and_cannot_be_subtracted() {
        let group = |id: i64| {
            let figures = Figures { solved: [1; HOURS], kept: 3, broken: 1, ..Figures::default() };
            Group { team: Id::new(id), name: format!("Team {id}"), line: None, figures }
        };
        let told = |sizes: &[i64]| {
            let mut groups: Vec<_> = (1..=sizes.len() as i64).map(group).collect();
            let people: Vec<_> =
                sizes.iter().enumerate().map(|(at, n)| (Id::new(at as i64 + 1), *n)).collect();
            let mut total = group(9).figures;
            veil(&mut groups, &mut total, &people, sizes.iter().sum());
            assert_eq!(total.solved_hours(), None);
            let shown: Vec<_> = groups.iter().map(|group| group.figures.solved_sum().is_some()).collect();
            (shown, total.promises().is_some())
        };
        assert_eq!(told(&[5, 8, 12]), (vec![true, true, true], true));
        // One small team would be the total without the others: the next one goes with it.
        assert_eq!(told(&[1, 8, 12]), (vec![false, false, true], true));
        assert_eq!(told(&[3, 2, 12]), (vec![false, false, true], true));
        assert_eq!(told(&[2, 2]), (vec![false, false], false));
    }
}
