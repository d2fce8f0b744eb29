//! `carekey`
fn main() {}
