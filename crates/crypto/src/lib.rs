//! carekey-crypto
