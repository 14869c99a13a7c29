//! What can be wrong with a request about a rule.
use kernel::fault::Problem;
use platform::db;

#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// There is no such rule, or no such version of it.
    #[error("no such rule")]
    Unknown,
    /// Two rules may not share a name.
    #[error("the rule's name is taken")]
    NameTaken,
    /// A desk has 500 rules at most.
    #[error("there are too many rules")]
    TooMany,
    #[error(transparent)]
    Database(#[from] db::Error),
    /// What was sent does not fit.
    #[error("{}", .0.code)]
    Refused(Problem),
}
impl From<Problem> for RuleError {
    fn from(problem: Problem) -> Self {
        RuleError::Refused(problem)
    }
}
impl From<RuleError> for Problem {
    fn from(error: RuleError) -> Problem {
        match error {
            RuleError::Unknown => Problem::not_found(),
            RuleError::NameTaken => Problem::field("name", "rule_name_taken"),
            RuleError::TooMany => Problem::conflict("rule_too_many"),
            RuleError::Database(cause) => cause.into(),
            RuleError::Refused(problem) => problem,
        }
    }
}
