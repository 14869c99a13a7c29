//! Clients that keep their connection and check every answer.
use crate::failure::Failure;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

fn connect(to: SocketAddr) -> Result<BufReader<TcpStream>, Failure> {
    #[expect(clippy::disallowed_methods, reason = "to the program that it started itself")]
    let stream = TcpStream::connect(to).map_err(Failure::at(to))?;
    let ready =
        stream.set_nodelay(true).and_then(|()| stream.set_read_timeout(Some(Duration::from_secs(60))));
    ready.map_err(Failure::at(to))?;
    Ok(BufReader::new(stream))
}

/// A browser or a program.
pub struct Http {
    stream: BufReader<TcpStream>,
    at: SocketAddr,
    /// A header that says who it is.
    who: String,
}

pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    head: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Http {
    pub fn connect(at: SocketAddr) -> Result<Http, Failure> {
        Ok(Http { stream: connect(at)?, at, who: String::new() })
    }
    pub fn with(self, name: &str, value: &str) -> Http {
        Http { who: format!("{name}: {value}\r\n"), ..self }
    }
    /// Signs in as a browser does; returns the cookie.
    pub fn sign_in(at: SocketAddr, email: &str, password: &str) -> Result<String, Failure> {
        let form = |text: &str| text.replace('@', "%40").replace(' ', "+");
        let body = format!("email={}&password={}&next=", form(email), form(password));
        let kind = "application/x-www-form-urlencoded";
        let answer = Http::connect(at)?
            .with("origin", &format!("http://{at}"))
            .ask("POST", "/sign-in", kind, &body)?;
        let cookie = answer.head.iter().find(|(name, _)| name == "set-cookie");
        let cookie = cookie.and_then(|(_, value)| value.split(';').next()).filter(|_| answer.status == 303);
        cookie
            .map(str::to_owned)
            .ok_or_else(|| Failure::failed(format!("sign-in answered {}", answer.status)))
    }
    /// * errors – for any answer but 200.
    pub fn get(&mut self, path: &str) -> Result<Vec<u8>, Failure> {
        let answer = self.ask("GET", path, "", "")?;
        if answer.status == 200 {
            Ok(answer.body)
        } else {
            Err(Failure::failed(format!("{path}: {}", answer.status)))
        }
    }
    pub fn ask(&mut self, method: &str, path: &str, kind: &str, body: &str) -> Result<Answer, Failure> {
        let (at, who) = (self.at, &self.who);
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {at}\r\n{who}");
        if method != "GET" {
            text += &format!("content-type: {kind}\r\ncontent-length: {}\r\n", body.len());
        }
        text += "\r\n";
        text += body;
        let sent = self.stream.get_mut().write_all(text.as_bytes());
        sent.and_then(|()| self.answer()).map_err(Failure::at(path))
    }
    fn answer(&mut self) -> std::io::Result<Answer> {
        let wrong = || std::io::Error::other("no answer of HTTP");
        let status = line(&mut self.stream)?.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut head = Vec::new();
        loop {
            let line = line(&mut self.stream)?;
            let Some((name, value)) = line.split_once(": ") else { break };
            head.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let length = head.iter().find(|(name, _)| name == "content-length");
        let length: usize = length.and_then(|(_, value)| value.parse().ok()).ok_or_else(wrong)?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status: status.ok_or_else(wrong)?, head, body })
    }
}

fn line(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut text = String::new();
    stream.read_line(&mut text)?;
    text.truncate(text.trim_end().len());
    Ok(text)
}

/// A mail server that sends on one connection, its commands pipelined.
pub struct Smtp {
    stream: BufReader<TcpStream>,
}

impl Smtp {
    pub fn connect(at: SocketAddr) -> Result<Smtp, Failure> {
        let mut smtp = Smtp { stream: connect(at)? };
        smtp.reply("220")?;
        smtp.say("EHLO relay.customers.example\r\n", &["250"])?;
        Ok(smtp)
    }
    /// Returns when the mail is accepted.
    pub fn send(&mut self, from: &str, to: &str, mail: &str) -> Result<(), Failure> {
        self.say(&format!("MAIL FROM:<{from}>\r\nRCPT TO:<{to}>\r\nDATA\r\n"), &["250", "250", "354"])?;
        self.say(&format!("{mail}\r\n.\r\n"), &["250"])
    }
    fn say(&mut self, text: &str, expected: &[&str]) -> Result<(), Failure> {
        self.stream.get_mut().write_all(text.as_bytes()).map_err(Failure::at("SMTP"))?;
        expected.iter().try_for_each(|code| self.reply(code))
    }
    fn reply(&mut self, code: &str) -> Result<(), Failure> {
        loop {
            let line = line(&mut self.stream).map_err(Failure::at("SMTP"))?;
            if !line.starts_with(code) {
                return Err(Failure::failed(format!("SMTP: {line:?}; expected {code}")));
            }
            if line.get(3..4) != Some("-") {
                return Ok(());
            }
        }
    }
}
