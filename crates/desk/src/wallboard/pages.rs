//! `/wallboard`.
use super::{
    policy::{self, Group, HOURS, People, Wallboard},
    store,
};
use crate::{filter, tickets::ViewTickets};
use people::web::escape;
use platform::{
    authority::{Grant, Implies, Tx},
    db, settings,
    web::{Failure, Page, Ui},
};
use std::fmt::Write;

/// Reads everything at one moment.
pub fn load<P: Implies<ViewTickets>>(tx: &mut Tx<P>) -> db::Result<Wallboard> {
    let from = policy::first_hour(tx.now());
    let (standing, decided) = (store::standing(tx)?, store::decided(tx, from)?);
    let (opened, solved) = (store::opened(tx, from)?, store::solved(tx, from)?);
    // Tickets in sight can be in any team: of a client of the reader's, or handed to them.
    let found = standing.iter().map(|one| one.team_id).chain(decided.iter().map(|one| one.team_id));
    let found: Vec<_> = found.chain(opened.iter().chain(&solved).map(|one| one.team_id)).collect();
    let places = store::places(tx, &found)?;
    let (mut groups, mut total) = policy::arrange(places, &standing, &opened, &solved, &decided);
    let is_council_mode = settings::is_council_mode(tx)?;
    if is_council_mode {
        let (people, active) = (store::members(tx)?, store::active(tx)?);
        policy::veil(&mut groups, &mut total, &people, active);
    }
    let own = match tx.actor().user() {
        Some(me) => store::people(tx, me.number())?.pop(),
        None => None,
    };
    let people = if is_council_mode {
        People::CouncilMode
    } else if tx.actor().reach("figures.people").is_none() {
        People::NotAllowed
    } else {
        People::Each(store::people(tx, 0)?)
    };
    Ok(Wallboard { at: tx.now(), groups, total, own, people })
}

#[derive(askama::Template)]
#[template(path = "wallboard/page.html")]
pub struct Shown {
    ui: Ui,
    board: Wallboard,
}
impl Shown {
    /// The list behind a number of a group; an empty name is no team, `None` the whole desk.
    fn list(&self, group: Option<&Group>, words: &str) -> String {
        let team = match group {
            None => String::new(),
            Some(group) if group.name.is_empty() => " team:none".into(),
            Some(group) => format!(" team:{}", filter::print::quoted(&group.name)),
        };
        format!("/tickets?filter={}", escape(&format!("{words}{team}")))
    }
    fn open(&self, group: Option<&Group>) -> String {
        self.list(group, "waiting:us -is:snoozed")
    }
    fn unassigned(&self, group: Option<&Group>) -> String {
        self.list(group, "waiting:us is:unassigned -is:snoozed")
    }
    fn late(&self, group: Option<&Group>) -> String {
        self.list(group, "is:late -is:snoozed")
    }
    fn soon(&self, group: Option<&Group>) -> String {
        self.list(group, "is:open -is:late due:<2h -is:snoozed")
    }
    fn waiting(&self, group: Option<&Group>) -> String {
        self.list(group, "(waiting:customer or waiting:third_party) -is:snoozed")
    }
    /// Whether the group begins another line than the one before it.
    fn begins_line(&self, at: &usize) -> bool {
        let line = |at: usize| self.board.groups.get(at).map(|group| group.line.as_ref().map(|line| line.0));
        let has_lines = self.board.groups.iter().any(|group| group.line.is_some());
        has_lines && (*at == 0 || line(*at) != line(at - 1))
    }
}

/// Width and height of a sparkline, in the units of its picture; one hour is four wide.
pub const WIDTH: usize = HOURS * 4;
pub const HEIGHT: i64 = 20;

/// The bars of a sparkline as a path: the highest hour is as high as the picture.
pub fn bars(hours: &[i64; HOURS]) -> String {
    let most = hours.iter().copied().max().unwrap_or(0).max(1);
    let mut path = String::new();
    for (at, n) in hours.iter().enumerate().filter(|(_, n)| **n > 0) {
        // What is there is seen: at least one unit high.
        let high = (n * HEIGHT / most).max(1);
        let _ = write!(path, "M{} {HEIGHT}v-{high}h3v{high}z", at * 4);
    }
    path
}

/// `GET /wallboard`.
pub async fn get(grant: Grant<ViewTickets>, ui: Ui) -> Result<Page<Shown>, Failure> {
    let board = grant.read::<_, db::Error>(|tx| load(tx)).await?;
    Ok(Page(Shown { ui, board }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_fill_the_height_and_leave_empty_hours_out() {
        let mut hours = [0; HOURS];
        assert_eq!(bars(&hours), "");
        (hours[0], hours[2]) = (1, 40);
        assert_eq!(bars(&hours), "M0 20v-1h3v1zM8 20v-20h3v20z");
    }
}
