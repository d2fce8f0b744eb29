//! Which store a hospital's sealed records end up in, as its operator configures it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, ObjectStoreExt, RetryConfig};

use super::credentials::Credentials;
use super::store_error::RecordStoreError;

/// A store that takes no connection within this time is not reached.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// One request, with at most one part of an object in it, over a slow line.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// A request that failed is repeated this often before the failure is told; whoever hears of it comes back later.
const RETRIES_MAX: usize = 4;

/// How long [`RecordStore::check`] waits.
const CHECK_TIMEOUT: Duration = Duration::from_secs(15);

/// The object that [`RecordStore::check`] writes, reads and deletes.
const CHECK_NAME: &str = "carekey-check";

/// Where sealed records lie once they are whole.
#[derive(Debug, Clone, Default)]
pub enum RecordStore {
    /// In the folder `records` of the hospital's directory.
    #[default]
    Folder,
    /// In a bucket of a store that speaks S3; the folder is only where uploads grow.
    S3(S3Store),
}

/// What is needed to reach a bucket, besides its address.
#[derive(Debug, Clone, Default)]
pub struct S3Options {
    /// The store's address, `https://host` or, inside a trusted network, `http://host:port`. None: Amazon's, by region.
    pub endpoint: Option<String>,
    /// The region that requests are signed for. None: the variable `AWS_REGION`, or `us-east-1`, which stores outside Amazon
    /// mostly call theirs.
    pub region: Option<String>,
    /// A file that only its owner can read, in the format of `~/.aws/credentials`. None: the variables `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
    pub credentials_file: Option<PathBuf>,
}

/// A bucket and the right to use it. Made by [`RecordStore::s3`].
#[derive(Clone)]
pub struct S3Store {
    bucket: String,
    /// Without slashes at its ends; may be empty.
    prefix: String,
    endpoint: Option<String>,
    region: String,
    credentials: Credentials,
}

impl RecordStore {
    /// A store from its address `s3://bucket` or `s3://bucket/prefix`. Reads the credentials, connects to nothing.
    ///
    /// # Errors
    /// [`RecordStoreError`] names what the operator has to change.
    pub fn s3(url: &str, options: S3Options) -> Result<Self, RecordStoreError> {
        let malformed = || RecordStoreError::Address { address: url.to_owned() };
        let rest = url.strip_prefix("s3://").ok_or_else(malformed)?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_end_matches('/');
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        let segment = |text: &str| !text.is_empty() && text != "." && text != ".." && plain(text);
        if !(3..=63).contains(&bucket.len()) || !plain(bucket) || !(prefix.is_empty() || prefix.split('/').all(segment))
        {
            return Err(malformed());
        }
        if let Some(endpoint) = &options.endpoint {
            let host = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix("http://"));
            // Whatever stands before an @ would be a secret in the wrong place.
            if host.is_none_or(|host| host.is_empty() || host.contains(['@', '?', '#'])) {
                return Err(RecordStoreError::Endpoint);
            }
        }
        let credentials = match &options.credentials_file {
            Some(path) => Credentials::load(path)?,
            None => Credentials::from_environment()?,
        };
        let region =
            options.region.or_else(|| std::env::var("AWS_REGION").ok()).unwrap_or_else(|| "us-east-1".to_owned());
        let (bucket, prefix) = (bucket.to_owned(), prefix.to_owned());
        Ok(Self::S3(S3Store { bucket, prefix, endpoint: options.endpoint, region, credentials }))
    }

    /// Writes, reads and deletes a small object, and says in an operator's words what does not work. A folder is always fine
    /// here: it is looked at when the hospital starts.
    ///
    /// # Errors
    /// [`RecordStoreError`]: bucket missing, credentials refused, store not reached.
    pub async fn check(&self) -> Result<(), RecordStoreError> {
        let Self::S3(settings) = self else { return Ok(()) };
        let store = settings.connect()?;
        let name = settings.object_name(CHECK_NAME);
        let check = async {
            store
                .put(&name, CHECK_NAME.as_bytes().to_vec().into())
                .await
                .map_err(|error| settings.put_error(&error))?;
            let read = store.get(&name).await.map_err(|error| settings.error(&error))?;
            read.bytes().await.map_err(|error| settings.error(&error))?;
            store.delete(&name).await.map_err(|error| settings.error(&error))
        };
        let silent = || RecordStoreError::Unreachable { endpoint: settings.address(), reason: "no answer".to_owned() };
        tokio::time::timeout(CHECK_TIMEOUT, check).await.unwrap_or_else(|_| Err(silent()))
    }
}

impl S3Store {
    /// A client. Connects when it is used.
    pub(super) fn connect(&self) -> Result<AmazonS3, RecordStoreError> {
        // Fails when the process has chosen its TLS already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let backoff = BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(5),
            ..BackoffConfig::default()
        };
        let retry = RetryConfig { backoff, max_retries: RETRIES_MAX, retry_timeout: REQUEST_TIMEOUT };
        let insecure = self.endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://"));
        let client = ClientOptions::new()
            .with_connect_timeout(CONNECT_TIMEOUT)
            .with_timeout(REQUEST_TIMEOUT)
            .with_allow_http(insecure);
        let (access_key, secret_key, session_token) = self.credentials.expose();
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.bucket)
            .with_region(&self.region)
            .with_access_key_id(access_key)
            .with_secret_access_key(secret_key)
            .with_retry(retry)
            .with_client_options(client);
        if let Some(token) = session_token {
            builder = builder.with_token(token);
        }
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        builder.build().map_err(|error| self.error(&error))
    }

    /// The object of that name below the prefix.
    pub(super) fn object_name(&self, name: &str) -> Path {
        Path::from(if self.prefix.is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) })
    }

    /// What a failed request means to the operator.
    pub(super) fn error(&self, error: &object_store::Error) -> RecordStoreError {
        RecordStoreError::of(error, &self.bucket, &self.address())
    }

    /// The same for a request that creates an object: what is not found then is the bucket.
    pub(super) fn put_error(&self, error: &object_store::Error) -> RecordStoreError {
        match self.error(error) {
            RecordStoreError::NotFound => RecordStoreError::BucketMissing { bucket: self.bucket.clone() },
            other => other,
        }
    }

    fn address(&self) -> String {
        self.endpoint.clone().unwrap_or_else(|| format!("https://s3.{}.amazonaws.com", self.region))
    }
}

impl fmt::Debug for S3Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{} at {}", self.bucket, self.prefix, self.address())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    fn parsed(url: &str, endpoint: Option<&str>) -> Result<RecordStore, RecordStoreError> {
        let dir = tempfile::tempdir().unwrap();
        let file = crate::records::credentials::tests::file(dir.path(), 0o600, "SECRET");
        let options =
            S3Options { endpoint: endpoint.map(str::to_owned), credentials_file: Some(file), ..S3Options::default() };
        RecordStore::s3(url, options)
    }

    #[cfg(unix)]
    #[test]
    fn an_address_is_a_bucket_and_perhaps_a_prefix() {
        for url in ["s3://bucket", "s3://bucket/", "s3://my.bucket-1/a/b", "s3://bucket/a/"] {
            assert!(parsed(url, None).is_ok(), "{url}");
        }
        for url in [
            "bucket",
            "http://bucket",
            "s3://",
            "s3:///a",
            "s3://bucket//a",
            "s3://bucket/../a",
            "s3://bu?ket",
            "s3://u:p@bucket",
        ] {
            assert!(matches!(parsed(url, None), Err(RecordStoreError::Address { .. })), "{url}");
        }
        for endpoint in ["localhost:9000", "ftp://host", "https://", "https://user:password@host"] {
            assert!(matches!(parsed("s3://bucket", Some(endpoint)), Err(RecordStoreError::Endpoint)), "{endpoint}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn records_keep_their_names_below_the_prefix() {
        let name = |url| match parsed(url, None) {
            Ok(RecordStore::S3(store)) => store.object_name("01/0102").to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(name("s3://bucket"), "01/0102");
        assert_eq!(name("s3://bucket/a/b/"), "a/b/01/0102");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_reads_the_credentials_in_a_log() {
        let store = parsed("s3://bucket/a", Some("https://s3.example")).unwrap();
        assert_eq!(format!("{store:?}"), "S3(s3://bucket/a at https://s3.example)");
    }
}
