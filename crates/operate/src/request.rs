//! The file with which a hospital asks to be admitted.

use std::path::Path;

use carekey_crypto::{PublicKey, Signature};
use carekey_network::{PeerAddress, peer_id_of};
use carekey_protocol::Text;
use carekey_protocol::admission::AdmissionRequest;
use serde::{Deserialize, Serialize};

use crate::error::OperateError;
use crate::files::{at, from_hex, to_hex, write_new};

/// Longest request that is read; it takes some hundred bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    name: String,
    ledger_key: String,
    peer_key: String,
    addresses: String,
    signature: String,
}

/// Writes a request.
pub(crate) fn save(request: &AdmissionRequest, path: &Path) -> Result<(), OperateError> {
    let written = Written {
        name: request.name.to_string(),
        ledger_key: to_hex(request.ledger_key.as_bytes()),
        peer_key: to_hex(request.peer_key.as_bytes()),
        addresses: request.addresses.to_string(),
        signature: to_hex(&request.signature.0),
    };
    let text = serde_json::to_string_pretty(&written).map_err(|error| at(path)(error.into()))?;
    write_new(path, &format!("{text}\n"))
}

/// Reads a request and checks that it is the hospital's own, with an address at which its key answers.
///
/// # Errors
/// [`OperateError`].
pub fn load(path: &Path) -> Result<(AdmissionRequest, PeerAddress), OperateError> {
    let wrong = |what: &str| {
        let path = path.display();
        OperateError::said(format!("{path}: {what}; ask the hospital for the request.json that its `init` made"))
    };
    if std::fs::metadata(path).map_err(at(path))?.len() > FILE_BYTES_MAX {
        return Err(wrong("it is too long for a request"));
    }
    let text = std::fs::read_to_string(path).map_err(at(path))?;
    let written: Written = serde_json::from_str(&text).map_err(|error| wrong(&format!("not a request: {error}")))?;
    let key = |text: &str| from_hex(text).and_then(|bytes| PublicKey::from_bytes(bytes).ok());
    let request = AdmissionRequest {
        name: Text::new(written.name).map_err(|error| wrong(&error.to_string()))?,
        ledger_key: key(&written.ledger_key).ok_or_else(|| wrong("ledgerKey is not a public key"))?,
        peer_key: key(&written.peer_key).ok_or_else(|| wrong("peerKey is not a public key"))?,
        addresses: Text::new(written.addresses).map_err(|error| wrong(&error.to_string()))?,
        signature: Signature(from_hex(&written.signature).ok_or_else(|| wrong("the signature is incomplete"))?),
    };
    request.verify().map_err(|_| wrong("it was changed after the hospital signed it"))?;
    let address: PeerAddress = request.addresses.as_str().parse().map_err(|error| wrong(&format!("{error}")))?;
    if address.peer_id != peer_id_of(&request.peer_key) {
        return Err(wrong("its addresses are for another key"));
    }
    Ok((request, address))
}
