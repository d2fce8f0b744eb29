//! Seals a document for a patient into a file of its own (S2 Alg. 4 steps 1 and 2; S1 `Load_File`).

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use carekey_crypto::{SealError, SealOptions, Secret32, SecretKey, WalletKeys, seal_note, seal_record};
use carekey_protocol::derive::{claim_hash, derive_claim, derive_erasure, erasure_commitment};
use carekey_protocol::record::{RecordMetadata, RecordNotice, SignedNotice, anchor_hash};
use carekey_protocol::transaction::{AnchorBody, KIND_ANCHOR};
use carekey_protocol::upload::UploadDraft;
use carekey_protocol::{
    BlobId, Certificate, Collection, HospitalId, NetworkId, RecordRef, Text, TxId, UnixMillis, encode,
};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// A document to be written into somebody's record.
#[derive(Debug, Clone)]
pub struct RecordDraft {
    /// For whom.
    pub patient: Certificate,
    /// Title shown to people.
    pub title: String,
    /// IANA media type.
    pub media_type: String,
    /// Name of the original file; empty if there is none.
    pub file_name: String,
    /// Where the author would put it.
    pub category: Collection,
    /// The date the document speaks of.
    pub document_time: UnixMillis,
    /// The record it replaces.
    pub supersedes: Option<TxId>,
}

/// A sealed record on disk, with what has to be uploaded and anchored for it.
pub(crate) struct Sealed {
    pub(crate) reference: RecordRef,
    pub(crate) ticket: UploadDraft,
    pub(crate) anchor: AnchorBody,
    pub(crate) notice: RecordNotice,
}

/// Seals `source` into `path`, durably: when this returns, the file survives a power cut.
#[expect(clippy::too_many_arguments, reason = "one call site; each is a different kind of thing")]
pub(crate) fn seal_to_file(
    rng: &mut impl CryptoRng,
    keys: &WalletKeys,
    author: &Certificate,
    network: NetworkId,
    hospital: HospitalId,
    draft: &RecordDraft,
    announced_bytes: Option<u64>,
    written: UnixMillis,
    source: &mut (impl Read + Send),
    path: &Path,
) -> Result<Sealed, SealError> {
    let reference = RecordRef(random(rng));
    let metadata = RecordMetadata {
        reference,
        patient: draft.patient.body.id,
        author: author.clone(),
        title: Text::truncated(&draft.title),
        media_type: Text::truncated(&draft.media_type),
        file_name: Text::truncated(&draft.file_name),
        category: draft.category,
        document_time: draft.document_time,
        written,
        supersedes: draft.supersedes,
    };
    let file = File::create(path).map_err(SealError::Write)?;
    let mut sink = BufWriter::new(file);
    let options = SealOptions { announced_bytes, ..SealOptions::default() };
    let sealed =
        seal_record(rng, &encode(&metadata), source, &mut sink, options, |root| metadata.sign(root, &keys.identity))
            .and_then(|sealed| {
                sink.flush().and_then(|()| sink.get_ref().sync_all()).map_err(SealError::Write)?;
                Ok(sealed)
            })
            .inspect_err(|_| _ = fs::remove_file(path))?;

    let notice = RecordNotice {
        record_key: sealed.key.clone(),
        blind: Secret32::generate(rng),
        owner_secret: Secret32::generate(rng),
        content_root: sealed.summary.content_root,
        sealed_bytes: sealed.summary.sealed_bytes,
        hospital,
        blob: BlobId(random(rng)),
        author: author.body.serial,
        category: draft.category,
        document_time: draft.document_time,
        title: Text::truncated(&draft.title),
        media_type: Text::truncated(&draft.media_type),
    };
    let erasure = erasure_commitment(derive_erasure(&notice.owner_secret).expose());
    let ticket = UploadDraft {
        blob: notice.blob,
        sealed_bytes: notice.sealed_bytes,
        content_root: notice.content_root,
        claim_hash: claim_hash(&derive_claim(&notice.owner_secret)),
        erasure,
        certificate: author.clone(),
    };
    let anchor_hash = anchor_hash(&notice.blind, &notice.content_root, notice.sealed_bytes);
    let signed = SignedNotice::new(network, &draft.patient.body.id, &reference, notice.clone(), &keys.identity);
    let plaintext = Zeroizing::new(encode(&signed));
    // A notice's bounded fields stay below the 1,024-byte bucket, so sealing the note cannot fail.
    let note = seal_note(&SecretKey::generate(rng), &draft.patient.body.receiving, KIND_ANCHOR, &plaintext)
        .unwrap_or_else(|_| unreachable!());
    Ok(Sealed { reference, ticket, anchor: AnchorBody { reference, anchor_hash, erasure, note }, notice })
}

fn random<const N: usize>(rng: &mut impl CryptoRng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}
