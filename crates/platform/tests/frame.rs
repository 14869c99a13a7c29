//! The frame of the pages: right words in every language, and nothing that the person may not see.
use axum::{
    body::{Body, to_bytes},
    http::Request as HttpRequest,
};
use kernel::{clock::Clock, fault::Problem, id::Id};
use platform::{
    Home,
    authority::{Actor, Authenticate, Scope, Who},
    blobs::Blobs,
    i18n::{self, Language},
    keys::Keys,
    outbound::{Outbound, Policy},
    settings::Site,
    web::{Request, frame},
};
use std::{fs, future::Future, path::Path, pin::Pin};
use testkit::Desk;
use tower::ServiceExt;

struct Somebody {
    language: Language,
    permissions: &'static [&'static str],
}
impl Authenticate for Somebody {
    fn actor<'a>(
        &'a self,
        _: &'a Home,
        _: &'a Request,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Actor>, Problem>> + Send + 'a>> {
        let permissions = self.permissions.iter().map(|key| ((*key).to_owned(), Scope::All)).collect();
        let mut actor = Actor::system();
        actor.who = Who::User(Id::new(3));
        actor.name = "Ada <b>Peters</b>".into();
        actor.language = self.language;
        actor.permissions = permissions;
        Box::pin(async { Ok(Some(actor)) })
    }
}

async fn style_guide(language: Language, permissions: &'static [&'static str]) -> String {
    let desk = Desk::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(
        desk.db.clone(),
        Clock::System,
        Keys::from_bytes(&[7; 32]).unwrap(),
        Blobs::open(folder.path().to_owned()).unwrap(),
        Site::new("http://127.0.0.1:8080", 25_000_000),
        Outbound::new(Policy::default()),
        Box::new(Somebody { language, permissions }),
    );
    let (router, _) = frame::routes().router.split_for_parts();
    let request = HttpRequest::get("/styleguide").body(Body::empty()).unwrap();
    let response = router.with_state(home).oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn the_frame_offers_only_what_the_person_may_see() {
    let agent = style_guide(Language::En, &["tickets.view", "tickets.create"]).await;
    assert!(agent.contains(r#"href="/tickets/new""#));
    assert!(!agent.contains("/admin/") && !agent.contains(r#"href="/admin""#), "an agent has no settings");
    assert!(!agent.contains(r#"href="/contacts""#));
    let admin = style_guide(Language::En, &["people.view", "desk.manage"]).await;
    assert!(admin.contains("/admin/users") && admin.contains("/admin/desk"));
    assert!(!admin.contains("/admin/inboxes") && !admin.contains(r#"href="/tickets""#));
}

#[tokio::test]
async fn a_name_is_text_wherever_the_frame_shows_it() {
    let page = style_guide(Language::En, &[]).await;
    assert!(page.contains("Peters") && !page.contains("<b>Peters"));
}

#[tokio::test]
async fn the_frame_speaks_the_persons_language() {
    let german = style_guide(Language::De, &["people.view"]).await;
    assert!(german.contains(r#"<html lang="de""#) && german.contains("Benutzer"));
    assert!(!german.contains("Skip to the content"));
    let dutch = style_guide(Language::Nl, &["people.view"]).await;
    assert!(dutch.contains("Gebruikers") && dutch.contains(r#"data-minutes-ago="{n} minuten geleden""#));
}

#[test]
fn every_word_of_the_shared_templates_exists_in_every_language() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut found = 0;
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let calls = ["ui.t(\"", "ui.t1(\"", "ui.t2(\""].into_iter().flat_map(|call| text.split(call).skip(1));
        for key in calls.filter_map(|rest| rest.split('"').next()) {
            found += 1;
            for language in [Language::En, Language::De, Language::Nl] {
                assert!(i18n::exists(language, key), "{key} is missing in {language:?}");
            }
        }
    }
    assert!(found > 80, "the templates were found");
}

/// An answer of the frame's own routes.
async fn asked(path: &str) -> (String, String, String) {
    let desk = Desk::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(
        desk.db.clone(),
        Clock::System,
        Keys::from_bytes(&[7; 32]).unwrap(),
        Blobs::open(folder.path().to_owned()).unwrap(),
        Site::new("http://127.0.0.1:8080", 25_000_000),
        Outbound::new(Policy::default()),
        Box::new(Somebody { language: Language::En, permissions: &[] }),
    );
    home.site.rename("Lindgren & Söhne");
    let (router, _) = frame::routes().router.split_for_parts();
    let request = HttpRequest::get(path).body(Body::empty()).unwrap();
    let response = router.with_state(home).oneshot(request).await.unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    let (kind, cache) = (header("content-type"), header("cache-control"));
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (kind, cache, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn what_installs_the_desk_names_it_and_leads_into_it() {
    let (kind, cache, body) = asked("/manifest.webmanifest").await;
    assert_eq!((kind.as_str(), cache.as_str()), ("application/manifest+json", "no-cache"));
    let manifest: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(manifest["name"], "Lindgren & Söhne");
    assert_eq!((&manifest["id"], &manifest["scope"]), (&"/".into(), &"/".into()));
    let lead = |one: &serde_json::Value| one["url"].as_str().unwrap().to_owned();
    let shortcuts: Vec<_> = manifest["shortcuts"].as_array().unwrap().iter().map(lead).collect();
    assert_eq!(shortcuts, ["/tickets/new", "/tickets?view=mine"]);
    for icon in manifest["icons"].as_array().unwrap() {
        assert!(icon["src"].as_str().unwrap().starts_with("/assets/"), "{icon}: the front end is not built");
    }
}

#[tokio::test]
async fn the_worker_is_asked_for_anew_and_keeps_files_by_their_content() {
    let (kind, cache, script) = asked("/worker.js").await;
    assert_eq!((kind.as_str(), cache.as_str()), ("text/javascript; charset=utf-8", "no-cache"));
    for name in ["agent.css", "agent.js", "composer.js", "icons.svg", "inter.woff2"] {
        let url = platform::assets::url(name);
        assert!(script.contains(url), "{url} would not be there without a connection");
    }
}
