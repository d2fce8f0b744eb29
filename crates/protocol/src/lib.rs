//! What the participants of CareKey say to each other, and what makes it valid: S2 Alg. 1–5 as types and pure functions.
//!
//! Nothing here reads a clock, draws randomness, touches a disk or a socket: times and random bytes are arguments.
//! Moving the messages is `carekey-network`'s task, ordering them `carekey-ledger`'s, keeping the secrets
//! `carekey-wallet`'s.
//!
//! | module | papers |
//! |---|---|
//! | [`genesis`] | S2 Alg. 1 |
//! | [`enrolment`], [`pseudonym`] | S2 Alg. 2, §3.1 |
//! | [`certificate`] | S2 Alg. 3 |
//! | [`record`], [`upload`], [`deposit`], [`catalogue`] | S2 Alg. 4, S1 `Load_File` |
//! | [`pass`], [`grant`] | S2 Alg. 5 steps 1–8 |
//! | [`access`] | S2 Alg. 5 steps 9–14 |
//! | [`recovery`] | beyond the papers: a seed split among people |
//! | [`receipt`], [`transaction`] | PROTOCOL departures: audit, revocation, erasure |
//! | [`message`] | off the ledger: requests, appointments |
//!
//! ```
//! use carekey_crypto::SecretKey;
//! use carekey_protocol::{AuthorityId, HospitalId, ParticipantId};
//! # let mut rng = carekey_crypto::test_rng(1);
//! let key = SecretKey::generate(&mut rng).public();
//! let id = ParticipantId::new(AuthorityId([0, 1]), HospitalId([0, 0, 7]), &key);
//! assert!(id.to_string().starts_with("care1"));
//! assert_eq!(id.to_string().parse(), Ok(id));
//! ```

pub mod access;
pub mod admission;
pub mod catalogue;
pub mod certificate;
pub mod codec;
pub mod collection;
pub mod deposit;
pub mod derive;
pub mod enrolment;
pub mod genesis;
pub mod grant;
pub mod id;
mod labels;
pub mod message;
pub mod pass;
pub mod pseudonym;
pub mod receipt;
pub mod record;
pub mod recovery;
pub mod text;
pub mod transaction;
pub mod upload;

pub use certificate::{Certificate, CertificateBody, CertificateError, Role};
pub use codec::{DecodeError, decode, encode, encoded_length};
pub use collection::{Collection, Collections};
pub use genesis::{Genesis, HospitalRegistration};
pub use id::{
    AuthorityId, BlobId, BlockHeight, CertificateSerial, HospitalId, MessageId, NetworkId, ParticipantId, RecordRef,
    RecoverySetId, TxId, UnixMillis,
};
pub use pass::Pass;
pub use text::Text;
pub use transaction::{Body, Transaction};
