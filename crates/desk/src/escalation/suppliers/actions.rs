//! What can be done with suppliers.
use super::{
    policy::{NewSupplier, Supplier, SupplierChanges},
    store,
};
use crate::{
    conversation,
    escalation::{ManageEscalation, SupplierChanged, SupplierCreated, promised},
    tickets::TicketError,
};
use kernel::{fault::Problem, id::Id};
use platform::authority::Tx;

/// Adds a supplier.
pub fn create_supplier(tx: &mut Tx<ManageEscalation>, new: NewSupplier) -> Result<Id<Supplier>, TicketError> {
    check_supplier(tx, &new, None)?;
    let supplier = store::insert_supplier(tx, &new)?;
    tx.emit(SupplierCreated { supplier, name: new.name })?;
    Ok(supplier)
}

/// Changes what is given.
pub fn edit_supplier(
    tx: &mut Tx<ManageEscalation>,
    id: Id<Supplier>,
    changes: SupplierChanges,
) -> Result<(), TicketError> {
    let before = store::supplier(tx, id)?.ok_or_else(Problem::not_found)?;
    let given = [
        ("name", changes.name.is_some()),
        ("email", changes.email.is_some()),
        ("calendar", changes.calendar.is_some()),
        ("accept_within", changes.accept_within.is_some()),
        ("solve_within", changes.solve_within.is_some()),
        ("warn", changes.warn.is_some()),
        ("is_archived", changes.is_archived.is_some()),
    ];
    let (draft, is_archived) = changes.apply(&before);
    let new = draft.parse()?;
    check_supplier(tx, &new, Some(id))?;
    store::update_supplier(tx, id, &new, is_archived)?;
    let fields: Vec<_> = given.into_iter().filter(|(_, is)| *is).map(|(field, _)| field).collect();
    if !fields.is_empty() {
        tx.emit(SupplierChanged { supplier: id, fields })?;
    }
    Ok(())
}

fn check_supplier(
    tx: &mut Tx<ManageEscalation>,
    new: &NewSupplier,
    but: Option<Id<Supplier>>,
) -> Result<(), TicketError> {
    if store::is_supplier_taken(tx, &new.name, but)? {
        return Err(Problem::field("name", "taken").into());
    }
    // A desk that writes to itself would answer itself.
    if conversation::store::is_own_address(tx, &new.email)? {
        return Err(Problem::field("email", "supplier_is_inbox").into());
    }
    promised::check(tx, &new.name, &new.promised)
}
