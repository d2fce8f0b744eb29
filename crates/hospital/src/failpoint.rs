//! Places where a test kills the process, to see what survives. Compiled to nothing outside this crate's tests.

/// Dies here, without destructors, if the test asked for it by name.
#[cfg(test)]
pub(crate) fn reach(name: &str) {
    if std::env::var(DIE_AT).is_ok_and(|wanted| wanted == name) {
        // Like a SIGKILL: nothing is flushed, nothing is dropped.
        std::process::abort();
    }
}

/// Nothing.
#[cfg(not(test))]
#[inline(always)]
pub(crate) fn reach(_: &str) {}

#[cfg(test)]
const DIE_AT: &str = "CAREKEY_DIE_AT";

/// Runs one `#[ignore]`d test of this binary in a process of its own that dies at `name`, and says whether it did.
#[cfg(test)]
pub(crate) fn run_until(test: &str, name: &str, dir: &std::path::Path) -> bool {
    let status = std::process::Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env(DIE_AT, name)
        .env(DIR, dir)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .expect("the child runs");
    // 0: it lived; 101: it panicked somewhere else.
    !matches!(status.code(), Some(0 | 101))
}

/// The directory a child test was given; none when the test is not run as a child.
#[cfg(test)]
pub(crate) fn child_dir() -> Option<std::path::PathBuf> {
    std::env::var_os(DIR).map(Into::into)
}

#[cfg(test)]
const DIR: &str = "CAREKEY_CHILD_DIR";
