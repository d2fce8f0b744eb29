//! The number a person reads to a holder on the telephone: 16 digits that only one new computer has.
//!
//! ```text
//! h = Argon2id("recovery-number", network ‖ E);   15 digits = first 8 bytes of h (LE) mod 10¹⁵;   16th = Luhn check digit
//! meeting point m = key(Argon2id("recovery-meeting", network ‖ 15 digits as u64 LE));   the call lies in a note to m·G
//! ```
//! The number need not be kept secret: it commits to E. Whoever overhears it would have to find another key with the same
//! number, at a fraction of a second and 64 MiB for each of 10¹⁵ tries.

use std::fmt;
use std::str::FromStr;

use carekey_crypto::{PublicKey, SecretKey, stretch};

use crate::id::NetworkId;
use crate::labels;

/// 10¹⁵.
const NUMBERS: u64 = 1_000_000_000_000_000;
const DIGITS: usize = 16;

/// The number of one call for help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallNumber(u64);

/// Why typed digits are not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not 16 digits.
    #[error("{found} digits instead of 16")]
    WrongCount {
        /// How many there are.
        found: usize,
    },
    /// Something that is not a digit, a space or a dash.
    #[error("not only digits")]
    NotDigits,
    /// A digit was mistaken, or two were swapped.
    #[error("a digit is wrong")]
    Slip,
}

impl CallNumber {
    /// The number of a new computer's key. Takes a fraction of a second, on purpose.
    pub fn of(network: NetworkId, caller: &PublicKey) -> Self {
        let stretched = stretch(labels::RECOVERY_NUMBER, &[network.0.0.as_slice(), caller.as_bytes()].concat());
        let mut first = [0; 8];
        first.copy_from_slice(&stretched.expose()[..8]);
        // 2⁶⁴ is 18,447 times 10¹⁵: no digit is noticeably more frequent.
        Self(u64::from_le_bytes(first) % NUMBERS)
    }

    /// The key under which the call lies in the mailboxes. Takes a fraction of a second, on purpose.
    pub fn meeting_point(self, network: NetworkId) -> SecretKey {
        let input = [network.0.0.as_slice(), &self.0.to_le_bytes()].concat();
        SecretKey::from_secret(&stretch(labels::RECOVERY_MEETING, &input))
    }

    fn digits(self) -> String {
        let digits = format!("{:015}", self.0);
        let check = (10 - luhn(&format!("{digits}0")) % 10) % 10;
        format!("{digits}{check}")
    }
}

/// ISO/IEC 7812-1 annex B: every second digit from the right doubled, the digits of all added.
fn luhn(digits: &str) -> u32 {
    let digits = digits.bytes().rev().map(|digit| u32::from(digit - b'0')).enumerate();
    digits.map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }).sum()
}

/// Four groups of four.
impl fmt::Display for CallNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                f.write_str(" ")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl FromStr for CallNumber {
    type Err = NumberError;

    /// As people type it: spaces and dashes anywhere.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let typed = text.chars().filter(|c| !c.is_whitespace() && *c != '-' && *c != '–').take(DIGITS * 4);
        let digits: String = typed.collect();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberError::NotDigits);
        }
        if digits.len() != DIGITS {
            return Err(NumberError::WrongCount { found: digits.len() });
        }
        if !luhn(&digits).is_multiple_of(10) {
            return Err(NumberError::Slip);
        }
        digits[..DIGITS - 1].parse().map(Self).map_err(|_| NumberError::NotDigits)
    }
}

#[cfg(test)]
mod tests {
    use carekey_crypto::{Digest, test_rng};
    use proptest::prelude::*;

    use super::*;

    const NETWORK: NetworkId = NetworkId(Digest([7; 32]));

    fn caller(seed: u64) -> PublicKey {
        SecretKey::generate(&mut test_rng(seed)).public()
    }

    #[test]
    fn a_number_that_was_read_out_and_typed_leads_to_the_same_place() {
        let number = CallNumber::of(NETWORK, &caller(1));
        let typed: CallNumber = format!(" {} ", number.to_string().replace(' ', "-")).parse().unwrap();
        assert_eq!(typed, number);
        assert_eq!(typed.meeting_point(NETWORK).public(), number.meeting_point(NETWORK).public());
        let elsewhere = NetworkId(Digest([8; 32]));
        assert_ne!(CallNumber::of(elsewhere, &caller(1)), number, "another network, another number");
        assert_ne!(number.meeting_point(elsewhere).public(), number.meeting_point(NETWORK).public());
    }

    #[test]
    fn a_number_of_a_key_stays_the_same_in_all_versions() {
        assert_eq!(CallNumber::of(NETWORK, &caller(1)).to_string(), "6684 6347 5242 7399");
    }

    #[test]
    fn slips_are_noticed_before_anybody_is_asked() {
        // The number that card companies publish for trying out.
        assert_eq!("4111 1111 1111 1111".parse::<CallNumber>().map(|number| number.0), Ok(411_111_111_111_111));
        assert_eq!("4111 1111 1111 1112".parse::<CallNumber>(), Err(NumberError::Slip));
        assert_eq!("1411 1111 1111 1111".parse::<CallNumber>(), Err(NumberError::Slip), "two digits swapped");
        assert_eq!("4111 1111 1111 111".parse::<CallNumber>(), Err(NumberError::WrongCount { found: 15 }));
        assert_eq!("4111 1111 1111 111one".parse::<CallNumber>(), Err(NumberError::NotDigits));
        assert_eq!("".parse::<CallNumber>(), Err(NumberError::WrongCount { found: 0 }));
        assert_eq!("٧٩٩٢".parse::<CallNumber>(), Err(NumberError::NotDigits), "other scripts' digits");
    }

    proptest! {
        #[test]
        fn every_wrong_digit_is_noticed(number in 0..NUMBERS, place in 0usize..16, add in 1u8..10) {
            let digits = CallNumber(number).digits();
            prop_assert_eq!(digits.parse::<CallNumber>(), Ok(CallNumber(number)));
            let mut wrong = digits.into_bytes();
            wrong[place] = b'0' + (wrong[place] - b'0' + add) % 10;
            prop_assert_eq!(String::from_utf8(wrong).unwrap().parse::<CallNumber>(), Err(NumberError::Slip));
        }

        #[test]
        fn anything_typed_is_a_number_or_not(text in ".{0,80}") {
            let _ = text.parse::<CallNumber>();
        }
    }
}
