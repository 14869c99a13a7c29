use super::*;

fn split(text: &str) -> Split {
    Split::text(text, &Limits::default())
}

#[test]
fn the_reply_is_what_stands_above_the_quote() {
    for quote in [
        "On Mon, 1 Jun 2026 at 10:00, Bo <bo@x.example> wrote:\n> Hi",
        "On Mon, 1 Jun 2026 at 10:00, Bo\n<bo@x.example> wrote:\n> Hi",
        "Am 01.06.26 um 10:00 schrieb Bo:\n> Hi",
        "Am Mo., 1. Juni 2026 um 10:00 Uhr schrieb Bo <bo@x.example>:\n\nHi",
        "Op ma 1 jun 2026 om 10:00 schreef Bo <bo@x.example>:\n> Hi",
        "Op 1 juni 2026 heeft Bo <bo@x.example> het volgende geschreven:\n> Hi",
        "Le lun. 1 juin 2026 à 10:00, Bo <bo@x.example> a écrit :\n> Hi",
        "El lun, 1 jun 2026 a las 10:00, Bo (<bo@x.example>) escribió:\n> Hi",
        "Il giorno lun 1 giu 2026 alle ore 10:00 Bo <bo@x.example> ha scritto:\n> Hi",
        "Em seg., 1 de jun. de 2026 às 10:00, Bo <bo@x.example> escreveu:\n> Hi",
        "Den mån 1 juni 2026 kl 10:00 skrev Bo <bo@x.example>:\n> Hi",
        "W dniu 1.06.2026 o 10:00, Bo pisze:\n> Hi",
        "po 1. 6. 2026 v 10:00 odesílatel Bo <bo@x.example> napsal:\n> Hi",
        "пн, 1 июн. 2026 г. в 10:00, Bo <bo@x.example>:\n> Hi",
        "2026年6月1日(月) 10:00 Bo <bo@x.example>:\n> Hi",
        "Bo <bo@x.example> 于2026年6月1日周一 10:00写道：\n> Hi",
        "2026년 6월 1일 (월) 오전 10:00, Bo <bo@x.example>님이 작성:\n> Hi",
        "Vào Th 2, 1 thg 6, 2026 vào lúc 10:00 Bo <bo@x.example> đã viết:\n> Hi",
        "1 Haz 2026 Pzt 10:00 tarihinde Bo <bo@x.example> şunu yazdı:\n> Hi",
        "Στις Δευ 1 Ιουν 2026 στις 10:00 π.μ., ο χρήστης Bo <bo@x.example> έγραψε:\n> Hi",
        "בתאריך יום ב׳, 1 ביוני 2026 ב-10:00 מאת Bo <bo@x.example>:\n> Hi",
        "-----Ursprüngliche Nachricht-----\nVon: Bo\nHi",
        "-----Oorspronkelijk bericht-----\nHi",
        "Von: Bo <bo@x.example>\nGesendet: Montag, 1. Juni 2026 10:00\nAn: Ann\nBetreff: Hi\n\nHi",
        "Van: Bo\nVerzonden: maandag 1 juni 2026 10:00\nAan: Ann\nOnderwerp: Hi\n\nHi",
        "________________________________\nFrom: Bo <bo@x.example>\nSent: Monday\nTo: Ann\nSubject: Hi\n\nHi",
        "> Hi\n> there",
    ] {
        let text = format!("Thank you.\nIt works.\n\n{quote}\n");
        let split = split(&text);
        assert_eq!(split.reply(), "Thank you.\nIt works.", "{quote}");
        assert!(
            split.quoted().is_some_and(|quoted| quoted.ends_with("Hi") || quoted.ends_with("there")),
            "{quote}"
        );
    }
}

#[test]
fn words_that_only_look_like_a_quote_stay() {
    for text in [
        "On the other hand, I wrote 3 mails about it.",
        "He wrote:\nfine",
        "From: Berlin\nTo: Paris\nDate: 1 June\n\nPlease book.",
        "Please answer until 10:30.\nThanks",
        "I will be there at 10:00:\n- bring the key",
        "----- Step 2 -----\nPress the button.",
        "The mail was sent from my phone and got lost.",
    ] {
        assert_eq!(split(text).reply(), text);
    }
}

#[test]
fn answers_between_the_lines_keep_the_lines_they_answer() {
    let text = "On 1 June 2026 Bo <bo@x.example> wrote:\n> One?\nYes.\n> Two?\nNo.\n";
    assert_eq!(split(text).reply(), "> One?\nYes.\n> Two?\nNo.");
}

#[test]
fn an_answer_below_the_quote_is_the_reply() {
    assert_eq!(split("On 1 June 2026 Bo <bo@x.example> wrote:\n> One?\n\nYes.\n").reply(), "Yes.");
}

#[test]
fn a_mail_that_is_all_quote_is_not_empty() {
    let split = split("> One?\n> Two?\n");
    assert_eq!((split.written().as_str(), split.reply().as_str()), ("", "> One?\n> Two?"));
}

#[test]
fn signatures_are_set_apart() {
    for signature in [
        "-- \nAnn Lee\nShop",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Verzonden vanaf mijn iPhone",
        "Envoyé de mon iPhone",
        "Mit freundlichen Grüßen\n\nAnn Lee\nShop GmbH",
        "Met vriendelijke groet,\nAnn Lee\nWinkel BV",
    ] {
        let split = split(&format!("It works.\n\n{signature}\n"));
        assert_eq!(split.reply(), "It works.", "{signature}");
        assert_eq!(split.signature().as_deref(), Some(signature));
    }
}

#[test]
fn marks_in_the_html_are_believed() {
    for html in [
        "<div>Yes.</div><div class='gmail_quote'>Montag irgendwer:<blockquote>No?</blockquote></div>",
        "<p>Yes.</p><div id='divRplyFwdMsg'>Whoever</div><div>No?</div>",
        "<p>Yes.</p><div class='moz-cite-prefix'>Somebody:</div><blockquote type='cite'>No?</blockquote>",
        "<p>Yes.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><p>Wer</p></div><p>No?</p>",
    ] {
        assert_eq!(Split::html(html, &Limits::default()).reply(), "Yes.", "{html}");
    }
}

#[test]
fn nothing_is_lost() {
    for text in [
        "a\n\n> b\n\nc\n-- \nd",
        "",
        "\n",
        "> a",
        "On 1 June 2026 Bo <b@x.example> wrote:\n> a\nb",
        "a\r\n> b\r\n",
    ] {
        let split = split(text);
        assert_eq!(split.pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), text);
    }
}

#[test]
fn twice_the_text_takes_about_twice_the_time() {
    let limits = Limits { reply_lines: usize::MAX, reply_text: usize::MAX, ..Limits::default() };
    for unit in [
        "On 1 June 2026 at 10:00 Bo <\n",
        "-- \n",
        "From: a@x.example\n",
        "____\n",
        "Regards,\n",
        "On 12\n",
        "> a\nb\n",
    ] {
        let time = |count: usize| {
            let text = unit.repeat(count);
            let start = std::time::Instant::now();
            std::hint::black_box(Split::text(&text, &limits));
            start.elapsed().as_secs_f64()
        };
        time(20);
        let (short, long) = (time(200).max(1e-3), time(1600));
        assert!(long < short * 40.0, "{unit:?}: {short} s, then {long} s for 8 times the text");
    }
}
