//! The one place that knows which operating system this is.

#[cfg(target_os = "macos")]
mod keychain;
#[cfg(target_os = "macos")]
pub(super) use keychain::*;

#[cfg(windows)]
mod credential_manager;
#[cfg(windows)]
pub(super) use credential_manager::*;

#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;
#[cfg(all(unix, not(target_os = "macos")))]
pub(super) use self::secret_service::*;

/// Why a Secret Service that runs may still have no place for us.
pub(super) const NO_COLLECTION: &str = "no keyring has been set up for this login";
