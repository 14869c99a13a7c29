//! What the operator fixed when the program started, and the few settings that live in the database.
use crate::{args, brand::Brand, db, i18n::Language, keys, outbound::Cidr, sql};
use kernel::clock::Millis;
use std::sync::{Arc, RwLock};

/// Fixed for the life of the process.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where people reach this desk, without a slash at the end, e.g. `https://help.example.org`. Links in mails
    /// are built from it, never from what a request says.
    pub public_url: String,
    /// The largest mail or upload, in bytes.
    pub max_message_bytes: usize,
    /// Machines whose word on the address of a client is believed. From anybody else `X-Forwarded-For` is just text.
    pub trusted_proxies: Arc<[Cidr]>,
    /// The desk's name, kept here because every page shows it; the setting `desk_name` is the truth.
    pub desk_name: Arc<RwLock<Arc<str>>>,
    /// What strangers are spoken to in where their browser asks for none of our languages; the setting
    /// `default_language` is the truth.
    language: Arc<RwLock<Language>>,
    /// How the customers' side looks; the settings `brand_…` are the truth.
    brand: Arc<RwLock<Arc<Brand>>>,
    /// The right side of our Message-IDs: the domain of the first inbox.
    mail_domain: Arc<RwLock<Arc<str>>>,
    /// Who this process is among those that serve the desk; see [`Site::node`].
    node: Arc<RwLock<Arc<str>>>,
}
impl Site {
    pub fn new(public_url: &str, max_message_bytes: usize) -> Site {
        let public_url = public_url.trim_end_matches('/').to_owned();
        Site {
            public_url,
            max_message_bytes,
            trusted_proxies: Arc::new([]),
            desk_name: Arc::new(RwLock::new("Firstline".into())),
            language: Arc::default(),
            brand: Arc::default(),
            mail_domain: Arc::new(RwLock::new("firstline.invalid".into())),
            node: Arc::new(RwLock::new(keys::base32(&keys::random::<10>()).into())),
        }
    }
    /// The same desk behind these proxies.
    pub fn behind(self, proxies: Vec<Cidr>) -> Site {
        Site { trusted_proxies: proxies.into(), ..self }
    }
    /// The desk's name.
    pub fn name(&self) -> Arc<str> {
        self.desk_name.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
    /// The desk's language.
    pub fn language(&self) -> Language {
        *self.language.read().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
    /// Speaks another language from now on.
    pub fn set_language(&self, language: Language) {
        *self.language.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = language;
    }
    /// How the customers' side looks.
    pub fn brand(&self) -> Arc<Brand> {
        self.brand.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
    /// Shows another brand from now on.
    pub fn set_brand(&self, brand: Brand) {
        *self.brand.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = brand.into();
    }
    pub fn mail_domain(&self) -> Arc<str> {
        self.mail_domain.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
    pub fn set_mail_domain(&self, domain: &str) {
        *self.mail_domain.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = domain.into();
    }
    /// The name under which this process takes work. One that was killed and is started again over the same folder
    /// has the same, so that it may take up at once what it had in hand; no two that run have.
    pub fn node(&self) -> Arc<str> {
        self.node.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
    pub fn set_node(&self, node: &str) {
        *self.node.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = node.into();
    }
    /// Shows another name from now on.
    pub fn rename(&self, name: &str) {
        *self.desk_name.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = name.into();
    }
    /// Whether browsers reach us by TLS; then cookies are `Secure` and bound to the host.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
    /// The absolute address of `path`, which begins with a slash.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.public_url)
    }
}

/// When the desk was last restored from a backup, without saying that it should go on where that ended.
const RESTORED_AT: &str = "restored_at_ms";

pub fn restored_at(conn: &mut db::Conn) -> db::Result<Option<Millis>> {
    Ok(get(conn, RESTORED_AT)?.and_then(|text| text.parse().ok()).map(Millis))
}
pub fn set_restored_at(conn: &mut db::Conn, at: Millis) -> db::Result<()> {
    set(conn, RESTORED_AT, &at.0.to_string())
}

/// Whether people's devices may keep tickets for reading without a connection.
const OFFLINE: &str = "offline_reading";

pub fn is_never_offline(conn: &mut db::Conn) -> db::Result<bool> {
    Ok(get(conn, OFFLINE)?.as_deref() == Some("never"))
}
pub fn set_never_offline(conn: &mut db::Conn, is_never: bool) -> db::Result<()> {
    set(conn, OFFLINE, if is_never { "never" } else { "" })
}

/// Whether the works-council mode is on: then nobody sees figures of single colleagues.
const COUNCIL_MODE: &str = "works_council_mode";

/// On, unless somebody switched it off.
pub fn is_council_mode(conn: &mut db::Conn) -> db::Result<bool> {
    Ok(get(conn, COUNCIL_MODE)?.as_deref() != Some("off"))
}
pub fn set_council_mode(conn: &mut db::Conn, is_on: bool) -> db::Result<()> {
    set(conn, COUNCIL_MODE, if is_on { "on" } else { "off" })
}

/// The value of a setting.
pub fn get(conn: &mut db::Conn, key: &str) -> db::Result<Option<String>> {
    let row = conn.find::<(String,)>(sql!("SELECT value FROM setting WHERE key = $1"), args![key])?;
    Ok(row.map(|(value,)| value))
}

/// Sets or replaces a setting.
pub fn set(conn: &mut db::Conn, key: &str, value: &str) -> db::Result<()> {
    conn.run(
        sql!(
            "INSERT INTO setting (key, value) VALUES ($1, $2)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        ),
        args![key, value],
    )
    .map(drop)
}
