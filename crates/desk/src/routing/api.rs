//! `/api/v1/skills`, `/api/v1/routing/…` and why a ticket lies where it lies.
use super::{
    ManageRouting, RoutingError, actions,
    choices::{self, Choice, Names, Summary},
    decide::{Need, Verdict},
    give,
    policy::{Abilities, NeedDraft, NeedsDraft, PlanDraft, Skill, SkillChanges, SkillDraft},
    store,
};
use crate::{
    filter,
    tickets::{self, EditTickets, Ticket, ViewTickets},
};
use axum::{extract::Query, http::StatusCode};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Team, Tx, User},
    i18n::Language,
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing, Paged},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Something that one has to know to help.
#[derive(Serialize, ToSchema)]
#[schema(as = Skill)]
pub struct SkillBody {
    #[schema(value_type = String)]
    pub id: Id<Skill>,
    pub name: String,
    pub is_archived: bool,
    /// Active people who have it.
    pub people: i64,
}
impl From<Skill> for SkillBody {
    fn from(skill: Skill) -> SkillBody {
        SkillBody { id: skill.id, name: skill.name, is_archived: skill.is_archived, people: skill.people }
    }
}
fn one_skill(tx: &mut Tx<ManageRouting>, id: Id<Skill>) -> Result<SkillBody, RoutingError> {
    Ok(store::skill(tx, id)?.ok_or(RoutingError::Unknown)?.into())
}

/// List all skills, those in use first.
#[utoipa::path(get, path = "/api/v1/skills", tag = "routing", params(Paged),
    responses((status = 200, body = Listing<SkillBody>)))]
pub async fn skills(
    grant: Grant<ManageRouting>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<SkillBody>>, Failure> {
    let rows = grant.read::<_, RoutingError>(|tx| Ok(store::skills(tx)?)).await?;
    Ok(Json(paged.of_whole(rows, |row| row.id.to_string(), SkillBody::from)?))
}

/// Add a skill.
#[utoipa::path(post, path = "/api/v1/skills", tag = "routing", request_body = SkillDraft,
    responses((status = 201, body = SkillBody)))]
pub async fn post_skill(
    grant: Grant<ManageRouting>,
    Keyed(key, draft): Keyed<SkillDraft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let made = grant.change::<_, RoutingError>(move |tx| {
        once(tx, key.as_ref(), |tx| {
            let id = actions::create_skill(tx, draft)?;
            one_skill(tx, id)
        })
    });
    Ok(Created(made.await?))
}

/// Rename a skill, or take it out of use.
#[utoipa::path(patch, path = "/api/v1/skills/{id}", tag = "routing", params(("id" = String, Path)),
    request_body = SkillChanges, responses((status = 200, body = SkillBody)))]
pub async fn patch_skill(
    grant: Grant<ManageRouting>,
    InPath(id): InPath<Id<Skill>>,
    Json(changes): Json<SkillChanges>,
) -> Result<Json<SkillBody>, Failure> {
    let body = grant.change::<_, RoutingError>(move |tx| {
        actions::edit_skill(tx, id, changes)?;
        one_skill(tx, id)
    });
    Ok(Json(body.await?))
}

/// What somebody can do, how much at a time, and when.
#[utoipa::path(get, path = "/api/v1/routing/agents/{id}", tag = "routing", params(("id" = String, Path)),
    responses((status = 200, body = Abilities)))]
pub async fn agent(
    grant: Grant<ManageRouting>,
    InPath(id): InPath<Id<User>>,
) -> Result<Json<Abilities>, Failure> {
    Ok(Json(grant.read(move |tx| actions::abilities(tx, id)).await?))
}

/// Say it anew; what is left out is forgotten.
#[utoipa::path(put, path = "/api/v1/routing/agents/{id}", tag = "routing", params(("id" = String, Path)),
    request_body = Abilities, responses((status = 200, body = Abilities)))]
pub async fn put_agent(
    grant: Grant<ManageRouting>,
    InPath(id): InPath<Id<User>>,
    Json(new): Json<Abilities>,
) -> Result<Json<Abilities>, Failure> {
    let body = grant.change::<_, RoutingError>(move |tx| {
        actions::set_abilities(tx, id, new)?;
        actions::abilities(tx, id)
    });
    Ok(Json(body.await?))
}

fn one_plan(tx: &mut Tx<ManageRouting>, team: Id<Team>) -> Result<PlanDraft, RoutingError> {
    if !tickets::store::team_exists(tx, team)? {
        return Err(RoutingError::Unknown);
    }
    Ok(store::plan(tx, team)?.map(|plan| plan.draft()).unwrap_or_default())
}

/// How a team's work is given out.
#[utoipa::path(get, path = "/api/v1/routing/plans/{team}", tag = "routing", params(("team" = String, Path)),
    responses((status = 200, body = PlanDraft)))]
pub async fn plan(
    grant: Grant<ManageRouting>,
    InPath(team): InPath<Id<Team>>,
) -> Result<Json<PlanDraft>, Failure> {
    Ok(Json(grant.read(move |tx| one_plan(tx, team)).await?))
}

/// Say how a team's work is given out.
#[utoipa::path(put, path = "/api/v1/routing/plans/{team}", tag = "routing", params(("team" = String, Path)),
    request_body = PlanDraft, responses((status = 200, body = PlanDraft)))]
pub async fn put_plan(
    grant: Grant<ManageRouting>,
    InPath(team): InPath<Id<Team>>,
    Json(draft): Json<PlanDraft>,
) -> Result<Json<PlanDraft>, Failure> {
    let body = grant.change::<_, RoutingError>(move |tx| {
        actions::set_plan(tx, team, draft)?;
        one_plan(tx, team)
    });
    Ok(Json(body.await?))
}

fn all_needs(tx: &mut Tx<ManageRouting>) -> Result<NeedsDraft, RoutingError> {
    let names = filter::Names::load(tx)?;
    let needs = store::needs(tx)?.into_iter().map(|row| NeedDraft {
        filter: super::policy::read_filter(&row.filter)
            .map_or(row.filter, |tree| filter::print(&tree, &names)),
        skill: row.skill_id,
        level: row.level,
        least: Some(row.least),
    });
    let needs = needs.collect();
    Ok(NeedsDraft { needs, weights: give::weights(tx)?.all().clone() })
}

/// What tickets ask for, and what each channel takes of somebody.
#[utoipa::path(get, path = "/api/v1/routing/needs", tag = "routing", responses((status = 200, body = NeedsDraft)))]
pub async fn needs(grant: Grant<ManageRouting>) -> Result<Json<NeedsDraft>, Failure> {
    Ok(Json(grant.read(all_needs).await?))
}

/// Say anew what tickets ask for. Weights that are left out are the usual ones.
#[utoipa::path(put, path = "/api/v1/routing/needs", tag = "routing", request_body = NeedsDraft,
    responses((status = 200, body = NeedsDraft)))]
pub async fn put_needs(
    grant: Grant<ManageRouting>,
    Json(draft): Json<NeedsDraft>,
) -> Result<Json<NeedsDraft>, Failure> {
    let body = grant.change::<_, RoutingError>(move |tx| {
        actions::set_needs(tx, draft)?;
        all_needs(tx)
    });
    Ok(Json(body.await?))
}

/// A ticket that waits for somebody.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitingTicket)]
pub struct WaitingBody {
    #[schema(value_type = i64)]
    pub ticket: i64,
    pub subject: String,
    pub team: String,
    #[schema(value_type = String)]
    pub since: Millis,
    /// Why, in the language of the caller.
    pub reason: String,
}

/// What waits for somebody within the caller's sight, and why; the most urgent first, 200 at most.
#[utoipa::path(get, path = "/api/v1/routing/waiting", tag = "routing",
    responses((status = 200, body = Listing<WaitingBody>)))]
pub async fn waiting(grant: Grant<ViewTickets>) -> Result<Json<Listing<WaitingBody>>, Failure> {
    let language = grant.actor().language;
    let (rows, names) =
        grant.read::<_, RoutingError>(|tx| Ok((store::waiting_in_sight(tx)?, Names::load(tx, &[])?))).await?;
    let most = rows.len();
    let body = |row: store::WaitingRow| WaitingBody {
        ticket: row.id.number(),
        reason: Summary::read(&row.content).sentence(&names, language),
        subject: row.subject,
        team: row.team_name,
        since: row.since_ms,
    };
    Ok(Json(Listing::of(rows, most, |row| row.id.to_string(), body)))
}

/// Why a ticket was given to somebody, or taken from them.
#[derive(Serialize, ToSchema)]
#[schema(as = RoutingChoice)]
pub struct ChoiceBody {
    #[schema(value_type = String)]
    pub at: Millis,
    /// `given` or `taken_back`.
    pub kind: String,
    #[schema(value_type = String)]
    pub user: Id<User>,
    /// In words, in the language of the caller.
    pub reason: String,
    /// Steps by which what is asked for was lowered, because it waited.
    pub relaxed: i64,
    pub needs: Vec<NeedBody>,
    pub candidates: Vec<CandidateBody>,
}
/// A skill that the ticket asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = RoutingChoiceNeed)]
pub struct NeedBody {
    #[schema(value_type = String)]
    pub skill: Id<Skill>,
    pub level: i64,
}
/// Somebody who was looked at.
#[derive(Serialize, ToSchema)]
#[schema(as = RoutingCandidate)]
pub struct CandidateBody {
    #[schema(value_type = String)]
    pub user: Id<User>,
    pub name: String,
    pub is_able: bool,
    /// Why not, in words.
    pub reason: Option<String>,
    /// Of whoever could take it: hundredths in hand.
    pub load: Option<i64>,
    pub limit: Option<i64>,
    /// Of whoever could take it: their levels in what was asked for, added up.
    pub skill: Option<i64>,
}
fn choice_body(choice: Choice, names: &Names, language: Language) -> ChoiceBody {
    let kept = choice.kept;
    let candidate = |candidate: &super::decide::Candidate| {
        let score = candidate.score();
        CandidateBody {
            user: candidate.agent,
            name: names.person(candidate.agent).to_owned(),
            is_able: matches!(candidate.verdict, Verdict::Able(_)),
            reason: candidate.no().map(|no| choices::refusal(no, names, language)),
            load: score.map(|score| score.load),
            limit: score.map(|score| score.limit),
            skill: score.map(|score| score.skill),
        }
    };
    ChoiceBody {
        reason: choices::reason(&kept, choice.row.user_id, language),
        at: choice.row.at_ms,
        kind: choice.row.kind,
        user: choice.row.user_id,
        relaxed: kept.relaxed,
        needs: kept
            .needs
            .iter()
            .map(|need: &Need| NeedBody { skill: need.skill, level: need.after(kept.relaxed) })
            .collect(),
        candidates: kept.candidates.iter().map(candidate).collect(),
    }
}

/// Why a ticket lies where it lies: what was chosen, the newest first, with everybody who was looked at.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/routing", tag = "routing", params(("number" = i64, Path)),
    responses((status = 200, body = Listing<ChoiceBody>)))]
pub async fn choices(
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Json<Listing<ChoiceBody>>, Failure> {
    let language = grant.actor().language;
    let (found, names) = grant
        .read::<_, RoutingError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            Ok(super::choices::of(tx, ticket.id)?)
        })
        .await?;
    let most = found.len();
    let id = |choice: &Choice| choice.row.id.to_string();
    Ok(Json(Listing::of(found, most, id, |choice| choice_body(choice, &names, language))))
}

/// The ticket that the caller got.
#[derive(Serialize, ToSchema)]
#[schema(as = NextTicket)]
pub struct NextBody {
    /// Null where nothing waits that the caller could take.
    pub ticket: Option<i64>,
}

/// Take the most urgent ticket of one's teams that one can take.
#[utoipa::path(post, path = "/api/v1/routing/next", tag = "routing", responses((status = 200, body = NextBody)))]
pub async fn next(grant: Grant<EditTickets>) -> Result<(StatusCode, Json<NextBody>), Failure> {
    let ticket = grant.change::<_, RoutingError>(give::next).await?;
    Ok((StatusCode::OK, Json(NextBody { ticket: ticket.map(Id::number) })))
}
