//! Who is called by name in a text. No I/O.
use kernel::{id::Id, text};
use platform::authority::{Team, User};

/// Somebody who can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callable {
    pub who: Called,
    pub name: String,
    /// Without an address, as teams are.
    pub email: Option<String>,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Called {
    User(Id<User>),
    Team(Id<Team>),
}

impl Callable {
    /// Everything that means them behind an `@`, folded: the name, the address, and what stands before its `@`.
    fn handles(&self) -> impl Iterator<Item = String> {
        let local = self.email.as_deref().and_then(|email| email.split('@').next());
        [Some(self.name.as_str()), self.email.as_deref(), local].into_iter().flatten().map(text::fold)
    }
}

/// What was found in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Each once, in the order of the text.
    pub called: Vec<Called>,
    /// Names that several have, each once: nobody is meant.
    pub unclear: Vec<String>,
}

/// The longest name and what is around it.
const REACH: usize = 160;

/// Who is called in `words`: by `@` or `@@` where a word begins, and the longest name that follows. Case and accents
/// do not count. What is nobody's name is just text.
pub fn find(words: &str, callable: &[Callable]) -> Found {
    let mut found = Found::default();
    let handles: Vec<(String, &Callable)> =
        callable.iter().flat_map(|one| one.handles().map(move |handle| (handle, one))).collect();
    let mut before = ' ';
    let mut rest = words;
    while let Some(at) = rest.find('@') {
        before = rest[..at].chars().next_back().unwrap_or(before);
        rest = rest[at + 1..].strip_prefix('@').unwrap_or(&rest[at + 1..]);
        if before.is_alphanumeric() || "._-+".contains(before) {
            // An e-mail address.
            before = '@';
            continue;
        }
        before = '@';
        let ahead: String = rest.chars().take_while(|sign| *sign != '\n').take(REACH).collect();
        if ahead.starts_with(char::is_whitespace) {
            continue;
        }
        let ahead = text::fold(&ahead);
        let fits = |handle: &str| {
            let end = ahead.strip_prefix(handle).map(|end| end.chars().next());
            !handle.is_empty() && end.is_some_and(|next| next.is_none_or(|sign| !sign.is_alphanumeric()))
        };
        let fitting = || handles.iter().filter(|(handle, _)| fits(handle));
        let Some(longest) = fitting().map(|(handle, _)| handle.len()).max() else { continue };
        let mut meant: Vec<&Callable> =
            fitting().filter(|(handle, _)| handle.len() == longest).map(|(_, one)| *one).collect();
        meant.dedup_by_key(|one| one.who);
        match meant.as_slice() {
            [one] if !found.called.contains(&one.who) => found.called.push(one.who),
            [_] => {}
            [several, ..] if !found.unclear.contains(&several.name) => {
                found.unclear.push(several.name.clone());
            }
            _ => {}
        }
    }
    found
}

/// What one writes to mean exactly this person or team.
pub fn handle(one: &Callable, all: &[Callable]) -> String {
    let is_alone = |handle: &str| {
        let handle = text::fold(handle);
        all.iter().all(|other| other.who == one.who || other.handles().all(|theirs| theirs != handle))
    };
    let local = one.email.as_deref().and_then(|email| email.split('@').next());
    let ways = [Some(one.name.as_str()), local];
    let alone = ways.into_iter().flatten().find(|handle| is_alone(handle));
    alone.or(one.email.as_deref()).unwrap_or(&one.name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: i64, name: &str, email: &str) -> Callable {
        Callable { who: Called::User(Id::new(id)), name: name.into(), email: Some(email.into()) }
    }
    fn people() -> Vec<Callable> {
        vec![
            user(1, "Ada Peters", "peters@desk.example"),
            user(2, "Ada", "a.berg@desk.example"),
            user(3, "Jörg Weiß", "joerg@desk.example"),
            user(4, "Anna Schmidt", "anna@desk.example"),
            user(5, "Anna Schmidt", "anna.schmidt@desk.example"),
            Callable { who: Called::Team(Id::new(7)), name: "1st line".into(), email: None },
        ]
    }
    fn called(text: &str) -> Vec<Called> {
        find(text, &people()).called
    }
    fn users(ids: &[i64]) -> Vec<Called> {
        ids.iter().map(|id| Called::User(Id::new(*id))).collect()
    }

    #[test]
    fn the_longest_name_counts_whatever_its_case_and_accents() {
        assert_eq!(called("@Ada Peters: please look"), users(&[1]));
        assert_eq!(called("@Ada, please; and @ada  PETERS"), users(&[2, 1]));
        assert_eq!(called("(@@jorg weiss)"), users(&[3]));
        assert_eq!(called("@1st line\nand @joerg"), [Called::Team(Id::new(7)), Called::User(Id::new(3))]);
        assert_eq!(called("@Ada @Ada @Ada"), users(&[2]), "each once");
    }
    #[test]
    fn what_is_no_name_and_no_call_is_text() {
        for text in
            ["", "@", "@@", "@ Ada", "mail ada@desk.example", "x.@Ada", "@Adam", "@nobody", "a @\nAda"]
        {
            assert_eq!(called(text), [], "{text}");
        }
        assert_eq!(called("@peters@desk.example"), users(&[1]), "an address is a name too");
    }
    #[test]
    fn a_name_that_several_have_calls_nobody_and_is_named() {
        let found = find("@Anna Schmidt and @anna.schmidt", &people());
        assert_eq!((found.called, found.unclear), (users(&[5]), vec!["Anna Schmidt".to_owned()]));
    }
    #[test]
    fn whoever_is_chosen_is_found_again() {
        let all = people();
        for one in &all {
            let text = format!("hello @{} there", handle(one, &all));
            assert_eq!(find(&text, &all).called, [one.who], "{text}");
        }
    }
}
