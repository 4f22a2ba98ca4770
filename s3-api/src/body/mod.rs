//! What comes with a request: bytes from the wire, unpacked and verified.

pub(crate) mod aws_chunked;
pub(crate) mod document;
pub(crate) mod integrity;
pub(crate) mod payload;
pub(crate) mod wire;
