//! The first start in a browser (S29).
mod program;
use program::{ADMIN, Answer, Data, PASSWORD, Served, postgres, setup};

const PAGE: (&str, &str) = ("accept", "text/html");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn fill(desk: &Served, code: &str, email: &str) -> Answer {
    let body = format!(
        "code={code}&desk_name=Acme+%26+Sons&language=nl&admin_name=Ada+Lovelace&admin_email={email}\
         &admin_password={}",
        PASSWORD.replace(' ', "+")
    );
    desk.send("POST", "/setup", &[PAGE, FORM], &body)
}
fn code(desk: &Served) -> String {
    let line = desk.logged("setup code: ");
    line["setup code: ".len()..].split(' ').next().unwrap().to_owned()
}

#[test]
fn a_new_desk_is_set_up_in_a_browser_with_the_code_of_the_console() {
    for database in ["sqlite".to_owned(), postgres()] {
        let data = Data::new();
        let desk = Served::start(data.path(), &["--database", &database]);
        let code = code(&desk);
        assert!(desk.log().contains(&format!("http://{}/setup", desk.address)), "{}", desk.log());

        let start = desk.send("GET", "/tickets", &[PAGE], "");
        assert_eq!((start.status, start.header("location")), (303, Some("/setup")));
        let program = desk.get("/api/v1/tickets");
        assert_eq!(program.status, 503);
        assert!(program.body.contains("setup_required"), "{}", program.body);
        let page = desk.send("GET", "/setup", &[PAGE, ("accept-language", "de")], "");
        assert_eq!(page.status, 200);
        assert!(
            page.body.contains("Ihren Helpdesk einrichten") && page.body.contains("value=\"de\" selected")
        );
        assert!(!page.body.contains(&code) && !page.body.contains(&code.replace('-', "")));

        let guessed = fill(&desk, "aaaa-aaaa", ADMIN);
        assert_eq!(guessed.status, 422, "{}", guessed.body);
        assert!(guessed.body.contains("This is not the code") && guessed.body.contains("Acme &#38; Sons"));
        assert!(!guessed.body.contains(PASSWORD), "a password is never sent back");
        let both = fill(&desk, "aaaa-aaaa", "ada");
        assert!(both.body.contains("code-error") && both.body.contains("admin_email-error"), "{}", both.body);
        let wrong = fill(&desk, &code, "ada");
        assert_eq!(wrong.status, 422);
        assert!(wrong.body.contains("admin_email-error"), "{}", wrong.body);

        let done = fill(&desk, &code.to_uppercase().replace('-', " "), ADMIN);
        assert_eq!((done.status, done.header("location")), (303, Some("/sign-in")), "{}", done.body);
        assert_eq!(desk.get("/api/v1/tickets").status, 401, "the desk is there now");
        assert_eq!(desk.send("GET", "/setup", &[PAGE], "").status, 410);
        assert_eq!(fill(&desk, &code, "eve@acme.example").status, 410, "the whole form again");
        desk.stop();

        let again = Served::start(data.path(), &["--database", &database]);
        assert!(!again.log().contains("setup code"), "no code is given out for a desk that is there");
        assert_eq!(fill(&again, &code, "eve@acme.example").status, 410);
    }
}

#[test]
fn of_two_who_set_up_at_once_one_becomes_the_administrator() {
    let data = Data::new();
    let desk = Served::start(data.path(), &[]);
    let code = code(&desk);
    let mut answers: Vec<u16> = std::thread::scope(|scope| {
        let (desk, code) = (&desk, &code);
        let fill = |email| scope.spawn(move || fill(desk, code, email).status);
        ["ada%40acme.example", "eve%40acme.example"].map(fill).map(|t| t.join().unwrap()).to_vec()
    });
    answers.sort_unstable();
    assert_eq!(answers, [303, 410]);
}

#[test]
fn guessing_the_code_ends_after_ten_tries() {
    let data = Data::new();
    let desk = Served::start(data.path(), &[]);
    let code = code(&desk);
    for _ in 0..10 {
        assert_eq!(fill(&desk, "aaaaaaaa", ADMIN).status, 422);
    }
    assert_eq!(fill(&desk, &code, ADMIN).status, 429, "not even the right one");
    let words = fill(&desk, &code, ADMIN).body;
    assert!(words.contains("Wait ten minutes"), "{words}");
}

#[test]
fn a_desk_made_on_the_command_line_ends_the_wizard_of_a_running_program() {
    let data = Data::new();
    let desk = Served::start(data.path(), &[]);
    assert_eq!(desk.send("GET", "/setup", &[PAGE], "").status, 200);
    setup(&data, "sqlite").went_well();
    assert_eq!(desk.send("GET", "/setup", &[PAGE], "").status, 410);
    assert_eq!(fill(&desk, &code(&desk), "eve@acme.example").status, 410);
}
