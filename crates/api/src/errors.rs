//! The one place where failures get their code and their sentence.

use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::path::Path;

use carekey_network::enrolment::AuthorityRefusal;
use carekey_network::{NetworkError, NetworkFileError};
use carekey_protocol::access::Refusal;
use carekey_wallet::WalletError;
use carekey_wallet::backup::BackupError;
use carekey_wallet::custody::CustodyError;
use carekey_wallet::reading::{Check, Withheld};
use carekey_wallet::vault::VaultError;

use crate::types::{ErrorCode, ErrorView};

/// A failure about which its code says everything.
pub(crate) fn plain(code: ErrorCode) -> ErrorView {
    ErrorView { code, message: sentence(code).to_owned(), detail: None }
}

/// A failure with more to know.
pub(crate) fn with_detail(code: ErrorCode, detail: impl Display) -> ErrorView {
    ErrorView { detail: Some(detail.to_string()), ..plain(code) }
}

/// A field of a request that is out of bounds.
pub(crate) fn invalid(why: impl Display) -> ErrorView {
    with_detail(ErrorCode::InvalidRequest, why)
}

/// Something unforeseen.
pub(crate) fn internal(why: impl Display) -> ErrorView {
    with_detail(ErrorCode::Internal, why)
}

/// A file that was to be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> ErrorView {
    with_detail(ErrorCode::FileUnreadable, format_args!("{}: {error}", path.display()))
}

/// A file that was to be written.
pub(crate) fn unwritable(path: &Path, error: &io::Error) -> ErrorView {
    with_detail(writing(error), format_args!("{}: {error}", path.display()))
}

impl From<WalletError> for ErrorView {
    fn from(error: WalletError) -> Self {
        with_detail(code_of(&error), &error)
    }
}

impl From<CustodyError> for ErrorView {
    fn from(error: CustodyError) -> Self {
        with_detail(custody(&error), &error)
    }
}

impl From<BackupError> for ErrorView {
    fn from(error: BackupError) -> Self {
        let code = match &error {
            BackupError::Damaged(_) | BackupError::Newer => ErrorCode::BackupInvalid,
            BackupError::WrongPassphrase => ErrorCode::WrongPassphrase,
            BackupError::TooLarge => ErrorCode::FileTooLarge,
            BackupError::Cancelled => ErrorCode::Cancelled,
            BackupError::Disk { source, .. } => file(source),
        };
        with_detail(code, &error)
    }
}

impl From<NetworkFileError> for ErrorView {
    fn from(error: NetworkFileError) -> Self {
        with_detail(ErrorCode::WrongNetwork, &error)
    }
}

fn code_of(error: &WalletError) -> ErrorCode {
    match error {
        WalletError::Vault(error) => vault(error),
        WalletError::Custody(error) => custody(error),
        WalletError::Network(error) => network(error),
        WalletError::NetworkFile(_) => ErrorCode::WrongNetwork,
        WalletError::NotEnrolled => ErrorCode::NotEnrolled,
        WalletError::Authority(refusal) => authority(*refusal),
        WalletError::Refused(refusal) => refused(*refusal),
        WalletError::HospitalRefused(_) => ErrorCode::AccessRefused,
        WalletError::TransactionRefused(_) => ErrorCode::ProofInvalid,
        WalletError::LedgerForged { .. } => ErrorCode::HospitalUntrusted,
        WalletError::Withheld(withheld) => code_of_withheld(withheld),
        WalletError::Seal(error) => seal(error),
        WalletError::NotFound { .. } => ErrorCode::NotFound,
        WalletError::AlreadyGranted => ErrorCode::AlreadyGranted,
        WalletError::OutOfPlace(_) => ErrorCode::OutOfPlace,
        WalletError::TooMany { .. } => ErrorCode::InvalidRequest,
        WalletError::CardInvalid => ErrorCode::ContactCardInvalid,
        WalletError::SplitImpossible => ErrorCode::RecoveryImpossible,
        WalletError::CallNotFound => ErrorCode::HelpCallNotFound,
        WalletError::CallStopped => ErrorCode::HelpStopped,
        WalletError::PartsMissing => ErrorCode::InvalidRequest,
        WalletError::PartsWrong => ErrorCode::HelpPartsWrong,
        WalletError::NoPseudonyms => ErrorCode::Offline,
        WalletError::Cancelled => ErrorCode::Cancelled,
        WalletError::File { source, .. } => file(source),
        WalletError::TooLarge { .. } => ErrorCode::FileTooLarge,
        WalletError::Note(_) | WalletError::Outbox(_) => ErrorCode::Internal,
    }
}

fn vault(error: &VaultError) -> ErrorCode {
    match error {
        VaultError::WrongKey { .. } => ErrorCode::KeysOfAnother,
        VaultError::Missing { .. } | VaultError::Damaged { .. } => ErrorCode::VaultDamaged,
        VaultError::NotFound { .. } => ErrorCode::NotFound,
        VaultError::DiskFull { .. } => ErrorCode::DiskFull,
        VaultError::Disk { source, .. } => writing(source),
        VaultError::Exists { .. }
        | VaultError::InUse { .. }
        | VaultError::Newer { .. }
        | VaultError::Conflict { .. }
        | VaultError::Engine(_) => ErrorCode::Internal,
    }
}

fn custody(error: &CustodyError) -> ErrorCode {
    match error {
        CustodyError::KeyringMissing { .. } | CustodyError::KeyringFailed { .. } => ErrorCode::KeyringMissing,
        CustodyError::KeyringLocked => ErrorCode::KeyringLocked,
        CustodyError::KeyringEntryGone | CustodyError::KeyringEntryDamaged => ErrorCode::KeyringEntryMissing,
        CustodyError::KeysOfAnother { .. } => ErrorCode::KeysOfAnother,
        CustodyError::WrongPassphrase => ErrorCode::WrongPassphrase,
        CustodyError::LockedOut { .. } => ErrorCode::LockedOut,
        CustodyError::PinTooEasy { .. } => ErrorCode::PinTooEasy,
        CustodyError::PassphraseTooShort { .. } | CustodyError::OtherKeeper { .. } => ErrorCode::InvalidRequest,
        CustodyError::PassphraseFileDamaged { .. }
        | CustodyError::PassphraseFileGone { .. }
        | CustodyError::ProfileDamaged { .. } => ErrorCode::VaultDamaged,
        CustodyError::ProfileMissing { .. } => ErrorCode::NotFound,
        CustodyError::ProfileNewer { .. } | CustodyError::ProfileExists { .. } => ErrorCode::Internal,
        CustodyError::Disk { source, .. } => writing(source),
    }
}

fn network(error: &NetworkError) -> ErrorCode {
    use carekey_network::Refusal as Busy;
    match error {
        NetworkError::UnknownPeer { .. }
        | NetworkError::Unreachable { .. }
        | NetworkError::Timeout { .. }
        | NetworkError::Closed
        | NetworkError::Refused(Busy::Busy | Busy::Unavailable | Busy::Full) => ErrorCode::HospitalUnreachable,
        NetworkError::Refused(Busy::NotFound) => ErrorCode::NotFound,
        NetworkError::Refused(Busy::NotAllowed) => ErrorCode::AccessRefused,
        NetworkError::WrongPeer { .. }
        | NetworkError::Malformed { .. }
        | NetworkError::Unsupported { .. }
        | NetworkError::Corrupted
        | NetworkError::Refused(Busy::Malformed | Busy::Corrupted) => ErrorCode::HospitalUntrusted,
        NetworkError::TooLarge { .. } | NetworkError::Refused(Busy::TooLarge) => ErrorCode::FileTooLarge,
        NetworkError::ShutDown => ErrorCode::Offline,
        NetworkError::Io(error) => file(error),
        NetworkError::Listen { .. } | NetworkError::AlreadyServed { .. } => ErrorCode::Internal,
    }
}

fn authority(refusal: AuthorityRefusal) -> ErrorCode {
    match refusal {
        AuthorityRefusal::Revoked => ErrorCode::CertificateRevoked,
        AuthorityRefusal::NotRegistered => ErrorCode::NotEnrolled,
        AuthorityRefusal::Unavailable => ErrorCode::HospitalUnreachable,
        AuthorityRefusal::CodeUnknown
        | AuthorityRefusal::CodeUsed
        | AuthorityRefusal::CodeExpired
        | AuthorityRefusal::OfferForged
        | AuthorityRefusal::RequestForged
        | AuthorityRefusal::ClockSkew
        | AuthorityRefusal::AlreadyRegistered => ErrorCode::EnrolmentRefused,
    }
}

/// A hospital's check that did not hold.
pub(crate) fn refused(refusal: Refusal) -> ErrorCode {
    match refusal {
        Refusal::CertificateNotYetValid | Refusal::CertificateExpired => ErrorCode::CertificateExpired,
        Refusal::CertificateRevoked => ErrorCode::CertificateRevoked,
        Refusal::Expired => ErrorCode::GrantExpired,
        Refusal::Revoked => ErrorCode::GrantRevoked,
        Refusal::Erased => ErrorCode::RecordErased,
        Refusal::CertificateForged
        | Refusal::NotFresh
        | Refusal::NotGranted
        | Refusal::PassForged
        | Refusal::WrongGrantee
        | Refusal::OutOfScope
        | Refusal::NotYetValid => ErrorCode::AccessRefused,
    }
}

fn code_of_withheld(withheld: &Withheld) -> ErrorCode {
    match withheld.check {
        Check::Key | Check::Content | Check::Seal => ErrorCode::RecordAltered,
        Check::Ledger | Check::Anchor | Check::Metadata | Check::AuthorCertificate | Check::AuthorSignature => {
            ErrorCode::ProofInvalid
        }
    }
}

fn seal(error: &carekey_crypto::SealError) -> ErrorCode {
    use carekey_crypto::SealError;
    match error {
        SealError::SourceChanged { .. } => ErrorCode::FileChanged,
        SealError::Read(_) => ErrorCode::FileUnreadable,
        SealError::Write(error) => writing(error),
        SealError::TooLong => ErrorCode::FileTooLarge,
        _ => ErrorCode::RecordAltered,
    }
}

fn file(error: &io::Error) -> ErrorCode {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
        ErrorKind::ReadOnlyFilesystem => ErrorCode::FileUnwritable,
        _ => ErrorCode::FileUnreadable,
    }
}

fn writing(error: &io::Error) -> ErrorCode {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
        _ => ErrorCode::FileUnwritable,
    }
}

/// One plain sentence for logs and the command line; the window has its own, in the person's language.
fn sentence(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidRequest => "This request cannot be understood.",
        ErrorCode::UnknownCommand => "There is no such command.",
        ErrorCode::NotFound => "This does not exist, or not any more.",
        ErrorCode::NoProfile => "No profile is open.",
        ErrorCode::Locked => "The profile is locked.",
        ErrorCode::WrongPassphrase => "The passphrase or PIN does not open this wallet.",
        ErrorCode::KeysOfAnother => "The keys that were found are those of another person.",
        ErrorCode::LockedOut => "Too many wrong tries; the next one is allowed later.",
        ErrorCode::PinTooEasy => "This PIN is too easy to guess.",
        ErrorCode::KeyringMissing => "This computer has no key store, or it does not answer.",
        ErrorCode::KeyringLocked => "The key store is locked.",
        ErrorCode::KeyringEntryMissing => "The key store does not hold the keys of this wallet.",
        ErrorCode::WordsInvalid => "These are not the 24 words of a wallet.",
        ErrorCode::WordsMismatch => "These are not the words that were shown.",
        ErrorCode::EnrolmentRefused => "The health authority did not accept this code.",
        ErrorCode::NotEnrolled => "This person is not registered yet.",
        ErrorCode::Offline => "No hospital can be reached.",
        ErrorCode::HospitalUnreachable => "The hospital cannot be reached.",
        ErrorCode::HospitalUntrusted => "A hospital gave an answer that does not check out; it was not used.",
        ErrorCode::WrongNetwork => "The network file or invitation is damaged, or belongs to another network.",
        ErrorCode::LedgerStale => "The ledger's state is too old to rely on.",
        ErrorCode::AccessRefused => "The hospital refused: there is no permission for this.",
        ErrorCode::GrantRevoked => "The patient has stopped sharing this.",
        ErrorCode::GrantExpired => "The permission has ended.",
        ErrorCode::AlreadyGranted => "This person can already see this.",
        ErrorCode::OutOfPlace => "Meanwhile this was answered, called off, or is over.",
        ErrorCode::CertificateExpired => "A certificate has run out.",
        ErrorCode::CertificateRevoked => "A certificate was withdrawn.",
        ErrorCode::RecordAltered => "The record is not what its author signed; it is not shown.",
        ErrorCode::ProofInvalid => "A proof about the record does not hold; it is not shown.",
        ErrorCode::RecordErased => "The record was erased.",
        ErrorCode::ContactCardInvalid => "This is not a contact card of this network.",
        ErrorCode::RecoveryImpossible => "Recovery cannot be shared among these people in this way.",
        ErrorCode::HelpNumberInvalid => "This is not a number of a call for help.",
        ErrorCode::HelpCallNotFound => "No call for help has this number.",
        ErrorCode::HelpStopped => "The patient has stopped this recovery.",
        ErrorCode::HelpPartsWrong => "The parts that arrived do not lead to the patient's keys.",
        ErrorCode::LinkUnknown => "This is not a link, card or code of CareKey.",
        ErrorCode::FileUnreadable => "The file does not exist or cannot be read.",
        ErrorCode::FileChanged => "The file changed while it was read.",
        ErrorCode::FileEmpty => "The file is empty.",
        ErrorCode::RecordPending => "This record is not confirmed yet.",
        ErrorCode::FileTooLarge => "The file is too large.",
        ErrorCode::FileUnwritable => "The file cannot be written there.",
        ErrorCode::DiskFull => "No space is left on the disk.",
        ErrorCode::BackupInvalid => "This is not a complete backup.",
        ErrorCode::VaultDamaged => "This computer's copy is damaged; the 24 words bring everything back.",
        ErrorCode::Cancelled => "Cancelled.",
        ErrorCode::Internal => "Something unforeseen went wrong.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(error: WalletError) -> ErrorCode {
        ErrorView::from(error).code
    }

    #[test]
    fn what_a_person_can_act_on_has_a_code_of_its_own() {
        assert_eq!(code(WalletError::Refused(Refusal::Revoked)), ErrorCode::GrantRevoked);
        assert_eq!(code(WalletError::Refused(Refusal::NotGranted)), ErrorCode::AccessRefused);
        assert_eq!(code(WalletError::Authority(AuthorityRefusal::CodeUsed)), ErrorCode::EnrolmentRefused);
        assert_eq!(code(WalletError::Network(NetworkError::Closed)), ErrorCode::HospitalUnreachable);
        assert_eq!(code(WalletError::Custody(CustodyError::KeyringLocked)), ErrorCode::KeyringLocked);
        let full = || io::Error::from(ErrorKind::StorageFull);
        assert_eq!(code(WalletError::File { path: "x".into(), source: full() }), ErrorCode::DiskFull);
        assert_eq!(code(WalletError::Seal(carekey_crypto::SealError::Write(full()))), ErrorCode::DiskFull);
        let changed = carekey_crypto::SealError::SourceChanged { announced: 2, read: 1 };
        assert_eq!(code(WalletError::Seal(changed)), ErrorCode::FileChanged);
    }

    #[test]
    fn the_sentence_is_plain_and_the_detail_says_what_exactly() {
        let view = ErrorView::from(WalletError::Authority(AuthorityRefusal::CodeExpired));
        assert_eq!(view.message, "The health authority did not accept this code.");
        assert!(view.detail.is_some_and(|detail| detail.contains("expired")));
    }
}
