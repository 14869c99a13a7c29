//! Every listed region, 2020 to 2035, against another program's answer (`data/generate_holidays.py` says whose).
use kernel::holidays::Region;
use std::collections::BTreeSet;

const EXPECTED: &str = include_str!("data/holidays.tsv");

#[test]
fn the_holidays_of_every_region_are_those_of_the_reference() {
    let (mut regions, mut wrong) = (BTreeSet::new(), Vec::new());
    for line in EXPECTED.lines().filter(|line| !line.starts_with('#')) {
        let [code, year, days] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let region = Region::find(code).unwrap_or_else(|| panic!("{code} is not in the table"));
        let found = region.year(year.parse().unwrap());
        let found: BTreeSet<_> =
            found.iter().map(|holiday| holiday.day.to_string()[5..].replace('-', "")).collect();
        let expected: BTreeSet<_> = days.split(' ').map(str::to_owned).collect();
        if found != expected {
            let missing: Vec<_> = expected.difference(&found).collect();
            let wrongly: Vec<_> = found.difference(&expected).collect();
            wrong.push(format!("{code} {year}: missing {missing:?}, too many {wrongly:?}"));
        }
        regions.insert(code);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let listed: BTreeSet<_> = Region::all().iter().map(|region| region.code).collect();
    assert_eq!(regions, listed, "every listed region is compared");
}

#[test]
fn a_day_is_found_whether_its_year_is_kept_or_not() {
    for region in Region::all() {
        for year in [1985, 1999, 2000, 2027, 2099, 2100] {
            for holiday in region.year(year) {
                assert_eq!(region.on(holiday.day).map(|found| found.day), Some(holiday.day));
            }
            let open = kernel::day::Day::of(year, 2, 12);
            assert_eq!(region.on(open), None, "{region:?} {open}");
        }
    }
}
