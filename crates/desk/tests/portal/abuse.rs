//! What others try (ABUSE.md 3, 18, 19, 20, 35, 36).
use super::world::{World, files};
use desk::tickets::Category;
use testkit::on_both;

#[test]
fn forms_of_other_sites_change_nothing() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let ticket = world.ticket("ada@acme.example", "Hello", "x").await;
        let link = world.link(ticket, "ada@acme.example").await;
        let form = world.form(&mut world.browser()).await;
        let request = format!("/portal/requests/{ticket}");
        let fields = [("email", "a@x.example"), ("subject", "s"), ("text", "t"), ("form", form.as_str())];
        let signed_in = world.signed_in("ada@acme.example").await;
        let old_browser = [("sec-fetch-site", ""), ("origin", "https://evil.example")];
        for browser in [world.browser(), signed_in] {
            let mut cross = browser.clone().from_another_site();
            let mut old = browser.clone();
            for (name, value) in old_browser {
                old = old.with_header(name, value);
            }
            for evil in [&mut cross, &mut old] {
                evil.post_form("/portal", &fields).await.assert_status(403);
                for base in [&link, &request] {
                    let is_session = base == &request && browser.cookie("firstline-customer").is_none();
                    let status = if is_session { 401 } else { 403 };
                    evil.post_form(base, &[("text", "t")]).await.assert_status(status);
                    evil.post_form(&format!("{base}/close"), &[]).await.assert_status(status);
                    evil.post_form(&format!("{base}/reopen"), &[]).await.assert_status(status);
                }
            }
        }
        // Nor does a link that somebody is made to open.
        let mut ada = world.signed_in("ada@acme.example").await;
        for base in [&link, &request] {
            ada.get(&format!("{base}/close")).await.assert_status(405);
            ada.get(&format!("{base}/reopen")).await.assert_status(405);
            ada.get(&format!("{base}?done=close&text=t")).await.assert_status(200);
        }
        assert_eq!((world.tickets().await, world.messages().await), (1, 1));
        assert_eq!(world.category(ticket).await, Category::New);
    });
}

#[test]
fn a_browser_without_tls_that_hides_its_origin_may_send_our_forms() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let ticket = world.ticket("ada@acme.example", "Hello", "x").await;
        let link = world.link(ticket, "ada@acme.example").await;
        let send = async |headers: &[(&str, &str)]| {
            use tower::ServiceExt;
            let mut request = axum::http::Request::post(&link)
                .header("content-type", "application/x-www-form-urlencoded")
                .header("accept", "text/html");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.body(axum::body::Body::from("text=hello")).unwrap();
            world.router().oneshot(request).await.unwrap().status().as_u16()
        };
        assert_eq!(send(&[("origin", "null")]).await, 303);
        assert_eq!(send(&[("origin", "http://127.0.0.1:8080")]).await, 303);
        assert_eq!(send(&[("origin", "null"), ("sec-fetch-site", "cross-site")]).await, 403);
        assert_eq!(send(&[("origin", "http://evil.example")]).await, 403);
        assert_eq!(send(&[]).await, 403);
    });
}

#[test]
fn fields_that_the_form_does_not_have_are_refused() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let form = world.form(&mut world.browser()).await;
        for field in ["role", "assignee", "created_at", "ticket", "priority"] {
            let fields = [
                ("email", "a@x.example"),
                ("subject", "s"),
                ("text", "t"),
                ("form", form.as_str()),
                (field, "1"),
            ];
            world.browser().post_form("/portal", &fields).await.assert_status(422);
        }
        assert_eq!(world.tickets().await, 0);
        let ticket = world.ticket("ada@acme.example", "Hello", "x").await;
        let link = world.link(ticket, "ada@acme.example").await;
        world.browser().post_form(&link, &[("text", "t"), ("kind", "note")]).await.assert_status(422);
        assert_eq!(world.messages().await, 1);
    });
}

#[test]
fn every_mistake_is_named_beside_its_field_and_nothing_is_lost() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let mut browser = world.browser();
        let form = world.form(&mut browser).await;
        let long = "x".repeat(251);
        let fields = [
            ("name", "Ada"),
            ("email", "nobody"),
            ("subject", long.as_str()),
            ("text", " "),
            ("type", "problem"),
            ("form", form.as_str()),
        ];
        let page = browser.post_form("/portal", &fields).await.assert_status(422);
        for name in ["email", "subject", "text", "type"] {
            let text = page.text();
            assert!(text.contains(&format!("id=\"{name}-error\"")), "{name}: {text}");
            assert!(text.contains(&format!("href=\"#{name}\"")), "{name}: {text}");
        }
        page.assert_has("value=\"Ada\"")
            .assert_has(&long)
            .assert_has("role=\"alert\" tabindex=\"-1\" autofocus");
        assert_eq!((world.tickets().await, world.mails().await.len()), (0, 0));

        // 21 files, and files that are too large together.
        let fields = [("email", "a@x.example"), ("subject", "s"), ("text", "t"), ("form", form.as_str())];
        let many: Vec<_> = (0..21).map(|_| ("file", "a.txt", b"x".as_slice())).collect();
        let page = browser.post_files("/portal", &fields, &many).await.assert_status(422);
        page.assert_has("too many files").assert_has("choose your files again");
        let half = vec![b'x'; 12_600_000];
        let large = [("file", "a.bin", half.as_slice()), ("file", "b.bin", half.as_slice())];
        browser.post_files("/portal", &fields, &large).await.assert_status(422).assert_has("too large");
        assert_eq!(world.tickets().await, 0);
    });
}

#[test]
fn markup_of_customers_stays_text_everywhere() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let mut ada = world.browser();
        let form = world.form(&mut ada).await;
        let bad = "<b>x</b>{{7*7}}<img src=x onerror=alert(1)>";
        let literal = "&#60;b&#62;x&#60;/b&#62;{{7*7}}";
        let fields = [
            ("name", bad),
            ("email", "ada@acme.example"),
            ("subject", bad),
            ("text", "</textarea><script>alert(1)</script>"),
            ("form", form.as_str()),
        ];
        let file: &[u8] = b"<script>alert(1)</script>";
        let page = ada.post_files("/portal", &fields, &[("file", "x.html", file)]).await.assert_status(200);
        let ticket = super::world::number(&page);
        world.add_cc(ticket, "bo@acme.example").await;
        let link = world.link(ticket, "ada@acme.example").await;
        let page = ada.get(&link).await.assert_status(200).assert_has(literal);
        page.assert_has("&lt;script&gt;alert(1)");
        let mut signed_in = world.signed_in("ada@acme.example").await;
        let mut pages = vec![ada.get(&link).await, signed_in.get("/portal/requests").await];
        pages.push(signed_in.get(&format!("/portal/requests/{ticket}")).await);
        pages.push(signed_in.get("/portal").await);
        // A form that comes back, and what was not taken.
        pages.push(ada.post_form("/portal", &[("email", bad), ("text", "</textarea><script>")]).await);
        for page in &pages {
            let text = page.text();
            for raw in ["<b>x", "<img src=x", "<script", "</textarea><s", "49"] {
                assert!(!text.contains(raw), "{raw} in {text}");
            }
        }
        // HTML is saved, never shown (36).
        let [file] = &files(&pages[0])[..] else { panic!("one file") };
        let file = ada.get(file).await.assert_status(200);
        assert_eq!(file.header("content-type"), Some("application/octet-stream"));
        assert!(file.header("content-disposition").unwrap().starts_with("attachment;"));
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
    });
}

#[test]
fn line_breaks_in_a_form_reach_no_header() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let mut browser = world.browser();
        let form = world.form(&mut browser).await;
        let fields = [
            ("name", "Ada\r\nBcc: b@evil.example"),
            ("email", "ada@acme.example"),
            ("subject", "Hi\r\nBcc: b@evil.example\r\n\r\nbody"),
            ("text", "x"),
            ("form", form.as_str()),
        ];
        browser.post_form("/portal", &fields).await.assert_status(200);
        let [(_, recipients, subject, body)] = &world.mails().await[..] else { panic!("one mail") };
        assert_eq!(recipients, r#"["ada@acme.example"]"#);
        assert!(!subject.contains("Bcc") && !body.as_deref().unwrap().contains("Bcc"));
        let (stored, name) = world
            .read(|tx| {
                tx.one::<(String, String)>(
                    platform::sql!("SELECT subject, last_by FROM ticket ORDER BY id LIMIT 1"),
                    platform::args![],
                )
            })
            .await;
        assert_eq!(stored, "Hi Bcc: b@evil.example body");
        assert_eq!(name, "Ada Bcc: b@evil.example");
        for email in
            ["ada@acme.example\r\nBcc: b@evil.example", "ada@acme.example, b@evil.example", "a@x\0.example,"]
        {
            let fields = [("email", email), ("subject", "s"), ("text", "t"), ("form", form.as_str())];
            browser.post_form("/portal", &fields).await.assert_status(422);
        }
        assert_eq!((world.tickets().await, world.mails().await.len()), (1, 1));
    });
}
