//! carekey-protocol
