//! `/api/v1/events`.
use super::{ViewEvents, store};
use axum::extract::Query;
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::Grant,
    db,
    events::{EVENT_KINDS, Recorded},
    web::{Failure, Json, Listing, Paged},
};
use utoipa::ToSchema;

/// Something that happened.
#[derive(serde::Serialize, ToSchema)]
pub struct Event {
    #[schema(value_type = String)]
    pub id: Id<Recorded>,
    #[schema(value_type = String)]
    pub at: Millis,
    /// e.g. `ticket.opened`
    pub kind: String,
    /// The thing it happened to, e.g. `ticket/7`.
    pub subject: String,
    /// `user/3`, `contact/7` or `system`.
    pub actor: String,
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}
impl From<Recorded> for Event {
    fn from(event: Recorded) -> Event {
        let data = event.data();
        Event {
            id: event.id,
            at: event.at_ms,
            kind: event.kind,
            subject: event.subject,
            actor: event.actor,
            data,
        }
    }
}

#[derive(Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The id of the last event that is known already; 0 or nothing for the beginning of the log.
    since: Option<String>,
    /// One kind, or several with commas between, e.g. `ticket.opened,ticket.changed`.
    kind: Option<String>,
}
impl Asked {
    /// * errors – 422 for what is no number of 0 or more.
    fn since(&self) -> Result<Option<Id<Recorded>>, Problem> {
        match self.since.as_deref().map(str::parse::<i64>) {
            None => Ok(None),
            Some(Ok(number)) if number >= 0 => Ok(Some(Id::new(number))),
            Some(_) => Err(Problem::field("since", "unknown_cursor")),
        }
    }
    fn kinds(&self) -> Result<Vec<String>, Problem> {
        let is_known = |kind: &&str| EVENT_KINDS.iter().any(|known| known.kind == *kind);
        let Some(text) = &self.kind else { return Ok(Vec::new()) };
        match text.split(',').find(|kind| !is_known(kind)) {
            Some(_) => Err(Problem::field("kind", "unknown_word")),
            None => Ok(text.split(',').map(str::to_owned).collect()),
        }
    }
}

/// What happened since an event, oldest first.
///
/// Nothing is ever added before what was answered. `next` is null when the caller knows all there is; then ask
/// again later with `since` and the last id. `cursor` is the `next` of an answer and goes before `since`. Whoever may
/// not see all tickets can meet a page with fewer events than `limit`, or none, and still a `next`.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(Paged, Asked),
    responses((status = 200, body = Listing<Event>)))]
pub async fn list(
    grant: Grant<ViewEvents>,
    Query(paged): Query<Paged>,
    Query(asked): Query<Asked>,
) -> Result<Json<Listing<Event>>, Failure> {
    let (cursor, since) = (paged.after()?, asked.since()?);
    let (since, limit, kinds) = (cursor.or(since).unwrap_or(Id::new(0)), paged.limit()?, asked.kinds()?);
    let part = grant.read::<_, db::Error>(move |tx| store::visible(tx, since, limit, &kinds)).await?;
    let next = part.has_more.then(|| part.to.to_string());
    Ok(Json(Listing { items: part.events.into_iter().map(Event::from).collect(), next }))
}
