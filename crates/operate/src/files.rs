//! A service's directory: the secret in it is its owner's alone.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use carekey_crypto::Secret32;
use zeroize::Zeroizing;

use crate::error::OperateError;

/// Names a file in an error.
pub(crate) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> OperateError {
    let path = path.to_owned();
    move |source| OperateError::File { path, source }
}

/// Makes a directory that only its owner can look into.
pub(crate) fn make_dir(dir: &Path) -> Result<(), OperateError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(at(dir))
}

/// Writes a file that must not be there yet.
pub(crate) fn write_new(path: &Path, text: &str) -> Result<(), OperateError> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(at(path))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(at(path))
}

/// Makes a service's secret, readable for its owner only (mode 0600): 64 hexadecimal digits, which also fit on paper.
pub(crate) fn make_secret(path: &Path) -> Result<Secret32, OperateError> {
    let secret = Secret32::generate(&mut crate::rng());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(at(path))?;
    let mut text = Zeroizing::new(String::with_capacity(65));
    for byte in secret.expose() {
        use std::fmt::Write as _;
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.push('\n');
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(at(path))?;
    Ok(secret)
}

/// Reads a secret, and refuses one that others on this computer can read. systemd's credentials are read-only for the
/// service by an access list, which shows as a group permission; who mounts them guards them.
pub(crate) fn read_secret(path: &Path) -> Result<Secret32, String> {
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
        let is_credential = std::env::var_os("CREDENTIALS_DIRECTORY").is_some_and(|dir| path.starts_with(dir));
        if mode & 0o077 != 0 && !is_credential {
            return Err(format!("others on this computer can read it (mode {mode:04o})"));
        }
    }
    if metadata.len() > 80 {
        return Err("it is not 64 hexadecimal digits".to_owned());
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| error.to_string())?);
    let bytes = from_hex::<32>(text.trim()).ok_or("it is not 64 hexadecimal digits")?;
    Ok(Secret32::from_bytes(bytes))
}

/// Exactly `N` bytes in hexadecimal digits.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = (digit(0)? << 4 | digit(1)?) as u8;
    }
    Some(bytes)
}

/// Bytes in hexadecimal digits.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_secret_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("secret");
        let secret = make_secret(&path).expect("made");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert!(read_secret(&path).expect("read") == secret);
        assert!(make_secret(&path).is_err(), "a secret is never overwritten");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        assert!(read_secret(&path).expect_err("refused").contains("0640"));
    }
}
