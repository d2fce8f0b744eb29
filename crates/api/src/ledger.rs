//! The ledger's state, in words and in figures, and how the hospitals stand to it.

use carekey_protocol::{HospitalId, decode, encode};
use carekey_wallet::vault::Progress;
use carekey_wallet::vault::observations::{Observation, ObservationKind};
use carekey_wallet::{Evidence, HospitalStanding, HospitalState, WalletError};
use serde_json::json;

use crate::app::lock;
use crate::context::Context;
use crate::opened::OpenProfile;
use crate::types::{
    AppEvent, Done, ErrorCode, ErrorView, EvidenceExportRequest, HospitalStance, LedgerHospital, LedgerPhase,
    LedgerStateRequest, LedgerVerifiedRequest, LedgerVerifyRequest, LedgerView, NoticedKind, NoticedView, TaskKind,
    TaskStarted, Verified, VerifiedView,
};
use crate::{errors, files};

pub(crate) async fn state(cx: &Context, _: LedgerStateRequest) -> Result<LedgerView, ErrorView> {
    let profile = cx.profile()?;
    let state = profile.wallet.ledger_state().await;
    let head = &state.head.header;
    let phase = if !state.reachable {
        LedgerPhase::Offline
    } else if state.untrusted {
        LedgerPhase::Untrusted
    } else if state.paused {
        LedgerPhase::Paused
    } else if state.scanned < head.height {
        LedgerPhase::CatchingUp
    } else {
        LedgerPhase::UpToDate
    };
    let signed = state.head.certificate.signatures.iter().map(|(hospital, _)| *hospital);
    let noticed = profile.wallet.network_observations()?;
    Ok(LedgerView {
        phase,
        height: head.height.0,
        scanned_height: state.scanned.0,
        head_hash: head.hash().to_string(),
        at: head.time.0,
        signed_by: profile.hospital_names(signed),
        last_contact: cx.network().last_contact(),
        pending: profile.wallet.pending()? as u32,
        network_name: profile.wallet.remote().genesis().name.to_string(),
        network_id: profile.wallet.remote().network_id().to_string(),
        noticed: noticed.iter().map(|seen| notice(&profile, seen, &state.hospitals)).collect(),
        hospitals: state.hospitals.into_iter().map(hospital).collect(),
        compared_at: state.compared.map(|time| time.0),
    })
}

fn hospital(standing: HospitalStanding) -> LedgerHospital {
    let (stance, since) = match standing.state {
        HospitalState::Unknown => (HospitalStance::Unknown, None),
        HospitalState::Agrees => (HospitalStance::Agrees, None),
        HospitalState::Silent { since } => (HospitalStance::Silent, Some(since.0)),
        HospitalState::Behind { since } => (HospitalStance::Behind, Some(since.0)),
        HospitalState::Caught(_) => (HospitalStance::Untrusted, None),
    };
    LedgerHospital { id: standing.hospital.to_string(), name: standing.name, stance, since }
}

fn notice(profile: &OpenProfile, seen: &Observation, hospitals: &[HospitalStanding]) -> NoticedView {
    let is_why = |standing: &HospitalStanding| {
        standing.hospital == seen.hospital && standing.state == HospitalState::Caught(seen.kind)
    };
    NoticedView {
        hospital_id: seen.hospital.to_string(),
        hospital: profile.hospital(seen.hospital),
        kind: match seen.kind {
            ObservationKind::Equivocation => NoticedKind::Equivocation,
            ObservationKind::SignedTwice => NoticedKind::SignedTwice,
            ObservationKind::ForgedHead => NoticedKind::ForgedHead,
            ObservationKind::WrongProof => NoticedKind::WrongProof,
            ObservationKind::HiddenRegistry => NoticedKind::HiddenRegistry,
            ObservationKind::Withheld => NoticedKind::Withheld,
            ObservationKind::Stale => NoticedKind::Stale,
        },
        first_seen: seen.first_seen.0,
        last_seen: seen.last_seen.0,
        count: u32::try_from(seen.count).unwrap_or(u32::MAX),
        proof: seen.evidence.is_some(),
        now: hospitals.iter().any(is_why),
    }
}

/// Saves the proof that a hospital showed or signed two histories. docs/protocol.md says how others check it.
pub(crate) async fn export_evidence(cx: &Context, request: EvidenceExportRequest) -> Result<Done, ErrorView> {
    let profile = cx.profile()?;
    let hospital: HospitalId = request.hospital_id.parse().map_err(errors::invalid)?;
    let path = files::absolute(&request.path)?;
    let proofs = profile.wallet.network_observations()?.into_iter().filter(|seen| seen.hospital == hospital);
    let proof = proofs.filter_map(|seen| seen.evidence).next().ok_or_else(|| errors::plain(ErrorCode::NotFound))?;
    let Evidence { equivocation, validators } = decode(&proof).map_err(errors::internal)?;
    let text = serde_json::to_vec_pretty(&json!({
        "format": "carekey-evidence-1",
        "network": profile.wallet.remote().network_id().to_string(),
        "height": equivocation.first.header.height.0,
        "first": equivocation.first.header.hash().to_string(),
        "second": equivocation.second.header.hash().to_string(),
        "signedBoth": profile.hospital_names(equivocation.signed_both()),
        "encoded": {
            "equivocation": files::hex(&encode(&equivocation)),
            "validators": files::hex(&encode(&validators)),
        },
    }))
    .map_err(errors::internal)?;
    files::blocking(move || files::replace(&path, &text).map_err(|error| errors::unwritable(&path, &error))).await?;
    Ok(Done {})
}

/// Has every own record proved anew by its hospital, and checks the proofs.
pub(crate) async fn verify(cx: &Context, _: LedgerVerifyRequest) -> Result<TaskStarted, ErrorView> {
    let profile = cx.member()?;
    let (told, id) = (cx.app.clone(), profile.id.clone());
    Ok(cx.start_task(TaskKind::Verify, "", None, move |task| async move {
        // Against what the hospitals show now, if they can be reached.
        drop(task.unless_cancelled(profile.wallet.sync()).await);
        task.check()?;
        let rows = profile.wallet.records(None)?;
        let total = rows.len() as u64;
        let mut found = Verified { at: 0, height: 0, held: 0, failed: Vec::new(), unreachable: 0, waiting: 0 };
        for (done, row) in rows.iter().enumerate() {
            task.progress(done as u64, Some(total));
            let Some(txid) = row.anchor.txid().filter(|_| matches!(row.anchor, Progress::Recorded { .. })) else {
                found.waiting += 1;
                continue;
            };
            let proved = profile.wallet.prove(row.hospital, &txid);
            let proved = task.unless_cancelled(async { Ok::<_, ErrorView>(proved.await) }).await?;
            match proved {
                Ok(_) => found.held += 1,
                Err(WalletError::Withheld(_)) => found.failed.push(row.title.clone()),
                Err(_) => found.unreachable += 1,
            }
        }
        found.at = files::now();
        found.height = profile.wallet.ledger_state().await.head.header.height.0;
        *lock(&profile.verified) = Some(found);
        told.tell_profile(&id, &AppEvent::HospitalsChanged);
        Ok(None)
    }))
}

pub(crate) async fn verified(cx: &Context, _: LedgerVerifiedRequest) -> Result<VerifiedView, ErrorView> {
    Ok(VerifiedView { last: lock(&cx.profile()?.verified).clone() })
}
