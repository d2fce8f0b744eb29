//! The ledger's state, in words and in figures.

use crate::context::Context;
use crate::types::{ErrorView, LedgerPhase, LedgerStateRequest, LedgerView};

pub(crate) async fn state(cx: &Context, _: LedgerStateRequest) -> Result<LedgerView, ErrorView> {
    let profile = cx.profile()?;
    let state = profile.wallet.ledger_state().await;
    let head = &state.head.header;
    let network = cx.app.network.view();
    let phase = if !state.reachable {
        LedgerPhase::Offline
    } else if state.scanned < head.height {
        LedgerPhase::CatchingUp
    } else {
        LedgerPhase::UpToDate
    };
    let signed = state.head.certificate.signatures.iter().map(|(hospital, _)| *hospital);
    Ok(LedgerView {
        phase,
        height: head.height.0,
        scanned_height: state.scanned.0,
        head_hash: head.hash().to_string(),
        at: head.time.0,
        signed_by: profile.hospital_names(signed),
        last_contact: cx.app.network.last_contact(),
        pending: profile.wallet.pending()? as u32,
        network_name: network.name,
        network_id: profile.wallet.remote().network_id().to_string(),
        hospitals: network.hospitals,
    })
}
