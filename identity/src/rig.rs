//! An identity store over an engine in a temporary folder, with a clock that is set by hand.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use storage_engine::{Engine, EngineConfig};

use crate::accounts::{NewAccount, Number};
use crate::caller::Credential;
use crate::holders::Proof;
use crate::iam::{Iam, NewUser};
use crate::identity::{Identity, RootAccount};
use crate::model::{Account, Holder, Secret};

pub(crate) const MASTER: [u8; 32] = [9; 32];

thread_local! {
    // Each test has a thread of its own.
    static NOW: Cell<u64> = const { Cell::new(1_700_000_000) };
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW.get())
}

#[derive(Debug)]
pub(crate) struct Rig {
    pub(crate) identity: Identity,
    pub(crate) engine: Arc<Engine>,
    folder: tempfile::TempDir,
}

pub(crate) fn root() -> RootAccount {
    RootAccount {
        canonical_id: "root-id".into(),
        display_name: "Root".into(),
        email: None,
        access_key: "ROOTKEY".into(),
        secret: Secret::new("root-secret"),
    }
}

fn engine(folder: &Path) -> Arc<Engine> {
    let config = EngineConfig {
        log_segment_bytes: 4 << 20,
        bulk_segment_bytes: 4 << 20,
        reserve_bytes: 0,
        ..EngineConfig::new(folder)
    };
    Arc::new(Engine::open_folder(&config).unwrap())
}

impl Rig {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = engine(folder.path());
        let opened = Identity::open_with(Arc::clone(&engine), &MASTER, root(), now);
        Rig {
            identity: opened.await.unwrap(),
            engine,
            folder,
        }
    }

    /// Everything closed and opened again.
    pub(crate) async fn reopen(self) -> Self {
        let Rig {
            identity,
            engine: old,
            folder,
        } = self;
        drop(identity);
        old.shutdown().await.unwrap();
        drop(old);
        let engine = engine(folder.path());
        let opened = Identity::open_with(Arc::clone(&engine), &MASTER, root(), now);
        Rig {
            identity: opened.await.unwrap(),
            engine,
            folder,
        }
    }

    pub(crate) fn pass(&self, seconds: u64) {
        NOW.set(NOW.get() + seconds);
    }

    /// An account with a number.
    pub(crate) async fn account(&self, name: &str) -> Arc<Account> {
        let new = NewAccount {
            name,
            number: Number::Made,
            ..NewAccount::default()
        };
        self.identity.add_account(new).await.unwrap().0
    }

    /// A plain account with that canonical id.
    pub(crate) async fn plain(&self, id: &str) -> Arc<Account> {
        let new = NewAccount {
            name: id,
            canonical_id: Some(id),
            ..NewAccount::default()
        };
        self.identity.add_account(new).await.unwrap().0
    }

    /// With the first key the account has.
    pub(crate) fn root_of(&self, account: &Account) -> Arc<Credential> {
        let iam = self.identity.iam_of(account);
        let keys = iam.list_access_keys(None, Default::default()).unwrap();
        self.identity.find(&keys.items[0].id, None).unwrap()
    }

    /// The id of a new key.
    pub(crate) async fn key(&self, iam: &Iam<'_>, user: &str) -> String {
        iam.create_access_key(Some(user)).await.unwrap().key.id
    }
}

/// How somebody asks who has logged in, with a password alone.
pub(crate) const LOGIN: Proof<'static> = Proof::Login {
    second_factor: None,
};

/// A new user.
pub(crate) async fn user(iam: &Iam<'_>, name: &str) -> Holder {
    let new = NewUser {
        name,
        ..NewUser::default()
    };
    Holder::User(iam.create_user(new).await.unwrap().id)
}

pub(crate) fn document(effect: &str, action: &str, resource: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}"}}]}}"#
    )
}
