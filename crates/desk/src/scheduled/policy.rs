//! When an answer is sent that is not sent at once. No I/O.
use crate::conversation::{Message, ReplyDraft};
use derive::Record;
use jiff::{civil::DateTime, tz::TimeZone};
use kernel::{
    clock::{DAY, Millis},
    fault::Problem,
    id::Id,
    working_time::Calendar,
};
use platform::authority::User;

/// An answer waits a year at most.
const MOST_MS: i64 = 366 * DAY;
/// When a day begins where nothing else is known.
const MORNING: i8 = 8;

/// An answer that is not sent yet.
#[derive(Clone, Debug, Record)]
pub struct ScheduledReply {
    pub id: Id<ScheduledReply>,
    pub ticket_id: Id<crate::tickets::Ticket>,
    pub user_id: Id<User>,
    pub user_name: String,
    /// JSON of a [`ReplyDraft`].
    pub draft: String,
    /// JSON of the composer, as drafts are kept.
    pub composer: String,
    pub seen_id: Id<Message>,
    /// A time was chosen; else it can be taken back for some seconds.
    pub is_later: bool,
    pub send_at_ms: Millis,
    /// Why it was not sent at its time.
    pub held_because: Option<String>,
    pub created_at_ms: Millis,
}
impl ScheduledReply {
    pub fn draft(&self) -> ReplyDraft {
        serde_json::from_str(&self.draft).unwrap_or_default()
    }
}

/// When somebody wants it sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Now,
    /// Tomorrow at eight.
    Tomorrow,
    /// As soon as the desk opens on another day.
    WorkingDay,
    /// By the writer's own clock.
    At(DateTime),
}
impl When {
    /// What a form says: a word, and a date with a time as browsers write it.
    ///
    /// * errors – 422 for anything else.
    pub fn from_form(word: &str, at: &str) -> Result<When, Problem> {
        match word {
            "" => Ok(When::Now),
            "tomorrow" => Ok(When::Tomorrow),
            "working_day" => Ok(When::WorkingDay),
            "at" => at.parse().map(When::At).map_err(|_| Problem::field("at", "not_a_time")),
            _ => Err(Problem::field("when", "unknown_word")),
        }
    }
    /// The instant, by the clocks of `zone` and the desk's calendar; `None` for now.
    ///
    /// A time that a clock change skips is the one after the gap.
    ///
    /// * errors – 422 for what is over or more than a year away.
    pub fn instant(
        self,
        now: Millis,
        zone: &TimeZone,
        calendar: Option<&Calendar>,
    ) -> Result<Option<Millis>, Problem> {
        let today = now.timestamp().to_zoned(zone.clone()).date();
        let wrong = |_| Problem::field("at", "not_a_time");
        let at = |time: DateTime| time.to_zoned(zone.clone()).map_err(wrong);
        let instant = match self {
            When::Now => return Ok(None),
            When::Tomorrow => at(today.tomorrow().map_err(wrong)?.at(MORNING, 0, 0, 0))?,
            When::WorkingDay => match calendar.filter(|calendar| !calendar.is_always_open()) {
                Some(calendar) => {
                    let midnight = at(today.tomorrow().map_err(wrong)?.at(0, 0, 0, 0))?;
                    let midnight = Millis(midnight.timestamp().as_millisecond());
                    // One millisecond of work is done at the first instant in which somebody works.
                    let open = calendar.due(midnight, 1).map_err(|_| Problem::field("when", "never_open"))?;
                    return check(now, open.plus(-1)).map(Some);
                }
                None => {
                    let mut day = today.tomorrow().map_err(wrong)?;
                    while day.weekday().to_monday_one_offset() > 5 {
                        day = day.tomorrow().map_err(wrong)?;
                    }
                    at(day.at(MORNING, 0, 0, 0))?
                }
            },
            When::At(time) => at(time)?,
        };
        check(now, Millis(instant.timestamp().as_millisecond())).map(Some)
    }
}

/// * errors – 422 for what is over or more than a year away.
pub fn check(now: Millis, at: Millis) -> Result<Millis, Problem> {
    if at <= now {
        return Err(Problem::field("at", "in_the_past"));
    }
    if at.0 - now.0 > MOST_MS {
        return Err(Problem::field("at", "too_far"));
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saturday, 21 November 2026, 09:05 UTC.
    const NOW: Millis = Millis(1_795_251_900_000);

    fn of(when: When) -> String {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        when.instant(NOW, &zone, None).unwrap().unwrap().to_string()
    }

    #[test]
    fn words_mean_the_writers_own_clock() {
        assert_eq!(of(When::Tomorrow), "2026-11-22T07:00:00.000Z");
        assert_eq!(of(When::WorkingDay), "2026-11-23T07:00:00.000Z", "Sunday is none");
        assert_eq!(of(When::from_form("at", "2026-11-21T12:30").unwrap()), "2026-11-21T11:30:00.000Z");
        assert_eq!(When::from_form("", "").unwrap().instant(NOW, &TimeZone::UTC, None), Ok(None));
    }
    #[test]
    fn what_is_over_or_far_away_is_refused() {
        let code = |word: &str, at: &str| {
            let when = When::from_form(word, at);
            when.and_then(|when| when.instant(NOW, &TimeZone::UTC, None)).unwrap_err().fields[0].code
        };
        assert_eq!(code("at", "2026-11-21T09:00"), "in_the_past");
        assert_eq!(code("at", "2028-01-01T09:00"), "too_far");
        assert_eq!(code("at", "soon"), "not_a_time");
        assert_eq!(code("whenever", ""), "unknown_word");
    }
    #[test]
    fn a_time_that_the_clock_skips_is_after_the_gap() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let when = When::from_form("at", "2027-03-28T02:30").unwrap();
        assert_eq!(when.instant(NOW, &zone, None).unwrap().unwrap().to_string(), "2027-03-28T01:30:00.000Z");
    }
}
