//! Reading: so much of each file, and ordinary files only where a folder decides what is read.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

/// What is told of a file or folder that cannot be read.
pub fn not_read(path: &Path, error: &dyn Display) -> String {
    format!("failed to read {}: {error}", path.display())
}

/// The bytes of an ordinary file. A pipe or a device, which a folder may hold a link to, could give bytes for ever, or none.
///
/// # Errors
/// What the file system says; that it is no ordinary file, or longer than `most` bytes.
pub fn ordinary(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    bounded(path, most)
}

/// The bytes of whatever the user has named, a pipe as well.
///
/// # Errors
/// What the file system says; that there are more than `most` bytes.
pub fn bounded(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    match bytes.len() > most {
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {most} bytes"))),
        false => Ok(bytes),
    }
}

/// The text of an ordinary file.
///
/// # Errors
/// As [`ordinary`]; that it is not UTF-8.
pub fn text(path: &Path, most: usize) -> io::Result<String> {
    String::from_utf8(ordinary(path, most)?)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))
}
