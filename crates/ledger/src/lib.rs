//! carekey-ledger
