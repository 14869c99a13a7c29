//! The analyzers of the index: `words` for what stands there, `parts` for what it is made of.
use crate::{
    phone, stems,
    words::{Word, pieces},
};
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager};

pub const WORDS: &str = "words";
pub const PARTS: &str = "parts";

pub fn register(tokenizers: &TokenizerManager) {
    tokenizers.register(WORDS, TextAnalyzer::builder(Words).build());
    tokenizers.register(PARTS, TextAnalyzer::builder(Parts).build());
}

/// Folded words at their places; a joined word stands at its first piece as well: `E-Mail` is `e`, `mail`, `email`.
#[derive(Clone)]
struct Words;
/// Stems, tails of compounds, phone numbers. Their places mean nothing.
#[derive(Clone)]
struct Parts;

pub struct Tokens {
    tokens: Vec<Token>,
    next: usize,
}
impl TokenStream for Tokens {
    fn advance(&mut self) -> bool {
        self.next += 1;
        self.next <= self.tokens.len()
    }
    fn token(&self) -> &Token {
        &self.tokens[self.next - 1]
    }
    fn token_mut(&mut self) -> &mut Token {
        &mut self.tokens[self.next - 1]
    }
}

fn token(text: String, position: usize, (from, to): (usize, usize)) -> Token {
    Token { offset_from: from, offset_to: to, position, text, position_length: 1 }
}

impl Tokenizer for Words {
    type TokenStream<'a> = Tokens;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        let mut tokens = Vec::new();
        // The words that hang together so far, and where they began.
        let mut joined: Option<(String, usize, usize)> = None;
        for (position, piece) in pieces(text).enumerate() {
            let word = Word::of(piece.of(text));
            let place = (piece.from, piece.to);
            match &mut joined {
                Some((whole, at, from)) if piece.is_joined && whole.len() < 60 => {
                    whole.push_str(&word.plain);
                    tokens.push(token(whole.clone(), *at, (*from, piece.to)));
                }
                _ => joined = Some((word.plain.clone(), position, piece.from)),
            }
            if let Some(spelled) = word.spelled {
                tokens.push(token(spelled, position, place));
            }
            tokens.push(token(word.plain, position, place));
        }
        // The index wants places in order.
        tokens.sort_by_key(|token| token.position);
        Tokens { tokens, next: 0 }
    }
}

impl Tokenizer for Parts {
    type TokenStream<'a> = Tokens;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        let mut tokens = Vec::new();
        for piece in pieces(text) {
            for part in stems::parts(piece.of(text)).iter() {
                tokens.push(token(part.to_string(), tokens.len(), (piece.from, piece.to)));
            }
        }
        for run in phone::runs(text) {
            if let Some(digits) = phone::reversed(&text[run.from..run.to]) {
                tokens.push(token(format!("#{digits}"), tokens.len(), (run.from, run.to)));
            }
        }
        Tokens { tokens, next: 0 }
    }
}
