//! `/api/v1/wallboard`.
use super::policy::{Figures, Group, People, Person, Wallboard};
use crate::tickets::ViewTickets;
use kernel::{clock::Millis, id::Id};
use platform::{
    authority::{Grant, Team, User},
    db,
    web::{Failure, Json},
};
use utoipa::ToSchema;

/// How the desk stands.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Wallboard)]
pub struct Body {
    #[schema(value_type = String)]
    pub at: Millis,
    pub total: FiguresBody,
    /// Teams by line and name; tickets without a team are the last one, without `team`.
    pub groups: Vec<GroupBody>,
    /// Your own open tickets.
    pub own: Option<PersonBody>,
    /// `null` where persons are not counted one by one; then `people_hidden` says why.
    pub people: Option<Vec<PersonBody>>,
    /// `works_council` or `permission`.
    pub people_hidden: Option<&'static str>,
}
/// A team.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = WallboardGroup)]
pub struct GroupBody {
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    pub name: String,
    /// 1 is the first; `null` where the team is in no line.
    pub line: Option<i64>,
    #[serde(flatten)]
    pub figures: FiguresBody,
}
/// Tickets now and in the last 24 hours.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = WallboardFigures)]
pub struct FiguresBody {
    pub open: i64,
    pub waiting: i64,
    pub unassigned: i64,
    pub late: i64,
    pub due_soon: i64,
    #[schema(value_type = Option<String>)]
    pub oldest_unassigned_at: Option<Millis>,
    /// One number for each hour of the clock, the present one last.
    pub opened: Vec<i64>,
    /// As `opened`; `null` in the works-council mode.
    pub solved: Option<Vec<i64>>,
    /// In the works-council mode `null` where fewer than five people could have done it, and so are the next two.
    pub solved_in_all: Option<i64>,
    /// Promises that were decided in these hours.
    pub promises_kept: Option<i64>,
    pub promises_broken: Option<i64>,
}
/// Somebody's open tickets.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = WallboardPerson)]
pub struct PersonBody {
    #[schema(value_type = String)]
    pub user: Id<User>,
    pub name: String,
    pub open: i64,
    pub waiting: i64,
    pub late: i64,
}
impl From<Person> for PersonBody {
    fn from(one: Person) -> PersonBody {
        PersonBody { user: one.id, name: one.name, open: one.open, waiting: one.waiting, late: one.late }
    }
}
impl From<Figures> for FiguresBody {
    fn from(of: Figures) -> FiguresBody {
        FiguresBody {
            open: of.standing.open,
            waiting: of.standing.waiting,
            unassigned: of.standing.unassigned,
            late: of.standing.late,
            due_soon: of.standing.soon,
            oldest_unassigned_at: of.standing.oldest_ms,
            opened: of.opened.to_vec(),
            solved: of.solved_hours().map(|hours| hours.to_vec()),
            solved_in_all: of.solved_sum(),
            promises_kept: of.promises().map(|(kept, _)| kept),
            promises_broken: of.promises().map(|(kept, decided)| decided - kept),
        }
    }
}
impl From<Group> for GroupBody {
    fn from(group: Group) -> GroupBody {
        let team = Some(group.team).filter(|team| team.number() != 0);
        let line = group.line.map(|(position, _)| position);
        GroupBody { team, name: group.name, line, figures: group.figures.into() }
    }
}
impl From<Wallboard> for Body {
    fn from(board: Wallboard) -> Body {
        let (people, people_hidden) = match board.people {
            People::Each(people) => (Some(people.into_iter().map(PersonBody::from).collect()), None),
            People::CouncilMode => (None, Some("works_council")),
            People::NotAllowed => (None, Some("permission")),
        };
        Body {
            at: board.at,
            total: board.total.into(),
            groups: board.groups.into_iter().map(GroupBody::from).collect(),
            own: board.own.map(PersonBody::from),
            people,
            people_hidden,
        }
    }
}

/// How the desk stands now, and what it did in the last 24 hours, by team; only tickets that you see count.
#[utoipa::path(get, path = "/api/v1/wallboard", tag = "tickets", responses((status = 200, body = Body)))]
pub async fn get(grant: Grant<ViewTickets>) -> Result<Json<Body>, Failure> {
    let board = grant.read::<_, db::Error>(|tx| super::pages::load(tx)).await?;
    Ok(Json(board.into()))
}
