//! What long pieces of work tell while they run.

use std::ops::ControlFlow;

/// How far a long piece of work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    pub doing: &'static str,
    pub done: u64,
    /// Zero where it is not known yet. May grow while the work goes on.
    pub total: u64,
    pub unit: Unit,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Rows,
    Bytes,
    Chunks,
}

/// Is told often how far the work has come. `Break` ends it at the next point from which it can
/// go on another time.
pub type OnWork<'a> = dyn FnMut(Work) -> ControlFlow<()> + Send + 'a;

/// Watches nothing and never interrupts.
pub fn unwatched(_: Work) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
