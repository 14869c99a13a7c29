//! What can be done with calendars.
use super::{
    Calendar, CalendarChanged, CalendarCreated, CalendarError,
    policy::{Changes, EXCEPTIONS_MOST, ExceptionDay, NewCalendar},
    store,
};
use crate::sla::{self, ManageSla};
use kernel::{fault::Problem, id::Id};
use platform::authority::Tx;

/// Adds a calendar.
pub fn create(tx: &mut Tx<ManageSla>, new: NewCalendar) -> Result<Id<Calendar>, CalendarError> {
    if store::is_taken(tx, &new.name, None)? {
        return Err(CalendarError::NameTaken);
    }
    if new.is_default {
        store::clear_default(tx)?;
    }
    let id = store::insert(tx, &new)?;
    tx.emit(CalendarCreated { calendar: id, name: new.name })?;
    if new.is_default {
        sla::actions::calendar_changed(tx, id)?;
    }
    Ok(id)
}

/// Changes what is given. Promises that count by it go on with the new hours; what ran stays.
pub fn edit(tx: &mut Tx<ManageSla>, id: Id<Calendar>, changes: Changes) -> Result<(), CalendarError> {
    let before = store::by_id(tx, id)?.ok_or(CalendarError::Unknown)?;
    let new = changes.apply(&before)?;
    if store::is_taken(tx, &new.name, Some(id))? {
        return Err(CalendarError::NameTaken);
    }
    let plan = before.plan();
    let changed = [
        ("name", new.name != before.name),
        ("zone", new.plan.zone != plan.zone),
        ("weekly", new.plan.weekly != plan.weekly),
        ("holidays", new.plan.holidays != plan.holidays),
        ("exceptions", new.plan.exceptions != plan.exceptions),
        ("is_default", new.is_default != before.is_default),
    ];
    let fields: Vec<_> = changed.into_iter().filter(|(_, is)| *is).map(|(field, _)| field).collect();
    if fields.is_empty() {
        return Ok(());
    }
    if new.is_default && !before.is_default {
        store::clear_default(tx)?;
    }
    store::update(tx, id, &new)?;
    tx.emit(CalendarChanged { calendar: id, fields })?;
    sla::actions::calendar_changed(tx, id)?;
    Ok(())
}

/// Adds closed days from an iCalendar file; dates that have hours of their own already stay as they are.
///
/// * returns – how many days are new, and how many entries of the file were no whole days.
/// * errors – 422 for a file without a calendar, or with more days than fit.
pub fn import(
    tx: &mut Tx<ManageSla>,
    id: Id<Calendar>,
    file: &[u8],
) -> Result<(usize, usize), CalendarError> {
    let before = store::by_id(tx, id)?.ok_or(CalendarError::Unknown)?;
    let found = super::ical::closed_days(
        &String::from_utf8_lossy(file),
        kernel::day::Day((tx.now().0 / 86_400_000) as i32),
    );
    let found = found.ok_or_else(|| Problem::field("file", "no_calendar_file"))?;
    let mut exceptions = before.plan().exceptions;
    let had = exceptions.len();
    for (day, name) in found.days {
        let date = day.to_string();
        if !exceptions.iter().any(|exception| exception.date == date) {
            exceptions.push(ExceptionDay { date, name, windows: Vec::new() });
        }
    }
    if exceptions.len() > EXCEPTIONS_MOST {
        return Err(Problem::field("file", "too_long").into());
    }
    let added = exceptions.len() - had;
    edit(tx, id, Changes { exceptions: Some(exceptions), ..Changes::default() })?;
    Ok((added, found.left_out))
}
