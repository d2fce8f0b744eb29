//! An S3 server for the tests: this test binary started again, a process of its own that keeps its buckets in a folder,
//! checks signatures, and can be killed.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s::{S3Result, s3_error};
use tokio::net::TcpListener;

use crate::records::{RecordStore, S3Options};

const ROOT: &str = "CAREKEY_S3_ROOT";
const PORT: &str = "CAREKEY_S3_PORT";
const DIES_AT_PART: &str = "CAREKEY_S3_DIES_AT_PART";

/// Begins the line in which the server says its port.
const LISTENING: &str = "listening on ";

const ACCESS_KEY: &str = "carekey";
const SECRET_KEY: &str = "not a secret";

/// A running server with a bucket `records`.
pub(crate) struct S3Server {
    child: Child,
    root: PathBuf,
    port: u16,
}

impl S3Server {
    pub(crate) fn start(root: &Path) -> Self {
        std::fs::create_dir_all(root.join("records")).unwrap();
        Self::spawn(root, 0, None)
    }

    /// Kills it and starts it again at the same address. With a number it dies when it is given that part of an upload.
    pub(crate) fn restart(&mut self, dies_at_part: Option<u32>) {
        self.kill();
        *self = Self::spawn(&self.root, self.port, dies_at_part);
    }

    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }

    fn spawn(root: &Path, port: u16, dies_at_part: Option<u32>) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "s3_server::child_serves", "--ignored", "--nocapture"])
            .env(ROOT, root)
            .env(PORT, port.to_string())
            .env(DIES_AT_PART, dies_at_part.unwrap_or(0).to_string())
            // Closed when this process ends, however it ends: then the server ends too.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.map(Result::unwrap).find_map(|line| line.strip_prefix(LISTENING)?.parse().ok());
        Self { child, root: root.to_owned(), port: port.expect("the server says where it listens") }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The store that the hospital of these tests uses.
    pub(crate) fn store(&self) -> RecordStore {
        store_at(&self.root, self.port, SECRET_KEY, "s3://records/north").unwrap()
    }

    /// The same with another secret or address.
    pub(crate) fn store_with(&self, secret: &str, url: &str) -> RecordStore {
        store_at(&self.root, self.port, secret, url).unwrap()
    }

    /// Names of all objects, and of whatever else the server keeps: parts of uploads that have not ended.
    pub(crate) fn contents(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut dirs = vec![self.root.clone()];
        while let Some(dir) = dirs.pop() {
            for entry in std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
                let name = entry.strip_prefix(&self.root).unwrap().to_str().unwrap().to_owned();
                // What the server notes about an object besides its bytes, and the credentials of these tests.
                let notes = name.ends_with(".json") && !name.contains(".upload") || name.starts_with("credentials");
                match entry.is_dir() {
                    true => dirs.push(entry),
                    false if notes => {}
                    false => found.push(name),
                }
            }
        }
        found.sort();
        found
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The same store, for another process that knows where the server is.
pub(crate) fn known_store(root: &Path, port: u16) -> RecordStore {
    store_at(root, port, SECRET_KEY, "s3://records/north").unwrap()
}

fn store_at(root: &Path, port: u16, secret: &str, url: &str) -> Result<RecordStore, crate::RecordStoreError> {
    let path = root.join(format!("credentials-{}-{}", std::process::id(), secret.len()));
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.create(true).write(true).truncate(true).open(&path).unwrap();
    writeln!(file, "aws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {secret}").unwrap();
    let endpoint = Some(format!("http://127.0.0.1:{port}"));
    RecordStore::s3(url, S3Options { endpoint, credentials_file: Some(path), ..S3Options::default() })
}

/// Lets in whoever has the key, says that a bucket is missing, and kills the process if the test wants that.
struct Doorkeeper {
    root: PathBuf,
    dies_at_part: u32,
    parts: AtomicU32,
}

#[async_trait::async_trait]
impl S3Access for Doorkeeper {
    async fn check(&self, request: &mut S3AccessContext<'_>) -> S3Result<()> {
        if request.credentials().is_none() {
            return Err(s3_error!(AccessDenied));
        }
        let bucket = request.s3_path().as_object().map(|(bucket, _)| bucket);
        if bucket.is_some_and(|bucket| !self.root.join(bucket).is_dir()) {
            return Err(s3_error!(NoSuchBucket));
        }
        if request.s3_op().name() == "UploadPart" && self.parts.fetch_add(1, Ordering::SeqCst) + 1 == self.dies_at_part
        {
            std::process::abort();
        }
        Ok(())
    }
}

/// Not a test of its own: the server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the server that other tests start"]
async fn child_serves() {
    let Some(root) = std::env::var_os(ROOT).map(PathBuf::from) else { return };
    let number = |name| std::env::var(name).unwrap().parse().unwrap();
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let doorkeeper = Doorkeeper { root: root.clone(), dies_at_part: number(DIES_AT_PART), parts: AtomicU32::new(0) };
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).unwrap());
    service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    service.set_access(doorkeeper);
    let service = service.build();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, number(PORT) as u16)).await.unwrap();
    writeln!(std::io::stdout(), "\n{LISTENING}{}", listener.local_addr().unwrap().port()).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let service = service.clone();
        tokio::spawn(async move {
            let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
