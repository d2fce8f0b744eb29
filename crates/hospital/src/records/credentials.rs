//! What a hospital shows its object store. Never printed.

use std::fmt;
use std::io::Read as _;
use std::path::Path;

use zeroize::Zeroizing;

use super::store_error::RecordStoreError;

/// A credentials file is a few lines.
const FILE_BYTES_MAX: u64 = 16 * 1024;

/// An access key of an S3 store.
#[derive(Clone)]
pub(super) struct Credentials {
    access_key: Zeroizing<String>,
    secret_key: Zeroizing<String>,
    session_token: Option<Zeroizing<String>>,
}

impl Credentials {
    /// Reads a file in the format of `~/.aws/credentials`, with one profile at most, that nobody but its owner can read.
    pub(super) fn load(path: &Path) -> Result<Self, RecordStoreError> {
        let unreadable = |source| RecordStoreError::CredentialsFile { path: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(unreadable)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = file.metadata().map_err(unreadable)?.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                return Err(RecordStoreError::CredentialsExposed { path: path.to_owned(), mode });
            }
        }
        let mut text = Zeroizing::new(String::new());
        file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(unreadable)?;
        Self::parse(&text).map_err(|line| RecordStoreError::CredentialsMalformed { path: path.to_owned(), line })
    }

    /// Reads the variables that every S3 tool knows.
    pub(super) fn from_environment() -> Result<Self, RecordStoreError> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty()).map(Zeroizing::new);
        match (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
            (Some(access_key), Some(secret_key)) => {
                Ok(Self { access_key, secret_key, session_token: variable("AWS_SESSION_TOKEN") })
            }
            _ => Err(RecordStoreError::CredentialsMissing),
        }
    }

    /// Access key, secret key, session token.
    pub(super) fn expose(&self) -> (&str, &str, Option<&str>) {
        (&self.access_key, &self.secret_key, self.session_token.as_ref().map(|token| token.as_str()))
    }

    /// The error is the number of the line at fault; one past the last if a key is missing.
    fn parse(text: &str) -> Result<Self, usize> {
        let (mut access_key, mut secret_key, mut session_token) = (None, None, None);
        let mut profiles = 0;
        for (line, number) in text.lines().map(str::trim).zip(1..) {
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if line.starts_with('[') {
                profiles += 1;
                // Which of several profiles is meant, nobody said.
                if profiles > 1 {
                    return Err(number);
                }
                continue;
            }
            let (name, value) = line.split_once('=').ok_or(number)?;
            let field = match name.trim() {
                "aws_access_key_id" => &mut access_key,
                "aws_secret_access_key" => &mut secret_key,
                "aws_session_token" => &mut session_token,
                _ => return Err(number),
            };
            let value = Some(value.trim()).filter(|value| !value.is_empty()).ok_or(number)?;
            if field.replace(Zeroizing::new(value.to_owned())).is_some() {
                return Err(number);
            }
        }
        match (access_key, secret_key) {
            (Some(access_key), Some(secret_key)) => Ok(Self { access_key, secret_key, session_token }),
            _ => Err(text.lines().count() + 1),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

#[cfg(test)]
#[cfg(unix)]
pub(super) mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

    use super::*;

    /// A credentials file for the key `carekey`.
    pub(in crate::records) fn file(dir: &Path, mode: u32, secret: &str) -> PathBuf {
        let path = dir.join("credentials");
        let text = format!("# North\n[default]\naws_access_key_id = carekey\naws_secret_access_key={secret}\n");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let read = Credentials::load(&file(dir.path(), 0o600, "SECRET")).unwrap();
        assert_eq!(read.expose(), ("carekey", "SECRET", None));
        let refused = Credentials::load(&file(dir.path(), 0o640, "SECRET")).unwrap_err();
        assert!(matches!(refused, RecordStoreError::CredentialsExposed { mode: 0o640, .. }), "{refused}");
        assert!(matches!(Credentials::load(&dir.path().join("none")), Err(RecordStoreError::CredentialsFile { .. })));
    }

    #[test]
    fn a_file_that_is_not_understood_is_told_by_line_and_without_its_content() {
        let key = "aws_access_key_id=a\naws_secret_access_key=b\n";
        for (text, line) in [
            ("", 1),
            ("aws_access_key_id=a\n", 2),
            ("aws_access_key_id=a\nsecret\n", 2),
            ("aws_access_key_id=\n", 1),
            (&format!("{key}aws_access_key_id=c"), 3),
            (&format!("[a]\n{key}[b]\n"), 4),
            (&format!("{key}aws_secret=b"), 3),
        ] {
            assert_eq!(Credentials::parse(text).err(), Some(line), "{text:?}");
        }
        assert_eq!(Credentials::parse(&format!("{key}aws_session_token = t")).unwrap().expose(), ("a", "b", Some("t")));
        assert_eq!(format!("{:?}", Credentials::parse(key).unwrap()), "Credentials(..)");
    }
}
