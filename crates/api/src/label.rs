//! What the start screen shows of a profile before it is unlocked.

use std::path::Path;

use carekey_protocol::{Certificate, Genesis};
use serde::{Deserialize, Serialize};

use crate::files;
use crate::types::Role;
use crate::views;

const FILE_NAME: &str = "label.json";

/// Name and role, in the clear: anybody who can open the start screen sees them anyway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Label {
    /// The certificate's name; until there is one, the one the person typed.
    pub(crate) name: String,
    pub(crate) role: Role,
    /// Specialty and hospital.
    pub(crate) about: Option<String>,
    pub(crate) enrolled: bool,
    /// What the person calls this profile on this computer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) called: Option<String>,
    /// The network the profile belongs to; none for the one the program is started with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) network: Option<String>,
}

impl Label {
    /// Of a wallet without a certificate.
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), role: Role::Person, about: None, enrolled: false, called: None, network: None }
    }

    /// Of somebody who is registered.
    pub(crate) fn of(certificate: &Certificate, genesis: &Genesis) -> Self {
        let body = &certificate.body;
        let hospital = genesis.hospitals.iter().find(|known| known.id == body.hospital);
        let parts = [body.specialty.as_str(), hospital.map_or("", |known| known.name.as_str())];
        Self {
            name: body.name.to_string(),
            role: views::people::role(body.role),
            about: views::people::about(parts),
            enrolled: true,
            called: None,
            network: None,
        }
    }

    /// The name to show.
    pub(crate) fn shown(&self) -> &str {
        self.called.as_deref().unwrap_or(&self.name)
    }

    /// The same, under what the person calls it.
    pub(crate) fn called(self, called: Option<String>) -> Self {
        Self { called, ..self }
    }

    /// The same, in this network.
    pub(crate) fn at(self, network: Option<String>) -> Self {
        Self { network, ..self }
    }

    /// None if there is no readable label: the profile was never completed.
    pub(crate) fn read(dir: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(dir.join(FILE_NAME)).ok()?).ok()
    }

    pub(crate) fn write(&self, dir: &Path) -> std::io::Result<()> {
        files::replace(&dir.join(FILE_NAME), &serde_json::to_vec_pretty(self)?)
    }
}
