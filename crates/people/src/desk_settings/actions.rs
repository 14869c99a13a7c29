use super::{DeskChanged, Settings, store};
use crate::permissions::ManageDesk;
use platform::{authority::Tx, db};

/// Changes name, language and zone. The caller then renames the site that pages read the name from.
pub fn edit(tx: &mut Tx<ManageDesk>, new: &Settings) -> db::Result<()> {
    store::save(tx, new)?;
    tx.emit(DeskChanged { desk: "settings", name: new.name.clone() })
}
