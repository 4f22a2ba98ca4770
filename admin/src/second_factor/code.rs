//! Codes as they are typed, and what a device has to know to make them.

use crate::limits::{CODE_DIGITS, CODE_SECONDS, CODE_STEPS_OFF_MAX};
use crate::passwords::key;
use crate::random::random;
use crate::refused::Refused;
use identity::model::Holder;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::{Color, QrCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fmt::Write as _;
use totp_rs::{Builder, Secret, Totp};

/// What devices show beside the name.
const ISSUER: &str = "Cairn";
/// Random bytes of a recovery code: 24 letters and digits.
const RECOVERY_BYTES: usize = 15;
const RECOVERY_LETTERS: usize = RECOVERY_BYTES * 8 / 5;
/// Letters between two hyphens.
const RECOVERY_GROUP: usize = 6;

/// Six digits of a device, or a recovery code. It shows itself to nobody who prints it.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Code(String);

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

impl Code {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.0.len()
    }

    /// Whether it can be nothing but a recovery code.
    pub(crate) fn is_for_recovery(&self) -> bool {
        self.plain().len() == RECOVERY_LETTERS
    }

    /// The step of time it is the code of, if it is one of now.
    pub(super) fn step(&self, secret: &[u8], now: u64) -> Result<Option<u64>, Refused> {
        Ok(totp(secret)?.check(&self.plain(), now))
    }

    /// What is kept of a recovery code.
    pub(super) fn digest(&self, with: &[u8; 32], holder: &Holder) -> String {
        let mut hasher = blake3::Hasher::new_keyed(with);
        hasher.update(&key(holder));
        hasher.update(b"\0");
        hasher.update(self.plain().as_bytes());
        hasher.finalize().to_hex().to_string()
    }

    /// Without what people put between and around letters.
    fn plain(&self) -> String {
        let letters = self.0.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_uppercase()).collect()
    }
}

fn totp(secret: &[u8]) -> Result<Totp, Refused> {
    let built = Builder::new()
        .with_digits(CODE_DIGITS)
        .with_step_duration(CODE_SECONDS)
        .with_skew(CODE_STEPS_OFF_MAX)
        .with_secret(Secret::from(secret))
        .build();
    built.map_err(|error| Refused::failure("a second factor", &error))
}

/// `ABCDEF-GHIJKL-MNOPQR-STUVWX`
pub(super) fn recovery() -> Result<String, Refused> {
    let letters = Secret::from(random::<RECOVERY_BYTES>()?.to_vec()).to_base32();
    let mut code = String::new();
    for (at, letter) in letters.chars().enumerate() {
        if at > 0 && at.is_multiple_of(RECOVERY_GROUP) {
            code.push('-');
        }
        code.push(letter);
    }
    Ok(code)
}

/// What is shown for a device to learn it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Drawn {
    /// In base32, for who types it.
    secret: String,
    /// `otpauth://…`
    uri: String,
    qr: Qr,
}

/// A picture of the address, for cameras.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Qr {
    /// How many modules wide and high it is, without the empty margin of four around it.
    size: usize,
    /// The dark modules as path data of SVG, one unit each.
    path: String,
}

impl Drawn {
    pub(crate) fn new(secret: &[u8], name: &str) -> Result<Self, Refused> {
        let secret = Secret::from(secret).to_base32();
        let label = format!("{ISSUER}:{name}");
        let label = utf8_percent_encode(&label, NON_ALPHANUMERIC);
        let uri = format!(
            "otpauth://totp/{label}?secret={secret}&issuer={ISSUER}&algorithm=SHA1\
             &digits={CODE_DIGITS}&period={CODE_SECONDS}"
        );
        let qr = QrCode::new(&uri).map_err(|error| Refused::failure("a QR code", &error))?;
        Ok(Self {
            secret,
            qr: Qr {
                size: qr.width(),
                path: path(&qr),
            },
            uri,
        })
    }
}

/// Runs of dark modules, line by line.
fn path(qr: &QrCode) -> String {
    let mut path = String::new();
    for (y, row) in qr.to_colors().chunks(qr.width()).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, other| one == other) {
            let wide = run.len();
            if run.first() == Some(&Color::Dark) {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{x} {y}h{wide}v1h-{wide}z");
            }
            x += wide;
        }
    }
    path
}

#[cfg(test)]
mod tests;
