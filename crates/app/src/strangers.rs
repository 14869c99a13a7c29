//! Nobody is known yet: until the people's sign-in is here.
use kernel::fault::Problem;
use platform::{
    Home,
    authority::{Actor, Authenticate},
    web::Request,
};
use std::pin::Pin;

pub struct Strangers;
impl Authenticate for Strangers {
    fn actor<'a>(
        &'a self,
        _: &'a Home,
        _: &'a Request,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Actor>, Problem>> + Send + 'a>> {
        Box::pin(async { Ok(None) })
    }
}
