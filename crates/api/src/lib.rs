//! The border of CareKey: what the desktop app, the command line and the tests may ask, and what they get back.
//!
//! The window speaks to the program only through the requests and views in [`types`]. Secrets never cross this border,
//! with two exceptions that have to: the 24 words, once, when a wallet is made, and the passphrase on its way in.

pub mod types;
