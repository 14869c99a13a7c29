//! Promises that hold for every route (S28, S30).
use super::world::World;
use channels::email::verify::Names;
use platform::{settings::Site, web::Access};
use testkit::{Client, on_both};

#[test]
fn s30_no_cache_keeps_what_somebody_signed_in_sees() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.writes("cy@c.example", "hello", "Message-ID: <a@c>", "hello").await;
        let (mut wrong, mut seen) = (Vec::new(), 0);
        // Events are a stream; colours and logo are the same for everybody.
        let others = ["/live", "/brand.css", "/brand/logo"];
        let pages =
            |route: &&platform::web::Route| route.method == "GET" && !others.contains(&route.path.as_str());
        for route in app::routes().table.iter().filter(pages) {
            for value in ["1", "999999"] {
                let parts =
                    route.path.split('/').map(|part| if part.starts_with('{') { value } else { part });
                let path = parts.collect::<Vec<_>>().join("/");
                let answer = world.admin.get(&path).await;
                seen += usize::from(answer.status == 200 && route.access != Access::Public);
                if answer.header("cache-control") != Some("no-store") {
                    wrong.push(format!("{path} → {} {:?}", answer.status, answer.header("cache-control")));
                }
            }
        }
        assert!(seen > 20, "{seen} pages and answers were seen");
        assert!(wrong.is_empty(), "{}:\n{}", desk.engine, wrong.join("\n"));
    });
}

#[test]
fn s14_a_page_with_a_token_in_its_address_names_itself_to_nobody() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let mut browser = Client::new(world.router.clone());
        let mut links = 0;
        for route in app::routes().table.iter().filter(|route| route.method == "GET") {
            let is_link = route.path.contains("{token}");
            if route.access != Access::Public || !(is_link || route.path.contains("sign-in")) {
                continue;
            }
            links += usize::from(is_link);
            let path = route.path.replace("{token}", "abcdefghijklmnopqrstuvwx").replace("{id}", "1");
            let expected = if is_link { "no-referrer" } else { "same-origin" };
            assert_eq!(browser.get(&path).await.header("referrer-policy"), Some(expected), "{path}");
        }
        assert!(links >= 4, "{links}");
    });
}

/// How many wrong passwords, each for another account, are looked at before the network is stopped.
async fn guesses(browser: impl Fn(usize) -> Client) -> usize {
    for n in 0..33 {
        let email = format!("nobody{n}@desk.example");
        let answer =
            browser(n).post_form("/sign-in", &[("email", &email), ("password", "a wrong password")]).await;
        match answer.status.as_u16() {
            429 => return n,
            422 | 401 => {}
            _ => panic!("{answer:?}"),
        }
    }
    33
}

#[test]
fn s28_who_invents_addresses_of_clients_is_stopped_as_one() {
    on_both(async |desk| {
        let site = Site::new("http://127.0.0.1:8080", 25_000_000).behind(vec!["10.0.0.0/8".parse().unwrap()]);
        let world = World::with(desk, site, &Names::Off).await;
        let browser = |peer: &str, chain: String| {
            Client::new(world.router.clone()).from_address(peer).with_header("x-forwarded-for", &chain)
        };
        // Not by our proxy: what it writes is nothing.
        let direct = guesses(|n| browser("192.0.2.9", format!("198.51.{n}.1"))).await;
        assert_eq!(direct, 30);
        // By our proxy, with inventions in front of what the proxy wrote.
        let inventing = guesses(|n| browser("10.0.0.1", format!("198.51.{n}.1, 203.0.113.7"))).await;
        assert_eq!(inventing, 30);
        // People behind the same proxy are many networks.
        let people = guesses(|n| browser("10.0.0.1", format!("198.{n}.100.1"))).await;
        assert_eq!(people, 33);
    });
}
