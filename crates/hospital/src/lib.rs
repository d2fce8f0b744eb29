//! carekey-hospital
