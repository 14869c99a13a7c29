//! All pages of this crate at once.
use crate::{
    routes,
    world::{PASSWORD, World},
};
use platform::web::Access;
use platform::{
    args, db,
    i18n::{self, FOLDERS, Language},
    sql,
};
use std::{collections::BTreeSet, fs, path::Path};
use testkit::{Client, on_both};

const ADA: &str = "ada@acme.example";

/// A desk with one of everything; ids are 1, but for what the set-up made.
async fn furnished(world: &World) -> Client {
    let mut ada = world.signed_in(ADA).await;
    let all = [
        ("/admin/teams", vec![("name", "1st <b>line</b>"), ("members", "1")], "/admin/teams?done=created"),
        (
            "/organisations",
            vec![("name", "Kunde GmbH"), ("domains", "kunde.example\nkunde.test")],
            "/organisations/1?done=created",
        ),
        (
            "/contacts",
            vec![
                ("name", "<b>Cy</b>{{7*7}}"),
                ("emails", "cy@home.example\ncy@other.example"),
                ("phones", "+49 30 1"),
                ("organisation", "kunde gmbh"),
                ("notes", "one\ntwo"),
            ],
            "/contacts/1?done=created",
        ),
        (
            "/admin/roles",
            vec![("name", "Night shift"), ("p.people.view", "all"), ("p.", "")],
            "/admin/roles?done=created",
        ),
        (
            "/admin/users",
            vec![
                ("name", "Ben"),
                ("email", "ben@acme.example"),
                ("role", "3"),
                ("language", "de"),
                ("zone", "Europe/Berlin"),
                ("teams", "1"),
                ("password", ""),
            ],
            "/admin/users/2?done=invited",
        ),
    ];
    for (path, fields, to) in all {
        ada.post_form(path, &fields).await.assert_leads_to(to);
    }
    ada
}

const PAGES: &[&str] = &[
    "/profile",
    "/admin/users",
    "/admin/users?q=be",
    "/admin/users/new",
    "/admin/users/2",
    "/admin/teams",
    "/admin/teams/new",
    "/admin/teams/1",
    "/admin/roles",
    "/admin/roles/new",
    "/admin/roles/1",
    "/admin/roles/2",
    "/admin/roles/5",
    "/admin/desk?done=saved",
    "/admin/tokens",
    "/contacts",
    "/contacts?q=cy%40",
    "/contacts?q=nobody",
    "/contacts/new",
    "/contacts/1",
    "/contacts/1/edit",
    "/organisations",
    "/organisations/new",
    "/organisations/1",
    "/organisations/1/edit",
];

#[test]
fn an_invitation_is_on_its_way_only_where_an_inbox_can_send() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut ada = furnished(&world).await;
        let page = ada.get("/admin/users/2?done=invited").await.assert_status(200);
        page.assert_has("waits until an inbox can send").assert_has("href=\"/admin/inboxes\"");
        world
            .home
            .db
            .write::<_, db::Error>(|conn| {
                conn.run(
                    sql!(
                        "INSERT INTO inbox (name, address, language, receive_kind, receive, send, created_at_ms)
                           VALUES ('Support', 'support@desk.example', 'en', 'smtp', '{}', '{}', 0)"
                    ),
                    args![],
                )
            })
            .await
            .unwrap();
        let page = ada.get("/admin/users/2?done=invited").await.assert_status(200);
        page.assert_has("The invitation is on its way").assert_has_not("waits until");
    });
}

#[test]
fn every_page_is_shown_in_three_languages_and_nothing_typed_becomes_markup() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut ada = furnished(&world).await;
        for language in Language::ALL {
            let fields = [
                ("name", "Ada"),
                ("language", language.word()),
                ("zone", "Europe/Berlin"),
                ("theme", "dark"),
            ];
            ada.post_form("/profile", &fields).await.assert_leads_to("/profile?done=saved");
            for path in PAGES {
                let page = ada.get(path).await.assert_status(200);
                let page =
                    page.assert_has(&format!("<html lang=\"{}\" data-theme=\"dark\"", language.word()));
                page.assert_has_not("<b>").assert_has_not("49</").assert_has("</html>");
            }
        }
        let mut stranger = world.stranger();
        for path in ["/sign-in", "/sign-in/code", "/forgot", "/portal/sign-in", "/sign-in?lang=de"] {
            stranger.get(path).await.assert_status(200).assert_has("<form");
        }
    });
}

#[test]
fn a_stranger_is_spoken_to_in_the_language_of_the_desk() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut ada = world.signed_in("ada@acme.example").await;
        let settings = [("name", "ACME"), ("language", "nl"), ("zone", "Europe/Amsterdam"), ("colour", "")];
        ada.post_form("/admin/desk", &settings).await.assert_status(303);
        for path in ["/sign-in", "/portal/sign-in"] {
            world.stranger().get(path).await.assert_has("<html lang=\"nl\"");
            let mut french = world.stranger().with_header("accept-language", "fr-FR, fr;q=0.8");
            french.get(path).await.assert_has("<html lang=\"nl\"");
            let mut english = world.stranger().with_header("accept-language", "fr, en;q=0.3");
            english.get(path).await.assert_has("<html lang=\"en\"");
        }
    });
}

#[test]
fn what_forms_change_is_changed_and_mistakes_stand_beside_their_field() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut ada = furnished(&world).await;
        ada.get("/contacts/1")
            .await
            .assert_has("Kunde GmbH")
            .assert_has("cy@other.example")
            .assert_has("&#60;b&#62;Cy");
        let fields = [("name", "Cy"), ("emails", "nonsense"), ("notes", "kept text")];
        let wrong = ada.post_form("/contacts/1", &fields).await.assert_status(422);
        wrong.assert_has("id=\"emails-error\"").assert_has("kept text").assert_has("nonsense");
        let fields = [("name", "Cy"), ("emails", "cy@home.example"), ("organisation", "nobody")];
        ada.post_form("/contacts/1", &fields)
            .await
            .assert_status(422)
            .assert_has("id=\"organisation-error\"");
        let fields = [("name", "Cy Young"), ("emails", "cy@home.example"), ("language", "nl")];
        ada.post_form("/contacts/1", &fields).await.assert_leads_to("/contacts/1?done=saved");
        ada.get("/contacts/1")
            .await
            .assert_has("Cy Young")
            .assert_has("Nederlands")
            .assert_has_not("other.example");
        ada.post_form("/organisations/1", &[("name", "Kunde AG"), ("domains", "gmx.de")])
            .await
            .assert_status(422);
        ada.post_form("/organisations/1", &[("name", "Kunde AG")])
            .await
            .assert_leads_to("/organisations/1?done=saved");
        ada.get("/organisations").await.assert_has("Kunde AG").assert_has_not("kunde.test");

        let ben = [
            ("name", "Ben B"),
            ("email", "ben@acme.example"),
            ("role", "4"),
            ("language", "nl"),
            ("zone", "UTC"),
        ];
        let off = ada.post_form("/admin/users/2", &ben).await.assert_leads_to("/admin/users/2?done=saved");
        drop(off);
        ada.get("/admin/users/2").await.assert_has("Ben B").assert_has("value=\"4\" checked");
        let me = [
            ("name", "Ada"),
            ("email", ADA),
            ("role", "2"),
            ("language", "en"),
            ("zone", "UTC"),
            ("is_active", "on"),
        ];
        ada.post_form("/admin/users/1", &me).await.assert_status(409).assert_has("last active administrator");
        let again = [("name", "X"), ("email", ADA), ("role", "3"), ("language", "en"), ("zone", "UTC")];
        ada.post_form("/admin/users", &again).await.assert_status(409).assert_has("id=\"email-error\"");
        ada.post_form("/admin/users/2/help", &[("do", "fire")]).await.assert_status(422);

        ada.post_form("/admin/teams/1", &[("name", "2nd line"), ("is_archived", "on")])
            .await
            .assert_leads_to("/admin/teams?done=saved");
        ada.post_form("/admin/teams", &[("name", "2ND line")])
            .await
            .assert_status(409)
            .assert_has("id=\"name-error\"");
        ada.post_form("/admin/roles/5", &[("name", "Day shift"), ("p.contacts.manage", "all")])
            .await
            .assert_leads_to("/admin/roles?done=saved");
        ada.post_form("/admin/roles/1", &[("name", "x")]).await.assert_status(409);
        ada.post_form("/admin/roles/2/remove", &[]).await.assert_status(409);
        ada.post_form("/admin/roles/5/remove", &[]).await.assert_leads_to("/admin/roles?done=removed");
        ada.post_form("/admin/desk", &[("name", "ACME Help"), ("language", "nl"), ("zone", "Mars/Base")])
            .await
            .assert_status(422);
        ada.post_form("/admin/desk", &[("name", "ACME Help"), ("language", "nl"), ("zone", "UTC")])
            .await
            .assert_leads_to("/admin/desk?done=saved");
        ada.get("/profile").await.assert_has("· ACME Help</title>");
    });
}

#[test]
fn a_token_is_shown_once_and_can_be_ended() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut ada = world.signed_in(ADA).await;
        ada.post_form("/profile/tokens", &[("token_name", "x")])
            .await
            .assert_status(422)
            .assert_has("id=\"scopes-error\"");
        let fields = [
            ("token_name", "Importer"),
            ("scopes", "contacts.view"),
            ("scopes", "people.view"),
            ("days", "30"),
            ("token_password", PASSWORD),
        ];
        let made = ada.post_form("/profile/tokens", &fields).await.assert_status(200);
        let text = made.text();
        let (_, rest) = text.split_once("id=\"new-token\">").unwrap();
        let token = rest.split('<').next().unwrap().to_owned();
        let mut program = world.stranger().with_bearer(&token);
        program.get("/api/v1/contacts").await.assert_status(200);
        program.post_json("/api/v1/contacts", r#"{"name":"x"}"#).await.assert_status(403);
        // What is the person's own is not the program's, unless it was given that.
        let own = [("name", "Somebody"), ("language", "en"), ("zone", "UTC"), ("theme", "auto")];
        program.post_form("/profile", &own).await.assert_status(403);
        ada.get("/profile").await.assert_has("Importer").assert_has_not(&token);
        ada.get("/admin/tokens").await.assert_has("Importer").assert_has_not(&token);
        world.clock.advance(31 * kernel::clock::DAY);
        program.get("/api/v1/contacts").await.assert_status(401);
        let mut ada = world.signed_in(ADA).await;
        ada.post_form("/admin/tokens/revoke", &[("token", "1"), ("user", "1")])
            .await
            .assert_leads_to("/admin/tokens?done=ended");
        ada.get("/profile").await.assert_has_not("Importer");
    });
}

// ABUSE 20, S17
#[test]
fn every_route_refuses_strangers_those_without_permission_and_other_sites() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        world.user("lia@acme.example", "light_agent").await;
        let nobody = world.stranger();
        let ada = world.signed_in(ADA).await;
        world.contact("cy@customer.example").await;
        let customer = {
            let mut cy = world.stranger();
            cy.post_form("/portal/sign-in/link", &[("email", "cy@customer.example")]).await;
            let link = world.newest_link().await;
            let token = link.strip_prefix("/portal/sign-in/").unwrap();
            cy.post_form("/portal/sign-in/confirm", &[("token", token)]).await;
            cy
        };
        let mut public = Vec::new();
        for route in routes().table {
            let path = route.path.replace("{id}", "1").replace("{token}", "x");
            let method: axum::http::Method = route.method.parse().unwrap();
            let send = async |client: &Client| {
                let kind = if path.starts_with("/api/") {
                    "application/json"
                } else {
                    "application/x-www-form-urlencoded"
                };
                client.clone().send(method.clone(), &path, Some(kind), Vec::new()).await.status.as_u16()
            };
            match &route.access {
                Access::Public => public.push(format!("{} {}", route.method, route.path)),
                Access::Permission(key) => {
                    let stranger = send(&nobody).await;
                    assert!(matches!(stranger, 401 | 303), "{method} {path}: {stranger}");
                    let is_customers = *key == "customer";
                    if !is_customers {
                        // On the agents' side a customer is nobody, or somebody who may not.
                        let answer = send(&customer).await;
                        assert!(matches!(answer, 401 | 303 | 403), "{method} {path} as a customer: {answer}");
                    }
                    if method != axum::http::Method::GET {
                        let site = if is_customers { customer.clone() } else { ada.clone() };
                        assert_eq!(
                            send(&site.from_another_site()).await,
                            403,
                            "{method} {path} from elsewhere"
                        );
                        if !is_customers {
                            let get = ada.clone().get(&path).await.status.as_u16();
                            assert!(matches!(get, 200 | 404 | 405), "GET {path}: {get}");
                        }
                    }
                }
            }
        }
        public.sort();
        assert_eq!(
            public,
            [
                "GET /forgot",
                "GET /invite/{token}",
                "GET /portal/sign-in",
                "GET /portal/sign-in/{token}",
                "GET /reset/{token}",
                "GET /sign-in",
                "GET /sign-in/code",
                "POST /forgot",
                "POST /invite",
                "POST /portal/sign-in",
                "POST /portal/sign-in/confirm",
                "POST /portal/sign-in/link",
                "POST /reset",
                "POST /sign-in",
                "POST /sign-in/code",
            ],
            "this list may only shrink"
        );
        let mut lia = world.signed_in("lia@acme.example").await;
        for path in ["/admin/users/new", "/admin/desk", "/admin/tokens", "/contacts/new"] {
            lia.get(path).await.assert_status(403);
        }
    });
}

#[test]
fn every_word_of_the_templates_exists_in_three_languages() {
    let mut used = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "html" || end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                for call in ["ui.t(\"", "ui.t1(\"", "ui.t2(\""] {
                    used.extend(
                        text.split(call).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()),
                    );
                }
            }
        }
    }
    assert!(used.len() > 100);
    for language in Language::ALL {
        for key in &used {
            assert!(i18n::exists(*language, key), "{key} in {}", language.word());
        }
    }
    for folder in FOLDERS {
        let of = |text| i18n::keys(text).into_iter().collect::<BTreeSet<_>>();
        assert_eq!(of(folder.en), of(folder.de), "{}", folder.at);
        assert_eq!(of(folder.en), of(folder.nl), "{}", folder.at);
    }
}
