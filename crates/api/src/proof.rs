//! Everything behind the trust line, to be shown or saved.

use carekey_protocol::{Certificate, encode};
use carekey_wallet::reading::OpenedRecord;
use serde_json::{Value, json};

use crate::context::Context;
use crate::documents::{self, Opening};
use crate::opened::{OpenProfile, RecordKey};
use crate::types::{
    CertificateView, Done, ErrorView, InclusionView, ProofExportRequest, ProofView, RecordProofRequest,
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
    let content_root = match opening {
        Opening::Opened(opened) => opened.content_root.to_string(),
        Opening::Withheld(_) | Opening::OnItsWay => {
            own.as_ref().map(|row| row.content_root.to_string()).unwrap_or_default()
        }
    };
    let record_id = key.1.to_string();
    let (anchor, certificate, inclusion, checks) = match opening {
        Opening::Opened(opened) => {
            let author = Some(certificate(&people, &opened.metadata.author));
            (opened.anchor_hash.to_string(), author, Some(inclusion(profile, opened).await), trust::held())
        }
        Opening::Withheld(withheld) => {
            let author = own.and_then(|row| profile.wallet.author(&row).ok());
            let author = author.map(|author| certificate(&people, &author));
            (String::new(), author, None, trust::failed(withheld))
        }
        Opening::OnItsWay => (String::new(), Some(certificate(&people, &profile.me()?)), None, trust::not_made()),
    };
    Ok(ProofView { record_id, content_root, anchor, certificate, inclusion, checks })
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

async fn inclusion(profile: &OpenProfile, opened: &OpenedRecord) -> InclusionView {
    let proof = &opened.proof;
    InclusionView {
        transaction_id: proof.txid.to_string(),
        height: proof.header.height.0,
        block_hash: proof.header.hash().to_string(),
        transaction_root: proof.header.transaction_root.to_string(),
        at: proof.header.time.0,
        path: proof.proof.transaction.inclusion.path.iter().map(ToString::to_string).collect(),
        signed_by: trust::signers(profile, proof.header.height, proof.header.proposer).await,
    }
}

pub(crate) async fn export(cx: &Context, request: ProofExportRequest) -> Result<Done, ErrorView> {
    let profile = cx.member()?;
    let key = documents::key(&profile, &request.record_id, request.patient_id.as_deref())?;
    let path = files::absolute(&request.path)?;
    let opened = documents::require(&profile, key).await?;
    let shown = view(&profile, &key, &Opening::Opened(std::sync::Arc::clone(&opened))).await?;
    let head = profile.wallet.ledger_state().await.head;
    let text = serde_json::to_vec_pretty(&json!({
        "format": "carekey-proof-1",
        "network": profile.wallet.remote().network_id().to_string(),
        "proof": serde_json::to_value(&shown).map_err(errors::internal)?,
        "encoded": encoded(&opened, &head),
    }))
    .map_err(errors::internal)?;
    files::blocking(move || files::replace(&path, &text).map_err(|error| errors::unwritable(&path, &error))).await?;
    Ok(Done {})
}

/// The same as bytes, in hexadecimal, as docs/protocol.md describes them: what another program checks.
fn encoded(opened: &OpenedRecord, head: &carekey_ledger::CertifiedHeader) -> Value {
    json!({
        "certificate": files::hex(&encode(&opened.metadata.author)),
        "header": files::hex(&encode(&opened.proof.header)),
        "ledgerProof": files::hex(&encode(&opened.proof.proof)),
        "certifiedHead": files::hex(&encode(head)),
    })
}
