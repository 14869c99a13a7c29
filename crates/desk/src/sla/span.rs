//! Working time as people write it: `4h`, `90m`, `2d`, `1h 30m`.
use kernel::{clock::MINUTE, working_time::Calendar};
use std::{fmt, str::FromStr};

/// Days of the calendar it will be measured by, and minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    days: i64,
    minutes: i64,
}

/// More is a mistake.
const DAYS_MOST: i64 = 1_000;

impl Span {
    /// A day is as long as a working day of the calendar; around the clock it has 24 hours.
    pub fn in_ms(self, calendar: &Calendar) -> i64 {
        self.days * calendar.day_ms() + self.minutes * MINUTE
    }
}
impl FromStr for Span {
    /// The code of what is wrong.
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Span, &'static str> {
        let (mut days, mut minutes, mut number) = (0i64, 0i64, None::<i64>);
        for c in text.trim().chars() {
            match (c, number) {
                ('0'..='9', so_far) => {
                    let digit = i64::from(c as u32 - '0' as u32);
                    number = Some(so_far.unwrap_or(0) * 10 + digit).filter(|n| *n < 10_000_000);
                    number.ok_or("duration")?;
                }
                ('d', Some(n)) => (days, number) = (days + n, None),
                ('h', Some(n)) => (minutes, number) = (minutes + n * 60, None),
                ('m', Some(n)) => (minutes, number) = (minutes + n, None),
                (' ', _) => {}
                _ => return Err("duration"),
            }
        }
        let is_fine = number.is_none() && days + minutes > 0 && days + minutes / 1440 <= DAYS_MOST;
        if is_fine { Ok(Span { days, minutes }) } else { Err("duration") }
    }
}
/// Normal form: `2d 1h 30m`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let parts = [(self.days, 'd'), (self.minutes / 60, 'h'), (self.minutes % 60, 'm')];
        let mut is_first = true;
        for (number, unit) in parts.into_iter().filter(|(number, _)| *number != 0) {
            let blank = if std::mem::take(&mut is_first) { "" } else { " " };
            write!(f, "{blank}{number}{unit}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{
        clock::HOUR,
        working_time::{Exceptions, Window},
    };

    #[test]
    fn a_span_is_written_as_it_is_read() {
        for (given, written) in
            [("4h", "4h"), ("90m", "1h 30m"), (" 2d", "2d"), ("1d 4h 5m", "1d 4h 5m"), ("1h30m", "1h 30m")]
        {
            assert_eq!(given.parse::<Span>().unwrap().to_string(), written);
        }
        for bad in ["", "4", "h", "4x", "-1h", "0m", "1.5h", "99999999999d", "2000d", "4hh"] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }
    #[test]
    fn a_day_is_a_working_day() {
        let week =
            std::array::from_fn(|day| if day < 5 { vec![Window { from: 480, to: 960 }] } else { Vec::new() });
        let office = Calendar::new("UTC", week, Exceptions::new(), None).unwrap();
        let two = "2d".parse::<Span>().unwrap();
        assert_eq!((two.in_ms(&office), two.in_ms(&Calendar::always())), (16 * HOUR, 48 * HOUR));
    }
}
