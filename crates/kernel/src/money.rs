//! Amounts of money: minor units of a currency, as whole numbers. Nothing is ever a fraction of a cent.

/// A currency of ISO 4217.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency {
    pub code: &'static str,
    /// How many figures stand behind the point.
    pub digits: u32,
}

/// Currencies without minor units.
const NONE: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
/// Those whose minor unit is a thousandth.
const THREE: &str = "BHD IQD JOD KWD LYD OMR TND";
/// The others of ISO 4217 that are somewhere legal tender.
const TWO: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG";

impl Currency {
    /// * returns – `None` for what ISO 4217 does not have.
    pub fn find(code: &str) -> Option<Currency> {
        let code = code.trim().to_ascii_uppercase();
        let among = |list: &'static str| list.split(' ').find(|known| *known == code);
        let of = |list, digits| among(list).map(|code| Currency { code, digits });
        of(TWO, 2).or_else(|| of(NONE, 0)).or_else(|| of(THREE, 3))
    }
    fn unit(self) -> i64 {
        10i64.pow(self.digits)
    }
    /// Reads `12`, `12.50` or `12,50`: the last point or comma stands before the minor units, and nothing else may stand in it.
    ///
    /// * returns – minor units; `None` for anything else, with more figures than the currency has, and below zero.
    pub fn read(self, text: &str) -> Option<i64> {
        let text = text.trim();
        let (whole, part) = text.rsplit_once([',', '.']).unwrap_or((text, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_shape = (1..=12).contains(&whole.len()) && part.len() <= self.digits as usize;
        let has_point = whole.len() != text.len();
        if !is_shape || !is_digits(whole) || !is_digits(part) || has_point && part.is_empty() {
            return None;
        }
        let part: i64 = format!("{part:0<width$}", width = self.digits as usize).parse().unwrap_or(0);
        whole.parse::<i64>().ok()?.checked_mul(self.unit())?.checked_add(part)
    }
    /// The figures of an amount: `1234567` in euro is `12.345,67` with `.` between thousands and `,` before the cents.
    pub fn figures(self, minor: i64, thousands: &str, point: &str) -> String {
        let whole = (minor / self.unit()).unsigned_abs().to_string();
        let mut grouped = String::new();
        for (at, digit) in whole.char_indices() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                grouped.push_str(thousands);
            }
            grouped.push(digit);
        }
        let sign = if minor < 0 { "−" } else { "" };
        match self.digits {
            0 => format!("{sign}{grouped}"),
            digits => {
                let part = (minor % self.unit()).unsigned_abs();
                format!("{sign}{grouped}{point}{part:0width$}", width = digits as usize)
            }
        }
    }
    /// As [`Currency::read`] reads it again.
    pub fn plain(self, minor: i64) -> String {
        self.figures(minor, "", ".")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_it_is_written() {
        let euro = Currency::find("eur").unwrap();
        for (text, minor) in [("12", 1200), ("12,5", 1250), ("12.50", 1250), (" 0,05 ", 5), ("0", 0)] {
            assert_eq!(euro.read(text), Some(minor), "{text}");
        }
        for bad in ["", "-1", "1,234", "1.234,50", "12,", ",50", "1e3", "12 €", "99999999999999"] {
            assert_eq!(euro.read(bad), None, "{bad}");
        }
        assert_eq!(Currency::find("JPY").unwrap().read("1200"), Some(1200));
        assert_eq!(Currency::find("JPY").unwrap().read("12.5"), None);
        assert_eq!(Currency::find("KWD").unwrap().read("1,234"), Some(1234));
        assert_eq!(
            (euro.figures(123_456_789, ".", ","), euro.plain(5)),
            ("1.234.567,89".into(), "0.05".into())
        );
        assert_eq!((euro.figures(-150, ".", ","), euro.plain(100_000)), ("−1,50".into(), "1000.00".into()));
    }
    #[test]
    fn only_what_iso_has_is_a_currency() {
        for code in ["EUR", "CHF", "USD", "JPY", "BHD"] {
            assert_eq!(Currency::find(code).unwrap().code, code);
        }
        for bad in ["", "EURO", "€", "XXX", "DEM", "EU R"] {
            assert!(Currency::find(bad).is_none(), "{bad}");
        }
    }
}
