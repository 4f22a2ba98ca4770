//! Faults of the drive: errors of every call, no room, rot, files that are cut or gone.

mod drive;
mod folder;
mod room;
mod rot;
