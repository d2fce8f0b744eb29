//! A sample health network in one process: an authority, four hospitals that agree, and people with a past.
//!
//! [`Servers`] are real services on loopback sockets; [`SampleNetwork`] adds invented people, whose wallets and
//! [`documents`] are made through the same calls as anybody's. [`story`] runs the whole protocol with a file of one's
//! own and reports each step.

pub mod documents;
mod error;
mod people;
mod servers;
pub mod story;

pub use error::SampleError;
pub use people::{PASSPHRASE, SampleNetwork, SamplePerson, people};
pub use servers::{EAST, NORTH, SOUTH, Servers, WEST};
