//! Linux and its relatives: the Secret Service (GNOME Keyring, KWallet, KeePassXC) over D-Bus.

use std::error::Error as _;
use std::sync::Arc;

use keyring_core::{CredentialStore, Error};
use secret_service::EncryptionType;
use secret_service::blocking::SecretService;

use super::NO_COLLECTION;
use crate::custody::keyring::KeyringStatus;

pub(in crate::custody) fn store() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

/// Asks about the default collection, where the store will put our entry. Never opens a prompt.
pub(in crate::custody) fn status() -> KeyringStatus {
    let asked = SecretService::connect(EncryptionType::Dh)
        .and_then(|service| service.get_default_collection().and_then(|collection| collection.is_locked()));
    match asked {
        Ok(false) => KeyringStatus::Ready,
        Ok(true) => KeyringStatus::Locked,
        Err(secret_service::Error::NoResult) => KeyringStatus::Missing { why: NO_COLLECTION.into() },
        Err(error) => KeyringStatus::Missing { why: error.to_string() },
    }
}

/// The store reports a service without a default collection as if it were locked.
pub(in crate::custody) fn has_no_collection(error: &Error) -> bool {
    matches!(native(error), Some(secret_service::Error::NoResult))
}

/// Dismissed prompts, and a keyring that was locked between finding our entry and reading it.
pub(in crate::custody) fn is_locked(error: &Error) -> bool {
    match native(error) {
        Some(secret_service::Error::Locked | secret_service::Error::Prompt) => true,
        Some(secret_service::Error::Zbus(error)) => error.to_string().contains("org.freedesktop.Secret.Error.IsLocked"),
        _ => false,
    }
}

fn native(error: &Error) -> Option<&secret_service::Error> {
    error.source()?.downcast_ref()
}
