//! What can go wrong, as the caller sees it.

/// One entry of the public error catalogue. `code` is stable for ever; its words are the Fluent
/// message `problem-CODE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub status: u16,
    pub code: &'static str,
    /// What exactly, for the person who sent it. Never a secret, never another person's text.
    pub detail: Option<String>,
    /// What would have fitted where one field is wrong, in words of JSON and of the API: `low, normal`, `string`. The
    /// answer makes a sentence of it, in the reader's language.
    pub expected: Option<String>,
    /// Where in the text of the first field the mistake is, in characters from its beginning.
    pub offset: Option<usize>,
    pub fields: Vec<Field>,
}

/// What is wrong with one field of what was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// A JSON pointer, e.g. `/requester/email`. A form's field has the same name.
    pub pointer: String,
    /// The Fluent message is `field-CODE`.
    pub code: &'static str,
}

/// Collects every mistake, so that all are reported at once.
#[derive(Debug, Default)]
pub struct Mistakes(Vec<Field>);

impl Mistakes {
    /// `field` is a name or a pointer without its first slash.
    pub fn add(&mut self, field: &str, code: &'static str) {
        self.0.push(Field { pointer: format!("/{field}"), code });
    }
    /// Adds a mistake unless `is_fine`.
    pub fn require(&mut self, is_fine: bool, field: &str, code: &'static str) {
        if !is_fine {
            self.add(field, code);
        }
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// Adds what another parser found.
    pub fn join_all(&mut self, fields: &[Field]) {
        self.0.extend_from_slice(fields);
    }
    /// Adds what another check found.
    pub fn join(&mut self, other: Mistakes) {
        self.0.extend(other.0);
    }
    /// * errors – 422 `invalid` with all that was added.
    pub fn check(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::invalid(self.0)) }
    }
}

impl Problem {
    pub const fn new(status: u16, code: &'static str) -> Self {
        Self { status, code, detail: None, expected: None, offset: None, fields: Vec::new() }
    }
    pub const fn conflict(code: &'static str) -> Self {
        Self::new(409, code)
    }
    /// It is not there, or hidden from this person: both look the same.
    pub const fn not_found() -> Self {
        Self::new(404, "not_found")
    }
    pub fn invalid(fields: Vec<Field>) -> Self {
        Self { fields, ..Self::new(422, "invalid") }
    }
    /// One field is wrong.
    pub fn field(field: &str, code: &'static str) -> Self {
        Self::invalid(vec![Field { pointer: format!("/{field}"), code }])
    }
    pub fn because(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
    /// A bug or an outage. The cause belongs in the log; the caller sees only the code.
    pub const fn internal() -> Self {
        Self::new(500, "internal")
    }
}
