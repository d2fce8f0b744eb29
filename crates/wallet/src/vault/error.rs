//! Why the vault did not open, or a query failed.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// The vault's errors. None carries SQL or key material.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no vault in this directory. A vault is made by [`Vault::create`](super::Vault::create) only: opening
    /// never makes an empty one in place of a lost one.
    #[error("{} is missing", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// A vault is there already, and is never overwritten.
    #[error("{} exists already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Another window or process has this profile open.
    #[error("{} is open elsewhere", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The vault was made with another key: the secrets are another profile's.
    #[error("{} was made with another key", path.display())]
    WrongKey {
        /// The file.
        path: PathBuf,
    },
    /// Bytes of the file were changed or lost. Restore from the 24 words.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was noticed.
        what: String,
    },
    /// The vault was written by a newer CareKey. Update.
    #[error("vault version {found} is newer than this CareKey's {known}")]
    Newer {
        /// Version of the file.
        found: i64,
        /// Newest version this program knows.
        known: i64,
    },
    /// What was to be added is there already, or contradicts what is there.
    #[error("conflicts with what the vault holds: {what}")]
    Conflict {
        /// The constraint.
        what: String,
    },
    /// A change named a row that is not there.
    #[error("no such {what} in the vault")]
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// The disk is full. Nothing was changed.
    #[error("no space left for {}", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// The disk said no otherwise: read-only, not permitted.
    #[error("{}: {source}", path.display())]
    Disk {
        /// What was being read or written.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The database engine failed in another way, described in its words.
    #[error("database: {0}")]
    Engine(String),
}

impl VaultError {
    pub(super) fn disk(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull => Self::DiskFull { path },
            _ => Self::Disk { path, source },
        }
    }

    pub(super) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), what: what.into() }
    }

    pub(super) fn from_sqlite(path: &Path, error: rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        match error {
            E::SqliteFailure(code, message) => {
                let words = || message.unwrap_or_else(|| code.to_string());
                match code.code {
                    ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::damaged(path, words()),
                    ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::InUse { path: path.to_owned() },
                    ErrorCode::DiskFull => Self::DiskFull { path: path.to_owned() },
                    ErrorCode::ConstraintViolation => Self::Conflict { what: words() },
                    ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly => {
                        Self::Disk { path: path.to_owned(), source: io::Error::other(words()) }
                    }
                    _ => Self::Engine(words()),
                }
            }
            // A page that verifies and a value that does not decode: written by another program, or by a bug.
            E::FromSqlConversionFailure(column, _, why) => Self::damaged(path, format!("column {column}: {why}")),
            E::IntegralValueOutOfRange(column, _) | E::InvalidColumnType(column, ..) | E::Utf8Error(column, _) => {
                Self::damaged(path, format!("column {column} has another type"))
            }
            // Its SQL stays out of the message.
            E::SqlInputError { error, msg, .. } => Self::Engine(format!("{error}: {msg}")),
            E::ToSqlConversionFailure(why) => Self::Engine(why.to_string()),
            other => Self::Engine(other.to_string()),
        }
    }
}
