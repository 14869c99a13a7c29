//! What somebody should look at: counted by a worker, shown beside the entries of the settings on every page.
use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock},
};

/// Counts by the address of the page that shows them. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Alarms(Arc<RwLock<BTreeMap<&'static str, i64>>>);

impl Alarms {
    pub fn set(&self, page: &'static str, count: i64) {
        self.0.write().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(page, count);
    }
    /// 0 where nothing is known.
    pub fn of(&self, page: &str) -> i64 {
        self.0.read().unwrap_or_else(|poisoned| poisoned.into_inner()).get(page).copied().unwrap_or(0)
    }
}
