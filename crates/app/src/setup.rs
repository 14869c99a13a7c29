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
    fault::{Field, Mistakes, Problem},
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
        return without_asking(given);
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
        None => ask("Your name (empty: the part of the address before the @)")?,
    };
    let admin_password = match given.admin_password_file {
        Some(file) => first_line(&file).map_err(Failure::Usage)?,
        None => ask_password(&[&admin_name, &admin_email])?,
    };
    Ok(Draft { desk_name, language, admin_name, admin_email, admin_password })
}

/// What the flags say, all of it.
///
/// * errors – every flag that is missing, and every mistake of those that are there.
fn without_asking(given: cli::Setup) -> Result<Draft, Failure> {
    let missing: Vec<_> = [
        ("--desk-name", given.desk_name.is_none()),
        ("--admin-email", given.admin_email.is_none()),
        (PASSWORD, given.admin_password_file.is_none()),
        ("--language", given.language.is_none()),
    ]
    .into_iter()
    .filter_map(|(flag, is_missing)| is_missing.then_some(flag))
    .collect();
    let mut told = Vec::new();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        told.push(format!("{missing}: expected, because there is no terminal to ask on"));
    }
    let read = given.admin_password_file.as_deref().map(first_line).transpose();
    let is_unreadable = read.is_err();
    let password = read.unwrap_or_else(|mistake| {
        told.push(mistake);
        None
    });
    let draft = Draft {
        desk_name: given.desk_name.unwrap_or_default(),
        language: given.language.unwrap_or_default(),
        admin_name: given.admin_name.unwrap_or_default(),
        admin_email: given.admin_email.unwrap_or_default(),
        admin_password: password.unwrap_or_else(|| Secret::new(String::new())),
    };
    if told.is_empty() {
        return Ok(draft);
    }
    // What is not there has been told of.
    let is_told = |flag: &str| missing.contains(&flag) || (is_unreadable && flag == PASSWORD);
    let fields = draft.parse().err().map(|problem| problem.fields).unwrap_or_default();
    told.extend(fields.iter().filter(|field| !is_told(&flag_of(field))).map(of_field));
    Err(Failure::Usage(told.join("; ")))
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

fn first_line(file: &str) -> Result<Secret<String>, String> {
    let text = std::fs::read_to_string(file).map_err(|cause| {
        format!(
            "--admin-password-file: {file}: {}; expected a file whose first line is the password",
            plain(&cause)
        )
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
    Failure::Usage(problem.fields.iter().map(of_field).collect::<Vec<_>>().join("; "))
}

/// The flag that brings the password.
const PASSWORD: &str = "--admin-password-file";

/// The flag of a field.
fn flag_of(field: &Field) -> String {
    match field.pointer.trim_start_matches('/') {
        "admin_password" => PASSWORD.to_owned(),
        name => format!("--{}", name.replace('_', "-")),
    }
}
/// A mistake with its flag.
fn of_field(field: &Field) -> String {
    let expected = if field.pointer == "/language" { " (en, de, nl)" } else { "" };
    format!("{}: {}{expected}", flag_of(field), words("field", field.code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_mistakes_of_the_flags_are_told_at_once() {
        let given = cli::Setup {
            desk_name: Some(" ".into()),
            admin_email: Some("nobody".into()),
            admin_name: None,
            admin_password_file: Some("/nowhere/password".into()),
            language: None,
        };
        let Err(Failure::Usage(told)) = complete(given, false) else { panic!("it is wrong") };
        for flag in
            ["--language: expected", "--admin-password-file: /nowhere", "--desk-name: ", "--admin-email: "]
        {
            assert_eq!(told.matches(flag).count(), 1, "{flag}: {told}");
        }
        assert_eq!(told.matches("--language").count(), 1, "{told}");
    }
}
