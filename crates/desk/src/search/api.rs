//! JSON API of the search.
use super::{
    CONTACT, ORGANISATION, TICKET,
    find::{self, Answer, Request, Shown, What},
};
use crate::tickets::ViewTickets;
use axum::extract::Query;
use kernel::fault::Problem;
use platform::{
    authority::Grant,
    web::{Failure, Json, Paged},
};
use search::{Cursor, Narrow, Sort};
use utoipa::ToSchema;

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Words, `"phrases"`, `-not`, `in:subject`, `from:petra`, `is:open`: see the manual.
    #[param(required = true)]
    #[serde(default)]
    q: String,
    /// `ticket`, `contact` or `organisation`; all where it is left out.
    kind: Option<String>,
    /// `relevance` or `time`.
    sort: Option<String>,
    /// `true` while somebody still types the last word.
    typing: Option<String>,
}

/// One thing that was found.
#[derive(serde::Serialize, ToSchema)]
pub struct FoundBody {
    pub kind: &'static str,
    pub id: String,
    pub title: String,
    /// The words around what was asked for, as text.
    pub snippet: String,
    pub url: String,
    pub score: f64,
}
#[derive(serde::Serialize, ToSchema)]
pub struct FoundList {
    pub items: Vec<FoundBody>,
    /// Give it as `cursor` for what follows; null at the end.
    pub next: Option<String>,
    /// How many there are, all pages together.
    pub total: usize,
    /// Whether typing errors were forgiven, or words left out, to find these.
    pub is_forgiven: bool,
    /// Words of filters that the search cannot answer; they were left out.
    pub not_understood: Vec<String>,
}

/// What `kind` and `sort` mean.
pub fn noun(word: &str) -> Option<u8> {
    match word {
        "ticket" => Some(TICKET),
        "contact" => Some(CONTACT),
        "organisation" => Some(ORGANISATION),
        _ => None,
    }
}
pub const fn noun_word(noun: u8) -> &'static str {
    match noun {
        TICKET => "ticket",
        CONTACT => "contact",
        _ => "organisation",
    }
}

/// Search tickets, their files, contacts and organisations.
///
/// The ticket with this number comes first, then what fits best, or what changed last with `sort=time`. What the caller
/// may not see is not found.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(Asked, Paged),
    responses((status = 200, body = FoundList)))]
pub async fn search(
    grant: Grant<ViewTickets>,
    Query(asked): Query<Asked>,
    Query(paged): Query<Paged>,
) -> Result<Json<FoundList>, Failure> {
    let text = asked.q.trim().to_owned();
    if text.is_empty() {
        return Err(Problem::field("q", "required").into());
    }
    let known = |word: &str| noun(word).ok_or(Problem::field("kind", "unknown_word"));
    let sort = match asked.sort.as_deref() {
        None | Some("relevance") => Sort::Relevance,
        Some("time") => Sort::Time,
        Some(_) => return Err(Problem::field("sort", "unknown_word").into()),
    };
    let place = |word: &str| Cursor::parse(word).ok_or(Problem::field("cursor", "unknown_cursor"));
    let is_typing = asked.typing.as_deref() == Some("true");
    let request = Request {
        text,
        is_typing,
        narrow: Narrow { noun: asked.kind.as_deref().map(known).transpose()?, ..Narrow::default() },
        sort,
        after: paged.cursor().map(place).transpose()?,
        limit: paged.limit()?,
        counts: false,
        snippets: !is_typing,
    };
    let answer = find::find(&grant, request).await?;
    Ok(Json(FoundList::from(answer)))
}

impl From<Answer> for FoundList {
    fn from(answer: Answer) -> FoundList {
        FoundList {
            next: answer.next.map(|next| next.word()),
            total: answer.total,
            is_forgiven: answer.is_forgiven,
            not_understood: answer.others,
            items: answer.shown.into_iter().map(FoundBody::from).collect(),
        }
    }
}
impl From<Shown> for FoundBody {
    fn from(shown: Shown) -> FoundBody {
        let url = shown.url();
        let around =
            shown.snippet.map(|snippet| snippet.parts.into_iter().map(|part| part.text).collect::<String>());
        let (kind, id, title, fallback) = match shown.what {
            What::Ticket(ticket) => (
                "ticket",
                ticket.id.to_string(),
                format!("#{} {}", ticket.id, ticket.subject),
                ticket.requester_name,
            ),
            What::Contact(person) => {
                ("contact", person.id.to_string(), person.name, person.email.unwrap_or_default())
            }
            What::Organisation(id, name) => ("organisation", id.to_string(), name, String::new()),
        };
        FoundBody { kind, id, title, snippet: around.unwrap_or(fallback), url, score: shown.score.into() }
    }
}
