//! SQL for saved views. Nothing else.
use super::policy::{NewView, Saved};
use crate::{tickets::ViewTickets, views::columns::Choice};
use derive::Record;
use kernel::id::Id;
use platform::{
    args,
    authority::{Implies, Tx, User},
    db::Result,
    sql,
};

/// The condition that a view is somebody's: their own, one of their teams' or the desk's. Uses `$1` (person), `$2` (the
/// ids of teams) and `$3` (whether all teams' are theirs to look after).
macro_rules! theirs {
    () => {
        "(v.owner_id = $1 OR v.team_id {in $2} OR v.reach = 'desk' OR ($3 = TRUE AND v.reach = 'team'))"
    };
}
macro_rules! columns {
    () => {
        "v.id, v.name, v.filter, v.sort, v.reach, v.owner_id, v.team_id, v.position, v.is_archived"
    };
}

fn person<P>(tx: &Tx<P>) -> (i64, String, bool) {
    let actor = tx.actor();
    (actor.user().map_or(-1, Id::number), Id::list(&actor.teams), actor.reach("views.manage").is_some())
}

/// A view, if it is somebody's.
pub fn see<P: Implies<ViewTickets>>(tx: &mut Tx<P>, id: Id<Saved>) -> Result<Option<Saved>> {
    let (me, teams, is_all) = person(tx);
    tx.find(
        sql!(concat!("SELECT ", columns!(), " FROM view v WHERE v.id = $4 AND ", theirs!())),
        args![me, &teams, is_all, id],
    )
}
/// All that are somebody's, the archived ones too, in the order of the side bar; 500 at most.
pub fn all<P: Implies<ViewTickets>>(tx: &mut Tx<P>) -> Result<Vec<Saved>> {
    let (me, teams, is_all) = person(tx);
    tx.all(
        sql!(concat!(
            "SELECT ",
            columns!(),
            " FROM view v WHERE ",
            theirs!(),
            " ORDER BY CASE v.reach WHEN 'personal' THEN 0 WHEN 'team' THEN 1 ELSE 2 END, v.position, v.id LIMIT 500"
        )),
        args![me, &teams, is_all],
    )
}
/// Views after the id `after`, for the API.
pub fn page<P: Implies<ViewTickets>>(tx: &mut Tx<P>, after: Id<Saved>, limit: usize) -> Result<Vec<Saved>> {
    let (me, teams, is_all) = person(tx);
    tx.all(
        sql!(concat!(
            "SELECT ",
            columns!(),
            " FROM view v WHERE v.id > $4 AND ",
            theirs!(),
            " ORDER BY v.id LIMIT $5"
        )),
        args![me, &teams, is_all, after, limit],
    )
}

/// A line of the side bar, or how a list is looked at.
#[derive(Record)]
pub struct Beside {
    kind: String,
    id: i64,
    name: String,
    a: String,
    b: String,
}
/// The views in somebody's side bar, 40 at most, and how they look at the list `list`. One statement.
pub fn beside<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    list: &str,
) -> Result<(Vec<(Id<Saved>, String)>, Option<Choice>)> {
    let (me, teams, _) = person(tx);
    let rows = tx.all::<Beside>(
        sql!(
            "SELECT kind, id, name, a, b FROM (
               SELECT * FROM (
                 SELECT 'view' AS kind, v.id, v.name, v.reach AS a, '' AS b,
                        CASE v.reach WHEN 'personal' THEN 0 WHEN 'team' THEN 1 ELSE 2 END AS stage, v.position AS place
                   FROM view v
                  WHERE v.is_archived = FALSE AND (v.owner_id = $1 OR v.team_id {in $2} OR v.reach = 'desk')
                  ORDER BY stage, place, id LIMIT 40) x
               UNION ALL
               SELECT 'choice', 0, list, sort, columns, 0, 0 FROM list_choice WHERE user_id = $1 AND list = $3) y
              ORDER BY stage, place, id"
        ),
        args![me, &teams, list],
    )?;
    let (mut views, mut choice) = (Vec::new(), None);
    for row in rows {
        match row.kind.as_str() {
            "view" => views.push((Id::new(row.id), row.name)),
            _ => choice = Some(Choice::of(&row.a, &row.b)),
        }
    }
    Ok((views, choice))
}

/// A new row, behind the others of the same people. `filter` is in its stored form.
pub fn insert<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    new: &NewView,
    filter: &str,
    owner: Option<Id<User>>,
) -> Result<Id<Saved>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO view (name, filter, sort, reach, owner_id, team_id, position, created_at_ms, updated_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, (SELECT coalesce(max(position), 0) + 1 FROM view), $7, $7) RETURNING id"
        ),
        args![&new.name, filter, new.sort, new.reach, owner, new.team, now],
    )?;
    Ok(id)
}
pub fn update<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    id: Id<Saved>,
    new: &NewView,
    filter: &str,
    owner: Option<Id<User>>,
    is_archived: bool,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE view SET name = $2, filter = $3, sort = $4, reach = $5, owner_id = $6, team_id = $7,
                    is_archived = $8, updated_at_ms = $9 WHERE id = $1"
        ),
        args![id, &new.name, filter, new.sort, new.reach, owner, new.team, is_archived, now],
    )
    .map(drop)
}
pub fn place<P: Implies<ViewTickets>>(tx: &mut Tx<P>, id: Id<Saved>, position: i64) -> Result<()> {
    tx.run(sql!("UPDATE view SET position = $2 WHERE id = $1"), args![id, position]).map(drop)
}
