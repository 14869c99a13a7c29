//! `script/new-slice` writes what the registries ask for.
#![allow(clippy::disallowed_methods, reason = "the script is what is tested")]
use crate::source::root;
use std::{fs, path::Path, process::Command};

fn copy(from: &Path, to: &Path, name: &str) {
    let target = to.join(name);
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    fs::copy(from.join(name), target).unwrap();
}

#[test]
fn a_new_slice_has_all_its_parts_and_is_known() {
    let (root, folder) = (root(), tempfile::tempdir().unwrap());
    let to = folder.path();
    for name in
        ["script/new-slice", "crates/desk/src/lib.rs", "crates/platform/src/db/migrate.rs", "rustfmt.toml"]
    {
        copy(&root, to, name);
    }
    let mut migrations: Vec<_> = fs::read_dir(root.join("migrations"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    migrations.sort();
    for name in &migrations {
        copy(&root, to, &format!("migrations/{name}"));
    }
    let run = || {
        Command::new("sh")
            .args(["script/new-slice", "shift_labels", "desk"])
            .current_dir(to)
            .output()
            .unwrap()
    };
    let first = run();
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));

    let read = |name: &str| fs::read_to_string(to.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let slice = "crates/desk/src/shift_labels";
    let parts = ["mod", "policy", "store", "actions", "error", "api", "pages", "tests"];
    for part in parts {
        let text = read(&format!("{slice}/{part}.rs"));
        assert!(!text.contains('@'), "{part}.rs: a blank was not filled:\n{text}");
        let check = Command::new("rustfmt")
            .args(["--edition", "2024", "--check", "--config", "skip_children=true"])
            .arg(to.join(format!("{slice}/{part}.rs")))
            .output();
        // Parsing is what counts; without rustfmt on this machine the other checks have to do.
        if let Ok(check) = check {
            let said = String::from_utf8_lossy(&check.stderr);
            assert!(!said.contains("error: expected"), "{part}.rs: {said}");
        }
    }
    let keys = |language: &str| platform::i18n::keys(&read(&format!("{slice}/{language}.ftl")));
    assert_eq!(keys("en").len(), 5);
    assert_eq!((keys("en"), keys("en")), (keys("de"), keys("nl")));
    for key in keys("en").iter().filter(|key| !key.starts_with("permission-")) {
        assert!(read(&format!("{slice}/list.html")).contains(&format!("\"{key}\"")), "{key} is used");
    }
    let lib = read("crates/desk/src/lib.rs");
    assert!(lib.contains("pub mod shift_labels;") && lib.contains("shift_labels::routes()"), "{lib}");
    let last = migrations.iter().filter_map(|name| name.split('_').next()?.parse::<usize>().ok()).max();
    let number = last.unwrap() + 1;
    let migration = format!("{number:04}_shift_labels");
    assert!(read(&format!("migrations/{migration}.sql")).contains("CREATE TABLE shift_label ("));
    assert!(read("crates/platform/src/db/migrate.rs").contains(&format!("\"{migration}\"")));

    let second = run();
    assert!(!second.status.success(), "nothing is overwritten");
    assert_eq!(read("crates/desk/src/lib.rs"), lib);
}
