//! What is kept here about somebody, and goes when he does.
//!
//! What he is making in this very moment may leave a row behind. It opens nothing: ids of users are
//! never given again, and an account by an id that was there before begins without it.

use crate::logins::{self, Logins};
use crate::passwords;
use crate::second_factor;
use crate::session::Sessions;
use crate::session::bearer::By;
use crate::tokens::Tokens;
use identity::model::Holder;
use identity::{Belongings, ForeignRow};
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) logins: Arc<Logins>,
}

impl Belongings for Kept {
    fn rows_of(&self, holder: &Holder) -> Vec<ForeignRow> {
        let mut rows = vec![
            passwords::row_of(holder),
            second_factor::row_of(holder),
            logins::row_of(holder),
        ];
        rows.extend(self.sessions.rows_of(holder));
        rows.extend(self.tokens.rows_of(holder));
        rows
    }

    fn gone(&self, holder: &Holder) {
        self.sessions.forget(holder);
        self.tokens.forget(holder);
        self.logins.forget(holder);
    }

    fn vouches_for(&self, login: &str) -> bool {
        match By::read(login) {
            Some(By::Session(id)) => self.sessions.is_there(id),
            Some(By::Token(id)) => self.tokens.named(id).is_some(),
            None => false,
        }
    }
}
