//! Joining the network, and whom one knows there (S2 Alg. 2 and 3).

use std::collections::HashMap;

use carekey_protocol::enrolment::{EnrolmentRequest, RecoveryRequest};
use carekey_protocol::pass::PassSecret;
use carekey_protocol::pseudonym::{PseudonymRequest, pseudonym_public, verify_pseudonym};
use carekey_protocol::{Certificate, CertificateSerial, ParticipantId, Pass, Text};

use crate::error::WalletError;
use crate::failpoint::reach;
use crate::vault::{people, pseudonyms};
use crate::wallet::Wallet;

impl Wallet {
    /// Registers with a one-time code from a hospital's front desk.
    ///
    /// # Errors
    /// [`WalletError::Authority`] with the reason; [`WalletError::Network`].
    pub async fn enrol(&self, code: &str) -> Result<Certificate, WalletError> {
        let keys = &self.0.keys;
        let request = EnrolmentRequest::new(
            self.0.remote.network_id(),
            Text::truncated(code),
            &keys.identity,
            keys.receiving.public(),
            keys.pseudonym.public(),
            keys.expansion.clone(),
        );
        let certificate = self.0.remote.enrol(request).await?;
        self.accept_own(certificate).await
    }

    /// Asks the authority for the certificate of keys that were restored from their words.
    ///
    /// # Errors
    /// [`WalletError::Authority`] if these keys were never registered; [`WalletError::Network`].
    pub async fn recover(&self) -> Result<Certificate, WalletError> {
        let request = RecoveryRequest::new(self.0.remote.network_id(), self.now(), &self.0.keys.identity);
        let certificate = self.0.remote.recover(request).await?;
        self.accept_own(certificate).await
    }

    async fn accept_own(&self, certificate: Certificate) -> Result<Certificate, WalletError> {
        self.check(&certificate)?;
        if certificate.body.identity != self.0.keys.identity.public() {
            return Err(WalletError::CardInvalid);
        }
        reach("enrol: issued, not kept");
        self.write(|tx| people::remember(tx, &certificate))?;
        self.set_certificate(certificate.clone())?;
        reach("enrol: kept, no pseudonyms yet");
        self.refill_pseudonyms().await?;
        self.0.nudge.notify_one();
        Ok(certificate)
    }

    pub(crate) async fn refill_pseudonyms(&self) -> Result<(), WalletError> {
        let me = self.certificate()?;
        let (network, keys) = (self.0.remote.network_id(), &self.0.keys);
        let request = PseudonymRequest::new(network, me.body.id, self.now(), &keys.identity);
        let batch = self.0.remote.pseudonyms(request).await?;
        let base = keys.pseudonym.public();
        for certified in &batch {
            let key =
                pseudonym_public(&base, &keys.expansion, certified.index).map_err(|_| WalletError::NoPseudonyms)?;
            let authority = &self.0.remote.genesis().authority_key;
            verify_pseudonym(authority, network, &key, certified.epoch, &certified.signature)
                .map_err(|_| WalletError::NoPseudonyms)?;
        }
        Ok(self.write(|tx| pseudonyms::add(tx, &batch))?)
    }

    /// This person's contact card, to give to others.
    ///
    /// # Errors
    /// [`WalletError::NotEnrolled`].
    pub fn contact_card(&self) -> Result<String, WalletError> {
        Ok(self.certificate()?.to_card())
    }

    /// Adds the person behind a contact card.
    ///
    /// # Errors
    /// [`WalletError::CardInvalid`] for a card with a slip, or of another network.
    pub fn add_contact(&self, card: &str) -> Result<Certificate, WalletError> {
        let certificate = Certificate::from_card(card).map_err(|_| WalletError::CardInvalid)?;
        self.check(&certificate)?;
        self.write(|tx| {
            people::remember(tx, &certificate)?;
            people::add_contact(tx, &certificate, self.now())
        })?;
        Ok(certificate)
    }

    /// Forgets somebody the person added. What they can read is not touched.
    ///
    /// # Errors
    /// [`WalletError::Vault`] if they are no contact.
    pub fn remove_contact(&self, person: &ParticipantId) -> Result<(), WalletError> {
        Ok(self.write(|tx| people::remove_contact(tx, person))?)
    }

    /// Calls somebody by another name than their certificate does; none for that one again.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn set_nickname(&self, person: &ParticipantId, nickname: Option<&str>) -> Result<(), WalletError> {
        Ok(self.write(|tx| people::set_nickname(tx, person, nickname))?)
    }

    /// What the person calls others.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn nicknames(&self) -> Result<HashMap<ParticipantId, String>, WalletError> {
        Ok(self.read(people::nicknames)?)
    }

    /// People this person added.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn contacts(&self) -> Result<Vec<Certificate>, WalletError> {
        Ok(self.read(people::contacts)?)
    }

    /// The clinicians of the network, asked for whole, so that nobody learns whom one looks for. What was fetched
    /// before is used when the authority cannot be reached.
    ///
    /// # Errors
    /// [`WalletError::Network`] if it was never fetched.
    pub async fn directory(&self) -> Result<Vec<Certificate>, WalletError> {
        match self.0.remote.directory().await {
            Ok(listed) => {
                let genuine: Vec<_> = listed.into_iter().filter(|listed| self.check(listed).is_ok()).collect();
                self.write(|tx| genuine.iter().try_for_each(|listed| people::remember(tx, listed)))?;
                for hospital in self.0.remote.hospitals() {
                    let of_hospital: Vec<_> =
                        genuine.iter().filter(|listed| listed.body.hospital == hospital).cloned().collect();
                    self.write(|tx| people::replace_directory(tx, hospital, &of_hospital))?;
                }
                Ok(genuine)
            }
            Err(error) => {
                let known = self.read(people::directory)?;
                if known.is_empty() { Err(error) } else { Ok(known) }
            }
        }
    }

    /// Somebody whose certificate this wallet has seen.
    ///
    /// # Errors
    /// [`WalletError::NotFound`].
    pub fn person(&self, id: &ParticipantId) -> Result<Certificate, WalletError> {
        self.read(|tx| people::by_id(tx, id))?.ok_or(WalletError::NotFound { what: "this person" })
    }

    pub(crate) async fn certificate_by_serial(&self, serial: CertificateSerial) -> Result<Certificate, WalletError> {
        let known = |wallet: &Self| wallet.read(|tx| people::by_serial(tx, serial));
        if let Some(certificate) = known(self)? {
            return Ok(certificate);
        }
        self.directory().await?;
        known(self)?.ok_or(WalletError::NotFound { what: "the author's certificate" })
    }

    /// The certificate of the patient a pass names, from a hospital the pass is for.
    pub(crate) async fn certificate_of(&self, pass: &Pass) -> Result<Certificate, WalletError> {
        if let Some(certificate) = self.read(|tx| people::by_id(tx, &pass.patient))? {
            return Ok(certificate);
        }
        let hospitals = match &pass.secret {
            PassSecret::Record { hospital, .. } => vec![*hospital],
            PassSecret::Collection { .. } => self.0.remote.hospitals(),
        };
        for hospital in hospitals {
            if let Ok(Some(certificate)) = self.0.remote.certificate_of(hospital, pass.patient).await
                && certificate.body.id == pass.patient
                && self.check(&certificate).is_ok()
            {
                self.write(|tx| people::remember(tx, &certificate))?;
                return Ok(certificate);
            }
        }
        Err(WalletError::NotFound { what: "the patient's certificate" })
    }

    /// Whether this network's authority issued a certificate.
    fn check(&self, certificate: &Certificate) -> Result<(), WalletError> {
        let authority = &self.0.remote.genesis().authority_key;
        certificate.verify_issuer(self.0.remote.network_id(), authority).map_err(|_| WalletError::CardInvalid)
    }
}
