//! Who a node is on the wire: a secp256k1 key, as everywhere in CareKey.

use carekey_crypto::{PublicKey, SecretKey};
use libp2p::PeerId;
use libp2p::identity::{self, Keypair};
use rand_core::CryptoRng;

/// The key a node proves in the Noise handshake.
///
/// A hospital's and the authority's are registered and pinned by everyone. A wallet draws a fresh one for each
/// session, so that a hospital cannot link two sessions of one person by it.
#[derive(Clone)]
pub struct NodeKey(Keypair);

impl NodeKey {
    /// A key nobody has seen before.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self::from_secret_key(&SecretKey::generate(rng))
    }

    /// The registered key of a hospital or authority.
    pub fn from_secret_key(secret: &SecretKey) -> Self {
        let mut bytes = *secret.to_secret().expose();
        // `try_from_bytes` refuses zero and values from the group order up, which a `SecretKey` never holds, and
        // wipes `bytes`.
        let secret = identity::secp256k1::SecretKey::try_from_bytes(&mut bytes).unwrap_or_else(|_| unreachable!());
        Self(identity::secp256k1::Keypair::from(secret).into())
    }

    /// The name others dial.
    pub fn peer_id(&self) -> PeerId {
        self.0.public().to_peer_id()
    }

    pub(crate) fn keypair(&self) -> Keypair {
        self.0.clone()
    }
}

impl std::fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NodeKey(<redacted>)")
    }
}

/// The peer id that belongs to a registered key.
pub fn peer_id_of(key: &PublicKey) -> PeerId {
    // A `PublicKey` is a valid compressed point other than the identity: all that libp2p asks for.
    let key = identity::secp256k1::PublicKey::try_from_bytes(key.as_bytes()).unwrap_or_else(|_| unreachable!());
    identity::PublicKey::from(key).to_peer_id()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peer_id_follows_from_the_registered_key() {
        let secret = SecretKey::generate(&mut carekey_crypto::test_rng(1));
        assert_eq!(NodeKey::from_secret_key(&secret).peer_id(), peer_id_of(&secret.public()));
    }

    #[test]
    fn the_secret_is_not_printed() {
        let key = NodeKey::generate(&mut carekey_crypto::test_rng(2));
        assert_eq!(format!("{key:?}"), "NodeKey(<redacted>)");
    }
}
