//! What can go wrong, as the window is told.

use serde::Serialize;
use ts_rs::TS;

/// Every failure the window knows a sentence for. Codes are stable: they are never renamed, only added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ErrorCode {
    /// The request could not be read, or a field is out of bounds.
    InvalidRequest,
    /// No command has this name.
    UnknownCommand,
    /// The thing asked for does not exist (any more).
    NotFound,
    /// No profile is open in this window.
    NoProfile,
    /// The profile is locked.
    Locked,
    /// The passphrase does not open this wallet.
    WrongPassphrase,
    /// The computer has no key store, or it does not answer.
    KeyringMissing,
    /// The key store is locked.
    KeyringLocked,
    /// The key store has no entry for this wallet.
    KeyringEntryMissing,
    /// The keys that were found are another person's.
    KeysOfAnother,
    /// Too many wrong tries: none is allowed for a while.
    LockedOut,
    /// A new PIN is too short or among the first that everybody tries.
    PinTooEasy,
    /// The words are not a valid set of 24.
    WordsInvalid,
    /// The words typed for confirmation differ from those shown.
    WordsMismatch,
    /// The enrolment code is unknown, used or expired.
    EnrolmentRefused,
    /// The person is not registered yet.
    NotEnrolled,
    /// No hospital can be reached.
    Offline,
    /// The one hospital that is needed cannot be reached.
    HospitalUnreachable,
    /// A hospital answered with something that does not check out.
    HospitalUntrusted,
    /// The network file is damaged or belongs to another network.
    WrongNetwork,
    /// The ledger's head is too old to rely on.
    LedgerStale,
    /// A hospital refused: there is no permission for this.
    AccessRefused,
    /// The permission was stopped by the patient.
    GrantRevoked,
    /// The permission has ended.
    GrantExpired,
    /// This person can already see this.
    AlreadyGranted,
    /// Meanwhile it was answered, called off, or is over.
    OutOfPlace,
    /// A certificate has run out.
    CertificateExpired,
    /// A certificate was withdrawn.
    CertificateRevoked,
    /// The record's content differs from what was signed.
    RecordAltered,
    /// A proof about the record does not hold.
    ProofInvalid,
    /// The record was erased.
    RecordErased,
    /// The record is not confirmed yet; what is asked for has to wait until it is.
    RecordPending,
    /// The contact card could not be read or is not genuine.
    ContactCardInvalid,
    /// Recovery cannot be shared among these people in this way.
    RecoveryImpossible,
    /// Not a number of a call for help.
    HelpNumberInvalid,
    /// No call for help has this number.
    HelpCallNotFound,
    /// The patient has stopped this recovery.
    HelpStopped,
    /// The parts that arrived do not lead to the patient's keys.
    HelpPartsWrong,
    /// The text is no link, card or code of CareKey.
    LinkUnknown,
    /// The file does not exist or may not be read.
    FileUnreadable,
    /// The file changed while it was read.
    FileChanged,
    /// The file is larger than a record may be.
    FileTooLarge,
    /// The file has no bytes.
    FileEmpty,
    /// The file cannot be written there.
    FileUnwritable,
    /// No space is left on the disk.
    DiskFull,
    /// The file is no backup, or not a complete one.
    BackupInvalid,
    /// The local store is damaged.
    VaultDamaged,
    /// The person cancelled.
    Cancelled,
    /// Something unforeseen; the detail says what.
    Internal,
}

/// A failure: the window picks its sentence by `code` and shows `detail` on demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ErrorView {
    /// Which failure.
    pub code: ErrorCode,
    /// One English sentence for logs and the command line.
    pub message: String,
    /// Technical detail, such as the check that failed; never a secret.
    pub detail: Option<String>,
}
