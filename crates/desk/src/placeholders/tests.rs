use super::{
    Allowed, Template, Trouble, Values, fill,
    values::{first_name, last_name},
};
use crate::fields::{Field, FieldKind};
use kernel::{clock::Millis, id::Id};
use platform::i18n::Language;

/// 2026-11-25, 14:05 UTC.
const NOW: Millis = Millis(1_795_615_500_000);

fn field(key: &str, kind: FieldKind) -> Field {
    Field::plain(Id::new(1), key.into(), key.into(), kind, "[]".into())
}
fn values(language: Language) -> Values {
    let mut values = Values::sample(language, "Bo Berg", "ACME", NOW, &[]);
    values.fields.insert("asset".into(), (FieldKind::Text, None));
    values.fields.insert("since".into(), (FieldKind::Date, Some("2026-03-01".into())));
    values.created = Some(NOW);
    values
}
fn filled(text: &str, values: &Values) -> String {
    let filled = fill(&Template::parse(text, Allowed::Ticket), values);
    assert_eq!(filled.faults, [], "{text}");
    filled.text
}
fn troubles(text: &str, values: &Values) -> Vec<Trouble> {
    let filled = fill(&Template::parse(text, Allowed::Ticket), values);
    assert_eq!(filled.text, text, "what cannot be filled stays as it was written");
    filled.faults.into_iter().map(|fault| fault.trouble).collect()
}

#[test]
fn names_are_filled_and_a_default_stands_for_nothing() {
    let mut values = values(Language::En);
    let text = "Hello {{customer.first_name | default: \"there\"}}, {{ticket.number}} is {{ ticket.status }}. {{agent.first_name}}";
    assert_eq!(filled(text, &values), "Hello Ada, 1042 is Open. Bo");
    values.customer.name = "ada@example.org".into();
    assert_eq!(filled("{{customer.first_name|default:\"a | }} b\"}}", &values), "a | }} b");
    assert_eq!(filled("{{ticket.fields.asset | default: \"\"}}.", &values), ".");
}

#[test]
fn dates_have_a_form_a_zone_and_a_language() {
    let (en, de, nl) = (values(Language::En), values(Language::De), values(Language::Nl));
    let long = "{{ticket.created | date: \"long\"}}";
    assert_eq!(filled(long, &en), "25 November 2026");
    assert_eq!(filled(long, &de), "25. November 2026");
    assert_eq!(filled(long, &nl), "25 november 2026");
    assert_eq!(filled("{{ticket.created | date: \"full\"}}", &de), "Mittwoch, 25. November 2026");
    assert_eq!(
        filled("{{ticket.created | date: \"full\" | language: \"nl\"}}", &de),
        "woensdag 25 november 2026"
    );
    let forms = ["short", "iso", "time", "datetime"]
        .map(|form| filled(&format!("{{{{today | date: \"{form}\"}}}}"), &en));
    assert_eq!(forms, ["25/11/2026", "2026-11-25", "14:05", "25 November 2026, 14:05"]);
    let tokyo = "{{ticket.created | zone: \"Asia/Tokyo\" | date: \"datetime\"}}";
    assert_eq!(filled(tokyo, &en), "25 November 2026, 23:05");
    assert_eq!(filled("{{ticket.fields.since | date: \"short\"}}", &de), "01.03.2026");
    assert_eq!(filled("{{ticket.priority | language: \"de\"}}", &en), "Normal");
}

#[test]
fn what_does_not_exist_is_named_with_its_place() {
    let text = "Hello\n  ä {{nope}} and {{7*7}}, {{customer.first_name | upper: \"x\"}}";
    let faults = Template::parse(text, Allowed::Ticket).faults(&[]);
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "2:5 unknown_name {{nope}}",
            "2:18 unknown_name {{7*7}}",
            "2:27 unknown_filter {{customer.first_name | upper: \"x\"}}"
        ]
    );
    assert_eq!(faults[0].told(Language::De), "Zeile 2, Spalte 5: {{nope}} gibt es nicht");
    let own = Template::parse("{{ticket.fields.asset}} {{ticket.fields.gone}}", Allowed::Ticket);
    assert_eq!(own.faults(&[field("asset", FieldKind::Text)])[0].written, "{{ticket.fields.gone}}");
}

#[test]
fn what_cannot_be_filled_stays_visible() {
    let values = values(Language::En);
    for (text, trouble) in [
        ("{{nope}}", Trouble::UnknownName),
        ("{{ticket.fields.gone}}", Trouble::UnknownName),
        ("{{ticket.fields.asset}}", Trouble::Nothing),
        ("{{ticket.subject | date: \"long\"}}", Trouble::UnknownFilter),
        ("{{ticket.created | date: \"tomorrow\"}}", Trouble::WrongArgument),
        ("{{ticket.created | zone: \"Europe/Nowhere\"}}", Trouble::WrongArgument),
        ("{{customer.name | default: nobody}}", Trouble::WrongArgument),
        ("{{customer.name", Trouble::Unclosed),
        ("{{customer.name | default: \"a}", Trouble::Unclosed),
        ("{{}}", Trouble::UnknownName),
    ] {
        assert_eq!(troubles(text, &values), [trouble], "{text}");
    }
}

#[test]
fn a_value_is_text_and_is_not_read_again() {
    let mut values = values(Language::En);
    values.customer.name = "<b>{{desk.name}}</b>\r\nBcc: x\u{202e} {{7*7}}".into();
    let text = filled("{{customer.name}}", &values);
    assert_eq!(text, "<b>{{desk.name}}</b>\nBcc: x {{7*7}}");
    let html = mail::html::from_text(&text);
    assert_eq!(html, "&lt;b&gt;{{desk.name}}&lt;/b&gt;<br>\nBcc: x {{7*7}}");
}

#[test]
fn a_signature_names_nothing_of_the_customer() {
    let values = Values::of_signature("Ada {{desk.name}}", "ACME", "Support", 7);
    let text = "{{agent.name}} · {{ desk.name }} · {{agent.first_name}} {{customer.name}} {{7*7}} {{";
    let filled = fill(&Template::parse(text, Allowed::Signature), &values);
    assert_eq!(filled.text, "Ada {{desk.name}} · ACME · Ada {{customer.name}} {{7*7}} {{");
    let written: Vec<_> = filled.faults.iter().map(|fault| fault.written.as_str()).collect();
    assert_eq!(written, ["{{customer.name}}", "{{7*7}}", "{{"]);
}

#[test]
fn names_have_a_first_and_a_last_part() {
    for (name, first, last) in [
        ("Ada Peters", "Ada", "Peters"),
        ("Dr. Anna Schmidt", "Anna", "Schmidt"),
        ("Sanne de Wit", "Sanne", "de Wit"),
        ("de Wit, Sanne", "Sanne", "de Wit"),
        ("Jan Peter van der Berg", "Jan", "van der Berg"),
        ("Reception", "Reception", ""),
        ("", "", ""),
    ] {
        assert_eq!((first_name(name), last_name(name).as_str()), (first, last), "{name}");
    }
}
