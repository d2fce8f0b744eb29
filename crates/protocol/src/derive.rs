//! What a wallet derives from its root, so that 24 words bring everything back. Each function names one label.

use carekey_crypto::{Digest, Secret32, SecretKey, tagged_hash};

use crate::collection::Collection;
use crate::labels;

/// E_{c,e} = HKDF(wallet root, "collection" ‖ c ‖ e): the secret of a collection's epoch.
pub fn derive_epoch_secret(root: &Secret32, collection: Collection, epoch: u32) -> Secret32 {
    root.derive(labels::COLLECTION, &[&[collection.index()], &epoch.to_le_bytes()])
}

/// The key whose public half PK_z authorises readers of a collection's epoch.
pub fn derive_collection_authorisation(root: &Secret32, collection: Collection, epoch: u32) -> SecretKey {
    SecretKey::from_secret(
        &root.derive(labels::COLLECTION_AUTHORISATION, &[&[collection.index()], &epoch.to_le_bytes()]),
    )
}

/// The handle under which every hospital keeps the catalogue of that epoch. Derived from E_{c,e}, so a grantee finds
/// the catalogue too.
pub fn derive_catalogue_handle(epoch_secret: &Secret32) -> Digest {
    Digest(*epoch_secret.derive(labels::CATALOGUE, &[]).expose())
}

/// sigma_n: revealed to revoke grant n, known to the patient only.
pub fn derive_sigma(root: &Secret32, n: u64) -> Secret32 {
    root.derive(labels::GRANT, &[&n.to_le_bytes()])
}

/// rho = H("rho", sigma): a pass carries it, a hospital that was shown it recognises the revocation.
pub fn rho(sigma: &[u8; 32]) -> Digest {
    tagged_hash(labels::RHO, &[sigma])
}

/// r_n: the ephemeral secret of grant n's note. Derived, so that a restored wallet recognises its own grants by R_n.
pub fn derive_grant_nonce(root: &Secret32, n: u64) -> SecretKey {
    SecretKey::from_secret(&root.derive(labels::GRANT_NONCE, &[&n.to_le_bytes()]))
}

/// kt of a grant of one record.
pub fn derive_grant_kt(root: &Secret32, n: u64) -> Secret32 {
    root.derive(labels::GRANT_KT, &[&n.to_le_bytes()])
}

/// The authorisation key of a grant of one record.
pub fn derive_grant_authorisation(root: &Secret32, n: u64) -> SecretKey {
    SecretKey::from_secret(&root.derive(labels::GRANT_AUTHORISATION, &[&n.to_le_bytes()]))
}

/// The key of the sender's copy in grant n.
pub fn derive_outgoing(root: &Secret32, n: u64) -> Secret32 {
    root.derive(labels::OUTGOING, &[&n.to_le_bytes()])
}

/// kt = HKDF(E_{c,e}, "kt" ‖ record nonce).
pub fn derive_kt(epoch_secret: &Secret32, record_nonce: &[u8; 16]) -> Secret32 {
    epoch_secret.derive(labels::KT, &[record_nonce])
}

/// The claim with which the owner deposits keys for a sealed record; the hospital keeps [`claim_hash`].
pub fn derive_claim(owner_secret: &Secret32) -> Secret32 {
    owner_secret.derive(labels::CLAIM, &[])
}

/// What a hospital stores to recognise the owner's claim.
pub fn claim_hash(claim: &Secret32) -> Digest {
    tagged_hash(labels::CLAIM_HASH, &[claim.expose()])
}

/// The preimage of an anchor's erasure commitment.
pub fn derive_erasure(owner_secret: &Secret32) -> Secret32 {
    owner_secret.derive(labels::ERASURE, &[])
}

/// The erasure commitment an anchor carries.
pub fn erasure_commitment(preimage: &[u8; 32]) -> Digest {
    tagged_hash(labels::ERASURE_COMMITMENT, &[preimage])
}
