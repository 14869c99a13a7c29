//! Uploading and downloading.
use super::{Attachment, store};
use crate::tickets::{self, ViewTickets};
use axum::{
    extract::{Path, Query},
    http::header,
    response::{IntoResponse, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    Home,
    authority::Grant,
    blobs::{self, BlobError},
    db,
    idempotency::{Key, once},
    web::{Asked, Created, Failure, Form, Upload, file_name_header},
};

#[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct AttachmentBody {
    #[schema(value_type = String)]
    pub id: Id<Attachment>,
    pub name: String,
    pub r#type: String,
    pub size: i64,
    pub url: String,
}
impl From<&Attachment> for AttachmentBody {
    fn from(file: &Attachment) -> Self {
        AttachmentBody {
            id: file.id,
            name: file.name.clone(),
            r#type: file.r#type.clone(),
            size: file.size,
            url: format!("/api/v1/attachments/{}", file.id),
        }
    }
}

/// Takes a file in. It waits for its message for a day.
pub async fn keep<P: 'static>(grant: &Grant<P>, upload: Upload) -> Result<AttachmentBody, Problem> {
    let kept = keep_once(grant, upload, None).await?;
    serde_json::from_value(kept).map_err(|_| Problem::internal())
}
async fn keep_once<P: 'static>(
    grant: &Grant<P>,
    upload: Upload,
    key: Option<Key>,
) -> Result<serde_json::Value, Problem> {
    let home = grant.home();
    if upload.bytes.len() > home.site.max_message_bytes {
        return Err(Problem::new(413, "too_large"));
    }
    let file = mail::Attachment::new(Some(&upload.name), "", upload.bytes);
    let (name, kind, size) = (file.name, file.kind.media_type(), file.bytes.len() as i64);
    let store = home.blobs.clone();
    let bytes = file.bytes;
    let content = tokio::task::spawn_blocking(move || store.prepare(bytes)).await;
    let content = content.map_err(|_| Problem::internal())?.map_err(|_| Problem::new(507, "no_space"))?;
    let title = name.clone();
    let insert = move |tx: &mut platform::authority::Tx<P>| {
        once(tx, key.as_ref(), |tx| {
            let new = store::New {
                message: None,
                name: &title,
                r#type: kind,
                content_id: None,
                is_inline: false,
                content: &content,
            };
            let id = store::insert(tx, &new)?;
            let url = format!("/api/v1/attachments/{id}");
            Ok::<_, Problem>(AttachmentBody { id, name, r#type: kind.into(), size, url })
        })
    };
    grant.change(insert).await
}

/// Upload a file for a message that follows.
///
/// Multipart with one field `file`, from whoever may answer, note or open tickets. What is not used within a day is
/// removed.
#[utoipa::path(post, path = "/api/v1/uploads", tag = "tickets", responses((status = 201, body = AttachmentBody)))]
pub async fn upload(
    grant: Grant<ViewTickets>,
    asked: Asked,
    form: Form,
) -> Result<Created<serde_json::Value>, Failure> {
    // A file is for a message: whoever can write none has no use for one.
    let may_write = ["tickets.reply", "tickets.note", "tickets.create"];
    if !may_write.iter().any(|key| grant.actor().reach(key).is_some()) {
        return Err(Problem::new(403, "permission_required").into());
    }
    let file = form.files.into_iter().find(|file| file.field == "file");
    let file = file.ok_or_else(|| Problem::field("file", "required"))?;
    let key = asked.with(&[file.name.as_bytes(), &file.bytes]);
    Ok(Created(keep_once(&grant, file, key).await?))
}

#[derive(serde::Deserialize)]
pub struct How {
    /// Any value: the browser saves the file instead of showing it.
    download: Option<String>,
}

/// `GET /attachments/{id}`.
pub async fn download(
    grant: Grant<ViewTickets>,
    Path(id): Path<Id<Attachment>>,
    Query(how): Query<How>,
) -> Result<Response, Failure> {
    let me = grant.actor().who.to_string();
    let located = grant
        .read::<_, db::Error>(move |tx| {
            let Some(located) = store::locate(tx, id)? else { return Ok(None) };
            let is_seen = match located.ticket_id {
                Some(ticket) => tickets::store::see(tx, ticket)?.is_some(),
                None => located.uploader == me,
            };
            if !is_seen {
                return Ok(None);
            }
            let content = blobs::find(tx, located.blob_hash)?;
            Ok(Some((located, content)))
        })
        .await?;
    let (located, content) = located.ok_or_else(Problem::not_found)?;
    serve(grant.home(), &located, content, how.download.is_some()).await
}

/// Download an attachment.
#[utoipa::path(get, path = "/api/v1/attachments/{id}", tag = "tickets",
    params(("id" = String, Path), ("download" = Option<String>, Query)),
    responses((status = 200, description = "The bytes")))]
pub async fn api_download(
    grant: Grant<ViewTickets>,
    id: Path<Id<Attachment>>,
    how: Query<How>,
) -> Result<Response, Failure> {
    download(grant, id, how).await
}

/// The bytes with headers that let no browser run them (S02): shown only where their own first bytes make them a
/// picture, a PDF or plain text; everything else is saved.
pub async fn serve(
    home: &Home,
    located: &store::Located,
    content: blobs::Found,
    is_saved: bool,
) -> Result<Response, Failure> {
    let bytes = home.blobs.read_aside(content).await.map_err(|error| match error {
        BlobError::Database(cause) => Problem::from(cause),
        other => {
            tracing::error!(%other, "an attachment cannot be read");
            Problem::internal()
        }
    })?;
    let is_shown = located.r#type != "application/octet-stream";
    let kind = match located.r#type.as_str() {
        "text/plain" => "text/plain; charset=utf-8",
        other => other,
    };
    Ok((
        [
            (header::CONTENT_TYPE, kind.to_owned()),
            (header::CONTENT_DISPOSITION, file_name_header(is_shown && !is_saved, &located.name)),
            (header::CONTENT_SECURITY_POLICY, POLICY.into()),
            (header::X_FRAME_OPTIONS, "SAMEORIGIN".into()),
        ],
        bytes,
    )
        .into_response())
}
/// A PDF viewer of the browser needs its style; nothing runs, nothing loads, only our own pages frame it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; \
                      frame-ancestors 'self'";
