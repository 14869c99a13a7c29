//! What a search finds, as a page.
use super::{
    api,
    find::{self, Answer, Place, Request, SPANS, Shown, What},
    store,
};
use crate::tickets::{Category, Kind, Ticket, ViewTickets};
use axum::extract::Query;
use kernel::{clock::DAY, fault::Problem, id::Id, text};
use platform::{
    authority::{Grant, Team},
    web::{Failure, Page, Ui},
};
use search::{Cursor, Index, Narrow, Sort, highlight::Part};

/// Things of one page.
const LIMIT: usize = 20;

#[derive(Clone, Default, serde::Deserialize)]
pub struct Question {
    #[serde(default)]
    q: String,
    /// ticket, contact, organisation
    noun: Option<String>,
    status: Option<String>,
    kind: Option<String>,
    team: Option<String>,
    /// How many days back.
    days: Option<String>,
    sort: Option<String>,
    /// Where the page begins, as the page before says it.
    after: Option<String>,
}

/// One choice beside the results.
pub struct Choice {
    label: String,
    count: usize,
    href: String,
    is_chosen: bool,
}
pub struct Facet {
    title: &'static str,
    choices: Vec<Choice>,
}

#[derive(askama::Template)]
#[template(path = "search/search.html")]
pub struct SearchPage {
    ui: Ui,
    asked: String,
    /// Whether no page came before.
    is_top: bool,
    answer: Answer,
    facets: Vec<Facet>,
    /// Addresses of the same question, ordered otherwise and without choices.
    by_relevance: String,
    by_time: String,
    without_choices: String,
    is_by_time: bool,
    older: Option<String>,
    top: String,
    /// Whether the index is still being built.
    is_building: bool,
}

impl SearchPage {
    fn status_name(&self, ticket: &Ticket) -> String {
        crate::tickets::pages::status_name(&self.ui, ticket)
    }
    fn count(&self) -> i64 {
        self.answer.total as i64
    }
    fn is_narrowed(&self) -> bool {
        self.answer.before_choice > self.answer.total
    }
}

/// The address of a question with one choice changed; choices and place begin anew.
fn address(question: &Question, change: impl FnOnce(&mut Question)) -> String {
    let mut asked = Question { after: None, ..question.clone() };
    change(&mut asked);
    let mut address = format!("/search?q={}", people::web::escape(&asked.q));
    for (key, value) in [
        ("noun", asked.noun),
        ("status", asked.status),
        ("kind", asked.kind),
        ("team", asked.team),
        ("days", asked.days),
        ("sort", asked.sort),
        ("after", asked.after),
    ] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            address += &format!("&{key}={}", people::web::escape(&value));
        }
    }
    address
}

/// What was chosen beside the results. Words that mean nothing choose nothing: somebody changed an address by hand.
fn narrow(question: &Question, now_ms: i64) -> Narrow {
    let category = question.status.as_deref().and_then(Category::from_word);
    let kind = question.kind.as_deref().and_then(Kind::from_word);
    let days =
        question.days.as_deref().and_then(|days| days.parse().ok()).filter(|days| SPANS.contains(days));
    Narrow {
        noun: question.noun.as_deref().and_then(api::noun),
        category: category.map(|category| store::code(Category::ALL, &category)).into_iter().collect(),
        kind: kind.map(|kind| store::code(Kind::ALL, &kind)),
        team: question.team.as_deref().and_then(|team| team.parse().ok()),
        since_ms: days.map(|days| now_ms - days * DAY),
    }
}

/// `GET /search`.
pub async fn get(
    grant: Grant<ViewTickets>,
    ui: Ui,
    Query(mut question): Query<Question>,
) -> Result<Page<SearchPage>, Failure> {
    question.q = text::one_line(&question.q, search::ask::LONGEST);
    let place = |word: &str| Cursor::parse(word).ok_or(Problem::field("after", "unknown_cursor"));
    let after = question.after.as_deref().map(place).transpose()?;
    let is_by_time = question.sort.as_deref() == Some("time");
    let request = Request {
        text: question.q.clone(),
        narrow: narrow(&question, grant.home().clock.now().0),
        sort: if is_by_time { Sort::Time } else { Sort::Relevance },
        after,
        limit: LIMIT,
        counts: true,
        snippets: true,
        is_typing: false,
    };
    let index = grant.home().extras.get::<Index>();
    // Where there is none the page says so.
    let answer = match index {
        Some(_) => find::find(&grant, request).await?,
        None => Answer::default(),
    };
    let facets = facets(&ui, &question, &answer);
    Ok(Page(SearchPage {
        is_top: after.is_none(),
        facets,
        by_relevance: address(&question, |asked| asked.sort = None),
        by_time: address(&question, |asked| asked.sort = Some("time".into())),
        without_choices: address(&Question { q: question.q.clone(), ..Question::default() }, |_| {}),
        is_by_time,
        older: answer.next.map(|next| address(&question, |asked| asked.after = Some(next.word()))),
        top: address(&question, |_| {}),
        is_building: index.is_none_or(|index| !index.mark().is_whole()),
        asked: question.q,
        ui,
        answer,
    }))
}

fn facets(ui: &Ui, question: &Question, answer: &Answer) -> Vec<Facet> {
    let facets = &answer.facets;
    // A second click on a choice takes it back.
    let choice =
        |label: String, count: usize, word: String, field: fn(&mut Question) -> &mut Option<String>| {
            let mut asked = question.clone();
            let is_chosen = field(&mut asked).as_deref() == Some(&word);
            let href = address(question, |asked| *field(asked) = (!is_chosen).then_some(word));
            Choice { label, count, href, is_chosen }
        };
    let mut all = Vec::new();
    let mut add = |title: &'static str, choices: Vec<Choice>| {
        // One choice that says nothing is none.
        if choices.len() > 1 || choices.iter().any(|choice| choice.is_chosen) {
            all.push(Facet { title, choices });
        }
    };
    let nouns = facets.nouns.iter().map(|(noun, count)| {
        let word = api::noun_word(*noun);
        choice(ui.t_of("search-noun", word).to_owned(), *count, word.into(), |asked| &mut asked.noun)
    });
    add(ui.t("search-facet-noun"), nouns.collect());
    let statuses = facets.categories.iter().filter_map(|(code, count)| {
        let category = store::decode(Category::ALL, *code)?;
        let label = crate::statuses::name_in(ui.language, None, None, category);
        Some(choice(label, *count, category.word().into(), |asked| &mut asked.status))
    });
    add(ui.t("ticket-status"), statuses.collect());
    let kinds = facets.kinds.iter().filter_map(|(code, count)| {
        let kind = store::decode(Kind::ALL, *code)?;
        let label = ui.t_of("ticket-kind", kind.word()).to_owned();
        Some(choice(label, *count, kind.word().into(), |asked| &mut asked.kind))
    });
    add(ui.t("ticket-type"), kinds.collect());
    let named = |id: u64| answer.teams.iter().find(|(team, _)| *team == Id::<Team>::new(id as i64));
    let mut teams: Vec<_> = facets
        .teams
        .iter()
        // Contacts and organisations have no team; neither have some tickets.
        .filter_map(|(id, count)| Some((named(*id)?.1.clone(), *id, *count)))
        .collect();
    teams.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(&b.0)));
    teams.truncate(8);
    let teams = teams
        .into_iter()
        .map(|(name, id, count)| choice(name, count, id.to_string(), |asked| &mut asked.team));
    add(ui.t("ticket-team"), teams.collect());
    let times = SPANS.iter().zip(&facets.times).filter(|(_, count)| **count > 0).map(|(days, count)| {
        choice(ui.t_of("search-days", &days.to_string()).to_owned(), *count, days.to_string(), |asked| {
            &mut asked.days
        })
    });
    add(ui.t("search-facet-time"), times.collect());
    all
}

impl Shown {
    fn ticket(&self) -> Option<&Ticket> {
        if let What::Ticket(ticket) = &self.what { Some(ticket) } else { None }
    }
    fn icon(&self) -> &'static str {
        match (&self.what, &self.place) {
            (What::Ticket(_), Some(Place::File { .. })) => "paperclip",
            (What::Ticket(_), Some(Place::Message { is_note: true, .. })) => "sticky-note",
            (What::Ticket(_), _) => "inbox",
            (What::Contact(_), _) => "user",
            (What::Organisation(..), _) => "building-2",
        }
    }
    /// Who said it, or in which file it stands.
    fn place_name(&self) -> Option<&str> {
        match self.place.as_ref()? {
            Place::Message { author, .. } => Some(author),
            Place::File { name, .. } => Some(name),
        }
    }
    fn snippet_parts(&self) -> &[Part] {
        self.snippet.as_ref().map_or(&[], |snippet| &snippet.parts)
    }
    fn below(&self) -> Option<String> {
        let What::Contact(person) = &self.what else { return None };
        let all = [person.email.as_deref(), person.organisation_name.as_deref()];
        Some(all.into_iter().flatten().collect::<Vec<_>>().join(" · "))
    }
}
