//! Strings of a policy: with wildcards, and with variables that a request fills in.

use std::borrow::Cow;

use super::context::Found;
use super::reach::Reach;
use super::request::Request;
use super::work::Work;

mod machine;

/// Steps, beyond the pieces there are, before a text is gone through another way.
const STEPS_MAX: usize = 4096;
/// Bytes that are compared in a step.
const STEP_BYTES: usize = 16;

/// A part of a string to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(Box<[u8]>),
    /// `?`
    One,
    /// `*`
    Many,
    Variable(Variable),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Variable {
    /// Which of the text's variables it is.
    number: usize,
    key: Box<str>,
    /// What stands in for a request without the key.
    default: Option<Box<str>>,
}

/// Whether `*` and `?` stand for anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wild {
    Cards,
    Literal,
}

/// Whether `${…}` is a variable: in documents of version 2012-10-17.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variables {
    Filled,
    Literal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Matters,
    Ignored,
}

/// A string to compare with, taken apart once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pieces: Box<[Piece]>,
}

impl Text {
    pub(crate) fn parse(text: &str, wild: Wild, variables: Variables) -> Text {
        let mut parts = Parts::default();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if variables == Variables::Filled
                && let Some((inside, after)) = variable(rest)
            {
                parts.variable(inside);
                rest = after;
                continue;
            }
            match next {
                '*' if wild == Wild::Cards => parts.push(Piece::Many),
                '?' if wild == Wild::Cards => parts.push(Piece::One),
                _ => parts.literal(&rest[..next.len_utf8()]),
            }
            rest = &rest[next.len_utf8()..];
        }
        parts.finish()
    }

    /// A text of fixed characters only.
    pub(crate) fn is_fixed(&self) -> bool {
        matches!(&*self.pieces, [] | [Piece::Literal(_)])
    }

    /// `*` and nothing else.
    pub(crate) fn is_any(&self) -> bool {
        matches!(&*self.pieces, [Piece::Many])
    }

    /// Keys of the variables.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable(variable) => Some(&*variable.key),
            _ => None,
        })
    }

    /// The characters of a fixed text.
    pub(crate) fn fixed(&self) -> Option<&[u8]> {
        match &*self.pieces {
            [] => Some(b""),
            [Piece::Literal(literal)] => Some(literal),
            _ => None,
        }
    }

    /// What it begins with, up to the first wildcard or variable.
    pub(crate) fn fixed_front(&self) -> &[u8] {
        match self.pieces.first() {
            Some(Piece::Literal(literal)) => literal,
            _ => b"",
        }
    }

    /// A variable that the request does not fill makes the text match nothing.
    pub(crate) fn matches(&self, text: &[u8], case: Case, request: &Request<'_>) -> bool {
        if !request.work.spend(1) {
            return false;
        }
        let mut pieces = &*self.pieces;
        let mut rest = text;
        // Most texts that do not match differ at the beginning already.
        if let [Piece::Literal(front), behind @ ..] = pieces {
            let Some(length) = starts_with(text, front, case) else {
                return false;
            };
            (pieces, rest) = (behind, &text[length..]);
        }
        // All but stars take a byte of the text at least. So no pattern is gone through that is
        // longer than the text, however long the values are that stand in it.
        let mut values = Vec::new();
        let mut room = rest.len();
        for piece in pieces {
            let length = match piece {
                Piece::Many => 0,
                Piece::One => 1,
                Piece::Literal(literal) => literal.len(),
                Piece::Variable(variable) => match variable.value(request) {
                    Some(value) => {
                        let length = value.len();
                        values.push(value);
                        length
                    }
                    None => return false,
                },
            };
            match room.checked_sub(length) {
                Some(left) => room = left,
                None => return false,
            }
        }
        matches(pieces, &values, rest, case, request.work)
    }

    /// How much it describes of what begins with this, where case matters.
    pub(crate) fn reach(&self, front: &[u8], request: &Request<'_>) -> Reach {
        let mut rest = front;
        for (at, piece) in self.pieces.iter().enumerate() {
            let part = match piece {
                Piece::Many if at + 1 == self.pieces.len() => return Reach::Everything,
                // What comes behind it may still come in the text.
                Piece::Many => return Reach::Something,
                Piece::One if rest.is_empty() => return Reach::Something,
                Piece::One => match one(rest) {
                    Some(length) => Cow::Borrowed(&rest[..length]),
                    None => return Reach::Something,
                },
                Piece::Literal(literal) => Cow::Borrowed(&**literal),
                Piece::Variable(variable) => match variable.value(request) {
                    Some(Cow::Borrowed(value)) => Cow::Borrowed(value.as_bytes()),
                    Some(Cow::Owned(value)) => Cow::Owned(value.into_bytes()),
                    None => return Reach::Nothing,
                },
            };
            match rest.strip_prefix(&*part) {
                Some(behind) => rest = behind,
                None if part.starts_with(rest) => return Reach::Something,
                None => return Reach::Nothing,
            }
        }
        match rest.is_empty() {
            true => Reach::Something,
            false => Reach::Nothing,
        }
    }

    /// Cut at the first five colons outside of variables; fewer give fewer. Variables are counted
    /// anew in each.
    pub(crate) fn segments(&self) -> Vec<Text> {
        let mut segments = Vec::new();
        let mut current = Vec::new();
        for piece in &self.pieces {
            let Piece::Literal(literal) = piece else {
                current.push(piece.clone());
                continue;
            };
            let mut rest: &[u8] = literal;
            while segments.len() < 5
                && let Some(colon) = rest.iter().position(|byte| *byte == b':')
            {
                push_literal(&mut current, &rest[..colon]);
                segments.push(numbered(std::mem::take(&mut current)));
                rest = &rest[colon + 1..];
            }
            push_literal(&mut current, rest);
        }
        segments.push(numbered(current));
        segments
    }
}

fn numbered(mut pieces: Vec<Piece>) -> Text {
    let mut count = 0;
    for piece in &mut pieces {
        if let Piece::Variable(variable) = piece {
            variable.number = count;
            count += 1;
        }
    }
    Text {
        pieces: pieces.into(),
    }
}

fn push_literal(pieces: &mut Vec<Piece>, literal: &[u8]) {
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal.into()));
    }
}

impl Variable {
    /// A key with several values has no one value to stand here.
    fn value<'a>(&'a self, request: &Request<'a>) -> Option<Cow<'a, str>> {
        match request.values(&self.key) {
            Some(Found::Kept([one])) => Some(Cow::Borrowed(one)),
            Some(Found::Made([one])) => Some(one),
            Some(Found::Kept([_, ..])) => None,
            Some(Found::Kept([])) | None => self.default.as_deref().map(Cow::Borrowed),
        }
    }
}

/// `${inside}` at the beginning, and what follows.
fn variable(text: &str) -> Option<(&str, &str)> {
    let (inside, after) = text.strip_prefix("${")?.split_once('}')?;
    (!inside.is_empty()).then_some((inside, after))
}

#[derive(Default)]
struct Parts {
    pieces: Vec<Piece>,
    literal: Vec<u8>,
}

impl Parts {
    fn literal(&mut self, text: &str) {
        self.literal.extend_from_slice(text.as_bytes());
    }

    fn push(&mut self, piece: Piece) {
        push_literal(&mut self.pieces, &std::mem::take(&mut self.literal));
        // What a star stands for may as well come behind the characters: then those are not tried
        // at every place.
        if piece == Piece::One && self.pieces.last() == Some(&Piece::Many) {
            self.pieces.pop();
            self.pieces.extend([Piece::One, Piece::Many]);
            return;
        }
        // Several stars in a row are one.
        let repeated = piece == Piece::Many && self.pieces.last() == Some(&Piece::Many);
        if !repeated {
            self.pieces.push(piece);
        }
    }

    fn variable(&mut self, inside: &str) {
        if let "*" | "?" | "$" = inside {
            return self.literal(inside);
        }
        let (key, default) = match inside.split_once(',') {
            Some((key, default)) => (key, quoted(default)),
            None => (inside, None),
        };
        let is_variable = |piece: &&Piece| matches!(piece, Piece::Variable(_));
        self.push(Piece::Variable(Variable {
            number: self.pieces.iter().filter(is_variable).count(),
            key: key.trim().into(),
            default: default.map(Into::into),
        }));
    }

    fn finish(mut self) -> Text {
        push_literal(&mut self.pieces, &self.literal);
        Text {
            pieces: self.pieces.into(),
        }
    }
}

fn quoted(text: &str) -> Option<&str> {
    text.trim().strip_prefix('\'')?.strip_suffix('\'')
}

/// Whether the pieces, with values for the variables, describe the whole text, which is no shorter
/// than they are. What a request brings is taken as it is: its wildcards are characters.
fn matches(
    pieces: &[Piece],
    values: &[Cow<'_, str>],
    text: &[u8],
    case: Case,
    work: &Work,
) -> bool {
    let mut steps = 0;
    let quick = quickly(pieces, values, text, case, &mut steps);
    let machine = || machine::matches(pieces, values, text, case, work);
    work.spend(steps) && quick.unwrap_or_else(machine)
}

/// Only the last `*` is ever taken back. Nothing, where it is taken back very often.
fn quickly(
    pieces: &[Piece],
    values: &[Cow<'_, str>],
    text: &[u8],
    case: Case,
    steps: &mut usize,
) -> Option<bool> {
    let (mut piece, mut at) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    loop {
        *steps += 1;
        let step = match pieces.get(piece) {
            Some(Piece::Many) if piece + 1 == pieces.len() => return Some(true),
            Some(Piece::Many) => {
                last_star = Some((piece, at));
                Some(0)
            }
            Some(Piece::One) => one(&text[at..]),
            Some(Piece::Literal(literal)) => starts_with(&text[at..], literal, case),
            Some(Piece::Variable(variable)) => values
                .get(variable.number)
                .and_then(|value| starts_with(&text[at..], value.as_bytes(), case)),
            None if at == text.len() => return Some(true),
            None => None,
        };
        match (step, last_star) {
            (Some(bytes), _) => {
                *steps += bytes / STEP_BYTES;
                (piece, at) = (piece + 1, at + bytes);
            }
            (None, Some(_)) if *steps > STEPS_MAX + pieces.len() => return None,
            (None, Some((star, from))) if from < text.len() => {
                let rest = &text[from + 1..];
                let next = next_try(pieces.get(star + 1), rest, case);
                *steps += next.unwrap_or(rest.len()) / STEP_BYTES;
                let Some(next) = next else {
                    return Some(false);
                };
                let from = from + 1 + next;
                last_star = Some((star, from));
                (piece, at) = (star + 1, from);
            }
            (None, _) => return Some(false),
        }
    }
}

/// How far on what follows a star may be found; nothing if it is nowhere.
fn next_try(piece: Option<&Piece>, text: &[u8], case: Case) -> Option<usize> {
    match (piece, case) {
        (Some(Piece::Literal(literal)), Case::Matters) => memchr::memmem::find(text, literal),
        _ => Some(0),
    }
}

/// The length of the first character: of the first byte where it is no UTF-8.
fn one(text: &[u8]) -> Option<usize> {
    let first = *text.first()?;
    let length = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => 1,
    };
    let is_character = text
        .get(..length)
        .is_some_and(|bytes| std::str::from_utf8(bytes).is_ok());
    Some(if is_character { length } else { 1 })
}

fn starts_with(text: &[u8], literal: &[u8], case: Case) -> Option<usize> {
    let front = text.get(..literal.len())?;
    let same = match case {
        Case::Matters => front == literal,
        Case::Ignored => front.eq_ignore_ascii_case(literal),
    };
    same.then_some(literal.len())
}

#[cfg(test)]
mod tests;
