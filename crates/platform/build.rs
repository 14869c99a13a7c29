//! Puts the built front end (`ui/dist`, made by `script/setup`) into the program.
use std::{env, fs, path::Path};

fn main() {
    let dist = Path::new("../../ui/dist");
    println!("cargo::rerun-if-changed=../../ui/dist");
    let mut names: Vec<String> = match fs::read_dir(dist) {
        Ok(entries) => entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect(),
        Err(_) => Vec::new(),
    };
    names.retain(|name| !name.ends_with(".gz") && dist.join(name).is_file());
    names.sort();
    let mut table = String::from("&[\n");
    for name in &names {
        let path = fs::canonicalize(dist.join(name)).expect("it was just listed");
        let gz = dist.join(format!("{name}.gz"));
        let packed = match fs::canonicalize(&gz) {
            Ok(gz) => format!("Some(include_bytes!({:?}))", gz.to_string_lossy()),
            Err(_) => "None".into(),
        };
        table += &format!(
            "    Asset {{ name: {name:?}, bytes: include_bytes!({:?}), packed: {packed} }},\n",
            path.to_string_lossy()
        );
    }
    table += "]";
    let out = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("assets.rs"), table).expect("the build folder is writable");
}
