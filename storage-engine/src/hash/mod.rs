//! Checksums and digests of bodies.
