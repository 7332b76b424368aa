//! Random values that must be new on the target, generated from a seed.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::case::text::Text;
use crate::digest;

/// Maximum number of attempts to find a value that this run has not used.
const MAX_ATTEMPTS: u32 = 64;

/// The random values of a run, none of them used twice. Upper and lower case count as the same, since a target may
/// treat them so.
#[derive(Debug)]
pub struct RandomValues {
    seed: u64,
    used: Mutex<HashSet<String>>,
    /// Values generated in advance, by what they are for.
    reserved: Mutex<HashMap<String, String>>,
}

impl RandomValues {
    /// Creates the random values of one run.
    pub fn new(seed: u64) -> Self {
        Self { seed, used: Mutex::default(), reserved: Mutex::default() }
    }

    /// Returns the text with random characters; `key` says what the text is for, `attempt` counts repetitions. The same
    /// seed, key and attempt give the same text, unless this run has already used that text for something else.
    pub fn draw(&self, text: &Text, key: &str, attempt: u32) -> String {
        if attempt == 0 {
            let mut reserved = self.reserved.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(drawn) = reserved.remove(key) {
                return drawn;
            }
        }
        let mut drawn = String::new();
        for again in 0..MAX_ATTEMPTS {
            let mut random = self.random(key, attempt, again);
            drawn = text.resolve(|size| (random.next_u64() % size.max(1) as u64) as usize);
            let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
            if used.insert(drawn.to_lowercase()) {
                break;
            }
        }
        drawn
    }

    /// Generates a text in advance. There are few texts with few random characters, so the first user of one would
    /// decide what others get, and that would depend on the order in which calls happen to be sent.
    pub fn reserve(&self, text: &Text, key: String) {
        let drawn = self.draw(text, &key, 0);
        self.reserved.lock().unwrap_or_else(PoisonError::into_inner).insert(key, drawn);
    }

    /// Returns the seed of all random values.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Returns the nonce of a signature: decimal digits, never the same twice in a run, and hardly ever in two runs.
    pub fn nonce(&self, run: u64, number: usize) -> String {
        let mut random = self.random(&format!("nonce/{run}"), 0, u32::try_from(number).unwrap_or(u32::MAX));
        format!("{:018}", random.next_u64() % 1_000_000_000_000_000_000)
    }

    fn random(&self, key: &str, attempt: u32, again: u32) -> ChaCha8Rng {
        let seed = self.seed.to_le_bytes();
        let (attempt, again) = (attempt.to_le_bytes(), again.to_le_bytes());
        let bytes = [seed.as_slice(), key.as_bytes(), &attempt, &again].concat();
        ChaCha8Rng::seed_from_u64(digest::fnv(&bytes))
    }
}

/// Returns a number that differs from process to process, for runs without a chosen seed.
pub fn any_seed() -> u64 {
    let mut hasher = DefaultHasher::new();
    std::time::SystemTime::now().hash(&mut hasher);
    std::process::id().hash(&mut hasher);
    hasher.finish() % 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_gives_same_values_and_no_value_repeats_in_a_run() {
        let text = Text::read("<8 letters>");
        assert_eq!(RandomValues::new(1).draw(&text, "a", 0), RandomValues::new(1).draw(&text, "a", 0));
        assert_ne!(RandomValues::new(1).draw(&text, "a", 0), RandomValues::new(2).draw(&text, "a", 0));
        let random_values = RandomValues::new(1);
        let short = Text::read("<1 letters>");
        let drawn: HashSet<String> = (0..20).map(|n| random_values.draw(&short, &n.to_string(), 0)).collect();
        assert_eq!(drawn.len(), 20, "one letter each, and none twice while there are letters left");
    }
}
