//! What the authority certifies, and the certificates hospitals keep.

use carekey_network::enrolment::{AuthorityAnswer, AuthorityRefusal, AuthorityRequest, DIRECTORY_PAGE, Enrolment};
use carekey_network::ledger::CertificateOf;
use carekey_protocol::enrolment::{EnrolmentRequest, RecoveryRequest};
use carekey_protocol::pseudonym::{PseudonymCertificate, PseudonymRequest};
use carekey_protocol::{Certificate, CertificateSerial, HospitalId, ParticipantId};

use super::Remote;
use crate::error::WalletError;

impl Remote {
    async fn authority(&self, request: AuthorityRequest) -> Result<AuthorityAnswer, WalletError> {
        self.node.request::<Enrolment>(self.authority, request).await?.map_err(WalletError::Authority)
    }

    pub(crate) async fn enrol(&self, request: EnrolmentRequest) -> Result<Certificate, WalletError> {
        certificate(self.authority(AuthorityRequest::Enrol(Box::new(request))).await?)
    }

    pub(crate) async fn recover(&self, request: RecoveryRequest) -> Result<Certificate, WalletError> {
        certificate(self.authority(AuthorityRequest::Recover(request)).await?)
    }

    pub(crate) async fn pseudonyms(&self, request: PseudonymRequest) -> Result<Vec<PseudonymCertificate>, WalletError> {
        match self.authority(AuthorityRequest::Pseudonyms(request)).await? {
            AuthorityAnswer::Pseudonyms(batch) => Ok(batch),
            _ => Err(WalletError::Authority(AuthorityRefusal::Unavailable)),
        }
    }

    pub(crate) async fn directory(&self) -> Result<Vec<Certificate>, WalletError> {
        let mut all: Vec<Certificate> = Vec::new();
        loop {
            let after = all.last().map_or(CertificateSerial(0), |last| last.body.serial);
            let AuthorityAnswer::Directory(page) = self.authority(AuthorityRequest::Directory { after }).await? else {
                return Err(WalletError::Authority(AuthorityRefusal::Unavailable));
            };
            let is_last = page.len() < DIRECTORY_PAGE;
            // Serials must rise, or a hostile answer could keep us asking for ever.
            let rising = page.windows(2).all(|pair| pair[0].body.serial < pair[1].body.serial);
            if !rising || page.first().is_some_and(|first| first.body.serial <= after) {
                return Err(WalletError::Authority(AuthorityRefusal::Unavailable));
            }
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    pub(crate) async fn certificate_of(
        &self,
        hospital: HospitalId,
        participant: ParticipantId,
    ) -> Result<Option<Certificate>, WalletError> {
        self.ask::<CertificateOf>(hospital, participant).await
    }
}

fn certificate(answer: AuthorityAnswer) -> Result<Certificate, WalletError> {
    match answer {
        AuthorityAnswer::Certificate(certificate) => Ok(*certificate),
        _ => Err(WalletError::Authority(AuthorityRefusal::Unavailable)),
    }
}
