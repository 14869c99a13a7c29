//! The pages of those who lead, and of everybody.
use crate::world::World;
use people::roles::Builtin;
use testkit::on_both;

#[test]
fn skills_plans_and_needs_are_set_on_their_pages() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let bo = world.hires("Bo", Builtin::Agent).await;
        let mut ada = world.browser_of(world.ada_id).await;
        ada.get("/admin/skills").await.assert_has("There is no skill yet");
        ada.post_form("/admin/skills", &[("name", "")]).await.assert_status(422);
        ada.post_form("/admin/skills", &[("name", "Printers")]).await.assert_status(303);
        ada.post_form("/admin/skills", &[("name", "printers")]).await.assert_status(409);
        let person = format!("/admin/skills/people/{bo}");
        ada.post_form(&person, &[("skills/1", "9"), ("limit", "")]).await.assert_status(422);
        ada.post_form(&person, &[("skills/1", "4"), ("limit", "50"), ("calendar", "")])
            .await
            .assert_status(303);
        ada.get("/admin/skills").await.assert_has("data-level=\"4\"");
        ada.get(&person).await.assert_has("value=\"50\"");
        let needs = "/admin/routing/needs";
        let wrong = [
            ("needs/0/filter", ""),
            ("needs/1/filter", "nonsense:1"),
            ("needs/1/skill", "1"),
            ("needs/1/level", "3"),
            ("needs/1/least", ""),
        ];
        let again = ada.post_form(needs, &wrong).await.assert_status(422);
        again.assert_has("id=\"needs/1/filter-error\"");
        let fine = [
            ("needs/0/filter", "tag:printer"),
            ("needs/0/skill", "1"),
            ("needs/0/level", "3"),
            ("needs/0/least", "1"),
        ];
        ada.post_form(needs, &fine).await.assert_status(303);
        ada.get(needs).await.assert_has("tag:printer");
        ada.get("/admin/routing").await.assert_has("10 at a time");
        ada.post_form("/admin/routing/weights", &[("weights/email", "101")]).await.assert_status(422);
        // An agent may not look at any of it.
        let mut bos = world.browser_of(bo).await;
        for path in ["/admin/skills", "/admin/routing", needs, &person] {
            bos.get(path).await.assert_status(403);
        }
        bos.get("/waiting").await.assert_has("Nothing waits");
        bos.post_form("/next", &[]).await.assert_status(303);
        bos.get("/waiting?said=none").await.assert_has("Nothing waits that you could take");
    });
}
