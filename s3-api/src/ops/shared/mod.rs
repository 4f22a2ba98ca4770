//! Steps that several operations take. They are functions: no operation is built on another.

pub(crate) mod acl_input;
pub(crate) mod conditions;
pub(crate) mod configuration;
pub(crate) mod copy_source;
pub(crate) mod encryption;
pub(crate) mod expiry;
pub(crate) mod intake;
pub(crate) mod largest;
pub(crate) mod listing;
pub(crate) mod lock;
pub(crate) mod metadata;
pub(crate) mod notices;
pub(crate) mod object_headers;
pub(crate) mod object_input;
pub(crate) mod patience;
pub(crate) mod range;
pub(crate) mod recoding;
pub(crate) mod rights;
pub(crate) mod tags;
pub(crate) mod upload;
pub(crate) mod version;
