//! carekey-sample

pub mod documents;
