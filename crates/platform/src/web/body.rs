//! Bodies in and out.
use super::{Failure, room};
use axum::{
    extract::{FromRequest, Request},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use kernel::{
    fault::{Field, Problem},
    id::Id,
};
use serde::{Serialize, de::DeserializeOwned};

/// A JSON body. Mistakes name the field or the place in the text.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Failure;
    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        expect_json(&request)?;
        let bytes = room::whole(request, state, Problem::new(400, "json_malformed")).await?;
        Ok(Json(parse(&bytes)?))
    }
}

pub(super) fn expect_json(request: &Request) -> Result<(), Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match kind {
        Some(kind) if kind.starts_with("application/json") => Ok(()),
        _ => Err(Problem::new(415, "json_expected")),
    }
}

pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut input = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut input).map_err(|error| {
        let mut pointer = String::new();
        for segment in error.path().iter() {
            use serde_path_to_error::Segment;
            match segment {
                Segment::Seq { index } => pointer += &format!("/{index}"),
                Segment::Map { key } => pointer += &format!("/{key}"),
                Segment::Enum { .. } | Segment::Unknown => {}
            }
        }
        let cause = error.inner();
        let text = cause.to_string();
        // Anything but a text where a word is wanted is called "expected value", as if it were no JSON.
        let is_no_word = text.starts_with("expected value")
            && serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
        if !cause.is_data() && !is_no_word {
            return Problem::new(400, "json_malformed").because(text);
        }
        let named = |prefix: &str| Some(text.strip_prefix(prefix)?.split('`').next()?.to_owned());
        // The path may end with the key already.
        let at = |name: String| match pointer.ends_with(&format!("/{name}")) {
            true => pointer.clone(),
            false => format!("{pointer}/{name}"),
        };
        let (missing, unknown) = (named("missing field `"), named("unknown field `"));
        let (pointer, code) = match (missing, unknown, named("duplicate field `")) {
            (Some(name), ..) => (format!("{pointer}/{name}"), "required"),
            (_, Some(name), _) => (at(name), "unknown_field"),
            (_, _, Some(name)) => (at(name), "repeated_field"),
            _ if text.starts_with("unknown variant") => (pointer, "unknown_word"),
            _ => (pointer, "wrong_type"),
        };
        Problem { expected: expected(code, &text), ..Problem::invalid(vec![Field { pointer, code }]) }
    })?;
    input.end().map_err(|error| Problem::new(400, "json_malformed").because(error.to_string()))?;
    Ok(value)
}

/// What would have fitted, in words of JSON and of the API and none of this program's types: `low, normal, high`, or
/// `string`. The answer puts them into a sentence.
fn expected(code: &str, text: &str) -> Option<String> {
    let (_, wanted) = text.rsplit_once("expected ")?;
    match code {
        "unknown_word" => {
            let words: Vec<_> = wanted.split('`').skip(1).step_by(2).collect();
            Some(words.join(", ")).filter(|words| !words.is_empty())
        }
        "wrong_type" => {
            let has = |marks: &[&str]| marks.iter().any(|mark| wanted.starts_with(mark));
            let kind = match wanted {
                _ if has(&["struct", "a map", "map", "internally tagged", "adjacently tagged"]) => "object",
                _ if has(&["a sequence", "sequence", "tuple", "an array"]) => "array",
                _ if has(&["a boolean"]) => "true, false",
                _ if has(&["f64", "f32"]) => "number",
                _ if has(&["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "isize", "usize"]) => {
                    "integer"
                }
                _ if has(&["a string", "string", "a borrowed string", "str", "variant", "enum", "value"]) => {
                    "string"
                }
                _ => return None,
            };
            Some(kind.to_owned())
        }
        _ => None,
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(_) => Failure(Problem::internal()).into_response(),
        }
    }
}

/// For `deserialize_with`: tells `null`, which empties a field, from a field that is not there.
pub fn given<'de, D, T>(input: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    <Option<T> as serde::Deserialize>::deserialize(input).map(Some)
}

/// 201 with the new thing.
pub struct Created<T>(pub T);
impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}

/// A template, rendered: a whole page or one block of it.
pub struct Page<T>(pub T);
impl<T: askama::Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(text) => Html(text).into_response(),
            Err(error) => {
                tracing::error!(%error, "a template failed");
                Failure(Problem::internal()).into_response()
            }
        }
    }
}

/// `{"items": […], "next": cursor or null}`.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Listing<T> {
    pub items: Vec<T>,
    /// Give it as `cursor` for what follows; null at the end.
    pub next: Option<String>,
}

/// `?limit=&cursor=` of every list. The cursor is the id after which the page begins.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paged {
    /// 1 to 200; 50 where it is left out.
    limit: Option<String>,
    cursor: Option<String>,
}
impl Paged {
    /// * errors – 422 where it is no number of 1 or more. More than 200 is 200.
    pub fn limit(&self) -> Result<usize, Problem> {
        match self.limit.as_deref().map(str::parse::<usize>) {
            None => Ok(50),
            Some(Ok(limit)) if limit > 0 => Ok(limit.min(200)),
            Some(_) => Err(Problem::field("limit", "positive_number")),
        }
    }
    /// * errors – 422 where it is no cursor of ours.
    pub fn after<T>(&self) -> Result<Option<Id<T>>, Problem> {
        let parse = |text: &str| text.parse().ok().filter(|id: &Id<T>| id.number() >= 0);
        let known = |text: &str| parse(text).ok_or(Problem::field("cursor", "unknown_cursor"));
        self.cursor.as_deref().map(known).transpose()
    }
    /// A page of a list that is read as a whole because it is short: all of it, unless a `limit` asks for less.
    ///
    /// * `name` – what a cursor calls a row.
    /// * errors – 422 where limit or cursor is none.
    pub fn of_whole<R, T>(
        &self,
        mut rows: Vec<R>,
        name: impl Fn(&R) -> String,
        item: impl FnMut(R) -> T,
    ) -> Result<Listing<T>, Problem> {
        let limit = self.limit()?;
        if let Some(cursor) = self.cursor() {
            let last = rows.iter().position(|row| name(row) == cursor);
            rows.drain(..=last.ok_or(Problem::field("cursor", "unknown_cursor"))?);
        }
        let has_more = self.limit.is_some() && rows.len() > limit;
        if has_more {
            rows.truncate(limit);
        }
        let next = rows.last().filter(|_| has_more).map(name);
        Ok(Listing { items: rows.into_iter().map(item).collect(), next })
    }
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}
impl<T> Listing<T> {
    /// `items` holds up to one more than `limit`: whether there is more is known without counting.
    pub fn of<R>(
        mut rows: Vec<R>,
        limit: usize,
        cursor: impl Fn(&R) -> String,
        item: impl Fn(R) -> T,
    ) -> Self {
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(cursor);
        Listing { items: rows.into_iter().map(item).collect(), next }
    }
}

/// `Content-Disposition` for a file with this name (RFC 6266): the only place that puts a name into a header.
pub fn file_name_header(is_inline: bool, name: &str) -> String {
    let encoded = super::escape(name, b"-_.");
    let way = if is_inline { "inline" } else { "attachment" };
    format!("{way}; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the mistakes matter")]
    struct Body {
        name: String,
        inner: Option<Inner>,
    }
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the mistakes matter")]
    struct Inner {
        n: i64,
    }
    fn mistake(text: &str) -> (u16, String, &'static str) {
        let problem = parse::<Body>(text.as_bytes()).unwrap_err();
        let field = problem.fields.first().cloned();
        field.map_or((problem.status, String::new(), problem.code), |f| (problem.status, f.pointer, f.code))
    }

    #[test]
    fn a_mistake_in_json_names_its_place() {
        assert_eq!(mistake("{}"), (422, "/name".into(), "required"));
        assert_eq!(mistake(r#"{"name":1}"#), (422, "/name".into(), "wrong_type"));
        assert_eq!(mistake(r#"{"name":"a","role":"admin"}"#), (422, "/role".into(), "unknown_field"));
        assert_eq!(mistake(r#"{"name":"a","inner":{"n":"x"}}"#), (422, "/inner/n".into(), "wrong_type"));
        assert_eq!(mistake(r#"{"name":"a","inner":{"n":1,"m":2}}"#).1, "/inner/m");
        assert_eq!(mistake(r#"{"name":"a","name":"b"}"#), (422, "/name".into(), "repeated_field"));
        assert_eq!(mistake(r#"{"name":"a","inner":{"n":1,"n":2}}"#).1, "/inner/n");
        assert_eq!(mistake(r#"{"name":"#).2, "json_malformed");
        assert_eq!(mistake(r#"{"name":"a"} x"#).2, "json_malformed");
    }
    #[test]
    fn a_mistake_says_what_would_fit_and_names_no_type_of_this_program() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Word {
            Low,
            High,
        }
        fn wanted<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> Option<String> {
            let problem = parse::<T>(text.as_bytes()).unwrap_err();
            assert_eq!((problem.status, problem.detail), (422, None));
            problem.expected
        }
        assert_eq!(wanted::<Vec<Word>>(r#"["lowish"]"#).as_deref(), Some("low, high"));
        assert_eq!(wanted::<Vec<Word>>("[1]").as_deref(), Some("string"));
        assert_eq!(wanted::<Body>("[]").as_deref(), Some("object"));
        assert_eq!(wanted::<Body>(r#"{"name":1}"#).as_deref(), Some("string"));
        assert_eq!(wanted::<Body>(r#"{"name":"a","inner":{"n":"x"}}"#).as_deref(), Some("integer"));
        assert_eq!(wanted::<Vec<bool>>("[1]").as_deref(), Some("true, false"));
        assert_eq!(wanted::<Body>("{}"), None);
    }
    #[test]
    fn a_file_name_cannot_leave_its_header() {
        assert_eq!(
            file_name_header(false, "ä\"\r\n; x.txt"),
            "attachment; filename*=UTF-8''%C3%A4%22%0D%0A%3B%20x.txt"
        );
    }
    #[test]
    fn a_short_list_is_whole_or_as_long_as_asked_for() {
        let page = |limit: Option<&str>, cursor: Option<&str>| {
            let paged = Paged { limit: limit.map(Into::into), cursor: cursor.map(Into::into) };
            paged.of_whole((0..250).collect(), i32::to_string, |n| n).map(|page| (page.items, page.next))
        };
        let (all, next) = page(None, None).unwrap();
        assert_eq!((all.len(), next), (250, None));
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let (items, next) = page(Some("100"), cursor.as_deref()).unwrap();
            seen.extend(items);
            cursor = match next {
                Some(next) => Some(next),
                None => break,
            };
        }
        assert_eq!(seen, (0..250).collect::<Vec<_>>());
        assert_eq!(page(Some("2"), Some("248")).unwrap(), (vec![249], None));
        assert!(page(Some("x"), None).is_err() && page(None, Some("999")).is_err());
    }
    #[test]
    fn a_page_size_is_a_positive_number() {
        let of = |limit: &str| Paged { limit: Some(limit.into()), cursor: None }.limit();
        assert_eq!(of("1000000"), Ok(200));
        assert!(of("-5").is_err() && of("0").is_err() && of("x").is_err());
    }
}
