//! Places where a test kills the process, to see what survives. Nothing without the feature `failpoints`, which only
//! tests switch on.

/// Names the place to die at, in the environment of the process that is to die.
#[cfg(feature = "failpoints")]
const DIE_AT: &str = "CAREKEY_WALLET_DIES_AT";

/// Dies here, like by a SIGKILL (nothing is flushed, nothing is dropped), if the test asked for it by name.
#[cfg(feature = "failpoints")]
pub(crate) fn reach(name: &str) {
    if std::env::var(DIE_AT).is_ok_and(|wanted| wanted == name) {
        std::process::abort();
    }
}

/// Nothing.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub(crate) fn reach(_: &str) {}
