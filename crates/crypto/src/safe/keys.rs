//! secp256k1 key pairs, ECDSA signatures, and the tweak that expands one key into many pseudonyms.

use core::fmt;

use borsh::io::{Error as IoError, ErrorKind, Read, Write};
use borsh::{BorshDeserialize, BorshSerialize};
use k256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::sec1::FromSec1Point;
use k256::{AffinePoint, NonZeroScalar, ProjectivePoint, Scalar, Sec1Point};
use rand_core::CryptoRng;
use zeroize::Zeroize;

use super::digest::{Digest, tagged_hash};
use super::labels;
use super::secret::Secret32;
use crate::hazmat::curve;

/// Bytes that are not a key of this suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a compressed SEC1 encoding of a curve point other than the identity.
    #[error("not a compressed secp256k1 point")]
    NotAPoint,
    /// Zero, or not below the group order q.
    #[error("not a secp256k1 secret scalar")]
    NotAScalar,
    /// A tweak led to the identity or to zero: astronomically unlikely unless it was aimed at.
    #[error("tweak leads to the identity")]
    TweakToIdentity,
}

/// The signature does not belong to this key and message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("signature does not verify")]
pub struct SignatureInvalid;

/// A point on secp256k1, never the identity: SEC1-compressed, 33 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 33]);

impl PublicKey {
    /// Parses a compressed point.
    ///
    /// # Errors
    /// [`KeyError::NotAPoint`] for anything that is not on the curve, or is the identity.
    pub fn from_bytes(bytes: [u8; 33]) -> Result<Self, KeyError> {
        parse_point(&bytes).map(|_| Self(bytes)).ok_or(KeyError::NotAPoint)
    }

    pub(crate) fn from_trusted(bytes: [u8; 33]) -> Self {
        Self(bytes)
    }

    /// The compressed encoding.
    pub fn as_bytes(&self) -> &[u8; 33] {
        &self.0
    }

    /// Checks an ECDSA signature over H(tag, parts); high-S signatures are refused.
    ///
    /// # Errors
    /// [`SignatureInvalid`], with no further detail.
    pub fn verify(&self, tag: &str, parts: &[&[u8]], signature: &Signature) -> Result<(), SignatureInvalid> {
        let parsed = k256::ecdsa::Signature::from_slice(&signature.0).map_err(|_| SignatureInvalid)?;
        if parsed.normalize_s() != parsed {
            return Err(SignatureInvalid);
        }
        let key = k256::ecdsa::VerifyingKey::from_affine(self.to_affine()).map_err(|_| SignatureInvalid)?;
        key.verify_prehash(&tagged_hash(tag, parts).0, &parsed).map_err(|_| SignatureInvalid)
    }

    /// P + (offset mod q)·G: the public half of [`SecretKey::tweak`].
    ///
    /// # Errors
    /// [`KeyError::TweakToIdentity`] if the sum is the identity.
    pub fn tweak(&self, offset: &Digest) -> Result<Self, KeyError> {
        let offset = curve::scalar_from_digest(offset);
        let sum = ProjectivePoint::from(self.to_affine()) + ProjectivePoint::GENERATOR * *offset;
        curve::encode(&sum.to_affine()).ok_or(KeyError::TweakToIdentity)
    }

    pub(crate) fn to_affine(self) -> AffinePoint {
        // Every constructor has parsed these bytes.
        parse_point(&self.0).unwrap_or(AffinePoint::GENERATOR)
    }
}

pub(crate) fn parse_point(bytes: &[u8; 33]) -> Option<AffinePoint> {
    let encoded = Sec1Point::from_bytes(bytes).ok()?;
    let point: AffinePoint = Option::from(AffinePoint::from_sec1_point(&encoded))?;
    (point != AffinePoint::IDENTITY).then_some(point)
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..5].iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…")
    }
}

impl BorshSerialize for PublicKey {
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<(), IoError> {
        self.0.serialize(writer)
    }
}

impl BorshDeserialize for PublicKey {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self, IoError> {
        let bytes = <[u8; 33]>::deserialize_reader(reader)?;
        Self::from_bytes(bytes).map_err(|error| IoError::new(ErrorKind::InvalidData, error))
    }
}

/// An ECDSA signature r ‖ s, 64 bytes, low-S.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Signature(pub [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..4].iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…")
    }
}

/// A secret scalar; erased when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(NonZeroScalar);

impl SecretKey {
    /// A fresh random key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self::from_secret(&Secret32::generate(rng))
    }

    /// The key determined by a derived secret: H("key", secret) mod q.
    pub fn from_secret(secret: &Secret32) -> Self {
        let mut digest = tagged_hash(labels::KEY, &[secret.expose()]);
        let key = Self(curve::scalar_from_digest(&digest));
        digest.0.zeroize();
        key
    }

    /// Parses 32 big-endian bytes (as BIP-32 yields them, or a key file holds them).
    ///
    /// # Errors
    /// [`KeyError::NotAScalar`] for zero or a value of q or above.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        curve::scalar_from_bytes(bytes).map(Self).ok_or(KeyError::NotAScalar)
    }

    /// The scalar as 32 big-endian bytes, for a key file or the keyring.
    pub fn to_secret(&self) -> Secret32 {
        Secret32::from_bytes(self.0.to_repr().into())
    }

    /// The matching public key.
    pub fn public(&self) -> PublicKey {
        let point = ProjectivePoint::GENERATOR * *self.0;
        // A non-zero scalar never gives the identity.
        curve::encode(&point.to_affine()).unwrap_or_else(|| unreachable!())
    }

    /// ECDSA over H(tag, parts) with the RFC 6979 nonce, low-S.
    pub fn sign(&self, tag: &str, parts: &[&[u8]]) -> Signature {
        let key = k256::ecdsa::SigningKey::from(self.0);
        // Fails only for digests shorter than half the field; ours have 32 bytes.
        let signature: k256::ecdsa::Signature =
            key.sign_prehash(&tagged_hash(tag, parts).0).unwrap_or_else(|_| unreachable!());
        Signature(signature.normalize_s().to_bytes().into())
    }

    /// p + (offset mod q): key expansion as in BIP-32, without its chain code.
    ///
    /// # Errors
    /// [`KeyError::TweakToIdentity`] if the sum is zero.
    pub fn tweak(&self, offset: &Digest) -> Result<Self, KeyError> {
        let sum: Scalar = *self.0 + *curve::scalar_from_digest(offset);
        Option::from(NonZeroScalar::new(sum)).map(Self).ok_or(KeyError::TweakToIdentity)
    }

    pub(crate) fn scalar(&self) -> &NonZeroScalar {
        &self.0
    }
}

impl Drop for SecretKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_rng;

    #[test]
    fn a_signature_holds_for_its_message_only() {
        let key = SecretKey::generate(&mut test_rng(1));
        let signature = key.sign("t", &[b"message"]);
        assert!(key.public().verify("t", &[b"message"], &signature).is_ok());
        assert!(key.public().verify("t", &[b"messagf"], &signature).is_err());
        assert!(key.public().verify("u", &[b"message"], &signature).is_err(), "another tag is another message");
    }

    #[test]
    fn high_s_is_refused() {
        let key = SecretKey::generate(&mut test_rng(2));
        let signature = key.sign("t", &[b"m"]);
        let parsed = k256::ecdsa::Signature::from_slice(&signature.0).unwrap();
        let high = k256::ecdsa::Signature::from_scalars(parsed.r(), -*parsed.s()).unwrap();
        let high = Signature(high.to_bytes().into());
        assert_eq!(key.public().verify("t", &[b"m"], &high), Err(SignatureInvalid));
    }

    #[test]
    fn tweaked_halves_still_match() {
        let key = SecretKey::generate(&mut test_rng(3));
        let offset = tagged_hash("x", &[b"7"]);
        assert_eq!(key.tweak(&offset).unwrap().public(), key.public().tweak(&offset).unwrap());
    }

    #[test]
    fn points_off_the_curve_are_refused() {
        assert_eq!(PublicKey::from_bytes([0; 33]), Err(KeyError::NotAPoint));
        assert_eq!(PublicKey::from_bytes([0xff; 33]), Err(KeyError::NotAPoint));
        assert!(borsh::from_slice::<PublicKey>(&[2; 32]).is_err());
    }

    #[test]
    fn generator_times_one_is_the_generator() {
        let mut one = [0; 32];
        one[31] = 1;
        let key = SecretKey::from_bytes(&one).unwrap();
        assert_eq!(key.public().to_string(), "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    }
}
