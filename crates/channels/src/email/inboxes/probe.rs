//! "Test this connection": every step up to where mail could come or go, and the first that fails, in words.
//!
//! It tests what would be saved, also before it is. No transaction is open while it talks; nothing in the mailbox
//! changes and no mail is sent.
use super::{Inbox, ManageInboxes, ReceiveKind, oauth, policy::Parsed};
use crate::email::{
    deliver::smtp::{self, Route},
    fetching,
    peer::{Kind, Probe, Security, SignIn, Stage, Trouble, without},
    receive::imap,
};
use kernel::{clock::MINUTE, fault::Problem, secret::Secret};
use platform::{
    authority::Grant,
    db,
    rate::{self, Limit},
};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// Tests of one person; each holds connections for a while.
const OFTEN: Limit = Limit { most: 20, window_ms: 10 * MINUTE };
/// A whole dialogue; whoever waits looks at a page.
const PATIENCE: Duration = Duration::from_secs(40);

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Went {
    Passed,
    Failed,
    /// Not tried, because one before it failed.
    Open,
}
platform::words! { Went { Passed = "passed", Failed = "failed", Open = "open" } }

/// One step of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TestStep)]
pub struct Step {
    /// `resolve`, `connect`, `tls`, `greeting`, `sign_in` or `folder`.
    #[schema(value_type = String)]
    pub stage: Stage,
    /// `passed`, `failed` or `open`.
    #[schema(value_type = String)]
    pub went: Went,
    /// What the server said, or what we saw. No secret.
    pub detail: String,
    /// A code of why it failed.
    #[schema(value_type = Option<String>)]
    pub cause: Option<Kind>,
}

/// The steps in one direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TestWay)]
pub struct Way {
    pub is_fine: bool,
    pub steps: Vec<Step>,
}

/// What a test came to. `null` where there is nothing to connect to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = InboxTest)]
pub struct Report {
    pub receive: Option<Way>,
    pub send: Option<Way>,
}
impl Report {
    pub fn is_fine(&self) -> bool {
        [&self.receive, &self.send].into_iter().flatten().all(|way| way.is_fine)
    }
    pub fn is_empty(&self) -> bool {
        self.receive.is_none() && self.send.is_none()
    }
}

/// Tests an inbox as it would be saved, with the stored passwords where none is given.
///
/// * errors – 429 after twenty tests in ten minutes.
pub async fn run(grant: &Grant<ManageInboxes>, parsed: &Parsed) -> Result<Report, Problem> {
    let key = format!("inbox-test/{}", grant.actor().who);
    let late = grant
        .change::<_, db::Error>(move |tx| {
            let now = tx.now();
            rate::spend(tx, &key, OFTEN, now)
        })
        .await?;
    if late.is_some() {
        return Err(Problem::new(429, "inbox_test_too_often"));
    }
    let (receive, send) = tokio::join!(receive(grant, parsed), send(grant, parsed));
    Ok(Report { receive, send })
}

fn opened(grant: &Grant<ManageInboxes>, row: &Inbox, part: &str, sealed: Option<&Vec<u8>>) -> Secret<String> {
    let place = Inbox::seal_place(row.id, part);
    let opened = sealed.and_then(|sealed| grant.home().keys.open_sealed(&place, sealed).ok());
    opened.unwrap_or_else(|| Secret::new(String::new()))
}

/// The access token of an application that is stored; one that was only typed has none yet.
async fn token(grant: &Grant<ManageInboxes>, parsed: &Parsed) -> Result<Secret<String>, Trouble> {
    let none = |why| Trouble::new(Stage::SignIn, Kind::SignInAgain, why);
    if parsed.row.id.number() == 0 || parsed.forgets_tokens {
        return Err(none("the inbox has to be saved and connected first"));
    }
    oauth::tokens::access(grant, parsed.row.id).await?.ok_or_else(|| none("there is no application yet"))
}

async fn receive(grant: &Grant<ManageInboxes>, parsed: &Parsed) -> Option<Way> {
    let row = &parsed.row;
    if row.receive_kind != ReceiveKind::Imap {
        return None;
    }
    let imap = row.imap()?;
    let stored = || opened(grant, row, "receive", row.receive_sealed.as_ref());
    let password = parsed.receive_password.clone().unwrap_or_else(stored);
    let user = imap.user.clone();
    let sign_in = if imap.is_oauth {
        let is_ours = parsed.oauth.is_some() || password.reveal().is_empty();
        match if is_ours { token(grant, parsed).await } else { Ok(password) } {
            Ok(token) => SignIn::Token { user, token },
            Err(trouble) => return Some(way(Probe::default().failed(trouble), imap.tls, true, true, &[])),
        }
    } else {
        SignIn::Password { user, password }
    };
    let account = fetching::account(grant.home(), &imap, &Secret::new(String::new()));
    let secrets = secrets(&sign_in);
    let probe = patient(imap::probe(&grant.home().outbound, &account, &sign_in)).await;
    Some(way(probe, imap.tls, true, true, &secrets))
}

async fn send(grant: &Grant<ManageInboxes>, parsed: &Parsed) -> Option<Way> {
    let row = &parsed.row;
    let relay = row.relay()?;
    let sign_in = match relay.user.clone() {
        None => None,
        Some(user) if relay.is_oauth => match token(grant, parsed).await {
            Ok(token) => Some(SignIn::Token { user, token }),
            Err(trouble) => return Some(way(Probe::default().failed(trouble), relay.tls, true, false, &[])),
        },
        Some(user) => {
            let stored = || opened(grant, row, "send", row.send_sealed.as_ref());
            let password = parsed.send_password.clone().unwrap_or_else(stored);
            Some(SignIn::Password { user, password })
        }
    };
    let secrets = sign_in.as_ref().map(secrets).unwrap_or_default();
    let has_sign_in = sign_in.is_some();
    let helo = row.domain().to_owned();
    let route = Route { host: relay.host, port: relay.port, security: relay.tls, sign_in, helo };
    let probe = patient(smtp::probe(&grant.home().outbound, &route)).await;
    Some(way(probe, relay.tls, has_sign_in, false, &secrets))
}

async fn patient(probe: impl Future<Output = Probe>) -> Probe {
    let slow = || {
        let trouble = Trouble::new(Stage::Greeting, Kind::TooSlow, "no end within 40 seconds");
        Probe::default().failed(trouble)
    };
    tokio::time::timeout(PATIENCE, probe).await.unwrap_or_else(|_| slow())
}

/// All forms in which a server may repeat what we told it.
fn secrets(sign_in: &SignIn) -> Vec<String> {
    match sign_in {
        SignIn::Password { user, password } => {
            vec![format!("\0{user}\0{}", password.reveal()), password.reveal().clone()]
        }
        SignIn::Token { user, token } => {
            vec![format!("user={user}\x01auth=Bearer {}\x01\x01", token.reveal()), token.reveal().clone()]
        }
    }
}

/// All steps that there are, with how far it got.
fn way(probe: Probe, security: Security, has_sign_in: bool, has_folder: bool, secrets: &[String]) -> Way {
    let mut stages = vec![Stage::Resolve, Stage::Connect];
    match security {
        Security::Tls => stages.extend([Stage::Tls, Stage::Greeting]),
        Security::StartTls => stages.extend([Stage::Greeting, Stage::Tls]),
        Security::None => stages.push(Stage::Greeting),
    }
    stages.extend(has_sign_in.then_some(Stage::SignIn));
    stages.extend(has_folder.then_some(Stage::Folder));
    let is_fine = probe.is_fine();
    let failed = probe.steps.iter().find_map(|step| step.result.as_ref().err().cloned());
    let at = |stage: Stage| stages.iter().position(|known| *known == stage);
    // What is no step of its own, such as a broken connection in the middle, ends where it got to.
    let reached = stages.iter().position(|stage| {
        *stage != Stage::Resolve
            && !probe.steps.iter().any(|step| step.stage == *stage && step.result.is_ok())
    });
    let end = failed.as_ref().map(|trouble| at(trouble.stage).or(reached).unwrap_or(stages.len() - 1));
    // An application without a token fails before anything was connected.
    let is_before =
        failed.as_ref().is_some_and(|trouble| trouble.stage == Stage::SignIn) && probe.steps.len() == 1;
    let detail = |text: &str| without(text, secrets.iter().map(String::as_str));
    let step = |(index, stage): (usize, &Stage)| {
        let said =
            probe.steps.iter().find(|step| step.stage == *stage).and_then(|step| step.result.as_ref().ok());
        let passed = Step {
            stage: *stage,
            went: Went::Passed,
            detail: said.map(|text| detail(text)).unwrap_or_default(),
            cause: None,
        };
        let open = Step { went: Went::Open, detail: String::new(), ..passed.clone() };
        match (end, &failed) {
            (Some(end), Some(trouble)) if index == end => Step {
                went: Went::Failed,
                detail: detail(&trouble.text),
                cause: Some(trouble.kind),
                ..passed
            },
            (Some(end), _) if index > end || is_before => open,
            _ => passed,
        }
    };
    Way { is_fine, steps: stages.iter().enumerate().map(step).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn went(way: &Way) -> Vec<(&'static str, &'static str)> {
        way.steps.iter().map(|step| (step.stage.word(), step.went.word())).collect()
    }

    #[test]
    fn the_first_step_that_fails_ends_the_list_and_repeats_no_secret() {
        let mut probe = Probe::default();
        probe.passed(Stage::Connect, "mail.example:993");
        probe.passed(Stage::Tls, "TLS 1.3");
        probe.passed(Stage::Greeting, "ready");
        let said = "NO AUTHENTICATE PLAIN AHUAaHVudGVyMg== hunter2 is wrong";
        let probe = probe.failed(Trouble::new(Stage::SignIn, Kind::SignInRefused, said));
        let sign_in = SignIn::Password { user: "u".into(), password: Secret::new("hunter2".into()) };
        let way = way(probe, Security::Tls, true, true, &secrets(&sign_in));
        assert!(!way.is_fine);
        assert_eq!(
            went(&way),
            [
                ("resolve", "passed"),
                ("connect", "passed"),
                ("tls", "passed"),
                ("greeting", "passed"),
                ("sign_in", "failed"),
                ("folder", "open"),
            ]
        );
        assert!(!format!("{way:?}").contains("hunter2") && !format!("{way:?}").contains("AHUAaHVudGVyMg"));
    }
    #[test]
    fn a_name_that_is_unknown_leaves_everything_else_open() {
        let probe = Probe::default().failed(Trouble::new(Stage::Resolve, Kind::UnknownHost, "x"));
        let way = way(probe, Security::StartTls, true, false, &[]);
        assert_eq!(went(&way)[0], ("resolve", "failed"));
        assert!(went(&way)[1..].iter().all(|(_, went)| *went == "open"));
    }
    #[test]
    fn without_a_token_nothing_was_connected() {
        let probe = Probe::default().failed(Trouble::new(Stage::SignIn, Kind::SignInAgain, "x"));
        let way = way(probe, Security::Tls, true, true, &[]);
        assert_eq!(way.steps.iter().filter(|step| step.went == Went::Passed).count(), 0);
    }
}
