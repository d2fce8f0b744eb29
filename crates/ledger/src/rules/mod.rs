//! Which block may follow which: pure functions over a [`StateView`](state::StateView).

pub(crate) mod attach;
pub(crate) mod effects;
pub(crate) mod propose;
pub(crate) mod reason;
pub(crate) mod state;
pub(crate) mod verify;

#[cfg(test)]
mod tests;
