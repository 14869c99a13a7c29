//! `/profile/absence`: when one is away.
use super::{Absence, Draft, actions, policy, store};
use crate::{
    users::{self, store::UserName},
    web::{Done, again, see},
};
use axum::{
    extract::Query,
    response::Response,
    routing::{get, post},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Myself, Tx},
    web::{Failure, Form, Page, Routes, Ui},
};

#[derive(askama::Template)]
#[template(path = "absences/absence.html")]
struct AbsencePage {
    ui: Ui,
    form: Form,
    done: &'static str,
    problem: &'static str,
    /// What was said; `None` where that is over.
    absence: Option<Absence>,
    colleagues: Vec<UserName>,
}
impl AbsencePage {
    fn is_now(&self) -> bool {
        self.absence.as_ref().is_some_and(|absence| absence.is_now(self.ui.now))
    }
}

fn load(tx: &mut Tx<Myself>) -> Result<(Option<Absence>, Vec<UserName>), Problem> {
    let me = tx.actor().user().ok_or(Problem::new(403, "permission_required"))?;
    let now = tx.now();
    let absence = store::of(tx, me)?.filter(|absence| absence.until_ms > now);
    let mut colleagues = users::store::assignable(tx)?;
    colleagues.retain(|one| one.id != me);
    Ok((absence, colleagues))
}

async fn page(grant: &Grant<Myself>, ui: Ui) -> Result<AbsencePage, Failure> {
    let (absence, colleagues) = grant.read(load).await?;
    let zone = actions::zone_of(grant.actor());
    let form = match &absence {
        Some(absence) => Form::filled([
            ("from", policy::day(absence.from_ms, &zone)),
            ("to", policy::day(absence.last_day(), &zone)),
            ("deputy", absence.deputy_id.map_or_else(String::new, |id| id.to_string())),
        ]),
        None => Form::default(),
    };
    Ok(AbsencePage { ui, form, done: "", problem: "", absence, colleagues })
}

async fn show(grant: Grant<Myself>, ui: Ui, Query(done): Query<Done>) -> Result<Page<AbsencePage>, Failure> {
    let shown = page(&grant, ui).await?;
    Ok(Page(AbsencePage { done: done.words(), ..shown }))
}

/// `POST /profile/absence`; with `back` one is there after all.
async fn save(grant: Grant<Myself>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(&["from", "to", "deputy", "back"])?;
    if form.is_on("back") {
        grant.change(actions::come_back).await?;
        return Ok(see("/profile/absence?done=saved"));
    }
    let deputy = form.some("deputy").map(|id| id.parse().unwrap_or(Id::new(0)));
    let draft = Draft { from: form.get("from").into(), to: form.get("to").into(), deputy };
    match grant.change(move |tx| actions::say(tx, &draft)).await {
        Ok(()) => Ok(see("/profile/absence?done=saved")),
        Err(problem) => {
            let shown = page(&grant, ui).await?;
            again(problem, form, |form, problem| AbsencePage { form, problem, ..shown })
        }
    }
}

pub fn routes() -> Routes {
    Routes::new().get::<Myself>("/profile/absence", get(show)).post::<Myself>("/profile/absence", post(save))
}
