//! What can be wrong with a request about a webhook.
use kernel::fault::Problem;
use platform::db;

#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// It is switched off: nothing is sent to it.
    #[error("the webhook is switched off")]
    Off,
    /// There is no such webhook or delivery.
    #[error("no such webhook")]
    Unknown,
    #[error(transparent)]
    Database(#[from] db::Error),
    /// What was sent does not fit.
    #[error("{}", .0.code)]
    Refused(Problem),
}
impl From<Problem> for WebhookError {
    fn from(problem: Problem) -> Self {
        WebhookError::Refused(problem)
    }
}
impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Problem {
        match error {
            WebhookError::Off => Problem::conflict("webhook_off"),
            WebhookError::Unknown => Problem::not_found(),
            WebhookError::Database(cause) => cause.into(),
            WebhookError::Refused(problem) => problem,
        }
    }
}
