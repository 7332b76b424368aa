//! Texts kept in an unnamed file until they are needed, so that the exchanges of a hundred thousand cases need no
//! memory.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::{Mutex, PoisonError};

/// Where a text is stored.
#[derive(Debug, Clone)]
pub enum Place {
    /// In the file.
    File {
        /// The number of bytes before it.
        at: u64,
        /// Its length in bytes.
        len: usize,
    },
    /// In memory, because it could not be written to the file.
    Memory(Box<[u8]>),
}

/// A store of texts. Its file is deleted when the shelf is dropped.
#[derive(Debug, Default)]
pub struct Shelf {
    file: Mutex<Option<(File, u64)>>,
}

impl Shelf {
    /// Stores a text. It stays in memory if it cannot be written to the disk.
    pub fn put(&self, text: Vec<u8>) -> Place {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        match append(&mut file, &text) {
            Ok(at) => Place::File { at, len: text.len() },
            Err(_) => Place::Memory(text.into_boxed_slice()),
        }
    }

    /// Returns the text at a place.
    ///
    /// # Errors
    /// Returns the error of the file system.
    pub fn get(&self, place: &Place) -> io::Result<Vec<u8>> {
        let (at, len) = match place {
            Place::Memory(text) => return Ok(text.to_vec()),
            Place::File { at, len } => (*at, *len),
        };
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, _) = file.as_mut().ok_or(io::ErrorKind::NotFound)?;
        let mut text = vec![0; len];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut text)?;
        Ok(text)
    }
}

/// Appends a text and returns its offset. The next call overwrites what a failed attempt has written.
fn append(file: &mut Option<(File, u64)>, text: &[u8]) -> io::Result<u64> {
    let (file, end) = match file {
        Some(open) => open,
        None => file.insert((tempfile::tempfile()?, 0)),
    };
    file.seek(SeekFrom::Start(*end))?;
    file.write_all(text)?;
    let at = *end;
    *end += text.len() as u64;
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_texts_are_read_in_any_order() {
        let shelf = Shelf::default();
        let texts = ["one", "", "three and more", "two"].map(|text| text.as_bytes().to_vec());
        let places: Vec<Place> = texts.iter().map(|text| shelf.put(text.clone())).collect();
        let again = shelf.get(&places[2]).unwrap();
        let all: Vec<Vec<u8>> = places.iter().rev().map(|place| shelf.get(place).unwrap()).collect();
        assert!(all.iter().rev().eq(texts.iter()));
        assert_eq!(again, texts[2]);
        assert!(places.iter().all(|place| matches!(place, Place::File { .. })));
    }
}
