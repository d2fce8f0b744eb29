//! What must hold before a record is shown: every check by name, in order (S2 Alg. 5 steps 14–17).

use std::io::{Read, Write};

use carekey_crypto::{Digest, ExpectedRecord, OpenedRecord, PublicKey, SealError, Secret32, open_record};
use carekey_protocol::record::{RecordMetadata, anchor_hash};
use carekey_protocol::{NetworkId, ParticipantId, RecordRef, decode};

/// The checks a reader makes, in their order. The first that fails is what the person is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// K opens under the pass (S2 Alg. 5 step 14).
    Key,
    /// The anchor stands in a certified block.
    Ledger,
    /// The anchor is the one for this record.
    Anchor,
    /// eh1 equals what the received bytes give (step 16).
    Content,
    /// Every chunk opens (step 17).
    Seal,
    /// The metadata can be read and names this patient and record.
    Metadata,
    /// The author's certificate was issued by this network's authority.
    AuthorCertificate,
    /// The author signed this record for this patient.
    AuthorSignature,
}

/// A record that is not what it should be. Nothing of it is shown.
#[derive(Debug, thiserror::Error)]
#[error("the record failed the check `{check:?}`: {reason}")]
pub struct Withheld {
    /// Which check failed.
    pub check: Check,
    /// What exactly was found.
    pub reason: String,
}

impl Withheld {
    pub(crate) fn new(check: Check, reason: impl ToString) -> Self {
        Self { check, reason: reason.to_string() }
    }
}

/// Why a record cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A check failed.
    #[error(transparent)]
    Withheld(#[from] Withheld),
    /// The local copy could not be read, or the destination could not be written.
    #[error("cannot read or write on this computer: {0}")]
    Io(#[source] SealError),
}

/// What the reader knows about a record before opening it.
#[derive(Debug, Clone)]
pub(crate) struct Expected<'a> {
    pub(crate) network: NetworkId,
    pub(crate) authority: &'a PublicKey,
    pub(crate) patient: ParticipantId,
    pub(crate) reference: RecordRef,
    pub(crate) bytes: ExpectedBytes<'a>,
}

/// How the received bytes are known to be the right ones.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ExpectedBytes<'a> {
    /// By the anchor on the ledger.
    Anchored { reference: RecordRef, anchor_hash: Digest, blind: &'a Secret32 },
    /// By what this wallet sealed itself, a moment ago.
    Sealed { content_root: Digest, sealed_bytes: u64 },
}

impl ExpectedBytes<'_> {
    fn check(&self, reference: &RecordRef, content_root: &Digest, sealed_bytes: u64) -> Result<(), Withheld> {
        let is_expected = match self {
            Self::Anchored { reference: anchored, .. } if anchored != reference => {
                return Err(Withheld::new(Check::Anchor, "the anchor is for another record"));
            }
            Self::Anchored { anchor_hash: eh1, blind, .. } => anchor_hash(blind, content_root, sealed_bytes) == *eh1,
            Self::Sealed { content_root: root, sealed_bytes: bytes } => (root, *bytes) == (content_root, sealed_bytes),
        };
        if is_expected {
            Ok(())
        } else {
            Err(Withheld::new(Check::Content, "the received bytes are not the anchored ones"))
        }
    }
}

/// Steps 16 and 17: opens the sealed record in `source` into `sink`. What was written to `sink` may be used only if
/// this returns `Ok`.
pub(crate) fn open_verified(
    record_key: &Secret32,
    expected: &Expected<'_>,
    sealed_bytes: u64,
    content_root: Digest,
    source: &mut (impl Read + Send),
    sink: &mut impl Write,
) -> Result<(RecordMetadata, OpenedRecord), VerifyError> {
    expected.bytes.check(&expected.reference, &content_root, sealed_bytes)?;
    let opened = open_record(record_key, source, sink, Some(&ExpectedRecord { content_root, sealed_bytes })).map_err(
        |error| match error {
            SealError::Read(_) | SealError::Write(_) => VerifyError::Io(error),
            fault => Withheld::new(Check::Seal, fault).into(),
        },
    )?;
    let metadata: RecordMetadata = decode(&opened.metadata).map_err(|error| Withheld::new(Check::Metadata, error))?;
    if metadata.patient != expected.patient {
        return Err(Withheld::new(Check::Metadata, "the record was written for somebody else").into());
    }
    if metadata.reference != expected.reference {
        return Err(Withheld::new(Check::Metadata, "the record inside is another one").into());
    }
    metadata
        .author
        .verify_issuer(expected.network, expected.authority)
        .map_err(|error| Withheld::new(Check::AuthorCertificate, error))?;
    metadata
        .verify(&opened.summary.signed_root, &opened.author_signature)
        .map_err(|error| Withheld::new(Check::AuthorSignature, error))?;
    Ok((metadata, opened))
}
