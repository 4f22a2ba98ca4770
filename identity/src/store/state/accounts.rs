//! Accounts by canonical id, number and email address.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::Account;

#[derive(Debug, Default)]
pub(crate) struct Accounts {
    by_id: HashMap<String, Arc<Account>>,
    by_number: HashMap<String, Arc<Account>>,
    /// In lower case.
    by_email: HashMap<String, Arc<Account>>,
}

impl Accounts {
    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Account>> {
        self.by_id.get(id)
    }

    /// Plain accounts have no number to be found by.
    pub(crate) fn by_number(&self, number: &str) -> Option<&Arc<Account>> {
        self.by_number.get(number)
    }

    pub(crate) fn by_email(&self, email: &str) -> Option<&Arc<Account>> {
        self.by_email.get(&email.to_lowercase())
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Arc<Account>> {
        self.by_id.values()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn put(&mut self, account: Arc<Account>) {
        self.remove(&account.id);
        if !account.is_plain() {
            let number = account.number.clone();
            self.by_number.insert(number, Arc::clone(&account));
        }
        if let Some(email) = &account.email {
            self.by_email
                .insert(email.to_lowercase(), Arc::clone(&account));
        }
        self.by_id.insert(account.id.clone(), account);
    }

    pub(super) fn remove(&mut self, id: &str) {
        let Some(account) = self.by_id.remove(id) else {
            return;
        };
        self.by_number.remove(&account.number);
        if let Some(email) = &account.email {
            self.by_email.remove(&email.to_lowercase());
        }
    }
}
