//! The folder and the program.
use super::Finding;
use crate::config::Config;
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

pub fn look(config: &Config) -> Vec<(&'static str, Vec<Finding>)> {
    vec![("data-folder", folder(config)), ("key", key(config)), ("front-end", front_end())]
}

fn front_end() -> Vec<Finding> {
    if platform::assets::are_built() {
        return Vec::new();
    }
    vec![Finding(
        "the program was built without its front end; run `script/setup`, then build it again".into(),
    )]
}

/// Names in the folder itself are no secret; what lies in it is.
fn folder(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !config.data.exists() {
        findings
            .push(Finding(format!("{} is not there; expected it where --data says", config.data.display())));
    }
    if let Some(file) = config.file().filter(|file| file.exists()) {
        private(file, "chmod 600", &mut findings);
    }
    for folder in
        [config.blobs(), config.snapshots(), config.search()].iter().filter(|folder| folder.exists())
    {
        private(folder, "chmod 700", &mut findings);
    }
    findings
}

fn key(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let file = config.data.join(platform::keys::FILE);
    private(&file, "chmod 600", &mut findings);
    if let Ok(about) = fs::metadata(&file)
        && about.len() != 32
    {
        findings.push(Finding(format!("{} is not 32 bytes long; take it from a backup", file.display())));
    }
    findings
}

/// What the desk keeps is for its owner alone.
fn private(path: &Path, remedy: &str, findings: &mut Vec<Finding>) {
    let shown = path.display();
    match fs::metadata(path) {
        Err(cause) => findings.push(Finding(format!("{shown}: {cause}; expected it where --data says"))),
        Ok(about) if about.permissions().mode() & 0o077 != 0 => {
            let mode = about.permissions().mode() & 0o777;
            findings
                .push(Finding(format!("{shown} may be read by others (mode {mode:o}); {remedy} {shown}")));
        }
        Ok(_) => {}
    }
}
