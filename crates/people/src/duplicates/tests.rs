//! Likeness of what was there before it was compared.
use crate::world::World;
use platform::{args, db, sql};
use testkit::on_both;

#[test]
fn what_was_there_before_is_compared_once_the_job_has_run() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut ada = world.program("ada@acme.example", "all").await;
        let mut ids = Vec::new();
        for n in 0..3 {
            let body = serde_json::json!({ "name": format!("P{n}"), "emails": [format!("same+{n}@firm{n}.example"), format!("x{n}@y.example")],
                                           "phones": [format!("+49 30 55501{n}"), format!("+49 30 77701{n}")] });
            let made = ada.post_json("/api/v1/contacts", &body.to_string()).await.assert_status(201).json();
            ids.push(made["id"].as_str().unwrap().to_owned());
        }
        let body = r#"{"name":"Q","email":"same@mail.firm1.example","phones":["030 555011"]}"#;
        ada.post_json("/api/v1/contacts", body).await.assert_status(201);
        let path = format!("/api/v1/contacts/{}/duplicates", ids[1]);
        let alike = ada.get(&path).await.assert_status(200).json();
        assert_eq!(alike["items"][0]["reasons"].as_array().unwrap().len(), 2, "{alike}");

        // As a desk of an older program has it.
        world
            .system()
            .change::<_, db::Error>(|tx| {
                tx.run(sql!("UPDATE contact_email SET likeness = NULL"), args![])?;
                tx.run(sql!("UPDATE contact_phone SET tail = NULL"), args![])?;
                let now = tx.now();
                let job: super::actions::WriteLikeness = serde_json::from_str(r#"["0",""]"#).unwrap();
                platform::jobs::enqueue(tx, &job, now, None).map(drop)
            })
            .await
            .unwrap();
        assert_eq!(ada.get(&path).await.json()["items"], serde_json::json!([]));
        while platform::jobs::run_next(&world.home).await.unwrap() {}
        assert_eq!(ada.get(&path).await.json(), alike);
    });
}
