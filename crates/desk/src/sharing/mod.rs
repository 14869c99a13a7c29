//! Whose a canned reply, a macro or a template is: one person's, a team's, or the whole desk's.
//!
//! Everybody who writes in tickets has things of their own. Those of a team and of the desk are seen by whoever
//! belongs there, and changed by whoever has [`ManageAnswers`], as far as it reaches.
use derive::Record;
use kernel::{fault::Problem, id::Id, text};
use platform::{
    authority::{Actor, Scope, Team, Tx, User},
    db,
};
use utoipa::ToSchema;

platform::translations!();
platform::permissions! {
    /// Change the canned replies, macros and templates of teams and of the desk.
    ManageAnswers = "answers.manage" [scoped];
}

/// Who sees something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Share {
    /// Whoever made it.
    #[default]
    Own,
    /// The people of a team.
    Team,
    /// Everybody who works here.
    Desk,
}
platform::words! { Share { Own = "own", Team = "team", Desk = "desk" } }

/// Who sees a row.
#[derive(Clone, Debug, PartialEq, Record)]
pub struct Shared {
    pub share: Share,
    pub owner_id: Option<Id<User>>,
    pub team_id: Option<Id<Team>>,
}

/// The condition that the row `x` is one that a person sees. Uses `$1` (the person), `$2` (whether those of all teams)
/// and `$3` (their teams).
macro_rules! shared_with {
    () => {
        "(x.share = 'desk' OR x.owner_id = $1 OR (x.share = 'team' AND ($2 = TRUE OR x.team_id {in $3})))"
    };
}
pub(crate) use shared_with;

/// The values of `$1`, `$2`, `$3` of [`shared_with!`].
pub struct Sees {
    pub person: i64,
    pub is_all_teams: bool,
    pub teams: String,
}
impl Sees {
    pub fn of(actor: &Actor) -> Sees {
        Sees {
            person: actor.user().map_or(-1, Id::number),
            is_all_teams: actor.reach("answers.manage") == Some(Scope::All),
            teams: Id::list(&actor.teams),
        }
    }
}

/// Characters of a name and of a folder.
pub const NAME_MOST: usize = 120;
pub const FOLDER_MOST: usize = 80;

/// What a search looks in.
pub(crate) fn searched(folder: &str, name: &str) -> String {
    text::fold(&format!("{folder} {name}"))
}
/// The pattern for `searched LIKE`; empty where nothing is asked for.
pub(crate) fn pattern(asked: &str) -> String {
    let asked = text::fold(asked).replace(['\\', '%', '_'], " ");
    if asked.is_empty() { asked } else { format!("%{asked}%") }
}

/// Writes `all`, `page` and `see` of a store whose rows are shared: `shared_rows!(Macro: "SELECT … FROM macro x … WHERE ")`.
macro_rules! shared_rows {
    ($row:ty: $select:expr) => {
        /// All that the person sees, by folder and name, 1,000 at most; those out of use at the end, if they are wanted.
        pub fn all<P: platform::authority::Implies<crate::tickets::NoteTickets>>(
            tx: &mut platform::authority::Tx<P>,
            with_archived: bool,
        ) -> platform::db::Result<Vec<$row>> {
            let sees = crate::sharing::Sees::of(tx.actor());
            tx.all(
                platform::sql!(concat!(
                    $select,
                    crate::sharing::shared_with!(),
                    " AND (x.is_archived = FALSE OR $4 = TRUE) ORDER BY x.is_archived, x.searched, x.id LIMIT 1000"
                )),
                platform::args![sees.person, sees.is_all_teams, &sees.teams, with_archived],
            )
        }

        /// Those that the person sees and whose folder or name has the words, after the id `after`, by id. Looks at
        /// all that the person sees: a desk has hundreds.
        pub fn page<P: platform::authority::Implies<crate::tickets::NoteTickets>>(
            tx: &mut platform::authority::Tx<P>,
            asked: &str,
            after: Option<kernel::id::Id<$row>>,
            limit: usize,
        ) -> platform::db::Result<Vec<$row>> {
            let sees = crate::sharing::Sees::of(tx.actor());
            let (pattern, after) = (crate::sharing::pattern(asked), after.unwrap_or(kernel::id::Id::new(0)));
            tx.all(
                platform::sql!(concat!(
                    $select,
                    crate::sharing::shared_with!(),
                    " AND x.is_archived = FALSE AND x.id > $4 AND ($5 = '' OR x.searched LIKE $5) ORDER BY x.id LIMIT $6"
                )),
                platform::args![sees.person, sees.is_all_teams, &sees.teams, after, &pattern, limit],
            )
        }

        /// One that the person sees, in use or not.
        pub fn see<P: platform::authority::Implies<crate::tickets::NoteTickets>>(
            tx: &mut platform::authority::Tx<P>,
            id: kernel::id::Id<$row>,
        ) -> platform::db::Result<Option<$row>> {
            let sees = crate::sharing::Sees::of(tx.actor());
            tx.find(
                platform::sql!(concat!($select, crate::sharing::shared_with!(), " AND x.id = $4")),
                platform::args![sees.person, sees.is_all_teams, &sees.teams, id],
            )
        }
    };
}
pub(crate) use shared_rows;

impl Shared {
    /// What a form or a program asked for, as far as the person may.
    ///
    /// * errors – 422 without a team that exists; 403 for what others see, without the permission.
    pub fn asked<P>(tx: &mut Tx<P>, share: Share, team: Option<Id<Team>>) -> Result<Shared, Problem> {
        let shared = match share {
            Share::Own => {
                let owner = tx.actor().user().ok_or_else(Problem::not_found)?;
                Shared { share, owner_id: Some(owner), team_id: None }
            }
            Share::Desk => Shared { share, owner_id: None, team_id: None },
            Share::Team => {
                let team = team.ok_or_else(|| Problem::field("team", "required"))?;
                if !crate::tickets::store::team_exists(tx, team).map_err(Problem::from)? {
                    return Err(Problem::field("team", "unknown_id"));
                }
                Shared { share, owner_id: None, team_id: Some(team) }
            }
        };
        shared.may_change(tx.actor()).then_some(shared).ok_or(Problem::new(403, "permission_required"))
    }
    /// Whether the person may change what is shared so.
    pub fn may_change(&self, actor: &Actor) -> bool {
        match (self.share, actor.reach("answers.manage")) {
            (Share::Own, _) => self.owner_id.is_some() && self.owner_id == actor.user(),
            (Share::Team | Share::Desk, Some(Scope::All)) => true,
            (Share::Team, Some(Scope::Team)) => self.team_id.is_some_and(|team| actor.teams.contains(&team)),
            _ => false,
        }
    }
    /// * errors – 403 where the person sees it and may not change it.
    pub fn check_change(&self, actor: &Actor) -> Result<(), Problem> {
        self.may_change(actor).then_some(()).ok_or(Problem::new(403, "permission_required"))
    }
}

/// With whom the person may share, in the order of a form.
pub fn choices(actor: &Actor) -> Vec<Share> {
    match actor.reach("answers.manage") {
        Some(Scope::All) => Share::ALL.to_vec(),
        Some(Scope::Team) => vec![Share::Own, Share::Team],
        _ => vec![Share::Own],
    }
}

/// The teams that the person may share with, by name.
pub fn teams<P>(tx: &mut Tx<P>) -> db::Result<Vec<(Id<Team>, String)>> {
    let (reach, mine) = (tx.actor().reach("answers.manage"), tx.actor().teams.clone());
    let all = people::teams::store::all(tx)?.into_iter().filter(|team| !team.is_archived);
    let may = all.filter(|team| match reach {
        Some(Scope::All) => true,
        Some(Scope::Team) => mine.contains(&team.id),
        _ => false,
    });
    Ok(may.map(|team| (team.id, team.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::authority::Who;

    fn actor(reach: Option<Scope>) -> Actor {
        let permissions = reach.map(|scope| ("answers.manage".to_owned(), scope)).into_iter().collect();
        Actor { who: Who::User(Id::new(1)), permissions, teams: vec![Id::new(7)], ..Actor::system() }
    }
    fn shared(share: Share, owner: Option<i64>, team: Option<i64>) -> Shared {
        Shared { share, owner_id: owner.map(Id::new), team_id: team.map(Id::new) }
    }

    #[test]
    fn who_changes_what() {
        let (mine, theirs) = (shared(Share::Own, Some(1), None), shared(Share::Own, Some(2), None));
        let (my_team, other) = (shared(Share::Team, None, Some(7)), shared(Share::Team, None, Some(8)));
        let desk = shared(Share::Desk, None, None);
        let may =
            |reach| [&mine, &theirs, &my_team, &other, &desk].map(|thing| thing.may_change(&actor(reach)));
        assert_eq!(may(None), [true, false, false, false, false]);
        assert_eq!(may(Some(Scope::Own)), [true, false, false, false, false]);
        assert_eq!(may(Some(Scope::Team)), [true, false, true, false, false]);
        // Nobody changes what is somebody else's own, an administrator neither.
        assert_eq!(may(Some(Scope::All)), [true, false, true, true, true]);
    }
}
