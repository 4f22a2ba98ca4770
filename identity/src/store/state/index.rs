//! Entities by id, and by name within their account.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::model::{Group, ManagedPolicy, Role, User};

pub(crate) trait Entity {
    fn id(&self) -> &str;
    fn space(&self) -> &str;
    fn name(&self) -> &str;
}

/// Names are kept as they are given and found without case, as IAM does.
#[derive(Debug)]
pub(crate) struct Index<T> {
    by_id: HashMap<String, Arc<T>>,
    /// By space, then by name in lower case.
    by_name: HashMap<String, BTreeMap<String, Arc<T>>>,
}

impl<T> Default for Index<T> {
    fn default() -> Self {
        Index {
            by_id: HashMap::new(),
            by_name: HashMap::new(),
        }
    }
}

impl<T: Entity> Index<T> {
    pub(crate) fn by_id(&self, id: &str) -> Option<&Arc<T>> {
        self.by_id.get(id)
    }

    pub(crate) fn get(&self, space: &str, name: &str) -> Option<&Arc<T>> {
        self.by_name.get(space)?.get(&name.to_lowercase())
    }

    /// In the order of their names, case aside.
    pub(crate) fn in_space(&self, space: &str) -> impl Iterator<Item = &Arc<T>> {
        self.by_name
            .get(space)
            .into_iter()
            .flat_map(BTreeMap::values)
    }

    /// As [`Index::in_space`], those behind a name.
    pub(crate) fn after(&self, space: &str, name: &str) -> impl Iterator<Item = &Arc<T>> {
        let from = (
            std::ops::Bound::Excluded(name.to_lowercase()),
            std::ops::Bound::Unbounded,
        );
        let names = self.by_name.get(space).into_iter();
        names.flat_map(move |names| names.range(from.clone()).map(|(_, entity)| entity))
    }

    pub(crate) fn count(&self, space: &str) -> usize {
        self.by_name.get(space).map_or(0, BTreeMap::len)
    }

    pub(super) fn put(&mut self, entity: T) {
        self.remove(entity.id());
        let entity = Arc::new(entity);
        let names = self.by_name.entry(entity.space().to_owned()).or_default();
        names.insert(entity.name().to_lowercase(), Arc::clone(&entity));
        self.by_id.insert(entity.id().to_owned(), entity);
    }

    pub(super) fn remove(&mut self, id: &str) {
        let Some(entity) = self.by_id.remove(id) else {
            return;
        };
        if let Some(names) = self.by_name.get_mut(entity.space()) {
            names.remove(&entity.name().to_lowercase());
            if names.is_empty() {
                self.by_name.remove(entity.space());
            }
        }
    }
}

macro_rules! entity {
    ($($of:ty),*) => {$(
        impl Entity for $of {
            fn id(&self) -> &str {
                &self.id
            }

            fn space(&self) -> &str {
                &self.space
            }

            fn name(&self) -> &str {
                &self.name
            }
        }
    )*};
}

entity!(User, Group, Role, ManagedPolicy);
