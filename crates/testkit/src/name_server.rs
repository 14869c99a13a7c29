//! A name server on loopback that knows a handful of names.
use std::{
    collections::{HashMap, HashSet},
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

const A: u16 = 1;
const PTR: u16 = 12;
const MX: u16 = 15;
const TXT: u16 = 16;
const AAAA: u16 = 28;

/// What a [`NameServer`] answers.
#[derive(Clone, Default)]
pub struct Zone {
    records: HashMap<(String, u16), Vec<Vec<u8>>>,
    /// Names that are asked for in vain: no answer ever comes.
    silent: HashSet<String>,
}

impl Zone {
    fn add(mut self, name: &str, kind: u16, value: Vec<u8>) -> Zone {
        self.records.entry((plain(name), kind)).or_default().push(value);
        self
    }
    pub fn txt(self, name: &str, text: &str) -> Zone {
        let pieces = text.as_bytes().chunks(255);
        let length = |piece: &[u8]| u8::try_from(piece.len()).expect("a piece of a text");
        let value = pieces.flat_map(|piece| [&[length(piece)], piece].concat()).collect();
        self.add(name, TXT, value)
    }
    pub fn address(self, name: &str, address: IpAddr) -> Zone {
        match address {
            IpAddr::V4(address) => self.add(name, A, address.octets().to_vec()),
            IpAddr::V6(address) => self.add(name, AAAA, address.octets().to_vec()),
        }
    }
    pub fn mx(self, name: &str, exchange: &str) -> Zone {
        self.add(name, MX, [&[0, 10], wire_name(exchange).as_slice()].concat())
    }
    pub fn ptr(self, address: IpAddr, name: &str) -> Zone {
        let reverse = match address {
            IpAddr::V4(address) => {
                let [a, b, c, d] = address.octets();
                format!("{d}.{c}.{b}.{a}.in-addr.arpa")
            }
            IpAddr::V6(address) => {
                let digits = format!("{:032x}", address.to_bits());
                let digits: Vec<String> = digits.chars().rev().map(|digit| digit.to_string()).collect();
                format!("{}.ip6.arpa", digits.join("."))
            }
        };
        let value = wire_name(name);
        self.add(&reverse, PTR, value)
    }
    pub fn silent(mut self, name: &str) -> Zone {
        self.silent.insert(plain(name));
        self
    }

    /// The answer to a question, `None` for silence.
    fn answer(&self, question: &[u8]) -> Option<Vec<u8>> {
        let (name, end) = read_name(question, 12)?;
        let kind = u16::from_be_bytes([*question.get(end)?, *question.get(end + 1)?]);
        if self.silent.contains(&name) {
            return None;
        }
        let found = self.records.get(&(name.clone(), kind)).cloned().unwrap_or_default();
        let is_known =
            self.records.keys().any(|(known, _)| *known == name || known.ends_with(&format!(".{name}")));
        let code = if is_known { 0 } else { 3 };
        let count = u8::try_from(found.len()).expect("a few records");
        let mut answer = question.get(..2)?.to_vec();
        answer.extend([0x85, 0x80 | code, 0, 1, 0, count, 0, u8::from(count == 0), 0, 0]);
        answer.extend(question.get(12..end + 4)?);
        for value in found {
            let length = u16::try_from(value.len()).expect("a short record").to_be_bytes();
            answer.extend([0xc0, 12]);
            answer.extend(kind.to_be_bytes());
            answer.extend([0, 1, 0, 0, 0, 60]);
            answer.extend(length);
            answer.extend(value);
        }
        if count == 0 {
            // The root's SOA says how long the no may be remembered: a minute.
            answer.extend([0, 0, 6, 0, 1, 0, 0, 0, 60, 0, 22, 0, 0]);
            answer.extend([0, 0, 0, 60].repeat(5));
        }
        Some(answer)
    }
}

/// Answers over UDP until the process ends.
pub struct NameServer {
    pub address: SocketAddr,
    questions: Arc<AtomicUsize>,
    asked: Arc<Mutex<HashMap<String, usize>>>,
}

impl NameServer {
    pub fn start(zone: Zone) -> NameServer {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = socket.local_addr().expect("it is bound");
        let questions = Arc::new(AtomicUsize::new(0));
        let counter = questions.clone();
        let asked = Arc::new(Mutex::new(HashMap::new()));
        let names = asked.clone();
        std::thread::spawn(move || {
            let mut question = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut question) {
                counter.fetch_add(1, Ordering::SeqCst);
                if let Some((name, _)) = read_name(&question[..length], 12) {
                    *names.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default() += 1;
                }
                if let Some(answer) = zone.answer(&question[..length]) {
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        NameServer { address, questions, asked }
    }

    /// How often it was asked for this name.
    pub fn asked(&self, name: &str) -> usize {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get(&plain(name)).copied().unwrap_or(0)
    }

    /// How often it was asked.
    pub fn questions(&self) -> usize {
        self.questions.load(Ordering::SeqCst)
    }
}

fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn wire_name(name: &str) -> Vec<u8> {
    let labels = plain(name);
    let labels = labels.split('.').filter(|label| !label.is_empty());
    let length = |label: &str| u8::try_from(label.len()).expect("a short label");
    labels.flat_map(|label| [&[length(label)], label.as_bytes()].concat()).chain([0]).collect()
}

/// A name in a question and where it ends; questions are not compressed.
fn read_name(message: &[u8], mut at: usize) -> Option<(String, usize)> {
    let mut labels = Vec::new();
    loop {
        let length = usize::from(*message.get(at)?);
        at += 1;
        if length == 0 {
            return Some((plain(&labels.join(".")), at));
        }
        labels.push(String::from_utf8_lossy(message.get(at..at + length)?).into_owned());
        at += length;
    }
}
