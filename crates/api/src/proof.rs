//! Everything behind the trust line, to be shown or saved.

use carekey_protocol::{Certificate, HospitalId};
use carekey_wallet::reading::{AnchorProof, OpenedRecord};

use crate::context::Context;
use crate::documents::{self, Opening};
use crate::opened::{OpenProfile, RecordKey};
use crate::types::{
    CertificateView, Done, ErrorCode, ErrorView, InclusionView, ProofExportRequest, ProofView, RecordProofRequest,
};
use crate::views::people::People;
use crate::views::trust;
use crate::{errors, files};

pub(crate) async fn show(cx: &Context, request: RecordProofRequest) -> Result<ProofView, ErrorView> {
    let profile = cx.member()?;
    let key = documents::key(&profile, &request.record_id, request.patient_id.as_deref())?;
    let opening = documents::open_or_recent(&profile, key).await?;
    view(&profile, &key, &opening).await
}

async fn view(profile: &OpenProfile, key: &RecordKey, opening: &Opening) -> Result<ProofView, ErrorView> {
    let people = People::of(profile)?;
    let own = key.0.is_none().then(|| profile.wallet.record(&key.1).ok()).flatten();
    let record_id = key.1.to_string();
    Ok(match opening {
        Opening::Opened(opened) => ProofView {
            record_id,
            content_root: opened.content_root.to_string(),
            anchor: opened.anchor_hash.to_string(),
            certificate: Some(certificate(&people, &opened.metadata.author)),
            inclusion: match &opened.proof {
                Some(proof) => Some(inclusion(profile, hospital_of(profile, key, opened), proof).await),
                None => None,
            },
            checks: if opened.proof.is_some() { trust::held() } else { trust::not_made() },
        },
        Opening::Withheld(withheld) => ProofView {
            record_id,
            content_root: own.as_ref().map(|row| row.content_root.to_string()).unwrap_or_default(),
            anchor: String::new(),
            certificate: own
                .and_then(|row| profile.wallet.author(&row).ok())
                .map(|author| certificate(&people, &author)),
            inclusion: None,
            checks: trust::failed(withheld),
        },
    })
}

/// The hospital that knows of the record anyway.
fn hospital_of(profile: &OpenProfile, key: &RecordKey, opened: &OpenedRecord) -> HospitalId {
    let own = key.0.is_none().then(|| profile.wallet.record(&key.1).ok()).flatten();
    own.map_or(opened.metadata.author.body.hospital, |row| row.hospital)
}

fn certificate(people: &People<'_>, certificate: &Certificate) -> CertificateView {
    let body = &certificate.body;
    CertificateView {
        serial: body.serial.0.to_string(),
        person: people.view(certificate),
        identity_key: files::hex(body.identity.as_bytes()),
        valid_from: body.valid_from.0,
        // The last moment of validity; the certificate names the first after it.
        valid_to: body.valid_until.0.saturating_sub(1),
    }
}

/// Without a network the place is shown as it was proved before, without its path.
async fn inclusion(profile: &OpenProfile, hospital: HospitalId, proof: &AnchorProof) -> InclusionView {
    let fresh = match &proof.proof {
        Some(_) => None,
        None => profile.wallet.prove(hospital, &proof.txid).await.ok(),
    };
    let proof = fresh.as_ref().unwrap_or(proof);
    let path = proof.proof.iter().flat_map(|proof| &proof.transaction.inclusion.path);
    InclusionView {
        transaction_id: proof.txid.to_string(),
        height: proof.header.height.0,
        block_hash: proof.header.hash().to_string(),
        transaction_root: proof.header.transaction_root.to_string(),
        at: proof.header.time.0,
        path: path.map(ToString::to_string).collect(),
        signed_by: trust::signers(profile, proof.header.height, proof.header.proposer).await,
    }
}

/// Writes the proof as a file that `carekey ledger verify-proof` checks without a network.
pub(crate) async fn export(cx: &Context, request: ProofExportRequest) -> Result<Done, ErrorView> {
    let profile = cx.member()?;
    let key = documents::key(&profile, &request.record_id, request.patient_id.as_deref())?;
    let path = files::absolute(&request.path)?;
    let opened = documents::require(&profile, key).await?;
    if opened.proof.is_none() {
        return Err(errors::plain(ErrorCode::RecordPending));
    }
    let proof = profile.wallet.record_proof(hospital_of(&profile, &key, &opened), &opened).await?.to_bytes();
    files::blocking(move || files::replace(&path, &proof).map_err(|error| errors::unwritable(&path, &error))).await?;
    Ok(Done {})
}
