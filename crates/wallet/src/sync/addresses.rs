//! Where hospitals are: asked of those that agree, for those that are not found where they were.

use carekey_protocol::{HospitalId, UnixMillis};

use super::compare::HospitalState;
use crate::error::WalletError;
use crate::vault::meta;
use crate::wallet::Wallet;

impl Wallet {
    /// Asks a hospital that agrees where the missing ones are. Each time another one, since one may not know, or lie:
    /// what is told is dialled and nothing else, and only beside the addresses known before.
    pub(super) async fn find_missing(&self) {
        let missing = self.missing();
        let agreeing = self.agreeing();
        if missing.is_empty() || agreeing.is_empty() {
            return;
        }
        let now = self.0.watch.steady_now();
        let asked = {
            let mut session = self.0.watch.session();
            let (last, number) = session.addresses_asked.unwrap_or((UnixMillis(0), 0));
            if u128::from(now.0.saturating_sub(last.0)) < self.0.watch.bounds.find.as_millis() {
                return;
            }
            session.addresses_asked = Some((now, number + 1));
            agreeing[number % agreeing.len()]
        };
        match self.0.remote.find(asked, &missing).await {
            Ok(true) => {
                let kept = self.write(|tx| meta::put(tx, meta::Key::Addresses, &self.0.remote.addresses()));
                if let Err::<_, WalletError>(error) = kept.map_err(Into::into) {
                    tracing::warn!(%error, "addresses could not be kept");
                }
            }
            Ok(false) => {}
            Err(error) => tracing::debug!(%error, "a hospital did not tell where others are"),
        }
    }

    /// Registered hospitals that nobody answers for.
    fn missing(&self) -> Vec<HospitalId> {
        let reachable_at = self.0.remote.hospitals();
        let standings = self.standings(self.0.remote.registered());
        let is_missing = |state: &HospitalState| matches!(state, HospitalState::Silent { .. });
        let missing = standings.into_iter();
        missing
            .filter(|standing| is_missing(&standing.state) || !reachable_at.contains(&standing.hospital))
            .map(|standing| standing.hospital)
            .collect()
    }

    fn agreeing(&self) -> Vec<HospitalId> {
        let standings = self.standings(self.0.remote.registered());
        let agreeing = standings.into_iter().filter(|standing| standing.state == HospitalState::Agrees);
        agreeing.map(|standing| standing.hospital).collect()
    }
}
