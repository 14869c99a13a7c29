//! Amounts as people of a country write them.
use kernel::money::Currency;
use platform::i18n::Language;

/// `€1,234.50`, `1.234,50 €`, `€ 1.234,50`. A currency without a sign of its own has its code.
pub fn amount(language: Language, minor: i64, code: &str) -> String {
    let Some(currency) = Currency::find(code) else { return format!("{minor} {code}") };
    let sign = match currency.code {
        "EUR" => "€",
        "GBP" => "£",
        "USD" => "$",
        code => code,
    };
    let is_code = sign.len() == 3 && sign.is_ascii();
    match language {
        Language::En if is_code => format!("{sign}\u{a0}{}", currency.figures(minor, ",", ".")),
        Language::En => format!("{sign}{}", currency.figures(minor, ",", ".")),
        Language::De => format!("{}\u{a0}{sign}", currency.figures(minor, ".", ",")),
        Language::Nl => format!("{sign}\u{a0}{}", currency.figures(minor, ".", ",")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_as_its_reader_writes_it() {
        let of = |language| amount(language, 123_450, "EUR");
        assert_eq!(
            [of(Language::En), of(Language::De), of(Language::Nl)],
            ["€1,234.50", "1.234,50\u{a0}€", "€\u{a0}1.234,50"]
        );
        assert_eq!(amount(Language::De, 1_200, "CHF"), "12,00\u{a0}CHF");
        assert_eq!(amount(Language::En, 1_200, "JPY"), "JPY\u{a0}1,200");
    }
}
