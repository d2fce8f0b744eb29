//! The hospital as a participant: it endorses itself, gets a certificate, and keeps a supply of pseudonyms.

use std::sync::Arc;
use std::time::Duration;

use carekey_network::enrolment::{AuthorityAnswer, AuthorityRefusal, AuthorityRequest, Enrolment};
use carekey_network::{Backoff, NetworkError, peer_id_of};
use carekey_protocol::enrolment::{EnrolmentOffer, EnrolmentRequest, code_digest};
use carekey_protocol::{Certificate, Role, Text, UnixMillis, decode, encode};
use tokio::time::sleep;

use super::Inner;
use crate::error::StoreError;

/// How often the supply is looked at when nothing rings.
const SUPPLY_PAUSE: Duration = Duration::from_secs(60);

const CERTIFICATE: &str = "own-certificate";

#[derive(Debug, thiserror::Error)]
enum EnrolError {
    #[error(transparent)]
    Network(#[from] NetworkError),
    #[error("the authority refuses: {0}")]
    Refused(#[from] AuthorityRefusal),
    #[error("the ledger, as far as it was followed, does not register this hospital")]
    NotRegistered,
    #[error("the authority answered something else")]
    Unexpected,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks for pseudonyms whenever they run low; enrols first if need be.
pub(super) async fn keep_supplied(inner: Arc<Inner>) {
    let mut backoff = Backoff::new(u64::from(inner.chain.hospital.0[1]));
    loop {
        let supplied = tokio::select! {
            supplied = supply(&inner) => supplied,
            () = inner.stopped() => return,
        };
        let pause = match supplied {
            Ok(()) => {
                backoff.reset();
                SUPPLY_PAUSE
            }
            Err(error) => {
                tracing::warn!(%error, "no pseudonyms from the authority");
                backoff.pause()
            }
        };
        tokio::select! {
            () = sleep(pause) => {}
            () = inner.supply.notified() => {}
            () = inner.stopped() => return,
        }
    }
}

async fn supply(inner: &Arc<Inner>) -> Result<(), EnrolError> {
    if !inner.archive.pseudonyms_low(inner.now())? {
        return Ok(());
    }
    let certificate = own_certificate(inner).await?;
    let request = inner.archive.pseudonym_request(certificate.body.id, inner.now());
    let AuthorityAnswer::Pseudonyms(batch) = ask(inner, AuthorityRequest::Pseudonyms(request)).await? else {
        return Err(EnrolError::Unexpected);
    };
    inner.archive.add_pseudonyms(batch)?;
    inner.outgoing.notify_one();
    inner.supplied.notify_one();
    Ok(())
}

async fn own_certificate(inner: &Arc<Inner>) -> Result<Certificate, EnrolError> {
    if let Some(bytes) = inner.archive.index.node_fact(CERTIFICATE)? {
        return Ok(decode(&bytes).map_err(StoreError::from)?);
    }
    let (keys, place) = (&inner.archive.keys, &inner.archive.place);
    // The same code after a crash, so that the same certificate comes back.
    let secret = keys.participant.derive("enrolment-code", &[]);
    let code: String = secret.expose().iter().map(|byte| format!("{byte:02X}")).collect();
    let registered =
        inner.chain.reader.hospital(place.hospital).map_err(std::io::Error::other).map_err(StoreError::from)?;
    let name = registered.ok_or(EnrolError::NotRegistered)?.name;
    let offer = EnrolmentOffer {
        code: code_digest(&code),
        role: Role::Hospital,
        name,
        specialty: Text::default(),
        hospital: place.hospital,
        expires: UnixMillis::MAX,
    };
    let signature = offer.sign(place.network, &keys.ledger);
    ask(inner, AuthorityRequest::LodgeOffer { offer, signature }).await?;
    let request = EnrolmentRequest::new(
        place.network,
        Text::truncated(&code),
        &keys.identity(),
        keys.receiving().public(),
        keys.pseudonym().public(),
        keys.expansion(),
    );
    let AuthorityAnswer::Certificate(certificate) = ask(inner, AuthorityRequest::Enrol(Box::new(request))).await?
    else {
        return Err(EnrolError::Unexpected);
    };
    inner.archive.index.set_node_fact(CERTIFICATE, &encode(&*certificate))?;
    Ok(*certificate)
}

async fn ask(inner: &Inner, request: AuthorityRequest) -> Result<AuthorityAnswer, EnrolError> {
    let authority = peer_id_of(&inner.chain.genesis.authority_peer_key);
    Ok(inner.node.request::<Enrolment>(authority, request).await??)
}
