//! Passwords: Argon2id with 19 MiB, two passes, one lane (the first choice of OWASP's cheat sheet).
use super::common;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use kernel::{
    fault::{Mistakes, Problem},
    secret::Secret,
    text,
};
use std::time::Duration;
use tokio::{sync::Semaphore, time::timeout};

/// Characters. More than the most is refused, so that nobody hashes megabytes.
pub const LEAST: usize = 8;
pub const MOST: usize = 256;

/// Two at a time: a flood of sign-ins takes neither all processors nor much memory.
static TURNS: Semaphore = Semaphore::const_new(2);
const PATIENCE: Duration = Duration::from_secs(10);

/// The hash of no password: an unknown account takes as long as a known one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$Zm9yIG5vYm9keSBhdCBhbGw$\
                      bm8gcGFzc3dvcmQgaGFzaGVzIHRvIHRoaXMgdmFsdWU";

fn argon2() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Adds what is wrong with a new password: too short, too long, guessed at once, or the person's own name.
///
/// * `own` – name and address of the person.
pub fn check(password: &Secret<String>, own: &[&str], field: &str, mistakes: &mut Mistakes) {
    let length = password.reveal().chars().count();
    let folded = text::fold(password.reveal());
    let one = folded.chars().next();
    let is_one_letter = folded.chars().all(|c| Some(c) == one);
    if length < LEAST {
        mistakes.add(field, "password_short");
    } else if length > MOST {
        mistakes.add(field, "too_long");
    } else if is_own(&folded, own) || is_one_letter || common::is_common(password.reveal()) {
        mistakes.add(field, "password_common");
    }
}

/// Whether nothing is left of a password without the person's names and the parts of their address but figures, signs and
/// a letter or two: `lovelace2026`, `ada@acme`.
fn is_own(folded: &str, own: &[&str]) -> bool {
    let mut names: Vec<String> = Vec::new();
    for word in own {
        let parts = text::fold(word);
        let parts = parts.split(|sign: char| !sign.is_alphanumeric());
        names.extend(parts.filter(|part| part.chars().count() >= 3).map(str::to_owned));
    }
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let mut rest = folded.to_owned();
    for name in &names {
        rest = rest.replace(name, "");
    }
    rest.len() < folded.len() && rest.chars().filter(|sign| sign.is_alphabetic()).count() < 3
}

/// Hashes on the calling thread: for the command line. The result is a PHC string.
pub fn hash_now(password: &Secret<String>) -> String {
    let hash: PasswordHash =
        argon2().hash_password(password.reveal().as_bytes()).expect("the system gives random bytes");
    hash.to_string()
}

/// Hashes on a thread for slow work.
///
/// * errors – 503 where too many wait.
pub async fn hash(password: Secret<String>) -> Result<String, Problem> {
    slowly(move || hash_now(&password)).await
}

/// Whether `password` is the one of `hash`. Without a hash it takes as long and is never right.
///
/// * errors – 503 where too many wait.
pub async fn verify(password: Secret<String>, hash: Option<String>) -> Result<bool, Problem> {
    slowly(move || {
        let stored = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY));
        // Hashing a longer one is work for an attacker's benefit only.
        let text: String = password.reveal().chars().take(MOST + 1).collect();
        let is_right = stored.is_ok_and(|stored| argon2().verify_password(text.as_bytes(), &stored).is_ok());
        is_right && hash.is_some()
    })
    .await
}

async fn slowly<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let busy = || Problem::new(503, "busy");
    let turn = timeout(PATIENCE, TURNS.acquire()).await.map_err(|_| busy())?.map_err(|_| busy())?;
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal());
    drop(turn);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(password: &str) -> Vec<&'static str> {
        let mut mistakes = Mistakes::default();
        check(
            &Secret::new(password.into()),
            &["Ada Lovelace", "ada.lovelace@x.example"],
            "password",
            &mut mistakes,
        );
        mistakes.check().err().map_or(Vec::new(), |problem| problem.fields.iter().map(|f| f.code).collect())
    }
    #[test]
    fn a_password_is_long_and_not_guessed_at_once() {
        assert_eq!(codes("short"), ["password_short"]);
        for common in [
            "Password123",
            "aaaaaaaaaaaa",
            "ada lovelace",
            "ada.lovelace",
            "Ada.Lovelace@x.example",
            "lovelace2026",
            "adalovelace1",
            "ada@x.example",
        ] {
            assert_eq!(codes(common), ["password_common"], "{common}");
        }
        assert!(codes("correct horse battery").is_empty());
        assert!(codes("lovelace drinks tea").is_empty());
        assert_eq!(codes(&"xy".repeat(200)), ["too_long"]);
    }
    #[tokio::test]
    async fn a_hash_is_argon2id_with_its_own_salt_and_fits_one_password() {
        let secret = || Secret::new("correct horse battery".to_owned());
        let (one, two) = (hash(secret()).await.unwrap(), hash_now(&secret()));
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, two);
        assert!(verify(secret(), Some(one.clone())).await.unwrap());
        assert!(!verify(Secret::new("correct horse".into()), Some(one)).await.unwrap());
        assert!(!verify(secret(), None).await.unwrap());
        assert!(!verify(secret(), Some("damaged".into())).await.unwrap());
    }
    #[test]
    fn the_hash_of_nobody_is_well_formed() {
        assert!(PasswordHash::new(NOBODY).is_ok());
    }
}
