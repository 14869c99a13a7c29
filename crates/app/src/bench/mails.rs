//! Mails like those that people send: plain and HTML, 2 to 3 KB, two of five an answer that quotes what it answers.
use super::{client::Smtp, fill::INBOX};
use crate::{demo::Dice, failure::Failure};
use std::net::SocketAddr;

/// A relay that passes on what customers write.
pub struct Sender {
    smtp: Smtp,
    dice: Dice,
    customers: i64,
    /// Makes Message-IDs that no other run had.
    run: u64,
    /// The last request: who wrote it, its subject, its Message-ID.
    last: Option<(String, String, String)>,
}

impl Sender {
    pub fn connect(at: SocketAddr, customers: i64, run: u64) -> Result<Sender, Failure> {
        Ok(Sender { smtp: Smtp::connect(at)?, dice: Dice::new(run), customers, run, last: None })
    }
    /// Sends the mail with this number: an answer to the last request, or a new one.
    pub fn send(&mut self, number: usize) -> Result<(), Failure> {
        let id = format!("{:x}.{number}@customers.example", self.run);
        let answered = self.last.take_if(|_| self.dice.is_lucky(67));
        let (from, subject, headers, quote) = match &answered {
            Some((from, subject, to)) => {
                let headers = format!("In-Reply-To: <{to}>\r\nReferences: <{to}>\r\n");
                (from.clone(), format!("Re: {subject}"), headers, true)
            }
            None => {
                let customer = self.dice.roll(self.customers as usize);
                let from = format!("customer{customer}@customers.example");
                (from, format!("Something is wrong, case {number}"), String::new(), false)
            }
        };
        let mail = mail(&from, &subject, &id, &headers, quote, number);
        self.smtp.send(&from, INBOX, &mail)?;
        self.last = if answered.is_some() { None } else { Some((from, subject, id)) };
        Ok(())
    }
}

const SENTENCES: [&str; 6] = [
    "Since this morning the connection drops every few minutes, and nobody here can work with the program.",
    "We have restarted the machine twice; the second time it took almost a quarter of an hour.",
    "My colleague in the other building sees the same, so it can hardly be our network alone.",
    "Attached to the wall beside it is a sticker with the number 4711-08, if that helps you to find it.",
    "Could you call me before noon? After that I am on the road and can only read mails.",
    "Thank you very much for your help last time, that was quick.",
];

fn mail(from: &str, subject: &str, id: &str, headers: &str, quote: bool, number: usize) -> String {
    let words: Vec<&str> = (0..5).map(|at| SENTENCES[(number + at) % SENTENCES.len()]).collect();
    let signature = "Kind regards\r\nCustomer Number\r\nHarbour Street 12 · 20457 Hamburg";
    let mut text = format!(
        "Hello,\r\n\r\n{}\r\n\r\n{}\r\n\r\n-- \r\n{signature}\r\n",
        words[..3].join("\r\n"),
        words[3..].join("\r\n")
    );
    let mut html = format!(
        "<html><head><style>p {{ font-family: Calibri, sans-serif }}</style></head><body><p>Hello,</p><p>{}</p>\
         <p><b>{}</b></p><div>-- <br>{}</div>",
        words[..3].join("<br>\r\n"),
        words[3..].join("<br>\r\n"),
        signature.replace("\r\n", "<br>\r\n"),
    );
    if quote {
        let old: Vec<_> = SENTENCES.iter().map(|line| format!("> {line}\r\n")).collect();
        text += &format!("\r\nOn Tue, 3 Nov 2026 at 09:12, Help <{INBOX}> wrote:\r\n{}", old.concat());
        html += &format!(
            "<div class=\"gmail_quote\"><div>On Tue, 3 Nov 2026 at 09:12, Help wrote:</div><blockquote>{}</blockquote></div>",
            SENTENCES.join("<br>\r\n")
        );
    }
    html += "</body></html>";
    format!(
        "From: Customer Number <{from}>\r\nTo: Help <{INBOX}>\r\nSubject: {subject}\r\n\
         Date: Wed, 4 Nov 2026 10:00:00 +0100\r\nMessage-ID: <{id}>\r\n{headers}MIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative; boundary=\"b0b\"\r\n\r\n\
         --b0b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n\
         --b0b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{html}\r\n--b0b--"
    )
}
