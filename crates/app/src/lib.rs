//! The program `firstline`.
// A panic in a request is a bug report nobody reads: say what was impossible, or return an error.
#![cfg_attr(not(test), deny(clippy::unwrap_used))]

mod api_page;
mod backup;
mod bench;
mod cli;
mod config;
mod demo;
mod doctor;
mod failure;
mod founding;
mod http;
mod indexing;
mod log;
mod mail;
mod metrics;
mod open;
mod reindex;
mod serve;
mod setup;
mod tidy;
mod token;
mod wizard;

pub use http::router::{everything, routes};

use clap::Parser;
use cli::{Cli, Command, Token};
use config::Config;
use failure::Failure;
use kernel::clock::Clock;
use std::process::ExitCode;

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Command::ReadText { kind } = &cli.command {
        // Before there are threads: the process limits itself first.
        return search::extract::run_as_child(kind);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(cause) => Err(Failure::failed(cause)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let text = failure.to_string();
            if !text.is_empty() {
                eprintln!("firstline: {text}");
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    if let Command::Bench(asked) = &cli.command {
        // Its desks are its own, whatever this one is configured to be.
        return bench::run(cli.common.flags(), asked).await;
    }
    let config = match Config::read(cli.flags()) {
        Err(failure) if matches!(cli.command, Command::Doctor) => {
            return Err(doctor::of_configuration(&failure));
        }
        config => config?,
    };
    log::start(&config);
    match cli.command {
        Command::Serve(_) => serve::run(config).await,
        Command::Setup(given) => setup::run(&config, given).await,
        Command::Token(Token::Create { user, scopes, name }) => {
            token::create(&config, user, &scopes, name).await
        }
        Command::Backup { to } => backup::run(&config, &to).await,
        Command::Restore { from, resend } => backup::restore::run(&config, &from, resend).await,
        Command::Doctor => doctor::run(&config).await,
        Command::Reindex => reindex::run(&config).await,
        Command::Migrate => migrate(&config).await,
        Command::Bench(_) => unreachable!("it has its own configuration"),
        Command::ReadText { .. } => unreachable!("it ran before there was a configuration"),
        Command::Demo { tickets } => demo::run(&config, tickets).await,
    }
}

async fn migrate(config: &Config) -> Result<(), Failure> {
    open::make_folder(&config.data)?;
    let _guard = open::Guard::take(config)?;
    let db = open::database(config)?;
    open::refuse_newer(config, &db).await?;
    let ran = open::migrate(config, &db, &Clock::System).await?;
    println!("{ran} migrations ran; the database is up to date");
    db.close();
    Ok(())
}
