//! Users, teams and roles from outside.
use crate::world::{PASSWORD, World};
use testkit::{Client, on_both};

const ADA: &str = "ada@acme.example";

async fn role(client: &mut Client, code: &str) -> String {
    let roles = client.get("/api/v1/roles").await.json();
    let found = roles["items"].as_array().unwrap().iter().find(|r| r["code"] == code).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_user_is_added_changed_and_listed() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut admin = world.program(ADA, "all").await;
        let team = admin.post_json("/api/v1/teams", r#"{"name":"1st line"}"#).await.assert_status(201).json();
        let agent = role(&mut admin, "agent").await;
        let body = serde_json::json!({ "name": "Ben", "email": "Ben@Acme.example", "role": agent,
                                       "teams": [team["id"]], "zone": "Europe/Berlin", "language": "de" });
        let made = admin.post_json("/api/v1/users", &body.to_string()).await.assert_status(201);
        let tag = made.header("etag").unwrap().to_owned();
        let made = made.json();
        assert_eq!((&made["email"], &made["has_password"]), (&"ben@acme.example".into(), &false.into()));
        assert_eq!(made["teams"], serde_json::json!([team["id"]]));
        let path = format!("/api/v1/users/{}", made["id"].as_str().unwrap());

        let again = admin.post_json("/api/v1/users", &body.to_string()).await.assert_status(409).json();
        assert_eq!(again["errors"][0]["pointer"], "/email");

        let mut tagged = admin.clone().with_header("if-match", &tag);
        tagged.patch_json(&path, r#"{"name":"Benjamin"}"#).await.assert_status(200);
        tagged.patch_json(&path, r#"{"name":"Bob"}"#).await.assert_status(412);
        assert_eq!(admin.get(&path).await.json()["name"], "Benjamin");

        let first = admin.get("/api/v1/users?limit=1").await.json();
        let next = first["next"].as_str().unwrap();
        let second = admin.get(&format!("/api/v1/users?limit=1&cursor={next}")).await.json();
        assert_eq!(
            (&second["items"][0]["name"], &second["next"]),
            (&"Benjamin".into(), &serde_json::Value::Null)
        );
        admin.get("/api/v1/users/999").await.assert_status(404);
        admin.get("/api/v1/users/x").await.assert_status(404);
    });
}

// ABUSE 19, S12
#[test]
fn what_a_user_is_made_of_cannot_be_slipped_in() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let ben = world.user("ben@acme.example", "agent").await;
        let mut admin = world.program(ADA, "all").await;
        let path = format!("/api/v1/users/{ben}");
        let before = admin.get(&path).await.json();
        for column in [
            "id",
            "role_id",
            "password_hash",
            "totp_sealed",
            "totp_last_step",
            "created_at",
            "created_at_ms",
            "name_folded",
            "tenant_id",
            "has_single_keys",
            "password",
            "version",
        ] {
            let body = format!(r#"{{"{column}":1}}"#);
            let refused = admin.patch_json(&path, &body).await.assert_status(422).json();
            assert_eq!(refused["errors"][0]["pointer"], format!("/{column}"));
            assert_eq!(refused["errors"][0]["code"], "unknown_field");
        }
        assert_eq!(admin.get(&path).await.json(), before);
    });
}

#[test]
fn every_mistake_is_named_at_once() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut admin = world.program(ADA, "all").await;
        let body = r#"{"name":" ","email":"nonsense","zone":"Mars/Base","password":"12345678"}"#;
        let refused = admin.post_json("/api/v1/users", body).await.assert_status(422).json();
        let mut pointers: Vec<_> = refused["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["pointer"].as_str().unwrap().to_owned())
            .collect();
        pointers.sort();
        assert_eq!(pointers, ["/email", "/name", "/password", "/role", "/zone"]);
        let body = format!(
            r#"{{"name":"B","email":"b@x.example","role":"{}","teams":["77"]}}"#,
            role(&mut admin, "agent").await
        );
        let refused = admin.post_json("/api/v1/users", &body).await.assert_status(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/teams");
        let text = admin.get("/api/v1/users").await.text();
        assert!(!text.contains("b@x.example"), "nothing is half done: {text}");
    });
}

#[test]
fn the_last_administrator_stays() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut admin = world.program(ADA, "all").await;
        let agent = role(&mut admin, "agent").await;
        let ada = admin.get("/api/v1/users").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/users/{ada}");
        for body in [r#"{"is_active":false}"#.to_owned(), format!(r#"{{"role":"{agent}"}}"#)] {
            let refused = admin.patch_json(&path, &body).await.assert_status(409).json();
            assert_eq!(refused["code"], "last_admin");
        }
        let zoe = world.user("zoe@acme.example", "admin").await;
        admin.patch_json(&format!("/api/v1/users/{zoe}"), r#"{"is_active":false}"#).await.assert_status(200);
        admin.patch_json(&path, r#"{"is_active":false}"#).await.assert_status(409);
        admin.patch_json(&format!("/api/v1/users/{zoe}"), r#"{"is_active":true}"#).await.assert_status(200);
        admin.patch_json(&path, &format!(r#"{{"role":"{agent}"}}"#)).await.assert_status(200);
    });
}

#[test]
fn nobody_makes_themselves_or_others_more_than_they_are() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut admin = world.program(ADA, "all").await;
        let office = r#"{"name":"Office","permissions":[{"permission":"people.manage","scope":"all"}]}"#;
        let office = admin.post_json("/api/v1/roles", office).await.assert_status(201).json();
        let office = office["id"].as_str().unwrap().to_owned();
        let olga = world.user("olga@acme.example", "light_agent").await;
        let olga_path = format!("/api/v1/users/{olga}");
        admin.patch_json(&olga_path, &format!(r#"{{"role":"{office}"}}"#)).await.assert_status(200);
        let ada = admin.get("/api/v1/users").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
        let mut olga = world.program("olga@acme.example", "all").await;
        let top = role(&mut admin, "admin").await;
        for (path, body) in [
            (olga_path.clone(), format!(r#"{{"role":"{top}"}}"#)),
            (format!("/api/v1/users/{ada}"), r#"{"email":"olga2@acme.example"}"#.into()),
            (format!("/api/v1/roles/{office}"),
             r#"{"permissions":[{"permission":"people.manage","scope":"all"},{"permission":"contacts.view","scope":"all"}]}"#.into()),
        ] {
            let refused = olga.patch_json(&path, &body).await.assert_status(403).json();
            assert_eq!(refused["code"], "role_beyond_yours");
        }
        let body = format!(r#"{{"name":"M","email":"m@x.example","role":"{top}","password":"{PASSWORD}"}}"#);
        olga.post_json("/api/v1/users", &body).await.assert_status(403);
        assert!(!admin.get("/api/v1/users").await.text().contains("m@x.example"));
    });
}

#[test]
fn nobody_widens_their_own_sight_by_joining() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut admin = world.program(ADA, "all").await;
        let team = async |admin: &mut Client, name: &str| {
            let body = serde_json::json!({ "name": name }).to_string();
            let made = admin.post_json("/api/v1/teams", &body).await.assert_status(201).json();
            made["id"].as_str().unwrap().to_owned()
        };
        let (own, other) = (team(&mut admin, "Own").await, team(&mut admin, "Other").await);
        let office = serde_json::json!({ "name": "Office", "permissions": [
            { "permission": "people.manage", "scope": "all" },
            { "permission": "contacts.view", "scope": "all" },
        ]});
        let office = admin.post_json("/api/v1/roles", &office.to_string()).await.assert_status(201).json();
        let office = office["id"].as_str().unwrap().parse::<i64>().unwrap();
        // Stands for a permission of tickets, which this crate does not know.
        let limited = move |conn: &mut platform::db::Conn| {
            conn.run(
                platform::sql!("UPDATE role_permission SET scope = 'team' WHERE role_id = $1 AND permission = 'contacts.view'"),
                platform::args![office],
            )
        };
        assert_eq!(world.home.db.write::<_, platform::db::Error>(limited).await.unwrap(), 1);
        crate::sign_in::forget_roles();
        let olga = world.user("olga@acme.example", "light_agent").await;
        let path = format!("/api/v1/users/{olga}");
        let place = serde_json::json!({ "role": office.to_string(), "teams": [own] });
        admin.patch_json(&path, &place.to_string()).await.assert_status(200);

        for scopes in ["all", "people.manage"] {
            let mut olga_herself = world.program("olga@acme.example", scopes).await;
            let both = serde_json::json!({ "teams": [own, other] }).to_string();
            let members = serde_json::json!({ "members": [olga.to_string()] }).to_string();
            let founded = serde_json::json!({ "name": "New", "members": [olga.to_string()] }).to_string();
            for (is_patch, path, body) in [
                (true, path.clone(), both),
                (true, format!("/api/v1/teams/{other}"), members),
                (false, "/api/v1/teams".to_owned(), founded),
            ] {
                // A token that may not do what its user may cannot change its user at all.
                if scopes != "all" && path.contains("/users/") {
                    continue;
                }
                let refused = match is_patch {
                    true => olga_herself.patch_json(&path, &body).await,
                    false => olga_herself.post_json(&path, &body).await,
                };
                assert_eq!(refused.assert_status(403).json()["code"], "own_sight", "{path} with {scopes}");
            }
        }
        let mut olga_herself = world.program("olga@acme.example", "all").await;
        let ben = world.user("ben@acme.example", "light_agent").await;
        let others = serde_json::json!({ "members": [ben.to_string()] }).to_string();
        olga_herself.patch_json(&format!("/api/v1/teams/{other}"), &others).await.assert_status(200);
        olga_herself.patch_json(&path, r#"{"teams":[]}"#).await.assert_status(200);

        // Nor through a second account of theirs: one that they make, one that they can change, and one to come.
        let second = |teams: &[&str]| {
            serde_json::json!({ "name": "Olga 2", "email": "olga2@acme.example", "role": office.to_string(),
                                "password": "a long enough password", "teams": teams })
            .to_string()
        };
        let back = serde_json::json!({ "teams": [own] }).to_string();
        admin.patch_json(&path, &back).await.assert_status(200);
        let mut olga_herself = world.program("olga@acme.example", "all").await;
        let refused = olga_herself.post_json("/api/v1/users", &second(&[&other])).await;
        assert_eq!(refused.assert_status(403).json()["code"], "role_beyond_yours");
        let made = olga_herself.post_json("/api/v1/users", &second(&[&own])).await.assert_status(201).json();
        let second = made["id"].as_str().unwrap().to_owned();
        let (theirs, to_other) =
            (format!("/api/v1/users/{second}"), serde_json::json!({ "teams": [own, other] }).to_string());
        let members = serde_json::json!({ "members": [second] }).to_string();
        for (path, body) in [(&theirs, &to_other), (&format!("/api/v1/teams/{other}"), &members)] {
            let refused = olga_herself.patch_json(path, body).await;
            assert_eq!(refused.assert_status(403).json()["code"], "role_beyond_yours", "{path}");
        }
        // An account that sees more already cannot be taken over.
        admin.patch_json(&theirs, &to_other).await.assert_status(200);
        let refused = olga_herself.patch_json(&theirs, r#"{"email":"mine@acme.example"}"#).await;
        assert_eq!(refused.assert_status(403).json()["code"], "role_beyond_yours");

        // Whoever sees everything sees no more in a team.
        let ada = admin.get("/api/v1/users").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
        let all = serde_json::json!({ "teams": [own, other] }).to_string();
        admin.patch_json(&format!("/api/v1/users/{ada}"), &all).await.assert_status(200);
    });
}

#[test]
fn a_changed_role_holds_with_the_next_request() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut admin = world.program(ADA, "all").await;
        world.user("ben@acme.example", "agent").await;
        let mut ben = world.signed_in("ben@acme.example").await;
        ben.get("/api/v1/contacts").await.assert_status(200);
        let agent = role(&mut admin, "agent").await;
        let path = format!("/api/v1/roles/{agent}");
        let body = r#"{"permissions":[{"permission":"people.view","scope":"all"}]}"#;
        admin.patch_json(&path, body).await.assert_status(200);
        ben.get("/api/v1/contacts").await.assert_status(403);
        ben.get("/api/v1/users").await.assert_status(200);
        let top = role(&mut admin, "admin").await;
        admin.patch_json(&format!("/api/v1/roles/{top}"), body).await.assert_status(409);
        let unknown = r#"{"name":"X","permissions":[{"permission":"people.fire","scope":"all"}]}"#;
        let refused = admin.post_json("/api/v1/roles", unknown).await.assert_status(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/permissions/0/permission");
        admin.delete(&path).await.assert_status(409);
        let own = admin.post_json("/api/v1/roles", r#"{"name":"Own","permissions":[]}"#).await.json();
        admin.post_json("/api/v1/roles", r#"{"name":"own","permissions":[]}"#).await.assert_status(409);
        admin.delete(&format!("/api/v1/roles/{}", own["id"].as_str().unwrap())).await.assert_status(204);
    });
}

#[test]
fn a_team_has_members_and_a_name_of_its_own() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut admin = world.program(ADA, "all").await;
        let ben = world.user("ben@acme.example", "agent").await;
        let body = format!(r#"{{"name":"1st line","members":["{ben}"]}}"#);
        let team = admin.post_json("/api/v1/teams", &body).await.assert_status(201).json();
        assert_eq!(team["members"], serde_json::json!([ben.to_string()]));
        admin.post_json("/api/v1/teams", r#"{"name":" 1ST  line"}"#).await.assert_status(409);
        admin.post_json("/api/v1/teams", r#"{"name":"x","members":["99"]}"#).await.assert_status(422);
        let path = format!("/api/v1/teams/{}", team["id"].as_str().unwrap());
        let changed =
            admin.patch_json(&path, r#"{"is_archived":true,"members":[]}"#).await.assert_status(200).json();
        assert_eq!((&changed["is_archived"], &changed["members"]), (&true.into(), &serde_json::json!([])));
        let mut ben = world.program("ben@acme.example", "all").await;
        ben.get("/api/v1/teams").await.assert_status(200);
        ben.patch_json(&path, r#"{"name":"mine"}"#).await.assert_status(403);
        world.stranger().get("/api/v1/teams").await.assert_status(401);
    });
}

// S13, S28
#[test]
fn no_answer_of_the_api_holds_a_secret() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        world.user("ben@acme.example", "agent").await;
        let mut admin = world.program(ADA, "all").await;
        let all = [
            "/api/v1/users",
            "/api/v1/users/1",
            "/api/v1/events",
            "/admin/users/2",
            "/admin/tokens",
            "/profile",
        ];
        for path in all {
            let reply = admin.get(path).await;
            let reply =
                reply.assert_has_not("argon2").assert_has_not(PASSWORD).assert_has_not("password_hash");
            reply.assert_has_not("totp").assert_has_not("fl_");
        }
        let grant = world.system();
        let read = grant
            .read::<_, platform::db::Error>(|tx| platform::events::after(tx, kernel::id::Id::new(0), 1000));
        let log = format!("{:?}", read.await.unwrap());
        assert!(log.contains("user.created") && !log.contains("argon2") && !log.contains(PASSWORD));
    });
}
