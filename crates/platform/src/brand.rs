//! How the customers' side looks: two colours and a logo, as the desk's settings have them.
//!
//! Whatever colour somebody chooses, words stay readable: links are moved towards black or white until their contrast
//! is 4.5:1, and words on the colour are black or white, whichever is seen better (WCAG 2.2, 1.4.3).
use crate::{db, keys, settings};
use axum::{
    extract::{RawQuery, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::fmt;

/// The setting of the colour of buttons, links and the bar above the page.
pub const COLOUR: &str = "brand_colour";
/// The setting of the ground of the page's head.
pub const GROUND: &str = "brand_ground";
/// The setting of the logo: media type, `;`, base64.
pub const LOGO: &str = "brand_logo";

/// The largest logo: it is loaded by everybody who looks at a page.
pub const LOGO_BYTES: usize = 64 * 1024;
/// Its longest side.
pub const LOGO_PIXELS: u32 = 1000;

/// An opaque sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

const BLACK: Colour = Colour([0; 3]);
const WHITE: Colour = Colour([255; 3]);
/// What `--accent-fill` is in `ui/css/tokens.css`.
const OWN: Colour = Colour([0x36, 0x54, 0xc8]);
/// The least readable grounds of the pages, light and dark: `ui/css/customer.css`.
const GROUNDS: [Colour; 2] = [Colour([0xf0, 0xf2, 0xf4]), Colour([0x22, 0x26, 0x2b])];
const READABLE: f64 = 4.5;

impl Colour {
    /// `#3654c8` or `3654C8`.
    pub fn parse(text: &str) -> Option<Colour> {
        let text = text.trim();
        let digits = text.strip_prefix('#').unwrap_or(text);
        if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some(Colour([red, green, blue]))
    }
    /// Relative luminance of WCAG, 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    /// 1 to 21.
    pub fn contrast(self, other: Colour) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }
    /// Black or white, whichever is seen better on this colour; never below 4.5:1.
    pub fn ink(self) -> Colour {
        if self.contrast(WHITE) >= READABLE || self.contrast(WHITE) > self.contrast(BLACK) {
            WHITE
        } else {
            BLACK
        }
    }
    /// This colour, moved away from `ground` until words in it can be read there.
    pub fn readable_on(self, ground: Colour) -> Colour {
        let goal = ground.ink();
        (0..=20).map(|step| self.toward(goal, step)).find(|c| c.contrast(ground) >= READABLE).unwrap_or(goal)
    }
    /// `steps` of twenty towards `goal`.
    fn toward(self, goal: Colour, steps: u16) -> Colour {
        let mix = |own: u8, goal: u8| ((u16::from(own) * (20 - steps) + u16::from(goal) * steps) / 20) as u8;
        let ([red, green, blue], [r, g, b]) = (self.0, goal.0);
        Colour([mix(red, r), mix(green, g), mix(blue, b)])
    }
}
impl fmt::Display for Colour {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(out, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// A picture that browsers may show: found by its content, never by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    media_type: &'static str,
    bytes: Vec<u8>,
}
impl Logo {
    /// * errors – the code of the mistake: `logo_type` where it is no PNG and no JPEG, `logo_large` where it has more
    ///   than [`LOGO_BYTES`] or [`LOGO_PIXELS`].
    pub fn parse(bytes: Vec<u8>) -> Result<Logo, &'static str> {
        let (media_type, [width, height]) = if let Some(size) = png(&bytes) {
            ("image/png", size)
        } else if let Some(size) = jpeg(&bytes) {
            ("image/jpeg", size)
        } else {
            return Err("logo_type");
        };
        if bytes.len() > LOGO_BYTES || width > LOGO_PIXELS || height > LOGO_PIXELS {
            return Err("logo_large");
        }
        Ok(Logo { media_type, bytes })
    }
    /// As the setting keeps it.
    pub fn to_setting(&self) -> String {
        format!("{};{}", self.media_type, STANDARD.encode(&self.bytes))
    }
    fn of_setting(text: &str) -> Option<Logo> {
        Logo::parse(STANDARD.decode(text.split_once(';')?.1).ok()?).ok()
    }
}

/// Width and height; `None` where it is no PNG.
fn png(bytes: &[u8]) -> Option<[u32; 2]> {
    let head = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(4..16)?.strip_prefix(b"IHDR")?;
    let (width, height) = head.split_first_chunk::<4>()?;
    Some([u32::from_be_bytes(*width), u32::from_be_bytes(height.try_into().ok()?)])
}
/// Width and height, from the first frame; `None` where it is no JPEG.
fn jpeg(bytes: &[u8]) -> Option<[u32; 2]> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let (&[mark, kind, high, low], _) = rest.split_first_chunk::<4>()?;
        if mark != 0xff {
            return None;
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        // Start of frame, but for the tables that share its numbers.
        if matches!(kind, 0xc0..=0xcf) && !matches!(kind, 0xc4 | 0xc8 | 0xcc) {
            let &[h1, h0, w1, w0] = rest.get(5..)?.first_chunk::<4>()?;
            return Some([u16::from_be_bytes([w1, w0]).into(), u16::from_be_bytes([h1, h0]).into()]);
        }
        rest = rest.get(2 + length..)?;
    }
}

/// What the settings say, ready to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brand {
    colour: Option<Colour>,
    ground: Option<Colour>,
    logo: Option<Logo>,
    /// Changes with everything above; a part of the addresses, so that browsers may keep what they have.
    version: String,
}

impl Brand {
    pub fn new(colour: Option<Colour>, ground: Option<Colour>, logo: Option<Logo>) -> Brand {
        let content = format!("{colour:?}{ground:?}{:?}", logo.as_ref().map(Logo::to_setting));
        let version = keys::base32(&blake3::hash(content.as_bytes()).as_bytes()[..5]);
        Brand { colour, ground, logo, version }
    }
    pub fn load(conn: &mut db::Conn) -> db::Result<Brand> {
        let colour = settings::get(conn, COLOUR)?.and_then(|text| Colour::parse(&text));
        let ground = settings::get(conn, GROUND)?.and_then(|text| Colour::parse(&text));
        let logo = settings::get(conn, LOGO)?.and_then(|text| Logo::of_setting(&text));
        Ok(Brand::new(colour, ground, logo))
    }
    /// The colour of buttons, in mails too.
    pub fn fill(&self) -> Colour {
        self.colour.unwrap_or(OWN)
    }
    pub fn colour(&self) -> Option<Colour> {
        self.colour
    }
    pub fn ground(&self) -> Option<Colour> {
        self.ground
    }
    /// Where the style sheet is; `None` where the desk has no colours of its own.
    pub fn css_url(&self) -> Option<String> {
        (self.colour.is_some() || self.ground.is_some()).then(|| format!("/brand.css?v={}", self.version))
    }
    pub fn logo_url(&self) -> Option<String> {
        self.logo.as_ref().map(|_| format!("/brand/logo?v={}", self.version))
    }
    /// Sets the variables that `ui/css/customer.css` uses.
    pub fn css(&self) -> String {
        let mut out = String::from(":root{");
        if let Some(fill) = self.colour {
            let [light, dark] = GROUNDS.map(|ground| fill.readable_on(ground));
            let ink = fill.ink();
            let away = if ink == WHITE { BLACK } else { WHITE };
            let hover = fill.toward(away, 3);
            out += &format!(
                "--brand:light-dark({light},{dark});--brand-fill:{fill};--brand-hover:{hover};--on-brand:{ink};"
            );
        }
        if let Some(ground) = self.ground {
            out += &format!("--head:{ground};--head-ink:{};", ground.ink());
        }
        out.push_str("}\n");
        out
    }
}

/// `GET /brand.css`.
pub async fn css(State(home): State<crate::Home>, RawQuery(query): RawQuery) -> Response {
    let brand = home.site.brand();
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), kept(&brand, query)], brand.css()).into_response()
}
/// `GET /brand/logo`.
pub async fn logo(State(home): State<crate::Home>, RawQuery(query): RawQuery) -> Response {
    let brand = home.site.brand();
    let Some(logo) = &brand.logo else { return StatusCode::NOT_FOUND.into_response() };
    let kind = (header::CONTENT_TYPE, logo.media_type);
    ([kind, kept(&brand, query)], logo.bytes.clone()).into_response()
}
/// For ever under the address of this version, else not at all.
fn kept(brand: &Brand, query: Option<String>) -> (header::HeaderName, &'static str) {
    let is_current = query.is_some_and(|query| query.strip_prefix("v=") == Some(brand.version.as_str()));
    (header::CACHE_CONTROL, if is_current { "public, max-age=31536000, immutable" } else { "no-cache" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).unwrap()
    }
    #[test]
    fn a_colour_is_six_digits() {
        assert_eq!(colour(" #3654C8 ").to_string(), "#3654c8");
        for bad in ["", "#fff", "red", "#3654c8;x", "#3654g8", "+3654c", "#ééé"] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
    }
    #[test]
    fn words_can_be_read_whatever_the_colour() {
        assert!((BLACK.contrast(WHITE) - 21.0).abs() < 0.01);
        for red in (0..=255).step_by(51) {
            for green in (0..=255).step_by(51) {
                for blue in (0..=255).step_by(51) {
                    let colour = Colour([red, green, blue]);
                    assert!(colour.contrast(colour.ink()) >= READABLE, "{colour}");
                    for ground in GROUNDS {
                        let text = colour.readable_on(ground);
                        assert!(text.contrast(ground) >= READABLE, "{colour} as {text} on {ground}");
                    }
                    let hover = colour.toward(if colour.ink() == WHITE { BLACK } else { WHITE }, 3);
                    assert!(hover.contrast(colour.ink()) >= READABLE, "{hover}");
                }
            }
        }
        assert_eq!(colour("#17663a").readable_on(GROUNDS[0]), colour("#17663a"), "what is readable stays");
    }
    #[test]
    fn a_logo_is_known_by_its_content() {
        let png = |width: u32, height: u32| {
            let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
            bytes.extend(width.to_be_bytes());
            bytes.extend(height.to_be_bytes());
            bytes.extend([8, 6, 0, 0, 0]);
            bytes
        };
        let logo = Logo::parse(png(200, 60)).unwrap();
        assert_eq!(Logo::of_setting(&logo.to_setting()), Some(logo));
        assert_eq!(Logo::parse(png(10_000, 10_000)), Err("logo_large"));
        let mut heavy = png(10, 10);
        heavy.resize(LOGO_BYTES + 1, 0);
        assert_eq!(Logo::parse(heavy), Err("logo_large"));
        let jpeg =
            b"\xff\xd8\xff\xe0\0\x04AB\xff\xc0\0\x11\x08\0\x3c\0\xc8\x03\x01\x22\0\x02\x11\x01".to_vec();
        assert_eq!(Logo::parse(jpeg.clone()).map(|logo| logo.media_type), Ok("image/jpeg"));
        for bad in [b"".to_vec(), b"<svg onload=alert(1)>".to_vec(), b"GIF89a".to_vec(), jpeg[..12].to_vec()]
        {
            assert_eq!(Logo::parse(bad), Err("logo_type"));
        }
    }
    #[test]
    fn the_address_changes_with_the_content() {
        let blue = Brand::new(Some(colour("#3654c8")), None, None);
        let green = Brand::new(Some(colour("#17663a")), None, None);
        assert_ne!(blue.css_url(), green.css_url());
        assert_eq!(Brand::new(None, None, None).css_url(), None);
        assert!(green.css().contains("--brand-fill:#17663a") && !green.css().contains("--head"));
    }
}
