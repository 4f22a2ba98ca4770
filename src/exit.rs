//! What the process ends with. The same for every command.

/// Done, and nothing is wrong.
pub(crate) const FINE: u8 = 0;
/// It could not be done, or could not go on; standard error says why.
pub(crate) const FAILED: u8 = 1;
/// The command line or the configuration is at fault, as clap reports it too.
pub(crate) const USAGE: u8 = 2;
/// The command did its work and found something wrong.
pub(crate) const PROBLEMS: u8 = 3;
/// Stopped by a signal before the end.
pub(crate) const INTERRUPTED: u8 = 130;
