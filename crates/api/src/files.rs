//! Small things about files and threads that several areas need.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::errors;
use crate::types::ErrorView;

/// Runs work that blocks on a thread that may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ErrorView> + Send + 'static,
) -> Result<T, ErrorView> {
    tokio::task::spawn_blocking(work).await.map_err(errors::internal)?
}

/// A path as the system's dialogs give it.
///
/// # Errors
/// `invalidRequest` for a path that depends on where the program was started.
pub(crate) fn absolute(path: &str) -> Result<PathBuf, ErrorView> {
    let path = PathBuf::from(path);
    if path.is_absolute() { Ok(path) } else { Err(errors::invalid("the path is not absolute")) }
}

/// The last part of a path, for showing.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Replaces a file, complete or not at all.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let partial = path.with_extension("carekey-part");
    let write = || {
        let mut file = fs::File::create(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)
    };
    write().inspect_err(|_| _ = fs::remove_file(&partial))
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    elapsed.as_millis() as u64
}

/// The operating system's randomness.
pub(crate) fn rng() -> impl rand_core::CryptoRng {
    rand_core::UnwrapErr(getrandom::SysRng)
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
