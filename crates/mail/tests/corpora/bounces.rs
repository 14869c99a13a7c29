//! Delivery reports against what two other projects state.

use super::*;
use mail::{Automatic, Bounce, OwnAddresses, ReasonClass};
use std::collections::BTreeSet;

/// The classes that upstream's finer reason may be. Its "filtered" says when a server refused (after DATA), not
/// why: it covers unknown addresses and refused content.
fn classes(reason: &str) -> &'static [ReasonClass] {
    match reason {
        "userunknown" | "hasmoved" => &[ReasonClass::UnknownAddress],
        "filtered" => &[ReasonClass::UnknownAddress, ReasonClass::Refused, ReasonClass::Disabled],
        "hostunknown" | "notaccept" => &[ReasonClass::UnknownDomain],
        "mailboxfull" => &[ReasonClass::MailboxFull],
        "suspend" => &[ReasonClass::Disabled],
        "mesgtoobig" | "exceedlimit" => &[ReasonClass::TooLarge],
        "expired" | "networkerror" => &[ReasonClass::NotReachable],
        "systemerror" | "systemfull" | "mailererror" | "syntaxerror" => &[ReasonClass::ServerFault],
        "blocked" | "rejected" | "policyviolation" | "authfailure" | "badreputation" | "norelaying"
        | "requireptr" | "securityerror" | "spamdetected" | "virusdetected" | "contenterror"
        | "notcompliantrfc" | "speeding" | "toomanyconn" => &[ReasonClass::Refused],
        other => panic!("no class for {other}"),
    }
}

#[test]
fn bounces_of_sisimai_are_recognised_with_their_reason() {
    let (mut recognised, mut right, mut all) = (0, 0, 0);
    for name in files("sisimai_bounces") {
        let Some(stated) = expected(&name).filter(|stated| stated["coarse"] == "bounce") else { continue };
        all += 1;
        let reasons: BTreeSet<&str> = stated["events"]
            .as_array()
            .expect("events")
            .iter()
            .filter_map(|event| event["reason"].as_str())
            .collect();
        let Some(bounce) = Bounce::read(&read(&name)) else {
            println!("  not recognised: {name}");
            continue;
        };
        recognised += 1;
        let found: BTreeSet<&str> = if bounce.recipients.is_empty() {
            BTreeSet::from([bounce.reason.code()])
        } else {
            bounce.recipients.iter().map(|recipient| recipient.reason.code()).collect()
        };
        let explained =
            reasons.iter().all(|reason| classes(reason).iter().any(|class| found.contains(class.code())));
        let nothing_else = found.iter().all(|code| {
            reasons.iter().any(|reason| classes(reason).iter().any(|class| class.code() == *code))
        });
        if explained && nothing_else {
            right += 1;
        } else {
            let said: Vec<_> =
                bounce.recipients.iter().map(|r| (r.status.as_deref(), r.diagnostic.as_deref())).collect();
            println!("  different reason: {name} stated {reasons:?} found {found:?} {said:?}");
        }
    }
    assert_share("bounces of sisimai recognised", recognised, all, 97.0);
    assert_share("bounces of sisimai with the stated reason class", right, all, 97.0);
}

#[test]
fn bounces_of_flufl_are_recognised_with_their_recipients() {
    let (mut right, mut all) = (0, 0);
    for name in files("flufl_bounce") {
        let Some(stated) = expected(&name) else { continue };
        all += 1;
        let theirs: BTreeSet<String> = stated["failed_recipients"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|address| address.as_str().map(str::to_lowercase))
            .collect();
        let temporary = stated["temporary"].as_bool().expect("a flag");
        let found = Bounce::read(&read(&name));
        let ours: BTreeSet<String> = found
            .iter()
            .flat_map(|bounce| &bounce.recipients)
            .map(|recipient| recipient.address.clone())
            .collect();
        let same_kind = found.as_ref().is_some_and(|bounce| bounce.is_temporary == temporary);
        // Two files report nothing: an auto-reply and a person's mail.
        let nothing = theirs.is_empty() && found.is_none();
        if nothing || same_kind && ours == theirs {
            right += 1;
        } else {
            println!(
                "  different: {name} stated {theirs:?} temporary {temporary}, found {ours:?} {:?}",
                found.map(|b| b.is_temporary)
            );
        }
    }
    assert_share("bounces of flufl with the stated recipients", right, all, 97.0);
}

/// Nothing that a machine wrote is ever answered.
#[test]
fn no_bounce_report_or_auto_reply_is_answered() {
    let own = OwnAddresses::default();
    let (mut silent, mut all) = (0, 0);
    for name in files("sisimai_bounces").into_iter().chain(files("flufl_bounce")) {
        let Some(stated) = expected(&name) else { continue };
        if stated["coarse"] == "not_a_bounce" {
            // "rb-issue-368" is one, by every word of it: upstream cannot read its recipient.
            let is_bounce = Bounce::read(&read(&name)).is_some();
            assert_eq!(is_bounce, name.contains("rb-issue-368"), "{name}");
            continue;
        }
        // A person's mail among the bounces: upstream states that it reports nothing.
        if name == "flufl_bounce/groupwise_03.txt" {
            continue;
        }
        all += 1;
        match Automatic::classify(&read(&name), &own) {
            Some(_) => silent += 1,
            None => println!("  would be answered: {name}"),
        }
    }
    assert_share("automatic mails left unanswered", silent, all, 100.0);
}

/// Mail of people is not taken for a report.
#[test]
fn replies_of_people_are_no_bounces() {
    for name in
        files("talon").into_iter().chain(files("django_mailbox")).chain(files("mikel_mail/plain_emails"))
    {
        let mail = read(&name);
        if Bounce::read(&mail).is_some() {
            let subject = mail.subject.to_lowercase();
            assert!(
                subject.contains("deliver") || subject.contains("return") || subject.contains("fail"),
                "{name}: {subject}"
            );
        }
    }
}
