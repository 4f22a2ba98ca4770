//! What the crate keeps: rows of one named table, and all of them in memory.

pub(crate) mod row;
pub(crate) mod seal;
pub(crate) mod state;
pub(crate) mod table;
