//! What a canned reply is. Types and rules; no database, no clock.
use crate::sharing::{FOLDER_MOST, NAME_MOST, Share, Shared};
use derive::Record;
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use platform::{
    authority::{Team, User},
    i18n::Language,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub const TEXT_MOST: usize = 20_000;

/// A row of the table `canned_reply`.
#[derive(Clone, Debug, Record)]
pub struct CannedReply {
    pub id: Id<CannedReply>,
    pub name: String,
    pub folder: String,
    pub share: Share,
    pub owner_id: Option<Id<User>>,
    pub team_id: Option<Id<Team>>,
    pub team_name: Option<String>,
    pub text_en: String,
    pub text_de: String,
    pub text_nl: String,
    pub is_archived: bool,
    pub uses: i64,
    pub last_used_at_ms: Option<Millis>,
    pub created_at_ms: Millis,
    pub updated_at_ms: Millis,
}
impl CannedReply {
    pub fn shared(&self) -> Shared {
        Shared { share: self.share, owner_id: self.owner_id, team_id: self.team_id }
    }
    pub fn texts(&self) -> Texts {
        Texts { en: self.text_en.clone(), de: self.text_de.clone(), nl: self.text_nl.clone() }
    }
}

/// A text in each language; empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    #[serde(default)]
    pub en: String,
    #[serde(default)]
    pub de: String,
    #[serde(default)]
    pub nl: String,
}
impl Texts {
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::De => &self.de,
            Language::Nl => &self.nl,
        }
    }
    /// The text in the first of the wanted languages that has one; else any that there is.
    pub fn choose(&self, wanted: &[Language]) -> Option<(Language, &str)> {
        let all = wanted.iter().chain(Language::ALL).copied();
        all.map(|language| (language, self.of(language))).find(|(_, text)| !text.is_empty())
    }
    /// Those that there are.
    pub fn each(&self) -> impl Iterator<Item = (Language, &str)> {
        Language::ALL
            .iter()
            .map(|language| (*language, self.of(*language)))
            .filter(|(_, text)| !text.is_empty())
    }
    /// Without blanks at the ends, with mistakes under `name/LANGUAGE`.
    pub(crate) fn parse(self, name: &str, mistakes: &mut Mistakes) -> Texts {
        let tidy = |text: String| text.replace('\0', "").trim().to_owned();
        let texts = Texts { en: tidy(self.en), de: tidy(self.de), nl: tidy(self.nl) };
        for (language, text) in texts.each() {
            mistakes.require(text.len() <= TEXT_MOST, &format!("{name}/{}", language.word()), "too_long");
        }
        texts
    }
}

/// Untrusted input, from the form or the API alike.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCannedReply)]
pub struct Draft {
    pub name: String,
    #[serde(default)]
    pub folder: String,
    /// `own` where it is left out.
    #[serde(default)]
    pub share: Share,
    /// Only with `team`.
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    pub texts: Texts,
}

/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CannedReplyChanges)]
pub struct Changes {
    pub name: Option<String>,
    pub folder: Option<String>,
    pub share: Option<Share>,
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    /// Replaces all languages.
    pub texts: Option<Texts>,
    /// True: nobody is offered it any more. False: it is offered again.
    pub is_archived: Option<bool>,
}

/// A draft that passed, but for whom it is shared with and for its placeholders: those need the database.
#[derive(Clone, Debug)]
pub struct NewCanned {
    pub(super) name: String,
    pub(super) folder: String,
    pub(super) share: Share,
    pub(super) team: Option<Id<Team>>,
    pub(super) texts: Texts,
}

impl Draft {
    /// Reports every mistake at once, by field.
    pub fn parse(self) -> Result<NewCanned, Problem> {
        let mut mistakes = Mistakes::default();
        let name = text::one_line(&self.name, NAME_MOST);
        mistakes.require(!name.is_empty(), "name", "required");
        let texts = self.texts.parse("texts", &mut mistakes);
        mistakes.require(texts.each().next().is_some(), "texts", "required");
        mistakes.require(self.share != Share::Team || self.team.is_some(), "team", "required");
        mistakes.check()?;
        let folder = text::one_line(&self.folder, FOLDER_MOST);
        Ok(NewCanned { name, folder, share: self.share, team: self.team, texts })
    }
}
impl Changes {
    /// The whole as it shall be.
    pub fn over(self, row: &CannedReply) -> Draft {
        let share = self.share.unwrap_or(row.share);
        Draft {
            name: self.name.unwrap_or_else(|| row.name.clone()),
            folder: self.folder.unwrap_or_else(|| row.folder.clone()),
            share,
            team: self.team.or(row.team_id).filter(|_| share == Share::Team),
            texts: self.texts.unwrap_or_else(|| row.texts()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_of_the_customer_comes_first_and_any_is_better_than_none() {
        let texts = Texts { en: "Hello".into(), nl: "Hallo".into(), ..Texts::default() };
        assert_eq!(texts.choose(&[Language::Nl]), Some((Language::Nl, "Hallo")));
        assert_eq!(texts.choose(&[Language::De, Language::Nl]), Some((Language::Nl, "Hallo")));
        assert_eq!(texts.choose(&[Language::De]), Some((Language::En, "Hello")));
        assert_eq!(Texts::default().choose(&[Language::De]), None);
    }
    #[test]
    fn a_reply_has_a_name_and_at_least_one_text() {
        let problem = Draft { share: Share::Team, ..Draft::default() }.parse().unwrap_err();
        let pointers: Vec<_> = problem.fields.iter().map(|field| field.pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/texts", "/team"]);
        let texts = Texts { de: " Hallo \n".into(), ..Texts::default() };
        let new = Draft { name: " Gruß\n".into(), texts, ..Draft::default() }.parse().unwrap();
        assert_eq!((new.name.as_str(), new.texts.de.as_str()), ("Gruß", "Hallo"));
    }
}
