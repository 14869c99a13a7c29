//! A desk without sign-in, for tests below the people.
use kernel::{clock::Clock, fault::Problem};
use platform::{
    Home,
    authority::{Actor, Authenticate},
    blobs::Blobs,
    db::Db,
    keys::Keys,
    outbound::{Cidr, Outbound, Policy},
    settings::Site,
    web::Request,
};
use std::{future::Future, pin::Pin};

/// Knows nobody.
pub struct Nobody;
impl Authenticate for Nobody {
    fn actor<'a>(
        &'a self,
        _: &'a Home,
        _: &'a Request,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Actor>, Problem>> + Send + 'a>> {
        Box::pin(async { Ok(None) })
    }
}

/// A desk over `db` with a fixed key; its blob folder is removed with the machine's temporary files.
pub fn home(db: Db, clock: Clock) -> Home {
    home_with(db, clock, Box::new(Nobody))
}

/// The same, with somebody who knows people.
pub fn home_with(db: Db, clock: Clock, authenticate: Box<dyn Authenticate>) -> Home {
    let loopback = "127.0.0.0/8".parse().expect("it is a range");
    home_allowing(db, clock, vec![loopback], authenticate)
}

/// The same, with the private ranges that the operator allows.
pub fn home_allowing(db: Db, clock: Clock, allow: Vec<Cidr>, authenticate: Box<dyn Authenticate>) -> Home {
    home_at(db, clock, Site::new("http://127.0.0.1:8080", 25_000_000), allow, authenticate)
}

/// The same, as the operator set it up.
pub fn home_at(
    db: Db,
    clock: Clock,
    site: Site,
    allow: Vec<Cidr>,
    authenticate: Box<dyn Authenticate>,
) -> Home {
    let folder = tempfile::tempdir().expect("the temporary folder is writable").keep();
    let blobs = Blobs::open(folder).expect("the temporary folder is writable");
    let keys = Keys::from_bytes(&[7; 32]).expect("32 bytes are a key");
    let outbound = Outbound::new(Policy { allow, ..Policy::default() });
    Home::new(db, clock, keys, blobs, site, outbound, authenticate)
}
