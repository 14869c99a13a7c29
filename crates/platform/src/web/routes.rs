//! The registry of routes: each is written down with the permission it needs, and one test tries them all.
use crate::{Home, authority::Permission};
use axum::routing::MethodRouter;
use utoipa::openapi::path::Paths;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody. This list may only shrink.
    Public,
    /// Whoever has the permission with this key.
    Permission(&'static str),
}

#[derive(Clone, Debug)]
pub struct Route {
    pub method: &'static str,
    /// With `{name}` for what varies.
    pub path: String,
    pub access: Access,
}

/// The routes of a slice, of a crate, of the program.
#[derive(Default)]
pub struct Routes {
    pub router: OpenApiRouter<Home>,
    pub table: Vec<Route>,
}

impl Routes {
    pub fn new() -> Routes {
        Routes::default()
    }
    fn add(
        mut self,
        access: Access,
        methods: &[&'static str],
        path: &str,
        handler: MethodRouter<Home>,
    ) -> Self {
        for method in methods {
            self.table.push(Route { method, path: path.into(), access: access.clone() });
        }
        self.router = self.router.route(path, handler);
        self
    }
    /// A page.
    pub fn get<P: Permission>(self, path: &str, handler: MethodRouter<Home>) -> Self {
        self.add(Access::Permission(P::KEY), &["GET"], path, handler)
    }
    /// What a form sends to.
    pub fn post<P: Permission>(self, path: &str, handler: MethodRouter<Home>) -> Self {
        self.add(Access::Permission(P::KEY), &["POST"], path, handler)
    }
    pub fn put<P: Permission>(self, path: &str, handler: MethodRouter<Home>) -> Self {
        self.add(Access::Permission(P::KEY), &["PUT"], path, handler)
    }
    pub fn public_get(self, path: &str, handler: MethodRouter<Home>) -> Self {
        self.add(Access::Public, &["GET"], path, handler)
    }
    pub fn public_post(self, path: &str, handler: MethodRouter<Home>) -> Self {
        self.add(Access::Public, &["POST"], path, handler)
    }
    /// Operations of the API, with their documentation: `routes!(list, post)` of one permission.
    pub fn api<P: Permission>(self, operations: UtoipaMethodRouter<Home>) -> Self {
        self.operations(Access::Permission(P::KEY), operations)
    }
    pub fn public_api(self, operations: UtoipaMethodRouter<Home>) -> Self {
        self.operations(Access::Public, operations)
    }
    fn operations(mut self, access: Access, operations: UtoipaMethodRouter<Home>) -> Self {
        for (method, path) in listed(&operations.1) {
            self.table.push(Route { method, path, access: access.clone() });
        }
        self.router = self.router.routes(operations);
        self
    }
    pub fn merge(mut self, other: Routes) -> Self {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }
}

fn listed(paths: &Paths) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for (path, item) in &paths.paths {
        let methods = [
            ("GET", item.get.is_some()),
            ("POST", item.post.is_some()),
            ("PUT", item.put.is_some()),
            ("PATCH", item.patch.is_some()),
            ("DELETE", item.delete.is_some()),
        ];
        all.extend(methods.into_iter().filter(|(_, is_there)| *is_there).map(|(m, _)| (m, path.clone())));
    }
    all
}
