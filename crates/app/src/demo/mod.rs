//! `firstline demo`: a believable desk, the same for the same number of tickets.
mod answers;
mod cases;
mod company;
mod contracts;
mod escalation;
mod notices;
mod promises;
mod routing;
mod rules;
mod scenes;
mod teamwork;
mod tickets;

use crate::{
    config::Config,
    failure::Failure,
    founding::{self, Draft},
    open,
};
use kernel::{
    clock::{Clock, DAY, Millis},
    fault::Problem,
    secret::Secret,
};
use people::sign_in::Doorman;

/// Everybody's password. Never for a desk that somebody else can reach.
const PASSWORD: &str = "welcome to the demo desk";

/// Numbers that look random and are the same every time (SplitMix64).
pub struct Dice(u64);
impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
    /// 0 to `sides` - 1.
    pub fn roll(&mut self, sides: usize) -> usize {
        (self.next() % sides.max(1) as u64) as usize
    }
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
    /// Whether something happens that happens `percent` times in a hundred.
    pub fn is_lucky(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }
}

/// Fills an empty desk and says how to sign in.
pub async fn run(config: &Config, count: usize) -> Result<(), Failure> {
    let db = open::ready(config).await?;
    // The desk's own clock: the past month goes by while it is filled.
    let clock = Clock::fixed(Clock::System.now());
    let home =
        open::home(config, db, clock.clone(), "http://127.0.0.1:8080", Box::new(Doorman::new())).await?;
    if founding::is_done(&home).await? {
        home.db.close();
        return Err(Failure::failed("this desk is set up already; expected an empty one"));
    }
    let plan = company::Plan::read();
    let admin = plan.admin();
    let founder = Draft {
        desk_name: plan.desk.clone(),
        language: admin.language.clone(),
        admin_name: admin.name.clone(),
        admin_email: plan.address(&admin.name),
        admin_password: Secret::new(PASSWORD.into()),
    };
    let founder = founder.parse().map_err(said)?;
    founding::found(&home, founder).await.map_err(said)?;
    let now: Millis = clock.now();
    // The people were there before their tickets.
    tickets::set(&clock, now.plus(-40 * DAY));
    let cast = company::fill(&home, &plan, PASSWORD).await.map_err(said)?;
    promises::fill(&home).await.map_err(said)?;
    contracts::fill(&home, now).await.map_err(said)?;
    routing::fill(&home).await.map_err(said)?;
    escalation::fill(&home, &cast).await.map_err(said)?;
    answers::fill(&home).await.map_err(said)?;
    teamwork::fill(&home).await.map_err(said)?;
    let staged = if count >= scenes::LEAST { scenes::TICKETS } else { 0 };
    let mut kept = 0;
    if count >= cases::LEAST {
        kept = cases::fill(&home, &clock, &cast, now).await.map_err(said)?;
    }
    tickets::fill(&home, &clock, &cast, count - staged - kept, now).await.map_err(said)?;
    if staged > 0 {
        scenes::play(&home, &clock, &cast, now).await?;
        notices::fill(&home, &clock, &cast, now).await.map_err(said)?;
        escalation::play(&home, &clock, &cast, now).await.map_err(said)?;
        teamwork::play(&home, &clock, &cast, now).await.map_err(said)?;
    }
    contracts::spend(&home, &clock, now).await.map_err(said)?;
    rules::fill(&home).await.map_err(said)?;
    home.db.close();
    println!("{} has {count} tickets. Everybody's password is: {PASSWORD}", plan.desk);
    for person in &plan.people {
        println!("  {:<32} {}", plan.address(&person.name), person.role.replace('_', " "));
    }
    println!(
        "Mail to {} at the desk's SMTP address (127.0.0.1:2525 unless you name another) becomes a ticket.",
        cast.inbox_address
    );
    Ok(())
}

fn said(problem: Problem) -> Failure {
    let fields: Vec<_> = problem.fields.iter().map(|f| format!("{} {}", f.pointer, f.code)).collect();
    Failure::failed(format!("{} {} {}", problem.code, problem.detail.unwrap_or_default(), fields.join(" ")))
}
