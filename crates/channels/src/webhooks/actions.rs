//! What can be done with webhooks.
use super::{
    ManageWebhooks, WebhookChanged, WebhookCreated, WebhookError, WebhookRemoved, WebhookTested,
    policy::{Delivery, Edit, NewWebhook, OLD_SECRET_MS, Webhook, new_secret},
    store,
};
use kernel::{fault::Problem, id::Id, secret::Secret};
use platform::{authority::Tx, keys::Keys};

/// The row that a secret is sealed for.
pub(super) fn place(id: Id<Webhook>) -> String {
    format!("webhook/{id}")
}

/// Adds a webhook.
///
/// * returns – its secret too, which is shown once.
pub fn create(
    tx: &mut Tx<ManageWebhooks>,
    keys: &Keys,
    new: NewWebhook,
) -> Result<(Id<Webhook>, Secret<String>), WebhookError> {
    let id = store::insert(tx, &new)?;
    let secret = new_secret();
    store::set_secret(tx, id, &keys.seal(&place(id), &secret), None)?;
    tx.emit(WebhookCreated { webhook: id, name: new.name })?;
    Ok((id, secret))
}

/// Changes what is given. What waits for one that is switched off has failed.
///
/// * errors – 422 `not_yours` where the address or the switch is changed by somebody who may not see what is sent there.
pub fn edit(tx: &mut Tx<ManageWebhooks>, id: Id<Webhook>, edit: Edit) -> Result<(), WebhookError> {
    let before = store::by_id(tx, id)?.ok_or(WebhookError::Unknown)?;
    let is_led_elsewhere = edit.url.as_ref().is_some_and(|url| *url != before.url)
        || edit.is_active.is_some_and(|is_active| is_active != before.is_active);
    // What waits is of the kinds as they were: other ones in the same change do not help.
    if is_led_elsewhere && !before.kinds().are_seen_by(tx.actor()) {
        return Err(Problem::field("kinds", "not_yours").into());
    }
    if !store::update(tx, id, &edit)? {
        return Err(WebhookError::Unknown);
    }
    let given = [
        ("name", edit.name.is_some()),
        ("url", edit.url.is_some()),
        ("kinds", edit.kinds.is_some()),
        ("is_active", edit.is_active.is_some()),
    ];
    let fields: Vec<_> = given.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name).collect();
    if edit.is_active == Some(false) {
        store::give_up(tx, id, "switched_off")?;
    }
    if !fields.is_empty() {
        tx.emit(WebhookChanged { webhook: id, fields })?;
    }
    Ok(())
}

/// The secret that signs now, for whoever asked for the webhook and did not hear the answer.
pub fn secret(
    tx: &mut Tx<ManageWebhooks>,
    keys: &Keys,
    id: Id<Webhook>,
) -> Result<Secret<String>, WebhookError> {
    let sealed = store::sealed(tx, id)?.ok_or(WebhookError::Unknown)?;
    keys.open_sealed(&place(id), &sealed).map_err(|_| Problem::internal().into())
}

/// Makes another secret; the one before signs beside it for a day.
pub fn rotate(
    tx: &mut Tx<ManageWebhooks>,
    keys: &Keys,
    id: Id<Webhook>,
) -> Result<Secret<String>, WebhookError> {
    store::by_id(tx, id)?.ok_or(WebhookError::Unknown)?;
    let secret = new_secret();
    let until = tx.now().plus(OLD_SECRET_MS);
    store::set_secret(tx, id, &keys.seal(&place(id), &secret), Some(until))?;
    tx.emit(WebhookChanged { webhook: id, fields: vec!["secret"] })?;
    Ok(secret)
}

pub fn remove(tx: &mut Tx<ManageWebhooks>, id: Id<Webhook>) -> Result<(), WebhookError> {
    let webhook = store::by_id(tx, id)?.ok_or(WebhookError::Unknown)?;
    store::delete(tx, id)?;
    tx.emit(WebhookRemoved { webhook: id, name: webhook.name })?;
    Ok(())
}

/// Sends an event that only says that it is a test, on the same way as all others.
///
/// * errors – 409 `webhook_off`.
pub fn test(tx: &mut Tx<ManageWebhooks>, id: Id<Webhook>) -> Result<(), WebhookError> {
    let webhook = store::by_id(tx, id)?.ok_or(WebhookError::Unknown)?;
    if !webhook.is_active {
        return Err(WebhookError::Off);
    }
    tx.emit(WebhookTested { webhook: id })?;
    Ok(())
}

/// Has a delivery sent at once, whatever became of it before.
///
/// * errors – 409 `webhook_off`.
pub fn retry(
    tx: &mut Tx<ManageWebhooks>,
    webhook: Id<Webhook>,
    id: Id<Delivery>,
) -> Result<Delivery, WebhookError> {
    let of = store::by_id(tx, webhook)?.ok_or(WebhookError::Unknown)?;
    store::delivery(tx, webhook, id)?.ok_or(WebhookError::Unknown)?;
    if !of.is_active {
        return Err(WebhookError::Off);
    }
    store::restart(tx, id)?;
    store::delivery(tx, webhook, id)?.ok_or(WebhookError::Unknown)
}
