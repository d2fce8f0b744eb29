//! How a hospital asks to be admitted: the keys it made, signed by the one that will sign its blocks.

use carekey_crypto::{PublicKey, SecretKey, Signature, SignatureInvalid};

use crate::codec::encode;
use crate::labels;
use crate::text::Text;

/// What a hospital tells the authority. It names no network: the authority decides to which it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmissionRequest {
    /// Name shown to people.
    pub name: Text<64>,
    /// Will sign blocks, receipts and offers.
    pub ledger_key: PublicKey,
    /// The libp2p identity.
    pub peer_key: PublicKey,
    /// Where it will be reached, in the text form of a peer address.
    pub addresses: Text<1024>,
    /// Proof that the hospital holds the ledger key, and that nobody changed the rest on the way.
    pub signature: Signature,
}

impl AdmissionRequest {
    /// Builds and signs the request.
    pub fn new(name: Text<64>, ledger_key: &SecretKey, peer_key: PublicKey, addresses: Text<1024>) -> Self {
        let public = ledger_key.public();
        let signature = ledger_key.sign(labels::ADMISSION, &[&encode(&(&name, public, peer_key, &addresses))]);
        Self { name, ledger_key: public, peer_key, addresses, signature }
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// [`SignatureInvalid`].
    pub fn verify(&self) -> Result<(), SignatureInvalid> {
        let signed = encode(&(&self.name, self.ledger_key, self.peer_key, &self.addresses));
        self.ledger_key.verify(labels::ADMISSION, &[&signed], &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use carekey_crypto::test_rng;

    #[test]
    fn a_request_that_was_changed_on_the_way_is_refused() {
        let (ledger, peer) = (SecretKey::generate(&mut test_rng(1)), SecretKey::generate(&mut test_rng(2)));
        let request = AdmissionRequest::new(Text::truncated("North"), &ledger, peer.public(), Text::default());
        assert_eq!(request.verify(), Ok(()));
        let elsewhere = AdmissionRequest { peer_key: ledger.public(), ..request };
        assert_eq!(elsewhere.verify(), Err(SignatureInvalid));
    }
}
