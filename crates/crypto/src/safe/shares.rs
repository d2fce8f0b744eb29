//! A secret split among people: any k of n parts bring it back, k − 1 say nothing (Shamir, 1979).
//!
//! Each of the 32 bytes has its own polynomial over GF(2⁸) (AES's field, x⁸ + x⁴ + x³ + x + 1); part i holds the values at
//! x = i. The arithmetic is `vsss-rs`'s: without tables or branches on secrets.
//!
//! A part is not authenticated here: a wrong one gives a wrong secret and no error. What the parts belong to, and how a
//! wrong one is recognised, is the protocol's business.

use borsh::{BorshDeserialize, BorshSerialize};
use rand_core::CryptoRng;
use vsss_rs::{Gf256, IdentifierGf256};
use zeroize::Zeroizing;

use super::secret::Secret32;

/// Most parts of one secret. More people than this nobody keeps in touch with.
pub const SHARES_MAX: u8 = 16;

/// Fewest parts that may bring a secret back: one alone would be the secret.
pub const THRESHOLD_MIN: u8 = 2;

/// One part of a secret. Worthless without k − 1 others; secret all the same.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SecretShare {
    /// x, from 1.
    pub index: u8,
    /// The values at x.
    pub value: Secret32,
}

/// Why a secret cannot be split or combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// Not 2 ≤ k ≤ n ≤ [`SHARES_MAX`].
    #[error("{threshold} of {count} parts is not between 2 of 2 and 16 of 16")]
    OutOfBounds {
        /// k.
        threshold: u8,
        /// n.
        count: u8,
    },
    /// Fewer than two parts, or more than there can be.
    #[error("{found} parts cannot be combined")]
    WrongCount {
        /// How many there are.
        found: usize,
    },
    /// Two parts with the same place, or one with a place that no part has.
    #[error("the parts' places do not fit together")]
    WrongIndex,
}

/// Splits `secret` into `count` parts, of which any `threshold` bring it back.
///
/// # Errors
/// [`ShareError::OutOfBounds`].
pub fn split_secret(
    rng: &mut impl CryptoRng,
    secret: &Secret32,
    threshold: u8,
    count: u8,
) -> Result<Vec<SecretShare>, ShareError> {
    let refused = ShareError::OutOfBounds { threshold, count };
    if threshold < THRESHOLD_MIN || threshold > count || count > SHARES_MAX {
        return Err(refused);
    }
    let places = (1..=count).map(|place| IdentifierGf256(Gf256(place)));
    let split =
        Gf256::split_bytes_with_participant_ids_iter(threshold.into(), count.into(), secret.expose(), rng, places);
    split.map_err(|_| refused)?.into_iter().map(|part| parse(&Zeroizing::new(part)).ok_or(refused)).collect()
}

/// The secret that `shares` determine. Exactly k parts of one splitting give what was split; anything else gives another
/// secret, and no error.
///
/// # Errors
/// [`ShareError::WrongCount`], [`ShareError::WrongIndex`].
pub fn combine_shares(shares: &[SecretShare]) -> Result<Secret32, ShareError> {
    if shares.len() < usize::from(THRESHOLD_MIN) || shares.len() > usize::from(SHARES_MAX) {
        return Err(ShareError::WrongCount { found: shares.len() });
    }
    let mut seen = [false; SHARES_MAX as usize + 1];
    for share in shares {
        match seen.get_mut(usize::from(share.index)) {
            Some(place) if share.index != 0 && !*place => *place = true,
            _ => return Err(ShareError::WrongIndex),
        }
    }
    let parts: Zeroizing<Vec<Vec<u8>>> = Zeroizing::new(shares.iter().map(encode).collect());
    let secret = Zeroizing::new(Gf256::combine_bytes(&*parts).map_err(|_| ShareError::WrongIndex)?);
    let bytes: &[u8; 32] = secret.as_slice().try_into().map_err(|_| ShareError::WrongIndex)?;
    Ok(Secret32::from_bytes(*bytes))
}

/// x ‖ values, as `vsss-rs` has them.
fn encode(share: &SecretShare) -> Vec<u8> {
    // Room for all, so that growing leaves no copy behind.
    let mut part = Vec::with_capacity(33);
    part.push(share.index);
    part.extend_from_slice(share.value.expose());
    part
}

fn parse(part: &[u8]) -> Option<SecretShare> {
    let (&index, value) = part.split_first()?;
    Some(SecretShare { index, value: Secret32::from_bytes(*<&[u8; 32]>::try_from(value).ok()?) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_rng;

    /// Multiplication in AES's field as a school book has it.
    fn times(mut a: u8, mut b: u8) -> u8 {
        let mut product = 0;
        while b > 0 {
            if b & 1 == 1 {
                product ^= a;
            }
            a = (a << 1) ^ if a & 0x80 == 0 { 0 } else { 0x1b };
            b >>= 1;
        }
        product
    }

    fn inverse(a: u8) -> u8 {
        (1..=255).find(|b| times(a, *b) == 1).unwrap()
    }

    /// The value at `x` of the polynomial through `points`.
    fn at(x: u8, points: &[(u8, u8)]) -> u8 {
        points.iter().fold(0, |sum, (xi, yi)| {
            let others = points.iter().filter(|(xj, _)| xj != xi);
            sum ^ others.fold(*yi, |term, (xj, _)| times(times(term, x ^ xj), inverse(xi ^ xj)))
        })
    }

    #[test]
    fn parts_are_points_of_polynomials_over_the_field_of_aes() {
        assert_eq!(times(0x57, 0x83), 0xc1, "FIPS 197 §4.2");
        let secret = Secret32::generate(&mut test_rng(1));
        let shares = split_secret(&mut test_rng(2), &secret, 3, 5).unwrap();
        for byte in 0..32 {
            let points: Vec<_> = shares.iter().map(|share| (share.index, share.value.expose()[byte])).collect();
            assert_eq!(at(0, &points[..3]), secret.expose()[byte], "the secret is the value at 0");
            assert_eq!(at(4, &points[..3]), points[3].1, "of degree 2");
            assert_eq!(at(5, &points[..3]), points[4].1);
        }
    }

    #[test]
    fn fewer_parts_than_agreed_lead_elsewhere() {
        let secret = Secret32::generate(&mut test_rng(1));
        let shares = split_secret(&mut test_rng(2), &secret, 3, 5).unwrap();
        assert!(combine_shares(&shares[1..4]).unwrap() == secret);
        assert!(combine_shares(&shares[..2]).unwrap() != secret);
        assert_eq!(combine_shares(&shares[..1]), Err(ShareError::WrongCount { found: 1 }));
    }

    #[test]
    fn parts_of_two_splittings_do_not_mix() {
        let secret = Secret32::generate(&mut test_rng(1));
        let old = split_secret(&mut test_rng(2), &secret, 2, 3).unwrap();
        let new = split_secret(&mut test_rng(3), &secret, 2, 3).unwrap();
        assert!(combine_shares(&[old[0].clone(), new[1].clone()]).unwrap() != secret);
    }

    #[test]
    fn what_cannot_be_split_or_combined_is_refused() {
        let secret = Secret32::generate(&mut test_rng(1));
        for (threshold, count) in [(0, 3), (1, 3), (4, 3), (2, 17), (0, 0)] {
            let refused = Err(ShareError::OutOfBounds { threshold, count });
            assert_eq!(split_secret(&mut test_rng(2), &secret, threshold, count), refused);
        }
        let shares = split_secret(&mut test_rng(2), &secret, 2, 2).unwrap();
        let with = |index| SecretShare { index, ..shares[1].clone() };
        assert_eq!(combine_shares(&[shares[0].clone(), with(1)]), Err(ShareError::WrongIndex), "twice the same place");
        assert_eq!(combine_shares(&[shares[0].clone(), with(0)]), Err(ShareError::WrongIndex), "the secret's place");
        assert_eq!(combine_shares(&[shares[0].clone(), with(17)]), Err(ShareError::WrongIndex));
    }

    /// Of a part of two, every value of a byte is about as frequent: what one holder has says nothing.
    #[test]
    fn one_part_looks_the_same_whatever_was_split() {
        let mut rng = test_rng(5);
        for byte in [0, 0xff] {
            let mut seen = [0_u32; 256];
            for _ in 0..1000 {
                let shares = split_secret(&mut rng, &Secret32::from_bytes([byte; 32]), 2, 2).unwrap();
                shares[1].value.expose().iter().for_each(|value| seen[usize::from(*value)] += 1);
            }
            // 32,000 draws among 256 values: 125 expected, standard deviation 11.
            assert!(seen.iter().all(|count| (60..200).contains(count)), "{seen:?}");
        }
    }
}
