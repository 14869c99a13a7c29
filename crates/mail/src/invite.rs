//! Meeting requests: the few lines of iCalendar (RFC 5545, 5546) that a ticket shows.

use crate::address::Address;
use crate::limits::Limits;
use crate::{address, text};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A meeting as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    pub method: Method,
    pub uid: String,
    pub summary: String,
    pub location: Option<String>,
    pub start: Option<When>,
    pub end: Option<When>,
    pub organizer: Option<Address>,
    pub attendees: Vec<Address>,
}

/// What the sender wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Request,
    Reply,
    Cancel,
    /// Published for information, or nothing said.
    Publish,
}

/// A moment or a whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Unix milliseconds. A time with an unknown zone is read as UTC.
    Instant(i64),
    /// A day without a time, in the reader's calendar.
    Day(jiff::civil::Date),
}

/// The two data: URLs and long descriptions aside, an invitation is small.
const LONGEST: usize = 1024 * 1024;

impl Invite {
    /// The first event of a calendar; `None` when there is none that can be read.
    pub fn read(calendar: &str, limits: &Limits) -> Option<Invite> {
        let calendar = text::prefix(calendar, LONGEST.min(limits.decoded));
        let mut method = Method::Publish;
        let mut invite: Option<Invite> = None;
        let mut inside = Inside::Calendar;
        let mut duration = None;
        for line in unfolded(calendar) {
            let Some(property) = Property::read(&line) else { continue };
            match (property.name.as_str(), property.value.to_ascii_uppercase().as_str()) {
                ("BEGIN", "VEVENT") if invite.is_none() => {
                    inside = Inside::Event;
                    invite = Some(Invite {
                        method,
                        uid: String::new(),
                        summary: String::new(),
                        location: None,
                        start: None,
                        end: None,
                        organizer: None,
                        attendees: Vec::new(),
                    });
                    continue;
                }
                ("END", "VEVENT") => {
                    inside = Inside::Calendar;
                    continue;
                }
                ("BEGIN", _) if inside == Inside::Event => inside = Inside::Alarm,
                ("END", _) if inside == Inside::Alarm => inside = Inside::Event,
                ("METHOD", value) => method = Method::read(value),
                _ => {}
            }
            if let (Inside::Event, Some(invite)) = (inside, invite.as_mut()) {
                match property.name.as_str() {
                    "UID" => invite.uid = text::one_line(&property.value),
                    "SUMMARY" => invite.summary = text::one_line(&unescape(&property.value)),
                    "LOCATION" => {
                        invite.location =
                            Some(text::one_line(&unescape(&property.value))).filter(|l| !l.is_empty())
                    }
                    "DTSTART" => invite.start = property.when(),
                    "DTEND" => invite.end = property.when(),
                    "DURATION" => duration = property.value.trim().parse::<jiff::Span>().ok(),
                    "ORGANIZER" => invite.organizer = property.person(),
                    "ATTENDEE" if invite.attendees.len() < 500 => invite.attendees.extend(property.person()),
                    _ => {}
                }
            }
        }
        let mut invite = invite?;
        invite.method = method;
        if let (None, Some(When::Instant(start)), Some(span)) = (invite.end, invite.start, duration) {
            let length = span
                .total((jiff::Unit::Millisecond, jiff::SpanRelativeTo::days_are_24_hours()))
                .unwrap_or(0.0);
            invite.end = Some(When::Instant(start.saturating_add(length as i64)));
        }
        Some(invite)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Calendar,
    Event,
    /// An alarm or another component inside the event.
    Alarm,
}

impl Method {
    fn read(value: &str) -> Method {
        match value.trim() {
            "REQUEST" | "COUNTER" | "ADD" => Method::Request,
            "REPLY" | "DECLINECOUNTER" | "REFRESH" => Method::Reply,
            "CANCEL" => Method::Cancel,
            _ => Method::Publish,
        }
    }
}

/// `NAME;PARAM=x;PARAM="y":value`
struct Property {
    name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

impl Property {
    fn read(line: &str) -> Option<Property> {
        let mut quoted = false;
        let colon = line.char_indices().find_map(|(at, c)| {
            quoted ^= c == '"';
            (c == ':' && !quoted).then_some(at)
        })?;
        let mut quoted = false;
        let mut head = line[..colon].split(|c| {
            quoted ^= c == '"';
            c == ';' && !quoted
        });
        let name = head.next()?.trim().to_ascii_uppercase();
        let parameters = head
            .filter_map(|parameter| parameter.split_once('='))
            .map(|(name, value)| (name.trim().to_ascii_uppercase(), value.trim_matches('"').to_owned()))
            .collect();
        Some(Property { name, parameters, value: line[colon + 1..].to_owned() })
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn person(&self) -> Option<Address> {
        let bare = self.value.trim();
        let bare =
            bare.get(..7).filter(|start| start.eq_ignore_ascii_case("mailto:")).map_or(bare, |_| &bare[7..]);
        let email = address::normalised(bare)?;
        let name = self.parameter("CN").map(text::one_line).filter(|name| !name.is_empty() && *name != email);
        Some(Address { name, email })
    }

    fn when(&self) -> Option<When> {
        let value = self.value.trim();
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i16>().ok();
        let small = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i8>().ok();
        let date = jiff::civil::Date::new(number(0..4)?, small(4..6)?, small(6..8)?).ok()?;
        if !value.contains('T') {
            return Some(When::Day(date));
        }
        let time =
            jiff::civil::Time::new(small(8..10)?, small(10..12)?, small(12..14).unwrap_or(0).min(59), 0)
                .ok()?;
        let local = DateTime::from_parts(date, time);
        let zone = if value.ends_with('Z') {
            TimeZone::UTC
        } else {
            self.parameter("TZID").map_or(TimeZone::UTC, zone)
        };
        Some(When::Instant(local.to_zoned(zone).ok()?.timestamp().as_millisecond()))
    }
}

/// A zone by its IANA name, or by the name Windows gives it.
fn zone(name: &str) -> TimeZone {
    let name = name.trim().trim_start_matches('/');
    // Some programs put their own path before the name: `/freeassociation.sourceforge.net/Europe/Berlin`.
    let tail = name.match_indices('/').rev().nth(1).map_or(name, |(at, _)| &name[at + 1..]);
    let windows = match name {
        "W. Europe Standard Time" => "Europe/Berlin",
        "Romance Standard Time" => "Europe/Paris",
        "Central Europe Standard Time" => "Europe/Budapest",
        "Central European Standard Time" => "Europe/Warsaw",
        "GMT Standard Time" => "Europe/London",
        "Greenwich Standard Time" => "Atlantic/Reykjavik",
        "FLE Standard Time" => "Europe/Kiev",
        "GTB Standard Time" => "Europe/Bucharest",
        "E. Europe Standard Time" => "Europe/Chisinau",
        "Russian Standard Time" => "Europe/Moscow",
        "Turkey Standard Time" => "Europe/Istanbul",
        "Israel Standard Time" => "Asia/Jerusalem",
        "Eastern Standard Time" => "America/New_York",
        "Central Standard Time" => "America/Chicago",
        "Mountain Standard Time" => "America/Denver",
        "Pacific Standard Time" => "America/Los_Angeles",
        "India Standard Time" => "Asia/Kolkata",
        "China Standard Time" => "Asia/Shanghai",
        "Tokyo Standard Time" => "Asia/Tokyo",
        "AUS Eastern Standard Time" => "Australia/Sydney",
        _ => name,
    };
    TimeZone::get(windows).or_else(|_| TimeZone::get(tail)).unwrap_or(TimeZone::UTC)
}

/// Logical lines: a line that begins with a space continues the one before.
fn unfolded(calendar: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in calendar.split('\n') {
        let line = line.trim_end_matches('\r');
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

fn unescape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            (c, false) => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(event: &str) -> Invite {
        let calendar = format!(
            "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n{event}END:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        Invite::read(&calendar, &Limits::default()).expect("an event")
    }

    #[test]
    fn a_request_says_what_when_and_who() {
        let invite = read(
            "UID:u1\r\nSUMMARY:Besuch\\, Werk\r\n  2\r\nDTSTART;TZID=Europe/Berlin:20260701T100000\r\nDURATION:PT90M\r\n\
             ORGANIZER;CN=\"Lee; Ann\":mailto:Ann@x.example\r\nATTENDEE;CN=Bo:MAILTO:bo@x.example\r\n\
             BEGIN:VALARM\r\nSUMMARY:alarm\r\nEND:VALARM\r\nLOCATION:Halle 3\r\n",
        );
        assert_eq!((invite.method, invite.summary.as_str()), (Method::Request, "Besuch, Werk 2"));
        assert_eq!(invite.start, Some(When::Instant(1_782_892_800_000)));
        assert_eq!(invite.end, Some(When::Instant(1_782_892_800_000 + 90 * 60_000)));
        assert_eq!(invite.organizer.as_ref().and_then(|o| o.name.as_deref()), Some("Lee; Ann"));
        assert_eq!((invite.attendees.len(), invite.location.as_deref()), (1, Some("Halle 3")));
    }

    #[test]
    fn a_day_has_no_time_and_windows_zones_are_known() {
        assert_eq!(
            read("DTSTART;VALUE=DATE:20261224\r\n").start,
            Some(When::Day(jiff::civil::date(2026, 12, 24)))
        );
        let invite = read("DTSTART;TZID=\"W. Europe Standard Time\":20260101T100000\r\n");
        assert_eq!(invite.start, Some(When::Instant(1_767_258_000_000)));
    }

    #[test]
    fn a_calendar_without_an_event_is_no_invitation() {
        assert_eq!(Invite::read("BEGIN:VCALENDAR\r\nEND:VCALENDAR", &Limits::default()), None);
        assert_eq!(Invite::read("", &Limits::default()), None);
    }
}
