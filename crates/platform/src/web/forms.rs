//! What a page's form sent, with or without files.
use super::{Failure, room};
use axum::extract::{FromRequest, Multipart, Request, multipart::MultipartError};
use kernel::fault::{Field, Mistakes, Problem};

/// More fields and files than any form of ours has.
const MOST: usize = 1000;

/// A file of a form.
#[derive(Clone)]
pub struct Upload {
    pub field: String,
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Field names and texts in the order in which they came. Texts have `\n` as line breaks and no NUL.
#[derive(Clone, Default)]
pub struct Form {
    values: Vec<(String, String)>,
    pub files: Vec<Upload>,
    /// What was wrong, for showing the form again.
    pub mistakes: Vec<Field>,
    /// More about it, in a sentence.
    pub detail: Option<String>,
}

impl Form {
    /// A form filled with what is stored.
    pub fn filled<'n>(values: impl IntoIterator<Item = (&'n str, String)>) -> Form {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Form { values, ..Form::default() }
    }
    fn has_room(&self) -> Result<(), Problem> {
        if self.values.len() + self.files.len() > MOST { Err(Problem::new(413, "too_large")) } else { Ok(()) }
    }
    /// One more field that was sent.
    fn add(&mut self, name: String, value: String) -> Result<(), Problem> {
        self.values.push((name, value));
        self.has_room()
    }
    /// The form with one more value; several of one name are several choices.
    pub fn with(mut self, name: &str, value: &str) -> Form {
        self.values.push((name.to_owned(), value.to_owned()));
        self
    }
    /// The form with another value in place of those of this name.
    pub fn replaced(mut self, name: &str, value: &str) -> Form {
        self.values.retain(|(known, _)| known != name);
        self.with(name, value)
    }
    /// The first value; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.values.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
    }
    /// The value, if it is not empty.
    pub fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.values.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }
    /// Whether a checkbox is ticked.
    pub fn is_on(&self, name: &str) -> bool {
        !matches!(self.get(name), "" | "false" | "0" | "off")
    }
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|(name, _)| name.as_str())
    }
    /// A number. An empty field is `None`; anything else is a mistake.
    pub fn number(&self, name: &str, mistakes: &mut Mistakes) -> Option<i64> {
        let text = self.some(name)?;
        let number = text.parse().ok();
        mistakes.require(number.is_some(), name, "wrong_type");
        number
    }
    /// Refuses fields that the form does not have (S12). A name that ends in `*` stands for all that begin so.
    ///
    /// * errors – 422 naming each.
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        let is_known = |name: &str| {
            known.iter().any(|k| match k.strip_suffix('*') {
                Some(prefix) => name.starts_with(prefix),
                None => name == *k,
            })
        };
        let mut mistakes = Mistakes::default();
        for name in self.names() {
            mistakes.require(is_known(name), name, "unknown_field");
        }
        mistakes.check()
    }
    /// The code of the first mistake in the field.
    pub fn mistake(&self, name: &str) -> Option<&'static str> {
        let is_it = |pointer: &str| pointer.strip_prefix('/') == Some(name);
        self.mistakes.iter().find(|field| is_it(&field.pointer)).map(|field| field.code)
    }
    pub fn with_mistakes(mut self, problem: &Problem) -> Form {
        self.mistakes = problem.fields.clone();
        self
    }
    /// The same with the problem's own sentence above the form.
    pub fn with_reason(self, problem: &Problem) -> Form {
        Form { detail: problem.detail.clone(), ..self.with_mistakes(problem) }
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Failure;
    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        if room::is_multipart(&request) {
            return multipart(request, state).await;
        }
        let bytes = room::whole(request, state, Problem::new(400, "form_malformed")).await?;
        let clean = |text: std::borrow::Cow<str>| text.replace("\r\n", "\n").replace('\0', "");
        let mut form = Form::default();
        for (name, value) in form_urlencoded::parse(&bytes) {
            form.add(name.into_owned(), clean(value))?;
        }
        Ok(form)
    }
}

async fn multipart<S: Send + Sync>(request: Request, state: &S) -> Result<Form, Failure> {
    let malformed = || Problem::new(400, "form_malformed");
    let bad = |error: MultipartError| room::unread(&error, error.status(), malformed());
    let mut parts = Multipart::from_request(request, state).await.map_err(|_| malformed())?;
    let mut form = Form::default();
    let mut words = 0;
    while let Some(mut part) = parts.next_field().await.map_err(bad)? {
        let field = part.name().unwrap_or_default().to_owned();
        let Some(name) = part.file_name().map(str::to_owned) else {
            let mut text = Vec::new();
            while let Some(piece) = part.chunk().await.map_err(bad)? {
                words += piece.len();
                if words > room::WORDS {
                    return Err(Problem::new(413, "too_large").into());
                }
                text.extend_from_slice(&piece);
            }
            let text = String::from_utf8_lossy(&text).replace("\r\n", "\n").replace('\0', "");
            form.add(field, text)?;
            continue;
        };
        let bytes = part.bytes().await.map_err(bad)?;
        // A file field without a choice sends an empty name and no bytes.
        if !(name.is_empty() && bytes.is_empty()) {
            form.files.push(Upload { field, name, bytes: bytes.into() });
            form.has_room()?;
        }
    }
    Ok(form)
}
