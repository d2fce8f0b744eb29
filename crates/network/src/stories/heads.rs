use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use carekey_crypto::{Digest, SecretKey, test_rng};
use carekey_ledger::{CertifiedHeader, Header, QuorumCertificate, seal_alone};
use carekey_protocol::{BlockHeight, HospitalId, NetworkId, UnixMillis, encode};
use tokio::io::AsyncReadExt;

use super::*;
use crate::heads::{Command, HEAD_BYTES_MAX};
use crate::{HeadAnnouncements, Judgement, NetworkError, PeerId};

const NETWORK: NetworkId = NetworkId(Digest([7; 32]));

/// A head, certified by the hospital everybody knows, or by somebody else.
fn certified(height: u64, seed: u64) -> CertifiedHeader {
    let header = Header {
        version: Header::VERSION,
        network: NETWORK,
        height: BlockHeight(height),
        previous: Digest::ZERO,
        transaction_root: Digest::ZERO,
        history_root: Digest::ZERO,
        validators_hash: Digest::ZERO,
        next_validators_hash: Digest::ZERO,
        time: UnixMillis(height),
        proposer: HospitalId([0, 0, 1]),
    };
    let certificate = seal_alone(&SecretKey::generate(&mut test_rng(seed)), header.proposer, &header);
    CertifiedHeader { header, certificate }
}

fn head(height: u64) -> CertifiedHeader {
    certified(height, 1)
}

fn forged(height: u64) -> CertifiedHeader {
    certified(height, 666)
}

/// A node that follows, and how many forged heads it was shown.
struct Follower {
    node: Node,
    heads: HeadAnnouncements,
    forged: Arc<AtomicUsize>,
}

impl Follower {
    fn on(node: Node) -> Self {
        let forged = Arc::new(AtomicUsize::new(0));
        let seen = forged.clone();
        let judge = move |shown: &CertifiedHeader| {
            if *shown == head(shown.header.height.0) {
                return Judgement::Accept;
            }
            seen.fetch_add(1, SeqCst);
            Judgement::Reject
        };
        let heads = node.follow_heads(NETWORK, judge).expect("followed");
        Self { node, heads, forged }
    }

    async fn hospital(seed: u64) -> Self {
        Self::on(echo_hospital(seed).await)
    }

    async fn wallet(seed: u64, knows: &[&Self]) -> Self {
        let follower = Self::on(Node::start(&key(seed), &[], NodeLimits::wallet()).await.expect("needs no socket"));
        for hospital in knows {
            follower.connect(&hospital.node).await;
        }
        follower
    }

    async fn connect(&self, hospital: &Node) {
        self.node.remember(hospital.address()).await;
        patiently(async {
            // The old connection's end may be noticed only by failing on it.
            while let Err(error) = self.node.request::<Echo>(hospital.peer_id(), vec![1]).await {
                assert!(error.is_transient(), "{error}");
            }
        })
        .await;
    }

    async fn hears(&mut self, height: u64) {
        while self.next().await != head(height) {}
    }

    async fn next(&mut self) -> CertifiedHeader {
        patiently(self.heads.recv()).await.expect("the node is up")
    }
}

/// Announces new heads until all have heard one: before, their interest may not have arrived. Returns the height.
async fn warm_up(announcer: &Node, listeners: &mut [&mut Follower], first: u64) -> u64 {
    let mut height = first;
    for listener in listeners {
        patiently(async {
            while tokio::time::timeout(Duration::from_millis(100), listener.heads.recv()).await.is_err() {
                height += 1;
                announcer.announce_head(&head(height));
            }
        })
        .await;
    }
    height
}

/// Ends when the connection to `peer` is closed.
async fn shown_the_door(node: &Node, peer: PeerId) {
    match patiently(node.open_once(peer, Echo::NAME)).await {
        Ok(mut channel) => assert!(patiently(channel.read_u8()).await.is_err()),
        Err(error) => assert!(matches!(error, NetworkError::Closed), "{error}"),
    }
}

#[tokio::test]
async fn a_head_reaches_every_wallet_of_every_hospital() {
    let mut north = Follower::hospital(1).await;
    let mut south = Follower::hospital(2).await;
    south.connect(&north.node).await;
    let mut ada = Follower::wallet(3, &[&north]).await;
    let mut ben = Follower::wallet(4, &[&south]).await;
    let mut eve = Follower::wallet(5, &[&north, &south]).await;
    let height = warm_up(&north.node, &mut [&mut south, &mut ada, &mut ben, &mut eve], 0).await;

    north.node.announce_head(&head(height + 1));
    for follower in [&mut south, &mut ada, &mut ben, &mut eve] {
        follower.hears(height + 1).await;
    }
    let height = warm_up(&south.node, &mut [&mut north], height + 1).await;
    south.node.announce_head(&head(height + 1));
    for follower in [&mut north, &mut ada, &mut ben, &mut eve] {
        follower.hears(height + 1).await;
    }
}

#[tokio::test]
async fn the_newest_head_wins_and_older_ones_are_not_told() {
    let north = Follower::hospital(1).await;
    let mut ada = Follower::wallet(2, &[&north]).await;
    let height = warm_up(&north.node, &mut [&mut ada], 0).await;
    for later in 1..=50 {
        north.node.announce_head(&head(height + later));
    }
    // An older head, as a hospital that lags behind would announce it.
    north.node.announce_head(&head(height));
    ada.hears(height + 50).await;
    assert!(tokio::time::timeout(Duration::from_millis(100), ada.heads.recv()).await.is_err(), "nothing after it");
}

#[tokio::test]
async fn a_forged_head_is_not_passed_on_and_its_sender_is_shown_the_door() {
    let north = Follower::hospital(1).await;
    let mut ada = Follower::wallet(2, &[&north]).await;
    let liar = Follower::wallet(3, &[&north]).await;
    let height = warm_up(&north.node, &mut [&mut ada], 0).await;

    // The very header that will be announced, with a false certificate, is to keep the true one out.
    let door = shown_the_door(&liar.node, north.node.peer_id());
    let lying = async {
        for lie in 1.. {
            liar.node.announce_head(&forged(height + lie));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = door => {}
        () = lying => {}
    }
    assert!(north.forged.load(SeqCst) >= 6, "one mistake is forgiven");
    assert_eq!(ada.forged.load(SeqCst), 0, "nobody else saw a forged head");
    north.node.announce_head(&head(height + 1));
    ada.hears(height + 1).await;
}

#[tokio::test]
async fn what_is_no_head_at_all_is_stopped_before_it_is_judged() {
    let north = Follower::hospital(1).await;
    let liar = Follower::wallet(2, &[&north]).await;
    let door = shown_the_door(&liar.node, north.node.peer_id());
    let junk = async {
        for height in 1.. {
            let bytes = [&encode(&forged(height))[..], b"and more"].concat();
            let _ = liar.node.head_commands().send(Command::Announce { height: BlockHeight(height), bytes }).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = door => {}
        () = junk => {}
    }
    assert_eq!(north.forged.load(SeqCst), 0);
}

#[tokio::test]
async fn a_flood_of_forged_heads_does_not_drown_a_true_one() {
    let north = Follower::hospital(1).await;
    let mut ada = Follower::wallet(2, &[&north]).await;
    let mut flooding = tokio::task::JoinSet::new();
    for seed in 10..14 {
        let liar = Follower::wallet(seed, &[&north]).await;
        let peer = north.node.peer_id();
        flooding.spawn(async move {
            for height in 1.. {
                let _ = liar.node.head_commands().send(Command::Shout(encode(&forged(height)))).await;
                if height % 64 == 0 {
                    // Back after every time it was shown the door.
                    let _ = liar.node.request::<Echo>(peer, vec![1]).await;
                }
            }
        });
    }
    let height = warm_up(&north.node, &mut [&mut ada], 0).await;
    for later in 1..=20 {
        north.node.announce_head(&head(height + later));
        ada.hears(height + later).await;
    }
    assert_eq!(ada.forged.load(SeqCst), 0);
}

#[tokio::test]
async fn following_begins_anew_after_a_pause_and_after_a_restart() {
    let north = Follower::hospital(1).await;
    let ada = Follower::wallet(2, &[&north]).await;
    let Follower { node, heads, .. } = ada;
    drop(heads);
    let mut ada = Follower::on(node);
    let height = warm_up(&north.node, &mut [&mut ada], 0).await;

    let mut replaced = ada;
    let mut ada = Follower::on(replaced.node.clone());
    assert_eq!(patiently(replaced.heads.recv()).await, None, "a second call takes the place of the first");
    let height = warm_up(&north.node, &mut [&mut ada], height).await;

    let address = north.node.address();
    patiently(north.node.shut_down()).await;
    drop(north);
    let node = Node::start(&key(1), &address.addresses, NodeLimits::hospital()).await.expect("the port is free again");
    node.serve::<Echo, _, _>(|_, request| async move { Ok(request) }).expect("served once");
    let north = Follower::on(node);
    ada.connect(&north.node).await;
    warm_up(&north.node, &mut [&mut ada], height).await;

    patiently(ada.node.shut_down()).await;
    while patiently(ada.heads.recv()).await.is_some() {}
    assert!(ada.node.follow_heads(NETWORK, |_| Judgement::Accept).is_err(), "a node that was shut down says so");
}

#[tokio::test]
async fn a_node_that_does_not_follow_is_not_bothered() {
    let quiet = echo_hospital(1).await;
    let mut ada = Follower::wallet(2, &[]).await;
    ada.connect(&quiet).await;
    quiet.announce_head(&head(1));
    assert!(tokio::time::timeout(Duration::from_millis(100), ada.heads.recv()).await.is_err());

    // It begins to follow; what is connected already is closed, and takes part when it comes back.
    let door = shown_the_door(&ada.node, quiet.peer_id());
    let (north, ()) = tokio::join!(async { Follower::on(quiet.clone()) }, door);
    ada.connect(&north.node).await;
    warm_up(&north.node, &mut [&mut ada], 1).await;
}

#[test]
fn a_head_with_the_signatures_of_all_validators_fits() {
    let CertifiedHeader { header, certificate } = head(u64::MAX);
    let signature = certificate.signatures[0].1;
    let signatures = vec![(header.proposer, signature); carekey_ledger::limits::VALIDATORS_MAX];
    let certificate = QuorumCertificate::from_votes(&header, u32::MAX, signatures);
    assert!(encode(&CertifiedHeader { header, certificate }).len() <= HEAD_BYTES_MAX);
}
