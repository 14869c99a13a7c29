//! Files that old programs put into the text itself.

/// The first uuencoded file in a text: its name and its bytes.
pub fn first(text: &[u8]) -> Option<(String, Vec<u8>)> {
    let text = String::from_utf8_lossy(text);
    extract(&text).1.into_iter().next()
}

/// The text without the uuencoded files, and the files. A file needs its `begin` and `end` line and
/// only well-formed lines between; everything else stays in the text.
pub fn extract(text: &str) -> (String, Vec<(String, Vec<u8>)>) {
    let mut kept = String::with_capacity(text.len());
    let mut files = Vec::new();
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        let name = begin(line);
        let file = name.and_then(|name| {
            let mut ahead = lines.clone();
            let bytes = file(&mut ahead)?;
            lines = ahead;
            Some((name.to_owned(), bytes))
        });
        match file {
            Some(file) => files.push(file),
            None => kept.push_str(line),
        }
    }
    (kept, files)
}

/// `begin 644 picture.gif`
fn begin(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("begin ")?;
    let (mode, name) = rest.trim_end().split_once(' ')?;
    (mode.len() >= 3 && mode.len() <= 4 && mode.bytes().all(|b| (b'0'..=b'7').contains(&b)))
        .then_some(name.trim())
}

fn file<'t>(lines: &mut impl Iterator<Item = &'t str>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for line in lines {
        let line = line.trim_end_matches(['\r', '\n']).as_bytes();
        match line {
            b"end" => return Some(bytes),
            [] | [b'`'] => continue,
            _ => {}
        }
        let value = |b: u8| (0x20..=0x60).contains(&b).then(|| (b - 0x20) & 0x3f);
        let (&first, data) = line.split_first()?;
        let length = usize::from(value(first)?);
        if data.len() > 90 {
            return None;
        }
        let mut group = Vec::with_capacity(length + 3);
        for quad in data.chunks(4) {
            let mut sextets = [0u8; 4];
            for (sextet, byte) in sextets.iter_mut().zip(quad) {
                *sextet = value(*byte)?;
            }
            let [a, b, c, d] = sextets;
            group.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
        }
        group.resize(length, 0);
        bytes.extend(group);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_the_text_is_taken_out_and_the_text_stays() {
        let text = "Hi\nbegin 644 cat.txt\n#0V%T\n`\nend\nbye\nbegin the day\n";
        let (kept, files) = extract(text);
        assert_eq!(kept, "Hi\nbye\nbegin the day\n");
        assert_eq!(files, [("cat.txt".to_owned(), b"Cat".to_vec())]);
    }

    #[test]
    fn a_file_that_never_ends_stays_text() {
        let text = "begin 644 cat.txt\n#0V%T\n";
        assert_eq!(extract(text), (text.to_owned(), vec![]));
    }
}
