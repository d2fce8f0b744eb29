//! carekey-network
