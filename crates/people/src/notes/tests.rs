//! Notes of an organisation, kept as they were.
use crate::world::World;
use testkit::on_both;

#[test]
fn notes_of_an_organisation_are_kept_when_they_are_replaced_from_either_face() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut ada = world.program("ada@acme.example", "all").await;
        let made = ada.post_json("/api/v1/organisations", r#"{"name":"Firm","notes":"silver"}"#).await;
        let id = made.assert_status(201).json()["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/organisations/{id}");
        ada.patch_json(&path, r#"{"notes":"gold"}"#).await.assert_status(200);
        let fields = [("notes", "platinum"), ("next", "")];
        ada.post_form(&format!("/organisations/{id}/notes"), &fields).await.assert_status(303);
        // A name alone replaces no notes.
        ada.patch_json(&path, r#"{"name":"Firm 2"}"#).await.assert_status(200);
        let page = ada.get(&format!("/organisations/{id}")).await.assert_status(200);
        let text = page.assert_has("platinum").text();
        assert!(text.find("value=\"gold\"").unwrap() < text.find("value=\"silver\"").unwrap());
        assert_eq!(text.matches("Put back").count(), 2);
        ada.post_form("/organisations/99/notes", &fields).await.assert_status(404);
        ada.post_form("/contacts/99/notes", &fields).await.assert_status(404);
    });
}
