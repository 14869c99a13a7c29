//! What is shown beside a ticket, and to whom.
use crate::world::World;
use serde_json::json;
use testkit::on_both;

const FAULT: &str = "The plotter PLX-88213 jams on every sheet longer than a metre and tears the paper.";

#[test]
fn what_a_customer_asked_before_stands_beside_the_case_open_ones_first() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let firm = json!({ "name": "Firm", "domains": ["firm.example"], "notes": "Gold contract" });
        let firm =
            world.asks("POST", "/api/v1/organisations", firm).await.1["id"].as_str().unwrap().to_owned();
        let first = world.opens("ada@firm.example", "First of Ada", "one").await;
        let second = world.opens("ada@firm.example", "Second of Ada", "two").await;
        let third = world.opens("ada@firm.example", "Third of Ada", "three").await;
        let colleague = world.opens("ben@firm.example", "Of a colleague", "four").await;
        let stranger = world.opens("cy@other.example", "Of a stranger", "five").await;
        world.asks("PATCH", &format!("/api/v1/tickets/{second}"), json!({ "status": "solved" })).await;
        world.asks("PATCH", &format!("/api/v1/tickets/{third}"), json!({ "status": "solved" })).await;
        let now = world.opens("ada@firm.example", "Now of Ada", "now").await;
        let ada = world.contact("ada@firm.example").await;
        world.asks("PATCH", &format!("/api/v1/contacts/{ada}"), json!({ "notes": "Calls after five" })).await;

        let page = world.bo.get(&format!("/t/{now}/customer")).await.assert_status(200);
        let page =
            page.assert_has("Calls after five").assert_has("Gold contract").assert_has("1 open, 2 done");
        let text = page.text();
        let about = &text[text.find("id=\"about\"").unwrap()..];
        let place = |subject: &str| about.find(subject).unwrap_or_else(|| panic!("{subject} is not there"));
        assert!(place("First of Ada") < place("Third of Ada"), "open ones first");
        assert!(place("Third of Ada") < place("Second of Ada"), "then the newest");
        assert!(place("Of a colleague") > place("Second of Ada"));
        assert!(!about.contains("Of a stranger") && !about.contains("Now of Ada"));
        assert_eq!(world.timeline(&ada).await, [now, third, second, first]);

        // The contact's and the organisation's own pages.
        let page = world.bo.get(&format!("/contacts/{ada}")).await.assert_status(200);
        let text = page.assert_has("2 open, 2 done").text();
        let place = |subject: &str| text.find(subject).unwrap();
        assert!(place("First of Ada") < place("Third of Ada"));
        world.bo.get(&format!("/organisations/{firm}")).await.assert_has("Of a colleague");

        // Somebody with their own tickets sees of all this what is theirs.
        let mut own = world
            .agent(
                "own@desk.example",
                &[("tickets.view", "own"), ("tickets.edit", "own"), ("contacts.view", "all")],
            )
            .await;
        let id = world.gets("/api/v1/users").await["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|user| user["email"] == "own@desk.example")
            .unwrap()["id"]
            .clone();
        for number in [now, second] {
            let path = format!("/api/v1/tickets/{number}");
            assert_eq!(world.asks("PATCH", &path, json!({ "assignee": id })).await.0, 200);
        }
        let page = own.get(&format!("/t/{now}/customer")).await.assert_status(200);
        let page = page.assert_has("Second of Ada").assert_has("0 open, 1 done");
        page.assert_has_not("First of Ada").assert_has_not("Of a colleague");
        let seen = own.get(&format!("/api/v1/contacts/{ada}/timeline")).await.assert_status(200).json();
        assert_eq!(seen["items"].as_array().unwrap().len(), 2);
        own.get(&format!("/contacts/{ada}")).await.assert_has_not("First of Ada");
        for number in [first, colleague, stranger] {
            own.get(&format!("/t/{number}/customer")).await.assert_status(404);
            own.get(&format!("/api/v1/tickets/{number}/similar")).await.assert_status(404);
        }
        // Without the right to see contacts there are no notes and no timeline.
        let mut blind = world.agent("blind@desk.example", &[("tickets.view", "all")]).await;
        blind
            .get(&format!("/t/{now}/customer"))
            .await
            .assert_has("First of Ada")
            .assert_has_not("Calls after five")
            .assert_has_not("Gold contract");
        blind.get(&format!("/api/v1/contacts/{ada}/timeline")).await.assert_status(403);
    });
}

#[test]
fn the_same_fault_of_others_is_found_with_the_words_and_linked_with_one_press() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        for n in 0..12 {
            world
                .opens(&format!("p{n}@else.example"), &format!("Invoice {n}"), "Please send the invoice.")
                .await;
        }
        let one = world.opens("ada@a.example", "Plotter jams", FAULT).await;
        let again = world.opens("ada@a.example", "Plotter jams again", FAULT).await;
        let other = world
            .opens("ben@b.example", "Paper tears", "Our plotter jams on each long sheet: PLX-90001.")
            .await;
        let solved = world.opens("cem@c.example", "Plotter jams", FAULT).await;
        world.asks("PATCH", &format!("/api/v1/tickets/{solved}"), json!({ "status": "solved" })).await;
        search::testing::indexed(&world.home).await;

        let found = world.gets(&format!("/api/v1/tickets/{one}/similar")).await;
        let numbers: Vec<_> =
            found["items"].as_array().unwrap().iter().map(|one| one["ticket"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [other], "of others, open: {found}");
        let words: Vec<_> = found["items"][0]["words"]
            .as_array()
            .unwrap()
            .iter()
            .map(|w| w.as_str().unwrap().to_lowercase())
            .collect();
        assert!(words.contains(&"plotter".into()) && words.contains(&"jams".into()), "{words:?}");
        assert!(!words.contains(&"the".into()) && !words.contains(&"metre".into()), "{words:?}");
        let page = world.bo.get(&format!("/t/{one}/customer")).await.assert_has("Paper tears");
        page.assert_has("The same fault now?").assert_has("Link as related");
        // Nothing is like an invoice but invoices, and those share no two telling words.
        let found = world.gets("/api/v1/tickets/1/similar").await;
        assert!(
            found["items"].as_array().unwrap().iter().all(|one| one["ticket"].as_i64().unwrap() <= 12),
            "{found}"
        );

        // What is out of sight is not found, before and after it is.
        let mut own = world.agent("own@desk.example", &[("tickets.view", "own")]).await;
        let id = world.gets("/api/v1/users").await["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|user| user["email"] == "own@desk.example")
            .unwrap()["id"]
            .clone();
        let assign = json!({ "assignee": id });
        assert_eq!(world.asks("PATCH", &format!("/api/v1/tickets/{one}"), assign.clone()).await.0, 200);
        search::testing::indexed(&world.home).await;
        let path = format!("/api/v1/tickets/{one}/similar");
        assert_eq!(own.get(&path).await.assert_status(200).json()["items"], json!([]));
        own.get(&format!("/t/{one}/customer")).await.assert_status(200).assert_has_not("Paper tears");
        // In sight, and out of it again without the index knowing.
        assert_eq!(world.asks("PATCH", &format!("/api/v1/tickets/{other}"), assign).await.0, 200);
        search::testing::indexed(&world.home).await;
        assert_eq!(own.get(&path).await.json()["items"].as_array().unwrap().len(), 1);
        world.asks("PATCH", &format!("/api/v1/tickets/{other}"), json!({ "assignee": null })).await;
        assert_eq!(own.get(&path).await.json()["items"], json!([]), "the rows have the last word");

        let fields = [("ticket", &*other.to_string()), ("link", "related")];
        world.bo.post_form(&format!("/t/{one}/link"), &fields).await.assert_status(303);
        let links = world.gets(&format!("/api/v1/tickets/{one}/links")).await;
        assert_eq!(links["items"][0]["ticket"], other);
        let found = world.gets(&path).await;
        assert_eq!(found["items"], json!([]), "what is linked is not proposed again");
        assert_ne!(again, other);
    });
}

#[test]
fn notes_are_changed_in_place_and_kept_as_they_were() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let number = world.opens("ada@firm.example", "Hello", "hello").await;
        let ada = world.contact("ada@firm.example").await;
        let next = format!("/t/{number}");
        let path = format!("/contacts/{ada}/notes");
        for notes in ["Calls after five", "Calls after six", "Calls after six", ""] {
            let fields = [("notes", notes), ("next", next.as_str())];
            world.bo.post_form(&path, &fields).await.assert_leads_to(&next);
        }
        let page = world.bo.get(&format!("/t/{number}/customer")).await.assert_status(200);
        let text = page.assert_has("No notes").assert_has("Earlier notes").text();
        assert_eq!(
            text.matches("name=\"notes\" value=\"Calls after six\"").count(),
            1,
            "what is the same is no version"
        );
        let (six, five) = (text.find("Calls after six").unwrap(), text.find("Calls after five").unwrap());
        assert!(six < five, "the newest first");
        // Nobody is led away, and nothing is written by somebody who may only look.
        let fields = [("notes", "x"), ("next", "//evil.example/")];
        world.bo.post_form(&path, &fields).await.assert_leads_to(&format!("/contacts/{ada}?done=saved"));
        let mut view =
            world.agent("view@desk.example", &[("tickets.view", "all"), ("contacts.view", "all")]).await;
        view.post_form(&path, &[("notes", "y"), ("next", "")]).await.assert_status(403);
        view.get(&format!("/t/{number}/customer"))
            .await
            .assert_has("Earlier notes")
            .assert_has_not("Put back");
        let long = "x".repeat(20_001);
        world.bo.post_form(&path, &[("notes", &long), ("next", "")]).await.assert_status(422);
        let now = world.gets(&format!("/api/v1/contacts/{ada}")).await;
        assert_eq!(now["notes"], "x");
    });
}
