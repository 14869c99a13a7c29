use super::*;
use std::ffi::OsString;

fn read(flags: Flags, variables: &[(&str, &str)]) -> Result<Config, String> {
    let variables: Vec<_> =
        variables.iter().map(|(name, text)| (OsString::from(name), OsString::from(text))).collect();
    Config::of(flags, variables.into_iter()).map_err(|failure| {
        assert_eq!(failure.exit_code(), 2, "a wrong configuration is a wrong usage");
        failure.to_string()
    })
}
fn mistake(flags: Flags, variables: &[(&str, &str)]) -> String {
    read(flags, variables).err().expect("it is wrong")
}
/// A data folder with this configuration file.
fn folder(text: &str) -> (tempfile::TempDir, Flags) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("firstline.toml"), text).unwrap();
    let data = Some(folder.path().to_str().unwrap().to_owned());
    (folder, Flags { data, ..Flags::default() })
}

#[test]
fn a_flag_wins_over_a_variable_and_a_variable_over_the_file() {
    let (_folder, mut flags) = folder("listen = \"127.0.0.1:1\"\nsmtp_listen = \"127.0.0.1:2\"\n");
    let only_file = read(flags.clone(), &[]).unwrap();
    assert_eq!(only_file.listen.port(), 1);
    let variable = [("FIRSTLINE_LISTEN", "127.0.0.1:3"), ("HOME", "/nowhere")];
    assert_eq!(read(flags.clone(), &variable).unwrap().listen.port(), 3);
    flags.listen = Some("127.0.0.1:4".into());
    let all = read(flags, &variable).unwrap();
    assert_eq!((all.listen.port(), all.smtp_listen.unwrap().port()), (4, 2));
    assert!(all.lmtp_listen.is_none());
}

#[test]
fn an_unknown_key_names_its_line() {
    let (_folder, flags) = folder("# ours\n\nlistne = \"127.0.0.1:1\"\n");
    let text = mistake(flags, &[]);
    assert!(
        text.contains("firstline.toml:3: listne: there is no such key; expected one of data, "),
        "{text}"
    );
}

#[test]
fn an_unknown_variable_with_our_prefix_is_a_mistake() {
    let (_folder, flags) = folder("");
    let text = mistake(flags, &[("FIRSTLINE_LISTNE", "x")]);
    assert!(text.starts_with("FIRSTLINE_LISTNE: there is no such variable"), "{text}");
}

#[test]
fn a_wrong_value_says_where_it_is_and_what_is_expected() {
    let cases = [
        ("listen = \"localhost\"", "firstline.toml:1: listen: \"localhost\" is no address; expected IP:PORT"),
        ("listen = 8080", "firstline.toml:1: listen: expected a text, in quotes"),
        ("\nallow_outbound = \"10.0.0.0/33\"", ":2: allow_outbound: \"10.0.0.0/33\" is not an address range"),
        ("allow_outbound = [1]", "allow_outbound: expected a list of texts"),
        ("max_message_bytes = \"5 MB\"", "max_message_bytes: \"5 MB\" is no size"),
        ("max_message_bytes = 10", "max_message_bytes: \"10\" is no size"),
        ("metrics = \"all\"", "metrics: \"all\" is none of the words; expected loopback or public"),
        ("public_url = \"help.example.org\"", "public_url: \"help.example.org\" is no address of a desk"),
        ("public_url = \"https://x.example/desk\"", "public_url: "),
        ("log_filter = \"a=b=c\"", "log_filter: \"a=b=c\" is no log filter"),
        (
            "database = \"mysql://x\"",
            "database: this is no address of a database; expected sqlite or postgres://",
        ),
        ("database = \"postgres://h/n?schema=A-b\"", "database: the schema's name is a-z, 0-9 and _"),
        ("data = \"elsewhere\"", "data: this file lies in the data folder"),
        ("host_name = \"a b\"", "host_name: \"a b\" is no name of a machine"),
        ("dns = \"nine\"", "dns: \"nine\" is neither `system` nor `off`"),
        ("mail_key = \"k.pem\"", "firstline.toml:1: mail_key: it needs mail_certificate beside it"),
        ("listen = ", "firstline.toml:1: "),
    ];
    for (text, expected) in cases {
        let (_folder, flags) = folder(text);
        let found = mistake(flags, &[]);
        assert!(found.contains(expected), "{text}: {found}");
    }
}

#[test]
fn a_password_is_never_shown() {
    let (_folder, flags) = folder("database = \"mysql://ada:hunter2@db/desk\"");
    assert!(!mistake(flags, &[]).contains("hunter2"));
    let (_folder, flags) = folder("database = \"postgres://ada:hunter2@db/desk");
    assert!(!mistake(flags, &[]).contains("hunter2"));
    let (_folder, flags) = folder("database = \"postgres://ada:hunter2@db/desk?schema=a b\"");
    assert!(!mistake(flags, &[]).contains("hunter2"));
    let (_folder, flags) = folder("database = \"postgres://ada:hunter2@db/desk?schema=one&sslmode=require\"");
    let config = read(flags, &[]).unwrap();
    for address in ["http://ada:hunter2@x.example/path", "ada:hunter2@x.example", "http://a:hunter2://b@x@y/"]
    {
        let (_folder, flags) = folder(&format!("public_url = \"{address}\""));
        let told = mistake(flags, &[]);
        assert!(told.contains("no address of a desk") && !told.contains("hunter2"), "{told}");
    }
    assert_eq!(config.place_shown, "postgres://db/desk?schema=one");
    let Place::Postgres { url, schema } = config.place else { panic!("it is PostgreSQL") };
    assert_eq!((url.as_str(), schema.as_str()), ("postgres://ada:hunter2@db/desk?sslmode=require", "one"));
}

#[test]
fn ranges_are_a_list_in_each_form() {
    let (_folder, mut flags) = folder("allow_outbound = [\"10.0.0.0/8\", \"fd00::/8\"]");
    assert_eq!(read(flags.clone(), &[]).unwrap().allow_outbound.len(), 2);
    let variable = [("FIRSTLINE_ALLOW_OUTBOUND", "127.0.0.0/8, 10.0.0.1,192.168.0.0/16")];
    assert_eq!(read(flags.clone(), &variable).unwrap().allow_outbound.len(), 3);
    flags.allow_outbound = vec!["127.0.0.1".into()];
    assert_eq!(read(flags, &variable).unwrap().allow_outbound.len(), 1);
}

#[test]
fn proxies_are_trusted_when_somebody_says_so_and_only_then() {
    let (_folder, mut flags) = folder("trusted_proxies = [\"10.0.0.0/8\", \"fd00::/8\"]");
    assert_eq!(read(flags.clone(), &[]).unwrap().trusted_proxies.len(), 2);
    let variable = [("FIRSTLINE_TRUSTED_PROXIES", "127.0.0.1")];
    let given = read(flags.clone(), &variable).unwrap().trusted_proxies;
    assert_eq!(given, ["127.0.0.1/32".parse().unwrap()]);
    flags.trusted_proxies = vec!["10.0.0.1/8".into()];
    let text = mistake(flags, &variable);
    assert!(text.starts_with("--trusted-proxy: ") && text.contains("the range is 10.0.0.0/8"), "{text}");
    let (_folder, flags) = folder("");
    assert!(read(flags, &[]).unwrap().trusted_proxies.is_empty());
}

#[test]
fn a_named_configuration_file_must_be_there() {
    let flags = Flags { config: Some("/nowhere/firstline.toml".into()), ..Flags::default() };
    assert!(mistake(flags, &[]).starts_with("/nowhere/firstline.toml: "));
}

#[test]
fn an_empty_folder_and_files_that_are_no_pem_are_named() {
    let empty = Flags { data: Some(" ".into()), ..Flags::default() };
    assert_eq!(mistake(empty, &[]), "--data: it is empty; expected a folder");
    let (folder, flags) = folder("");
    let file = folder.path().join("x.pem");
    std::fs::write(&file, "no certificate\n").unwrap();
    let file = file.to_str().unwrap();
    for name in ["FIRSTLINE_EXTRA_AUTHORITIES", "FIRSTLINE_MAIL_CERTIFICATE"] {
        let key = ("FIRSTLINE_MAIL_KEY", file);
        let said = mistake(flags.clone(), &[(name, "/nowhere"), key]);
        assert!(!said.contains("os error") && said.contains(": "), "{said}");
    }
    let said = mistake(flags.clone(), &[("FIRSTLINE_EXTRA_AUTHORITIES", "/nowhere")]);
    assert_eq!(
        said,
        "FIRSTLINE_EXTRA_AUTHORITIES: /nowhere: No such file or directory; expected a PEM file with certificates"
    );
    let said = mistake(flags, &[("FIRSTLINE_EXTRA_AUTHORITIES", file)]);
    assert!(said.contains("expected a PEM file with certificates"), "{said}");
}

#[test]
fn the_manual_and_the_help_name_every_key_and_no_other() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/manual/configuration.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let named: Vec<_> = rows.filter_map(|line| line.split('`').next()).map(str::to_owned).collect();
    let known: Vec<_> = Key::ALL.iter().map(|key| key.word().to_owned()).collect();
    let missing: Vec<_> = known.iter().filter(|key| !named.contains(key)).collect();
    let unknown: Vec<_> = named.iter().filter(|key| !known.contains(key)).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing {missing:?}, unknown {unknown:?}");
    use clap::CommandFactory;
    let help = crate::cli::Cli::command().render_help().to_string();
    for key in Key::ALL {
        assert!(help.contains(&format!("\n  {} ", key.word())), "--help does not name {key}");
    }
    let longest = help.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    assert!(longest <= 100, "a line of {longest} letters breaks in a usual terminal");
}
