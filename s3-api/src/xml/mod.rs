//! Small helpers over XML. The shapes of documents stay with their operations.

pub(crate) mod reader;
pub(crate) mod writer;

/// The namespace of every S3 document.
pub(crate) const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
