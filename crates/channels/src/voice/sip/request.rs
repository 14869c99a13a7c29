//! A SIP request, read as far as a server needs that only answers.

/// Header fields of more than so many are no question of anybody.
const FIELDS: usize = 100;
/// Servers that a request came through.
const VIAS: usize = 20;

/// A well-formed request.
#[derive(Debug, PartialEq, Eq)]
pub struct Request<'r> {
    pub method: &'r str,
    pub uri: &'r str,
    pub version: &'r str,
    /// The one that sent it to us first. Each is one value.
    pub vias: Vec<String>,
    pub from: String,
    pub to: String,
    pub call_id: String,
    pub cseq: String,
    /// Extensions that it cannot do without.
    pub require: Vec<String>,
}

/// The short names of section 7.3.3.
fn full_name(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "v" => "via".into(),
        "f" => "from".into(),
        "t" => "to".into(),
        "i" => "call-id".into(),
        _ => name,
    }
}

/// Letters, figures and the signs that a token may have (section 25.1).
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte))
}

/// Splits at commas that stand outside of quotes and of angle brackets.
fn values(text: &str) -> Vec<String> {
    let (mut all, mut one) = (Vec::new(), String::new());
    let (mut is_quoted, mut is_escaped, mut is_angled) = (false, false, false);
    for sign in text.chars() {
        match sign {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '<' if !is_quoted => is_angled = true,
            '>' if !is_quoted => is_angled = false,
            ',' if !is_quoted && !is_angled => {
                all.push(std::mem::take(&mut one).trim().to_owned());
                continue;
            }
            _ => {}
        }
        one.push(sign);
    }
    all.push(one.trim().to_owned());
    all
}

impl<'r> Request<'r> {
    /// * returns – `None` for an answer, for what is no SIP, and for a request that misses what every answer repeats.
    pub fn parse(bytes: &'r [u8]) -> Option<Request<'r>> {
        let text = std::str::from_utf8(bytes).ok()?;
        let head = text.split_once("\r\n\r\n")?.0;
        let mut lines = head.split("\r\n");
        let mut start = lines.next()?.split(' ');
        let (method, uri, version) = (start.next()?, start.next()?, start.next()?);
        if start.next().is_some() || !is_token(method) || uri.is_empty() || !version.starts_with("SIP/") {
            return None;
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in lines {
            if line.chars().any(|sign| sign.is_control() && sign != '\t') || fields.len() > FIELDS {
                return None;
            }
            // A line that begins with a blank goes on with the one before (section 7.3.1).
            if line.starts_with([' ', '\t']) {
                let (_, value) = fields.last_mut()?;
                *value = format!("{value} {}", line.trim());
                continue;
            }
            let (name, value) = line.split_once(':')?;
            let name = name.trim_end();
            if !is_token(name) {
                return None;
            }
            fields.push((full_name(name), value.trim().to_owned()));
        }
        let all = |name: &'static str| {
            fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value)
        };
        // What stands once must not stand twice: two readers would take two different ones.
        let one = |name: &'static str| {
            let mut found = all(name).filter(|value| !value.is_empty());
            let value = found.next()?.clone();
            found.next().is_none().then_some(value)
        };
        let vias: Vec<String> = all("via").flat_map(|value| values(value)).collect();
        if vias.is_empty() || vias.len() > VIAS || vias.iter().any(String::is_empty) {
            return None;
        }
        let cseq = one("cseq")?;
        let (number, of) = cseq.split_once([' ', '\t'])?;
        if number.parse::<u32>().is_err() || of.trim() != method {
            return None;
        }
        let require =
            all("require").flat_map(|value| values(value)).filter(|value| !value.is_empty()).collect();
        Some(Request {
            method,
            uri,
            version,
            vias,
            from: one("from")?,
            to: one("to")?,
            call_id: one("call-id")?,
            cseq: cseq.clone(),
            require,
        })
    }
}
