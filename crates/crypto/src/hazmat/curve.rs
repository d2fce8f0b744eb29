//! secp256k1 points and scalars.

use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::ops::Reduce;
use k256::elliptic_curve::sec1::ToSec1Point;
use k256::{AffinePoint, FieldBytes, NonZeroScalar, ProjectivePoint, Scalar};

use crate::safe::digest::Digest;
use crate::safe::keys::PublicKey;

/// Digest mod q; zero has probability 2^-256 and is mapped to one so that the function is total.
pub(crate) fn scalar_from_digest(digest: &Digest) -> NonZeroScalar {
    let reduced = <Scalar as Reduce<FieldBytes>>::reduce(&digest.0.into());
    Option::<NonZeroScalar>::from(NonZeroScalar::new(reduced))
        .unwrap_or_else(|| Option::from(NonZeroScalar::new(Scalar::ONE)).unwrap_or_else(|| unreachable!()))
}

/// Exact parse: refuses zero and values of q or above.
pub(crate) fn scalar_from_bytes(bytes: &[u8; 32]) -> Option<NonZeroScalar> {
    let scalar: Option<Scalar> = Scalar::from_repr((*bytes).into()).into();
    scalar.and_then(|scalar| NonZeroScalar::new(scalar).into())
}

/// SEC1-compressed encoding; `None` for the identity.
pub(crate) fn encode(point: &AffinePoint) -> Option<PublicKey> {
    let bytes = point.to_sec1_point(true);
    Some(PublicKey::from_trusted(bytes.as_bytes().try_into().ok()?))
}

/// `scalar · point`, in constant time.
pub(crate) fn multiply(point: &PublicKey, scalar: &NonZeroScalar) -> ProjectivePoint {
    ProjectivePoint::from(point.to_affine()) * **scalar
}
