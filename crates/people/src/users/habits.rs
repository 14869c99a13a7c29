//! How somebody likes to work: seconds to take back an answer, the status proposed after one, keys of their own.
use super::{UserChanged, UserError, store};
use crate::web::{Done, again, see};
use axum::{
    extract::Query,
    response::Response,
    routing::{get, post},
};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
};
use platform::{
    authority::{Grant, Myself, Tx, User},
    web::{
        Failure, Form, Page, Routes, Ui,
        shortcuts::{self, ACTIONS},
    },
};

#[derive(askama::Template)]
#[template(path = "users/keys.html")]
struct KeysPage {
    ui: Ui,
    form: Form,
    done: &'static str,
    problem: &'static str,
}
impl KeysPage {
    /// What an action's field shows: what came back, else the keys that are in use.
    fn keys(&self, shortcut: &shortcuts::Shortcut) -> String {
        if self.form.mistakes.is_empty() {
            shortcut.text()
        } else {
            self.form.get(shortcut.action.id).to_owned()
        }
    }
}

fn me<P: 'static>(grant: &Grant<P>) -> Result<Id<User>, Problem> {
    grant.actor().user().ok_or(Problem::new(403, "permission_required"))
}

async fn show(_: Grant<Myself>, ui: Ui, Query(done): Query<Done>) -> Result<Page<KeysPage>, Failure> {
    Ok(Page(KeysPage { ui, form: Form::default(), done: done.words(), problem: "" }))
}

/// Saves the keys, or with `reset` goes back to the usual ones.
async fn save(grant: Grant<Myself>, ui: Ui, form: Form) -> Result<Response, Failure> {
    let mut known: Vec<&str> = ACTIONS.iter().map(|action| action.id).collect();
    known.push("reset");
    form.only(&known)?;
    let user = me(&grant)?;
    let asked = |id: &str| form.names().any(|name| name == id).then(|| form.get(id));
    let parsed = match form.is_on("reset") {
        true => Ok(shortcuts::Own::new()),
        false => shortcuts::parse(asked),
    };
    let own = match parsed {
        Ok(own) => own,
        Err(mistakes) => {
            let problem = mistakes.check().err().unwrap_or_else(Problem::internal);
            return again(problem, form, |form, problem| KeysPage { ui, form, done: "", problem });
        }
    };
    let json = serde_json::to_string(&own).map_err(|_| Problem::internal())?;
    let work = move |tx: &mut Tx<Myself>| {
        store::set_shortcuts(tx, user, &json)?;
        tx.emit(UserChanged { user, fields: vec!["profile"] })?;
        Ok::<_, UserError>(())
    };
    grant.change(work).await?;
    Ok(see("/profile/keys?done=saved"))
}

/// How one sends. The page is the profile's.
pub(super) async fn save_sending(grant: &Grant<Myself>, form: &Form) -> Result<(), Failure> {
    form.only(&["undo_seconds", "remember_status"])?;
    let user = me(grant)?;
    let mut mistakes = Mistakes::default();
    let seconds = form.number("undo_seconds", &mut mistakes).unwrap_or(0);
    mistakes.require((0..=60).contains(&seconds), "undo_seconds", "out_of_range");
    mistakes.check()?;
    let remembers = form.is_on("remember_status");
    let work = move |tx: &mut Tx<Myself>| {
        store::set_sending(tx, user, seconds, remembers)?;
        tx.emit(UserChanged { user, fields: vec!["profile"] })?;
        Ok::<_, UserError>(())
    };
    Ok(grant.change(work).await?)
}

pub fn routes() -> Routes {
    Routes::new().get::<Myself>("/profile/keys", get(show)).post::<Myself>("/profile/keys", post(save))
}
