//! `hospital.toml` and `authority.toml`: written with comments by `init`, read completely before anything starts.
//!
//! Every mistake is found at once and told with its file, its key and what to do. `check-config` and `run` read alike,
//! so what the one accepts the other starts with.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use carekey_crypto::Secret32;
use carekey_hospital::{RecordStore, S3Options};
use carekey_network::{Multiaddr, NetworkFile, PeerAddress, PeerId, socket_address};
use carekey_protocol::Text;
use serde::Deserialize;

use crate::files;

/// Which service a directory is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// A hospital.
    Hospital,
    /// The health authority.
    Authority,
}

impl Service {
    /// The word of the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hospital => "hospital",
            Self::Authority => "authority",
        }
    }

    /// Where the configuration lies in a directory.
    pub fn file(self, dir: &Path) -> PathBuf {
        dir.join(format!("{}.toml", self.name()))
    }
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// A mistake in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file to change.
    pub file: PathBuf,
    /// The key in it, or empty for the file itself.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub advice: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file.display())?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}. {}.", self.what, self.advice)
    }
}

/// A checked configuration. Paths are absolute or relative to the working directory, no longer to the service's.
#[derive(Debug, Clone)]
pub struct Config {
    /// The service's directory.
    pub dir: PathBuf,
    /// Name shown to people: the hospital's, or the network's.
    pub name: Text<64>,
    /// Sockets it listens on.
    pub listen: Vec<Multiaddr>,
    /// Where others reach it.
    pub announce: Vec<Multiaddr>,
    /// The one secret its keys follow from.
    pub secret: Secret32,
    /// Where the network file lies.
    pub network: PathBuf,
    /// Where its health and metrics are served, on this computer only.
    pub monitor: SocketAddr,
    /// How it logs.
    pub log: LogFormat,
    /// Where a hospital's sealed records lie.
    pub records: RecordStore,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    listen: Vec<String>,
    #[serde(default)]
    announce: Vec<String>,
    #[serde(default = "secret")]
    secret: String,
    #[serde(default = "network")]
    network: PathBuf,
    records: Option<String>,
    s3: Option<WrittenS3>,
    monitor: WrittenMonitor,
    #[serde(default)]
    log: WrittenLog,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMonitor {
    listen: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenS3 {
    endpoint: Option<String>,
    region: Option<String>,
    credentials: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLog {
    #[serde(default)]
    format: LogFormat,
}

fn secret() -> String {
    "secret".to_owned()
}

fn network() -> PathBuf {
    "network.json".into()
}

/// Collects the problems of one file.
struct Reading {
    file: PathBuf,
    problems: Vec<Problem>,
}

impl Reading {
    fn problem(&mut self, key: &str, what: impl fmt::Display, advice: impl Into<String>) {
        let (file, what) = (self.file.clone(), what.to_string());
        self.problems.push(Problem { file, key: key.to_owned(), what, advice: advice.into() });
    }

    fn addresses(&mut self, key: &str, texts: &[String]) -> Vec<Multiaddr> {
        let mut addresses = Vec::new();
        for text in texts {
            match text.parse::<Multiaddr>().ok().filter(|address| socket_address(address).is_some()) {
                Some(address) => addresses.push(address),
                None => self.problem(key, format!("`{text}` is not an address"), "Write it as /ip4/192.0.2.7/tcp/4101"),
            }
        }
        addresses
    }
}

impl Reading {
    /// Where records lie; nothing is said to the store yet.
    fn records(&mut self, dir: &Path, service: Service, url: Option<String>, s3: Option<WrittenS3>) -> RecordStore {
        if service == Service::Authority {
            if url.is_some() || s3.is_some() {
                self.problem("records", "an authority keeps no records", "Remove it");
            }
            return RecordStore::Folder;
        }
        match (url, s3) {
            (None, None) => RecordStore::Folder,
            (None, Some(_)) => {
                self.problem("s3", "no records go there", "Add records = \"s3://bucket\" above, or remove [s3]");
                RecordStore::Folder
            }
            (Some(url), s3) => {
                let options = s3.map_or_else(S3Options::default, |s3| S3Options {
                    endpoint: s3.endpoint,
                    region: s3.region,
                    credentials_file: s3.credentials.map(|file| dir.join(file)),
                });
                RecordStore::s3(&url, options).unwrap_or_else(|error| {
                    self.problem("records", error, "See \"Records in S3\" in docs/operating.md");
                    RecordStore::Folder
                })
            }
        }
    }
}

impl Config {
    /// Reads the configuration of a service's directory.
    ///
    /// # Errors
    /// Every mistake found.
    pub fn load(dir: &Path, service: Service) -> Result<Self, Vec<Problem>> {
        let mut reading = Reading { file: service.file(dir), problems: Vec::new() };
        let text = match std::fs::read_to_string(&reading.file) {
            Ok(text) => text,
            Err(error) => {
                let make = format!("Make the directory with `carekey {} init --dir {}`", service.name(), dir.display());
                reading.problem("", error, make);
                return Err(reading.problems);
            }
        };
        let written: Written = match toml::from_str(&text) {
            Ok(written) => written,
            Err(error) => {
                let line = error.span().map_or(1, |span| text[..span.start].lines().count().max(1));
                let what = error.message().trim().to_owned();
                reading.problem(&format!("line {line}"), what, "Compare with the sample in packaging/");
                return Err(reading.problems);
            }
        };
        let name = Text::new(written.name.trim()).unwrap_or_else(|error| {
            reading.problem("name", error, "Choose a shorter name");
            Text::default()
        });
        if name.as_str().is_empty() {
            reading.problem("name", "it is empty", "Write the name people know");
        }
        let listen = reading.addresses("listen", &written.listen);
        if written.listen.is_empty() {
            reading.problem("listen", "it is empty", "Name at least one socket, such as /ip4/0.0.0.0/tcp/4101");
        }
        let announced = reading.addresses("announce", &written.announce);
        let announce = if announced.is_empty() { listen.clone() } else { announced };
        let everywhere = |address: &Multiaddr| socket_address(address).is_some_and(|at| at.ip().is_unspecified());
        if announce.iter().any(everywhere) {
            let what = "nobody can reach 0.0.0.0 or ::";
            reading.problem("announce", what, "Write the address under which others reach this computer");
        }
        let secret_file = match written.secret.strip_prefix("credential:") {
            Some(name) => PathBuf::from(std::env::var_os("CREDENTIALS_DIRECTORY").unwrap_or_default()).join(name),
            None => dir.join(&written.secret),
        };
        let secret = files::read_secret(&secret_file).unwrap_or_else(|error| {
            let what = format!("{}: {error}", secret_file.display());
            reading.problem("secret", what, "Bring the file back from where you keep it safe, and `chmod 600` it");
            Secret32::from_bytes([0; 32])
        });
        let monitor = written.monitor.listen.parse::<SocketAddr>();
        let monitor = monitor.ok().filter(|address| address.ip().is_loopback()).unwrap_or_else(|| {
            let what = format!("`{}` is not a socket of this computer alone", written.monitor.listen);
            reading.problem("monitor.listen", what, "Write it as 127.0.0.1:9401; let a proxy show it elsewhere");
            SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0)
        });
        let records = reading.records(dir, service, written.records, written.s3);
        if reading.problems.is_empty() {
            let network = dir.join(written.network);
            let dir = dir.to_owned();
            Ok(Self { dir, name, listen, announce, secret, network, monitor, log: written.log.format, records })
        } else {
            Err(reading.problems)
        }
    }

    /// Reads the network file.
    ///
    /// # Errors
    /// The problem with it.
    pub fn network_file(&self) -> Result<NetworkFile, Problem> {
        NetworkFile::load(&self.network).map_err(|error| Problem {
            file: self.network.clone(),
            key: String::new(),
            what: error.to_string(),
            advice: "Copy the network.json that the authority's operator gives out to this place".to_owned(),
        })
    }

    /// Where others reach the service, which answers under this key.
    pub(crate) fn address(&self, peer_id: PeerId) -> PeerAddress {
        PeerAddress { peer_id, addresses: self.announce.clone() }
    }
}

/// What `init` writes about records: the folder unless one line says otherwise.
const RECORDS: &str = r#"# Sealed records lie in the folder `records`, or with this line in a store that speaks S3.
# records = "s3://bucket/prefix"

# How that store is reached. Without credentials (a file of mode 0600 in the format of ~/.aws/credentials) the variables
# AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY serve.
# [s3]
# endpoint = "https://s3.example.org"
# region = "us-east-1"
# credentials = "s3-credentials"

"#;

/// A configuration file as `init` writes it.
pub(crate) fn template(
    service: Service,
    name: &str,
    listen: &[Multiaddr],
    announce: &[Multiaddr],
    monitor: SocketAddr,
) -> String {
    // A JSON string, or a list of them, is one in TOML, too.
    let list = |addresses: &[Multiaddr]| {
        serde_json::Value::from(addresses.iter().map(ToString::to_string).collect::<Vec<_>>()).to_string()
    };
    let (title, name_says) = match service {
        Service::Hospital => ("A hospital of a CareKey network", "Name shown to people. The authority registered it"),
        Service::Authority => ("The health authority of a CareKey network", "Name of the network"),
    };
    let word = service.name();
    let mut text = format!(
        "# {title}. After a change: `carekey {word} check-config --dir …`, then restart.\n\
         # Paths are relative to this file's directory.\n\n\
         # {name_says}; a change here changes nothing for others.\n\
         name = {}\n\n\
         # Sockets for wallets, other hospitals and the authority. Open these ports in the firewall, no others.\n\
         listen = {}\n\n\
         # Where others reach this computer, if that is not what it listens on: behind a router, or with 0.0.0.0.\n",
        serde_json::Value::from(name),
        list(listen),
    );
    if announce.is_empty() {
        text += "# announce = [\"/ip4/192.0.2.7/tcp/4101\"]\n";
    } else {
        text += &format!("announce = {}\n", list(announce));
    }
    let records = if service == Service::Hospital { RECORDS } else { "" };
    text += &format!(
        "\n# The one secret all keys follow from. Readable for the service alone (mode 0600), with a copy in a safe place:\n\
         # without it nothing here can be read again. \"credential:NAME\" takes it from systemd's LoadCredential.\n\
         secret = \"secret\"\n\n\
         # The network as the authority founded it, with addresses. It is read again whenever it changes.\n\
         network = \"network.json\"\n\n\
         {records}\
         # Health (/health) and Prometheus metrics (/metrics), for this computer only.\n\
         [monitor]\n\
         listen = \"{monitor}\"\n\n\
         # \"text\" for people, \"json\" for machines. CAREKEY_LOG chooses what is said, such as CAREKEY_LOG=carekey_hospital=debug.\n\
         [log]\n\
         format = \"text\"\n"
    );
    text.replace("`carekey authority check-config --dir …`, then restart", "restart `carekey authority run`")
}
