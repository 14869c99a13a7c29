//! Tokens with which programs act for a user.
use super::{
    TokenCreated, TokenRevoked,
    store::{self, Token},
};
use kernel::{clock::Millis, fault::Problem, id::Id, secret::Secret, text};
use platform::{
    authority::{Myself, PERMISSIONS, Permission, Tx, User},
    db, keys,
};

/// What a token may do at most; never more than its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scopes {
    /// Whatever its user may do.
    All,
    /// These permissions alone, by key.
    Some(Vec<String>),
}
impl Scopes {
    /// Reads `all`, or `myself` (what is the person's own: profile, views, absences) and keys of permissions separated by commas or blanks.
    ///
    /// * errors – 422 `unknown_word` for anything else; `required` for nothing.
    pub fn parse(text: &str) -> Result<Scopes, Problem> {
        let mut keys: Vec<String> =
            text.split([',', ' ', '\n']).filter(|key| !key.is_empty()).map(str::to_owned).collect();
        if keys.is_empty() {
            return Err(Problem::field("scopes", "required"));
        }
        if keys == ["all"] {
            return Ok(Scopes::All);
        }
        let is_known =
            |key: &String| key == Myself::KEY || PERMISSIONS.iter().any(|permission| permission.key == key);
        if let Some(unknown) = keys.iter().find(|key| !is_known(key)) {
            return Err(Problem::field("scopes", "unknown_word").because(text::shorten(unknown, 60)));
        }
        keys.sort_unstable();
        keys.dedup();
        Ok(Scopes::Some(keys))
    }
    pub(super) fn stored(&self) -> String {
        match self {
            Scopes::All => "all".into(),
            Scopes::Some(keys) => keys.join(" "),
        }
    }
    /// Whether what is stored as `scopes` includes `key`.
    pub(super) fn include(scopes: &str, key: &str) -> bool {
        scopes == "all" || scopes.split(' ').any(|known| known == key)
    }
}

/// Makes a token and returns it; it is shown once and kept nowhere.
///
/// * `name` – for people, to know which one to revoke.
pub fn create<P>(
    tx: &mut Tx<P>,
    user: Id<User>,
    name: &str,
    scopes: &Scopes,
    expires_at: Option<Millis>,
) -> db::Result<Secret<String>> {
    let token = Secret::new(format!("fl_{}", keys::new_token().reveal()));
    let name = text::one_line(name, 80);
    let name = if name.is_empty() { "API".to_owned() } else { name };
    store::insert_token(tx, user, &name, &keys::token_hash(token.reveal()), &scopes.stored(), expires_at)?;
    tx.emit(TokenCreated { user, name })?;
    Ok(token)
}

/// Ends a token of `user` at once; says whether it was there.
pub fn revoke<P>(tx: &mut Tx<P>, user: Id<User>, id: Id<Token>) -> db::Result<bool> {
    let Some(name) = store::delete_token(tx, user, id)? else { return Ok(false) };
    tx.emit(TokenRevoked { user, name })?;
    Ok(true)
}

/// Ends all tokens of `user` at once.
pub fn revoke_all<P>(tx: &mut Tx<P>, user: Id<User>) -> db::Result<()> {
    for name in store::delete_tokens(tx, user)? {
        tx.emit(TokenRevoked { user, name })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_all_or_known_permissions() {
        assert_eq!(Scopes::parse(" all ").unwrap(), Scopes::All);
        let some = Scopes::parse("people.view, contacts.view people.view").unwrap();
        assert_eq!(some.stored(), "contacts.view people.view");
        assert!(Scopes::include(&some.stored(), "people.view"));
        assert!(!Scopes::include(&some.stored(), "people"), "a part of a key is no key");
        assert!(Scopes::parse("").is_err() && Scopes::parse("people.fire").is_err());
        assert!(Scopes::parse("all people.view").is_err());
    }
}
