//! The fields of the index.
use crate::{
    source::{Document, Key},
    tokens,
};
use tantivy::{
    TantivyDocument, Term,
    schema::{
        FAST, Field, INDEXED, IndexRecordOption, NumericOptions, STRING, Schema, TextFieldIndexing,
        TextOptions,
    },
};

/// Another number throws the index of an older program away, and it is built anew.
pub const VERSION: u32 = 1;

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

#[derive(Clone)]
pub struct Fields {
    pub schema: Schema,
    pub key: Field,
    pub words: [Field; 5],
    pub parts: [Field; 5],
    pub tag: Field,
    pub kind: Field,
    pub category: Field,
    pub team: Field,
    pub inbox: Field,
    pub organisation: Field,
    pub assignee: Field,
    pub noun: Field,
    pub changed: Field,
    /// 1 where a file's text is not known yet.
    pub waits: Field,
    pub has_file: Field,
}

impl Fields {
    pub fn new() -> Fields {
        let mut builder = Schema::builder();
        let number = NumericOptions::from(FAST | INDEXED);
        let mut text = |name: &str, tokenizer: &str, record| {
            let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(record);
            builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
        };
        let words = ["title", "people", "text", "file", "note"]
            .map(|name| text(name, tokens::WORDS, IndexRecordOption::WithFreqsAndPositions));
        let parts = ["title_parts", "people_parts", "text_parts", "file_parts", "note_parts"]
            .map(|name| text(name, tokens::PARTS, IndexRecordOption::WithFreqs));
        let tag = builder.add_text_field("tag", STRING);
        let mut fact = |name: &str| builder.add_u64_field(name, number.clone());
        let (key, kind, category, team) = (fact("key"), fact("kind"), fact("category"), fact("team"));
        let (inbox, organisation, assignee) = (fact("inbox"), fact("organisation"), fact("assignee"));
        let (noun, waits, has_file) = (fact("noun"), fact("waits"), fact("has_file"));
        let changed = builder.add_i64_field("changed", FAST);
        Fields {
            schema: builder.build(),
            key,
            words,
            parts,
            tag,
            kind,
            category,
            team,
            inbox,
            organisation,
            assignee,
            noun,
            changed,
            waits,
            has_file,
        }
    }
    pub fn key_term(&self, key: Key) -> Term {
        Term::from_field_u64(self.key, key.number())
    }

    /// `texts` has the text of each file of the document, where it is known.
    pub fn document(&self, document: &Document, texts: &[Option<String>]) -> TantivyDocument {
        let mut out = TantivyDocument::default();
        let facts = &document.facts;
        out.add_u64(self.key, document.key.number());
        out.add_u64(self.noun, document.key.noun.into());
        out.add_u64(self.kind, facts.kind.into());
        out.add_u64(self.category, facts.category.into());
        out.add_u64(self.team, facts.team);
        out.add_u64(self.inbox, facts.inbox);
        out.add_u64(self.organisation, facts.organisation);
        out.add_u64(self.assignee, facts.assignee);
        out.add_i64(self.changed, facts.changed_at_ms);
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
            out.add_text(self.tag, tag.to_lowercase());
        }
        out.add_u64(self.has_file, u64::from(!document.files.is_empty()));
        out.add_u64(self.waits, u64::from(texts.iter().any(Option::is_none)));
        out
    }
}
