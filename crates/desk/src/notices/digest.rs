//! What happened to somebody within a while as one mail, in their working hours.
use super::{
    policy::{Hours, Notice, at_work},
    store::{self, Pace, View},
};
use crate::calendars;
use kernel::{clock::MINUTE, id::Id, working_time};
use people::{absences, sign_in};
use platform::{
    Home,
    authority::{System, Tx, User},
    db::{Conn, Result},
    i18n::{self, Language},
    outbox::{self, Kind, Letter},
};

/// So many are named in one mail; the page has them all.
const NAMED: usize = 30;

/// What the mails need from outside of the database.
pub struct Outside {
    url: String,
    desk: String,
}
impl Outside {
    pub fn of(home: &Home) -> Outside {
        Outside { url: home.site.public_url.clone(), desk: home.site.name().to_string() }
    }
}

/// The hours in which somebody's mails go out; `None` is around the clock.
pub fn hours(conn: &mut Conn, pace: &Pace) -> Result<Option<working_time::Calendar>> {
    let chosen = match (pace.hours, pace.calendar_id) {
        (Hours::Always, _) => return Ok(None),
        (Hours::Calendar, Some(id)) => calendars::store::by_id(conn, id)?,
        (Hours::Calendar, None) | (Hours::Desk, _) => None,
    };
    let calendar = match chosen {
        Some(calendar) => Some(calendar),
        None => calendars::store::default(conn)?,
    };
    Ok(calendar.and_then(|calendar| calendar.plan().calendar()))
}

/// A mail has to go to somebody: it does when the bundle's time is over, in their hours.
pub(super) fn expect(tx: &mut Tx<System>, user: Id<User>) -> Result<()> {
    let pace = store::pace(tx, user)?;
    let hours = hours(tx, &pace)?;
    let end = tx.now().plus(pace.bundle_minutes * MINUTE);
    store::bundle(tx, user, at_work(hours.as_ref(), end))
}

/// Sends somebody's bundle: what is still unread and what they may still see. A bundle of which nothing is left is no
/// mail.
pub(super) fn send(tx: &mut Tx<System>, outside: &Outside, user: Id<User>) -> Result<()> {
    let now = tx.now();
    let pace = store::pace(tx, user)?;
    // The hours may be others than when the bundle began.
    let opens = at_work(hours(tx, &pace)?.as_ref(), now);
    let is_away = !absences::store::away(tx, &[user], now)?.is_empty();
    let to = store::addressee(tx, user)?.filter(|_| !is_away);
    let actor = sign_in::actor_in(tx, user, now)?;
    if opens > now && to.is_some() {
        return store::postpone(tx, user, opens);
    }
    store::close_bundle(tx, user)?;
    let view = actor.as_ref().and_then(View::for_actor);
    if let (Some(to), Some(view)) = (to, view)
        && outbox::can_send(tx)?
    {
        let notices = store::for_mail(tx, &view, NAMED + 1)?;
        if !notices.is_empty() {
            let letter = letter(outside, &to, &notices);
            outbox::queue(tx, Kind::Notice, &letter)?;
        }
    }
    store::mailed(tx, user)
}

/// No words of a conversation: mail is read on the way, and by whoever has the mailbox.
fn letter(outside: &Outside, to: &store::Addressee, notices: &[Notice]) -> Letter {
    let language: Language = to.language;
    let words = |key: &str| i18n::text(language, key);
    let lines: Vec<String> =
        notices.iter().take(NAMED).map(|notice| line(outside, language, notice)).collect();
    let first = notices.first().and_then(|notice| Some((notice.ticket_id?, notice.subject.clone()?)));
    let subject = match (first, notices.len()) {
        (Some((ticket, subject)), 1) => format!("#{ticket} {subject}"),
        (_, count) => i18n::format(
            language,
            "notice-letter-subject",
            &[("count", count.into()), ("desk", outside.desk.as_str().into())],
        ),
    };
    let more =
        if notices.len() > NAMED { format!("{}\n\n", words("notice-letter-more")) } else { String::new() };
    let settings = format!("{}/profile/notifications", outside.url);
    let text = format!(
        "{}\n\n{more}{}/notifications\n\n{}\n{settings}",
        lines.join("\n\n"),
        outside.url,
        words("notice-letter-why")
    );
    Letter {
        to: to.email.clone(),
        to_name: to.name.clone(),
        language,
        subject: kernel::text::one_line(&subject, 200),
        text,
    }
}

fn line(outside: &Outside, language: Language, notice: &Notice) -> String {
    let about = match (notice.ticket_id, notice.subject.as_deref()) {
        (Some(ticket), Some(subject)) => format!("#{ticket} {subject}\n"),
        _ => String::new(),
    };
    let standing_in = notice.for_name.as_deref().map_or_else(String::new, |name| {
        format!(" ({})", i18n::format(language, "notice-for", &[("name", name.into())]))
    });
    let said = notice.sentence(language);
    format!("{about}{said}{standing_in}\n{}{}", outside.url, notice.address())
}
