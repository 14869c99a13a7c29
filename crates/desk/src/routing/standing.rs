//! Whether somebody takes work now: what they said, and their working hours.
use super::{
    decide::{Agent, Standing},
    policy::{AgentRow, Skill, WHOLE, Weights},
    store,
};
use crate::{
    calendars::{self, Calendar, Plan},
    tickets::Channel,
};
use kernel::{
    clock::{DAY, Millis},
    id::Id,
    working_time::{self, Hours},
};
use platform::{
    authority::User,
    db::{Conn, Result},
};
use std::collections::{BTreeMap, btree_map::Entry};

/// How far back the end of somebody's last working day is looked for.
const LOOK_BACK_MS: i64 = 14 * DAY;

/// The calendars of a few people, each read once.
#[derive(Default)]
pub struct Hourbook(BTreeMap<i64, Option<working_time::Calendar>>);
impl Hourbook {
    /// * returns – `None` for whoever always works, or whose calendar is gone.
    pub fn of(
        &mut self,
        conn: &mut Conn,
        id: Option<Id<Calendar>>,
    ) -> Result<Option<&working_time::Calendar>> {
        let Some(id) = id else { return Ok(None) };
        let calendar = match self.0.entry(id.number()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let calendar = calendars::store::by_id(conn, id)?.map(|row| row.plan());
                place.insert(calendar.as_ref().and_then(Plan::calendar))
            }
        };
        Ok(calendar.as_ref())
    }
}

/// Whether they take work at `now`, and since when they do not.
///
/// * `asks_presence` – whoever has never said that they are there is away.
pub fn standing(
    row: &AgentRow,
    hours: Option<&working_time::Calendar>,
    asks_presence: bool,
    now: Millis,
) -> (Standing, Millis) {
    match row.is_there {
        Some(false) => return (Standing::Away, row.since_ms.unwrap_or(Millis(0))),
        None if asks_presence => return (Standing::Away, Millis(0)),
        Some(true) | None => {}
    }
    match hours.and_then(|calendar| closed_since(calendar, now)) {
        Some(since) => (Standing::OffHours, since),
        None => (Standing::There, Millis(0)),
    }
}

/// Since when it is closed; `None` where it is open.
fn closed_since(calendar: &working_time::Calendar, now: Millis) -> Option<Millis> {
    if calendar.is_always_open() {
        return None;
    }
    let stretches = calendar.stretches(now.plus(-LOOK_BACK_MS), now.plus(1));
    if stretches.last().is_none_or(|last| last.hours == Hours::Open) {
        return None;
    }
    // Closed hours of several reasons may follow each other: a holiday after the evening before.
    let open = stretches.iter().rfind(|stretch| stretch.hours == Hours::Open);
    Some(open.map_or(now.plus(-LOOK_BACK_MS), |open| open.to))
}

/// When somebody's working hours begin again; `None` for whoever works now, or has none.
pub fn opens_at(calendar: &working_time::Calendar, now: Millis) -> Option<Millis> {
    closed_since(calendar, now)?;
    calendar.due(now, 1).ok().map(|at| at.plus(-1))
}

/// Somebody with what is said about them.
pub struct Known {
    pub agent: Agent,
    /// Since when they take nothing.
    pub since: Millis,
}

/// These people as the decision needs them.
pub fn agents(
    conn: &mut Conn,
    rows: &[AgentRow],
    asks_presence: bool,
    weights: &Weights,
    now: Millis,
) -> Result<Vec<Known>> {
    let ids: Vec<_> = rows.iter().map(|row| row.user_id).collect();
    let mut loads: BTreeMap<i64, i64> = BTreeMap::new();
    for (user, channel, count) in store::in_hand(conn, &ids)? {
        let channel: Channel = channel;
        *loads.entry(user.number()).or_default() += count * weights.of(channel);
    }
    let mut skills: BTreeMap<i64, Vec<(Id<Skill>, i64)>> = BTreeMap::new();
    for (user, skill, level) in store::levels(conn, &ids)? {
        let user: Id<User> = user;
        skills.entry(user.number()).or_default().push((skill, level));
    }
    let mut hourbook = Hourbook::default();
    let mut known = Vec::with_capacity(rows.len());
    for row in rows {
        let hours = hourbook.of(conn, row.calendar_id)?;
        let (standing, since) = standing(row, hours, asks_presence, now);
        let given_at = row.given_at_ms.unwrap_or(Millis(0));
        let agent = Agent {
            id: row.user_id,
            standing,
            load: loads.get(&row.user_id.number()).copied().unwrap_or(0),
            limit: row.work_limit.unwrap_or(WHOLE),
            skills: skills.remove(&row.user_id.number()).unwrap_or_default(),
            given_at,
            busy_at: row.done_at_ms.unwrap_or(Millis(0)).max(given_at),
        };
        known.push(Known { agent, since });
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendars::policy::Weekly;

    /// Wednesday 2026-11-25, 14:05 UTC: 15:05 in Berlin.
    const NOW: Millis = Millis(1_795_615_500_000);
    const HOUR: i64 = 3_600_000;

    fn nine_to_five() -> working_time::Calendar {
        let day = || vec![["09:00".to_owned(), "17:00".to_owned()]];
        let weekly =
            Weekly { mon: day(), tue: day(), wed: day(), thu: day(), fri: day(), ..Weekly::default() };
        let plan = Plan { zone: "Europe/Berlin".into(), weekly, ..Plan::default() };
        plan.calendar().unwrap()
    }
    fn row(is_there: Option<bool>) -> AgentRow {
        AgentRow {
            user_id: Id::new(1),
            name: "Ada".into(),
            work_limit: None,
            calendar_id: None,
            is_there,
            since_ms: Some(NOW.plus(-HOUR)),
            given_at_ms: None,
            done_at_ms: None,
        }
    }

    #[test]
    fn what_somebody_said_stands_above_their_hours() {
        let hours = nine_to_five();
        let at = |said, now| standing(&row(said), Some(&hours), false, now);
        assert_eq!(at(None, NOW).0, Standing::There);
        assert_eq!(at(Some(false), NOW), (Standing::Away, NOW.plus(-HOUR)));
        let evening = NOW.plus(3 * HOUR);
        assert_eq!(at(Some(true), evening).0, Standing::OffHours);
        assert_eq!(standing(&row(None), None, true, NOW).0, Standing::Away, "they have not said so");
        assert_eq!(standing(&row(Some(true)), None, true, NOW).0, Standing::There);
    }

    #[test]
    fn a_weekend_is_one_absence() {
        let hours = nine_to_five();
        let sunday = NOW.plus(4 * DAY);
        let friday_evening = Millis(1_795_615_500_000 + 2 * DAY + 115 * 60_000);
        assert_eq!(closed_since(&hours, sunday), Some(friday_evening));
        let monday = opens_at(&hours, sunday).unwrap();
        assert_eq!(closed_since(&hours, monday), None);
        assert!(closed_since(&hours, monday.plus(-1)).is_some(), "it is the first open moment");
    }
}
