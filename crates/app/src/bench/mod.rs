//! `firstline bench`: what an operation costs on this machine, measured on the program itself.
//!
//! The desk is filled by the database, the program serves it in a process of its own on loopback, and a closed loop of
//! clients asks. CPU is that of the served process alone. How it is meant: `docs/performance.md`.
mod client;
mod fill;
mod inside;
mod load;
mod mails;
mod promises;
mod report;
mod routing;
mod rules;
mod server;
mod store;

use crate::{
    cli,
    config::{Config, Flags},
    demo::Dice,
    failure::Failure,
};
use client::Http;
use fill::Filled;
use load::{Bounds, Gauge, Round};
use mails::Sender;
use platform::db::{Db, MIGRATIONS, Size};
use report::{Desk, Line};
use server::Server;
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// The lines of what is measured when the server has ended.
const RULES: &str = "event, 200 rules look";
const CLOCKS: &str = "clocks of a ticket anew";
const DUE: &str = "look for what is due";
const ROUTING: &str = "giving a ticket out, 500 people";
/// Clients and senders that work at the same time.
const TOGETHER: usize = 8;

/// Measures every desk that was asked for, and prints the tables at the end.
pub async fn run(flags: Flags, asked: &cli::Bench) -> Result<(), Failure> {
    let sizes = sizes(&asked.tickets)?;
    let places = places(flags.database.as_deref(), asked.postgres.as_deref())?;
    let (folder, is_kept) = match flags.data {
        Some(data) => (PathBuf::from(data), true),
        None => (std::env::temp_dir().join(format!("firstline-bench-{}", std::process::id())), false),
    };
    let mut desks = Vec::new();
    for (engine, url) in places {
        for tickets in &sizes {
            eprintln!("bench: {engine}, {tickets} tickets");
            let data = folder.join(format!("{}-{tickets}", engine.to_lowercase()));
            let database = match url {
                None => "sqlite".to_owned(),
                Some(url) => {
                    format!("{url}{}schema=bench_{tickets}", if url.contains('?') { "&" } else { "?" })
                }
            };
            desks.push(desk(engine, &data, &database, *tickets, asked).await?);
            if !is_kept {
                std::fs::remove_dir_all(&data).map_err(Failure::at(data.display()))?;
            }
        }
    }
    if !is_kept {
        let _ = std::fs::remove_dir_all(&folder);
    }
    report::print(&desks);
    Ok(())
}

fn sizes(text: &str) -> Result<Vec<i64>, Failure> {
    let one = |word: &str| word.trim().parse().ok().filter(|count| *count >= 100);
    let all: Option<Vec<i64>> = text.split(',').map(one).collect();
    all.ok_or_else(|| {
        Failure::Usage(format!("--tickets: {text:?}; expected numbers from 100 on, e.g. 20000,100000"))
    })
}

type Where<'a> = (&'static str, Option<&'a str>);
fn places<'a>(database: Option<&'a str>, postgres: Option<&'a str>) -> Result<Vec<Where<'a>>, Failure> {
    let is_address = |text: &&str| text.starts_with("postgres://") || text.starts_with("postgresql://");
    match database {
        None | Some("sqlite") => Ok(vec![("SQLite", None)]),
        Some("both") => match postgres.filter(is_address) {
            Some(url) => Ok(vec![("SQLite", None), ("PostgreSQL", Some(url))]),
            None => Err(Failure::Usage("--database both: expected --postgres postgres://… beside it".into())),
        },
        Some(url) if is_address(&url) => Ok(vec![("PostgreSQL", Some(url))]),
        Some(_) => Err(Failure::Usage("--database: expected sqlite, both or postgres://…".into())),
    }
}

async fn desk(
    engine: &'static str,
    data: &Path,
    database: &str,
    tickets: i64,
    asked: &cli::Bench,
) -> Result<Desk, Failure> {
    let path = data.display().to_string();
    let config =
        Config::read(Flags { data: Some(path), database: Some(database.into()), ..Flags::default() })?;
    let start = Instant::now();
    let filled = fill::fill(&config, tickets).await?;
    let filled_in = start.elapsed();
    let bare_db = beside(&config)?;
    platform::db::migrate(&bare_db, &kernel::clock::Clock::System, MIGRATIONS).await?;

    let mut ready = Vec::new();
    for _ in 1..asked.rounds {
        let server = Server::start(data, database)?;
        ready.push(server.ready);
        server.stop();
    }
    // What the index needed while it was built is no part of what a program at rest needs.
    let server = Server::start(data, database)?;
    wait_for_index(&server)?;
    server.stop();
    let server = Server::start(data, database)?;
    ready.push(server.ready);
    std::thread::sleep(Duration::from_secs(1));
    wait_for_index(&server)?;
    let idle = server.memory();
    let mut gauge = Gauge::new(&server, asked.postgres_pid)?;
    let work = Work::new(&server, &filled)?;
    let mut desk = Desk {
        engine,
        tickets: filled.tickets,
        filled_in,
        ready,
        idle,
        loaded: idle,
        bare: Vec::new(),
        lines: Work::lines(),
    };
    let bounds = Bounds { count: asked.operations, time: Duration::from_secs(20) };
    // What is read for the first time is read from the disk: a desk at work has done that.
    work.reads(&mut gauge, Bounds { count: asked.operations / 4, ..bounds }, &mut Work::lines())?;
    for _ in 0..asked.rounds {
        desk.bare.push(bare(&bare_db, bounds, asked.postgres_pid).await?);
        work.reads(&mut gauge, bounds, &mut desk.lines)?;
        work.writes(&mut gauge, bounds, &mut desk.lines)?;
        let memory = server.memory();
        if memory.all > desk.loaded.all {
            desk.loaded = memory;
        }
    }
    server.stop();
    bare_db.close();
    desk.measure_inside(&config, asked, bounds).await?;
    Ok(desk)
}

impl Desk {
    /// Workers, in this process: the program that served the desk has ended.
    async fn measure_inside(
        &mut self,
        config: &Config,
        asked: &cli::Bench,
        bounds: Bounds,
    ) -> Result<(), Failure> {
        let home = inside::home(config).await?;
        rules::prepare(&home).await?;
        for _ in 0..asked.rounds {
            let round = rules::round(&home, self.tickets, bounds, asked.postgres_pid).await?;
            self.took(RULES, round);
        }
        rules::clear(&home).await?;
        let policy = promises::prepare(&home).await?;
        for _ in 0..asked.rounds {
            self.took(CLOCKS, promises::recompute(&home, asked.postgres_pid).await?);
            self.took(DUE, promises::scan(&home, bounds, asked.postgres_pid).await?);
        }
        promises::clear(&home, policy).await?;
        home.db.close();
        self.measure_routing(config, asked, bounds).await
    }
    /// On a desk of its own, which is gone afterwards: 500 more people would be in every choice of the measured one.
    async fn measure_routing(
        &mut self,
        config: &Config,
        asked: &cli::Bench,
        bounds: Bounds,
    ) -> Result<(), Failure> {
        let folder = config.data.join("routing");
        let database = match &config.place {
            platform::db::Place::Sqlite(_) => "sqlite".to_owned(),
            platform::db::Place::Postgres { url, .. } => {
                format!(
                    "{url}{}schema=bench_routing_{}",
                    if url.contains('?') { "&" } else { "?" },
                    self.tickets
                )
            }
        };
        let data = Some(folder.display().to_string());
        let config = Config::read(Flags { data, database: Some(database), ..Flags::default() })?;
        let home = inside::home(&config).await?;
        let team = routing::prepare(&home).await?;
        for _ in 0..asked.rounds {
            self.took(ROUTING, routing::round(&home, team, bounds, asked.postgres_pid).await?);
        }
        home.db.close();
        std::fs::remove_dir_all(&folder).map_err(Failure::at(folder.display()))
    }
    fn took(&mut self, name: &str, round: Round) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.name == name) {
            line.rounds.push(round);
        }
    }
}

/// The index is built in the background: what is measured is the desk after that.
fn wait_for_index(server: &Server) -> Result<(), Failure> {
    let mut client = Http::connect(server.web)?;
    for _ in 0..6000 {
        let text = String::from_utf8_lossy(&client.get("/metrics")?).into_owned();
        if text.lines().any(|line| line == "firstline_search_whole 1") {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Err(Failure::failed("the search index did not become whole in ten minutes"))
}

/// An empty database of the same kind on the same disk.
fn beside(config: &Config) -> Result<Db, Failure> {
    let place = match &config.place {
        platform::db::Place::Sqlite(file) => platform::db::Place::Sqlite(file.with_file_name("bare.db")),
        platform::db::Place::Postgres { url, .. } => {
            platform::db::Place::Postgres { url: url.clone(), schema: "bench_bare".into() }
        }
    };
    place.create()?;
    Ok(Db::open(&place, Size { threads: 1, ..Size::default() })?)
}

/// Transactions of one row each, one after the other.
async fn bare(db: &Db, bounds: Bounds, postgres: Option<u32>) -> Result<Round, Failure> {
    let text = "x".repeat(300);
    let database = || postgres.map(server::cpu_of_family).unwrap_or_default();
    let (start, cpu, of_database) = (Instant::now(), server::cpu_of_self(), database());
    let mut took = Vec::new();
    while took.len() < bounds.count && start.elapsed() < bounds.time {
        let (begin, text, number) = (Instant::now(), text.clone(), took.len() as i64);
        db.write::<_, platform::db::Error>(move |conn| store::bare(conn, number, &text)).await?;
        took.push(begin.elapsed());
    }
    Ok(Round {
        count: took.len(),
        wall: start.elapsed(),
        cpu: server::cpu_of_self().saturating_sub(cpu),
        database: database().saturating_sub(of_database),
        statements: took.len() as u64,
        took,
    })
}

/// The operations, with all that their clients need.
struct Work<'a> {
    server: &'a Server,
    filled: &'a Filled,
    cookie: String,
    /// Lists with a full page of rows; all that have any where the desk is tiny.
    views: Vec<String>,
    run: u64,
}

impl<'a> Work<'a> {
    fn new(server: &'a Server, filled: &'a Filled) -> Result<Work<'a>, Failure> {
        let cookie = Http::sign_in(server.web, fill::AGENT, fill::PASSWORD)?;
        let mut client = Http::connect(server.web)?.with("cookie", &cookie);
        let team = format!("team-{}", filled.people.team);
        let mut views = Vec::new();
        for view in desk::views::View::ALL.iter().map(|view| view.word()).chain([team.as_str()]) {
            let page = String::from_utf8_lossy(&client.get(&format!("/tickets?view={view}"))?).into_owned();
            views.push((page.matches("<li class=\"row").count(), view.to_owned()));
        }
        let most = views.iter().map(|(rows, _)| *rows).max().unwrap_or(0).min(50);
        let views = views.into_iter().filter(|(rows, _)| *rows >= most).map(|(_, view)| view).collect();
        Ok(Work { server, filled, cookie, views, run: u64::from_le_bytes(platform::keys::random::<8>()) })
    }
    fn lines() -> Vec<Line> {
        let line = |name, budget_us, least_per_second| Line {
            name,
            budget_us,
            least_per_second,
            rounds: Vec::new(),
        };
        vec![
            line("inbox page", Some(900.0), None),
            line("ticket page", Some(450.0), None),
            line("ticket page beside its list", None, None),
            line("create by API, one client", Some(250.0), None),
            line("create by API, 8 clients", Some(250.0), None),
            line("mail by SMTP, 8 senders", Some(1000.0), Some(900.0)),
            line("search, a rare word", Some(500.0), None),
            line("search, a word of half of all", Some(2000.0), None),
            line("palette, a letter more", None, None),
            line(RULES, Some(2000.0), None),
            // A million tickets in a minute.
            line(CLOCKS, Some(60.0), None),
            line(DUE, None, None),
            line(ROUTING, Some(1000.0), None),
        ]
    }
    fn browser(&self) -> Result<Vec<Http>, Failure> {
        Ok(vec![Http::connect(self.server.web)?.with("cookie", &self.cookie)])
    }
    fn programs(&self, count: usize) -> Result<Vec<Http>, Failure> {
        let token = format!("Bearer {}", self.filled.token.reveal());
        (0..count).map(|_| Ok(Http::connect(self.server.web)?.with("authorization", &token))).collect()
    }

    fn reads(&self, gauge: &mut Gauge, bounds: Bounds, lines: &mut [Line]) -> Result<(), Failure> {
        let inbox = |client: &mut Http, number: usize| {
            let view = &self.views[number % self.views.len()];
            holds(&client.get(&format!("/tickets?view={view}"))?, "<ul class=\"rows")
        };
        let ticket = |client: &mut Http, number: usize, query: &str| {
            let ticket = 1 + Dice::new(number as u64).roll(self.filled.tickets as usize);
            holds(&client.get(&format!("/t/{ticket}{query}"))?, "<article class=\"message")
        };
        lines[0].rounds.push(gauge.round(self.browser()?, bounds, inbox)?);
        lines[1]
            .rounds
            .push(gauge.round(self.browser()?, bounds, |client, number| ticket(client, number, ""))?);
        let beside = |client: &mut Http, number: usize| ticket(client, number, "?view=act");
        lines[2].rounds.push(gauge.round(self.browser()?, bounds, beside)?);
        let find = |client: &mut Http, words: &str| {
            let path = format!("/api/v1/search?limit=20&kind=ticket&q={words}");
            holds(&client.get(&path)?, "\"kind\":\"ticket\"")
        };
        // The number in a subject, in quotes: the word itself and nothing like it, as rare as a word can be.
        let rare = |client: &mut Http, number: usize| {
            let ticket = 1 + Dice::new(number as u64).roll(self.filled.numbered as usize);
            find(client, &format!("%22{ticket}%22"))
        };
        lines[6].rounds.push(gauge.round(self.programs(1)?, bounds, rare)?);
        lines[7]
            .rounds
            .push(gauge.round(self.programs(1)?, bounds, |client, _| find(client, store::COMMON))?);
        let typed = |client: &mut Http, number: usize| {
            let word = store::COMMON;
            let begin = &word[..2 + number % (word.len() - 1)];
            client.get(&format!("/api/v1/search?kind=ticket&limit=7&typing=true&q={begin}")).map(drop)
        };
        lines[8].rounds.push(gauge.round(self.programs(1)?, bounds, typed)?);
        Ok(())
    }

    fn writes(&self, gauge: &mut Gauge, bounds: Bounds, lines: &mut [Line]) -> Result<(), Failure> {
        let create = |client: &mut Http, number: usize| {
            let customer = Dice::new(number as u64).roll(self.filled.customers as usize);
            let body = serde_json::json!({
                "subject": format!("The scanner sends empty pages, case {number}"),
                "text": "Since the update of last night every page that we scan is white. The glass is clean, copies \
                         are fine. It is the machine beside the reception. Please tell us whether to send it in.",
                "requester": { "email": format!("customer{customer}@customers.example") }, "priority": "high",
            });
            let answer = client.ask("POST", "/api/v1/tickets", "application/json", &body.to_string())?;
            if answer.status == 201 {
                Ok(())
            } else {
                Err(Failure::failed(format!("create: {}", answer.status)))
            }
        };
        lines[3].rounds.push(gauge.round(self.programs(1)?, bounds, create)?);
        lines[4].rounds.push(gauge.round(self.programs(TOGETHER)?, bounds, create)?);
        let round = lines[5].rounds.len() as u64;
        let sender = |of: u64| {
            let run = self.run.wrapping_add((round << 8) + of);
            Sender::connect(self.server.smtp, self.filled.customers, run)
        };
        let senders: Result<Vec<_>, _> = (0..TOGETHER as u64).map(sender).collect();
        lines[5]
            .rounds
            .push(gauge.round(senders?, bounds, |sender: &mut Sender, number| sender.send(number))?);
        Ok(())
    }
}

fn holds(page: &[u8], mark: &str) -> Result<(), Failure> {
    let holds = page.windows(mark.len()).any(|at| at == mark.as_bytes());
    if holds { Ok(()) } else { Err(Failure::failed(format!("a page without {mark}"))) }
}
