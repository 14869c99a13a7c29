//! Mail bombs, floods and programs (S08).
use super::world::World;
use desk::tickets::Category;
use kernel::clock::{DAY, HOUR, MINUTE};
use testkit::on_both;

const MARK: &str = "ATTACKER";

#[test]
fn two_thousand_requests_in_the_name_of_a_victim_send_one_mail_without_a_word_of_the_attacker() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let form = world.form(&mut world.browser()).await;
        let (mut taken, mut refused) = (0, 0);
        for number in 0..2_000 {
            // A botnet: never twice from one network within a minute.
            let mut bot = world.browser().from_address(&format!("10.{}.{}.9", number / 250, number % 250));
            if number % 150 == 0 {
                world.clock.advance(MINUTE);
            }
            let text = format!("{MARK} text {number}");
            let fields = [
                ("name", MARK),
                ("email", "victim@x.example"),
                ("subject", MARK),
                ("text", text.as_str()),
                ("form", form.as_str()),
            ];
            match bot.post_form("/portal", &fields).await.status.as_u16() {
                200 => taken += 1,
                429 => refused += 1,
                other => panic!("{other}"),
            }
        }
        assert_eq!((taken, refused, world.tickets().await), (5, 1_995, 5));
        let mails = world.mails().await;
        assert_eq!(mails.len(), 1);
        assert!(mails[0].1.contains("victim@x.example"));
        assert!(!format!("{:?}", mails[0]).contains(MARK), "{:?}", mails[0]);

        // The next hour takes five more, and sends nothing; the next day may send one.
        world.clock.advance(HOUR);
        let mut browser = world.browser();
        world.asks(&mut browser, "victim@x.example", "s", "t").await.assert_status(200);
        assert_eq!(world.mails().await.len(), 1);
        world.clock.advance(DAY);
        world.asks(&mut browser, "victim@x.example", "s", "t2").await.assert_status(200);
        assert_eq!(world.mails().await.len(), 2);
    });
}

#[test]
fn a_network_and_the_whole_desk_have_a_limit_that_says_when_to_come_back() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let form = world.form(&mut world.browser()).await;
        let post = async |address: String, email: String, text: &str| {
            let fields =
                [("email", email.as_str()), ("subject", "s"), ("text", text), ("form", form.as_str())];
            world.browser().from_address(&address).post_form("/portal", &fields).await
        };
        for number in 0..20 {
            post("192.0.2.7".into(), format!("a{number}@x.example"), "t").await.assert_status(200);
        }
        let page = post("192.0.2.250".into(), "b@x.example".into(), "my long text").await.assert_status(429);
        let seconds: i64 = page.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds));
        page.assert_has("in a minute").assert_has("my long text");
        assert_eq!(world.tickets().await, 20);
        // Of the acknowledgements 20 a minute go out; the tickets are there all the same.
        post("198.51.100.1".into(), "c@x.example".into(), "t").await.assert_status(200);
        assert_eq!((world.tickets().await, world.mails().await.len()), (21, 20));
        for number in 21..200 {
            let address = format!("10.1.{number}.1");
            post(address, format!("d{number}@x.example"), "t").await.assert_status(200);
        }
        post("10.2.1.1".into(), "e@x.example".into(), "t").await.assert_status(429);
        world.clock.advance(MINUTE);
        post("10.2.1.1".into(), "e@x.example".into(), "t").await.assert_status(200);
    });
}

#[test]
fn a_program_that_fills_in_the_hidden_field_gets_the_same_page_and_leaves_a_trace() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let mut bot = world.browser().from_address("203.0.113.9");
        let form = world.form(&mut bot).await;
        let fields = [
            ("email", "victim@x.example"),
            ("subject", "Buy"),
            ("text", "Cheap pills"),
            ("website", "http://spam.example"),
            ("form", form.as_str()),
        ];
        bot.post_form("/portal", &fields).await.assert_status(200).assert_has("We have your request");
        assert_eq!((world.tickets().await, world.mails().await.len()), (0, 0));
        let [event] = &world.events("portal.refused").await[..] else { panic!("one event") };
        assert_eq!(event.data()["reason"], "hidden_field");
        assert_eq!(event.data()["net"], "203.0.113.0/24");
        assert!(!event.payload.contains("pills") && !event.payload.contains("victim"));
        // The trace has a limit, too.
        for _ in 0..30 {
            bot.post_form("/portal", &fields).await;
        }
        assert_eq!(world.events("portal.refused").await.len(), 20);
    });
}

#[test]
fn a_form_that_was_never_shown_or_just_now_or_long_ago_comes_back_with_its_words() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let mut browser = world.browser();
        let good = world.form(&mut browser).await;
        let post = async |form: &str| {
            let fields = [("email", "a@x.example"), ("subject", "s"), ("text", "my words"), ("form", form)];
            world.browser().post_form("/portal", &fields).await
        };
        let quick = browser.get("/portal").await.form_value("form").unwrap();
        for bad in ["", "1", &quick, &good.replace('-', "-a"), &good.replace("-", "0-")] {
            let page = post(bad).await.assert_status(422).assert_has("my words").assert_has("a@x.example");
            page.assert_has("autofocus");
        }
        assert_eq!(world.tickets().await, 0);
        world.clock.advance(DAY + MINUTE);
        let page = post(&good).await.assert_status(422).assert_has("open for too long");
        let fresh = page.form_value("form").unwrap();
        world.clock.advance(MINUTE);
        post(&fresh).await.assert_status(200);
        assert_eq!(world.tickets().await, 1);
    });
}

#[test]
fn the_same_form_sent_twice_is_one_request() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let form = world.form(&mut world.browser()).await;
        let post = async |text: &str| {
            let fields =
                [("email", "a@x.example"), ("subject", "s"), ("text", text), ("form", form.as_str())];
            world.browser().post_form("/portal", &fields).await.assert_status(200).text()
        };
        let (first, second) = tokio::join!(post("hello"), post("hello"));
        assert_eq!(first, second);
        assert_eq!((world.tickets().await, world.mails().await.len()), (1, 1));
        assert_ne!(post("hello again").await, first);
        assert_eq!(world.tickets().await, 2);
    });
}

#[test]
fn answers_and_reopenings_have_limits() {
    on_both(async |desk| {
        let world = World::on(desk).await;
        let ticket = world.ticket("ada@acme.example", "Hello", "x").await;
        let (mut ada, link) = (world.browser(), world.link(ticket, "ada@acme.example").await);
        for _ in 0..3 {
            world.set_category(ticket, Category::Solved).await;
            ada.post_form(&format!("{link}/reopen"), &[]).await.assert_status(303);
            assert_eq!(world.category(ticket).await, Category::Open);
        }
        world.set_category(ticket, Category::Solved).await;
        ada.post_form(&format!("{link}/reopen"), &[]).await.assert_status(429);
        assert_eq!(world.category(ticket).await, Category::Solved);
        world.clock.advance(HOUR);
        for number in 0..30 {
            let mut elsewhere = world.browser().from_address(&format!("10.0.{number}.1"));
            elsewhere.post_form(&link, &[("text", "more")]).await.assert_status(303);
        }
        let page = ada.post_form(&link, &[("text", "too much")]).await.assert_status(429);
        page.assert_has("too much");
        assert_eq!(world.messages().await, 31);
    });
}
