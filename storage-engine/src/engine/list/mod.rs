//! Listings: pages of entries and common prefixes in byte order, in O(results).

mod collect;
mod objects;
mod uploads;
mod versions;
