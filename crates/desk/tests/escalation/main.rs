//! Handing on, accepting, handing back, climbing, and who may see it, on both databases.
mod climbing;
mod hands;
mod pages;
mod places;
#[path = "../shared/world.rs"]
#[allow(dead_code)]
mod world;

use kernel::id::Id;
use people::roles::Builtin;
use platform::{
    args,
    authority::{Grant, System, User},
    db, sql,
};
use serde_json::{Value, json};
use testkit::Client;
use world::World;

/// Three lines of one team each, two people, and who leads them.
pub struct Lines {
    pub first: String,
    pub second: String,
    pub third: String,
    /// Of the second line.
    pub ben: Id<User>,
    pub ben_works: Client,
    /// Leads the third line's team.
    pub lea: Id<User>,
    pub lea_works: Client,
}

impl World {
    /// Teams 1 to 3 are one in each line. The second line has an hour to accept and eight to solve, the third two hours.
    pub async fn lines(&mut self) -> Lines {
        let ben = self.hires("Ben", Builtin::Agent).await;
        let lea = self.hires("Lea", Builtin::Lead).await;
        let add = move |conn: &mut db::Conn| {
            for name in ["desk", "experts", "makers"] {
                conn.run(
                    sql!("INSERT INTO team (name, name_folded, created_at_ms) VALUES ($1, $1, 0)"),
                    args![name],
                )?;
            }
            conn.run(
                sql!("INSERT INTO team_member (team_id, user_id) VALUES (2, $1), (3, $2)"),
                args![ben, lea],
            )
        };
        self.home.db.write::<_, db::Error>(add).await.unwrap();
        let first = self.line("First line", "1", Value::Null, Value::Null).await;
        let second = self.line("Second line", "2", json!("1h"), json!("8h")).await;
        let third = self.line("Third line", "3", json!("2h"), json!("2d")).await;
        let leads = json!({ "user": lea.to_string() });
        self.ada.put_json("/api/v1/teams/3/supervisor", &leads.to_string()).await.assert_status(200);
        let (ben_works, lea_works) = (self.program_of(ben).await, self.program_of(lea).await);
        Lines { first, second, third, ben, ben_works, lea, lea_works }
    }
    async fn line(&mut self, name: &str, team: &str, accept: Value, solve: Value) -> String {
        let line = json!({ "name": name, "teams": [team], "accept_within": accept, "solve_within": solve, "warn": "15m" });
        self.posts("/api/v1/lines", line, 201).await["id"].as_str().unwrap().to_owned()
    }
    /// A ticket that Ada has, of the first line's team.
    pub async fn has(&mut self, subject: &str) -> i64 {
        let ticket = self.opens(subject).await;
        let mine = json!({ "team": "1", "assignee": self.ada_id.to_string() });
        self.patches(&format!("/api/v1/tickets/{ticket}"), mine, 200).await;
        ticket
    }
    pub async fn hands_on(&mut self, ticket: i64, to: &str, status: u16) -> Value {
        let words = json!({ "to": to, "tried": "Restarted it twice", "expected": "Find the cause" });
        self.posts(&format!("/api/v1/tickets/{ticket}/escalate"), words, status).await
    }
    pub async fn hands_back(&mut self, ticket: i64, note: &str, status: u16) -> Value {
        self.posts(&format!("/api/v1/tickets/{ticket}/hand-back"), json!({ "note": note }), status).await
    }
    pub async fn ticket(&mut self, number: i64) -> Value {
        self.gets(&format!("/api/v1/tickets/{number}")).await
    }
    pub async fn stays(&mut self, ticket: i64) -> Vec<Value> {
        self.gets(&format!("/api/v1/tickets/{ticket}/stays")).await["items"].as_array().unwrap().clone()
    }
    /// Numbers of what a filter finds.
    pub async fn finds(&mut self, filter: &str) -> Vec<i64> {
        let filter: String = filter.replace(':', "%3A").replace(' ', "%20");
        let found = self.gets(&format!("/api/v1/tickets?filter={filter}")).await;
        let items = found["items"].as_array().unwrap().iter();
        items.map(|ticket| ticket["number"].as_i64().unwrap()).collect()
    }
    pub async fn fires(&self) {
        desk::escalation::climb::catch_up(&self.home).await.unwrap();
    }
    /// Whether tickets and alarms say what the stays say.
    pub async fn wrong(&self) -> Vec<(String,)> {
        let look = |conn: &mut db::Conn| desk::escalation::climb::wrong(conn, 21);
        self.home.db.read::<_, db::Error>(look).await.unwrap()
    }
    /// Kinds of events about tickets that begin so, in their order: kind, ticket, and a field of each.
    pub async fn events(
        &self,
        beginnings: &'static [&'static str],
        field: &'static str,
    ) -> Vec<(String, i64, String)> {
        let all = Grant::<System>::system(&self.home)
            .read::<_, db::Error>(|tx| platform::events::after(tx, Id::new(0), 10_000))
            .await
            .unwrap();
        let of = all.into_iter().filter(|event| beginnings.iter().any(|begin| event.kind.starts_with(begin)));
        of.map(|event| {
            let word = event.data()[field].as_str().unwrap_or_default().to_owned();
            (event.kind.clone(), event.subject_id("ticket").unwrap(), word)
        })
        .collect()
    }
}

/// The codes of a refusal, by field.
pub fn fields(problem: &Value) -> Vec<(String, String)> {
    let one = |error: &Value| {
        (error["pointer"].as_str().unwrap().to_owned(), error["code"].as_str().unwrap().to_owned())
    };
    problem["errors"].as_array().unwrap().iter().map(one).collect()
}
