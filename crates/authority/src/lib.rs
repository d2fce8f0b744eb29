//! carekey-authority
