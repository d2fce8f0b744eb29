//! Making, restoring and registering a wallet.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Custody, SecretText};

/// Asks where keys can be kept on this computer.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WalletCustodyRequest {}

/// What the computer's key store says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum KeyringState {
    /// Can be used.
    Ready,
    /// There, but locked.
    Locked,
    /// None, or it does not answer.
    Missing,
}

/// Where keys can be kept on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WalletCustodyView {
    /// The computer's key store.
    pub keyring: KeyringState,
    /// Why it cannot be used, in English.
    pub detail: Option<String>,
}

/// Makes a new wallet in this window.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WalletCreateRequest {
    /// The person's name, as others shall see it.
    pub name: String,
    /// Identifier of the network to belong to; none for the one this program was started with.
    #[ts(optional = nullable)]
    pub network: Option<String>,
    /// Where to keep the keys.
    pub custody: Custody,
    /// The PIN or passphrase; not needed for [`Custody::Keyring`].
    #[ts(optional = nullable)]
    pub passphrase: Option<SecretText>,
}

/// The only time the words leave the program.
#[derive(Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WalletCreated {
    /// The 24 words, in order.
    pub words: Vec<String>,
    /// Places (1 to 24, ascending) the person is asked to type again.
    pub confirm: Vec<u8>,
}

impl std::fmt::Debug for WalletCreated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WalletCreated(<redacted>)")
    }
}

/// The words typed again, in the order of [`WalletCreated::confirm`].
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WalletConfirmWordsRequest {
    /// One word for each place asked for.
    pub words: Vec<SecretText>,
}

/// Brings a wallet back from its words; answers with the task that rebuilds it.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WalletRestoreRequest {
    /// The person's name, until the certificate is found again.
    pub name: String,
    /// Identifier of the network to come back to; none for the one this program was started with.
    #[ts(optional = nullable)]
    pub network: Option<String>,
    /// A profile of this computer that cannot be opened any more and goes when everything is back. It has to be the same
    /// person's.
    #[ts(optional = nullable)]
    pub replaces: Option<String>,
    /// The 24 words, in order.
    pub words: Vec<SecretText>,
    /// Where to keep the keys.
    pub custody: Custody,
    /// The PIN or passphrase; not needed for [`Custody::Keyring`].
    #[ts(optional = nullable)]
    pub passphrase: Option<SecretText>,
}

/// Registers this window's wallet with the code from a hospital's front desk.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WalletEnrolRequest {
    /// The one-time code; spaces and dashes are ignored.
    pub code: String,
}
