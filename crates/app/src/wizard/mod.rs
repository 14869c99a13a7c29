//! The first start in a browser: every page leads to `/setup` until there is an administrator.
//!
//! Whoever fills in the form has to know a code that only the console shows (S29). Once somebody works here, the
//! form answers 410, for ever: that is decided in the transaction that would make the desk.
use crate::founding::{self, Draft};
use axum::{
    Extension,
    extract::{Request, State},
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use kernel::{clock::MINUTE, fault::Problem, secret::Secret};
use platform::{
    Home,
    authority::{Grant, System},
    db, keys, rate,
    web::{Failure, Form, Page, Routes, Ui},
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use subtle::ConstantTimeEq;

platform::translations!();

/// Tries of all browsers together: the code has 40 bits, so guessing takes longer than anybody lives.
const TRIES: rate::Limit = rate::Limit { most: 10, window_ms: 10 * MINUTE };

/// The code of this start, and whether it is still needed. Clones share it.
#[derive(Clone)]
pub struct Wizard {
    code: Arc<Secret<String>>,
    is_over: Arc<AtomicBool>,
}

impl Wizard {
    /// Looks whether there is somebody already; if not, the code is printed on the console.
    pub async fn start(home: &Home) -> Result<Wizard, crate::failure::Failure> {
        let is_done = founding::is_done(home).await?;
        let code = keys::base32(&keys::random::<5>());
        if !is_done {
            let (first, second) = code.split_at(4);
            // Past the log: it must be seen, and it must not be kept.
            eprintln!(
                "setup code: {first}-{second}   this desk is new; set it up at {}",
                home.site.link("/setup")
            );
        }
        Ok(Wizard { code: Arc::new(Secret::new(code)), is_over: Arc::new(AtomicBool::new(is_done)) })
    }
    /// Remembers that there is somebody; the command line may have made the desk, or another node.
    async fn is_over(&self, home: &Home) -> Result<bool, Problem> {
        if self.is_over.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let is_done = founding::is_done(home).await?;
        if is_done {
            self.is_over.store(true, Ordering::Relaxed);
        }
        Ok(is_done)
    }
    fn knows(&self, code: &str) -> bool {
        let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        code.to_ascii_lowercase().as_bytes().ct_eq(self.code.reveal().as_bytes()).into()
    }
}

/// Leads people to the set-up page, and tells programs that there is nothing here yet.
pub async fn gate(State((home, wizard)): State<(Home, Wizard)>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_open = matches!(path, "/setup" | "/healthz" | "/readyz" | "/metrics" | "/manifest.webmanifest")
        || path.starts_with("/assets/");
    if is_open {
        return next.run(request).await;
    }
    match wizard.is_over(&home).await {
        Ok(true) => next.run(request).await,
        Ok(false) => {
            let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
            let wants_page = accepts.is_some_and(|accepts| accepts.contains("text/html"));
            if request.method() == Method::GET && wants_page && !path.starts_with("/api/") {
                Redirect::to("/setup").into_response()
            } else {
                Failure(Problem::new(503, "setup_required")).into_response()
            }
        }
        Err(problem) => Failure(problem).into_response(),
    }
}

/// Their handlers take the [`Wizard`] from the request's extensions.
pub fn routes() -> Routes {
    Routes::new().public_get("/setup", get(show)).public_post("/setup", post(save))
}

#[derive(askama::Template)]
#[template(path = "wizard/setup.html")]
struct Setup {
    ui: Ui,
    form: Form,
}

async fn show(
    State(home): State<Home>,
    Extension(wizard): Extension<Wizard>,
    ui: Ui,
) -> Result<Page<Setup>, Failure> {
    if wizard.is_over(&home).await? {
        return Err(Problem::new(410, "setup_done").into());
    }
    let form = Form::filled([("language", ui.lang().to_owned())]);
    Ok(Page(Setup { ui, form }))
}

async fn save(
    State(home): State<Home>,
    Extension(wizard): Extension<Wizard>,
    ui: Ui,
    form: Form,
) -> Result<Response, Failure> {
    if wizard.is_over(&home).await? {
        return Err(Problem::new(410, "setup_done").into());
    }
    form.only(&["code", "desk_name", "language", "admin_name", "admin_email", "admin_password"])?;
    match make(&home, &wizard, &form).await {
        Ok(()) => {
            wizard.is_over.store(true, Ordering::Relaxed);
            Ok(Redirect::to("/sign-in").into_response())
        }
        Err(problem) if problem.status == 422 => {
            let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok((status, Page(Setup { ui, form: form.with_mistakes(&problem) })).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Nothing is made without the code. All that is wrong is said at once.
async fn make(home: &Home, wizard: &Wizard, form: &Form) -> Result<(), Problem> {
    let spent = Grant::<System>::system(home)
        .change::<_, db::Error>(|tx| {
            let now = tx.now();
            rate::spend(tx, "setup", TRIES, now)
        })
        .await?;
    if spent.is_some() {
        return Err(Problem::new(429, "setup_too_often"));
    }
    let draft = Draft {
        desk_name: form.get("desk_name").to_owned(),
        language: form.get("language").to_owned(),
        admin_name: form.get("admin_name").to_owned(),
        admin_email: form.get("admin_email").to_owned(),
        admin_password: Secret::new(form.all("admin_password").next().unwrap_or_default().to_owned()),
    };
    let parsed = draft.parse();
    if !wizard.knows(form.get("code")) {
        let mut problem = Problem::field("code", "wrong_code");
        problem.fields.extend(parsed.err().into_iter().flat_map(|other| other.fields));
        return Err(problem);
    }
    founding::found(home, parsed?).await
}
