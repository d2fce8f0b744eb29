//! The two secrets a profile begins with, the device's part of a PIN, and their encodings at rest.

use carekey_crypto::{Secret32, tagged_hash};
use rand_core::CryptoRng;
use secrecy::{ExposeSecret, SecretString};
use zeroize::{Zeroize, Zeroizing};

use super::keyring::Kept;

/// What custody keeps. Prints `<redacted>`, erases itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootMaterial {
    /// 256 bits of BIP-39 entropy: the 24 words. All other keys of the person derive from it.
    pub entropy: Secret32,
    /// The vault's key: random and known to this device only, so the words alone do not open a copied database.
    pub vault_key: Secret32,
}

/// Version ‖ entropy ‖ vault key ‖ check.
const ENCODED_BYTES: usize = 1 + 32 + 32 + CHECK_BYTES;
const CHECK_BYTES: usize = 4;
const VERSION: u8 = 1;

impl RootMaterial {
    /// Fresh words and a fresh vault key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self { entropy: Secret32::generate(rng), vault_key: Secret32::generate(rng) }
    }

    /// Known words on a new device: the vault key is this device's own.
    pub fn restore(rng: &mut impl CryptoRng, entropy: Secret32) -> Self {
        Self { entropy, vault_key: Secret32::generate(rng) }
    }
}

impl Kept for RootMaterial {
    /// Version 1 ‖ entropy ‖ vault key ‖ first 4 bytes of H("root-material", all before).
    ///
    /// The check is for keyrings, which authenticate nothing towards us; it tells damage from another person's keys.
    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(ENCODED_BYTES));
        bytes.push(VERSION);
        bytes.extend_from_slice(self.entropy.expose());
        bytes.extend_from_slice(self.vault_key.expose());
        let check = check("root-material", &bytes);
        bytes.extend_from_slice(&check);
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (body, found) = bytes.split_last_chunk::<CHECK_BYTES>()?;
        let (&[version], secrets) = body.split_first_chunk::<1>()?;
        let (entropy, vault_key) = secrets.split_first_chunk::<32>()?;
        let vault_key: &[u8; 32] = vault_key.try_into().ok()?;
        (version == VERSION && check("root-material", body) == *found)
            .then(|| Self { entropy: Secret32::from_bytes(*entropy), vault_key: Secret32::from_bytes(*vault_key) })
    }
}

/// What the keyring adds to a PIN: random, of this computer only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DeviceSecret(Secret32);

impl DeviceSecret {
    pub(super) fn generate(rng: &mut impl CryptoRng) -> Self {
        Self(Secret32::generate(rng))
    }

    /// What Argon2id is given: 64 hexadecimal digits of the device secret, then the PIN.
    pub(super) fn with_pin(&self, pin: &SecretString) -> SecretString {
        let digits = hex(self.0.expose());
        let mut joined = Zeroizing::new(String::with_capacity(digits.len() + pin.expose_secret().len()));
        joined.push_str(&digits);
        joined.push_str(pin.expose_secret());
        SecretString::from(joined.as_str())
    }
}

impl Kept for DeviceSecret {
    /// Version 1 ‖ secret ‖ first 4 bytes of H("device-secret", all before).
    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(1 + 32 + CHECK_BYTES));
        bytes.push(VERSION);
        bytes.extend_from_slice(self.0.expose());
        let check = check("device-secret", &bytes);
        bytes.extend_from_slice(&check);
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (body, found) = bytes.split_last_chunk::<CHECK_BYTES>()?;
        let (&[version], secret) = body.split_first_chunk::<1>()?;
        let secret: &[u8; 32] = secret.try_into().ok()?;
        (version == VERSION && check("device-secret", body) == *found).then(|| Self(Secret32::from_bytes(*secret)))
    }
}

fn check(of: &str, body: &[u8]) -> [u8; CHECK_BYTES] {
    let mut digest = tagged_hash(of, &[body]);
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&digest.0[..CHECK_BYTES]);
    digest.0.zeroize();
    check
}

/// Lower-case hexadecimal, erased when dropped.
pub(crate) fn hex(bytes: &[u8]) -> Zeroizing<String> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    // Reserved in full: growing would leave a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// The reverse of [`hex`]; `None` for anything else.
pub(super) fn unhex(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let (pairs, []) = text.as_chunks::<2>() else { return None };
    let mut bytes = Zeroizing::new(Vec::with_capacity(pairs.len()));
    for [high, low] in pairs {
        bytes.push(digit(*high)? << 4 | digit(*low)?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn root() -> RootMaterial {
        RootMaterial::generate(&mut carekey_crypto::test_rng(7))
    }

    #[test]
    fn it_does_not_print() {
        assert_eq!(format!("{:?}", root()), "RootMaterial { entropy: <redacted>, vault_key: <redacted> }");
    }

    #[test]
    fn words_on_a_new_device_get_a_vault_key_of_their_own() {
        let again = RootMaterial::restore(&mut carekey_crypto::test_rng(8), root().entropy);
        assert_eq!(again.entropy, root().entropy);
        assert_ne!(again.vault_key, root().vault_key);
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_noticed() {
        let encoded = root().encode();
        assert_eq!(RootMaterial::decode(&encoded), Some(root()));
        for i in 0..encoded.len() {
            let mut changed = encoded.clone();
            changed[i] ^= 1;
            assert_eq!(RootMaterial::decode(&changed), None, "byte {i}");
            assert_eq!(RootMaterial::decode(&encoded[..i]), None, "cut at {i}");
        }
        assert_eq!(RootMaterial::decode(&[encoded.as_slice(), &[0]].concat()), None, "trailing byte");
    }

    #[test]
    fn the_device_secret_reads_back_and_is_never_taken_for_the_root() {
        let device = DeviceSecret::generate(&mut carekey_crypto::test_rng(9));
        assert_eq!(DeviceSecret::decode(&device.encode()), Some(device.clone()));
        assert_eq!(RootMaterial::decode(&device.encode()), None);
        assert_eq!(DeviceSecret::decode(&root().encode()), None);
        assert!(device.with_pin(&"482915".into()).expose_secret().ends_with("482915"));
        assert_eq!(device.with_pin(&"482915".into()).expose_secret().len(), 70);
        assert_eq!(format!("{device:?}"), "DeviceSecret(<redacted>)");
    }

    proptest! {
        #[test]
        fn hex_round_trips(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert_eq!(&*unhex(hex(&bytes).as_bytes()).unwrap(), &bytes);
        }

        #[test]
        fn decoders_are_total(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = unhex(&bytes);
            prop_assert_eq!(RootMaterial::decode(&bytes), None);
            prop_assert_eq!(DeviceSecret::decode(&bytes), None);
        }
    }
}
