//! What is wrong with an object store, in an operator's words.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use object_store::client::{HttpError, HttpErrorKind};

/// Longest error code of a store that is repeated.
const CODE_BYTES_MAX: usize = 64;

/// Why records cannot be kept in an object store. No variant holds a credential or an answer's text: a store's answer to a
/// bad signature repeats what was signed.
#[derive(Debug, thiserror::Error)]
pub enum RecordStoreError {
    /// The address of the store.
    #[error("the address of the record store, {address:?}, is not of the form s3://bucket or s3://bucket/prefix")]
    Address {
        /// What was configured.
        address: String,
    },
    /// The endpoint; not repeated, for it may hold a password.
    #[error("the endpoint of the record store is not of the form https://host or http://host:port")]
    Endpoint,
    /// Neither a file nor the environment has credentials.
    #[error(
        "there are no credentials for the record store: name a credentials file, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    )]
    CredentialsMissing,
    /// The credentials file cannot be read.
    #[error("the credentials file {} cannot be read: {source}", path.display())]
    CredentialsFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The credentials file can be read by others than its owner.
    #[error("the credentials file {} can be read by others (mode {mode:o}); change it with: chmod 600 {}", path.display(), path.display())]
    CredentialsExposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The credentials file is not understood.
    #[error("line {line} of the credentials file {} is not understood: it holds aws_access_key_id and aws_secret_access_key, each once", path.display())]
    CredentialsMalformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// There is no such bucket.
    #[error("the record store has no bucket {bucket}: create it, or correct the address")]
    BucketMissing {
        /// Its name.
        bucket: String,
    },
    /// The store does not accept the credentials, or they may not do this.
    #[error("the record store refuses these credentials for the bucket {bucket} ({code})")]
    Refused {
        /// The bucket.
        bucket: String,
        /// The store's own word for it.
        code: String,
    },
    /// Nobody answers, or not in time.
    #[error("the record store at {endpoint} cannot be reached: {reason}")]
    Unreachable {
        /// Where it was looked for.
        endpoint: String,
        /// What the operating system says.
        reason: String,
    },
    /// There is no such object.
    #[error("the record store has no such object")]
    NotFound,
    /// An object has another length than what was put there.
    #[error("the record store holds an object of another length than was put there")]
    OtherLength,
    /// Anything else the store says.
    #[error("the record store at {endpoint} answers {code}")]
    Other {
        /// Where.
        endpoint: String,
        /// Its code, or what the client made of its answer.
        code: String,
    },
}

impl RecordStoreError {
    /// Whether it may pass without anybody changing the configuration.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Other { .. })
    }

    pub(super) fn of(error: &object_store::Error, bucket: &str, endpoint: &str) -> Self {
        let code = code_in(&error.to_string());
        if let Some((kind, reason)) = transport(error) {
            if kind != HttpErrorKind::Decode {
                return Self::Unreachable { endpoint: endpoint.to_owned(), reason };
            }
            return Self::Other { endpoint: endpoint.to_owned(), code: reason };
        }
        let bucket = bucket.to_owned();
        match (code.as_deref(), error) {
            (Some("NoSuchBucket"), _) => Self::BucketMissing { bucket },
            (
                Some(
                    code @ ("InvalidAccessKeyId"
                    | "SignatureDoesNotMatch"
                    | "AccessDenied"
                    | "ExpiredToken"
                    | "InvalidToken"
                    | "RequestTimeTooSkewed"),
                ),
                _,
            ) => Self::Refused { bucket, code: code.to_owned() },
            (code, object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. }) => {
                Self::Refused { bucket, code: code.unwrap_or("access denied").to_owned() }
            }
            (_, object_store::Error::NotFound { .. }) => Self::NotFound,
            (code, _) => {
                Self::Other { endpoint: endpoint.to_owned(), code: code.unwrap_or("with an error").to_owned() }
            }
        }
    }
}

/// The transport's failure and the innermost reason for it, if it was the transport that failed.
fn transport(error: &object_store::Error) -> Option<(HttpErrorKind, String)> {
    let (mut kind, mut source): (_, Option<&dyn Error>) = (None, Some(error));
    let mut reason = String::new();
    while let Some(error) = source {
        if let Some(http) = error.downcast_ref::<HttpError>() {
            kind = Some(http.kind());
        }
        reason = error.to_string();
        source = error.source();
    }
    kind.map(|kind| (kind, reason))
}

/// The word in an S3 error's `<Code>` element.
fn code_in(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    (code.len() <= CODE_BYTES_MAX && code.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_code_is_repeated_from_an_answer() {
        let answer = "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>AWS4 SECRET</StringToSign></Error>";
        assert_eq!(code_in(answer).as_deref(), Some("SignatureDoesNotMatch"));
        assert_eq!(code_in("<Code>a <b></Code>"), None);
        let source = answer.into();
        let error = object_store::Error::PermissionDenied { path: "a".to_owned(), source };
        let told = RecordStoreError::of(&error, "bucket", "https://s3.example");
        assert_eq!(
            told.to_string(),
            "the record store refuses these credentials for the bucket bucket (SignatureDoesNotMatch)"
        );
        assert!(!format!("{told:?}").contains("SECRET"));
    }
}
