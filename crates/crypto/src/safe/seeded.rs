//! A counter-mode SHA-256 generator, so that examples and samples replay from a printed seed.

use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

use super::digest::tagged_hash;
use super::labels;

pub(crate) struct SeededRng {
    seed: u64,
    counter: u64,
}

impl SeededRng {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, counter: 0 }
    }
}

impl TryRng for SeededRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for chunk in out.chunks_mut(32) {
            self.counter += 1;
            let block = tagged_hash(labels::SEEDED, &[&self.seed.to_le_bytes(), &self.counter.to_le_bytes()]);
            chunk.copy_from_slice(&block.0[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for SeededRng {}
