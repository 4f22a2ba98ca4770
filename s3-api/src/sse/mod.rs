//! Server-side encryption: what requests ask for, and what is kept of it with an object.
//!
//! The engine encrypts bodies under a key it is given and keeps none. A customer's key comes with
//! every request. A managed object has a data key of its own, which is kept wrapped, as an
//! attribute of the object; uploads carry it for their parts.

mod context;
mod customer;
mod managed;
mod request;
#[cfg(test)]
mod tests;

pub(crate) use context::EncryptionContext;
pub(crate) use customer::{COPY_SOURCE, CustomerHeaders, CustomerKey, REQUEST};
pub(crate) use managed::{ATTRIBUTE, Managed, Method};
pub(crate) use request::{Asked, Wanted, is_asked, refuse_method};

pub(crate) const METHOD: &str = "x-amz-server-side-encryption";
pub(crate) const KMS_KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";
pub(crate) const CONTEXT: &str = "x-amz-server-side-encryption-context";
pub(crate) const BUCKET_KEY: &str = "x-amz-server-side-encryption-bucket-key-enabled";
