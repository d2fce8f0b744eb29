//! One-time enrolment codes: short enough to read out, long enough not to be guessed.

use rand_core::CryptoRng;

/// Characters that no one mistakes for another: no 0 or O, 1, I or L.
const ALPHABET: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";

/// Characters of a code, in groups of four: 59 bits, each guess a request to the authority.
const CHARACTERS: usize = 12;

/// A new code, such as `K7QF-2M9X-ABCD`.
pub(crate) fn generate(rng: &mut impl CryptoRng) -> String {
    let mut code = String::with_capacity(CHARACTERS + 2);
    let mut drawn = 0;
    while drawn < CHARACTERS {
        let mut byte = [0];
        rng.fill_bytes(&mut byte);
        // Bytes that would favour the first characters are drawn again.
        let at = usize::from(byte[0]);
        if at >= 256 / ALPHABET.len() * ALPHABET.len() {
            continue;
        }
        if drawn > 0 && drawn % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[at % ALPHABET.len()]));
        drawn += 1;
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_can_be_read_out() {
        let code = generate(&mut carekey_crypto::test_rng(1));
        let groups: Vec<&str> = code.split('-').collect();
        assert_eq!(groups.len(), 3);
        assert!(groups.iter().all(|group| group.len() == 4 && group.bytes().all(|byte| ALPHABET.contains(&byte))));
        assert_ne!(code, generate(&mut carekey_crypto::test_rng(2)));
    }
}
