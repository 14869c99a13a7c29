//! Taking files in.
use super::{Attachment, store};
use crate::{conversation::Message, tickets::TicketError};
use kernel::{fault::Problem, id::Id};
use platform::authority::Tx;

/// Gives uploads to a message.
///
/// * errors – 422 where one is not there, is somebody else's, or belongs to another message.
pub fn attach<P>(tx: &mut Tx<P>, message: Id<Message>, ids: &[Id<Attachment>]) -> Result<(), TicketError> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    if store::attach(tx, message, &ids)? != ids.len() as u64 {
        return Err(Problem::field("attachments", "unknown_id").into());
    }
    Ok(())
}

/// Pictures among `ids` that the HTML shows from `/attachments/ID` become parts of the text.
pub fn place<P>(
    tx: &mut Tx<P>,
    message: Id<Message>,
    html: Option<&str>,
    ids: &[Id<Attachment>],
) -> Result<(), TicketError> {
    let Some(html) = html.filter(|html| html.contains("/attachments/")) else { return Ok(()) };
    let is_shown = |id: &&Id<Attachment>| html.contains(&format!("\"/attachments/{id}\""));
    let shown: Vec<_> = ids.iter().filter(is_shown).copied().collect();
    Ok(store::mark_inline(tx, message, &shown)?)
}

/// Files of a message go with another as well; `None` is all of them.
///
/// * errors – 422 where one is not of that message.
pub fn copy<P>(
    tx: &mut Tx<P>,
    from: Id<Message>,
    to: Id<Message>,
    chosen: Option<&[Id<Attachment>]>,
) -> Result<(), TicketError> {
    let mut ids = match chosen {
        Some(chosen) => chosen.to_vec(),
        None => store::of_message(tx, from)?.into_iter().map(|file| file.id).collect(),
    };
    ids.sort();
    ids.dedup();
    if store::copy(tx, from, to, &ids)? != ids.len() as u64 {
        return Err(Problem::field("forward_attachments", "unknown_id").into());
    }
    Ok(())
}
