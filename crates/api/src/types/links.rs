//! What a link, a pasted text or the code in a picture means.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Role;

/// Asks what a text is; nothing is done with it.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LinkOpenRequest {
    /// A `carekey:` link, or what such a link carries; white space around it is ignored.
    pub text: String,
}

/// What it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum LinkView {
    /// Somebody's contact card.
    Contact {
        /// `carecard1…`, as `contacts_add` takes it.
        card: String,
        /// The name on it; the hospitals' signature is checked when it is added.
        name: String,
        /// The role on it.
        role: Role,
    },
    /// An invitation to a network.
    Invitation {
        /// Its text.
        text: String,
    },
    /// Somebody asks for help to recover their key.
    Recovery {
        /// Its text.
        text: String,
    },
    /// A one-time code from a hospital's desk.
    Enrolment {
        /// The code, in groups of four.
        code: String,
    },
}
