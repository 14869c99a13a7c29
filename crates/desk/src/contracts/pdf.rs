//! A page of paper as a PDF: words in Helvetica, lines and bars. Small on purpose; `lopdf` writes the file.
//!
//! Every reader has the fonts, so none is sent along. Their encoding has the letters of western Europe and €; of other
//! letters the ones below their accents are written, and `?` for what has none.
use lopdf::{
    Document, Object, Stream,
    content::{Content, Operation},
    dictionary,
};

/// A4 in points.
pub const WIDTH: f32 = 595.0;
pub const HEIGHT: f32 = 842.0;
/// The margin on all sides.
pub const MARGIN: f32 = 48.0;

/// Where words stand in their place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// What is drawn on one page.
#[derive(Default)]
struct Sheet(Vec<Operation>);

/// A document that grows from the top of its first page.
pub struct Paper {
    sheets: Vec<Sheet>,
    /// Where the next line stands, from the bottom of the page.
    pub y: f32,
}
impl Default for Paper {
    fn default() -> Paper {
        Paper { sheets: vec![Sheet::default()], y: HEIGHT - MARGIN }
    }
}

impl Paper {
    fn draw(&mut self, operator: &str, operands: Vec<Object>) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.0.push(Operation::new(operator, operands));
        }
    }
    /// Goes down by `height`; on to a new page where less than that is left above the foot.
    ///
    /// * returns – whether a new page was begun.
    pub fn down(&mut self, height: f32) -> bool {
        let has_room = self.y - height >= MARGIN + 20.0;
        if has_room {
            self.y -= height;
        } else {
            self.sheets.push(Sheet::default());
            self.y = HEIGHT - MARGIN - height;
        }
        !has_room
    }
    /// Words at `x`, or ending there. What is longer than `most` points is cut off with `…`.
    pub fn words(&mut self, (x, side): (f32, Side), size: f32, is_bold: bool, text: &str, most: f32) {
        let bytes = cut(&encode(text), size, is_bold, most);
        let x = if side == Side::Right { x - width(&bytes, size, is_bold) } else { x };
        let font = if is_bold { "B" } else { "R" };
        self.draw("BT", vec![]);
        self.draw("Tf", vec![font.into(), size.into()]);
        self.draw("Td", vec![x.into(), self.y.into()]);
        self.draw("Tj", vec![Object::string_literal(bytes)]);
        self.draw("ET", vec![]);
    }
    /// A thin line from margin to margin, below the words.
    pub fn rule(&mut self, grey: f32) {
        let y = self.y - 4.0;
        self.draw("G", vec![grey.into()]);
        self.draw("w", vec![0.5.into()]);
        self.draw("m", vec![MARGIN.into(), y.into()]);
        self.draw("l", vec![(WIDTH - MARGIN).into(), y.into()]);
        self.draw("S", vec![]);
    }
    /// A filled rectangle; its lower left corner is on the line.
    pub fn bar(&mut self, x: f32, (width, height): (f32, f32), [red, green, blue]: [f32; 3]) {
        let y = self.y - 1.0;
        self.draw("rg", vec![red.into(), green.into(), blue.into()]);
        self.draw("re", vec![x.into(), y.into(), width.into(), height.into()]);
        self.draw("f", vec![]);
        self.draw("rg", vec![0.into(), 0.into(), 0.into()]);
    }

    /// The file.
    ///
    /// * `foot` – what stands below each page, from its number and how many there are.
    pub fn finish(
        mut self,
        title: &str,
        language: &str,
        foot: impl Fn(usize, usize) -> String,
    ) -> Result<Vec<u8>, lopdf::Error> {
        let count = self.sheets.len();
        let mut sheets = std::mem::take(&mut self.sheets);
        for (at, sheet) in sheets.iter_mut().enumerate() {
            let mut below = Paper { sheets: vec![std::mem::take(sheet)], y: MARGIN - 18.0 };
            below.words((WIDTH - MARGIN, Side::Right), 8.0, false, &foot(at + 1, count), 400.0);
            *sheet = below.sheets.remove(0);
        }
        let mut document = Document::with_version("1.7");
        let pages = document.new_object_id();
        let mut font = |name: &str| {
            document.add_object(dictionary! {
                "Type" => "Font", "Subtype" => "Type1", "BaseFont" => name, "Encoding" => "WinAnsiEncoding",
            })
        };
        let (regular, bold) = (font("Helvetica"), font("Helvetica-Bold"));
        let resources =
            document.add_object(dictionary! { "Font" => dictionary! { "R" => regular, "B" => bold } });
        let mut kids: Vec<Object> = Vec::new();
        for sheet in sheets {
            let content = Content { operations: sheet.0 }.encode()?;
            let content = document.add_object(Stream::new(dictionary! {}, content));
            let page = document.add_object(dictionary! {
                "Type" => "Page", "Parent" => pages, "Contents" => content, "Resources" => resources,
                "MediaBox" => vec![0.into(), 0.into(), WIDTH.into(), HEIGHT.into()],
            });
            kids.push(page.into());
        }
        let count = kids.len() as i64;
        let tree = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count };
        document.objects.insert(pages, Object::Dictionary(tree));
        let catalog = document.add_object(dictionary! {
            "Type" => "Catalog", "Pages" => pages, "Lang" => Object::string_literal(language),
        });
        let about = document.add_object(dictionary! {
            "Title" => Object::string_literal(title_bytes(title)), "Producer" => Object::string_literal("Firstline"),
        });
        document.trailer.set("Root", catalog);
        document.trailer.set("Info", about);
        document.compress();
        let mut bytes = Vec::new();
        document.save_to(&mut bytes)?;
        Ok(bytes)
    }
}

/// UTF-16 with its mark, as PDF wants texts that are not drawn.
fn title_bytes(title: &str) -> Vec<u8> {
    let units = title.encode_utf16().flat_map(u16::to_be_bytes);
    [0xfe, 0xff].into_iter().chain(units).collect()
}

/// What stands between 0x80 and 0x9f in the fonts' encoding.
const BETWEEN: [(char, u8); 27] = [
    ('€', 0x80),
    ('‚', 0x82),
    ('ƒ', 0x83),
    ('„', 0x84),
    ('…', 0x85),
    ('†', 0x86),
    ('‡', 0x87),
    ('ˆ', 0x88),
    ('‰', 0x89),
    ('Š', 0x8a),
    ('‹', 0x8b),
    ('Œ', 0x8c),
    ('Ž', 0x8e),
    ('‘', 0x91),
    ('’', 0x92),
    ('“', 0x93),
    ('”', 0x94),
    ('•', 0x95),
    ('–', 0x96),
    ('—', 0x97),
    ('˜', 0x98),
    ('™', 0x99),
    ('š', 0x9a),
    ('›', 0x9b),
    ('œ', 0x9c),
    ('ž', 0x9e),
    ('Ÿ', 0x9f),
];

/// A text in the encoding of the fonts.
fn encode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        let own = BETWEEN.iter().find(|(known, _)| *known == c).map(|(_, byte)| *byte);
        match (c, own) {
            (_, Some(byte)) => bytes.push(byte),
            ('−', _) => bytes.push(0x96),
            (' '..='~' | '\u{a0}'..='\u{ff}', _) => bytes.push(c as u32 as u8),
            (c, _) if c.is_control() || c.is_whitespace() => bytes.push(b' '),
            _ => {
                // Folding makes small letters of all: the size of the first comes back.
                let folded = kernel::text::fold(&c.to_string());
                let is_plain = !folded.is_empty() && folded.bytes().all(|byte| (b' '..=b'~').contains(&byte));
                match is_plain {
                    true if c.is_uppercase() => bytes.extend(folded.to_uppercase().bytes()),
                    true => bytes.extend(folded.bytes()),
                    false => bytes.push(b'?'),
                }
            }
        }
    }
    bytes
}

/// Widths of Helvetica from blank to `~`, in thousandths of the size. Source: Adobe's font metrics for the base 14 fonts.
const REGULAR: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
/// The same of Helvetica Bold.
const BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278,
    556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584,
    556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556,
    333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];
/// The width of one byte: a letter with an accent is as wide as without.
fn advance(byte: u8, is_bold: bool) -> u16 {
    let plain = match byte {
        b' '..=b'~' => byte,
        0xa0 => b' ',
        0xc0..=0xc5 => b'A',
        0xc7 => b'C',
        0xc8..=0xcb => b'E',
        0xcc..=0xcf => b'I',
        0xd1 => b'N',
        0xd2..=0xd6 | 0xd8 => b'O',
        0xd9..=0xdc => b'U',
        0xdf | 0xfe | 0xf0 | 0xf2..=0xf6 | 0xf8 => b'o',
        0xe0..=0xe5 => b'a',
        0xe7 => b'c',
        0xe8..=0xeb => b'e',
        0xec..=0xef => b'i',
        0xf1 => b'n',
        0xf9..=0xfc => b'u',
        0x91 | 0x92 | 0x82 => return 222,
        0x93 | 0x94 | 0x84 => return 333,
        0x85 | 0x97 | 0x89 | 0x99 => return 1000,
        _ => return 556,
    };
    let widths = if is_bold { &BOLD } else { &REGULAR };
    widths[usize::from(plain - b' ')]
}
/// In points.
fn width(bytes: &[u8], size: f32, is_bold: bool) -> f32 {
    let sum: u32 = bytes.iter().map(|byte| u32::from(advance(*byte, is_bold))).sum();
    sum as f32 * size / 1000.0
}
fn cut(bytes: &[u8], size: f32, is_bold: bool, most: f32) -> Vec<u8> {
    if width(bytes, size, is_bold) <= most {
        return bytes.to_vec();
    }
    let mut kept = bytes.to_vec();
    while !kept.is_empty() && width(&kept, size, is_bold) + size > most {
        kept.pop();
    }
    kept.push(0x85);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_the_euro_are_written_and_others_as_near_as_can_be() {
        assert_eq!(encode("Größe 5 €"), b"Gr\xf6\xdfe 5 \x80");
        assert_eq!(encode("„Łódź“ – Ångström…"), b"\x84L\xf3dz\x93 \x96 \xc5ngstr\xf6m\x85".to_vec());
        assert_eq!(encode("a\tb\u{202e}日"), b"a b??");
    }
    #[test]
    fn what_is_too_long_is_cut_where_there_is_room_for_the_mark() {
        let long = encode(&"Wörter ".repeat(50));
        let short = cut(&long, 9.0, false, 120.0);
        assert!(width(&short, 9.0, false) <= 120.0 && short.ends_with(b"\x85") && short.len() > 15);
        assert_eq!(cut(b"Ada", 9.0, true, 120.0), b"Ada");
    }
    #[test]
    fn a_paper_is_a_document_of_as_many_pages_as_it_needs() {
        let mut paper = Paper::default();
        for n in 0..120 {
            paper.down(14.0);
            paper.words((MARGIN, Side::Left), 9.0, false, &format!("Zeile {n} (größer) \\ €"), 300.0);
        }
        let bytes = paper.finish("Abrechnung „Müller“", "de", |page, of| format!("{page}/{of}")).unwrap();
        let read = Document::load_mem(&bytes).unwrap();
        assert_eq!(read.get_pages().len(), 3);
        let text = read.extract_text(&[1, 2, 3]).unwrap();
        assert!(text.contains("Zeile 0 (größer) \\ €") && text.contains("Zeile 119"), "{text}");
        assert!(text.contains("3/3"), "{text}");
    }
}
