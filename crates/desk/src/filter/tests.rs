//! The text form and the tree are two faces of one thing.
use super::{mistake::What, names::Names, parse, print, tree::*};
use crate::tickets::{Category, Channel, Kind, Priority};
use jiff::civil::Date;
use proptest::prelude::*;

fn read(text: &str) -> Filter {
    parse(text, &Names::default()).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}"))
}
fn canonical(text: &str) -> String {
    print(&read(text), &Names::default())
}

#[test]
fn the_text_reads_as_people_mean_it() {
    let same = [
        ("is:open   priority:HIGH,urgent", "is:open priority:high,urgent"),
        ("is:open and tag:vip", "is:open tag:vip"),
        ("a b or c d", "(a b) or (c d)"),
        ("not is:open", "-is:open"),
        ("-(is:open or tag:vip)", "-(is:open or tag:vip)"),
        ("((is:open))", "is:open"),
        ("--is:open", "is:open"),
        ("priority:>=high", "priority:high,urgent"),
        ("created:2026-12-01..", "created:>=2026-12-01"),
        ("due:..2h", "due:<=2h"),
        ("#1042", "number:1042"),
        ("\"Printer  JAM\" Äpfel", "\"printer jam\" apfel"),
        ("subject:jam", "jam"),
        ("\"or\" \"-x\" \"#7\" \"a:b\"", "\"or\" \"-x\" \"#7\" \"a:b\""),
        ("organisation:\"42\" org:42", "organisation:\"42\" organisation:42"),
        ("waiting:third-party", "waiting:third_party"),
        ("from:Ada@Example.org", "requester:ada@example.org"),
        ("updated:>=2026-12-24T09:00:00+01:00", "updated:>=2026-12-24T08:00:00.000Z"),
        ("team:none,mine,7 assignee:me", "team:none,mine,7 assignee:me"),
        ("tag:\"none\",none", "tag:\"none\",none"),
        ("", ""),
        ("()", ""),
        ("is:open or ()", "is:open or ()"),
    ];
    for (typed, text) in same {
        assert_eq!(canonical(typed), text, "{typed}");
        assert_eq!(canonical(text), text, "{text}");
    }
}

#[test]
fn a_mistake_says_where_and_what_fits() {
    let cases = [
        ("is:open colour:red", What::Field, 8),
        ("is:opne", What::Value, 3),
        ("is:open,closed", What::Value, 3),
        ("due:soon", What::Value, 4),
        ("due:", What::Missing, 4),
        ("created:none", What::Value, 8),
        ("created:1h..today", What::Value, 8),
        ("team:\"1st line\"", What::Value, 5),
        ("tag:a,,b", What::Missing, 6),
        ("priority:high,low,meh", What::Value, 18),
        ("\"printer jam", What::Quote, 0),
        ("(is:open tag:a", What::Bracket, 0),
        ("is:open) tag:a", What::Bracket, 7),
        ("is:open or", What::Missing, 8),
        ("or is:open", What::Missing, 0),
        ("not", What::Missing, 0),
        ("field.colour:red", What::Field, 0),
        ("created:2026-13-01", What::Value, 8),
        ("requester:ada", What::Value, 10),
        ("ä is:opne", What::Value, 5),
    ];
    for (text, what, at) in cases {
        let mistake = parse(text, &Names::default()).expect_err(text);
        assert_eq!((mistake.what, mistake.at), (what, at), "{text}: {mistake:?}");
        let problem = mistake.problem();
        assert_eq!(
            (problem.status, problem.fields[0].pointer.as_str(), problem.offset),
            (422, "/filter", Some(at))
        );
    }
    let mistake = parse("is:opne", &Names::default()).unwrap_err();
    assert_eq!(mistake.expected.first().map(String::as_str), Some("open"));
    let german = mistake.sentence(platform::i18n::Language::De);
    assert!(
        german.contains("Zeichen 4") && german.contains("opne") && german.contains("open, closed"),
        "{german}"
    );
}

#[test]
fn no_text_makes_the_parser_work_for_long() {
    for text in [
        "(".repeat(3_000),
        "-".repeat(3_000),
        "a ".repeat(1_900),
        "x".repeat(5_000),
        format!("tag:{}", "a,".repeat(1_500)),
    ] {
        assert!(parse(&text, &Names::default()).is_err(), "{}", &text[..20]);
    }
}

fn word() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 äß\"\\\\:()<>,#%_.-]{1,12}"
}
fn ids() -> impl Strategy<Value = Vec<Holder>> {
    prop::collection::vec(
        prop_oneof![Just(Holder::Nobody), Just(Holder::Mine), (1..50i64).prop_map(Holder::Id)],
        1..4,
    )
    .prop_map(dedup)
}
fn dedup<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for one in all {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}
fn some<T: Clone + std::fmt::Debug + PartialEq + 'static>(
    all: &'static [T],
) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(prop::sample::select(all), 1..3).prop_map(dedup)
}
fn between<T: Clone + std::fmt::Debug + 'static>(
    one: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = Between<T>> {
    prop_oneof![
        one.clone().prop_map(Between::Is),
        one.clone().prop_map(Between::Less),
        one.clone().prop_map(Between::AtMost),
        one.clone().prop_map(Between::More),
        one.clone().prop_map(Between::AtLeast),
        (one.clone(), one).prop_map(|(low, high)| Between::From(low, high)),
    ]
}
fn day() -> impl Strategy<Value = Day> + Clone {
    let date = (1970..2900i16, 1..13i8, 1..29i8).prop_map(|(y, m, d)| Day::Date(Date::new(y, m, d).unwrap()));
    prop_oneof![Just(Day::Today), Just(Day::Yesterday), Just(Day::Tomorrow), date]
}
fn span() -> impl Strategy<Value = Mark> + Clone {
    let unit = prop::sample::select(&[Unit::Minutes, Unit::Hours, Unit::Days, Unit::Weeks][..]);
    (0..99_999u32, unit).prop_map(|(count, unit)| Mark::Span(Span { count, unit }))
}
fn condition() -> impl Strategy<Value = Condition> {
    let not_mine = |all: Vec<Holder>| {
        let mut all: Vec<_> = all.into_iter().filter(|holder| *holder != Holder::Mine).collect();
        if all.is_empty() {
            all.push(Holder::Nobody);
        }
        all
    };
    let status = prop_oneof![
        prop::sample::select(Category::ALL).prop_map(StatusIs::Category),
        (1..40i64).prop_map(StatusIs::Id)
    ];
    let name = word().prop_filter_map("empty", |word| match Condition::text(&word) {
        Some(Condition::Text(folded)) => Some(Party::Named(folded)),
        _ => None,
    });
    let party = prop_oneof![Just(Party::Nobody), (1..50i64).prop_map(Party::Id), name];
    let tag = word().prop_map(|word| kernel::text::one_line(&word, 61).to_lowercase());
    let tag =
        prop_oneof![Just(None), tag.prop_filter_map("empty", |tag| (!tag.is_empty()).then_some(Some(tag)))];
    let instant = (0..32_503_680_000_000i64).prop_map(|at| Mark::Instant(kernel::clock::Millis(at)));
    let mark = prop_oneof![between(day().prop_map(Mark::Day)), between(span()), between(instant)];
    prop_oneof![
        prop::sample::select(State::ALL).prop_map(Condition::Is),
        prop::collection::vec(status, 1..3).prop_map(dedup).prop_map(Condition::Status),
        some(&Priority::ALL).prop_map(Condition::Priority),
        some(Kind::ALL).prop_map(Condition::Kind),
        some(Channel::ALL).prop_map(Condition::Channel),
        ids().prop_map(Condition::Team),
        ids().prop_map(Condition::Assignee),
        ids().prop_map(move |all| Condition::Inbox(not_mine(all))),
        ids().prop_map(move |all| Condition::Policy(not_mine(all))),
        prop::collection::vec(0..=9i64, 1..4).prop_map(dedup).prop_map(Condition::Line),
        some(With::ALL).prop_map(Condition::With),
        (1..9i64).prop_map(|id| Condition::Requester(vec![
            Party::Id(id),
            Party::Named("a.b+c@example.org".into())
        ])),
        prop::collection::vec(party.clone(), 1..3).prop_map(dedup).prop_map(Condition::Organisation),
        prop::collection::vec(party, 1..3).prop_map(dedup).prop_map(Condition::Contract),
        prop::collection::vec(tag, 1..3).prop_map(dedup).prop_map(Condition::Tag),
        (prop::sample::select(Moment::ALL), mark)
            .prop_map(|(moment, mark)| Condition::Time(moment, When::At(mark))),
        prop::sample::select(&[Moment::Due, Moment::Solved][..])
            .prop_map(|moment| Condition::Time(moment, When::Never)),
        between(-5..2_000i64).prop_map(Condition::Number),
        between(0..900_000i64).prop_map(Condition::Spent),
        word().prop_filter_map("empty", |word| Condition::text(&word)),
        prop::sample::select(Part::ALL).prop_map(Condition::Has),
        some(Side::ALL).prop_map(Condition::Waiting),
    ]
}
fn filter() -> impl Strategy<Value = Filter> {
    let leaf = prop_oneof![9 => condition().prop_map(Filter::from), 1 => Just(Filter::default())];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::all),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::any),
            inner.prop_map(Filter::not),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn what_is_printed_reads_as_the_same(filter in filter()) {
        let text = print(&filter, &Names::default());
        prop_assert_eq!(parse(&text, &Names::default()), Ok(filter), "{}", text);
    }
    #[test]
    fn whatever_is_typed_is_read_or_refused(text in "[a-z0-9:\"()<>=.,# -]{0,60}") {
        if let Ok(filter) = parse(&text, &Names::default()) {
            let printed = print(&filter, &Names::default());
            prop_assert_eq!(parse(&printed, &Names::default()), Ok(filter), "{} from {}", printed, text);
        }
    }
}
