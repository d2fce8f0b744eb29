//! carekey-clinical
