//! One request as its people see it: by a signed link, or signed in.
use super::{
    ask::{check_files, keep},
    limits,
    link::{self, Claim, Links},
    policy::{Reader, Role},
    store::{self, Word},
    visitor::{OurForm, Visitor},
    words::{AgentNames, one_block, paragraphs},
};
use crate::{
    arrangements,
    attachments::{self, Attachment},
    conversation::{
        AuthorKind, Direction, Message, ReplyDraft,
        actions::{may_reopen, receive_from_portal, takes_more},
        linkify,
        pages::{QUOTE_MOST, WORDS_MOST, WRITTEN_MOST},
    },
    tickets::{self, Category, Seen, Ticket, TicketError},
};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use people::contacts;
use platform::{
    Home,
    authority::{Actor, Contact, Grant, System, Tx, Who},
    blobs, db,
    i18n::Language,
    idempotency::{Key, once},
    keys, settings,
    web::{Failure, Form, Html, Ui},
};

/// Messages on one page.
const ON_A_PAGE: usize = 30;

/// A ticket, opened for one of its people.
pub struct Door<P> {
    pub grant: Grant<P>,
    pub ticket: Id<Ticket>,
    pub contact: Id<Contact>,
    /// Where its pages are, without a slash at the end.
    pub base: String,
}

/// What a signed link opens; `None` for one that is no good, or no longer.
pub async fn by_link(home: &Home, token: &str) -> Result<Option<(Door<System>, Option<Language>)>, Problem> {
    let Some(claim) = Claim::parse(token) else { return Ok(None) };
    let (links, given) = (Links::of(home), token.to_owned());
    let found = Grant::<System>::system(home)
        .read::<_, db::Error>(move |tx| {
            let addresses: Vec<_> =
                contacts::store::emails(tx, &[claim.contact])?.into_iter().map(|(_, email)| email).collect();
            let Some(address) = links.check(&given, claim, &addresses) else { return Ok(None) };
            let address = address.to_owned();
            let Some(ticket) = tickets::store::see_as_participant(tx, claim.ticket, claim.contact)? else {
                return Ok(None);
            };
            let contact = contacts::store::by_id(tx, claim.contact)?;
            Ok(contact.filter(|_| link::is_alive(ticket.updated_at_ms, tx.now())).map(|row| (row, address)))
        })
        .await?;
    let Some((contact, address)) = found else { return Ok(None) };
    let actor = Actor {
        who: Who::Contact(contact.id),
        name: contact.name,
        email: address,
        language: contact.language.unwrap_or_default(),
        ..Actor::system()
    };
    let door = Door {
        grant: Grant::on_behalf(home, actor),
        ticket: claim.ticket,
        contact: contact.id,
        base: format!("/p/{token}"),
    };
    Ok(Some((door, contact.language)))
}

#[derive(askama::Template)]
#[template(path = "portal/gone.html")]
struct GonePage {
    ui: Ui,
}
/// 404, whatever the reason: a link that is no good says nothing of the ticket.
pub fn gone(visitor: &Visitor) -> Response {
    visitor.show(StatusCode::NOT_FOUND, GonePage { ui: visitor.ui.clone() })
}

/// A message on the page.
struct Said {
    id: Id<Message>,
    /// Empty for the reader's own.
    by: String,
    is_own: bool,
    is_desk: bool,
    at: Millis,
    body: Html,
    quoted: Option<Html>,
    /// Something is missing here; a page of its own has it.
    is_cut: bool,
    files: Vec<Attachment>,
}

#[derive(askama::Template)]
#[template(path = "portal/follow.html")]
struct FollowPage {
    ui: Ui,
    base: String,
    ticket: Seen<Ticket>,
    heading: Heading,
    assignee: Option<String>,
    said: Vec<Said>,
    /// The oldest message here, where there are older ones.
    earlier: Option<Id<Message>>,
    form: Form,
    /// Tells this showing of the form from others: sent twice, it is one answer.
    shown: String,
    has_lost_files: bool,
    most_bytes: i64,
    done: Option<&'static str>,
    asked: Shown,
    can_answer: bool,
    can_close: bool,
    can_reopen: bool,
}

/// What the page's query says.
#[derive(Default, serde::Deserialize)]
pub struct Shown {
    /// Only messages before this one.
    before: Option<Id<Message>>,
    /// All of this message, however long it is.
    whole: Option<Id<Message>>,
    done: Option<String>,
}
impl Shown {
    /// The address of a page that has all of a message.
    fn whole(&self, base: &str, message: Id<Message>) -> String {
        let before = self.before.map(|before| format!("before={before}&")).unwrap_or_default();
        format!("{base}?{before}whole={message}#m{message}")
    }
    /// What was just done, in words; what we did not write says nothing.
    fn done(&self) -> Option<&'static str> {
        match self.done.as_deref() {
            Some("answer") => Some("follow-done-answer"),
            Some("close") => Some("follow-done-close"),
            Some("reopen") => Some("follow-done-reopen"),
            _ => None,
        }
    }
}

/// What stands above: of somebody whose ticket was merged into another one, their own.
struct Heading {
    number: Id<Ticket>,
    subject: String,
    asked_at: Millis,
}
impl Heading {
    fn of(ticket: &Ticket) -> Heading {
        Heading { number: ticket.id, subject: ticket.subject.clone(), asked_at: ticket.created_at_ms }
    }
}

/// The ticket with what this reader may read of it.
struct Case {
    ticket: Seen<Ticket>,
    heading: Heading,
    is_requester: bool,
    names: AgentNames,
    /// Of the desk; customers have none of their own.
    zone: Option<String>,
    /// Newest first.
    words: Vec<Word>,
    has_earlier: bool,
    files: Vec<Attachment>,
}

/// What is needed to decide what somebody may read.
struct People {
    role: Role,
    addresses: Vec<String>,
    participants: Vec<Id<Contact>>,
}
impl People {
    fn of<P>(tx: &mut Tx<P>, ticket: &Ticket, contact: Id<Contact>) -> db::Result<People> {
        let participants = tickets::store::participants(tx, ticket.id)?;
        let addresses = contacts::store::emails(tx, &[contact])?;
        Ok(People {
            role: if ticket.requester_id == contact { Role::Requester } else { Role::Copy },
            addresses: addresses.into_iter().map(|(_, email)| email).collect(),
            participants: participants.into_iter().map(|participant| participant.contact_id).collect(),
        })
    }
    fn may_read(&self, contact: Id<Contact>, word: &Word) -> bool {
        let (role, addresses, participants) = (self.role, &self.addresses, &self.participants);
        Reader { contact, role, addresses, participants }.may_read(word)
    }
}

fn load<P>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    contact: Id<Contact>,
    before: Option<Id<Message>>,
) -> db::Result<Option<Case>> {
    let asked = ticket;
    let Some(ticket) = tickets::store::see_as_participant(tx, asked, contact)? else { return Ok(None) };
    let people = People::of(tx, &ticket, contact)?;
    // Whoever does not take part in the other ticket is told nothing of it.
    let own = match people.participants.contains(&contact) {
        true => None,
        false => tickets::store::see_for_machine(tx, asked)?,
    };
    // Not all are for this reader; what is not for them must not end the page before its end.
    let (mut words, mut from) = (Vec::new(), before);
    while words.len() <= ON_A_PAGE {
        let some = store::words(tx, ticket.id, from)?;
        let Some(last) = some.last() else { break };
        from = Some(last.id);
        words.extend(some.into_iter().filter(|word| people.may_read(contact, word)));
    }
    let has_earlier = words.len() > ON_A_PAGE;
    words.truncate(ON_A_PAGE);
    let names = settings::get(tx, "portal_agent_names")?.and_then(|word| AgentNames::from_word(&word));
    Ok(Some(Case {
        files: attachments::store::of_ticket(tx, ticket.id)?,
        is_requester: people.role == Role::Requester,
        names: names.unwrap_or_default(),
        zone: settings::get(tx, "default_zone")?,
        heading: Heading::of(own.as_ref().unwrap_or(&ticket)),
        ticket,
        words,
        has_earlier,
    }))
}

impl<P: 'static> Door<P> {
    async fn case(&self, before: Option<Id<Message>>) -> Result<Case, Problem> {
        let (ticket, contact) = (self.ticket, self.contact);
        let case = self.grant.read::<_, db::Error>(move |tx| load(tx, ticket, contact, before)).await?;
        case.ok_or_else(Problem::not_found)
    }

    /// The page.
    pub async fn show(&self, visitor: Visitor, shown: Shown) -> Result<Response, Failure> {
        self.page(visitor, shown, Form::default(), StatusCode::OK).await
    }
    async fn page(
        &self,
        mut visitor: Visitor,
        shown: Shown,
        form: Form,
        status: StatusCode,
    ) -> Result<Response, Failure> {
        let case = self.case(shown.before).await?;
        visitor.ui.set_zone(case.zone.as_deref().unwrap_or("UTC"));
        let (ticket, heading) = (case.ticket, case.heading);
        let said = |word: Word| {
            let is_whole = shown.whole == Some(word.id);
            said(word, self.contact, case.names, &case.files, &self.base, is_whole)
        };
        let mut said: Vec<_> = case.words.into_iter().map(said).collect();
        said.reverse();
        let takes_more = takes_more(&ticket, visitor.ui.now);
        let page = FollowPage {
            base: self.base.clone(),
            assignee: ticket.assignee_name.as_deref().map(|name| case.names.show(name)),
            earlier: said.first().filter(|_| case.has_earlier).map(|said| said.id),
            said,
            has_lost_files: !form.files.is_empty(),
            form,
            shown: keys::base32(&keys::random::<10>()),
            most_bytes: self.grant.home().site.max_message_bytes as i64,
            done: shown.done(),
            asked: shown,
            can_answer: takes_more,
            can_close: case.is_requester && ticket.category.is_open(),
            can_reopen: case.is_requester && ticket.category == Category::Solved && takes_more,
            ticket,
            heading,
            ui: visitor.ui.clone(),
        };
        Ok(visitor.show(status, page))
    }

    /// Adds an answer.
    pub async fn answer(
        &self,
        visitor: Visitor,
        OurForm(request): OurForm,
        form: Form,
    ) -> Result<Response, Failure> {
        form.only(&["text", "form"])?;
        // Nothing is counted, kept or told before the ticket is known to be theirs.
        let case = self.case(None).await?;
        if !takes_more(&case.ticket, visitor.ui.now) {
            return self.page(visitor, Shown::default(), form, StatusCode::CONFLICT).await;
        }
        let mut draft = ReplyDraft { text: Some(form.get("text").to_owned()), ..ReplyDraft::default() };
        let is_empty = form.some("text").is_none();
        let most = self.grant.home().site.max_message_bytes;
        let checked = match check_files(&form.files, most) {
            Err(problem) => Err(problem),
            Ok(()) if is_empty && !form.files.is_empty() => Ok(()),
            Ok(()) => draft.clone().parse().map(drop),
        };
        if let Err(problem) = checked {
            let form = form.with_mistakes(&problem);
            return self.page(visitor, Shown::default(), form, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        if let Some(until) = self.spend(request.net()).await? {
            return Ok(limits::later(visitor, until, form.get("text")));
        }
        let asked = self.ticket;
        // A form without the field is one of a page that was open before there was one.
        let key = form.some("form").map(|shown| {
            let files: Vec<_> =
                form.files.iter().map(|file| (&file.name, blobs::Hash::of(&file.bytes).hex())).collect();
            Key::of_form(shown, &(asked, form.get("text"), files))
        });
        draft.attachments = keep(&self.grant, form.files).await?;
        let reply = draft.parse()?;
        self.change(move |tx, ticket| {
            once(tx, key.as_ref(), |tx| {
                let message = receive_from_portal(tx, ticket, &reply)?;
                // What came by the number of a merged ticket goes back with it.
                if ticket.id != asked {
                    arrangements::store::set_home(tx, message, asked)?;
                }
                Ok::<_, TicketError>(message)
            })
        })
        .await?;
        Ok(self.back("answer"))
    }

    /// "It is solved": the requester's word is enough.
    pub async fn close(&self, visitor: Visitor, OurForm(request): OurForm) -> Result<Response, Failure> {
        self.case(None).await?;
        if let Some(until) = self.spend(request.net()).await? {
            return Ok(limits::later(visitor, until, ""));
        }
        let contact = self.contact;
        self.change(move |tx, ticket| {
            own(ticket, contact)?;
            match ticket.category.is_open() {
                true => tickets::actions::set_category(tx, ticket, Category::Solved),
                false => Ok(()),
            }
        })
        .await?;
        Ok(self.back("close"))
    }
    /// "It is not solved after all."
    pub async fn reopen(&self, visitor: Visitor, OurForm(request): OurForm) -> Result<Response, Failure> {
        self.case(None).await?;
        if let Some(until) = self.spend(request.net()).await? {
            return Ok(limits::later(visitor, until, ""));
        }
        let contact = self.contact;
        let is_open = self
            .change(move |tx, ticket| {
                own(ticket, contact)?;
                if ticket.category.is_open() {
                    return Ok(true);
                }
                if !takes_more(ticket, tx.now()) {
                    return Err(Problem::conflict("ticket_closed").into());
                }
                if !may_reopen(tx, ticket.id)? {
                    return Ok(false);
                }
                tickets::actions::set_category(tx, ticket, Category::Open).map(|()| true)
            })
            .await?;
        if is_open {
            return Ok(self.back("reopen"));
        }
        let until = visitor.ui.now.plus(kernel::clock::HOUR);
        Ok(limits::later(visitor, until, ""))
    }

    /// A file of a message that this reader may read.
    pub async fn file(&self, id: Id<Attachment>) -> Result<Response, Failure> {
        let (ticket, contact) = (self.ticket, self.contact);
        let found = self.grant.read::<_, db::Error>(move |tx| locate(tx, ticket, contact, id)).await?;
        let (located, content) = found.ok_or_else(Problem::not_found)?;
        let mut response = attachments::api::serve(self.grant.home(), &located, content, false).await?;
        let headers = response.headers_mut();
        headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
        Ok(response)
    }

    async fn spend(&self, net: String) -> Result<Option<Millis>, Problem> {
        let contact = self.contact.number();
        Ok(self.grant.change::<_, db::Error>(move |tx| limits::spend_answer(tx, &net, contact)).await?)
    }
    async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<P>, &Seen<Ticket>) -> Result<T, TicketError> + Send + 'static,
    ) -> Result<T, Problem> {
        let (ticket, contact) = (self.ticket, self.contact);
        let done = self.grant.change(move |tx| {
            let ticket =
                tickets::store::see_as_participant(tx, ticket, contact)?.ok_or_else(Problem::not_found)?;
            work(tx, &ticket)
        });
        done.await.map_err(Problem::from)
    }
    /// The page again, by its own address, so that a reload sends nothing twice.
    fn back(&self, done: &str) -> Response {
        let place = format!("{}?done={done}", self.base);
        (StatusCode::SEE_OTHER, [(header::LOCATION, place.as_str())]).into_response()
    }
}

/// * errors – 403 for somebody in copy.
fn own(ticket: &Ticket, contact: Id<Contact>) -> Result<(), Problem> {
    if ticket.requester_id == contact { Ok(()) } else { Err(Problem::new(403, "permission_required")) }
}

/// Words with at most so many characters and lines, and whether something is missing; all of them in one element
/// where `is_whole`.
fn shown_words(text: &str, (most, lines): (usize, usize), has_links: bool, is_whole: bool) -> (Html, bool) {
    match kernel::text::beginning(text, most, lines) {
        None => (paragraphs(text, has_links), false),
        Some(beginning) if !is_whole => (paragraphs(beginning, has_links), true),
        Some(_) => (one_block(text), false),
    }
}

fn said(
    word: Word,
    reader: Id<Contact>,
    names: AgentNames,
    files: &[Attachment],
    base: &str,
    is_whole: bool,
) -> Said {
    let is_desk = word.direction == Direction::Out || word.author_kind != AuthorKind::Contact;
    let is_own = word.author_kind == AuthorKind::Contact && word.author_id == Some(reader.number());
    let own_files = || files.iter().filter(|file| file.message_id == Some(word.id));
    let mut listed: Vec<_> = own_files().cloned().collect();
    let (body, is_body_cut) = match word.html.as_deref().filter(|html| html.len() <= WRITTEN_MOST) {
        Some(html) => {
            // Pictures that stand in the words are shown there, by the address that this reader has.
            let html = mail::html::written(html, &linkify::into);
            let at = |file: &Attachment| format!("src=\"/attachments/{}\"", file.id);
            listed.retain(|file| !(file.is_image() && html.contains(&at(file))));
            (Html(html.replace("src=\"/attachments/", &format!("src=\"{base}/attachments/"))), false)
        }
        None => shown_words(&word.text, WORDS_MOST, is_desk, is_whole),
    };
    let quoted = word.quoted.as_deref().filter(|text| !text.trim().is_empty());
    let quoted = quoted.map(|text| shown_words(text, QUOTE_MOST, false, is_whole));
    Said {
        id: word.id,
        by: if word.author_kind == AuthorKind::User {
            names.show(&word.author_name)
        } else {
            word.author_name
        },
        is_own,
        is_desk,
        at: word.created_at_ms,
        is_cut: is_body_cut || quoted.as_ref().is_some_and(|(_, is_cut)| *is_cut),
        body,
        quoted: quoted.map(|(html, _)| html),
        files: listed,
    }
}

fn locate<P>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    contact: Id<Contact>,
    id: Id<Attachment>,
) -> db::Result<Option<(attachments::store::Located, blobs::Found)>> {
    let Some(ticket) = tickets::store::see_as_participant(tx, ticket, contact)? else { return Ok(None) };
    let files = attachments::store::of_ticket(tx, ticket.id)?;
    let message = files.iter().find(|file| file.id == id).and_then(|file| file.message_id);
    let Some(message) = message else { return Ok(None) };
    let Some(word) = store::word(tx, ticket.id, message)? else { return Ok(None) };
    if !People::of(tx, &ticket, contact)?.may_read(contact, &word) {
        return Ok(None);
    }
    let Some(located) = attachments::store::locate(tx, id)? else { return Ok(None) };
    let content = blobs::find(tx, located.blob_hash)?;
    Ok(Some((located, content)))
}
