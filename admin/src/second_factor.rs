//! Second factors: one-time passwords by the clock (RFC 6238), and codes for when the device that
//! shows them is lost. A row each in a table of the engine, read when it is needed.

mod code;

use crate::limits::{RECOVERY_CODES, SECOND_FACTOR_SECRET_BYTES};
use crate::passwords::key;
use crate::random::random;
use crate::refused::Refused;
use bytes::Bytes;
pub(crate) use code::{Code, Drawn};
use http::StatusCode;
use identity::model::Holder;
use identity::{ForeignRow, Purpose, Sealer};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use storage_engine::{Engine, TableGuard, TableWrite};

const TABLE: &str = "admin-second-factor";

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    /// What codes are made of, in hexadecimal, under the master key.
    sealed: String,
    /// It was shown to work. Until then nobody is asked for it.
    on: bool,
    /// Of the last code that was taken. None is taken twice, and none from before it.
    #[serde(default)]
    step: u64,
    /// Digests of the recovery codes that are left.
    #[serde(default)]
    recovery: Vec<String>,
    /// Of the server's root: which of its secrets it belongs to.
    #[serde(default)]
    generation: u64,
}

/// A second factor as it was read. What is written rests on nobody having written since.
struct Kept {
    row: Row,
    text: Bytes,
}

/// Whose, and of which generation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whose<'a> {
    pub(crate) holder: &'a Holder,
    pub(crate) generation: u64,
}

#[derive(Debug)]
pub(crate) struct SecondFactors {
    engine: Arc<Engine>,
    sealer: Sealer,
    /// Recovery codes are random enough that nobody tries them all; with a key nobody tries any.
    recovery: [u8; 32],
}

/// What came of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checked {
    Right,
    Wrong,
}

/// What there is of somebody's second factor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) on: bool,
    pub(crate) recovery_codes: usize,
}

impl SecondFactors {
    pub(crate) fn new(engine: Arc<Engine>, master: &[u8; 32]) -> identity::Result<Self> {
        Ok(Self {
            engine,
            sealer: Sealer::new(master, Purpose::SecondFactors)?,
            recovery: blake3::derive_key("cairn admin 2026-11 recovery codes", master),
        })
    }

    pub(crate) async fn state(&self, of: Whose<'_>) -> Result<State, Refused> {
        let kept = self.read(of).await?.filter(|kept| kept.row.on);
        Ok(kept.map_or_else(State::default, |kept| State {
            on: true,
            recovery_codes: kept.row.recovery.len(),
        }))
    }

    /// A new one, which is on once it was shown to work. One that was begun before is forgotten.
    pub(crate) async fn begin(&self, of: Whose<'_>) -> Result<[u8; 20], Refused> {
        let found = self.read_any(of.holder).await?;
        if found.as_ref().is_some_and(|kept| kept.is_on(of)) {
            let message = "There is a second factor already; take it away first.";
            return Err(Refused::new(
                StatusCode::CONFLICT,
                "SecondFactorOn",
                message,
            ));
        }
        let secret = random::<SECOND_FACTOR_SECRET_BYTES>()?;
        let sealed = self.sealer.seal(&secret, &key(of.holder))?;
        let row = Row {
            sealed: hex::encode(sealed),
            on: false,
            step: 0,
            recovery: Vec::new(),
            generation: of.generation,
        };
        self.replace(of.holder, found.as_ref(), &row).await?;
        Ok(secret)
    }

    /// Switches on what was begun, and gives recovery codes; nothing if the code is wrong.
    pub(crate) async fn switch_on(
        &self,
        of: Whose<'_>,
        code: &Code,
        now: u64,
    ) -> Result<Option<Vec<String>>, Refused> {
        let kept = self.read(of).await?.filter(|kept| !kept.row.on);
        let kept = kept.ok_or_else(|| {
            let message = "No second factor was begun, or it is on already.";
            Refused::new(StatusCode::CONFLICT, "NoSecondFactorBegun", message)
        })?;
        let secret = self.secret(of.holder, &kept.row)?;
        let Some(step) = code.step(&secret, now)? else {
            return Ok(None);
        };
        let (codes, recovery) = self.recovery_codes(of.holder)?;
        let row = Row {
            on: true,
            step,
            recovery,
            ..kept.row.clone()
        };
        self.replace(of.holder, Some(&kept), &row).await?;
        Ok(Some(codes))
    }

    /// Whether it is a code of the device or one for its loss. Either counts once: it is used up,
    /// durably, before anybody is told that it is right.
    pub(crate) async fn check(
        &self,
        of: Whose<'_>,
        code: &Code,
        now: u64,
    ) -> Result<Checked, Refused> {
        let Some(kept) = self.read(of).await?.filter(|kept| kept.row.on) else {
            return Ok(Checked::Wrong);
        };
        let mut row = kept.row.clone();
        let secret = self.secret(of.holder, &row)?;
        match code.step(&secret, now)? {
            Some(step) if step > row.step => row.step = step,
            Some(_) => return Ok(Checked::Wrong),
            None => {
                let digest = code.digest(&self.recovery, of.holder);
                // They are digests: where they differ tells nothing.
                let at = row.recovery.iter().position(|kept| *kept == digest);
                let Some(at) = at else {
                    return Ok(Checked::Wrong);
                };
                row.recovery.swap_remove(at);
            }
        }
        match self.replace(of.holder, Some(&kept), &row).await {
            Ok(()) => Ok(Checked::Right),
            // Somebody else used a code in this moment, perhaps this one.
            Err(refused) if refused.code == CHANGED => Ok(Checked::Wrong),
            Err(refused) => Err(refused),
        }
    }

    /// Recovery codes instead of those there are.
    pub(crate) async fn renew_recovery(&self, of: Whose<'_>) -> Result<Vec<String>, Refused> {
        let kept = self.read(of).await?.filter(|kept| kept.row.on);
        let kept = kept.ok_or_else(absent)?;
        let (codes, recovery) = self.recovery_codes(of.holder)?;
        let row = Row {
            recovery,
            ..kept.row.clone()
        };
        self.replace(of.holder, Some(&kept), &row).await?;
        Ok(codes)
    }

    pub(crate) async fn remove(&self, holder: &Holder) -> Result<(), Refused> {
        let write = TableWrite::Delete(key(holder));
        let removed = self.engine.table_commit(TABLE, Vec::new(), vec![write]);
        Ok(removed.await?)
    }

    /// Ten of them, and what is kept.
    fn recovery_codes(&self, holder: &Holder) -> Result<(Vec<String>, Vec<String>), Refused> {
        let mut codes = Vec::new();
        let mut digests = Vec::new();
        for _ in 0..RECOVERY_CODES {
            let code = code::recovery()?;
            digests.push(Code::new(&code).digest(&self.recovery, holder));
            codes.push(code);
        }
        Ok((codes, digests))
    }

    fn secret(&self, holder: &Holder, row: &Row) -> Result<Vec<u8>, Refused> {
        let sealed = hex::decode(&row.sealed).ok();
        let secret = sealed.and_then(|sealed| self.sealer.open(&sealed, &key(holder)));
        secret.ok_or_else(|| Refused::failure("a second factor", &"its row is damaged"))
    }

    /// What there is, if it belongs to the secret the root has now.
    async fn read(&self, of: Whose<'_>) -> Result<Option<Kept>, Refused> {
        let kept = self.read_any(of.holder).await?;
        Ok(kept.filter(|kept| kept.row.generation == of.generation))
    }

    async fn read_any(&self, holder: &Holder) -> Result<Option<Kept>, Refused> {
        let Some(text) = self.engine.table_get(TABLE, &key(holder)).await? else {
            return Ok(None);
        };
        let row = serde_json::from_slice(&text);
        let row = row.map_err(|error| Refused::failure("a second factor", &error))?;
        Ok(Some(Kept { row, text }))
    }

    /// All or nothing, and only if nobody has written since.
    async fn replace(
        &self,
        holder: &Holder,
        kept: Option<&Kept>,
        row: &Row,
    ) -> Result<(), Refused> {
        let key = key(holder);
        let guard = match kept {
            Some(kept) => TableGuard::Equals(key.clone(), kept.text.clone()),
            None => TableGuard::Absent(key.clone()),
        };
        let row = serde_json::to_vec(row);
        let row = row.map_err(|error| Refused::failure("a second factor", &error))?;
        let write = TableWrite::Put(key, row.into());
        let written = self.engine.table_commit(TABLE, vec![guard], vec![write]);
        match written.await {
            Err(storage_engine::Error::Condition { .. }) => {
                let message = "Somebody else changed the second factor in this moment.";
                Err(Refused::new(StatusCode::CONFLICT, CHANGED, message))
            }
            written => Ok(written?),
        }
    }
}

const CHANGED: &str = "SecondFactorChanged";

impl Kept {
    fn is_on(&self, of: Whose<'_>) -> bool {
        self.row.on && self.row.generation == of.generation
    }
}

/// What goes with somebody.
pub(crate) fn row_of(holder: &Holder) -> ForeignRow {
    (TABLE, key(holder))
}

pub(crate) fn absent() -> Refused {
    Refused::not_found("NoSecondFactor", "There is no second factor.")
}

#[cfg(test)]
mod tests;
