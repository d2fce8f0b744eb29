//! Lines on standard output, without panicking when the reader has gone.

use std::io::{self, Write};

/// Writes a line at once, so that a pipe sees steps as they happen.
pub(crate) fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Writes a line on standard error; when nobody reads that either, there is nobody to tell.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
