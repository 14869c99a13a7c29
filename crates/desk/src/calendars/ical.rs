//! Days off from an iCalendar file (RFC 5545): whole days, once or every year.
use kernel::day::Day;

/// What a file says.
#[derive(Debug, Default, PartialEq)]
pub struct Found {
    pub days: Vec<(Day, String)>,
    /// Entries that are no whole days, or recur in another way than once a year.
    pub left_out: usize,
}

/// One entry may last so long; a longer one is a mistake of the file.
const LONGEST: i32 = 62;
/// A yearly entry is kept for so many years from this one on.
const YEARS: i32 = 10;

/// * returns – `None` where it is no iCalendar file.
pub fn closed_days(text: &str, today: Day) -> Option<Found> {
    let lines = unfold(text);
    if !lines.iter().any(|line| line.trim().eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return None;
    }
    let (mut found, mut entry) = (Found::default(), None);
    for line in &lines {
        let Some((name, parameters, value)) = property(line) else { continue };
        match (name.as_str(), value.to_ascii_uppercase().as_str()) {
            ("BEGIN", "VEVENT") => entry = Some(Entry::default()),
            ("END", "VEVENT") => {
                if let Some(entry) = entry.take() {
                    add(&mut found, entry, today);
                }
            }
            _ => {
                if let Some(entry) = &mut entry {
                    entry.take(&name, &parameters, value);
                }
            }
        }
    }
    found.days.sort();
    found.days.dedup_by_key(|(day, _)| *day);
    Some(found)
}

#[derive(Default)]
struct Entry {
    from: Option<Day>,
    /// Not included.
    to: Option<Day>,
    summary: String,
    rule: String,
    is_free: bool,
}
impl Entry {
    fn take(&mut self, name: &str, parameters: &str, value: &str) {
        match name {
            "DTSTART" => self.from = date(parameters, value),
            "DTEND" => self.to = date(parameters, value),
            "SUMMARY" => self.summary = plain(value),
            "RRULE" => self.rule = value.to_ascii_uppercase(),
            "STATUS" => self.is_free |= value.eq_ignore_ascii_case("CANCELLED"),
            _ => {}
        }
    }
}

fn add(found: &mut Found, entry: Entry, today: Day) {
    let Some(from) = entry.from.filter(|_| !entry.is_free) else {
        found.left_out += 1;
        return;
    };
    let length = entry.to.map_or(1, |to| to.0 - from.0).max(1);
    let is_yearly = entry.rule.split(';').any(|part| part == "FREQ=YEARLY");
    let is_simple = entry.rule.split(';').all(|part| {
        ["FREQ=YEARLY", "INTERVAL=1"].contains(&part)
            || part.starts_with("WKST=")
            || part.starts_with("UNTIL=")
    });
    if length > LONGEST || !(entry.rule.is_empty() || is_yearly && is_simple) {
        found.left_out += 1;
        return;
    }
    let until = entry.rule.split(';').find_map(|part| date("", part.strip_prefix("UNTIL=")?.get(..8)?));
    let (year, month, day) = from.date();
    let years = if is_yearly { year.max(today.year())..=today.year() + YEARS } else { year..=year };
    for year in years {
        let first = Day::of(year, month, day);
        // 29 February is a day of leap years alone.
        if first.date() != (year, month, day) || until.is_some_and(|until| first > until) {
            continue;
        }
        found.days.extend((0..length).map(|at| (first.plus(at), entry.summary.clone())));
    }
}

/// `20261224` of a property that has dates; a time of day is none.
fn date(parameters: &str, value: &str) -> Option<Day> {
    let is_date = value.len() == 8 && value.bytes().all(|byte| byte.is_ascii_digit());
    if !is_date || parameters.to_ascii_uppercase().contains("DATE-TIME") {
        return None;
    }
    Day::from_word(&format!("{}-{}-{}", &value[..4], &value[4..6], &value[6..]))
}

/// Lines that begin with a blank go on with the line before.
fn unfold(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.trim_end_matches('\r').to_owned()),
        }
    }
    lines
}

/// Name, parameters and value of `DTSTART;VALUE=DATE:20261224`.
fn property(line: &str) -> Option<(String, String, &str)> {
    let mut is_quoted = false;
    let colon = line.find(|c| {
        is_quoted ^= c == '"';
        c == ':' && !is_quoted
    })?;
    let (head, value) = (&line[..colon], line[colon + 1..].trim());
    let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
    Some((name.to_ascii_uppercase(), parameters.to_owned(), value))
}

/// A text without its escapes.
fn plain(value: &str) -> String {
    value
        .replace("\\n", " ")
        .replace("\\N", " ")
        .replace("\\,", ",")
        .replace("\\;", ";")
        .replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n\
        BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Closed\\, all \r\n of us\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Works outing\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nDTSTART:20261124T090000Z\r\nDTEND:20261124T100000Z\r\nSUMMARY:A meeting\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261101\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Every week\r\nEND:VEVENT\r\n\
        END:VCALENDAR\r\n";

    #[test]
    fn whole_days_are_read_once_and_every_year() {
        let found = closed_days(FILE, Day::of(2026, 11, 25)).unwrap();
        assert_eq!(found.left_out, 2, "a meeting and a weekly entry");
        let christmas: Vec<_> = found.days.iter().filter(|(_, name)| name == "Closed, all of us").collect();
        assert_eq!(christmas.len(), 3);
        assert_eq!(christmas[2].0, Day::of(2026, 12, 26), "the end is not included");
        let outings: Vec<_> = found.days.iter().filter(|(_, name)| name == "Works outing").collect();
        assert_eq!((outings.len(), outings[0].0), (11, Day::of(2026, 5, 1)));
    }
    #[test]
    fn another_file_is_none() {
        assert_eq!(closed_days("%PDF-1.7", Day::of(2026, 1, 1)), None);
        assert_eq!(
            closed_days("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:2026\nEND:VEVENT", Day::of(2026, 1, 1))
                .unwrap()
                .left_out,
            1
        );
    }
}
