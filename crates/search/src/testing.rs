//! An index beside a desk of a test.
use crate::{Index, extract::Way, follow};
use platform::Home;
use std::sync::Arc;

/// The index of this desk, made where there is none, with all that happened until now.
pub async fn indexed(home: &Home) -> Arc<Index> {
    let index = home.extras.get::<Index>().unwrap_or_else(|| {
        let folder = home.blobs.folder().with_extension("search");
        std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
        let index = Arc::new(Index::open(&folder, Way::Here).expect("a new index can be made"));
        home.extras.put(index.clone());
        index
    });
    follow::catch_up(home, &index).await.expect("it can be read and written");
    index
}
