//! What other crates show on the page of a person or an organisation, without that page knowing them.
use super::{Html, Ui};
use crate::{
    Home,
    authority::{Actor, Contact, Grant, Organisation},
};
use kernel::{fault::Problem, id::Id};
use std::{pin::Pin, sync::Arc};

/// Whose page it is.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    Contact(Id<Contact>),
    Organisation(Id<Organisation>),
}

/// A part of such a page, or nothing for somebody who may not see it.
pub type Part = Pin<Box<dyn Future<Output = Result<Option<Html>, Problem>> + Send>>;

/// Who has something to show.
#[allow(unsafe_code)]
#[linkme::distributed_slice]
pub static PARTS: [fn(Home, Arc<Actor>, Ui, Whose) -> Part];

/// Registers an `async fn(Home, Arc<Actor>, Ui, Whose) -> Result<Option<Html>, Problem>`.
#[macro_export]
macro_rules! show_beside {
    ($part:path) => {
        const _: () = {
            #[allow(unsafe_code)] // linkme's link section
            #[$crate::linkme::distributed_slice($crate::web::beside::PARTS)]
            #[linkme(crate = $crate::linkme)]
            static PART: fn(
                $crate::Home,
                std::sync::Arc<$crate::authority::Actor>,
                $crate::web::Ui,
                $crate::web::beside::Whose,
            ) -> $crate::web::beside::Part = |home, actor, ui, whose| Box::pin($part(home, actor, ui, whose));
        };
    };
}

/// All parts that the person behind `grant` may see.
pub async fn parts<P: 'static>(grant: &Grant<P>, ui: &Ui, whose: Whose) -> Result<Vec<Html>, Problem> {
    let mut shown = Vec::new();
    for part in PARTS {
        shown.extend(part(grant.home().clone(), grant.actor().clone(), ui.clone(), whose).await?);
    }
    Ok(shown)
}
