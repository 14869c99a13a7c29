//! Who else has the same fault now: open tickets of others with the same telling words.
use super::store;
use crate::{
    arrangements,
    search::{TICKET, find::reach, store::code},
    tickets::{self, Category, Ticket, ViewTickets},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Implies, Permission, Tx},
    db,
};
use search::{
    Index, Key,
    query::Must,
    similar::{Alike, Likeness},
};
use tokio::task::spawn_blocking;

/// More are asked of the index than are shown: it does not know which are the same person's.
const ASKED: usize = 30;

/// An open ticket of somebody else about the same.
pub struct Similar {
    pub ticket: Ticket,
    /// The words that both have, what says most first.
    pub words: Vec<String>,
}
impl Similar {
    pub fn shared(&self) -> String {
        self.words.iter().take(6).map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// Open tickets of others that are about the same as this one, which the caller has seen, the most alike first. What the
/// reader may not see is not found, and what is linked already is not shown again.
///
/// * returns – `None` where this process has no index.
pub async fn similar<P: Implies<ViewTickets> + 'static>(
    grant: &Grant<P>,
    number: Id<Ticket>,
    limit: usize,
) -> Result<Option<Vec<Similar>>, Problem> {
    let Some(index) = grant.home().extras.get::<Index>() else { return Ok(None) };
    let scope = grant.actor().reach(ViewTickets::KEY).ok_or(Problem::new(403, "permission_required"))?;
    let read = move |tx: &mut Tx<P>| {
        let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
        let said = store::first_words(tx, number)?;
        Ok::<_, Problem>((ticket.into_inner(), said))
    };
    let (ticket, said) = grant.read(read).await?;
    let (own, reach) = (ticket.clone(), reach(grant.actor(), scope));
    let search = move || {
        let text = said.into_iter().map(|(text,)| text).collect::<Vec<_>>().join("\n");
        let names = [Some(&own.requester_name), own.organisation_name.as_ref(), own.assignee_name.as_ref()];
        let ignored: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
        let open = Category::ALL.iter().filter(|category| category.is_open());
        let open = open.map(|category| code(Category::ALL, category)).collect();
        index.similar(&Likeness {
            title: &own.subject,
            text: &text,
            ignored: &ignored,
            reach: &reach,
            conditions: &[(false, Must::Noun(vec![TICKET])), (false, Must::Category(open))],
            except: Key { noun: TICKET, id: own.id.number() },
            limit: ASKED,
        })
    };
    let found = spawn_blocking(search).await.map_err(|_| Problem::internal())?.map_err(|cause| {
        tracing::error!(%cause, "similar tickets");
        Problem::internal()
    })?;
    if found.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let rows = move |tx: &mut Tx<P>| shown(tx, &ticket, found, limit);
    Ok(Some(grant.read::<_, db::Error>(rows).await.map_err(Problem::from)?))
}

/// The rows behind what was found, as they are by now and as far as the reader sees them.
fn shown<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    own: &Ticket,
    found: Vec<Alike>,
    limit: usize,
) -> db::Result<Vec<Similar>> {
    let ids: Vec<_> = found.iter().map(|alike| Id::new(alike.key.id)).collect();
    let linked = arrangements::store::links(tx, own.id)?;
    let mut rows = tickets::store::by_ids(tx, &ids)?;
    rows.retain(|row| {
        let is_linked = linked.iter().any(|link| link.other_id == row.id);
        row.category.is_open() && row.customer_id != own.customer_id && !row.is_merged() && !is_linked
    });
    let similar = found.into_iter().filter_map(|alike| {
        let at = rows.iter().position(|row| row.id.number() == alike.key.id)?;
        Some(Similar { ticket: rows.swap_remove(at), words: alike.words })
    });
    Ok(similar.take(limit).collect())
}
