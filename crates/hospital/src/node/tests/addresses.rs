//! A network finds itself.

use std::path::Path;
use std::time::Duration;

use carekey_crypto::{SecretKey, test_rng};
use carekey_network::addresses::{AddressAnswer, AddressRequest, Addresses};
use carekey_network::{NetworkError, Node, NodeKey, NodeLimits, PeerAddress, Refusal};
use carekey_protocol::genesis::{SUITE, Seal};
use carekey_protocol::{AuthorityId, Genesis, HospitalId, HospitalRegistration, Text, UnixMillis};

use super::network::{NORTH, SOUTH, config, keys_of, soon};
use crate::{Hospital, HospitalConfig};

const EAST: HospitalId = HospitalId([0, 0, 3]);

fn genesis() -> Genesis {
    let authority = SecretKey::generate(&mut test_rng(1)).public();
    let registration = |id: HospitalId, voting_power| HospitalRegistration {
        id,
        name: Text::truncated(&id.to_string()),
        ledger_key: keys_of(id).ledger.public(),
        peer_key: keys_of(id).peer.public(),
        voting_power,
    };
    Genesis {
        suite: SUITE,
        name: Text::truncated("Test"),
        authority: AuthorityId([0, 1]),
        authority_key: authority,
        authority_peer_key: authority,
        seal: Seal::Quorum,
        hospitals: vec![registration(NORTH, 1), registration(SOUTH, 0), registration(EAST, 0)],
        founded: UnixMillis(1),
    }
}

async fn start(dir: &Path, id: HospitalId, peers: Vec<PeerAddress>) -> Hospital {
    Hospital::start(HospitalConfig { peers, ..config(dir, &genesis(), id) }).await.expect("starts")
}

/// Waits until everybody knows where everybody is now.
async fn acquainted(hospitals: [&Hospital; 3]) {
    let mut expected: Vec<_> = hospitals.map(|hospital| (hospital.inner.chain.hospital, hospital.address())).into();
    expected.sort_by_key(|(hospital, _)| *hospital);
    soon(async {
        while hospitals.iter().any(|hospital| hospital.inner.book.known() != expected) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hospitals_that_know_one_address_come_to_know_all_and_a_move_is_noticed() {
    let dir = tempfile::tempdir().expect("a directory");
    let north = start(dir.path(), NORTH, vec![]).await;
    let south = start(dir.path(), SOUTH, vec![north.address()]).await;
    let east = start(dir.path(), EAST, vec![north.address()]).await;
    acquainted([&north, &south, &east]).await;

    east.stop().await;
    let moved = start(dir.path(), EAST, vec![]).await;
    assert_ne!(moved.address(), east.address());
    acquainted([&north, &south, &moved]).await;
    for hospital in [north, south, moved] {
        hospital.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_may_ask_and_not_announce() {
    let dir = tempfile::tempdir().expect("a directory");
    let north = start(dir.path(), NORTH, vec![]).await;
    let stranger = Node::start(&NodeKey::generate(&mut test_rng(9)), &[], NodeLimits::wallet()).await.expect("starts");
    stranger.remember(north.address()).await;
    let peer = north.address().peer_id;

    let announce = AddressRequest::announce(vec!["/ip4/10.0.0.1/tcp/1".parse().expect("an address")]);
    let refused = soon(stranger.request::<Addresses>(peer, announce)).await;
    assert!(matches!(refused, Err(NetworkError::Refused(Refusal::NotAllowed))), "{refused:?}");
    let known = soon(stranger.request::<Addresses>(peer, AddressRequest::Known)).await.expect("answered");
    assert_eq!(known, AddressAnswer::Known(vec![(NORTH, north.address().to_string())]));
    north.stop().await;
}
