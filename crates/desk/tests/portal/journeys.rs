//! What customers do from beginning to end.
use super::world::{World, files, number};
use desk::tickets::Category;
use kernel::clock::{DAY, MINUTE};
use testkit::on_both;

#[test]
fn somebody_asks_follows_answers_closes_and_opens_again_by_the_link_in_the_mail() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let mut ada = world.browser();
        let form = world.form(&mut ada).await;
        let fields = [
            ("name", "Ada Peters"),
            ("email", "Ada@ACME.example"),
            ("subject", "Printer on fire"),
            ("text", "It smokes.\n\nSince today."),
            ("type", "incident"),
            ("website", ""),
            ("form", &form),
        ];
        let photo: &[u8] = b"\x89PNG\r\n\x1a\n and the rest";
        let page =
            ada.post_files("/portal", &fields, &[("file", "fire.png", photo)]).await.assert_status(200);
        let ticket = number(&page);
        let page = page.assert_has_not("/p/");
        // Its address holds nothing, and without TLS a browser needs it to say that a form is ours.
        assert_eq!(page.header("referrer-policy"), Some("same-origin"));

        // The mail has the way in and nothing that Ada wrote.
        let [(kind, recipients, subject, Some(body))] = &world.mails().await[..] else { panic!("one mail") };
        assert_eq!((kind.as_str(), recipients.as_str()), ("acknowledgement", r#"["ada@acme.example"]"#));
        assert_eq!(subject, &format!("We have your request [#{ticket}]"));
        let link = world.link(ticket, "ada@acme.example").await;
        assert!(body.contains(&format!("http://127.0.0.1:8080{link}\\n")), "{body}");
        for word in ["Ada", "Peters", "Printer", "fire", "smokes"] {
            assert!(!body.contains(word) && !subject.contains(word), "{word}");
        }

        world.ben_notes(ticket, "between us").await;
        let reply = "Dear Ada, pull the plug. See https://help.example/fire.";
        world.ben_replies_with(ticket, reply, &[], &[("plug.pdf", b"%PDF-1.4")]).await;
        let mut phone = world.browser();
        let page = phone.get(&link).await.assert_status(200);
        let page = page
            .assert_has("<p>It smokes.</p><p>Since today.</p>")
            .assert_has("<strong>Ben</strong>")
            .assert_has("href=\"https://help.example/fire\">")
            .assert_has("In progress")
            .assert_has_not("between us")
            .assert_has_not("Okafor")
            .assert_has_not("ben@desk.example")
            .assert_has_not("<script");
        for (name, value) in [
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-robots-tag", "noindex, nofollow"),
        ] {
            assert_eq!(page.header(name), Some(value));
        }
        assert!(page.body.len() < 40_000, "{} bytes", page.body.len());
        let [fire, plug] = &files(&page)[..] else { panic!("two files in {page:?}") };
        let file = phone.get(fire).await.assert_status(200);
        assert_eq!((file.body.as_slice(), file.header("content-type")), (photo, Some("image/png")));
        phone.get(plug).await.assert_status(200);

        let again = format!("{link}?done=answer");
        let answer = [("text", "It helped")];
        phone.post_files(&link, &answer, &[("file", "log.txt", b"ok")]).await.assert_leads_to(&again);
        phone.get(&again).await.assert_has("It helped").assert_has("log.txt").assert_has("role=\"status\"");
        assert_eq!(
            world.events("ticket.message_added").await.last().unwrap().actor.split('/').next(),
            Some("contact")
        );

        phone.post_form(&format!("{link}/close"), &[]).await.assert_leads_to(&format!("{link}?done=close"));
        assert_eq!(world.category(ticket).await, Category::Solved);
        phone.get(&link).await.assert_has("/reopen").assert_has_not("/close\"");
        phone.post_form(&format!("{link}/reopen"), &[]).await.assert_leads_to(&format!("{link}?done=reopen"));
        assert_eq!(world.category(ticket).await, Category::Open);
        phone.post_form(&format!("{link}/close"), &[]).await;
        world.clock.advance(2 * MINUTE);
        phone.post_form(&link, &[("text", "Smoke again")]).await.assert_leads_to(&again);
        assert_eq!(world.category(ticket).await, Category::Open);
        assert_eq!(world.tickets().await, 1);
        // What the customer does here sends the customer no mail.
        assert_eq!(world.mails().await.iter().filter(|mail| mail.0 == "acknowledgement").count(), 1);
    });
}

#[test]
fn somebody_signed_in_sees_their_own_requests_open_ones_first() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let mut mine = Vec::new();
        for number in 0..4 {
            mine.push(world.ticket("ada@acme.example", &format!("Mine {number}"), "x").await);
            world.clock.advance(DAY);
        }
        let others = world.ticket("bo@acme.example", "Of Bo", "secret").await;
        let copied = world.ticket("cy@acme.example", "Of Cy", "not for Ada").await;
        world.add_cc(copied, "ada@acme.example").await;
        world.set_category(mine[3], Category::Solved).await;

        let mut ada = world.signed_in("ada@acme.example").await;
        let page = ada.get("/portal/requests").await.assert_status(200).assert_has_not("Of Bo");
        let text = page.text();
        let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words:?} in {text}"));
        let places = ["Of Cy", "Mine 2", "Mine 1", "Mine 0", "Mine 3"].map(place);
        assert!(places.is_sorted(), "{places:?}");

        ada.get(&format!("/portal/requests/{}", mine[1])).await.assert_has("Mine 1").assert_has("/close");
        for path in ["", "/close", "/reopen"] {
            let path = format!("/portal/requests/{others}{path}");
            ada.post_form(&path, &[("text", "mine now")]).await.assert_status(404);
        }
        ada.get(&format!("/portal/requests/{others}")).await.assert_status(404).assert_has_not("secret");
        ada.get("/portal/requests/999999").await.assert_status(404);
        ada.get("/portal/requests/x").await.assert_status(404);

        // In copy: what is sent to Ada from now on, not what was.
        let copied_page = format!("/portal/requests/{copied}");
        ada.get(&copied_page).await.assert_status(200).assert_has_not("not for Ada").assert_has_not("/close");
        ada.post_form(&format!("{copied_page}/close"), &[]).await.assert_status(403);
        world.ben_replies(copied, "To both of you", &[]).await;
        ada.get(&copied_page).await.assert_has("To both of you").assert_has_not("not for Ada");

        // Asking while signed in: the name and address are known, the request is at hand at once.
        let form = world.form(&mut ada).await;
        let fields =
            [("subject", "Fifth"), ("text", "x"), ("email", "victim@x.example"), ("form", form.as_str())];
        let page = ada.post_files("/portal", &fields, &[]).await.assert_status(200);
        let fifth = number(&page);
        page.assert_has(&format!("/portal/requests/{fifth}"));
        ada.get(&format!("/portal/requests/{fifth}")).await.assert_has("Fifth");
        assert!(world.mails().await.iter().all(|mail| !mail.1.contains("victim")));

        world
            .browser()
            .get("/portal/requests")
            .await
            .assert_leads_to("/portal/sign-in?next=/portal/requests");
    });
}

#[test]
fn a_long_list_is_read_page_by_page_and_nothing_is_missing() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let contact = world.contact("ada@acme.example").await;
        world
            .read(move |tx| {
                for number in 0..60 {
                    let draft = desk::tickets::Draft {
                        subject: format!("Request {number:03}"),
                        text: Some("x".into()),
                        requester: desk::tickets::Requester {
                            email: contact.email.clone(),
                            ..Default::default()
                        },
                        ..Default::default()
                    };
                    let new = draft.parse(desk::tickets::Channel::Web).unwrap();
                    let first = desk::tickets::actions::First::default();
                    let (ticket, _) = desk::tickets::actions::open(tx, &new, &contact, first).unwrap();
                    if number % 3 == 0 {
                        let ticket = desk::tickets::store::see_for_machine(tx, ticket)?.unwrap();
                        desk::tickets::actions::set_category(tx, &ticket, Category::Solved).unwrap();
                    }
                }
                Ok(())
            })
            .await;
        let mut ada = world.signed_in("ada@acme.example").await;
        let (mut path, mut seen, mut pages) = ("/portal/requests".to_owned(), Vec::new(), 0);
        loop {
            let page = ada.get(&path).await.assert_status(200).text();
            pages += 1;
            let subjects = page.split("<strong>Request ").skip(1).map(|rest| rest[..3].to_owned());
            seen.extend(subjects);
            let Some((before, _)) = page.split_once("\" rel=\"next\"") else { break };
            path = before.rsplit("href=\"").next().unwrap().to_owned();
        }
        assert_eq!((pages, seen.len()), (3, 60));
        let is_open = |subject: &String| subject.parse::<u32>().unwrap() % 3 != 0;
        assert!(seen.iter().map(|subject| !is_open(subject)).is_sorted());
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 60);
        for bad in ["x", "2-1-1", "1-1", "1-1-1-1", "1--1-a"] {
            ada.get(&format!("/portal/requests?after={bad}")).await.assert_status(422);
        }
    });
}

#[test]
fn the_pages_speak_the_language_of_the_desk_to_whoever_asks_for_none_of_ours() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        world.home.site.set_language(platform::i18n::Language::Nl);
        world.browser().get("/portal").await.assert_has("Waarmee kunnen we u helpen?");
        let mut french = world.browser().with_header("accept-language", "fr-FR, it;q=0.5");
        french.get("/portal").await.assert_has("Waarmee kunnen we u helpen?");
        let mut german = world.browser().with_header("accept-language", "fr, de;q=0.5");
        german.get("/portal").await.assert_has("Wie können wir helfen?");
        let missing = |browser: testkit::Client| async move {
            let mut browser = browser.with_header("accept", "text/html");
            browser.get("/p/no-link").await.assert_status(404)
        };
        missing(world.browser()).await.assert_has("lang=\"nl\"");
    });
}

#[test]
fn the_pages_speak_the_language_of_the_reader() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let ticket = world.ticket("ada@acme.example", "Hello", "x").await;
        let link = world.link(ticket, "ada@acme.example").await;
        let mut dutch = world.browser().with_header("accept-language", "nl-BE");
        dutch.get("/portal").await.assert_has("lang=\"nl\"").assert_has("Waarmee kunnen we u helpen?");
        // A choice holds, whatever the browser prefers, and only known words are a choice.
        dutch.get("/portal?lang=de").await.assert_has("Wie können wir helfen?");
        dutch.get("/portal").await.assert_has("Wie können wir helfen?");
        dutch.get(&link).await.assert_has("Ihre Antwort");
        let page = dutch.get("/portal?lang=%22%3E%3Cb%3E").await.assert_has("Wie können wir helfen?");
        assert_eq!(page.header("set-cookie"), None);

        // The contact's own language speaks where nothing was chosen.
        let contact = world.contact("ada@acme.example").await;
        let mut english = world.browser().with_header("accept-language", "en");
        english.get(&link).await.assert_has("Your answer");
        world
            .read(move |tx| {
                tx.run(
                    platform::sql!("UPDATE contact SET language = 'nl' WHERE id = $1"),
                    platform::args![contact.id],
                )
            })
            .await;
        english.get(&link).await.assert_has("Uw antwoord");
        english.get(&format!("{link}?lang=en")).await.assert_has("Your answer");
        english.get(&link).await.assert_has("Your answer");
        // The mail is in the language of the page on which somebody asked.
        let mut german = world.browser().with_header("accept-language", "de");
        world
            .asks(&mut german, "neu@acme.example", "Hallo", "x")
            .await
            .assert_has("Ihre Anfrage ist angekommen");
        assert!(world.mails().await.last().unwrap().2.starts_with("Ihre Anfrage ist angekommen"));
    });
}
