//! Why a mail did not arrive, from what servers say.

use regex::Regex;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Why it failed, as far as it can be told; each needs another step of the agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonClass {
    /// Nobody has that address, or has it no longer.
    UnknownAddress,
    /// The part behind the `@` does not exist or takes no mail.
    UnknownDomain,
    /// No room; may work later.
    MailboxFull,
    /// The address exists but is switched off.
    Disabled,
    /// Too many bytes for that server or mailbox.
    TooLarge,
    /// Not wanted: the sender, its address or server, or the content.
    Refused,
    /// No connection, or nobody took it in time.
    NotReachable,
    /// The other server, or ours, is broken or set up wrongly.
    ServerFault,
    #[default]
    Undetermined,
}

impl ReasonClass {
    /// The stable word for interfaces and the database.
    pub fn code(self) -> &'static str {
        match self {
            ReasonClass::UnknownAddress => "unknown_address",
            ReasonClass::UnknownDomain => "unknown_domain",
            ReasonClass::MailboxFull => "mailbox_full",
            ReasonClass::Disabled => "disabled",
            ReasonClass::TooLarge => "too_large",
            ReasonClass::Refused => "refused",
            ReasonClass::NotReachable => "not_reachable",
            ReasonClass::ServerFault => "server_fault",
            ReasonClass::Undetermined => "undetermined",
        }
    }
}

/// The reason for one recipient: what was said to it, else a status that leaves no doubt, else what the text
/// says near its address, else the whole text, else any hint.
pub(super) fn of_recipient(
    address: &str,
    diagnostic: Option<&str>,
    status: Option<&str>,
    text: &str,
) -> ReasonClass {
    let near = near(address, text);
    let certain = status.and_then(by_certain_status);
    let found = diagnostic
        .and_then(|said| words(said, &CLEAR))
        .or(certain)
        .or_else(|| words(&near, &CLEAR))
        .or_else(|| words(text, &CLEAR))
        .or_else(|| words(diagnostic.unwrap_or_default(), &VAGUE))
        .or_else(|| words(&near, &VAGUE))
        .or_else(|| status.filter(|code| !code.ends_with(".0.0")).map(by_status))
        .or_else(|| words(text, &VAGUE))
        .or_else(|| status_in(text).as_deref().map(by_status));
    match (found, certain) {
        // "Inactive address" with 5.1.1: the status says that it will not come back.
        (Some(ReasonClass::Disabled), Some(ReasonClass::UnknownAddress)) => ReasonClass::UnknownAddress,
        (found, _) => found.unwrap_or_default(),
    }
}

/// The reason that a whole text gives.
pub(super) fn classify(text: &str) -> ReasonClass {
    let found = words(text, &CLEAR).or_else(|| words(text, &VAGUE));
    found.or_else(|| status_in(text).as_deref().map(by_status)).unwrap_or_default()
}

/// The lines of a text about an address: those that name it, and a few below up to the next address.
pub(super) fn near(address: &str, text: &str) -> String {
    let mut near = String::new();
    let mut left = 0;
    for line in text.lines() {
        let lower = line.to_lowercase();
        if lower.contains(address) {
            left = 7;
        } else if left > 0 && begins_with_address(&lower) {
            left = 0;
        }
        if left > 0 {
            left -= 1;
            near.push_str(line.trim());
            near.push('\n');
        }
    }
    near
}

fn begins_with_address(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    first.trim_start_matches(['<', '*', '>']).find('@').is_some_and(|at| at > 0)
}

/// A status code (RFC 3463) in a text.
pub(super) fn status_in(text: &str) -> Option<String> {
    static STATUS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b([245]\.\d{1,3}\.\d{1,3})\b[^.\d]?").expect("a fixed pattern"));
    STATUS.captures(text).map(|found| found[1].to_owned())
}

/// The class of a status that servers do not use for anything else.
fn by_certain_status(code: &str) -> Option<ReasonClass> {
    match code.split_once('.')?.1 {
        "1.1" | "1.6" => Some(ReasonClass::UnknownAddress),
        "1.2" | "1.10" => Some(ReasonClass::UnknownDomain),
        "2.2" => Some(ReasonClass::MailboxFull),
        "2.3" | "3.4" => Some(ReasonClass::TooLarge),
        _ => None,
    }
}

fn by_status(code: &str) -> ReasonClass {
    let mut parts = code.split('.').skip(1).map(|part| part.parse::<u32>().unwrap_or(0));
    match (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) {
        (1, 2 | 10) => ReasonClass::UnknownDomain,
        (1, 7 | 8) => ReasonClass::Refused,
        (1, _) => ReasonClass::UnknownAddress,
        (2, 1) => ReasonClass::Disabled,
        (2, 2) => ReasonClass::MailboxFull,
        (2, 3) => ReasonClass::TooLarge,
        (2, 4) => ReasonClass::ServerFault,
        (3, 4) => ReasonClass::TooLarge,
        (3, _) => ReasonClass::ServerFault,
        (4, 4) => ReasonClass::UnknownDomain,
        (4, 3 | 6) => ReasonClass::ServerFault,
        (4, _) => ReasonClass::NotReachable,
        (5, _) => ReasonClass::ServerFault,
        (6 | 7, _) => ReasonClass::Refused,
        _ => ReasonClass::Undetermined,
    }
}

/// What servers say, the clearest words first.
static CLEAR: LazyLock<Vec<(ReasonClass, Regex)>> = LazyLock::new(|| {
    compiled(&[
        (
            ReasonClass::Refused,
            r"(?:in reply to|remote mail server after|response to|sent) (?:the )?mail from|\[mail_from\]|headers? (?:are |is )?too (?:large|long|big)|too many headers|groups\.google\.com/support|not accepting (?:mail|messages) from|sender address rejected|insecure mail relay",
        ),
        (ReasonClass::UnknownAddress, r"recipient address rejected: access denied"),
        (ReasonClass::ServerFault, r"procmail: |operating system error"),
        (ReasonClass::NotReachable, r"malformed or unexpected name server reply"),
        (
            ReasonClass::MailboxFull,
            r"mail ?box (?:is |was |has )?(?:full|exceeds|exceeded|over)|mailfolder is full|over ?-?quota|quota (?:exceeded|violation|full)|exceed\w*(?: \w+){0,4} (?:disk )?quota|exceeded (?:storage|mailbox)|disk quota|(?:account|inbox|user) is (?:full|over)|maildir (?:over|delivery failed)|not enough (?:storage|disk) space|insufficient (?:disk )?(?:space|quota|storage) (?:in|for|on)? ?(?:the )?(?:user|recipient|mailbox)|mailbox size limit|too many messages (?:in|on) (?:the )?(?:mailbox|this)|storage quota|out of storage space|full mailbox|mailbox.{0,40}is full|has exceeded its|user'?s mailbox is full|size of .{0,40} mailbox|overquotatemp|容量|allocated (?:storage|disk)|space quota",
        ),
        (
            ReasonClass::TooLarge,
            r"too (?:large|big)\b|(?:message|mail) size (?:exceeds|limit|over)|size limit|exceed\w*(?: \w+){0,3} (?:maximum|fixed|message|mail|size|limit)(?: \w+){0,3}(?: size| length)|exceeds? (?:size|maximum|limit)|line limit exceeded|larger than (?:the )?(?:current |maximum )?|max(?:imum)? message size|message length exceeds|attachment.{0,20}too",
        ),
        (
            ReasonClass::Disabled,
            r"(?:account|mailbox|user|recipient|address|mail ?box)(?: \S+){0,6} (?:has been |is |was |are )?(?:currently |temporarily |permanently |administratively )?(?:disabled|suspended|inactive|locked|deactivated|on hold|frozen|switched off|turned off|closed|expired|restricted)|(?:disabled|suspended|inactive|deactivated|locked|expired) (?:account|mailbox|user|recipient|due)|no longer (?:active|accept)|not active\b|deactivat|inactive|account is blocked|est bloqu|compte .{0,30}(?:bloqu|suspendu|désactiv)",
        ),
        (
            ReasonClass::UnknownDomain,
            r"host (?:or domain name |name )?(?:unknown|not found|lookup did not)|unknown host|host unknown|no such (?:host|domain)|(?:domain|host)(?: name)?(?: \S+)? (?:does not exist|doesn'?t exist|not exist|not found|could not be found|must exist)|couldn'?t find (?:a|any) (?:mail exchanger|host|domain)|name service error|name or service not known|unrout(?:e)?able (?:mail )?(?:domain|address)|all relevant mx records|nxdomain|bad destination (?:host|system|mailbox address syntax)|unresolvable|no mx (?:record|host)|dns (?:error|lookup|server returned|failure|query)|domain lookup|illegal host/domain|no route found to domain|null ?mx|(?:host|domain|server|system) (?:does not|is not|not|never) accept(?:s|ing)? (?:any )?(?:mail|email|network|messages?)|accepts no mail|does not accept mail|no (?:valid )?(?:hosts|mx)|without a dns|no mail (?:server|exchanger|host)|invalid domain name part|unknown domain|(?:^|[\s<])[a-z0-9-]+(?:\.[a-z0-9-]+)+ does not exist|bad domain|unable to (?:find|look ?up) (?:host|domain|server)|no smtp service",
        ),
        (
            ReasonClass::UnknownAddress,
            r"user(?: \S+)? (?:is )?(?:unknown|not found|not listed|not exist|doesn'?t exist|does not exist|invalid|unavailable|not known|has moved)|unknown (?:or (?:illegal|invalid) )?(?:user|alias|recipient|address|local|account|mailbox|destination|to)|no such (?:user|person|mailbox|recipient|address|account|local|addressee|email)|(?:mailbox|account|address|recipient|email|e-mail|addressee|alias|person|contact|name)(?: \S+){0,3} (?:is |was |has )?(?:not found|unknown|unavailable|not exist|does not exist|doesn'?t exist|don'?t exist|could not be found|couldn'?t be found|wasn'?t found|not known|not available|not recogni[sz]ed|not valid|invalid|not listed|moved|undeliverable|not registered|not in)|invalid (?:final delivery |or inactive )?(?:recipient|mailbox|address|user|account|e-?mail|userid|destination)|bad (?:recipient|address|destination mailbox|user)|not (?:a|an)? ?(?:valid|known|existing|active|legal) (?:user|mailbox|recipient|address|e-?mail|account|person|local)|not our customer|no (?:mailbox|account|one|user|recipient|person|address)(?: \S+)? (?:here|by|with|found|exists|named?|in)|recipient (?:address )?(?:unknown|denied|refused|not)|does(?: not|n'?t) (?:have (?:a|an) \S+ account|exist|match)|isn'?t (?:a|in|known)|this address no longer accepts|no longer (?:on server|valid|exists?|works|available|with|employed|here|in use|on)|not listed in|wasn'?t found at|couldn'?t be delivered to .{0,60} because|has (?:changed|moved)|new address|unknown in|not present in|cannot (?:find|locate) (?:user|recipient|the)|unable to (?:find|locate) (?:user|recipient)|mailbox name not allowed|nicht gefunden|existiert nicht|unbekannt|onbekend|inconnu|n'existe|no existe|non esiste|não existe|не существует|неизвестн|みつかりません|見つかりません|ありません|存在しません|宛先不明",
        ),
        (
            ReasonClass::Refused,
            r"\bspam|junk mail|bulk mail|unsolicited|blacklist|black list|block ?list|\bblocked|\brbl\b|dnsbl|spamhaus|spamcop|sorbs|barracuda|\bdmarc|\bdkim|\bspf\b|sender policy framework|not (?:pass|authenticated)|authentication (?:required|failed|failure|checks?)|unauthenticated|\bvirus|malware|infected|phish|poor reputation|low reputation|reputation|reverse (?:dns|mapping|lookup)|\bptr\b|no rdns|open relay|relay(?:ing)? (?:access |is |not )?(?:denied|prohibited|not allowed|not permitted|permitted)|not (?:permitted|allowed|authori[sz]ed) to (?:relay|send|post|submit)|unable to relay|we do not relay|do not relay|relay not|insecure mail relay|refused to talk to|\(bl\)|invalid domain name|policy|violat|sender (?:address )?(?:rejected|denied|verify failed|refused|is not|not)|(?:bad|invalid) sender|client host (?:rejected|blocked)|helo command rejected|ip address.{0,40}(?:block|list|reject|ban)|banned|too (?:many|much) (?:connections|mail|messages|emails|concurrent|recipients|sessions|errors)|rate limit|ratelimit|throttl|deferred due to|content (?:rejected|denied|not accepted|filter|blocked|restrictions?)|message (?:content )?(?:was |has been )?(?:rejected|refused|filtered|denied|not accepted|contains)|header error|rejected (?:by|due|for|because|-)|access denied|not rfc|rfc ?-?\d{3,4} complian|violat\w* rfc|requirements? of|executable|attachment.{0,30}(?:not allowed|prohibited|forbidden|rejected|type)|does not (?:meet|comply)|mail from .{0,60} rejected|only .{0,20} members|not .{0,10}member|moderat|may not post|you may not|permission to post|need permission|private group|starttls|must issue|require[sd]? (?:tls|encryption|authentication)|security|encryption|certificate|untrusted|forbidden|suspicious|undesirable|duplicate|multiple (?:from|to|subject)|delivery not authorized|invalid ip|abuse|complain",
        ),
        (
            ReasonClass::ServerFault,
            r"no space left on device|insufficient disk space|disk full|ldap server|cname lookup|malformed address|insufficient system (?:storage|resources)|out of memory|can'?t create (?:output|user|temp)|temporar(?:y|ily) (?:local problem|failure in name|system problem|lookup)|lookup failed temporarily|local configuration error|local error in processing|config(?:uration)? error|mailer error|transaction failed|internal (?:server |software )?error|cannot open|permission denied|unknown mailer error|exit status|service (?:currently )?unavailable in server|couldn'?t (?:write|create)|pipe to \||child (?:exited|process)|return code|command (?:failed|died)|procmail|signal \d+|aborted? by|input/output error|read-only file|syntax error|unrecognized command|command (?:not recognized|unrecognized|not implemented)|bad sequence|protocol error|5\.5\.[0124]\b[^,]{0,40}(?:command|syntax)",
        ),
        (
            ReasonClass::NotReachable,
            r"hop count exceeded|maximum hop|too many hops|mail ?loop|(?:forwarding|routing) loop|loop detected|loops? back to|malformed or unexpected name server|aborted after|tim(?:ed|e) ?-?out|connection (?:refused|reset|timed|lost|dropped|closed|failed|died|was|attempt)|could ?n[o']t (?:connect|be reached|establish|open connection)|cannot connect|can'?t connect|failed to connect|unable to connect|expired|unreachable|not reachable|not reach|no route to host|retry (?:time|timeout|limit)|(?:undeliver\w*|delivered|queue|delayed|undelivered|waiting|tried|trying|pending)(?: \S+){0,6} (?:for|in|after|within|than) (?:\S+ )?\d+|message (?:is |has been |was )?(?:too old|in the queue|still)|delivery (?:time|attempt\w*)(?: \S+){0,3} (?:expired|failed|exceeded)|too long|no answer|not respond\w*|network (?:error|is|problem)|host (?:is )?(?:down|unavailable)|server (?:is )?(?:down|unavailable|busy)|giving up|given up on|temporar(?:y|ily)|greylist|graylist|try again|will be retried|continue to (?:try|attempt)|connect to \S+|socket error|lost connection|maximum (?:time|number of (?:delivery )?(?:attempts|retries))|try later|delivery.{0,20}delayed|unsuccessful for",
        ),
    ])
});

/// Words that only hint, for reports without any clear one.
static VAGUE: LazyLock<Vec<(ReasonClass, Regex)>> = LazyLock::new(|| {
    compiled(&[
        (
            ReasonClass::UnknownAddress,
            r"(?:address|recipient|rcpt|mailbox) (?:address )?rejected|does not like recipient",
        ),
        (
            ReasonClass::Refused,
            r"reject|refus|denied|not accept|prohibit|disallow|not allowed|not permitted|filter|restrict",
        ),
        (ReasonClass::ServerFault, r"\bmailer\b|\bcommand\b|local (?:error|problem)|system|lookup"),
    ])
});

fn compiled(rules: &[(ReasonClass, &str)]) -> Vec<(ReasonClass, Regex)> {
    let compile = |(class, pattern): &(ReasonClass, &str)| {
        (*class, Regex::new(&format!("(?i){pattern}")).expect("a fixed pattern"))
    };
    rules.iter().map(compile).collect()
}

fn words(text: &str, rules: &[(ReasonClass, Regex)]) -> Option<ReasonClass> {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    rules.iter().find(|(_, pattern)| pattern.is_match(&flat)).map(|(class, _)| *class)
}
