//! Windows: the Credential Manager, open while the person is logged in.

use std::sync::Arc;

use keyring_core::{CredentialStore, Error};

use crate::custody::keyring::KeyringStatus;

pub(in crate::custody) fn store() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

pub(in crate::custody) fn status() -> KeyringStatus {
    match store() {
        Ok(_) => KeyringStatus::Ready,
        Err(error) => KeyringStatus::Missing { why: error.to_string() },
    }
}

pub(in crate::custody) fn has_no_collection(_: &Error) -> bool {
    false
}

pub(in crate::custody) fn is_locked(error: &Error) -> bool {
    matches!(error, Error::NoStorageAccess(_))
}
