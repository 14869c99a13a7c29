//! The fields of the index.
use crate::{
    source::{Document, Key},
    tokens,
};
use tantivy::{
    TantivyDocument, Term,
    schema::{FAST, Field, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions},
};

/// Another number throws the index of an older program away, and it is built anew.
pub const VERSION: u32 = 2;

/// Where a word can stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    Title,
    People,
    Text,
    File,
    /// What customers may not read: notes, and the files that hang on them.
    Note,
}
impl Area {
    pub const ALL: [Area; 5] = [Area::Title, Area::People, Area::Text, Area::File, Area::Note];
    /// How much a word counts there.
    pub const fn weight(self) -> f32 {
        match self {
            Area::Title => 3.0,
            Area::People => 2.0,
            Area::Text | Area::Note => 1.0,
            Area::File => 0.7,
        }
    }
}

/// What can be asked of a thing beside its words. All of it is terms of one field: each field of a piece of the index has
/// a dictionary of its own, and a piece is written with every commit.
#[derive(Clone, Copy, Debug)]
pub enum Fact {
    Key,
    Noun,
    Kind,
    Category,
    Team,
    Inbox,
    Organisation,
    Assignee,
    /// 1 where a file's text is not known yet.
    Waits,
    HasFile,
}
impl Fact {
    const fn letter(self) -> char {
        match self {
            Fact::Key => 'k',
            Fact::Noun => 'n',
            Fact::Kind => 'd',
            Fact::Category => 'c',
            Fact::Team => 't',
            Fact::Inbox => 'i',
            Fact::Organisation => 'o',
            Fact::Assignee => 'a',
            Fact::Waits => 'w',
            Fact::HasFile => 'f',
        }
    }
}

#[derive(Clone)]
pub struct Fields {
    pub schema: Schema,
    pub key: Field,
    pub words: [Field; 5],
    pub parts: [Field; 5],
    fact: Field,
    pub kind: Field,
    pub category: Field,
    pub team: Field,
    pub inbox: Field,
    pub organisation: Field,
    pub assignee: Field,
    pub noun: Field,
    pub changed: Field,
}

impl Fields {
    pub fn new() -> Fields {
        let mut builder = Schema::builder();
        let mut text = |name: &str, tokenizer: &str, record| {
            let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(record);
            builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
        };
        let words = ["title", "people", "text", "file", "note"]
            .map(|name| text(name, tokens::WORDS, IndexRecordOption::WithFreqsAndPositions));
        let parts = ["title_parts", "people_parts", "text_parts", "file_parts", "note_parts"]
            .map(|name| text(name, tokens::PARTS, IndexRecordOption::WithFreqs));
        let fact = builder.add_text_field("fact", STRING);
        let mut number = |name: &str| builder.add_u64_field(name, FAST);
        let (key, kind, category, team) = (number("key"), number("kind"), number("category"), number("team"));
        let (inbox, organisation, assignee) = (number("inbox"), number("organisation"), number("assignee"));
        let noun = number("noun");
        let changed = builder.add_i64_field("changed", FAST);
        Fields {
            schema: builder.build(),
            key,
            words,
            parts,
            fact,
            kind,
            category,
            team,
            inbox,
            organisation,
            assignee,
            noun,
            changed,
        }
    }
    pub fn term(&self, fact: Fact, value: u64) -> Term {
        Term::from_field_text(self.fact, &format!("{}{value}", fact.letter()))
    }
    pub fn tag(&self, tag: &str) -> Term {
        Term::from_field_text(self.fact, &format!("#{}", tag.to_lowercase()))
    }
    pub fn key_term(&self, key: Key) -> Term {
        self.term(Fact::Key, key.number())
    }

    /// `texts` has the text of each file of the document, where it is known.
    pub fn document(&self, document: &Document, texts: &[Option<String>]) -> TantivyDocument {
        let mut out = TantivyDocument::default();
        let facts = &document.facts;
        for (field, fact, value) in [
            (self.key, Fact::Key, document.key.number()),
            (self.noun, Fact::Noun, document.key.noun.into()),
            (self.kind, Fact::Kind, facts.kind.into()),
            (self.category, Fact::Category, facts.category.into()),
            (self.team, Fact::Team, facts.team),
            (self.inbox, Fact::Inbox, facts.inbox),
            (self.organisation, Fact::Organisation, facts.organisation),
            (self.assignee, Fact::Assignee, facts.assignee),
        ] {
            out.add_u64(field, value);
            out.add_text(self.fact, format!("{}{value}", fact.letter()));
        }
        out.add_i64(self.changed, facts.changed_at_ms);
        let (has_file, waits) = (!document.files.is_empty(), texts.iter().any(Option::is_none));
        for (fact, value) in [(Fact::HasFile, has_file), (Fact::Waits, waits)] {
            if value {
                out.add_text(self.fact, format!("{}1", fact.letter()));
            }
        }
        let mut say = |area: Area, text: &str| {
            if !text.trim().is_empty() {
                out.add_text(self.words[area as usize], text);
                out.add_text(self.parts[area as usize], text);
            }
        };
        say(Area::Title, &document.title);
        for (area, all) in
            [(Area::People, &document.people), (Area::Text, &document.texts), (Area::Note, &document.notes)]
        {
            all.iter().for_each(|text| say(area, text));
        }
        for (file, text) in document.files.iter().zip(texts) {
            let area = if file.is_internal { Area::Note } else { Area::File };
            say(area, &file.name);
            if let Some(text) = text {
                say(area, text);
            }
        }
        for tag in &document.tags {
            out.add_text(self.fact, format!("#{}", tag.to_lowercase()));
        }
        out
    }
}
