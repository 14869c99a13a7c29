//! A sender of mail as others are, by SMTP or LMTP.
use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// A connection that has said hello.
pub struct Sender {
    io: BufReader<TcpStream>,
    /// A message is under way: its beginning was agreed to, its end is not answered.
    pub is_in_message: bool,
}

/// One line each; more of them where the answer has more.
fn answer(io: &mut BufReader<TcpStream>) -> io::Result<String> {
    loop {
        let mut line = String::new();
        if io.read_line(&mut line)? < 4 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line.as_bytes()[3] != b'-' {
            return Ok(line.trim_end().to_owned());
        }
    }
}

impl Sender {
    /// * `hello` – `EHLO` or `LHLO`.
    pub fn open(to: SocketAddr, hello: &str) -> io::Result<Sender> {
        let stream = TcpStream::connect(to)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let mut sender = Sender { io: BufReader::new(stream), is_in_message: false };
        answer(&mut sender.io)?;
        sender.says(&format!("{hello} client.example"))?;
        Ok(sender)
    }

    pub fn says(&mut self, command: &str) -> io::Result<String> {
        self.io.get_mut().write_all(format!("{command}\r\n").as_bytes())?;
        answer(&mut self.io)
    }

    /// Sends a mail to one recipient; returns the answer to it, or the first refusal before.
    pub fn send(&mut self, from: &str, to: &str, mail: &[u8]) -> io::Result<String> {
        for command in [format!("MAIL FROM:<{from}>"), format!("RCPT TO:<{to}>"), "DATA".into()] {
            let said = self.says(&command)?;
            if !said.starts_with(['2', '3']) {
                self.says("RSET")?;
                return Ok(said);
            }
        }
        self.is_in_message = true;
        self.io.get_mut().write_all(&wire(mail))?;
        let said = answer(&mut self.io)?;
        self.is_in_message = false;
        Ok(said)
    }
}

/// Sends one mail on a connection of its own.
pub fn send(to: SocketAddr, from: &str, recipient: &str, mail: &[u8]) -> io::Result<String> {
    Sender::open(to, "EHLO")?.send(from, recipient, mail)
}

/// Lines end with CR LF, dots are doubled, and the end is there.
pub fn wire(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len() + mail.len() / 20 + 8);
    for line in lines(mail) {
        if line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend(line);
        out.extend(b"\r\n");
    }
    out.extend(b".\r\n");
    out
}

/// The lines of a text whose ends are any mixture; a CR in a line is none on the wire.
fn lines(mail: &[u8]) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = mail
        .split(|byte| *byte == b'\n')
        .map(|line| line.iter().copied().filter(|byte| *byte != b'\r').collect())
        .collect();
    if lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines
}
