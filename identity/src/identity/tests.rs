//! The façade against a model of it, through closings and openings.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use storage_engine::{TableGuard, TableWrite};

use super::*;
use crate::iam::{KeyStatus, NewUser, Paging, PolicyHolder};
use crate::rig::{MASTER, Rig, document, root};

/// What there is to be after some operations.
#[derive(Debug, Default, Clone, PartialEq)]
struct Model {
    users: BTreeMap<String, ModelUser>,
    groups: BTreeSet<String>,
}

#[derive(Debug, Default, Clone, PartialEq)]
struct ModelUser {
    groups: BTreeSet<String>,
    policies: BTreeMap<String, String>,
    /// Ids, and whether they are active.
    keys: Vec<(String, bool)>,
}

#[derive(Debug, Clone)]
enum Op {
    CreateUser(u8),
    DeleteUser(u8),
    CreateGroup(u8),
    DeleteGroup(u8),
    Join(u8, u8),
    Leave(u8, u8),
    PutPolicy(u8, u8, bool),
    DeletePolicy(u8, u8),
    CreateKey(u8),
    SwitchOff(u8),
    DeleteKey(u8),
    Reopen,
}

fn op() -> impl Strategy<Value = Op> {
    let name = 0..3u8;
    prop_oneof![
        4 => name.clone().prop_map(Op::CreateUser),
        2 => name.clone().prop_map(Op::DeleteUser),
        2 => name.clone().prop_map(Op::CreateGroup),
        1 => name.clone().prop_map(Op::DeleteGroup),
        3 => (name.clone(), name.clone()).prop_map(|(user, group)| Op::Join(user, group)),
        1 => (name.clone(), name.clone()).prop_map(|(user, group)| Op::Leave(user, group)),
        3 => (name.clone(), name.clone(), any::<bool>()).prop_map(|(u, p, a)| Op::PutPolicy(u, p, a)),
        1 => (name.clone(), name.clone()).prop_map(|(user, policy)| Op::DeletePolicy(user, policy)),
        3 => name.clone().prop_map(Op::CreateKey),
        1 => name.clone().prop_map(Op::SwitchOff),
        1 => name.prop_map(Op::DeleteKey),
        1 => Just(Op::Reopen),
    ]
}

fn user(n: u8) -> String {
    format!("user{n}")
}

fn group(n: u8) -> String {
    format!("group{n}")
}

fn policy(n: u8) -> String {
    format!("policy{n}")
}

fn text(allow: bool) -> String {
    document(if allow { "Allow" } else { "Deny" }, "s3:*", "*")
}

impl Model {
    /// What the operation has to answer, and what it changes. `made` is the key that was made.
    fn run(&mut self, op: &Op, made: Option<String>) -> std::result::Result<(), &'static str> {
        let in_groups = |name: &String| self.groups.contains(name);
        match op {
            Op::Reopen => Ok(()),
            Op::CreateUser(n) if self.users.contains_key(&user(*n)) => Err("EntityAlreadyExists"),
            Op::CreateUser(n) => {
                self.users.insert(user(*n), ModelUser::default());
                Ok(())
            }
            Op::CreateGroup(n) => match self.groups.insert(group(*n)) {
                true => Ok(()),
                false => Err("EntityAlreadyExists"),
            },
            Op::DeleteGroup(n) if !in_groups(&group(*n)) => Err("NoSuchEntity"),
            Op::DeleteGroup(n) => {
                let mut users = self.users.values();
                if users.any(|user| user.groups.contains(&group(*n))) {
                    return Err("DeleteConflict");
                }
                self.groups.remove(&group(*n));
                Ok(())
            }
            Op::Join(_, g) | Op::Leave(_, g) if !in_groups(&group(*g)) => Err("NoSuchEntity"),
            Op::DeleteUser(n) => {
                let known = self.users.get(&user(*n)).ok_or("NoSuchEntity")?;
                if *known != ModelUser::default() {
                    return Err("DeleteConflict");
                }
                self.users.remove(&user(*n));
                Ok(())
            }
            Op::Join(n, _)
            | Op::Leave(n, _)
            | Op::PutPolicy(n, ..)
            | Op::DeletePolicy(n, _)
            | Op::CreateKey(n)
            | Op::SwitchOff(n)
            | Op::DeleteKey(n) => {
                let known = self.users.get_mut(&user(*n)).ok_or("NoSuchEntity")?;
                known.run(op, made)
            }
        }
    }

    /// The key an operation is about: the oldest.
    fn key(&self, n: u8) -> String {
        let user = self.users.get(&user(n));
        let key = user.and_then(|user| user.keys.first());
        key.map_or("none".to_owned(), |(id, _)| id.clone())
    }
}

impl ModelUser {
    fn run(&mut self, op: &Op, made: Option<String>) -> std::result::Result<(), &'static str> {
        let done = match op {
            Op::Join(_, g) => {
                self.groups.insert(group(*g));
                true
            }
            Op::Leave(_, g) => {
                self.groups.remove(&group(*g));
                true
            }
            Op::PutPolicy(_, p, allow) => {
                self.policies.insert(policy(*p), text(*allow));
                true
            }
            Op::DeletePolicy(_, p) => self.policies.remove(&policy(*p)).is_some(),
            Op::CreateKey(_) if self.keys.len() == limits::KEYS_PER_USER_MAX => {
                return Err("LimitExceeded");
            }
            Op::CreateKey(_) => made.map(|id| self.keys.push((id, true))).is_some(),
            Op::SwitchOff(_) => self.keys.first_mut().map(|key| key.1 = false).is_some(),
            Op::DeleteKey(_) if !self.keys.is_empty() => {
                self.keys.remove(0);
                true
            }
            _ => false,
        };
        if done { Ok(()) } else { Err("NoSuchEntity") }
    }
}

/// Does it for real. The id of a key that was made comes back.
async fn run(rig: &Rig, account: &Account, op: &Op, key: &str) -> Result<Option<String>> {
    let iam = rig.identity.iam_of(account);
    match op {
        Op::CreateUser(n) => {
            let new = NewUser {
                name: &user(*n),
                ..NewUser::default()
            };
            iam.create_user(new).await?;
        }
        Op::DeleteUser(n) => iam.delete_user(&user(*n)).await?,
        Op::CreateGroup(n) => drop(iam.create_group(&group(*n), None).await?),
        Op::DeleteGroup(n) => iam.delete_group(&group(*n)).await?,
        Op::Join(n, g) => iam.add_user_to_group(&group(*g), &user(*n)).await?,
        Op::Leave(n, g) => iam.remove_user_from_group(&group(*g), &user(*n)).await?,
        Op::PutPolicy(n, p, allow) => {
            let name = user(*n);
            iam.put_policy(PolicyHolder::User(&name), &policy(*p), &text(*allow))
                .await?;
        }
        Op::DeletePolicy(n, p) => {
            let name = user(*n);
            iam.delete_policy_of(PolicyHolder::User(&name), &policy(*p))
                .await?;
        }
        Op::CreateKey(n) => {
            return Ok(Some(iam.create_access_key(Some(&user(*n))).await?.key.id));
        }
        Op::SwitchOff(n) => {
            iam.update_access_key(Some(&user(*n)), key, KeyStatus::Inactive)
                .await?;
        }
        Op::DeleteKey(n) => iam.delete_access_key(Some(&user(*n)), key).await?,
        Op::Reopen => {}
    }
    Ok(None)
}

/// Everything there is, read through the façade.
fn observe(rig: &Rig, account: &Account) -> Model {
    let iam = rig.identity.iam_of(account);
    let all = Paging::default();
    let groups = iam.list_groups("/", all).unwrap().items;
    let mut model = Model {
        groups: groups.iter().map(|group| group.name.clone()).collect(),
        ..Model::default()
    };
    for view in iam.list_users("/", all).unwrap().items {
        let name = view.name.unwrap();
        let of = PolicyHolder::User(&name);
        let policies = iam.list_policies_of(of, all).unwrap().items.into_iter();
        let groups = iam.list_groups_for_user(&name, all).unwrap().items;
        let user = ModelUser {
            groups: groups.iter().map(|group| group.name.clone()).collect(),
            policies: policies
                .map(|policy| {
                    (
                        policy.clone(),
                        iam.get_policy_of(of, &policy).unwrap().to_string(),
                    )
                })
                .collect(),
            keys: Vec::new(),
        };
        model.users.insert(name, user);
    }
    model
}

/// Every key finds its user, with what its policies give, or is refused if it is switched off.
fn check_keys(rig: &Rig, model: &Model) {
    for (name, user) in &model.users {
        let denies = user.policies.values().any(|text| text.contains("Deny"));
        for (id, active) in &user.keys {
            let found = rig.identity.find(id, None);
            let Ok(found) = found else {
                assert_eq!((found.unwrap_err(), active), (Refusal::InactiveKey, &false));
                continue;
            };
            assert!(active);
            assert_eq!(found.caller.name(), Some(&**name));
            let target = crate::caller::Target {
                resource: b"arn:aws:s3:::b",
                owner: crate::caller::Owner::Caller,
                policy: None,
            };
            let context = crate::policy::Context::new();
            let decision = found.caller.authorize("s3:CreateBucket", &target, &context);
            assert_eq!(decision.is_allowed(), !user.policies.is_empty() && !denies);
        }
    }
}

async fn follows_the_model(ops: Vec<Op>) {
    let mut rig = Rig::new().await;
    let account = rig.account("one").await;
    let mut model = Model::default();
    for op in ops {
        let key = match op {
            Op::SwitchOff(n) | Op::DeleteKey(n) => model.key(n),
            _ => String::new(),
        };
        let real = run(&rig, &account, &op, &key).await;
        let made = real.as_ref().ok().cloned().flatten();
        let expected = model.run(&op, made);
        assert_eq!(
            real.map(drop).map_err(|error| error.code()),
            expected,
            "{op:?}"
        );
        if let Op::Reopen = op {
            rig = rig.reopen().await;
        }
        let mut visible = model.clone();
        visible
            .users
            .values_mut()
            .for_each(|user| user.keys.clear());
        assert_eq!(observe(&rig, &account), visible, "after {op:?}");
        check_keys(&rig, &model);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn whatever_is_done_is_there(ops in prop::collection::vec(op(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(follows_the_model(ops));
    }
}

#[tokio::test]
async fn another_master_key_opens_nothing() {
    let rig = Rig::new().await;
    rig.account("one").await;
    let wrong = Identity::open(Arc::clone(&rig.engine), &[1; 32], root()).await;
    assert!(matches!(wrong, Err(Error::Damaged { .. })), "{wrong:?}");
    let right = Identity::open(Arc::clone(&rig.engine), &MASTER, root())
        .await
        .unwrap();
    assert_eq!(right.list_accounts().len(), 2);
}

/// Nothing is decided on rows that somebody else has changed.
#[tokio::test]
async fn two_writers_do_not_overwrite_each_other() {
    let rig = Rig::new().await;
    let one = rig.account("one").await;
    let other = Identity::open(Arc::clone(&rig.engine), &MASTER, root())
        .await
        .unwrap();
    let anna = NewUser {
        name: "anna",
        ..NewUser::default()
    };
    other.iam_of(&one).create_user(anna.clone()).await.unwrap();
    let late = rig
        .identity
        .iam_of(&one)
        .create_user(anna.clone())
        .await
        .unwrap_err();
    assert_eq!(late.code(), "ConcurrentModification");
    // What the other has written is known now.
    let again = rig
        .identity
        .iam_of(&one)
        .create_user(anna)
        .await
        .unwrap_err();
    assert_eq!(again.code(), "EntityAlreadyExists");
}

#[tokio::test]
async fn secrets_are_stored_sealed() {
    let rig = Rig::new().await;
    let one = rig.account("one").await;
    let new = rig
        .identity
        .iam_of(&one)
        .create_access_key(None)
        .await
        .unwrap();
    let page = rig
        .engine
        .table_scan("identity", b"", None, 100)
        .await
        .unwrap();
    let secret = new.secret.expose().as_bytes();
    for (key, value) in page.rows {
        let shows = value.windows(secret.len()).any(|window| window == secret);
        assert!(!shows, "{}", String::from_utf8_lossy(&key));
    }
    assert!(!format!("{:?}", rig.identity).contains(new.secret.expose()));
    // A sealed secret in another key's place opens nothing.
    let keys = rig
        .engine
        .table_scan("identity", b"key/", None, 2)
        .await
        .unwrap()
        .rows;
    let sealed = |value: &[u8]| {
        let row: serde_json::Value = serde_json::from_slice(&value[1..]).unwrap();
        row["sealed"].as_str().unwrap().to_owned()
    };
    let text = String::from_utf8(keys[0].1.to_vec()).unwrap();
    let swapped = text.replace(&sealed(&keys[0].1), &sealed(&keys[1].1));
    let guard = TableGuard::Equals(keys[0].0.clone(), keys[0].1.clone());
    let write = TableWrite::Put(keys[0].0.clone(), swapped.into());
    rig.engine
        .table_commit("identity", vec![guard], vec![write])
        .await
        .unwrap();
    let opened = Identity::open(Arc::clone(&rig.engine), &MASTER, root()).await;
    assert!(matches!(opened, Err(Error::Damaged { .. })));
}
