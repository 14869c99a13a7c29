//! Public holidays by country and region, from rules: any year, no file to update.
//!
//! Days that are only observed (carnival, half days, bank and school holidays) are no holidays here, because nothing
//! closes by law. Source: each region's law as the Python package `holidays` has it; a test compares every region of
//! 2020 to 2035 with what that package says.
mod rule;
mod table;

use crate::day::Day;
use rule::Rule;
use std::sync::OnceLock;

/// A country, or a part of it with holidays of its own.
pub struct Region {
    /// `DE-BY`: ISO 3166 country and subdivision.
    pub code: &'static str,
    parts: &'static [&'static [Rule]],
}
impl std::fmt::Debug for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.code)
    }
}

/// A day on which a region's shops are shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holiday {
    pub day: Day,
    /// The Fluent message is `holiday-NAME`.
    pub name: &'static str,
    /// The holiday itself fell on a weekend; this day makes up for it.
    pub is_substitute: bool,
}

/// Years that are remembered once computed.
const FIRST: i32 = 2000;
const YEARS: usize = 100;

impl Region {
    /// All regions, by code.
    pub fn all() -> &'static [Region] {
        table::REGIONS
    }
    pub fn find(code: &str) -> Option<&'static Region> {
        Region::all().iter().find(|region| region.code == code)
    }
    /// `DE` of `DE-BY`.
    pub fn country(&self) -> &'static str {
        self.code.split('-').next().unwrap_or(self.code)
    }

    /// The holidays of a year, in order; two on one day stand beside each other.
    pub fn year(&self, year: i32) -> Vec<Holiday> {
        let mut found = Vec::new();
        for rule in self.parts.iter().flat_map(|part| part.iter()) {
            // A substitute may lie on the other side of New Year.
            for of in [year - 1, year, year + 1] {
                for (at, day) in rule.days(of).into_iter().enumerate() {
                    let Some(day) = day.filter(|day| day.year() == year) else { continue };
                    found.push(Holiday { day, name: rule.name, is_substitute: at == 1 });
                }
            }
        }
        // A day that is a holiday by itself has that name, not the one of what it makes up for.
        found.sort_by_key(|holiday| (holiday.day, holiday.is_substitute));
        found
    }

    /// The holiday on this day. Costs a binary search: years from 2000 to 2099 are kept.
    pub fn on(&self, day: Day) -> Option<Holiday> {
        let year = day.year();
        let find = |days: &[Holiday]| {
            let at = days.partition_point(|holiday| holiday.day < day);
            days.get(at).filter(|holiday| holiday.day == day).copied()
        };
        match self.kept(year) {
            Some(days) => find(days),
            None => find(&self.year(year)),
        }
    }

    fn kept(&self, year: i32) -> Option<&'static [Holiday]> {
        static KEPT: OnceLock<Vec<OnceLock<Vec<Holiday>>>> = OnceLock::new();
        let of_year = usize::try_from(year - FIRST).ok().filter(|at| *at < YEARS)?;
        let at = Region::all().iter().position(|region| std::ptr::eq(region, self))?;
        let size = Region::all().len() * YEARS;
        let kept = KEPT.get_or_init(|| std::iter::repeat_with(OnceLock::new).take(size).collect());
        Some(kept[at * YEARS + of_year].get_or_init(|| self.year(year)))
    }
}
