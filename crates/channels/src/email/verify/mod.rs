//! Who really sent a mail: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 9989) and ARC (RFC 8617).
//!
//! A result is evidence, not a decision: mail is never refused for it. What counts for identity is
//! [`Verdict::is_aligned`]: somebody who controls the domain in From has sent this mail.
//!
//! Source: `docs/behaviour/mail-transport.md`, "Who really sent it".
mod dns;
#[cfg(test)]
mod tests;

pub use dns::{BadNames, Names};

use mail_auth::{
    ArcOutput, AuthenticatedMessage, DkimOutput, DkimResult, DmarcOutput, DmarcResult, MessageAuthenticator,
    SpfOutput, SpfResult, dmarc::Policy, dmarc::verify::DmarcParameters, spf::verify::SpfParameters,
};
use platform::outbound::guard::is_global;
use serde::{Deserialize, Serialize};
use std::{net::IpAddr, time::Duration};
use tokio::time::timeout;

/// For all questions about one mail together.
const PATIENCE: Duration = Duration::from_secs(5);
/// A mail with more signatures is not checked: each costs a question and a hash of the whole mail.
const MAX_SIGNATURES: usize = 20;

/// What became of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Pass,
    Fail,
    SoftFail,
    Neutral,
    /// There is nothing to check: no record, no signature.
    None,
    /// The name server did not answer.
    TemporaryError,
    /// The record or the signature is written wrongly.
    PermanentError,
    /// We did not look; the reason says why.
    NotChecked,
}

/// A check and the words that belong to it, for people who know mail. Not translated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub outcome: Outcome,
    pub reason: String,
}

/// A DKIM signature in the mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Who signed.
    pub domain: String,
    pub check: Check,
}

/// All that is known about where a mail comes from. Stored with the mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub spf: Check,
    /// The domain that SPF was about.
    pub spf_domain: Option<String>,
    pub dkim: Vec<Signature>,
    pub dmarc: Check,
    /// What the owner of the domain asks for when DMARC fails: `none`, `quarantine`, `reject`.
    pub dmarc_policy: Option<String>,
    pub arc: Check,
    /// The domain in From, when there is exactly one.
    pub from_domain: Option<String>,
    /// A domain that SPF or DKIM has proved is the domain in From, or belongs to the same owner by DMARC.
    pub is_aligned: bool,
    pub summary: Summary,
}

/// The verdict in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Summary {
    /// The domain in From has sent it.
    Proven,
    /// Nothing speaks against it, and nothing proves it.
    Unproven,
    /// The owner of the domain in From says that mail like this is not theirs.
    Forged,
    NotChecked,
}

/// How a mail came to us, where it came over SMTP.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    pub peer: IpAddr,
    pub helo: &'a str,
    pub mail_from: Option<&'a str>,
}

/// Checks mails. Cheap to clone; keeps answers of name servers for as long as they say.
#[derive(Clone)]
pub struct Verifier {
    dns: Option<MessageAuthenticator>,
    host_name: String,
}

impl Check {
    fn new(outcome: Outcome, reason: impl Into<String>) -> Check {
        Check { outcome, reason: reason.into() }
    }
    fn not_checked(reason: &str) -> Check {
        Check::new(Outcome::NotChecked, reason)
    }
}

impl Verifier {
    /// * `host_name` – ours, for the macros of SPF.
    pub fn new(names: &Names, host_name: &str) -> Result<Verifier, BadNames> {
        Ok(Verifier { dns: dns::authenticator(names)?, host_name: host_name.to_owned() })
    }

    /// Checks a mail. Never fails and takes 5 seconds at most; what could not be found out says so.
    ///
    /// * `sender` – `None` for mail that was fetched from a mailbox: SPF is then the mailbox's business.
    pub async fn verify(&self, sender: Option<Sender<'_>>, raw: &[u8]) -> Verdict {
        let Some(dns) = &self.dns else { return Verdict::not_checked("checks are switched off") };
        if signatures(raw) > MAX_SIGNATURES {
            return Verdict::not_checked("more than 20 signatures");
        }
        let Some(mail) = AuthenticatedMessage::parse(raw) else {
            return Verdict::not_checked("the header could not be read");
        };
        let checked = timeout(PATIENCE, self.checked(dns, sender, &mail)).await;
        checked.unwrap_or_else(|_| {
            let slow = || Check::new(Outcome::TemporaryError, "no answer in time");
            Verdict { spf: slow(), dmarc: slow(), arc: slow(), ..Verdict::not_checked("no answer in time") }
                .summed_up(from_domain(&mail))
        })
    }

    async fn checked(
        &self,
        dns: &MessageAuthenticator,
        sender: Option<Sender<'_>>,
        mail: &AuthenticatedMessage<'_>,
    ) -> Verdict {
        let (spf_check, spf) = match sender {
            None => (Check::not_checked("fetched from a mailbox"), None),
            Some(sender) if !is_global(sender.peer) => (Check::not_checked("local relay"), None),
            Some(sender) => {
                let output = self.spf(dns, sender).await;
                (spf_check(&output), Some(output))
            }
        };
        let has_signatures = !mail.dkim_headers.is_empty() || mail.has_dkim_errors;
        let dkim = if has_signatures { dns.verify_dkim(mail).await } else { Vec::new() };
        let arc = match mail.ams_headers.is_empty() && !mail.has_arc_errors {
            true => Check::new(Outcome::None, ""),
            false => arc_check(&dns.verify_arc(mail).await),
        };
        let (dmarc, dmarc_policy) = match spf.is_none() && !has_signatures {
            true => (Check::not_checked("nothing to compare"), None),
            false => dmarc(dns, sender, mail, &dkim, spf.as_ref()).await,
        };
        let verdict = Verdict {
            spf: spf_check,
            spf_domain: spf.as_ref().map(|output| output.domain().to_owned()),
            dkim: dkim.iter().map(signature).collect(),
            dmarc,
            dmarc_policy,
            arc,
            ..Verdict::not_checked("")
        };
        verdict.summed_up(from_domain(mail))
    }

    /// SPF of the return path, or of HELO where that is null (RFC 7208, 2.4).
    async fn spf(&self, dns: &MessageAuthenticator, sender: Sender<'_>) -> SpfOutput {
        let Sender { peer, helo, mail_from } = sender;
        dns.verify_spf(match mail_from {
            Some(mail_from) => SpfParameters::verify_mail_from(peer, helo, &self.host_name, mail_from),
            None => SpfParameters::verify_ehlo(peer, helo, &self.host_name),
        })
        .await
    }
}

async fn dmarc(
    dns: &MessageAuthenticator,
    sender: Option<Sender<'_>>,
    mail: &AuthenticatedMessage<'_>,
    dkim: &[DkimOutput<'_>],
    spf: Option<&SpfOutput>,
) -> (Check, Option<String>) {
    let unknown = SpfOutput::default();
    let domain = match sender {
        Some(Sender { mail_from: Some(path), .. }) => path.rsplit_once('@').map_or("", |(_, domain)| domain),
        Some(Sender { helo, .. }) => helo,
        None => "",
    };
    let output = dns.verify_dmarc(DmarcParameters::new(mail, dkim, domain, spf.unwrap_or(&unknown))).await;
    let check = dmarc_check(&output);
    // Half of the evidence is missing: that is no failure of the sender.
    let check = match check.outcome {
        Outcome::Fail if spf.is_none() => {
            Check::not_checked("SPF could not be checked, and no signature fits")
        }
        _ => check,
    };
    let policy = output.dmarc_record().map(|_| output.policy()).and_then(|policy| match policy {
        Policy::None => Some("none"),
        Policy::Quarantine => Some("quarantine"),
        Policy::Reject => Some("reject"),
        Policy::Unspecified => None,
    });
    (check, policy.map(str::to_owned))
}

impl Verdict {
    fn not_checked(reason: &str) -> Verdict {
        Verdict {
            spf: Check::not_checked(reason),
            spf_domain: None,
            dkim: Vec::new(),
            dmarc: Check::not_checked(reason),
            dmarc_policy: None,
            arc: Check::not_checked(reason),
            from_domain: None,
            is_aligned: false,
            summary: Summary::NotChecked,
        }
    }

    fn summed_up(mut self, from_domain: Option<String>) -> Verdict {
        self.is_aligned = match (self.dmarc.outcome, &from_domain) {
            (Outcome::Pass, _) => true,
            // Without a DMARC record the domain itself may still have proved that it sent the mail.
            (Outcome::None, Some(from)) => self.proved().any(|domain| vouches_for(domain, from)),
            _ => false,
        };
        self.summary = if self.is_aligned {
            Summary::Proven
        } else if self.dmarc.outcome == Outcome::Fail {
            Summary::Forged
        } else if self.dkim.is_empty() && self.spf.outcome == Outcome::NotChecked {
            Summary::NotChecked
        } else {
            Summary::Unproven
        };
        self.from_domain = from_domain;
        self
    }

    /// Domains that have a hand in this mail for certain.
    fn proved(&self) -> impl Iterator<Item = &str> {
        let spf = self.spf_domain.as_deref().filter(|_| self.spf.outcome == Outcome::Pass);
        let signed = self.dkim.iter().filter(|signature| signature.check.outcome == Outcome::Pass);
        spf.into_iter().chain(signed.map(|signature| signature.domain.as_str()))
    }
}

/// Whether proof of `domain` is proof of `from`: the same, or a domain above it. A neighbour or a domain below is
/// not enough, since we do not know where the land of one owner ends.
fn vouches_for(domain: &str, from: &str) -> bool {
    let (domain, from) = (ascii(domain), ascii(from));
    let is_above = domain.contains('.') && from.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'));
    domain == from || is_above
}

fn ascii(domain: &str) -> String {
    let domain = domain.trim_end_matches('.');
    idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_ascii_lowercase())
}

/// The domain in From; several different ones count as none (RFC 9989, 4.10.1).
fn from_domain(mail: &AuthenticatedMessage<'_>) -> Option<String> {
    let mut domains: Vec<String> =
        mail.froms().iter().filter_map(|from| Some(ascii(from.rsplit_once('@')?.1))).collect();
    domains.dedup();
    if domains.len() == 1 { domains.pop() } else { None }
}

/// Signature fields in the header, counted before anything is computed for them.
fn signatures(raw: &[u8]) -> usize {
    let end = memchr::memmem::find(raw, b"\r\n\r\n").or_else(|| memchr::memmem::find(raw, b"\n\n"));
    let header = &raw[..end.unwrap_or(raw.len())];
    let names: [&[u8]; 3] = [b"dkim-signature", b"arc-message-signature", b"dkim2-signature"];
    let is_signature = |line: &[u8]| {
        names.iter().any(|name| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
    };
    header.split(|byte| *byte == b'\n').filter(|line| is_signature(line)).count()
}

fn spf_check(output: &SpfOutput) -> Check {
    let outcome = match output.result() {
        SpfResult::Pass => Outcome::Pass,
        SpfResult::Fail => Outcome::Fail,
        SpfResult::SoftFail => Outcome::SoftFail,
        SpfResult::Neutral => Outcome::Neutral,
        SpfResult::TempError => Outcome::TemporaryError,
        SpfResult::PermError => Outcome::PermanentError,
        SpfResult::None => Outcome::None,
    };
    Check::new(outcome, "")
}

fn dkim_check(result: &DkimResult) -> Check {
    match result {
        DkimResult::Pass => Check::new(Outcome::Pass, ""),
        DkimResult::Neutral(why) => Check::new(Outcome::Neutral, why.to_string()),
        DkimResult::Fail(why) => Check::new(Outcome::Fail, why.to_string()),
        DkimResult::PermError(why) => Check::new(Outcome::PermanentError, why.to_string()),
        DkimResult::TempError(why) => Check::new(Outcome::TemporaryError, why.to_string()),
        DkimResult::None => Check::new(Outcome::None, ""),
    }
}

fn signature(output: &DkimOutput<'_>) -> Signature {
    let domain = output.signature().map(|signature| ascii(&signature.d)).unwrap_or_default();
    Signature { domain, check: dkim_check(output.result()) }
}

fn arc_check(output: &ArcOutput<'_>) -> Check {
    dkim_check(output.result())
}

fn dmarc_check(output: &DmarcOutput) -> Check {
    match output.result() {
        DmarcResult::Pass => Check::new(Outcome::Pass, ""),
        DmarcResult::Fail(why) => Check::new(Outcome::Fail, why.to_string()),
        DmarcResult::TempError(why) => Check::new(Outcome::TemporaryError, why.to_string()),
        DmarcResult::PermError(why) => Check::new(Outcome::PermanentError, why.to_string()),
        DmarcResult::None => Check::new(Outcome::None, ""),
    }
}
