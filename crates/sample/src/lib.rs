//! carekey-sample
