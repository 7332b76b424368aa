//! A rate limit as the target sees it: in no second do more requests arrive.
//!
//! Requests are sent evenly spaced. That alone is not enough, because the network stretches some gaps and shortens
//! others. So a request also holds one of as many places as requests are allowed per second, until a second after its
//! response has arrived. Whoever takes the place afterwards arrives more than a second after the previous holder.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

/// A maximum number of requests per second.
#[derive(Debug)]
pub struct Pace {
    spacing: Duration,
    next: Mutex<Instant>,
    places: Arc<Semaphore>,
}

/// A place within a second; it is free again a second after this is dropped.
#[derive(Debug)]
pub struct Place(Option<OwnedSemaphorePermit>);

impl Pace {
    /// Creates a limit of `rate` requests per second, at least one.
    pub fn new(rate: u32) -> Self {
        let rate = rate.max(1);
        Self {
            spacing: SECOND / rate,
            next: Mutex::new(Instant::now()),
            places: Arc::new(Semaphore::new(rate as usize)),
        }
    }

    /// Waits for the next place, which must be held until the response has arrived.
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
        // Without a runtime, nobody waits for the place.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(SECOND).await;
                drop(permit);
            });
        }
    }
}
/// The total time that a run waits because its target asks for it. Pauses at the same time count once.
#[derive(Debug)]
pub struct WaitBudget(Mutex<Left>);

#[derive(Debug)]
struct Left {
    /// The remaining time.
    left: Duration,
    /// When the last of the pauses so far ends.
    until: Option<Instant>,
}

impl WaitBudget {
    /// Creates a limit on the total time.
    pub fn new(max: Duration) -> Self {
        Self(Mutex::new(Left { left: max, until: None }))
    }

    /// Deducts a pause that begins now from the remaining time; returns `false` if there is not enough left.
    pub fn deduct(&self, now: Instant, pause: Duration) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let end = now + pause;
        let more = end.saturating_duration_since(state.until.unwrap_or(now).max(now));
        match state.left.checked_sub(more) {
            Some(left) => {
                *state = Left { left, until: Some(state.until.map_or(end, |until| until.max(end))) };
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_pauses_count_once_and_total_is_limited() {
        let (waiting, start) = (WaitBudget::new(Duration::from_secs(30)), Instant::now());
        let takes =
            |at: u64, pause: u64| waiting.deduct(start + Duration::from_secs(at), Duration::from_secs(pause));
        assert!((0..8).all(|_| takes(0, 20)), "eight jobs that wait together");
        assert!(takes(10, 20), "half of it is in the other one");
        assert!(!takes(30, 1), "thirty seconds are over");
    }
}
