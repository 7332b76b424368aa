//! Reading: bounded in size, and only regular files if a folder determines what is read.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

/// Returns the message for a file or folder that cannot be read.
pub fn not_read(path: &Path, error: &dyn Display) -> String {
    format!("failed to read {}: {error}", path.display())
}

/// Reads a regular file. A folder may contain a link to a pipe or a device, which could return bytes without end, or
/// none.
///
/// # Errors
/// Returns the error of the file system, or an error if the file is not regular or is longer than `max` bytes.
pub fn ordinary(path: &Path, max: usize) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    bounded(path, max)
}

/// Reads any file that the user named, including a pipe.
///
/// # Errors
/// Returns the error of the file system, or an error if there are more than `max` bytes.
pub fn bounded(path: &Path, max: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    match bytes.len() > max {
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {max} bytes"))),
        false => Ok(bytes),
    }
}

/// Returns `true` if a regular file begins with a text. Reads no more than that.
///
/// # Errors
/// Returns the error of the file system, or an error if the file is not regular.
pub fn begins_with(path: &Path, text: &str) -> io::Result<bool> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(text.len() as u64).read_to_end(&mut bytes)?;
    Ok(bytes == text.as_bytes())
}

/// Reads a regular file as text.
///
/// # Errors
/// Returns the errors of [`ordinary`], or an error if the file is not UTF-8.
pub fn text(path: &Path, max: usize) -> io::Result<String> {
    String::from_utf8(ordinary(path, max)?)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))
}
