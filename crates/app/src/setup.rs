//! `firstline setup`: on the command line, by a person or a robot.
use crate::{
    cli,
    config::Config,
    failure::Failure,
    founding::{self, Draft},
    open,
};
use kernel::{clock::Clock, fault::Problem, secret::Secret};
use people::sign_in::Doorman;
use platform::i18n::{self, Language};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::io::{BufRead, IsTerminal, Write};

pub async fn run(config: &Config, given: cli::Setup) -> Result<(), Failure> {
    let draft = complete(given)?;
    let (desk_name, email) = (draft.desk_name.trim().to_owned(), draft.admin_email.trim().to_owned());
    let founder = draft.parse().map_err(|problem| in_words(&problem))?;
    let db = open::ready(config).await?;
    let home = open::home(config, db, Clock::System, "http://127.0.0.1", Box::new(Doorman::new())).await?;
    let founded = founding::found(&home, founder).await;
    home.db.close();
    founded.map_err(|problem| in_words(&problem))?;
    println!(
        "{desk_name} is ready in {}. Sign in as {email} after `firstline serve`.",
        config.data.display()
    );
    Ok(())
}

/// What the flags say; a person at a terminal is asked for the rest.
fn complete(given: cli::Setup) -> Result<Draft, Failure> {
    let may_ask = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if !may_ask {
        let missing: Vec<_> = [
            ("--desk-name", given.desk_name.is_none()),
            ("--admin-email", given.admin_email.is_none()),
            ("--admin-password-file", given.admin_password_file.is_none()),
            ("--language", given.language.is_none()),
        ]
        .into_iter()
        .filter_map(|(flag, is_missing)| is_missing.then_some(flag))
        .collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Err(Failure::Usage(format!(
                "{missing}: expected, because there is no terminal to ask on"
            )));
        }
    }
    let or_ask = |given: Option<String>, question: &str| given.map_or_else(|| ask(question), Ok);
    Ok(Draft {
        desk_name: or_ask(given.desk_name, "Name of the desk")?,
        language: or_ask(given.language, "Language (en, de, nl)")?,
        admin_email: or_ask(given.admin_email, "Your e-mail address")?,
        admin_name: match given.admin_name {
            Some(name) => name,
            None if may_ask => ask("Your name")?,
            None => String::new(),
        },
        admin_password: match given.admin_password_file {
            Some(file) => first_line(&file)?,
            None => ask_password()?,
        },
    })
}

fn first_line(file: &str) -> Result<Secret<String>, Failure> {
    let text = std::fs::read_to_string(file).map_err(|cause| {
        Failure::Usage(format!("--admin-password-file: {file}: {cause}; expected a file with the password"))
    })?;
    Ok(Secret::new(text.lines().next().unwrap_or_default().to_owned()))
}

fn ask(question: &str) -> Result<String, Failure> {
    eprint!("{question}: ");
    std::io::stderr().flush().map_err(Failure::at("stderr"))?;
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line).map_err(Failure::at("stdin"))? {
        0 => Err(Failure::Failed("nothing was set up".into())),
        _ => Ok(line.trim().to_owned()),
    }
}

/// The terminal does not show what is typed, and shows it again afterwards, whatever happens.
fn ask_password() -> Result<Secret<String>, Failure> {
    struct Hidden(rustix::termios::Termios);
    impl Drop for Hidden {
        fn drop(&mut self) {
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, &self.0);
            eprintln!();
        }
    }
    let shown =
        tcgetattr(std::io::stdin()).map_err(|cause| Failure::failed(format!("the terminal: {cause}")))?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(std::io::stdin(), OptionalActions::Flush, &hidden)
        .map_err(|cause| Failure::failed(format!("the terminal: {cause}")))?;
    let _hidden = Hidden(shown);
    ask("Your password").map(Secret::new)
}

/// Every mistake with its flag.
fn in_words(problem: &Problem) -> Failure {
    let words =
        |kind: &str, code: &str| i18n::text(Language::En, &format!("{kind}-{}", code.replace('_', "-")));
    if problem.status == 410 {
        return Failure::Failed("this desk is set up already; expected an empty one".into());
    }
    if problem.fields.is_empty() {
        let title = words("problem", problem.code);
        return Failure::Failed(problem.detail.clone().unwrap_or_else(|| title.to_owned()));
    }
    let of_field = |field: &kernel::fault::Field| {
        let flag = match field.pointer.trim_start_matches('/') {
            "admin_password" => "--admin-password-file".to_owned(),
            name => format!("--{}", name.replace('_', "-")),
        };
        let expected = if field.pointer == "/language" { " (en, de, nl)" } else { "" };
        format!("{flag}: {}{expected}", words("field", field.code))
    };
    Failure::Usage(problem.fields.iter().map(of_field).collect::<Vec<_>>().join("; "))
}
