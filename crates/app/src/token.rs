//! `firstline token create`: access for programs.
use crate::{config::Config, failure::Failure, open};
use kernel::{clock::Clock, secret::Secret, text};
use people::{
    sign_in::{
        Doorman,
        tokens::{self, Scopes},
    },
    users,
};
use platform::{
    authority::{Grant, System, Tx},
    db,
};

enum Refused {
    NobodyThere,
    NotActive,
    Database(db::Error),
}
impl From<db::Error> for Refused {
    fn from(error: db::Error) -> Refused {
        Refused::Database(error)
    }
}

/// Prints the token alone on stdout.
pub async fn create(config: &Config, user: String, scopes: &str, name: String) -> Result<(), Failure> {
    let scopes = Scopes::parse(scopes).map_err(|problem| {
        let which = problem.detail.map_or_else(String::new, |which| format!("{which:?}: "));
        Failure::Usage(format!(
            "--scopes: {which}expected all, or keys of permissions like tickets.view,tickets.reply"
        ))
    })?;
    let Some(email) = text::email(&user) else {
        return Err(Failure::Usage(format!("--user: {user:?} is no e-mail address")));
    };
    let db = open::current(config).await?;
    let home = open::home(config, db, Clock::System, "http://127.0.0.1", Box::new(Doorman::new())).await?;
    let made = Grant::<System>::system(&home).change(move |tx| make(tx, &email, &scopes, &name)).await;
    home.db.close();
    match made {
        Ok(token) => {
            println!("{}", token.reveal());
            Ok(())
        }
        Err(Refused::NobodyThere) => {
            Err(Failure::Failed(format!("--user: nobody here has the address {user}")))
        }
        Err(Refused::NotActive) => Err(Failure::Failed(format!("--user: {user} is deactivated"))),
        Err(Refused::Database(error)) => Err(error.into()),
    }
}

fn make(tx: &mut Tx<System>, email: &str, scopes: &Scopes, name: &str) -> Result<Secret<String>, Refused> {
    let user = users::store::by_email(tx, email)?.ok_or(Refused::NobodyThere)?;
    if !user.is_active {
        return Err(Refused::NotActive);
    }
    Ok(tokens::create(tx, user.id, name, scopes, None)?)
}
