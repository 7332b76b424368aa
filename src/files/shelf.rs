//! Texts that are put away until somebody asks for them, in a file without a name: what a hundred thousand cases have shown needs
//! no memory meanwhile.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::{Mutex, PoisonError};

/// Where a text lies.
#[derive(Debug, Clone)]
pub enum Place {
    /// In the file.
    File {
        /// How many bytes come before it.
        at: u64,
        /// How many bytes it has.
        len: usize,
    },
    /// In memory, because the file could not take it.
    Memory(Box<[u8]>),
}

/// A shelf of texts. The file goes with it.
#[derive(Debug, Default)]
pub struct Shelf {
    file: Mutex<Option<(File, u64)>>,
}

impl Shelf {
    /// Puts a text away. Where the disk takes nothing, it stays in memory.
    pub fn put(&self, text: Vec<u8>) -> Place {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        match append(&mut file, &text) {
            Ok(at) => Place::File { at, len: text.len() },
            Err(_) => Place::Memory(text.into_boxed_slice()),
        }
    }

    /// The text at a place.
    ///
    /// # Errors
    /// What the file system says of the file.
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

/// Writes a text behind all others, and tells where. What a failed attempt has written is written over by the next.
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
    fn what_was_put_away_is_found_in_any_order() {
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
