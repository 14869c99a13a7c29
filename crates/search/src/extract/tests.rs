use super::*;
use std::io::Write;

/// A ZIP of one file, packed, that says it is `claimed` bytes long.
fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(content).unwrap();
    let packed = packed.finish().unwrap();
    let short = |n: usize| (n as u16).to_le_bytes();
    let long = |n: usize| (n as u32).to_le_bytes();
    let mut out = Vec::new();
    out.extend(b"PK\x03\x04");
    out.extend([&short(20)[..], &short(0), &short(8), &long(0), &long(0), &long(packed.len())].concat());
    out.extend([&long(content.len())[..], &short(name.len()), &short(0), name.as_bytes(), &packed].concat());
    let directory = out.len();
    out.extend(b"PK\x01\x02");
    out.extend(
        [&short(20)[..], &short(20), &short(0), &short(8), &long(0), &long(0), &long(packed.len())].concat(),
    );
    out.extend([&long(content.len())[..], &short(name.len()), &[0; 12], &long(0), name.as_bytes()].concat());
    let size = out.len() - directory;
    out.extend(b"PK\x05\x06");
    out.extend([&[0; 4][..], &short(1), &short(1), &long(size), &long(directory), &short(0)].concat());
    out
}
fn read(kind: Kind, bytes: &[u8]) -> Result<String, String> {
    super::read(&Way::Here, kind, bytes.to_vec())
}

#[test]
fn kinds_are_known_by_name_then_by_type() {
    assert_eq!(Kind::of("Angebot.DOCX", "application/octet-stream"), Some(Kind::OpenXml));
    assert_eq!(Kind::of("noname", "application/pdf; name=x"), Some(Kind::Pdf));
    assert_eq!(Kind::of("log.txt", ""), Some(Kind::Plain));
    assert_eq!(Kind::of("picture.png", "image/png"), None);
}

#[test]
fn office_files_have_words() {
    let word = "<w:document><w:body><w:p><w:r><w:t>Ange</w:t></w:r><w:r><w:t>bot &amp; mehr</w:t></w:r></w:p>\
                <w:p><w:r><w:instrText>PAGE secret</w:instrText></w:r><w:r><w:t>Zweite</w:t></w:r></w:p></w:body></w:document>";
    let text = read(Kind::OpenXml, &zip("word/document.xml", word.as_bytes())).unwrap();
    assert!(
        text.contains("Angebot & mehr\n") && text.contains("Zweite") && !text.contains("secret"),
        "{text}"
    );
    let sheet = "<worksheet><sheetData><row><c r=\"A1\" t=\"s\"><v>7</v></c><c r=\"B1\"><v>4711.5</v></c>\
                 <c r=\"C1\" t=\"inlineStr\"><is><t>Kasse</t></is></c></row></sheetData></worksheet>";
    let text = read(Kind::OpenXml, &zip("xl/worksheets/sheet1.xml", sheet.as_bytes())).unwrap();
    assert!(text.contains("4711.5") && text.contains("Kasse"), "{text}");
    let slide = "<p:sld><a:p><a:r><a:t>Slide words</a:t></a:r></a:p></p:sld>";
    assert!(
        read(Kind::OpenXml, &zip("ppt/slides/slide1.xml", slide.as_bytes())).unwrap().contains("Slide words")
    );
    let open = "<office:document-content><office:body><office:text><text:p>Open<text:span>Document</text:span></text:p>\
                </office:text></office:body></office:document-content>";
    assert!(read(Kind::OpenDocument, &zip("content.xml", open.as_bytes())).unwrap().contains("OpenDocument"));
}

#[test]
fn a_pdf_has_words() {
    let pdf = simple_pdf("Wartungsvertrag Nummer 4711");
    assert!(read(Kind::Pdf, &pdf).unwrap().contains("Wartungsvertrag Nummer 4711"));
    assert!(read(Kind::Pdf, b"%PDF-1.7 nothing").is_err());
}
/// One page with one line.
fn simple_pdf(words: &str) -> Vec<u8> {
    use lopdf::{
        Document, Object, Stream,
        content::{Content, Operation},
        dictionary,
    };
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
    });
    let resources = document.add_object(dictionary! { "Font" => dictionary! { "F1" => font } });
    let operations = vec![
        Operation::new("BT", vec![]),
        Operation::new("Tf", vec!["F1".into(), 12.into()]),
        Operation::new("Td", vec![100.into(), 600.into()]),
        Operation::new("Tj", vec![Object::string_literal(words)]),
        Operation::new("ET", vec![]),
    ];
    let content = Content { operations }.encode().unwrap();
    let content = document.add_object(Stream::new(dictionary! {}, content));
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content, "Resources" => resources,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
    });
    let kids = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, Object::Dictionary(kids));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

#[test]
fn a_bomb_is_unpacked_no_further_than_it_may() {
    let bomb = zip("word/document.xml", &vec![b'a'; 100_000_000]);
    assert!(bomb.len() < 200_000);
    let text = read(Kind::OpenXml, &bomb).unwrap();
    assert!(text.len() <= 31_000_000, "{}", text.len());
}

#[test]
fn damage_is_no_end() {
    let whole = zip("content.xml", b"<office:body>words</office:body>");
    for kind in [Kind::OpenXml, Kind::OpenDocument, Kind::Pdf, Kind::Html, Kind::Plain] {
        for end in (0..whole.len()).step_by(7) {
            let _ = read(kind, &whole[..end]);
            let mut damaged = whole.clone();
            damaged[end] ^= 0xff;
            let _ = read(kind, &damaged);
        }
    }
    assert_eq!(markup::text("<a <b> & &amp &#x110000; <![CDATA[x"), " & &amp &#x110000; x");
    assert_eq!(markup::text("<p>Hello<script>alert(1)</script> <b>w</b>orld</p>").trim(), "Hello  world");
}

#[test]
fn plain_text_comes_in_every_encoding() {
    assert_eq!(plain::text("Größe".as_bytes()), "Größe");
    assert_eq!(plain::text(b"Gr\xf6\xdfe"), "Größe");
    assert_eq!(plain::text(b"\xff\xfeG\0r\0"), "Gr");
    assert_eq!(plain::text(b"\0\x01binary"), "");
}
