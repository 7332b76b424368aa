//! Files: read in bounded memory, written atomically.

mod read;
mod shelf;
mod write;

pub use read::{begins_with, bounded, not_read, ordinary, text};
pub use shelf::{Place, Shelf};
pub use write::{
    PendingFile, begin, check_distinct, end, folder_of, is_same, not_written, remove_abandoned, resolved,
    write_whole,
};
