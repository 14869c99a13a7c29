//! How much of one request's body is taken in, and of all bodies at once.
//!
//! A stranger can send a body before anybody knows who it is from. What the program holds of bodies is counted while
//! it arrives; when all that may be held is in hand, the next byte waits, and then its request is told to come again.
use super::Failure;
use crate::Home;
use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{DefaultBodyLimit, Request, State, rejection::BytesRejection},
    http::{StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use futures_util::StreamExt;
use kernel::fault::Problem;
use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A form or JSON, where the route says nothing else.
pub const FORM: usize = 1024 * 1024;
/// The words of one message with all their markup, and all texts of a form beside its files.
pub(super) const WORDS: usize = 8 * 1024 * 1024;
/// A body that says it is no longer than this is not counted: the number of connections bounds these.
const SMALL: u64 = 16 * 1024;
/// So long a body waits for room.
const PATIENCE: Duration = Duration::from_secs(10);

/// The room for bodies of one program.
#[derive(Clone)]
pub struct Room {
    /// A message with its files.
    files: usize,
    /// One permit a byte.
    in_hand: Arc<Semaphore>,
}
impl Room {
    /// * `max_message_bytes` – of the site. Twice as much, with forms, is held at once.
    pub fn new(max_message_bytes: usize) -> Room {
        let files = max_message_bytes.saturating_add(FORM);
        Room::of(files, files.saturating_mul(2))
    }
    fn of(files: usize, in_hand: usize) -> Room {
        let in_hand = Arc::new(Semaphore::new(in_hand.min(Semaphore::MAX_PERMITS)));
        Room { files, in_hand }
    }
}

/// More bodies are on their way than the program has room for.
#[derive(Debug, thiserror::Error)]
#[error("more is being sent at this moment than there is room for")]
struct NoRoom;

/// The layer around all routes: bounds each body, counts all of them.
pub async fn bounded(State(room): State<Room>, mut request: Request, next: Next) -> Response {
    if announced(&request).is_some_and(|bytes| bytes > room.files as u64) {
        return Failure(Problem::new(413, "too_large")).into_response();
    }
    let is_small = request.body().size_hint().upper().is_some_and(|most| most <= SMALL);
    DefaultBodyLimit::max(FORM).apply(&mut request);
    request.extensions_mut().insert(room.clone());
    if is_small {
        return next.run(request).await;
    }
    // Given back when there is an answer: the handler holds what it read until then.
    let held: Arc<Mutex<Option<OwnedSemaphorePermit>>> = Arc::default();
    let holder = held.clone();
    let request = request.map(|body| {
        Body::from_stream(body.into_data_stream().then(move |piece| {
            let (in_hand, holder) = (room.in_hand.clone(), holder.clone());
            async move {
                let piece = piece.map_err(axum::BoxError::from)?;
                let bytes = u32::try_from(piece.len()).map_err(|_| NoRoom)?;
                let room = tokio::time::timeout(PATIENCE, in_hand.acquire_many_owned(bytes)).await;
                let room = room.ok().and_then(Result::ok).ok_or(NoRoom)?;
                let mut held = holder.lock().unwrap_or_else(PoisonError::into_inner);
                match held.as_mut() {
                    Some(held) => held.merge(room),
                    None => *held = Some(room),
                }
                Ok::<_, axum::BoxError>(piece)
            }
        }))
    });
    let response = next.run(request).await;
    drop(held);
    response
}

/// A route that takes messages: files up to the site's limit, or words of 8 MiB.
pub fn roomy(handler: MethodRouter<Home>) -> MethodRouter<Home> {
    handler.layer(from_fn(|mut request: Request, next: Next| async move {
        if let Some(room) = request.extensions().get::<Room>() {
            let most = if is_multipart(&request) { room.files } else { WORDS };
            DefaultBodyLimit::max(most).apply(&mut request);
        }
        next.run(request).await
    }))
}

/// How long the sender says that the body is.
fn announced(request: &Request) -> Option<u64> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

pub(super) fn is_multipart(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

/// What it means that a body could not be read.
///
/// * `otherwise` – where neither its size nor the room is the cause, e.g. the sender went away.
pub(super) fn unread(cause: &(dyn Error + 'static), status: StatusCode, otherwise: Problem) -> Problem {
    let mut next = Some(cause);
    while let Some(cause) = next {
        if cause.is::<NoRoom>() {
            return Problem::new(503, "busy");
        }
        next = cause.source();
    }
    if status == StatusCode::PAYLOAD_TOO_LARGE { Problem::new(413, "too_large") } else { otherwise }
}

/// The whole body.
pub(super) async fn whole<S: Send + Sync>(
    request: Request,
    state: &S,
    otherwise: Problem,
) -> Result<Bytes, Problem> {
    use axum::extract::FromRequest;
    // What is not multipart is never longer: whoever announces more need not send it first.
    if announced(&request).is_some_and(|bytes| bytes > WORDS as u64) {
        return Err(Problem::new(413, "too_large"));
    }
    let read: Result<Bytes, BytesRejection> = Bytes::from_request(request, state).await;
    read.map_err(|cause| {
        let status = cause.status();
        unread(&cause, status, otherwise)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{Form, Json};
    use axum::{Router, body::Bytes, middleware::from_fn_with_state, routing::post};
    use tower::ServiceExt;

    async fn form(form: Form) -> String {
        format!("{} fields, {} files", form.names().count(), form.files.len())
    }
    async fn json(Json(value): Json<serde_json::Value>) -> String {
        value.to_string().len().to_string()
    }
    fn router(room: &Room, is_roomy: bool) -> Router {
        let home = home();
        let of = |handler: MethodRouter<Home>| if is_roomy { roomy(handler) } else { handler };
        Router::new()
            .route("/form", of(post(form)))
            .route("/json", of(post(json)))
            .layer(from_fn_with_state(room.clone(), bounded))
            .with_state(home)
    }
    /// The handlers here ask nothing of it.
    fn home() -> Home {
        let file = tempfile::tempdir().unwrap().keep().join("desk.db");
        let place = crate::db::Place::Sqlite(file);
        place.create().unwrap();
        let db = crate::db::Db::open(&place, crate::db::Size::default()).unwrap();
        let blobs = crate::blobs::Blobs::open(tempfile::tempdir().unwrap().keep()).unwrap();
        let keys = crate::keys::Keys::from_bytes(&[7; 32]).unwrap();
        let site = crate::settings::Site::new("http://127.0.0.1", 0);
        let outbound = crate::outbound::Outbound::new(crate::outbound::Policy::default());
        Home::new(db, kernel::clock::Clock::System, keys, blobs, site, outbound, Box::new(Nobody))
    }
    struct Nobody;
    impl crate::authority::Authenticate for Nobody {
        fn actor<'a>(
            &'a self,
            _: &'a Home,
            _: &'a crate::web::Request,
        ) -> std::pin::Pin<
            Box<dyn Future<Output = Result<Option<crate::authority::Actor>, Problem>> + Send + 'a>,
        > {
            Box::pin(async { Ok(None) })
        }
    }
    async fn send(router: &Router, path: &str, kind: &str, body: impl Into<Body>) -> (u16, String) {
        let request = axum::http::Request::post(path).header(header::CONTENT_TYPE, kind);
        let response = router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }
    const WORDS_OF_A_FORM: &str = "application/x-www-form-urlencoded";
    const FILES: &str = "multipart/form-data; boundary=x";

    fn parts(count: usize, text: &str) -> String {
        let part = format!("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{text}\r\n");
        part.repeat(count) + "--x--\r\n"
    }

    #[tokio::test]
    async fn who_announces_too_much_is_refused_before_it_is_sent() {
        let router = router(&Room::new(25_000_000), true);
        for (kind, said) in [(WORDS_OF_A_FORM, WORDS + 1), (FILES, 9_999_999_999)] {
            let never = Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
            let request = axum::http::Request::post("/form")
                .header(header::CONTENT_TYPE, kind)
                .header(header::CONTENT_LENGTH, said);
            let answer = router.clone().oneshot(request.body(never).unwrap());
            let answer = tokio::time::timeout(Duration::from_secs(20), answer).await.expect("an answer");
            assert_eq!(answer.unwrap().status(), 413, "{kind} {said}");
        }
    }
    #[tokio::test]
    async fn a_form_has_a_thousand_fields_and_a_mebibyte_at_most() {
        let router = router(&Room::new(25_000_000), false);
        let thousand = "a=1&".repeat(1000);
        assert_eq!(send(&router, "/form", WORDS_OF_A_FORM, thousand).await.1, "1000 fields, 0 files");
        let (status, text) = send(&router, "/form", WORDS_OF_A_FORM, "a&".repeat(1001)).await;
        assert_eq!((status, text.contains("too_large")), (413, true), "{text}");
        let (status, _) = send(&router, "/form", FILES, parts(1001, "1")).await;
        assert_eq!(status, 413, "files do not bring more fields");
        assert_eq!(send(&router, "/form", FILES, parts(1000, "1")).await.0, 200);
        for (path, kind, body) in [
            ("/form", WORDS_OF_A_FORM, "a".repeat(FORM + 1)),
            ("/form", FILES, parts(1, &"a".repeat(FORM))),
            ("/json", "application/json", format!("\"{}\"", "a".repeat(FORM))),
        ] {
            let (status, text) = send(&router, path, kind, body).await;
            assert_eq!((status, text.contains("too_large")), (413, true), "{kind}: {text}");
        }
    }
    #[tokio::test]
    async fn a_route_for_messages_takes_what_a_message_may_have() {
        let router = router(&Room::new(20_000_000), true);
        let long = format!("\"{}\"", "a".repeat(WORDS - 10));
        assert_eq!(send(&router, "/json", "application/json", long).await.0, 200);
        let longer = format!("\"{}\"", "a".repeat(WORDS));
        assert_eq!(send(&router, "/json", "application/json", longer).await.0, 413);
        let file = |bytes: usize| {
            let head = "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n";
            format!("{head}{}\r\n--x--\r\n", "a".repeat(bytes))
        };
        assert_eq!(send(&router, "/form", FILES, file(19_000_000)).await.1, "0 fields, 1 files");
        assert_eq!(send(&router, "/form", FILES, file(22_000_000)).await.0, 413);
        // Texts of a form with files are no way around.
        assert_eq!(send(&router, "/form", FILES, parts(3, &"a".repeat(WORDS / 2))).await.0, 413);
    }
    #[tokio::test(start_paused = true)]
    async fn what_all_bodies_hold_together_is_bounded_and_given_back() {
        let room = Room::of(FORM, 300_000);
        let router = router(&room, false);
        // Two that never end hold 200,000.
        let endless = || {
            let piece = Ok::<_, std::io::Error>(Bytes::from(vec![b'a'; 100_000]));
            Body::from_stream(futures_util::stream::iter([piece]).chain(futures_util::stream::pending()))
        };
        let held = [0, 1].map(|_| {
            let (router, body) = (router.clone(), endless());
            tokio::spawn(async move { send(&router, "/form", WORDS_OF_A_FORM, body).await })
        });
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_eq!(room.in_hand.available_permits(), 100_000);
        let (status, text) = send(&router, "/form", WORDS_OF_A_FORM, "a".repeat(150_000)).await;
        assert_eq!((status, text.contains("busy")), (503, true), "{text}");
        let (status, _) = send(&router, "/form", FILES, parts(1, &"a".repeat(150_000))).await;
        assert_eq!(status, 503);
        assert_eq!(send(&router, "/form", WORDS_OF_A_FORM, "a=1").await.0, 200, "a small one always fits");
        assert_eq!(send(&router, "/form", WORDS_OF_A_FORM, "a".repeat(90_000)).await.0, 200);
        for one in held {
            one.abort();
            let _ = one.await;
        }
        assert_eq!(room.in_hand.available_permits(), 300_000, "all is given back");
        assert_eq!(send(&router, "/form", WORDS_OF_A_FORM, "a".repeat(150_000)).await.0, 200);
    }
}
