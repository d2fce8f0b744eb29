//! What the authority's operator decides, from a process beside the running service.
//!
//! Both work on the same registry; the service notices what was decided here and brings it to the ledger, and says in
//! the registry when that is final.

use std::path::Path;
use std::time::Duration;

use carekey_authority::Registrar;
use carekey_crypto::PublicKey;
use carekey_network::{NetworkFile, PeerAddress};
use carekey_protocol::transaction::RegistryChange;
use carekey_protocol::{
    Body, Certificate, CertificateSerial, HospitalId, HospitalRegistration, Role, Text, Transaction,
};
use serde_json::Value;
use tokio::time::sleep;

use super::{config, keys};
use crate::config::Config;
use crate::error::OperateError;
use crate::files::from_hex;
use crate::{monitor, request};

/// How often the registry is asked whether a change is final.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The operator's desk.
pub struct Desk {
    config: Config,
    network: NetworkFile,
    registrar: Registrar,
}

impl Desk {
    /// Opens the registry in `dir`.
    ///
    /// # Errors
    /// [`OperateError`].
    pub fn open(dir: &Path) -> Result<Self, OperateError> {
        let config = config(dir)?;
        if !config.network.exists() {
            let dir = dir.display();
            let advice = format!("found it with `carekey authority init --dir {dir} --hospital REQUEST`");
            return Err(OperateError::said(format!("there is no network yet; {advice}")));
        }
        let network = config.network_file().map_err(|problem| OperateError::Config(vec![problem]))?;
        let registrar = Registrar::open(&config.dir, keys(&config.secret), network.genesis.clone())?;
        Ok(Self { config, network, registrar })
    }

    /// Issues a one-time enrolment code. `hospital` is an identifier or the beginning of a name.
    ///
    /// # Errors
    /// [`OperateError`].
    pub fn code(&self, hospital: &str, role: Role, name: &str, specialty: &str) -> Result<String, OperateError> {
        let hospital = self.hospital(hospital)?;
        let name = Text::new(name.trim()).map_err(|error| OperateError::said(format!("--name: {error}")))?;
        let specialty =
            Text::new(specialty.trim()).map_err(|error| OperateError::said(format!("--specialty: {error}")))?;
        Ok(self.registrar.issue_code(hospital.id, role, name, specialty, crate::now(), &mut crate::rng())?)
    }

    /// Admits the hospital that made the request, or changes the name, address or voting power of one that was
    /// admitted. Returns its identifier when the ledger has it, and the network file says where it is reached.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn add_hospital(&mut self, file: &Path, voting_power: u64) -> Result<HospitalRegistration, OperateError> {
        let (request, address) = request::load(file)?;
        let hospitals = self.registrar.hospitals()?;
        let id = match hospitals.iter().find(|hospital| hospital.ledger_key == request.ledger_key) {
            Some(known) => known.id,
            None => next_id(&hospitals)?,
        };
        let registration = HospitalRegistration {
            id,
            name: request.name,
            ledger_key: request.ledger_key,
            peer_key: request.peer_key,
            voting_power,
        };
        self.register(registration.clone()).await?;
        self.announce(id, address)?;
        Ok(registration)
    }

    /// Takes a hospital's voting power; it goes on serving its records. Returns when that is final.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn retire_hospital(&self, hospital: &str) -> Result<HospitalRegistration, OperateError> {
        let retired = HospitalRegistration { voting_power: 0, ..self.hospital(hospital)? };
        self.register(retired.clone()).await?;
        Ok(retired)
    }

    /// Revokes a certificate. Returns when that is final.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn revoke_certificate(&self, serial: CertificateSerial) -> Result<(), OperateError> {
        self.must_run().await?;
        let change = self.registrar.revoke_certificate(serial)?;
        self.until_final(&change).await
    }

    /// Whose pseudonym it is, told when the notice about it is final. The same order again is answered from the same
    /// notice.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn trace(&self, pseudonym: &str, case: &str) -> Result<Certificate, OperateError> {
        let key = from_hex(pseudonym.trim()).and_then(|bytes| PublicKey::from_bytes(bytes).ok());
        let key = key.ok_or_else(|| OperateError::said("a pseudonym is a public key of 66 hexadecimal digits"))?;
        let case = Text::new(case.trim()).map_err(|error| OperateError::said(format!("--case: {error}")))?;
        if case.as_str().is_empty() {
            return Err(OperateError::said("--case: name the order under which this is done; it stands on the ledger"));
        }
        self.must_run().await?;
        let notice = self.registrar.begin_trace(&key, case, crate::now())?;
        self.until_final(&notice).await?;
        let Body::Registry { change, .. } = &notice.body else { return Err(OperateError::said("no notice was made")) };
        Ok(self.registrar.traced(change)?)
    }

    async fn register(&self, registration: HospitalRegistration) -> Result<(), OperateError> {
        let known = self.registrar.hospitals()?;
        if known.contains(&registration) && !self.registrar_waits()? {
            return Ok(());
        }
        self.must_run().await?;
        let change = self.registrar.change_registry(RegistryChange::Hospital(registration))?;
        self.until_final(&change).await
    }

    fn registrar_waits(&self) -> Result<bool, OperateError> {
        Ok(self.registrar.counts()?.changes_pending > 0)
    }

    /// Changes become final only while the service runs; without it nothing is begun.
    async fn must_run(&self) -> Result<(), OperateError> {
        let answer = monitor::ask(self.config.monitor, "/status").await.ok();
        let status: Value = answer.and_then(|(_, body)| serde_json::from_str(&body).ok()).unwrap_or_default();
        if status["service"] == "authority" && status["network"] == self.network.network_id().to_string() {
            return Ok(());
        }
        let dir = self.config.dir.display();
        let advice = format!("start it with `carekey authority run --dir {dir}` and repeat this");
        Err(OperateError::said(format!("the authority does not run, so nothing can become final; {advice}")))
    }

    async fn until_final(&self, transaction: &Transaction) -> Result<(), OperateError> {
        let Body::Registry { sequence, .. } = transaction.body else {
            return Err(OperateError::said("only registry changes become final here"));
        };
        let mut looks = 0u32;
        while self.registrar.last_final()? < sequence {
            looks += 1;
            if looks.is_multiple_of(100) {
                self.must_run().await.map_err(|error| {
                    OperateError::said(format!(
                        "the change is kept and handed in when the authority runs again: {error}"
                    ))
                })?;
                tracing::warn!("still waiting for the hospitals to agree; whoever gives up here loses nothing");
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Writes where a hospital is reached into the network file, from which the running service learns it.
    fn announce(&mut self, id: HospitalId, address: PeerAddress) -> Result<(), OperateError> {
        if self.network.hospitals.get(&id) == Some(&address) {
            return Ok(());
        }
        self.network.hospitals.insert(id, address);
        let path = self.config.network.clone();
        self.network.save(&path).map_err(|source| OperateError::NetworkFile { path, source })
    }

    fn hospital(&self, text: &str) -> Result<HospitalRegistration, OperateError> {
        let hospitals = self.registrar.hospitals()?;
        let named = |hospital: &&HospitalRegistration| {
            hospital.name.as_str().to_lowercase().starts_with(&text.trim().to_lowercase())
                || text.trim().parse() == Ok(hospital.id)
        };
        let found: Vec<&HospitalRegistration> = hospitals.iter().filter(named).collect();
        let list = |hospitals: &[&HospitalRegistration]| {
            let lines: Vec<String> = hospitals.iter().map(|one| format!("{} ({})", one.name, one.id)).collect();
            lines.join(", ")
        };
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => {
                let all: Vec<_> = hospitals.iter().collect();
                Err(OperateError::said(format!("no hospital is called `{text}`; there are {}", list(&all))))
            }
            several => Err(OperateError::said(format!("`{text}` may be {}; name one of them", list(several)))),
        }
    }
}

fn next_id(hospitals: &[HospitalRegistration]) -> Result<HospitalId, OperateError> {
    let highest = hospitals.iter().map(|hospital| hospital.id).max().unwrap_or_default();
    let [high, middle, low] = highest.0;
    let [over, next @ ..] = (u32::from_be_bytes([0, high, middle, low]) + 1).to_be_bytes();
    if over == 0 { Ok(HospitalId(next)) } else { Err(OperateError::said("all hospital identifiers are taken")) }
}
