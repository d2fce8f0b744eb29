//! Everything that can keep a wallet from doing what it was asked.

use carekey_crypto::{NoteError, SealError};
use carekey_network::NetworkError;
use carekey_protocol::access::Refusal;

use crate::custody::CustodyError;
use crate::reading::verify::{VerifyError, Withheld};
use crate::vault::VaultError;
use crate::vault::observations::ObservationKind;

/// Why a wallet could not do something.
#[derive(Debug, thiserror::Error)]
pub enum WalletError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The keyring or the passphrase file.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// The network, or a hospital that cannot be reached.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The network's directory or file is not what it should be.
    #[error("the network file is not valid: {0}")]
    NetworkFile(String),
    /// The wallet has no certificate yet.
    #[error("this person is not registered yet")]
    NotEnrolled,
    /// The authority refused.
    #[error("the health authority refused: {0}")]
    Authority(carekey_network::enrolment::AuthorityRefusal),
    /// A hospital refused an access, naming the failed check.
    #[error("the hospital refused: {0}")]
    Refused(Refusal),
    /// A hospital refused what the owner or author asked.
    #[error("the hospital refused: {0}")]
    HospitalRefused(String),
    /// The ledger will not take a transaction.
    #[error("the ledger refused the transaction: {0}")]
    TransactionRefused(String),
    /// A hospital showed a ledger that does not verify.
    #[error("hospital {hospital} showed a ledger that does not verify: {reason}")]
    LedgerForged {
        /// Which hospital.
        hospital: String,
        /// What does not fit.
        kind: ObservationKind,
        /// What is wrong.
        reason: String,
    },
    /// A record failed a check and is not shown.
    #[error(transparent)]
    Withheld(#[from] Withheld),
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A note does not fit, or does not open.
    #[error("a note could not be made: {0}")]
    Note(#[source] NoteError),
    /// Nothing under this name.
    #[error("{what} was not found")]
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// The same is granted to the same person already.
    #[error("this person has this access already")]
    AlreadyGranted,
    /// More at once than one decision can be made of, or nothing.
    #[error("{asked} records at once; a decision can be about 1 to {max}")]
    TooMany {
        /// How many were asked for.
        asked: usize,
        /// How many can be.
        max: usize,
    },
    /// A contact card that is none, or was not issued here.
    #[error("this is not a contact card of this network")]
    CardInvalid,
    /// What is said does not fit how things stand: an answer to a request that was withdrawn, for instance.
    #[error("this does not fit any more: {0}")]
    OutOfPlace(&'static str),
    /// A recovery that cannot be: too few people, the same twice, or oneself.
    #[error("recovery cannot be shared among these people in this way")]
    SplitImpossible,
    /// No mailbox has a call for help with this number.
    #[error("no mailbox has a call with this number")]
    CallNotFound,
    /// The patient has stopped this call for help.
    #[error("the patient has stopped this recovery")]
    CallStopped,
    /// Not enough parts have arrived.
    #[error("not enough parts have arrived")]
    PartsMissing,
    /// The parts lead to no seed of the patient.
    #[error("the parts do not lead to the patient's keys")]
    PartsWrong,
    /// No pseudonym is left and the authority cannot be reached.
    #[error("the health authority must be reached once before this can be signed")]
    NoPseudonyms,
    /// The person cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A file on this computer.
    #[error("{path}: {source}")]
    File {
        /// Its path.
        path: String,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A file too large for what was asked.
    #[error("the record of {bytes} bytes is too large to be shown; it can be saved to a file")]
    TooLarge {
        /// Its length.
        bytes: u64,
    },
    /// The outbox holds something this version does not know.
    #[error("work left over from another version cannot be done: {0}")]
    Outbox(String),
}

impl From<VerifyError> for WalletError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Withheld(withheld) => Self::Withheld(withheld),
            VerifyError::Io(error) => Self::Seal(error),
        }
    }
}
