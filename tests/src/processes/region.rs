//! An authority and its hospitals.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::service::{Kind, Service};
use super::{free_socket, must};

/// A network, founded with the commands of the README.
#[derive(Debug)]
pub struct Region {
    /// The authority.
    pub authority: Service,
    /// The hospitals, in the order in which they were made.
    pub hospitals: Vec<Service>,
    // Last, so that the processes end first.
    dir: TempDir,
}

impl Region {
    /// Founds a network with these hospitals, each with one vote. Nothing runs yet.
    ///
    /// # Panics
    /// If a command fails.
    pub fn found(hospitals: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let authority = init(dir.path(), Kind::Authority, "Example Region");
        let hospitals: Vec<Service> = hospitals.iter().map(|name| init(dir.path(), Kind::Hospital, name)).collect();
        let region = Self { authority, hospitals, dir };
        let requests: Vec<PathBuf> = region.hospitals.iter().map(|hospital| hospital.path("request.json")).collect();
        let named = requests.iter().flat_map(|request| ["--hospital", request.to_str().unwrap()]);
        must(["authority", "init", "--dir", region.authority.dir()].into_iter().chain(named));
        for hospital in 0..region.hospitals.len() {
            region.give_network_to(hospital);
        }
        region
    }

    /// Founds and starts.
    ///
    /// # Panics
    /// If a command fails or a service does not start.
    pub fn start(hospitals: &[&str]) -> Self {
        let mut region = Self::found(hospitals);
        region.authority.start();
        for hospital in &mut region.hospitals {
            hospital.start();
        }
        region
    }

    /// Makes a hospital that is not admitted yet. Returns its place among the hospitals.
    ///
    /// # Panics
    /// If the command fails.
    pub fn init_hospital(&mut self, name: &str) -> usize {
        self.hospitals.push(init(self.dir.path(), Kind::Hospital, name));
        self.hospitals.len() - 1
    }

    /// Admits a hospital, or changes its voting power, and gives it the network file. The authority must run.
    ///
    /// # Panics
    /// If a command fails.
    pub fn admit(&self, hospital: usize, power: u64) {
        let request = self.hospitals[hospital].path("request.json");
        let power = power.to_string();
        let admit = ["authority", "add-hospital", "--dir", self.authority.dir(), request.to_str().unwrap()];
        must(admit.into_iter().chain(["--power", &power]));
        self.give_network_to(hospital);
    }

    /// Copies the authority's network file to a hospital.
    ///
    /// # Panics
    /// If the command fails.
    pub fn give_network_to(&self, hospital: usize) {
        let network = self.network_file();
        must(["hospital", "init", "--dir", self.hospitals[hospital].dir(), "--network", network.to_str().unwrap()]);
    }

    /// Issues an enrolment code.
    ///
    /// # Panics
    /// If the command fails.
    pub fn code(&self, hospital: &str, role: &str, name: &str) -> String {
        let code = ["authority", "code", "--dir", self.authority.dir()];
        must(code.into_iter().chain(["--hospital", hospital, "--role", role, "--name", name])).trim().to_owned()
    }

    /// The authority's network file.
    pub fn network_file(&self) -> PathBuf {
        self.authority.path("network.json")
    }

    /// A place in the network's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

fn init(dir: &Path, kind: Kind, name: &str) -> Service {
    let dir = dir.join(name.to_lowercase().replace(' ', "-"));
    let service = Service::new(kind, dir, free_socket(), free_socket());
    let (listen, monitor) = (service.listen.to_string(), service.monitor.to_string());
    let init = [kind.word(), "init", "--dir", service.dir(), "--name", name];
    must(init.into_iter().chain(["--listen", &listen, "--monitor", &monitor]));
    service
}
