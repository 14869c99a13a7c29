//! What a link opens, and for how long.
use super::world::{World, files};
use desk::tickets::Category;
use kernel::clock::{DAY, HOUR, MINUTE};
use platform::{args, sql};
use testkit::on_both;

#[test]
fn a_link_with_any_character_changed_opens_nothing_and_says_nothing() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let ticket = world.ticket("ada@acme.example", "Salary list", "secret words").await;
        let link = world.link(ticket, "ada@acme.example").await;
        let mut stranger = world.browser();
        stranger.get(&link).await.assert_status(200).assert_has("Salary list");
        let never = stranger.get("/p/not-a-link").await.assert_status(404).text();
        let token = link.strip_prefix("/p/").unwrap();
        for at in 0..token.len() {
            for other in ['a', 'z', '2', '9', '-', 'A'] {
                let mut changed: Vec<char> = token.chars().collect();
                if changed[at] == other {
                    continue;
                }
                changed[at] = other;
                let changed: String = changed.into_iter().collect();
                let page = stranger.get(&format!("/p/{changed}")).await.assert_status(404);
                assert_eq!(page.text(), never, "{changed}");
            }
        }
        for more in ["a", "/", "%00", "%20", "0"] {
            stranger.get(&format!("{link}{more}")).await.assert_status(404).assert_has_not("Salary");
        }
    });
}

#[test]
fn a_picture_stands_in_the_words_where_it_was_put() {
    const PIXEL: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";
    on_both(async |desk| {
        let world = World::on(desk).await;
        let ticket = world.ticket("ada@acme.example", "Where", "Where is it?").await;
        world.ben_shows(ticket, "map.gif", PIXEL).await;
        let (mut ada, link) = (world.browser(), world.link(ticket, "ada@acme.example").await);
        let page = ada.get(&link).await.assert_status(200);
        assert!(files(&page).is_empty(), "what is shown needs no line of its own");
        let text = page.assert_has("<strong>here</strong>").assert_has_not("[map.gif]").text();
        let (_, picture) = text.split_once("<img src=\"").unwrap();
        let picture = picture.split('"').next().unwrap();
        assert!(picture.starts_with(&format!("{link}/attachments/")), "{picture}");
        let shown = ada.get(picture).await.assert_status(200);
        assert_eq!(shown.header("content-type"), Some("image/gif"));
        // Another one's link opens neither.
        let other = world.ticket("bo@acme.example", "Other", "x").await;
        let other = world.link(other, "bo@acme.example").await;
        let id = picture.rsplit('/').next().unwrap();
        world.browser().get(&format!("{other}/attachments/{id}")).await.assert_status(404);
    });
}

#[test]
fn a_long_message_is_shown_in_part_and_whole_when_asked_for() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let ticket = world.ticket("ada@acme.example", "Log", "x").await;
        let long = format!("The first line\n{}The last <line>", "and one more\n".repeat(200_000));
        world
            .read(move |tx| tx.run(sql!("UPDATE message SET text = $1 WHERE text = 'x'"), args![&long]))
            .await;
        let (mut ada, link) = (world.browser(), world.link(ticket, "ada@acme.example").await);
        let page = ada.get(&link).await.assert_status(200);
        assert!(page.text().len() < 300_000, "{} bytes", page.text().len());
        let text = page.assert_has("The first line").assert_has_not("The last").text();
        let (_, whole) = text.split_once(&format!("{link}?whole=")).unwrap();
        let whole = whole.split('#').next().unwrap();
        let page = ada.get(&format!("{link}?whole={whole}")).await.assert_status(200);
        assert!(!page.text().contains("and one more<br>"), "one element, not one a line");
        page.assert_has("The last &lt;line&gt;").assert_has_not("Show all of the text");
    });
}

#[test]
fn a_link_to_one_request_shows_nothing_of_another() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let first = world.ticket("ada@acme.example", "First", "one").await;
        let second = world.ticket("ada@acme.example", "Second", "two").await;
        let foreign = world.ticket("bo@acme.example", "Foreign", "three").await;
        for ticket in [second, foreign] {
            world.ben_replies_with(ticket, "with a file", &[], &[("plan.txt", b"the plan")]).await;
        }
        let (mut ada, link) = (world.browser(), world.link(first, "ada@acme.example").await);
        let page = ada.get(&link).await.assert_status(200);
        assert!(files(&page).is_empty());
        page.assert_has_not("Second").assert_has_not("Foreign");
        for (ticket, email) in [(second, "ada@acme.example"), (foreign, "bo@acme.example")] {
            let other = world.link(ticket, email).await;
            let [file] = &files(&world.browser().get(&other).await)[..] else { panic!("one file") };
            world.browser().get(file).await.assert_status(200).assert_has("the plan");
            let id = file.rsplit('/').next().unwrap();
            ada.get(&format!("{link}/attachments/{id}")).await.assert_status(404).assert_has_not("plan");
        }
        for id in ["0", "-1", "x", "99999"] {
            ada.get(&format!("{link}/attachments/{id}")).await.assert_status(404);
        }
    });
}

#[test]
fn what_the_desk_writes_to_others_stays_between_them() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let ticket = world.ticket("ada@acme.example", "Broken", "please").await;
        let link = world.link(ticket, "ada@acme.example").await;
        let to = ["parts@supplier.example"];
        world.ben_replies_with(ticket, "What does the part cost?", &to, &[("offer.txt", b"9,99")]).await;
        world.read(move |tx| {
            // What intake stores of a machine and of a stranger with a valid token.
            for (is_automatic, is_known, text) in [(true, true, "out of office"), (false, false, "stranger")] {
                tx.run(
                    sql!(
                        "INSERT INTO message (ticket_id, kind, direction, channel, author_kind, author_name, subject,
                                              text, is_automatic, is_sender_known, created_at_ms)
                           VALUES ($1, 'public', 'in', 'email', 'contact', 'x', 'x', $4, $2, $3, 0)"
                    ),
                    args![ticket, is_automatic, is_known, text],
                )?;
            }
            Ok(())
        })
        .await;
        let (offer,) =
            world.read(|tx| tx.one::<(i64,)>(sql!("SELECT max(id) AS id FROM attachment"), args![])).await;
        for mut browser in [world.browser(), world.signed_in("ada@acme.example").await] {
            let base = match browser.cookie("firstline-customer") {
                Some(_) => format!("/portal/requests/{ticket}"),
                None => link.clone(),
            };
            let page = browser.get(&base).await.assert_status(200).assert_has("please");
            for hidden in ["cost", "offer.txt", "supplier", "out of office", "stranger"] {
                assert!(!page.text().contains(hidden), "{hidden}");
            }
            browser.get(&format!("{base}/attachments/{offer}")).await.assert_status(404);
        }
    });
}

#[test]
fn a_link_ends_with_the_part_in_the_ticket_with_the_address_and_with_time() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let ticket = world.ticket("ada@acme.example", "Hello", "x").await;
        let mut browser = world.browser();

        world.add_cc(ticket, "bo@acme.example").await;
        let of_bo = world.link(ticket, "bo@acme.example").await;
        browser.get(&of_bo).await.assert_status(200);
        world.remove_cc(ticket, "bo@acme.example").await;
        browser.get(&of_bo).await.assert_status(404);
        browser.post_form(&of_bo, &[("text", "still here")]).await.assert_status(404);

        let of_ada = world.link(ticket, "ada@acme.example").await;
        let rename = |from: &'static str, to: &'static str| {
            world.read(move |tx| {
                tx.run(sql!("UPDATE contact_email SET email = $2 WHERE email = $1"), args![from, to])
            })
        };
        rename("ada@acme.example", "ada@new.example").await;
        browser.get(&of_ada).await.assert_status(404);
        rename("ada@new.example", "ada@acme.example").await;
        browser.get(&of_ada).await.assert_status(200);

        world.clock.advance(180 * DAY - HOUR);
        browser.get(&of_ada).await.assert_status(200);
        world.ben_notes(ticket, "still at it").await;
        world.clock.advance(180 * DAY);
        browser.get(&of_ada).await.assert_status(200);
        world.clock.advance(MINUTE);
        browser.get(&of_ada).await.assert_status(404);
        browser.post_form(&of_ada, &[("text", "late")]).await.assert_status(404);
        assert_eq!(world.messages().await, 2);
    });
}

#[test]
fn a_closed_request_takes_nothing_more_and_keeps_what_was_typed() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let ticket = world.ticket("ada@acme.example", "Hello", "x").await;
        let (mut ada, link) = (world.browser(), world.link(ticket, "ada@acme.example").await);
        world.set_category(ticket, Category::Closed).await;
        ada.get(&link).await.assert_status(200).assert_has_not("<form class=\"form sheet\"");
        ada.post_form(&link, &[("text", "one more")]).await.assert_status(409).assert_has("one more");
        ada.post_form(&format!("{link}/reopen"), &[]).await.assert_status(409);
        assert_eq!((world.messages().await, world.category(ticket).await), (1, Category::Closed));

        // Solved long ago is the same.
        let ticket = world.ticket("ada@acme.example", "Second", "x").await;
        let link = world.link(ticket, "ada@acme.example").await;
        world.set_category(ticket, Category::Solved).await;
        world.clock.advance(31 * DAY);
        ada.post_form(&link, &[("text", "one more")]).await.assert_status(409);
        ada.post_form(&format!("{link}/reopen"), &[]).await.assert_status(409);
        assert_eq!(world.category(ticket).await, Category::Solved);
    });
}

#[test]
fn many_messages_come_in_pages() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let ticket = world.ticket("ada@acme.example", "Long", "the very first").await;
        for number in 0..40 {
            world.ben_replies(ticket, &format!("Answer number {number:02}"), &[]).await;
        }
        let (mut ada, link) = (world.browser(), world.link(ticket, "ada@acme.example").await);
        let page = ada.get(&link).await.assert_has("Answer number 39").assert_has_not("the very first");
        assert!(page.body.len() < 40_000, "{} bytes", page.body.len());
        let text = page.text();
        let (_, rest) = text.split_once("?before=").unwrap();
        let before = rest.split('"').next().unwrap();
        let page = ada.get(&format!("{link}?before={before}")).await.assert_has("the very first");
        page.assert_has("Answer number 09").assert_has_not("Answer number 10");
    });
}

#[test]
fn the_start_leads_customers_to_their_requests_and_everybody_else_to_the_desks_door() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let mut ada = world.signed_in("ada@acme.example").await;
        ada.get("/").await.assert_leads_to("/portal/requests");
        ada.get("/portal/requests").await.assert_status(200);
        ada.get("/tickets").await.assert_leads_to("/sign-in?next=/tickets");
        world.browser().get("/").await.assert_leads_to("/sign-in?next=/");
        let mut old = world.browser();
        old.set_cookie("firstline-customer", "over");
        old.get("/").await.assert_leads_to("/sign-in?next=/");
    });
}

#[test]
fn a_merge_shows_nobody_a_strangers_case() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let case = world.ticket("ada@acme.example", "Salary list", "secret of ada").await;
        let other = world.ticket("bo@else.example", "Wrong list", "words of bo").await;
        let third = world.ticket("cy@third.example", "List again", "words of cy").await;
        world.ben_replies(case, "answer to ada", &[]).await;
        let bo_link = world.link(other, "bo@else.example").await;
        let cy_link = world.link(third, "cy@third.example").await;
        let ada_link = world.link(case, "ada@acme.example").await;
        world.ben_merges(other, case, &[]).await;
        world.ben_merges(third, case, &["cy@third.example"]).await;
        world.ben_replies(case, "to all who take part", &[]).await;

        // Bo did not come along: his own page, and no word of the other case.
        let page = world.browser().get(&bo_link).await.assert_status(200);
        page.assert_has("Wrong list")
            .assert_has("words of bo")
            .assert_has_not("Salary")
            .assert_has_not("secret");
        let page = world.browser().get(&bo_link).await;
        page.assert_has_not("answer to ada").assert_has_not("to all who").assert_has_not("words of cy");
        // Cy came along: what follows, and nothing of before.
        let page = world.browser().get(&cy_link).await.assert_status(200);
        page.assert_has("words of cy").assert_has("to all who take part").assert_has_not("secret of ada");
        let page = world.browser().get(&cy_link).await;
        page.assert_has_not("answer to ada").assert_has_not("words of bo");
        // Ada reads no stranger's words either.
        let page = world.browser().get(&ada_link).await.assert_status(200);
        page.assert_has("secret of ada").assert_has_not("words of bo").assert_has_not("words of cy");

        // Bo still writes, and it arrives.
        world.browser().post_files(&bo_link, &[("text", "more of bo")], &[]).await.assert_status(303);
        world.browser().get(&bo_link).await.assert_has("more of bo").assert_has_not("secret");
        world.browser().get(&ada_link).await.assert_has_not("more of bo");
        let mut signed_in = world.signed_in("bo@else.example").await;
        let page = signed_in.get("/portal/requests").await.assert_status(200);
        page.assert_has("Wrong list").assert_has_not("Salary");
        signed_in.get(&format!("/portal/requests/{case}")).await.assert_status(404);
    });
}

#[test]
fn what_is_for_others_does_not_hide_what_is_older() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let ticket = world.ticket("ada@acme.example", "Printer", "the very first words").await;
        world.ben_replies(ticket, "to the supplier alone", &["parts@supplier.example"]).await;
        // More of them than are read at once, as a long talk with a supplier is.
        world
            .read(|tx| {
                for _ in 0..9 {
                    tx.run(
                        sql!(
                            "INSERT INTO message (ticket_id, kind, direction, channel, author_kind, author_id,
                                                  author_name, to_emails, subject, text, created_at_ms)
                               SELECT ticket_id, kind, direction, channel, author_kind, author_id, author_name,
                                      to_emails, subject, text, created_at_ms
                                 FROM message WHERE direction = 'out'"
                        ),
                        args![],
                    )?;
                }
                Ok(())
            })
            .await;
        assert!(world.messages().await > 500);
        let (mut ada, link) = (world.browser(), world.link(ticket, "ada@acme.example").await);
        let page = ada.get(&link).await.assert_status(200);
        page.assert_has("the very first words").assert_has_not("supplier").assert_has_not("?before=");
        for n in 0..40 {
            world.ben_replies(ticket, &format!("answer {n}."), &[]).await;
        }
        let page = ada
            .get(&link)
            .await
            .assert_has("answer 39.")
            .assert_has("answer 10.")
            .assert_has_not("answer 9.");
        let (_, rest) =
            page.text().split_once("?before=").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let before = rest.split('"').next().unwrap().to_owned();
        let older = ada.get(&format!("{link}?before={before}")).await;
        older.assert_has("answer 9.").assert_has("the very first words").assert_has_not("?before=");
    });
}

#[test]
fn an_answer_that_is_sent_twice_is_one() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let ticket = world.ticket("ada@acme.example", "Printer", "one").await;
        let (mut ada, link) = (world.browser(), world.link(ticket, "ada@acme.example").await);
        let shown = async |ada: &mut testkit::Client| ada.get(&link).await.form_value("form").unwrap();
        let form = shown(&mut ada).await;
        let plan = [("file", "plan.txt", b"the plan".as_slice())];
        for _ in 0..2 {
            let fields = [("text", "here it is"), ("form", &form)];
            ada.post_files(&link, &fields, &plan).await.assert_leads_to(&format!("{link}?done=answer"));
        }
        assert_eq!(world.messages().await, 2);
        // Other words, another file, or the same from a page that was opened again are another answer.
        let other = [("file", "plan.txt", b"another plan".as_slice())];
        ada.post_files(&link, &[("text", "here it is"), ("form", &form)], &other).await.assert_status(303);
        let again = shown(&mut ada).await;
        ada.post_files(&link, &[("text", "here it is"), ("form", &again)], &plan).await.assert_status(303);
        assert_eq!(world.messages().await, 4);
    });
}
