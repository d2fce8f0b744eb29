//! X, Y, Z, K: how a hospital can hand out a record without being able to read it (S2 Alg. 4 steps 6–8).
//!
//! ```text
//! X = h2(kt, H ‖ T1 ‖ 0)   Y = h2(kt, H ‖ T1 ‖ 1)   Yz, Yk = HKDF(Y, "z"), HKDF(Y, "k")
//! Z = txid ⊕ Yz            K = AES-256-GCM(Yk, K_P)
//! ```
//! S2 masks both values with the same Y and gives Y to the server; independent keys and an authenticated wrap close
//! that.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, PublicKey, Secret32, WrapError, h2, unwrap_key, wrap_key};

use crate::certificate::Certificate;
use crate::id::{BlobId, HospitalId, RecordRef, TxId, UnixMillis};
use crate::labels;

/// The public index and the two keys that follow from kt for one record at one hospital.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordAccess {
    /// X: the hospital's index of the entry.
    pub x: Digest,
    mask: Secret32,
    wrapping: Secret32,
}

/// What the hospital stores and hands out, without being able to use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Escrow {
    /// Z: the masked transaction id.
    pub z: [u8; 32],
    /// K: the wrapped record key.
    pub k: [u8; 48],
}

impl RecordAccess {
    /// S2 Alg. 4 step 6, Alg. 5 step 8.
    pub fn derive(kt: &Secret32, hospital: &HospitalId, reference: &RecordRef) -> Self {
        let x = h2(kt, &[&hospital.0, &reference.0, &[0]]);
        let y = h2(kt, &[&hospital.0, &reference.0, &[1]]);
        Self { x: Digest(*x.expose()), mask: y.derive(labels::MASK, &[]), wrapping: y.derive(labels::KEY, &[]) }
    }

    /// S2 Alg. 4 step 7: Z and K.
    pub fn lock(&self, txid: &TxId, record_key: &Secret32) -> Escrow {
        Escrow { z: xor(&txid.0.0, self.mask.expose()), k: wrap_key(&self.wrapping, record_key) }
    }

    /// S2 Alg. 5 step 14: txid and K_P.
    ///
    /// # Errors
    /// [`WrapError`] if K was changed or belongs to another kt.
    pub fn unlock(&self, escrow: &Escrow) -> Result<(TxId, Secret32), WrapError> {
        let record_key = unwrap_key(&self.wrapping, &escrow.k)?;
        Ok((TxId(Digest(xor(&escrow.z, self.mask.expose()))), record_key))
    }
}

/// A row in the hospital's index, as the owner deposits it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Deposit {
    /// X.
    pub x: Digest,
    /// Z and K.
    pub escrow: Escrow,
    /// PK_z of a grant of this one record; for a record in a catalogue, the catalogue's PK_z counts.
    pub authorisation: PublicKey,
    /// The sealed record it opens.
    pub blob: BlobId,
    /// The patient's A_P: receipts are sealed to it.
    pub receipts_to: PublicKey,
    /// After this the hospital erases the record; `UnixMillis::MAX` for never.
    pub retain_until: UnixMillis,
    /// The preimage of the anchor's erasure commitment.
    pub erasure: Secret32,
    /// The catalogue it belongs to; none for a grant of one record.
    pub catalogue: Option<Digest>,
}

/// What the owner of a sealed record may ask of the hospital that holds it. The claim proves ownership; it travels
/// over the encrypted connection to the hospital's registered key only. Each operation is harmless when repeated.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum OwnerOperation {
    /// Leaves the owner's certificate, so that readers who know its identifier can check sig_P. The identifier commits
    /// to the key, so nobody can leave another's.
    Introduce {
        /// The owner's certificate.
        certificate: Box<Certificate>,
    },
    /// Deposits the row of a grant of one record.
    Deposit {
        /// The row; its catalogue is none.
        deposit: Box<Deposit>,
        /// Opens the blob's claim hash.
        claim: Secret32,
    },
    /// Deletes the row of a grant of one record.
    Remove {
        /// X.
        x: Digest,
        /// The record.
        blob: BlobId,
        /// Opens the blob's claim hash.
        claim: Secret32,
    },
}

fn xor(a: &[u8; 32], b: &[u8; 32]) -> [u8; 32] {
    std::array::from_fn(|index| a[index] ^ b[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kt_locks_kt_unlocks() {
        let kt = Secret32::from_bytes([1; 32]);
        let (hospital, reference) = (HospitalId([0, 0, 1]), RecordRef([2; 16]));
        let (txid, key) = (TxId(Digest([3; 32])), Secret32::from_bytes([4; 32]));
        let escrow = RecordAccess::derive(&kt, &hospital, &reference).lock(&txid, &key);
        assert_eq!(RecordAccess::derive(&kt, &hospital, &reference).unlock(&escrow), Ok((txid, key)));
        let elsewhere = RecordAccess::derive(&kt, &HospitalId([0, 0, 2]), &reference);
        assert_eq!(elsewhere.unlock(&escrow), Err(WrapError), "kt is bound to the hospital");
    }

    #[test]
    fn z_and_k_share_no_mask() {
        // S2 as written: Z ⊕ K = txid ⊕ K_P. With a known txid that would give the record key away.
        let access = RecordAccess::derive(&Secret32::from_bytes([1; 32]), &HospitalId([0, 0, 1]), &RecordRef([2; 16]));
        let (txid, key) = (TxId(Digest([3; 32])), [4; 32]);
        let escrow = access.lock(&txid, &Secret32::from_bytes(key));
        let guess = xor(&xor(&escrow.z, &txid.0.0), &escrow.k[..32].try_into().unwrap());
        assert_ne!(guess, key);
    }
}
