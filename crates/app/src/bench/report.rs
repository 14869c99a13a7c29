//! What was measured, as a table that stands in `docs/performance.md` as it is printed.
use super::{load::Round, server::Memory};
use std::time::Duration;

/// An operation with all its rounds.
pub struct Line {
    pub name: &'static str,
    /// µs of CPU that it may need; `None` is shown only.
    pub budget_us: Option<f64>,
    /// It has to reach so many a second.
    pub least_per_second: Option<f64>,
    pub rounds: Vec<Round>,
}

/// A desk and what was measured on it.
pub struct Desk {
    pub engine: &'static str,
    pub tickets: i64,
    pub filled_in: Duration,
    pub ready: Vec<Duration>,
    pub idle: Memory,
    pub loaded: Memory,
    /// One transaction at a time, on a database of its own beside the desk's.
    pub bare: Vec<Round>,
    pub lines: Vec<Line>,
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

impl Line {
    pub fn cpu_us(&self) -> f64 {
        median(self.rounds.iter().map(Round::cpu_us))
    }
    fn per_second(&self) -> f64 {
        median(self.rounds.iter().map(Round::per_second))
    }
    fn statements(&self) -> f64 {
        median(self.rounds.iter().map(|round| round.statements as f64 / round.count.max(1) as f64))
    }
    /// ms within which so many of a hundred requests were answered.
    fn within(&self, percent: usize) -> f64 {
        let mut all: Vec<Duration> =
            self.rounds.iter().flat_map(|round| round.took.iter().copied()).collect();
        all.sort();
        all.get(all.len() * percent / 100).map_or(0.0, |took| took.as_secs_f64() * 1e3)
    }
    fn is_over(&self) -> bool {
        self.budget_us.is_some_and(|budget| self.cpu_us() > budget)
            || self.least_per_second.is_some_and(|least| self.per_second() < least)
    }
}

impl Desk {
    fn bare_us(&self) -> f64 {
        median(self.bare.iter().map(Round::cpu_us))
    }
    fn print(&self) {
        let mb = |bytes: u64| bytes as f64 / 1e6;
        let ready: Vec<_> = self.ready.iter().map(|took| format!("{:.2}", took.as_secs_f64())).collect();
        println!("\n### {}, {} tickets\n", self.engine, self.tickets);
        println!(
            "Ready after {} s. Memory, resident (of it not of files): idle {:.0} ({:.0}) MB, under load {:.0} ({:.0}) MB. \
             Filled in {:.0} s.\n",
            ready.join(", "),
            mb(self.idle.all),
            mb(self.idle.own),
            mb(self.loaded.all),
            mb(self.loaded.own),
            self.filled_in.as_secs_f64(),
        );
        println!(
            "| operation | CPU µs | budget | rounds | database CPU µs | × bare | a second | p50 ms | p99 ms | statements |"
        );
        println!("|---|---|---|---|---|---|---|---|---|---|");
        let bare = Line {
            name: "bare durable transaction",
            budget_us: None,
            least_per_second: None,
            rounds: self.bare.clone(),
        };
        for line in std::iter::once(&bare).chain(&self.lines) {
            let rounds: Vec<_> = line.rounds.iter().map(|round| format!("{:.0}", round.cpu_us())).collect();
            println!(
                "| {} | {:.0}{} | {} | {} | {:.0} | {:.2} | {:.0} | {:.2} | {:.2} | {:.1} |",
                line.name,
                line.cpu_us(),
                if line.is_over() { " **over**" } else { "" },
                line.budget_us.map_or("–".into(), |budget| format!("{budget:.0}")),
                rounds.join(" "),
                median(line.rounds.iter().map(Round::database_us)),
                line.cpu_us() / self.bare_us().max(1e-9),
                line.per_second(),
                line.within(50),
                line.within(99),
                line.statements(),
            );
        }
    }
}

/// All tables, and how much each operation grows with the desk.
pub fn print(desks: &[Desk]) {
    println!(
        "# firstline {} on {} cores",
        env!("CARGO_PKG_VERSION"),
        std::thread::available_parallelism().map_or(0, usize::from)
    );
    let size = std::env::current_exe().and_then(std::fs::metadata).map_or(0, |about| about.len());
    println!("\nThe program has {:.1} MB. CPU is the median of the rounds.", size as f64 / 1e6);
    desks.iter().for_each(Desk::print);
    for engine in ["SQLite", "PostgreSQL"] {
        let of: Vec<_> = desks.iter().filter(|desk| desk.engine == engine).collect();
        let [first, .., last] = of.as_slice() else { continue };
        println!(
            "\n### {engine}: {} → {} tickets\n\n| operation | CPU grows by |\n|---|---|",
            first.tickets, last.tickets
        );
        for (small, large) in first.lines.iter().zip(&last.lines) {
            let factor = large.cpu_us() / small.cpu_us().max(1e-9);
            println!("| {} | × {factor:.2}{} |", small.name, if factor > 1.5 { " **over**" } else { "" });
        }
    }
}
