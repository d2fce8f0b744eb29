//! Challenges that were given out and not answered yet: each is good once, and not for long.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use carekey_protocol::UnixMillis;
use carekey_protocol::access::Challenge;
use rand_core::CryptoRng;

/// Challenges remembered at once: far above the requests a hospital serves in [`CHALLENGE_VALID_MILLIS`].
pub const CHALLENGES_MAX: usize = 65_536;

/// How long a challenge can be answered: a minute, more than any reader's wallet takes.
pub const CHALLENGE_VALID_MILLIS: u64 = 60_000;

/// The open challenges. They live in memory: after a restart, every earlier one is void.
#[derive(Debug, Default)]
pub struct Challenges {
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    expiry: HashMap<Challenge, UnixMillis>,
    /// In the order they were given out, so that the oldest makes room.
    order: VecDeque<Challenge>,
}

impl Challenges {
    /// A fresh challenge. When there are too many, the oldest is void.
    pub fn issue(&self, now: UnixMillis, rng: &mut impl CryptoRng) -> Challenge {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        let challenge = Challenge(bytes);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(oldest) = open.order.front().copied() {
            let stale = open.expiry.get(&oldest).is_none_or(|expiry| *expiry <= now);
            if !stale && open.order.len() < CHALLENGES_MAX {
                break;
            }
            open.order.pop_front();
            open.expiry.remove(&oldest);
        }
        open.expiry.insert(challenge, now.plus(CHALLENGE_VALID_MILLIS));
        open.order.push_back(challenge);
        challenge
    }

    /// Uses a challenge up. False if it was never given out, was used, or is too old.
    pub fn redeem(&self, challenge: &Challenge, now: UnixMillis) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.expiry.remove(challenge).is_some_and(|expiry| now < expiry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use carekey_crypto::test_rng;

    #[test]
    fn a_challenge_is_good_once_and_for_a_minute() {
        let (challenges, mut rng) = (Challenges::default(), test_rng(1));
        let start = UnixMillis(1_000);
        let challenge = challenges.issue(start, &mut rng);
        assert!(challenges.redeem(&challenge, start));
        assert!(!challenges.redeem(&challenge, start), "used");
        let late = challenges.issue(start, &mut rng);
        assert!(!challenges.redeem(&late, start.plus(CHALLENGE_VALID_MILLIS)), "expired");
        assert!(!challenges.redeem(&Challenge([0; 32]), start), "never given out");
    }

    #[test]
    fn there_are_never_more_than_the_bound() {
        let (challenges, mut rng) = (Challenges::default(), test_rng(2));
        let first = challenges.issue(UnixMillis(0), &mut rng);
        for _ in 0..CHALLENGES_MAX {
            challenges.issue(UnixMillis(0), &mut rng);
        }
        assert!(!challenges.redeem(&first, UnixMillis(0)), "the oldest made room");
        let open = challenges.open.lock().expect("unpoisoned");
        assert_eq!(open.order.len(), CHALLENGES_MAX);
        assert_eq!(open.expiry.len(), CHALLENGES_MAX);
    }
}
