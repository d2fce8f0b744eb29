//! What a new PIN must be.

use secrecy::{ExposeSecret, SecretString};

use super::error::CustodyError;

/// The least number of digits of a new PIN. Six digits and the waiting of [`Lockout`](super::Lockout) are centuries at
/// this computer; away from it the keyring's part of the key is 256 bits.
pub const PIN_DIGITS_MIN: usize = 6;

/// Refuses a PIN that is no PIN, or among the few that everybody tries first.
pub(super) fn check(pin: &SecretString) -> Result<(), CustodyError> {
    let digits = pin.expose_secret().as_bytes();
    let step = |by: i16| digits.windows(2).all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == by);
    let long_enough = digits.len() >= PIN_DIGITS_MIN && digits.iter().all(u8::is_ascii_digit);
    if long_enough && !step(0) && !step(1) && !step(-1) {
        return Ok(());
    }
    Err(CustodyError::PinTooEasy { digits_min: PIN_DIGITS_MIN })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_digits_that_nobody_tries_first() {
        for good in ["482915", "1123581321", "000001"] {
            assert!(check(&good.into()).is_ok(), "{good}");
        }
        for bad in ["", "48291", "48291a", "123456", "987654", "777777", "４８２９１５"] {
            assert!(matches!(check(&bad.into()), Err(CustodyError::PinTooEasy { digits_min: 6 })), "{bad}");
        }
    }
}
