//! Repeatable chance.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// A source of numbers that follows from a seed alone.
pub(super) struct Chance(ChaCha20Rng);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha20Rng::seed_from_u64(seed))
    }

    /// Evenly between `low` and `high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        // 53 random bits are exactly the fractions a double can hold.
        let fraction = (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        low + (high - low) * fraction
    }

    /// Around `middle`, rarely further away than two `spread`: the sum of four even draws.
    pub(super) fn around(&mut self, middle: f64, spread: f64) -> f64 {
        let sum: f64 = (0..4).map(|_| self.between(-1.0, 1.0)).sum();
        middle + spread * sum * 0.866
    }
}
