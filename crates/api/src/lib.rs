//! carekey-api
