//! Pauses between attempts: doubling, bounded, and spread so that a thousand wallets do not return in one instant.

use std::time::Duration;

use crate::limits::{REDIAL_PAUSE_MAX, REDIAL_PAUSE_MIN};

/// The next pause, each time it is asked.
#[derive(Debug, Clone)]
pub struct Backoff {
    next: Duration,
    spread: u64,
}

impl Backoff {
    /// Starts at [`REDIAL_PAUSE_MIN`]. `spread` is any number that differs between nodes; it only scatters the
    /// pauses and need not be secret.
    pub fn new(spread: u64) -> Self {
        Self { next: REDIAL_PAUSE_MIN, spread: spread | 1 }
    }

    /// A pause between half of the current step and all of it; the step then doubles up to [`REDIAL_PAUSE_MAX`].
    pub fn pause(&mut self) -> Duration {
        let step = self.next;
        self.next = (step * 2).min(REDIAL_PAUSE_MAX);
        // A linear congruential step (Knuth, MMIX): good enough to scatter, reproducible in tests.
        self.spread = self.spread.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let fraction = (self.spread >> 33) as f64 / f64::from(1u32 << 31);
        step / 2 + (step / 2).mul_f64(fraction)
    }

    /// After a success the next failure starts small again.
    pub fn reset(&mut self) {
        self.next = REDIAL_PAUSE_MIN;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_stay_bounded_and_start_over() {
        let mut backoff = Backoff::new(7);
        let pauses: Vec<_> = (0..20).map(|_| backoff.pause()).collect();
        let mut step = REDIAL_PAUSE_MIN;
        for pause in &pauses {
            assert!(*pause >= step / 2 && *pause <= step, "{pause:?} outside half of {step:?} to all of it");
            step = (step * 2).min(REDIAL_PAUSE_MAX);
        }
        backoff.reset();
        assert!(backoff.pause() <= REDIAL_PAUSE_MIN);
    }

    #[test]
    fn two_nodes_do_not_return_together() {
        assert_ne!(Backoff::new(1).pause(), Backoff::new(99).pause());
    }
}
