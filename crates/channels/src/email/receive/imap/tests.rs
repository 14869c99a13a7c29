use super::*;
use crate::email::peer::Stage;
use platform::outbound::Policy;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Instant,
};
use testkit::dovecot::{Dovecot, PASSWORD, USER};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    task::JoinHandle,
};

/// Remembers everything, like a database would.
#[derive(Clone, Default)]
struct Memory {
    items: Arc<Mutex<Vec<Item>>>,
    notes: Arc<Mutex<Vec<Note>>>,
    is_broken: Arc<AtomicBool>,
    /// What it says was there before.
    before: Arc<Mutex<Option<Before>>>,
    /// After storing this UID, `store` never returns: the process has died there.
    dies_at: Arc<AtomicU32>,
}

impl Memory {
    fn uids(&self) -> Vec<u32> {
        self.items.lock().unwrap().iter().map(|item| item.uid).collect()
    }
    fn subjects(&self) -> Vec<String> {
        let items = self.items.lock().unwrap();
        items.iter().map(|item| subject(&item.content)).collect()
    }
    async fn wait_for(&self, count: usize) {
        until(|| self.uids().len() >= count, || format!("{:?} of {count}; {:?}", self.uids(), self.notes))
            .await;
    }
    async fn wait_for_note(&self, is_it: impl Fn(&Note) -> bool) {
        until(|| self.notes.lock().unwrap().iter().any(&is_it), || format!("{:?}", self.notes)).await;
    }
}

async fn until(is_true: impl Fn() -> bool, what: impl Fn() -> String) {
    let began = Instant::now();
    while !is_true() {
        assert!(began.elapsed() < Duration::from_secs(20), "waited in vain: {}", what());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn subject(content: &Content) -> String {
    let bytes = match content {
        Content::Whole(raw) => raw,
        Content::TooLarge { header, .. } => header,
        Content::Unreadable { .. } => return String::new(),
    };
    let text = String::from_utf8_lossy(bytes).into_owned();
    text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap_or_default().to_owned()
}

impl Mailbox for Memory {
    async fn place(&self, uid_validity: u32, uid_next: u32) -> Result<Place, NotStored> {
        let items = self.items.lock().unwrap();
        let of_it = items.iter().filter(|item| item.uid_validity == uid_validity).map(|item| item.uid);
        let before =
            self.before.lock().unwrap().map(|before| Before { uid: before.uid.min(uid_next), ..before });
        Ok(Place { last_uid: of_it.max().unwrap_or(0), before })
    }
    async fn stored(&self, uid_validity: u32, uids: &[u32]) -> Result<Vec<u32>, NotStored> {
        let items = self.items.lock().unwrap();
        let is_whole = |uid: &u32| {
            let same = |item: &&Item| (item.uid_validity, item.uid) == (uid_validity, *uid);
            items.iter().find(same).is_some_and(|item| matches!(item.content, Content::Whole(_)))
        };
        Ok(uids.iter().copied().filter(is_whole).collect())
    }
    async fn store(&self, item: Item) -> Result<(), NotStored> {
        if self.is_broken.load(Ordering::SeqCst) {
            return Err(NotStored("the disk is full".into()));
        }
        let uid = item.uid;
        self.items.lock().unwrap().push(item);
        if uid == self.dies_at.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
    async fn token(&self) -> Result<Secret<String>, Trouble> {
        Ok(Secret::new("t0ken".into()))
    }
    fn noted(&self, note: Note) {
        self.notes.lock().unwrap().push(note);
    }
}

struct Fetching {
    task: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

fn outbound(dovecot: &Dovecot) -> Outbound {
    let allow = vec!["127.0.0.0/8".parse().unwrap()];
    let extra_authorities = Some(dovecot.certificates.authority_file());
    Outbound::new(Policy { allow, extra_authorities, ..Policy::default() })
}

fn account(dovecot: &Dovecot) -> Account {
    let password = Some(Secret::new(PASSWORD.into()));
    Account { password, ..Account::new("localhost", dovecot.port, Security::None, USER) }
}

fn fetch(dovecot: &Dovecot, account: Account, memory: &Memory) -> Fetching {
    let (stop, stopped) = watch::channel(false);
    let (outbound, memory) = (outbound(dovecot), memory.clone());
    let task = tokio::spawn(async move { run(&outbound, &account, &memory, stopped).await });
    Fetching { task, stop }
}

impl Fetching {
    async fn stop(self) {
        self.stop.send(true).unwrap();
        tokio::time::timeout(Duration::from_secs(5), self.task).await.expect("it stops").unwrap();
    }
    /// As a kill does: in the middle of whatever it is.
    async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

fn mail(subject: &str) -> Vec<u8> {
    format!("From: ann@x.example\r\nSubject: {subject}\r\n\r\nhello\r\n").into_bytes()
}

/// What the mailbox has flagged, moved away or deleted must have been stored.
fn assert_only_stored_ones_are_flagged(dovecot: &Dovecot, memory: &Memory) {
    let stored = memory.uids();
    for (uid, flags) in dovecot.list("INBOX") {
        let is_flagged = flags.iter().any(|flag| flag == "\\Seen" || flag == "\\Deleted");
        assert!(!is_flagged || stored.contains(&uid), "{uid} is {flags:?} and not stored");
    }
}

#[tokio::test]
async fn old_and_new_mail_is_fetched_in_order_and_marked_as_read() {
    let dovecot = Dovecot::start();
    for number in 1..=3 {
        dovecot.append("INBOX", &mail(&format!("old {number}")));
    }
    let memory = Memory::default();
    let fetching = fetch(&dovecot, account(&dovecot), &memory);
    memory.wait_for(3).await;
    memory.wait_for_note(|note| *note == Note::CaughtUp { has_idle: true }).await;
    let began = Instant::now();
    dovecot.append("INBOX", &mail("new"));
    memory.wait_for(4).await;
    assert!(began.elapsed() < Duration::from_secs(5), "IDLE tells at once, it took {:?}", began.elapsed());
    assert_eq!(memory.subjects(), ["old 1", "old 2", "old 3", "new"]);
    until(|| dovecot.seen("INBOX") == 4, || "all read".into()).await;
    assert_eq!(memory.items.lock().unwrap()[3].content, Content::Whole(mail("new")), "byte for byte");
    fetching.stop().await;
}

#[tokio::test]
async fn of_what_was_there_before_only_the_unread_of_the_last_days_is_fetched() {
    let dovecot = Dovecot::start();
    let mut client = dovecot.client();
    client.append_at("INBOX", "03-Feb-2020 10:00:00 +0000", &mail("of long ago"));
    client.append("INBOX", &mail("read"));
    client.append("INBOX", &mail("unread"));
    client.command("SELECT INBOX");
    client.command("UID STORE 2 +FLAGS (\\Seen)");
    let memory = Memory::default();
    // A server may be in another zone.
    #[expect(clippy::disallowed_methods, reason = "Dovecot has the time of the machine")]
    let since = Millis(jiff::Timestamp::now().as_millisecond() - 24 * 3600 * 1000);
    *memory.before.lock().unwrap() = Some(Before { uid: u32::MAX, since, is_unread: true });
    let fetching = fetch(&dovecot, account(&dovecot), &memory);
    memory.wait_for(1).await;
    memory.wait_for_note(|note| matches!(note, Note::CaughtUp { .. })).await;
    // The folder as it was ends there: what comes now is fetched whatever its date and flags are.
    *memory.before.lock().unwrap() = Some(Before { uid: 4, since, is_unread: true });
    fetching.stop().await;
    client.append_at("INBOX", "03-Feb-2020 10:00:00 +0000", &mail("moved here"));
    let fetching = fetch(&dovecot, account(&dovecot), &memory);
    memory.wait_for(2).await;
    fetching.stop().await;
    assert_eq!(memory.subjects(), ["unread", "moved here"]);
    let arrived: Vec<_> = memory.items.lock().unwrap().iter().map(|item| item.arrived_at.unwrap()).collect();
    assert!(arrived[0] > since);
    assert_eq!(arrived[1].to_string(), "2020-02-03T10:00:00.000Z");
    assert_eq!(dovecot.seen("INBOX"), 3, "the old one is left alone");
    // Another validity: what was read meanwhile comes too.
    *memory.before.lock().unwrap() = Some(Before { uid: u32::MAX, since, is_unread: false });
    dovecot.change_uid_validity("INBOX", 1_999_999_999);
    let fetching = fetch(&dovecot, account(&dovecot), &memory);
    memory.wait_for(4).await;
    memory.wait_for_note(|note| matches!(note, Note::CaughtUp { .. })).await;
    fetching.stop().await;
    assert_eq!(memory.subjects()[2..], ["read", "unread"]);
}

#[test]
fn days_and_instants_are_written_as_imap_writes_them() {
    use super::wording::{day, instant};
    assert_eq!(day(Millis(1_795_251_900_007)), "21-Nov-2026");
    for text in ["17-Jul-1996 02:44:25 -0700", " 7-Jul-1996 02:44:25 -0700", "07-Jul-1996 02:44:25 -0700"] {
        let expected =
            if text.starts_with('1') { "1996-07-17T09:44:25.000Z" } else { "1996-07-07T09:44:25.000Z" };
        assert_eq!(instant(text.as_bytes()).map(|at| at.to_string()).as_deref(), Some(expected), "{text}");
    }
    assert_eq!(instant(b"yesterday"), None);
}

#[tokio::test]
async fn nothing_is_marked_before_it_is_stored() {
    let dovecot = Dovecot::start();
    for number in 1..=3 {
        dovecot.append("INBOX", &mail(&format!("{number}")));
    }
    let memory = Memory::default();
    memory.dies_at.store(2, Ordering::SeqCst);
    let fetching = fetch(&dovecot, account(&dovecot), &memory);
    memory.wait_for(2).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(dovecot.seen("INBOX"), 0);
    // Killed between the commit and the flag.
    fetching.kill().await;
    assert_eq!(dovecot.seen("INBOX"), 0);
    memory.dies_at.store(0, Ordering::SeqCst);
    let fetching = fetch(&dovecot, account(&dovecot), &memory);
    memory.wait_for(3).await;
    until(|| dovecot.seen("INBOX") == 3, || "all read".into()).await;
    assert_eq!(memory.uids(), [1, 2, 3], "nothing came twice");
    fetching.stop().await;
}

#[tokio::test]
async fn fifty_kills_lose_nothing_duplicate_nothing_and_flag_nothing_early() {
    let dovecot = Dovecot::start();
    let mut client = dovecot.client();
    for number in 1..=300 {
        client.append("INBOX", &mail(&format!("{number}")));
    }
    let memory = Memory::default();
    let mut halves = 0;
    for kill in 0..50 {
        let fetching = fetch(&dovecot, account(&dovecot), &memory);
        let stored = memory.uids().len();
        // Before the first message, in a batch, and right after storing one.
        if kill % 3 == 0 {
            memory.dies_at.store(u32::try_from(stored).unwrap() + 1 + kill % 7, Ordering::SeqCst);
        }
        // Some die early, some in the middle; a session that comes far enough to store is killed there.
        let until = Instant::now() + Duration::from_millis(20 + u64::from(kill * 37 % 180));
        while Instant::now() < until && memory.uids().len() < stored + 6 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        fetching.kill().await;
        memory.dies_at.store(0, Ordering::SeqCst);
        assert_only_stored_ones_are_flagged(&dovecot, &memory);
        halves += usize::from(memory.uids().len() > stored && memory.uids().len() < 300);
    }
    println!("{} of 300 fetched during the kills, {halves} kills in the middle", memory.uids().len());
    assert!(halves >= 5, "the kills hit nothing: {halves}");
    let fetching = fetch(&dovecot, account(&dovecot), &memory);
    memory.wait_for(300).await;
    until(|| dovecot.seen("INBOX") == 300, || format!("{} read", dovecot.seen("INBOX"))).await;
    assert_eq!(memory.uids(), (1..=300).collect::<Vec<_>>());
    fetching.stop().await;
}

#[tokio::test]
async fn another_uid_validity_makes_all_mail_new() {
    let dovecot = Dovecot::start();
    dovecot.append("INBOX", &mail("a"));
    dovecot.append("INBOX", &mail("b"));
    let memory = Memory::default();
    let fetching = fetch(&dovecot, account(&dovecot), &memory);
    memory.wait_for(2).await;
    fetching.stop().await;
    dovecot.change_uid_validity("INBOX", 1_999_999_999);
    let fetching = fetch(&dovecot, account(&dovecot), &memory);
    memory.wait_for(4).await;
    fetching.stop().await;
    let items = memory.items.lock().unwrap();
    assert_ne!(items[0].uid_validity, 1_999_999_999);
    assert!(items[2..].iter().all(|item| item.uid_validity == 1_999_999_999));
    assert_eq!(items[0].content, items[2].content, "the same bytes, for the caller to recognise");
}

#[tokio::test]
async fn stored_mail_is_moved_or_deleted_with_and_without_the_extensions() {
    const PLAIN: &str = "imap_capability = IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+";
    for settings in ["", PLAIN] {
        for (after, folder) in [
            (After::Move("Done".into()), Some("Done")),
            (After::Move("Erledigt/Füße".into()), Some("Erledigt/F&APwA3w-e")),
            (After::Delete, None),
        ] {
            let dovecot = Dovecot::with(&format!("{settings}\nnamespace inbox {{\n  separator = /\n}}"));
            dovecot.append("INBOX", &mail("a"));
            dovecot.append("INBOX", &mail("b"));
            let memory = Memory::default();
            let fetching = fetch(&dovecot, Account { after: after.clone(), ..account(&dovecot) }, &memory);
            memory.wait_for(2).await;
            memory.wait_for_note(|note| matches!(note, Note::CaughtUp { .. })).await;
            let left = |folder: &str| {
                let is_there = |flags: &Vec<String>| !flags.iter().any(|flag| flag == "\\Deleted");
                dovecot.list(folder).iter().filter(|(_, flags)| is_there(flags)).count()
            };
            assert_eq!(left("INBOX"), 0, "{after:?} {settings}");
            if let Some(folder) = folder {
                assert_eq!(left(&format!("\"{folder}\"")), 2, "{after:?} {settings}");
            }
            fetching.stop().await;
        }
    }
}

#[tokio::test]
async fn a_move_that_a_crash_interrupted_is_finished_later() {
    let dovecot = Dovecot::start();
    dovecot.append("INBOX", &mail("theirs"));
    let memory = Memory::default();
    memory.dies_at.store(2, Ordering::SeqCst);
    let theirs = Item {
        uid_validity: 1,
        uid: 1,
        arrived_at: None,
        content: Content::Unreadable { text: String::new() },
    };
    let moving = Account { after: After::Move("Done".into()), ..account(&dovecot) };
    dovecot.append("INBOX", &mail("ours"));
    let fetching = fetch(&dovecot, moving.clone(), &memory);
    memory.wait_for(2).await;
    fetching.kill().await;
    // The first message was not stored whole after all: it must stay.
    let uid_validity = memory.items.lock().unwrap()[0].uid_validity;
    memory.items.lock().unwrap()[0] = Item { uid_validity, ..theirs };
    memory.dies_at.store(0, Ordering::SeqCst);
    let fetching = fetch(&dovecot, moving, &memory);
    memory.wait_for_note(|note| matches!(note, Note::CaughtUp { .. })).await;
    assert_eq!((dovecot.list("INBOX").len(), dovecot.list("Done").len()), (1, 1));
    assert_eq!(memory.uids(), [1, 2]);
    fetching.stop().await;
}

#[tokio::test]
async fn a_mail_above_the_limit_is_never_deleted_even_if_the_desk_believes_to_have_it() {
    let dovecot = Dovecot::start();
    dovecot.append("INBOX", &[mail("large"), vec![b'x'; 200_000]].concat());
    dovecot.append("INBOX", &mail("small"));
    let memory = Memory::default();
    let deleting = Account { max_message: 100_000, after: After::Delete, ..account(&dovecot) };
    let fetching = fetch(&dovecot, deleting.clone(), &memory);
    memory.wait_for(2).await;
    fetching.stop().await;
    for item in memory.items.lock().unwrap().iter_mut() {
        item.content = Content::Whole(Vec::new());
    }
    memory.notes.lock().unwrap().clear();
    let fetching = fetch(&dovecot, deleting, &memory);
    memory.wait_for_note(|note| matches!(note, Note::CaughtUp { .. })).await;
    fetching.stop().await;
    assert_eq!(dovecot.list("INBOX").iter().map(|(uid, _)| *uid).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn a_mail_above_the_limit_is_reported_with_its_header_and_left_alone() {
    let dovecot = Dovecot::start();
    dovecot.append("INBOX", &mail("small"));
    let large = [mail("large"), vec![b'x'; 200_000]].concat();
    dovecot.append("INBOX", &large);
    dovecot.append("INBOX", &mail("after"));
    let memory = Memory::default();
    let fetching = fetch(&dovecot, Account { max_message: 100_000, ..account(&dovecot) }, &memory);
    memory.wait_for(3).await;
    until(|| dovecot.seen("INBOX") == 2, || "two read".into()).await;
    assert_eq!(memory.subjects(), ["small", "large", "after"]);
    let Content::TooLarge { size, header } = memory.items.lock().unwrap()[1].content.clone() else {
        panic!("it was stored whole")
    };
    assert!(size > 200_000 && header.len() < 1000);
    fetching.stop().await;
    let fetching = fetch(&dovecot, Account { max_message: 100_000, ..account(&dovecot) }, &memory);
    memory.wait_for_note(|note| matches!(note, Note::CaughtUp { .. })).await;
    fetching.stop().await;
    assert_eq!((dovecot.seen("INBOX"), memory.uids().len()), (2, 3), "a restart changes nothing");
}

#[tokio::test]
async fn mail_that_cannot_be_stored_stays_unread_and_comes_when_it_can() {
    let dovecot = Dovecot::start();
    dovecot.append("INBOX", &mail("a"));
    let memory = Memory::default();
    memory.is_broken.store(true, Ordering::SeqCst);
    let fetching = fetch(&dovecot, account(&dovecot), &memory);
    memory
        .wait_for_note(
            |note| matches!(note, Note::Trouble { trouble, .. } if trouble.kind == Kind::NotStored),
        )
        .await;
    assert_eq!((dovecot.seen("INBOX"), memory.uids().len()), (0, 0));
    memory.is_broken.store(false, Ordering::SeqCst);
    memory.wait_for(1).await;
    until(|| dovecot.seen("INBOX") == 1, || "read".into()).await;
    fetching.stop().await;
}

#[tokio::test]
async fn without_idle_the_mailbox_is_looked_at_regularly() {
    let dovecot = Dovecot::with("imap_capability = IMAP4rev1 SASL-IR UIDPLUS");
    let memory = Memory::default();
    let poll = Account { poll_every: Duration::from_millis(200), ..account(&dovecot) };
    let fetching = fetch(&dovecot, poll, &memory);
    memory.wait_for_note(|note| *note == Note::CaughtUp { has_idle: false }).await;
    dovecot.append("INBOX", &mail("a"));
    memory.wait_for(1).await;
    fetching.stop().await;
}

#[tokio::test]
async fn a_lost_connection_is_made_anew() {
    let dovecot = Dovecot::start();
    let memory = Memory::default();
    let fetching = fetch(&dovecot, account(&dovecot), &memory);
    memory.wait_for_note(|note| matches!(note, Note::CaughtUp { .. })).await;
    dovecot.kick();
    memory.wait_for_note(|note| matches!(note, Note::Trouble { .. })).await;
    dovecot.append("INBOX", &mail("a"));
    memory.wait_for(1).await;
    fetching.stop().await;
}

#[tokio::test]
async fn idle_is_begun_anew_before_the_server_ends_it() {
    let dovecot = Dovecot::start();
    let memory = Memory::default();
    let often = Account { idle_for: Duration::from_millis(300), ..account(&dovecot) };
    let fetching = fetch(&dovecot, often, &memory);
    let rounds =
        || memory.notes.lock().unwrap().iter().filter(|note| matches!(note, Note::CaughtUp { .. })).count();
    until(|| rounds() >= 4, || format!("{:?}", memory.notes)).await;
    assert!(!memory.notes.lock().unwrap().iter().any(|note| matches!(note, Note::Trouble { .. })));
    fetching.stop().await;
}

#[tokio::test]
async fn a_probe_names_every_step_and_the_first_that_fails() {
    let dovecot = Dovecot::start();
    dovecot.append("INBOX", &mail("a"));
    let sign_in = SignIn::Password { user: USER.into(), password: Secret::new(PASSWORD.into()) };
    let trusting = outbound(&dovecot);
    let base = account(&dovecot);
    for (security, port) in [
        (Security::None, dovecot.port),
        (Security::StartTls, dovecot.port),
        (Security::Tls, dovecot.tls_port),
    ] {
        let result = probe(&trusting, &Account { security, port, ..base.clone() }, &sign_in).await;
        assert!(result.is_fine(), "{result:?}");
        assert_eq!(result.steps.last().unwrap().result.as_deref(), Ok("1"), "the number of messages");
        assert_eq!(result.steps.iter().any(|step| step.stage == Stage::Tls), security != Security::None);
    }
    assert_eq!(dovecot.seen("INBOX"), 0, "a test changes nothing");
    let allow = vec!["127.0.0.0/8".parse().unwrap()];
    let stranger = Outbound::new(Policy { allow, ..Policy::default() });
    let wrong = SignIn::Password { user: USER.into(), password: Secret::new("hunter2".into()) };
    let tls = Account { security: Security::Tls, port: dovecot.tls_port, ..base.clone() };
    for (outbound, account, sign_in, stage, kind) in [
        (
            &trusting,
            Account { host: "127.1".into(), ..base.clone() },
            &sign_in,
            Stage::Resolve,
            Kind::BadAddress,
        ),
        (&Outbound::new(Policy::default()), base.clone(), &sign_in, Stage::Resolve, Kind::NotAllowed),
        (&trusting, Account { port: 1, ..base.clone() }, &sign_in, Stage::Connect, Kind::NotReachable),
        (&stranger, tls, &sign_in, Stage::Tls, Kind::NotTrusted),
        (&trusting, base.clone(), &wrong, Stage::SignIn, Kind::SignInRefused),
        (
            &trusting,
            Account { folder: "Nowhere".into(), ..base.clone() },
            &sign_in,
            Stage::Folder,
            Kind::NoFolder,
        ),
    ] {
        let result = probe(outbound, &account, sign_in).await;
        let failed = result.steps.last().unwrap().result.clone().unwrap_err();
        assert_eq!((failed.stage, failed.kind), (stage, kind), "{result:?}");
        assert!(!format!("{result:?}").contains("hunter2"));
    }
}

/// A server that says what a script says: to each command that contains the key, once, the value. `TAG` is the
/// command's tag.
async fn scripted(script: Vec<(&'static str, String)>) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hearing = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (script, hearing) = (script.clone(), hearing.clone());
            tokio::spawn(async move {
                let mut io = BufReader::new(stream);
                let mut script = script;
                io.get_mut().write_all(b"* OK ready\r\n").await?;
                let mut line = String::new();
                while io.read_line(&mut line).await? > 0 {
                    hearing.lock().unwrap().push(line.trim_end().to_owned());
                    let tag = line.split(' ').next().unwrap_or_default().to_owned();
                    let found = script.iter().position(|(key, _)| line.contains(key));
                    let reply =
                        found.map(|at| script.remove(at).1).unwrap_or_else(|| "TAG OK done\r\n".into());
                    io.get_mut().write_all(reply.replace("TAG", &tag).as_bytes()).await?;
                    line.clear();
                }
                std::io::Result::Ok(())
            });
        }
    });
    (port, heard)
}

fn scripted_start(capabilities: &str) -> Vec<(&'static str, String)> {
    let capability = format!("* CAPABILITY IMAP4rev1 {capabilities}\r\nTAG OK\r\n");
    vec![
        ("CAPABILITY", capability.clone()),
        ("CAPABILITY", capability),
        (
            "SELECT",
            "* 1 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 100] x\r\nTAG OK [READ-WRITE] done\r\n"
                .into(),
        ),
    ]
}

fn local() -> Outbound {
    Outbound::new(Policy { allow: vec!["127.0.0.0/8".parse().unwrap()], ..Policy::default() })
}

#[tokio::test]
async fn a_token_signs_in_and_its_refusal_is_understood() {
    for capabilities in ["AUTH=XOAUTH2 SASL-IR", "AUTH=XOAUTH2"] {
        let mut script = scripted_start(capabilities);
        if !capabilities.contains("SASL-IR") {
            script.push(("AUTHENTICATE", "+ \r\n".into()));
            script.push(("dXNlcj1hbm4", "F2 OK in\r\n".into()));
        }
        let (port, heard) = scripted(script).await;
        let account = Account::new("127.0.0.1", port, Security::None, "ann");
        let token = SignIn::Token { user: "ann".into(), token: Secret::new("t0ken".into()) };
        let result = probe(&local(), &account, &token).await;
        assert!(result.is_fine(), "{result:?}");
        let secret = "dXNlcj1hbm4BYXV0aD1CZWFyZXIgdDBrZW4BAQ==";
        assert!(heard.lock().unwrap().iter().any(|line| line.ends_with(secret)), "{heard:?}");
    }
    let mut script = scripted_start("AUTH=XOAUTH2 SASL-IR");
    script.push(("AUTHENTICATE", "+ eyJzdGF0dXMiOiI0MDAifQ==\r\n".into()));
    script.push(("", "F2 NO [AUTHENTICATIONFAILED] the token has expired\r\n".into()));
    let (port, _) = scripted(script).await;
    let account = Account::new("127.0.0.1", port, Security::None, "ann");
    let token = SignIn::Token { user: "ann".into(), token: Secret::new("old".into()) };
    let result = probe(&local(), &account, &token).await;
    let failed = result.steps.last().unwrap().result.clone().unwrap_err();
    assert_eq!((failed.kind, &*failed.text), (Kind::SignInRefused, "the token has expired"));
}

#[tokio::test]
async fn a_message_that_the_server_cannot_give_is_reported_after_three_tries_and_stops_nobody() {
    let mut script = scripted_start("AUTH=PLAIN SASL-IR IDLE UIDPLUS");
    script.push(("UID SEARCH UID 1:*", "* SEARCH 1 2 3\r\nTAG OK\r\n".into()));
    let sizes: String = (1..=3).map(|uid| format!("* {uid} FETCH (UID {uid} RFC822.SIZE 3)\r\n")).collect();
    script.push(("RFC822.SIZE", format!("{sizes}TAG OK\r\n")));
    script.push(("1:3 (UID BODY.PEEK[])", "TAG NO [SERVERBUG] broken\r\n".into()));
    script.push(("FETCH 1 (UID BODY.PEEK[])", "* 1 FETCH (UID 1 BODY[] {3}\r\none)\r\nTAG OK\r\n".into()));
    script.push(("FETCH 2 (UID BODY.PEEK[])", "TAG NO [SERVERBUG] broken\r\n".into()));
    script.push((
        "FETCH 3 (UID BODY.PEEK[])",
        "* 3 FETCH (UID 3 BODY[] \"two\" FLAGS ())\r\nTAG OK\r\n".into(),
    ));
    script.push(("UID SEARCH UID 2", "* SEARCH 2\r\nTAG OK\r\n".into()));
    script.push(("IDLE", "+ idling\r\n".into()));
    let (port, _) = scripted(script).await;
    let account = Account::new("127.0.0.1", port, Security::None, "ann");
    let account = Account { password: Some(Secret::new("x".into())), ..account };
    let memory = Memory::default();
    // The connection's own attempts are counted across connections: two have failed before this one.
    let mut attempts = session::Attempts::from([((5, 2), 2)]);
    let (_stop, stopped) = watch::channel(false);
    let mut caught_up = false;
    let (outbound, seen) = (local(), memory.clone());
    let fetching = connection(&outbound, &account, &seen, &mut attempts, &mut caught_up, &stopped);
    let _ = tokio::time::timeout(Duration::from_secs(1), fetching).await;
    let items = memory.items.lock().unwrap();
    let contents: Vec<_> = items.iter().map(|item| (item.uid, item.content.clone())).collect();
    assert_eq!(
        contents,
        [
            (1, Content::Whole(b"one".to_vec())),
            (2, Content::Unreadable { text: "broken".into() }),
            (3, Content::Whole(b"two".to_vec())),
        ]
    );
}

#[tokio::test]
async fn a_server_that_announces_gigabytes_fills_no_memory() {
    let mut script = scripted_start("AUTH=PLAIN SASL-IR");
    script.push(("UID SEARCH", "* SEARCH 1\r\nTAG OK\r\n".into()));
    script.push(("RFC822.SIZE", "* 1 FETCH (UID 1 RFC822.SIZE 10)\r\nTAG OK\r\n".into()));
    script.push((
        "BODY.PEEK[]",
        format!("* 1 FETCH (UID 1 BODY[] {{99999999999}}\r\n{}", "x".repeat(1_000_000)),
    ));
    let (port, _) = scripted(script).await;
    let account = Account::new("127.0.0.1", port, Security::None, "ann");
    let account = Account { password: Some(Secret::new("x".into())), ..account };
    let memory = Memory::default();
    let (_stop, stopped) = watch::channel(false);
    let (mut attempts, mut caught_up) = (session::Attempts::default(), false);
    let outbound = local();
    let fetching = connection(&outbound, &account, &memory, &mut attempts, &mut caught_up, &stopped);
    let before = resident_kib();
    let _ = tokio::time::timeout(Duration::from_millis(500), fetching).await;
    assert!(resident_kib() < before + 50_000, "{} kB more", resident_kib() - before);
    assert!(memory.uids().is_empty());
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap().to_owned();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
