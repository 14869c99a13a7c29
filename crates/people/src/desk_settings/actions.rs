use super::{
    CouncilModeChanged, DeskChanged, Settings,
    store::{self, NewBrand},
};
use crate::permissions::ManageDesk;
use platform::{authority::Tx, brand::Brand, db, settings};

/// Changes name, language and zone, and how the customers' side looks. The caller then tells the site, which pages
/// read the name and the brand from.
///
/// * returns – the brand from now on.
pub fn edit(tx: &mut Tx<ManageDesk>, new: &Settings, brand: &NewBrand) -> db::Result<Brand> {
    let was = settings::is_council_mode(tx)?;
    store::save(tx, new)?;
    if was != new.is_council_mode {
        tx.emit(CouncilModeChanged { desk: "settings", is_on: new.is_council_mode })?;
    }
    let brand = store::save_brand(tx, brand)?;
    tx.emit(DeskChanged { desk: "settings", name: new.name.clone() })?;
    Ok(brand)
}
