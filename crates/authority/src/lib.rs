//! The health authority `M`: certifies people and pseudonyms, admits hospitals, revokes, and traces in a dispute.
//!
//! [`Registrar`] holds the decisions and their storage, [`AuthorityService`] puts it on the network. The authority never
//! sees a record, a grant or a collection; what it can do is map a pseudonym to a person, and each time it does so the
//! ledger says so.

mod code;
mod registrar;
mod schema;
mod service;

pub use registrar::{AuthorityError, CODE_VALID_MILLIS, Registrar, RegistrarCounts, RegistrarKeys};
pub use service::{AuthorityConfig, AuthorityService, ServiceError};
