//! From 24 words back to the entropy they stand for (BIP-39).

use carekey_crypto::{RecoveryWords, Secret32, words_beginning_with};
use zeroize::Zeroizing;

/// Each word stands for 11 bits, its place in the list; after 256 bits of entropy come 8 bits of checksum, which
/// parsing has verified.
pub(crate) fn entropy(words: &RecoveryWords) -> Secret32 {
    const WORD_BITS: usize = 11;
    let list = words_beginning_with("");
    let mut entropy = Zeroizing::new([0_u8; 32]);
    for (place, word) in words.words().enumerate() {
        let Ok(index) = list.binary_search(&word) else { unreachable!() };
        for bit in 0..WORD_BITS {
            let at = place * WORD_BITS + bit;
            if at < 256 && index >> (WORD_BITS - 1 - bit) & 1 == 1 {
                entropy[at / 8] |= 1 << (7 - at % 8);
            }
        }
    }
    Secret32::from_bytes(*entropy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_entropy_stand_for_each_other() {
        for seed in 0..50 {
            let fresh = Secret32::generate(&mut carekey_crypto::test_rng(seed));
            assert!(entropy(&RecoveryWords::from_entropy(fresh.expose())) == fresh, "seed {seed}");
        }
    }
}
