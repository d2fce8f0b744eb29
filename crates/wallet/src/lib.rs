//! carekey-wallet
