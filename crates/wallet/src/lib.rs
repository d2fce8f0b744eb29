//! What one person's CareKey knows and does: keys, records, grants.
//!
//! - [`custody`] keeps the root secrets, in the operating system's keyring or in a file under a passphrase.
//! - [`vault`] keeps everything else, in an encrypted database whose key is one of those secrets.
//!
//! [`Wallet`] does what a person asks: it joins ([`Wallet::enrol`]), writes and opens [`records`], gives and stops
//! [`grants`], asks and answers ([`messages`]), reads what others share ([`reading`]), shows who looked ([`access_log`]), and follows the ledger. What it
//! promises lies in the vault's outbox until it is done.
//!
//! A profile is a directory with both. Losing it loses nothing that the 24 words cannot bring back.
//!
//! ```
//! use carekey_wallet::custody::{Custody, Keeper, RootMaterial};
//! use carekey_wallet::vault::{Vault, VaultError, settings};
//! # let mut rng = carekey_crypto::test_rng(1);
//! # let home = tempfile::tempdir().unwrap();
//! # let dir = home.path().join("mia");
//! let custody = Custody::at(&dir);
//! let fresh = RootMaterial::generate(&mut rng);
//! custody.store(&mut rng, &Keeper::Passphrase("a long walk by the sea".into()), &fresh)?;
//!
//! let root = custody.unlock(&Keeper::Passphrase("a long walk by the sea".into()))?;
//! let vault = Vault::create(&dir, &root.vault_key)?;
//! vault.write(|tx| settings::put(tx, "language", "de"))?;
//! assert_eq!(vault.read(|tx| settings::get(tx, "language"))?.as_deref(), Some("de"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

pub mod access_log;
pub mod backup;
pub mod custody;
mod errands;
mod error;
mod events;
mod failpoint;
mod files;
pub mod grants;
mod mailbox;
pub mod messages;
mod people;
pub mod reading;
pub mod records;
pub mod recovery;
mod remote;
mod restore;
mod sync;
pub mod vault;
mod wallet;

pub use error::WalletError;
pub use events::WalletEvent;
pub use remote::{Remote, Sent};
pub use sync::{Bounds, Evidence, HospitalStanding, HospitalState, LedgerState};
pub use wallet::Wallet;
