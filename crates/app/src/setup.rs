//! `firstline setup`: on the command line, by a person or a robot.
use crate::{
    cli,
    config::Config,
    failure::{Failure, plain},
    founding::{self, Draft},
    open,
};
use kernel::{
    clock::Clock,
    fault::{Mistakes, Problem},
    secret::Secret,
    text,
};
use people::sign_in::{Doorman, passwords};
use platform::{
    Home,
    i18n::{self, Language},
};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::io::{BufRead, IsTerminal, Write};

pub async fn run(config: &Config, given: cli::Setup) -> Result<(), Failure> {
    let may_ask = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if may_ask && config.file().is_none_or(|file| file.exists()) {
        // Nobody answers questions for nothing.
        refuse_second(config).await?;
    }
    let draft = complete(given, may_ask)?;
    let (desk_name, email) = (draft.desk_name.trim().to_owned(), draft.admin_email.trim().to_owned());
    let founder = draft.parse().map_err(|problem| in_words(&problem))?;
    let home = open(config).await?;
    let founded = founding::found(&home, founder).await;
    home.db.close();
    founded.map_err(|problem| in_words(&problem))?;
    println!(
        "{desk_name} is ready in {}. Sign in as {email} after `firstline serve`.",
        config.data.display()
    );
    Ok(())
}

async fn open(config: &Config) -> Result<Home, Failure> {
    let db = open::ready(config).await?;
    open::home(config, db, Clock::System, "http://127.0.0.1", Box::new(Doorman::new())).await
}
async fn refuse_second(config: &Config) -> Result<(), Failure> {
    let home = open(config).await?;
    let is_done = founding::is_done(&home).await;
    home.db.close();
    if is_done? { Err(in_words(&Problem::new(410, "setup_done"))) } else { Ok(()) }
}

/// What the flags say; a person at a terminal is asked for the rest.
fn complete(given: cli::Setup, may_ask: bool) -> Result<Draft, Failure> {
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
    let or_ask =
        |given: Option<String>, question: &str, check: fn(&str) -> Result<(), &'static str>| match given {
            Some(given) => Ok(given),
            None => ask_until(question, ask, |answer| check(answer)),
        };
    let desk_name =
        or_ask(
            given.desk_name,
            "Name of the desk",
            |name| {
                if name.is_empty() { Err("required") } else { Ok(()) }
            },
        )?;
    let language = or_ask(given.language, "Language (en, de, nl)", |word| {
        Language::from_word(word).map(drop).ok_or("unknown_word")
    })?;
    let admin_email = or_ask(given.admin_email, "Your e-mail address", |email| {
        text::email(email).map(drop).ok_or("email")
    })?;
    let admin_name = match given.admin_name {
        Some(name) => name,
        None if may_ask => ask("Your name (empty: the part of the address before the @)")?,
        None => String::new(),
    };
    let admin_password = match given.admin_password_file {
        Some(file) => first_line(&file)?,
        None => ask_password(&[&admin_name, &admin_email])?,
    };
    Ok(Draft { desk_name, language, admin_name, admin_email, admin_password })
}

/// Asks again until the answer is one that will be taken.
fn ask_until<T>(
    question: &str,
    ask: impl Fn(&str) -> Result<T, Failure>,
    check: impl Fn(&T) -> Result<(), &'static str>,
) -> Result<T, Failure> {
    loop {
        let answer = ask(question)?;
        match check(&answer) {
            Ok(()) => return Ok(answer),
            Err(code) => eprintln!("  {}", words("field", code)),
        }
    }
}

fn first_line(file: &str) -> Result<Secret<String>, Failure> {
    let text = std::fs::read_to_string(file).map_err(|cause| {
        Failure::Usage(format!(
            "--admin-password-file: {file}: {}; expected a file whose first line is the password",
            plain(&cause)
        ))
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

/// Twice the same, and none that is guessed easily. `own` – words that are no password of this person.
fn ask_password(own: &[&str]) -> Result<Secret<String>, Failure> {
    loop {
        let password = ask_until("Your password (it is not shown)", ask_hidden, |password| {
            let mut mistakes = Mistakes::default();
            passwords::check(password, own, "admin_password", &mut mistakes);
            mistakes.check().map_err(|problem| problem.fields.first().map_or("required", |field| field.code))
        })?;
        if ask_hidden("The same once more")?.reveal() == password.reveal() {
            return Ok(password);
        }
        eprintln!("  These were not the same.");
    }
}

/// The terminal does not show what is typed, and shows it again afterwards, whatever happens.
fn ask_hidden(question: &str) -> Result<Secret<String>, Failure> {
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
    ask(question).map(Secret::new)
}

fn words(kind: &str, code: &str) -> &'static str {
    i18n::text(Language::En, &format!("{kind}-{}", code.replace('_', "-")))
}

/// Every mistake with its flag.
fn in_words(problem: &Problem) -> Failure {
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
