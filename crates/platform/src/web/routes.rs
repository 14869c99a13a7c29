//! The registry of routes: each is written down with the permission it needs, and one test tries them all.
use super::Failure;
use crate::{Home, authority::Permission};
use axum::{
    extract::Request,
    http::Method,
    middleware::{Next, from_fn},
    response::IntoResponse,
    routing::MethodRouter,
};
use kernel::fault::{Mistakes, Problem};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use utoipa::openapi::{
    RefOr,
    path::{Operation, ParameterIn, PathItem, Paths},
};
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
    /// The same for operations that take a message: see [`super::roomy`].
    pub fn roomy_api<P: Permission>(self, mut operations: UtoipaMethodRouter<Home>) -> Self {
        operations.2 = super::roomy(operations.2);
        self.api::<P>(operations)
    }
    pub fn public_api(self, operations: UtoipaMethodRouter<Home>) -> Self {
        self.operations(Access::Public, operations)
    }
    fn operations(mut self, access: Access, mut operations: UtoipaMethodRouter<Home>) -> Self {
        let known = Arc::new(parameters(&operations.1));
        operations.2 = operations.2.route_layer(from_fn(move |request: Request, next: Next| {
            let known = known.clone();
            async move {
                match unknown(&known, &request) {
                    Some(problem) => Failure(problem).into_response(),
                    None => next.run(request).await,
                }
            }
        }));
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

/// The operations of a path, by method.
fn each(item: &PathItem) -> [(&'static str, Option<&Operation>); 5] {
    [
        ("GET", item.get.as_ref()),
        ("POST", item.post.as_ref()),
        ("PUT", item.put.as_ref()),
        ("PATCH", item.patch.as_ref()),
        ("DELETE", item.delete.as_ref()),
    ]
}

fn listed(paths: &Paths) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for (path, item) in &paths.paths {
        let methods = each(item).into_iter().filter(|(_, operation)| operation.is_some());
        all.extend(methods.map(|(method, _)| (method, path.clone())));
    }
    all
}

/// What each method takes in the query, as its documentation says. Every list takes `limit` and `cursor`, also one
/// that is always one page.
fn parameters(paths: &Paths) -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut known: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    for (path, item) in &paths.paths {
        for (method, operation) in each(item) {
            let Some(operation) = operation else { continue };
            let names = known.entry(method).or_default();
            for given in operation.parameters.iter().flatten() {
                if let RefOr::T(given) = given
                    && matches!(given.parameter_in, ParameterIn::Query)
                {
                    names.insert(given.name.clone());
                }
            }
            if method == "GET" && !path.ends_with('}') {
                names.extend(["limit", "cursor"].map(str::to_owned));
            }
        }
    }
    known
}

/// The parameters that the operation does not have, each named: a misspelt filter must not show everything.
fn unknown(known: &BTreeMap<&'static str, BTreeSet<String>>, request: &Request) -> Option<Problem> {
    let query = request.uri().query()?;
    let method = if request.method() == Method::HEAD { "GET" } else { request.method().as_str() };
    let known = known.get(method)?;
    let mut mistakes = Mistakes::default();
    for (name, _) in form_urlencoded::parse(query.as_bytes()).take(100) {
        mistakes.require(known.contains(&*name), &name, "unknown_parameter");
    }
    mistakes.check().err()
}
