//! Reads what is declared, and tells all that is wrong with it. What names, keys, policies and
//! configurations may look like is for those to say who would make them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use identity::check;
use identity::model::Secret;
use serde::Deserialize;
use serde_json::{Value, json};
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};

use super::tables::{AccountTable, BucketTable, GroupTable, KeyTable, PolicyTable, UserTable};
use super::{Account, Bucket, Declared, Group, Key, Placed, Policy, User, Versioning};
use crate::config::amount::Bytes;
use crate::config::file::{beside, line_of, text_of};
use crate::config::limits::LimitsTable;
use crate::config::origin::{Fault, Origin};
use crate::secret_file;

/// Reads tables of one file.
pub(in crate::config) struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    pub(in crate::config) declared: Declared,
    /// A secret stands in the file itself.
    pub(in crate::config) holds_secrets: Option<&'static str>,
    pub(in crate::config) faults: Vec<Fault>,
    /// Of keys: nobody shares one.
    ids: BTreeSet<String>,
}

/// Which table is being read: where it begins, and what it is about.
struct Entry {
    line: usize,
    what: String,
}

impl<'a> Reader<'a> {
    pub(in crate::config) fn new(path: &'a Path, text: &'a str) -> Reader<'a> {
        Reader {
            path,
            text,
            declared: Declared::default(),
            holds_secrets: None,
            faults: Vec::new(),
            ids: BTreeSet::new(),
        }
    }

    /// Everything under one of the tables' names.
    pub(in crate::config) fn read(&mut self, name: &str, value: Spanned<DeValue<'_>>) {
        let line = self.line(value.span().start);
        let DeValue::Array(items) = value.into_inner() else {
            let what = format!("{name}: expected tables [[{name}]]");
            self.faults.push(Fault::at(self.path, line, what));
            return;
        };
        for item in items {
            let line = self.line(item.span().start);
            let read = match name {
                "policy" => self.policy(item, line),
                "group" => self.group(item, line),
                "account" => self.account(item, line),
                "user" => self.user(item, line),
                _ => self.bucket(item, line),
            };
            self.faults.extend(read.err());
        }
    }

    fn policy(&mut self, item: Spanned<DeValue<'_>>, line: usize) -> Result<(), Fault> {
        let table: PolicyTable = self.table(item, line)?;
        let name = table.name;
        let entry = Entry::new(line, "policy", &name);
        self.or_note(&entry, check::policy_name(&name));
        let at = table.document.as_ref().map(|it| self.line(it.span().start));
        let here = table.document.map(Spanned::into_inner);
        let read = self.document(here, table.file);
        let has_document = read.as_ref().map_or(true, Option::is_some);
        if !has_document && table.limits.is_none() {
            let what = "expected document or file, or limits of a policy there is";
            self.or_note::<()>(&entry, Err(what.to_owned()));
        }
        let document = self.or_note(&entry, read).flatten();
        if let Some(document) = &document {
            let entry = entry.at(at);
            self.or_note(&entry, about("document", check::policy_document(document)));
        }
        let limits = table.limits.map(LimitsTable::checked).transpose();
        let limits = self.or_note(&entry, limits).flatten();
        let it = Policy {
            name,
            document,
            limits,
        };
        self.declared.policies.push(self.placed(line, it));
        Ok(())
    }

    fn group(&mut self, item: Spanned<DeValue<'_>>, line: usize) -> Result<(), Fault> {
        let GroupTable { name, policies } = self.table(item, line)?;
        let entry = Entry::new(line, "group", &name);
        self.or_note(&entry, check::group(&name));
        let policies = self.names(policies);
        let it = self.placed(line, Group { name, policies });
        self.declared.groups.push(it);
        Ok(())
    }

    fn account(&mut self, item: Spanned<DeValue<'_>>, line: usize) -> Result<(), Fault> {
        let AccountTable {
            name,
            number,
            policies,
            keys,
        } = self.table(item, line)?;
        let entry = Entry::new(line, "account", &name);
        let digits = number.as_deref().unwrap_or_default();
        self.or_note(&entry, check::account(&name, digits));
        if number.is_some() && !policies.is_empty() {
            let what = "an account with a number may do everything in it, and is given no policies";
            self.or_note::<()>(&entry, Err(what.to_owned()));
        }
        let it = Account {
            keys: self.keys(&entry, keys),
            name,
            number,
            policies: self.names(policies),
        };
        self.declared.accounts.push(self.placed(line, it));
        Ok(())
    }

    fn user(&mut self, item: Spanned<DeValue<'_>>, line: usize) -> Result<(), Fault> {
        let UserTable {
            name,
            policies,
            groups,
            keys,
        } = self.table(item, line)?;
        let entry = Entry::new(line, "user", &name);
        self.or_note(&entry, check::user(&name));
        let it = User {
            keys: self.keys(&entry, keys),
            name,
            policies: self.names(policies),
            groups: self.names(groups),
        };
        self.declared.users.push(self.placed(line, it));
        Ok(())
    }

    fn bucket(&mut self, item: Spanned<DeValue<'_>>, line: usize) -> Result<(), Fault> {
        let table: BucketTable = self.table(item, line)?;
        let name = table.name;
        let entry = Entry::new(line, "bucket", &name);
        let checked = s3_api::check_bucket_name(&name);
        self.or_note(
            &entry,
            about("name", checked.map_err(|error| error.plain().to_owned())),
        );
        let is_off = table.versioning.is_some_and(|it| it != Versioning::Enabled);
        if table.object_lock && is_off {
            let what =
                "object-lock wants versions: versioning cannot be off or suspended".to_owned();
            self.or_note::<()>(&entry, Err(what));
        }
        let at = table.policy.as_ref().map(|it| self.line(it.span().start));
        let here = table.policy.map(Spanned::into_inner);
        let policy = self.document(here, table.policy_file);
        let policy = policy.and_then(|text| text.map(|text| parsed("policy", &text)).transpose());
        let policy = self.or_note(&entry.at(at), policy).flatten();
        let mut configurations = Vec::new();
        if !table.tags.is_empty() {
            configurations.push(self.placed(line, ("tagging".to_owned(), tag_set(&table.tags))));
        }
        for (kind, value) in table.config {
            let at = self.line(value.span().start);
            let value = self.configuration(&kind, value.into_inner());
            let value = self.or_note(&entry.at(Some(at)), value);
            configurations.extend(value.map(|value| self.placed(at, (kind, value))));
        }
        if let Some(policy) = policy {
            configurations.push(self.placed(at.unwrap_or(line), ("policy".to_owned(), policy)));
        }
        let it = Bucket {
            versioning: table.versioning,
            object_lock: table.object_lock,
            quota_bytes: table.quota.map(|Bytes(bytes)| bytes),
            quota_objects: table.quota_objects,
            configurations: self.checked(&entry, &name, configurations),
            name,
        };
        self.declared.buckets.push(self.placed(line, it));
        Ok(())
    }

    /// A file with JSON, or the configuration itself in the shape of the admin interface.
    fn configuration(&self, kind: &str, value: Value) -> Result<Value, String> {
        match value {
            Value::String(file) => {
                let text = self.document(None, Some(file))?.unwrap_or_default();
                parsed(kind, &text)
            }
            value => Ok(value),
        }
    }

    /// Each once, and each as its bucket would take it.
    fn checked(
        &mut self,
        entry: &Entry,
        bucket: &str,
        mut all: Vec<Placed<(String, Value)>>,
    ) -> Vec<Placed<(String, Value)>> {
        all.sort_by(|one, other| one.it.0.cmp(&other.it.0));
        if let Some(twice) = all.windows(2).find(|pair| pair[0].it.0 == pair[1].it.0) {
            let what = format!("{} is declared twice", twice[0].it.0);
            self.or_note::<()>(entry, Err(what));
            return all;
        }
        for Placed { origin, it } in &all {
            let (kind, value) = it;
            if let Err(what) = admin::check_bucket_configuration(bucket, kind, value) {
                let what = format!("{}: {kind}: {what}", entry.what);
                self.faults.push(Fault::placed(origin, what));
            }
        }
        all
    }

    fn table<'de, T: Deserialize<'de>>(
        &self,
        item: Spanned<DeValue<'de>>,
        line: usize,
    ) -> Result<T, Fault> {
        T::deserialize(ValueDeserializer::from(item)).map_err(|error| {
            let line = error.span().map_or(line, |span| self.line(span.start));
            let said = in_plain_words(error.message());
            let what = match field_of(&error) {
                Some(field) => format!("{field}: {said}"),
                None => said,
            };
            Fault::at(self.path, line, what)
        })
    }

    /// Given here as a table or as JSON, or in a file beside this one.
    fn document(
        &self,
        here: Option<Value>,
        file: Option<String>,
    ) -> Result<Option<String>, String> {
        match (here, file) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => {
                Err("expected a document or a file with one, not both".to_owned())
            }
            (Some(Value::String(json)), None) => Ok(Some(json)),
            (Some(table), None) => Ok(Some(table.to_string())),
            (None, Some(file)) => {
                let file = beside(self.path, &file);
                let read = text_of(Path::new(&file));
                let (text, _) = read.map_err(|error| format!("{file}: {error}"))?;
                Ok(Some(text))
            }
        }
    }

    fn keys(&mut self, entry: &Entry, keys: Vec<Spanned<KeyTable>>) -> Vec<Key> {
        let keys = keys.into_iter().filter_map(|key| {
            let at = self.line(key.span().start);
            let key = self.key(key.into_inner());
            self.or_note(&entry.at(Some(at)), key)
        });
        keys.collect()
    }

    fn key(&mut self, key: KeyTable) -> Result<Key, String> {
        let access = key.access_key;
        let secret = match (key.secret_key, key.secret_key_file) {
            (Some(secret), None) => {
                self.holds_secrets = Some("secret-key");
                secret
            }
            (None, Some(file)) => {
                let file = beside(self.path, &file);
                let read = secret_file::load_text(Path::new(&file), "put the secret key into it");
                read.map_err(|error| error.to_string())?
            }
            _ => return Err("a key wants secret-key or secret-key-file".to_owned()),
        };
        let checked = check::key(&access, &secret);
        checked.map_err(|error| format!("key {access:?}: {error}"))?;
        if !self.ids.insert(access.clone()) {
            return Err(format!("key {access:?} is declared twice"));
        }
        let secret = Secret::new(&secret);
        Ok(Key { access, secret })
    }

    fn names(&self, names: Vec<Spanned<String>>) -> Vec<Placed<String>> {
        let names = names.into_iter().map(|name| {
            let line = self.line(name.span().start);
            self.placed(line, name.into_inner())
        });
        names.collect()
    }

    /// Notes what is wrong, and goes on: the next run is to find nothing new.
    fn or_note<T>(&mut self, entry: &Entry, result: Result<T, impl ToString>) -> Option<T> {
        match result {
            Ok(it) => Some(it),
            Err(error) => {
                let what = format!("{}: {}", entry.what, error.to_string());
                self.faults.push(Fault::at(self.path, entry.line, what));
                None
            }
        }
    }

    fn placed<T>(&self, line: usize, it: T) -> Placed<T> {
        let origin = Origin::File(self.path.to_owned(), line);
        Placed { origin, it }
    }

    fn line(&self, offset: usize) -> usize {
        line_of(self.text, offset)
    }
}

impl Entry {
    fn new(line: usize, kind: &str, name: &str) -> Entry {
        Entry {
            line,
            what: format!("{kind} {name:?}"),
        }
    }

    /// A part of it that stands in a line of its own.
    fn at(&self, line: Option<usize>) -> Entry {
        Entry {
            line: line.unwrap_or(self.line),
            what: self.what.clone(),
        }
    }
}

fn about<T>(field: &str, result: Result<T, impl ToString>) -> Result<T, String> {
    result.map_err(|error| format!("{field}: {}", error.to_string()))
}

/// What is expected, as whoever writes a file calls it.
fn in_plain_words(message: &str) -> String {
    const WORDS: [(&str, &str); 6] = [
        ("expected a boolean", "expected true or false"),
        ("expected a sequence", "expected a list in brackets"),
        ("expected a string", "expected a text in quotes"),
        ("expected a map", "expected a table"),
        ("expected u64", "expected a whole number"),
        ("expected u32", "expected a whole number"),
    ];
    let found = WORDS.iter().find(|(theirs, _)| message.ends_with(theirs));
    match found {
        Some((theirs, ours)) => message.replace(theirs, ours),
        None => message.to_owned(),
    }
}

/// The field with a value that cannot be, and the tables that it is in. The error has it in what it
/// shows only.
fn field_of(error: &toml::de::Error) -> Option<String> {
    let shown = error.to_string();
    let field = shown.lines().last()?.strip_prefix("in `")?;
    field.strip_suffix('`').map(str::to_owned)
}

fn tag_set(tags: &BTreeMap<String, String>) -> Value {
    let tags = tags
        .iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }));
    let tags: Vec<Value> = tags.collect();
    json!({ "TagSet": tags })
}

fn parsed(what: &str, text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("the {what} is not JSON: {error}"))
}
