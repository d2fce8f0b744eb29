//! Words that several areas share.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Milliseconds since 1970-01-01 00:00 UTC.
pub type Millis = u64;

/// The same for dates of documents, which may lie before 1970.
pub type DocumentMillis = i64;

/// What a person is certified as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Role {
    /// Patient, family member or care taker: one wallet may be all of them.
    Person,
    /// Physician.
    Doctor,
    /// Nurse.
    Nurse,
    /// Laboratory staff.
    Laboratory,
}

/// The drawers records lie in; a grant covers one drawer or one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Collection {
    /// Everything that has no drawer of its own.
    General,
    /// Cardiology.
    Heart,
    /// Prescriptions and medication plans.
    Medication,
    /// Laboratory reports.
    Laboratory,
    /// Psychiatry and psychotherapy.
    MentalHealth,
    /// Readings of the person's own devices.
    Devices,
}

/// Why records are shared or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Purpose {
    /// Care by the person who reads.
    Treatment,
    /// Another clinician's opinion on the same question.
    SecondOpinion,
    /// Watching how something goes on.
    FollowUp,
    /// A family member or care taker who helps.
    FamilyCare,
    /// Anything else; the note says what.
    Other,
}

/// A text that must not be logged: a passphrase or one of the 24 words on its way in.
#[derive(Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(type = "string")]
pub struct SecretText(String);

impl SecretText {
    /// Wraps a secret that came from somewhere else than JSON, such as a prompt.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one call that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Gives the text away, so that the taker can wipe it.
    pub fn into_inner(self) -> String {
        self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// The answer of commands that have nothing to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Done {}

/// A person as others see them: from a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PersonView {
    /// Participant identifier, `care1…`.
    pub id: String,
    /// Display name of the certificate.
    pub name: String,
    /// One to three letters for the round badge.
    pub initials: String,
    /// Certified role.
    pub role: Role,
    /// Specialty as the certificate names it.
    pub specialty: Option<String>,
    /// Name of the hospital of the certificate.
    pub hospital: Option<String>,
    /// True when the person came in through a contact card rather than a hospital's directory.
    pub contact: bool,
    /// What this profile's owner calls them, such as "Mum".
    pub nickname: Option<String>,
}

/// A hospital of the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HospitalView {
    /// Short identifier of the network file.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Answered the last time it was asked.
    pub reachable: bool,
}
