//! What a page's form sent, with or without files.
use super::Failure;
use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
    http::header,
};
use kernel::fault::{Field, Mistakes, Problem};

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
}

impl Form {
    /// A form filled with what is stored.
    pub fn filled<const N: usize>(values: [(&str, String); N]) -> Form {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Form { values, ..Form::default() }
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
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Failure;
    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_multipart = kind.is_some_and(|kind| kind.starts_with("multipart/form-data"));
        if is_multipart {
            return multipart(request, state).await;
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|_| Problem::new(413, "too_large"))?;
        let clean = |text: std::borrow::Cow<str>| text.replace("\r\n", "\n").replace('\0', "");
        let values =
            form_urlencoded::parse(&bytes).map(|(name, value)| (name.into_owned(), clean(value))).collect();
        Ok(Form { values, ..Form::default() })
    }
}

async fn multipart<S: Send + Sync>(request: Request, state: &S) -> Result<Form, Failure> {
    let bad = |_| Problem::new(400, "form_malformed");
    let mut parts =
        Multipart::from_request(request, state).await.map_err(|_| Problem::new(400, "form_malformed"))?;
    let mut form = Form::default();
    while let Some(part) = parts.next_field().await.map_err(bad)? {
        let field = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let bytes = part.bytes().await.map_err(|error| {
            let is_large = error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE;
            if is_large { Problem::new(413, "too_large") } else { Problem::new(400, "form_malformed") }
        })?;
        match file {
            // A file field without a choice sends an empty name and no bytes.
            Some(name) if name.is_empty() && bytes.is_empty() => {}
            Some(name) => form.files.push(Upload { field, name, bytes: bytes.into() }),
            None => {
                let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n").replace('\0', "");
                form.values.push((field, text));
            }
        }
    }
    Ok(form)
}
