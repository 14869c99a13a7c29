use super::{
    DeskChanged, Settings,
    store::{self, NewBrand},
};
use crate::permissions::ManageDesk;
use platform::{authority::Tx, brand::Brand, db};

/// Changes name, language and zone, and how the customers' side looks. The caller then tells the site, which pages
/// read the name and the brand from.
///
/// * returns – the brand from now on.
pub fn edit(tx: &mut Tx<ManageDesk>, new: &Settings, brand: &NewBrand) -> db::Result<Brand> {
    store::save(tx, new)?;
    let brand = store::save_brand(tx, brand)?;
    tx.emit(DeskChanged { desk: "settings", name: new.name.clone() })?;
    Ok(brand)
}
