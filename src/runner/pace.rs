//! A rate that is kept, as the target sees it: in no second do more requests arrive.
//!
//! Requests leave evenly spaced. That alone is not enough, for the way to the target stretches some gaps and shortens
//! others. So a request also holds one of as many places as there may be requests in a second, until a second after its
//! answer came: whoever takes the place afterwards arrives more than a second after the one who had it before.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

/// So many requests a second at most.
#[derive(Debug)]
pub struct Pace {
    spacing: Duration,
    next: Mutex<Instant>,
    places: Arc<Semaphore>,
}

/// A place in a second; it is free again a second after this is dropped.
#[derive(Debug)]
pub struct Place(Option<OwnedSemaphorePermit>);

impl Pace {
    /// A pace of so many requests a second, one at least.
    pub fn new(rate: u32) -> Self {
        let rate = rate.max(1);
        Self {
            spacing: SECOND / rate,
            next: Mutex::new(Instant::now()),
            places: Arc::new(Semaphore::new(rate as usize)),
        }
    }

    /// Waits for the next place; it is to be held until the answer has come.
    pub async fn place(&self) -> Place {
        let permit = Arc::clone(&self.places).acquire_owned().await.ok();
        let at = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let at = (*next).max(Instant::now());
            *next = at + self.spacing;
            at
        };
        tokio::time::sleep_until(at).await;
        Place(permit)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let permit = self.0.take();
        // Where the runtime is gone, nobody waits for the place.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(SECOND).await;
                drop(permit);
            });
        }
    }
}
