//! The authority's decisions: who is certified, which pseudonyms, what goes into the ledger's registry.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use carekey_crypto::{PublicKey, Secret32, SecretKey, Signature};
use carekey_ledger::{ValidatorSet, ValidatorSetError};
use carekey_protocol::certificate::CertificateBody;
use carekey_protocol::enrolment::{EnrolmentOffer, EnrolmentRequest, RecoveryRequest, code_digest};
use carekey_protocol::pseudonym::{
    BATCH, PseudonymCertificate, PseudonymRequest, certify_pseudonym, epoch_at, pseudonym_public,
};
use carekey_protocol::transaction::RegistryChange;
use carekey_protocol::{
    Body, Certificate, CertificateSerial, DecodeError, Genesis, HospitalId, HospitalRegistration, NetworkId,
    ParticipantId, Role, Text, Transaction, UnixMillis, decode, encode,
};
use rand_core::CryptoRng;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::schema;

/// How long an enrolment code can be used: 30 days.
pub const CODE_VALID_MILLIS: u64 = 30 * DAY_MILLIS;

/// How long a person's or a hospital's certificate is valid: ten years.
const PERSON_VALID_MILLIS: u64 = 3653 * DAY_MILLIS;

/// How long a clinician's certificate is valid: one year, so that a forgotten leaver ends by itself.
const CLINICIAN_VALID_MILLIS: u64 = 366 * DAY_MILLIS;

/// How far a request's clock may be off: ten minutes.
const CLOCK_SKEW_MILLIS_MAX: u64 = 10 * 60 * 1000;

const DAY_MILLIS: u64 = 24 * 3600 * 1000;

/// Why the authority refuses.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The code was never issued, or was mistyped.
    #[error("no enrolment is waiting under this code")]
    CodeUnknown,
    /// The code has served.
    #[error("this enrolment code was already used")]
    CodeUsed,
    /// The code is too old.
    #[error("this enrolment code has expired")]
    CodeExpired,
    /// An offer that no registered hospital signed.
    #[error("the offer was not signed by a registered hospital")]
    OfferForged,
    /// A request whose signature does not verify.
    #[error("the request is not signed by the key it names")]
    RequestForged,
    /// A request from another time.
    #[error("the request's clock is off by more than ten minutes")]
    ClockSkew,
    /// Nobody is registered under this identifier or key.
    #[error("nobody is registered here under this key")]
    NotRegistered,
    /// The certificate was revoked.
    #[error("this registration was revoked")]
    Revoked,
    /// No hospital has this identifier.
    #[error("no such hospital is registered")]
    HospitalUnknown,
    /// After the change the hospitals could not sign blocks.
    #[error("the registry cannot be changed like that: {0}")]
    Registration(#[from] ValidatorSetError),
    /// Two hospitals would answer under one key.
    #[error("another hospital is registered under this network key")]
    PeerKeyTaken,
    /// The identity key is already registered under another code.
    #[error("this key is already registered")]
    AlreadyRegistered,
    /// The keys lead nowhere (a tweak to the identity).
    #[error("the pseudonym key cannot be expanded")]
    Key(#[from] carekey_crypto::KeyError),
    /// The database failed.
    #[error("the registry's database failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// The database holds something that is not what it should be.
    #[error("the registry's database is damaged: {0}")]
    Damaged(#[from] DecodeError),
}

/// The authority's secrets.
#[derive(Debug, Clone)]
pub struct RegistrarKeys {
    /// SK_M.
    pub authority: SecretKey,
    /// Encrypts the database at rest.
    pub database: Secret32,
}

impl RegistrarKeys {
    /// All keys of an authority from one secret, which is what its operator keeps safe.
    pub fn derive(root: &Secret32) -> Self {
        Self {
            authority: SecretKey::from_secret(&root.derive("authority", &[])),
            database: root.derive("authority-database", &[]),
        }
    }
}

/// What a registrar holds, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegistrarCounts {
    /// People, clinicians and hospitals with a certificate that was not revoked.
    pub participants: u64,
    /// Codes that nobody has used, expired ones among them.
    pub codes_open: u64,
    /// Registry changes that are not final.
    pub changes_pending: u64,
}

/// The authority's registry of people and changes.
pub struct Registrar {
    database: Mutex<Connection>,
    key: SecretKey,
    genesis: Genesis,
    network: NetworkId,
}

impl Registrar {
    /// Opens the registry in `dir`.
    ///
    /// # Errors
    /// [`AuthorityError::Database`], also for a wrong database key.
    pub fn open(dir: &Path, keys: RegistrarKeys, genesis: Genesis) -> Result<Self, AuthorityError> {
        let database = Mutex::new(schema::open(&dir.join("registry.db"), &keys.database)?);
        Ok(Self { database, key: keys.authority, network: genesis.network_id(), genesis })
    }

    /// The network this authority founded.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Keeps a hospital's endorsement until its code is used (S2 Alg. 3: the hospital vouches for its staff, the front
    /// desk for patients).
    ///
    /// # Errors
    /// [`AuthorityError::OfferForged`] if the hospital did not sign it.
    pub fn lodge_offer(&self, offer: &EnrolmentOffer, signature: &Signature) -> Result<(), AuthorityError> {
        let hospital = self.hospital(offer.hospital)?.ok_or(AuthorityError::OfferForged)?;
        offer.verify(self.network, &hospital.ledger_key, signature).map_err(|_| AuthorityError::OfferForged)?;
        self.keep_offer(offer)
    }

    /// Issues a one-time code for somebody of a hospital at the authority's own desk, and returns it. Nobody signs: who
    /// can call this holds SK_M, which decides about every certificate anyway. Never reachable over the network.
    ///
    /// # Errors
    /// [`AuthorityError::HospitalUnknown`].
    pub fn issue_code(
        &self,
        hospital: HospitalId,
        role: Role,
        name: Text<64>,
        specialty: Text<48>,
        now: UnixMillis,
        rng: &mut impl CryptoRng,
    ) -> Result<String, AuthorityError> {
        self.hospital(hospital)?.ok_or(AuthorityError::HospitalUnknown)?;
        let code = crate::code::generate(rng);
        let expires = now.plus(CODE_VALID_MILLIS);
        self.keep_offer(&EnrolmentOffer { code: code_digest(&code), role, name, specialty, hospital, expires })?;
        Ok(code)
    }

    fn keep_offer(&self, offer: &EnrolmentOffer) -> Result<(), AuthorityError> {
        let sql = "INSERT OR IGNORE INTO offers (code, offer) VALUES (?, ?)";
        self.database().execute(sql, params![offer.code.0, encode(offer)])?;
        Ok(())
    }

    /// S2 Alg. 2 step 3, Alg. 3 steps 4 and 5: checks the code, issues the certificate. The same wallet asking again
    /// with the same code gets the same certificate, so an answer lost on the way is not lost.
    ///
    /// # Errors
    /// Why the code or the request is refused.
    pub fn enrol(&self, request: &EnrolmentRequest, now: UnixMillis) -> Result<Certificate, AuthorityError> {
        request.verify(self.network).map_err(|_| AuthorityError::RequestForged)?;
        let code = code_digest(request.code.as_str());
        let mut database = self.database();
        let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (offer, used_by) = transaction
            .query_row("SELECT offer, used_by FROM offers WHERE code = ?", [code.0], |row| {
                Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Option<i64>>(1)?))
            })
            .optional()?
            .ok_or(AuthorityError::CodeUnknown)?;
        let offer: EnrolmentOffer = decode(&offer)?;
        let id = ParticipantId::new(self.genesis.authority, offer.hospital, &request.identity);
        if let Some(serial) = used_by {
            let certificate = certificate_where(&transaction, "serial = ?", params![serial])?;
            return certificate.filter(|certificate| certificate.body.id == id).ok_or(AuthorityError::CodeUsed);
        }
        if now >= offer.expires {
            return Err(AuthorityError::CodeExpired);
        }
        if certificate_where(&transaction, "id = ?", params![id.as_bytes()])?.is_some() {
            return Err(AuthorityError::AlreadyRegistered);
        }
        let serial: i64 =
            transaction.query_row("SELECT coalesce(max(serial), 0) + 1 FROM participants", [], |row| row.get(0))?;
        let certificate = self.certify(&offer, request, id, CertificateSerial(serial as u64), now);
        transaction.execute(
            "INSERT INTO participants (serial, id, certificate, clinician, pseudonym, expansion) VALUES (?, ?, ?, ?, ?, ?)",
            params![
                serial,
                id.as_bytes(),
                encode(&certificate),
                offer.role.is_clinician(),
                request.pseudonym.as_bytes(),
                request.expansion.expose()
            ],
        )?;
        transaction.execute("UPDATE offers SET used_by = ? WHERE code = ?", params![serial, code.0])?;
        transaction.commit()?;
        Ok(certificate)
    }

    /// The certificate of a wallet that was restored from its words and has nothing but its keys.
    ///
    /// # Errors
    /// [`AuthorityError::NotRegistered`] if no certificate was issued for the identity key.
    pub fn recover(&self, request: &RecoveryRequest, now: UnixMillis) -> Result<Certificate, AuthorityError> {
        request.verify(self.network).map_err(|_| AuthorityError::RequestForged)?;
        check_clock(request.time, now)?;
        // ID_U names the hospital too, which a restored wallet does not know: try each.
        let hospitals = self.hospitals()?;
        let database = self.database();
        for hospital in &hospitals {
            let id = ParticipantId::new(self.genesis.authority, hospital.id, &request.identity);
            if let Some(certificate) = certificate_where(&database, "id = ?", params![id.as_bytes()])? {
                return Ok(certificate);
            }
        }
        Err(AuthorityError::NotRegistered)
    }

    /// Certifies the next [`BATCH`] pseudonyms of a participant.
    ///
    /// # Errors
    /// Why the request is refused.
    pub fn issue_pseudonyms(
        &self,
        request: &PseudonymRequest,
        now: UnixMillis,
    ) -> Result<Vec<PseudonymCertificate>, AuthorityError> {
        check_clock(request.time, now)?;
        let mut database = self.database();
        let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (serial, certificate, base, expansion, next, revoked) = transaction
            .query_row(
                "SELECT serial, certificate, pseudonym, expansion, next_index, revoked FROM participants WHERE id = ?",
                [request.participant.as_bytes()],
                |row| {
                    let expansion = Secret32::from_bytes(row.get::<_, [u8; 32]>(3)?);
                    Ok((
                        row.get::<_, i64>(0)?,
                        row.get::<_, Vec<u8>>(1)?,
                        row.get::<_, [u8; 33]>(2)?,
                        expansion,
                        row.get::<_, i64>(4)? as u64,
                        row.get::<_, bool>(5)?,
                    ))
                },
            )
            .optional()?
            .ok_or(AuthorityError::NotRegistered)?;
        if revoked {
            return Err(AuthorityError::Revoked);
        }
        let certificate: Certificate = decode(&certificate)?;
        request.verify(self.network, &certificate.body.identity).map_err(|_| AuthorityError::RequestForged)?;

        let base = PublicKey::from_bytes(base)?;
        let epoch = epoch_at(now);
        let mut batch = Vec::with_capacity(BATCH as usize);
        for index in next..next + u64::from(BATCH) {
            let key = pseudonym_public(&base, &expansion, index)?;
            transaction
                .execute("INSERT INTO pseudonyms (key, serial) VALUES (?, ?)", params![key.as_bytes(), serial])?;
            let signature = certify_pseudonym(&self.key, self.network, &key, epoch);
            batch.push(PseudonymCertificate { index, epoch, signature });
        }
        let sql = "UPDATE participants SET next_index = ? WHERE serial = ?";
        transaction.execute(sql, params![(next + u64::from(BATCH)) as i64, serial])?;
        transaction.commit()?;
        Ok(batch)
    }

    /// The clinicians anybody may look up, by name.
    ///
    /// # Errors
    /// [`AuthorityError::Database`].
    pub fn directory(&self) -> Result<Vec<Certificate>, AuthorityError> {
        let database = self.database();
        let mut statement =
            database.prepare("SELECT certificate FROM participants WHERE clinician AND NOT revoked ORDER BY serial")?;
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        let mut directory = rows.map(|row| Ok(decode(&row?)?)).collect::<Result<Vec<Certificate>, AuthorityError>>()?;
        directory.sort_by(|a, b| a.body.name.cmp(&b.body.name));
        Ok(directory)
    }

    /// Revokes a certificate: no more pseudonyms, and a registry change for the ledger.
    ///
    /// # Errors
    /// [`AuthorityError::NotRegistered`] for an unknown serial.
    pub fn revoke_certificate(&self, serial: CertificateSerial) -> Result<Transaction, AuthorityError> {
        let sql = "UPDATE participants SET revoked = 1 WHERE serial = ?";
        if self.database().execute(sql, [serial.0 as i64])? == 0 {
            return Err(AuthorityError::NotRegistered);
        }
        self.change_registry(RegistryChange::RevokeCertificate(serial))
    }

    /// Maps a pseudonym to its person, in a dispute. The notice must be final on the ledger before the name is told:
    /// hand it in first, call [`traced`](Self::traced) afterwards.
    ///
    /// # Errors
    /// [`AuthorityError::NotRegistered`] if the pseudonym was not issued here.
    pub fn begin_trace(
        &self,
        pseudonym: &PublicKey,
        case: Text<80>,
        now: UnixMillis,
    ) -> Result<Transaction, AuthorityError> {
        self.participant_of(pseudonym)?;
        self.change_registry(RegistryChange::Trace { pseudonym: *pseudonym, case, time: now })
    }

    /// Whose pseudonym it is. `notice` is the finalised trace notice.
    ///
    /// # Errors
    /// [`AuthorityError::NotRegistered`] if the pseudonym was not issued here or the notice names another.
    pub fn traced(&self, notice: &RegistryChange) -> Result<Certificate, AuthorityError> {
        match notice {
            RegistryChange::Trace { pseudonym, .. } => self.participant_of(pseudonym),
            _ => Err(AuthorityError::NotRegistered),
        }
    }

    /// Signs a registry change with the next sequence number and remembers it until it is known to be final. Where the
    /// registry says it already, that earlier change is returned: the ledger would refuse a second revocation, and with
    /// it every change that follows.
    ///
    /// # Errors
    /// [`AuthorityError::Registration`] if nobody could sign blocks afterwards; [`AuthorityError::Database`].
    pub fn change_registry(&self, change: RegistryChange) -> Result<Transaction, AuthorityError> {
        if let Some(earlier) = self.same_change(&change)? {
            return Ok(earlier);
        }
        if let RegistryChange::Hospital(registration) = &change {
            let mut hospitals = self.hospitals()?;
            hospitals.retain(|hospital| hospital.id != registration.id);
            if hospitals.iter().any(|other| other.peer_key == registration.peer_key) {
                return Err(AuthorityError::PeerKeyTaken);
            }
            hospitals.push(registration.clone());
            ValidatorSet::from_registrations(&hospitals)?;
        }
        let mut database = self.database();
        let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let sequence: i64 =
            transaction.query_row("SELECT coalesce(max(sequence), 0) + 1 FROM registry", [], |row| row.get(0))?;
        let signed = Transaction::by_authority(self.network, sequence as u64, change, &self.key);
        let sql = "INSERT INTO registry (sequence, tx) VALUES (?, ?)";
        transaction.execute(sql, params![sequence, encode(&signed)])?;
        transaction.commit()?;
        Ok(signed)
    }

    /// Registry changes after `sequence`, oldest first: what has to be handed in again after a restart.
    ///
    /// # Errors
    /// [`AuthorityError::Database`].
    pub fn registry_after(&self, sequence: u64) -> Result<Vec<Transaction>, AuthorityError> {
        let database = self.database();
        let mut statement = database.prepare("SELECT tx FROM registry WHERE sequence > ? ORDER BY sequence")?;
        let rows = statement.query_map([sequence as i64], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|row| Ok(decode(&row?)?)).collect()
    }

    /// The newest change about the same thing, if it says the same.
    fn same_change(&self, change: &RegistryChange) -> Result<Option<Transaction>, AuthorityError> {
        let earlier = self.registry_after(0)?;
        let newest = earlier.into_iter().rev().find(|transaction| match (&transaction.body, change) {
            (Body::Registry { change: RegistryChange::Hospital(old), .. }, RegistryChange::Hospital(new)) => {
                old.id == new.id
            }
            (
                Body::Registry { change: RegistryChange::RevokeCertificate(old), .. },
                RegistryChange::RevokeCertificate(new),
            ) => old == new,
            (
                Body::Registry { change: RegistryChange::Trace { pseudonym: old, case: old_case, .. }, .. },
                RegistryChange::Trace { pseudonym: new, case: new_case, .. },
            ) => (old, old_case) == (new, new_case),
            _ => false,
        });
        Ok(newest.filter(|transaction| match (&transaction.body, change) {
            (Body::Registry { change: RegistryChange::Hospital(old), .. }, RegistryChange::Hospital(new)) => old == new,
            _ => true,
        }))
    }

    /// All hospitals as the authority registered them, ascending: the founding ones, and what was decided since, final
    /// or on its way.
    ///
    /// # Errors
    /// [`AuthorityError::Database`].
    pub fn hospitals(&self) -> Result<Vec<HospitalRegistration>, AuthorityError> {
        let mut hospitals: BTreeMap<HospitalId, HospitalRegistration> =
            self.genesis.hospitals.iter().map(|hospital| (hospital.id, hospital.clone())).collect();
        for transaction in self.registry_after(0)? {
            if let Body::Registry { change: RegistryChange::Hospital(registration), .. } = transaction.body {
                hospitals.insert(registration.id, registration);
            }
        }
        Ok(hospitals.into_values().collect())
    }

    fn hospital(&self, id: HospitalId) -> Result<Option<HospitalRegistration>, AuthorityError> {
        Ok(self.hospitals()?.into_iter().find(|hospital| hospital.id == id))
    }

    /// The number of the last registry change that is final. Changes become final in order.
    ///
    /// # Errors
    /// [`AuthorityError::Database`].
    pub fn last_final(&self) -> Result<u64, AuthorityError> {
        let sql = "SELECT coalesce(max(sequence), 0) FROM registry WHERE final";
        Ok(self.database().query_row(sql, [], |row| row.get::<_, i64>(0))? as u64)
    }

    /// Remembers that a registry change was proved to be final.
    ///
    /// # Errors
    /// [`AuthorityError::Database`].
    pub(crate) fn set_final(&self, sequence: u64) -> Result<(), AuthorityError> {
        self.database().execute("UPDATE registry SET final = 1 WHERE sequence = ?", [sequence as i64])?;
        Ok(())
    }

    /// How many are registered and what waits, for whoever watches the service.
    ///
    /// # Errors
    /// [`AuthorityError::Database`].
    pub fn counts(&self) -> Result<RegistrarCounts, AuthorityError> {
        let count =
            |sql: &str| Ok::<_, AuthorityError>(self.database().query_row(sql, [], |row| row.get::<_, i64>(0))? as u64);
        Ok(RegistrarCounts {
            participants: count("SELECT count(*) FROM participants WHERE NOT revoked")?,
            codes_open: count("SELECT count(*) FROM offers WHERE used_by IS NULL")?,
            changes_pending: count("SELECT count(*) FROM registry WHERE NOT final")?,
        })
    }

    fn certify(
        &self,
        offer: &EnrolmentOffer,
        request: &EnrolmentRequest,
        id: ParticipantId,
        serial: CertificateSerial,
        now: UnixMillis,
    ) -> Certificate {
        let valid = if offer.role.is_clinician() { CLINICIAN_VALID_MILLIS } else { PERSON_VALID_MILLIS };
        let body = CertificateBody {
            serial,
            network: self.network,
            id,
            identity: request.identity,
            receiving: request.receiving,
            role: offer.role,
            name: offer.name.clone(),
            specialty: offer.specialty.clone(),
            hospital: offer.hospital,
            // Readers' clocks may lag behind ours.
            valid_from: UnixMillis(now.0.saturating_sub(CLOCK_SKEW_MILLIS_MAX)),
            valid_until: now.plus(valid),
        };
        Certificate::issue(body, &self.key)
    }

    fn participant_of(&self, pseudonym: &PublicKey) -> Result<Certificate, AuthorityError> {
        let filter = "serial = (SELECT serial FROM pseudonyms WHERE key = ?)";
        certificate_where(&self.database(), filter, params![pseudonym.as_bytes()])?.ok_or(AuthorityError::NotRegistered)
    }

    /// A panic while the lock was held rolled its SQL transaction back, so the connection is still sound.
    fn database(&self) -> MutexGuard<'_, Connection> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check_clock(time: UnixMillis, now: UnixMillis) -> Result<(), AuthorityError> {
    if time.0.abs_diff(now.0) > CLOCK_SKEW_MILLIS_MAX { Err(AuthorityError::ClockSkew) } else { Ok(()) }
}

fn certificate_where(
    database: &Connection,
    filter: &str,
    parameters: &[&dyn rusqlite::ToSql],
) -> Result<Option<Certificate>, AuthorityError> {
    let sql = format!("SELECT certificate FROM participants WHERE {filter}");
    let bytes = database.query_row(&sql, parameters, |row| row.get::<_, Vec<u8>>(0)).optional()?;
    bytes.map(|bytes| Ok(decode(&bytes)?)).transpose()
}

#[cfg(test)]
mod tests;
