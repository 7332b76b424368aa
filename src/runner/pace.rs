//! A rate that is kept: requests leave evenly spaced.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many requests a second at most.
#[derive(Debug)]
pub struct Pace {
    spacing: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    /// A pace of so many requests a second, one at least.
    pub fn new(rate: u32) -> Self {
        Self { spacing: Duration::from_secs(1) / rate.max(1), next: Mutex::new(Instant::now()) }
    }

    /// Waits for the next place in the row.
    pub async fn wait(&self) {
        let place = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let place = (*next).max(Instant::now());
            *next = place + self.spacing;
            place
        };
        tokio::time::sleep_until(place).await;
    }
}
