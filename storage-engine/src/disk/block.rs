//! Aligned, reused buffers for bodies.
