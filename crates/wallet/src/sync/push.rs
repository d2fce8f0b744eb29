//! Heads that hospitals announce: what this wallet passes on, believes and is woken by.
//!
//! An announced head moves nothing by itself: it is a reason to ask, and a height that hospitals are measured by.

use std::sync::{Arc, PoisonError, RwLock};

use carekey_ledger::{CertifiedHeader, Equivocation, LightClient, LightError};
use carekey_network::{HeadAnnouncements, Judgement};
use carekey_protocol::BlockHeight;
use tokio::sync::mpsc;

use super::watch::Evidence;
use crate::remote::Remote;
use crate::wallet::Wallet;

/// Second histories waiting to be noted. One is enough; who shows more proves nothing more.
const FORKS_MAX: usize = 4;

/// The announcements of a network, judged by what this wallet has verified.
pub(crate) struct Pushed {
    light: Arc<RwLock<LightClient>>,
    arriving: Option<tokio::sync::Mutex<Arriving>>,
}

struct Arriving {
    heads: HeadAnnouncements,
    forks: mpsc::Receiver<Evidence>,
}

impl Pushed {
    /// Follows the announcements. Outside of a runtime, or when the node is gone, there are none: then hospitals are
    /// asked, as they are anyway.
    pub(crate) fn follow(remote: &Remote, light: &LightClient) -> Self {
        let light = Arc::new(RwLock::new(light.clone()));
        let (noted, forks) = mpsc::channel(FORKS_MAX);
        let known = Arc::clone(&light);
        let judge = move |shown: &CertifiedHeader| {
            let known = known.read().unwrap_or_else(PoisonError::into_inner);
            let (judgement, fork) = judge(&known, shown);
            if let Some(equivocation) = fork {
                _ = noted.try_send(Evidence { equivocation, validators: known.signers().clone() });
            }
            judgement
        };
        let heads = tokio::runtime::Handle::try_current().ok().and_then(|_| remote.follow_heads(judge).ok());
        Self { light, arriving: heads.map(|heads| tokio::sync::Mutex::new(Arriving { heads, forks })) }
    }

    /// What was verified meanwhile: from here on announcements are judged by it.
    pub(super) fn verified(&self, light: &LightClient) {
        self.light.write().unwrap_or_else(PoisonError::into_inner).clone_from(light);
    }
}

impl Wallet {
    /// Returns when a head above `after` was announced, and it is certified; never if nobody announces.
    pub(crate) async fn wait_for_push(&self, after: BlockHeight) {
        let Some(arriving) = &self.0.pushed.arriving else { return std::future::pending().await };
        let mut arriving = arriving.lock().await;
        let Arriving { heads, forks } = &mut *arriving;
        loop {
            tokio::select! {
                head = heads.recv() => {
                    let Some(head) = head else { return std::future::pending().await };
                    let height = head.header.height;
                    let mut session = self.0.watch.session();
                    session.announced = session.announced.max(Some(height));
                    if height > after {
                        return;
                    }
                }
                Some(evidence) = forks.recv() => self.observe_equivocation(None, &evidence),
            }
        }
    }
}

/// What to do with an announced head: pass on what the known validators have certified, turn down what they have not, and
/// leave alone what only somebody who knows more can judge.
fn judge(light: &LightClient, shown: &CertifiedHeader) -> (Judgement, Option<Equivocation>) {
    let (ours, header) = (light.head(), &shown.header);
    if header.network != ours.network {
        return (Judgement::Reject, None);
    }
    if header.height < ours.height || header == ours {
        return (Judgement::Ignore, None);
    }
    if header.height == ours.height {
        return match light.compare(shown) {
            // Everybody is to learn of it.
            Err(LightError::Equivocation(fork)) => (Judgement::Accept, Some(*fork)),
            _ => (Judgement::Reject, None),
        };
    }
    let next = light.validators();
    if header.validators_hash != next.hash() {
        return (Judgement::Ignore, None);
    }
    match shown.verify(next) {
        Ok(()) => (Judgement::Accept, None),
        Err(_) => (Judgement::Reject, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use carekey_ledger::testkit::{NORTH, SOUTH, TestChain, TestNetwork};
    use carekey_ledger::{Vote, seal_alone, sign_vote};
    use carekey_protocol::UnixMillis;

    /// North's head, and the same a moment later.
    fn heads(network: &TestNetwork, chain: &TestChain) -> (CertifiedHeader, CertifiedHeader) {
        let head = chain.store.reader().head().unwrap();
        let mut header = head.header.clone();
        header.time = UnixMillis(header.time.0 + 1);
        let certificate = seal_alone(&network.ledger_key(NORTH), NORTH, &header);
        (head, CertifiedHeader { header, certificate })
    }

    #[test]
    fn only_what_the_known_hospitals_signed_is_passed_on() {
        let folder = tempfile::tempdir().unwrap();
        let mut chain = TestChain::new(folder.path(), 1);
        let mut light = LightClient::new(chain.network.genesis.clone()).unwrap();
        chain.mine_anchor(&[1; 32]);
        let (head, other) = heads(&chain.network, &chain);

        assert_eq!(judge(&light, &head).0, Judgement::Accept);
        let mut stranger = head.clone();
        stranger.certificate = seal_alone(&chain.network.ledger_key(SOUTH), NORTH, &stranger.header);
        assert_eq!(judge(&light, &stranger).0, Judgement::Reject, "North did not sign this");
        let mut unknown_set = head.clone();
        unknown_set.header.validators_hash = carekey_crypto::Digest([9; 32]);
        assert_eq!(judge(&light, &unknown_set).0, Judgement::Ignore, "others may know that set");
        let mut elsewhere = head.clone();
        elsewhere.header.network = carekey_protocol::NetworkId(carekey_crypto::Digest([9; 32]));
        assert_eq!(judge(&light, &elsewhere).0, Judgement::Reject);

        light.jump(&chain.store.reader().catch_up(BlockHeight(0)).unwrap()).unwrap();
        assert_eq!(judge(&light, &head).0, Judgement::Ignore, "known by now");
        let (judgement, fork) = judge(&light, &other);
        assert_eq!(judgement, Judgement::Accept, "a second history is for everybody to know");
        assert_eq!(fork.unwrap().verify(light.signers()), Ok(()));
        let mut forged = other;
        let vote = Vote::precommit(&forged.header, 0);
        forged.certificate.signatures[0].1 = sign_vote(&chain.network.ledger_key(SOUTH), &vote);
        assert!(matches!(judge(&light, &forged), (Judgement::Reject, None)));
    }
}
