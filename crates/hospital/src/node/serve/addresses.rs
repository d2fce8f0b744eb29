//! Where hospitals are reached: what this one remembers and tells, and how it introduces itself.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use carekey_network::addresses::{self, AddressAnswer, AddressBook, AddressRequest, Addresses};
use carekey_network::{NetworkError, Node, PeerAddress, PeerId, peer_id_of};
use carekey_protocol::HospitalId;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::super::Inner;
use crate::error::StoreError;

/// How often hospitals are looked for that have not heard from this one.
const LOOK_PAUSE: Duration = Duration::from_secs(10);

/// Hospitals asked at once.
const ASKED_AT_ONCE: usize = 16;

/// Opens the book and lets the node dial whom it lists, at what the operator configured as well. An entry of this
/// hospital itself among `peers` says what it announces; without one it announces where it listens.
pub(in super::super) async fn open(
    dir: &Path,
    node: &Node,
    hospital: HospitalId,
    peers: Vec<PeerAddress>,
) -> Result<Arc<AddressBook>, StoreError> {
    let book = AddressBook::open(dir.join("addresses"))?;
    let (own, others): (Vec<_>, Vec<_>) = peers.into_iter().partition(|peer| peer.peer_id == node.peer_id());
    let own = own.into_iter().next().unwrap_or_else(|| node.address());
    for peer in book.with(others) {
        node.remember(peer).await;
    }
    book.keep(hospital, own).await?;
    Ok(Arc::new(book))
}

pub(super) fn serve(inner: &Arc<Inner>) -> Result<(), NetworkError> {
    let reader = inner.chain.reader.clone();
    addresses::serve(&inner.node, Arc::clone(&inner.book), move || {
        let hospitals = reader.hospitals().unwrap_or_default();
        hospitals.iter().map(|hospital| (hospital.id, peer_id_of(&hospital.peer_key))).collect()
    })
}

/// Whom this hospital has met since it started.
#[derive(Default)]
struct Acquaintances {
    /// They know where this hospital is.
    told: HashSet<PeerId>,
    /// Nobody but other hospitals has said where they are.
    hearsay: HashSet<PeerId>,
}

/// Tells every hospital, and the authority, where this one is reached, until each has heard it; asks those that answer
/// where the others are.
pub(in super::super) async fn introduce(inner: Arc<Inner>) {
    let mut acquaintances = Acquaintances::default();
    loop {
        tokio::select! {
            () = introduce_to_all(&inner, &mut acquaintances) => {}
            () = inner.stopped() => return,
        }
        tokio::select! {
            () = inner.book.changed() => {}
            () = sleep(LOOK_PAUSE) => {}
            () = inner.stopped() => return,
        }
    }
}

async fn introduce_to_all(inner: &Arc<Inner>, met: &mut Acquaintances) {
    let (own, reader) = (inner.chain.hospital, inner.chain.reader.clone());
    let listed = tokio::task::spawn_blocking(move || reader.hospitals()).await;
    let Ok(Ok(listed)) = listed else { return };
    let registered: HashMap<_, _> =
        listed.iter().map(|hospital| (hospital.id, peer_id_of(&hospital.peer_key))).collect();
    // Nobody believes a hospital that is not registered yet.
    if registered.get(&own) != Some(&inner.node.peer_id()) {
        return;
    }
    let Some((_, address)) = inner.book.known().into_iter().find(|(hospital, _)| *hospital == own) else { return };
    let announcement = AddressRequest::announce(address.addresses);

    let authority = peer_id_of(&inner.chain.genesis.authority_peer_key);
    let others = registered.values().copied().filter(|peer| *peer != inner.node.peer_id());
    let mut waiting: Vec<_> = others.chain([authority]).filter(|peer| !met.told.contains(peer)).collect();
    let (mut asking, mut said) = (JoinSet::new(), Vec::new());
    loop {
        while asking.len() < ASKED_AT_ONCE
            && let Some(peer) = waiting.pop()
        {
            let (node, announcement) = (inner.node.clone(), announcement.clone());
            asking.spawn(async move { (peer, exchange(&node, peer, announcement).await) });
        }
        let Some(asked) = asking.join_next().await else { break };
        match asked {
            Ok((peer, Ok(heard))) => {
                met.told.insert(peer);
                met.hearsay.remove(&peer);
                said.extend(heard);
            }
            Ok((peer, Err(error))) => {
                tracing::debug!(%peer, %error, "not introduced to a hospital");
                if matches!(error, NetworkError::UnknownPeer { .. }) {
                    met.hearsay.insert(peer);
                }
            }
            Err(_) => {}
        }
    }
    // Nobody's word replaces a hospital's own, or the operator's.
    for hint in addresses::hints(said, &registered).filter(|hint| met.hearsay.contains(&hint.peer_id)) {
        inner.node.remember(hint).await;
    }
}

/// Announces this hospital, and hears where others are.
async fn exchange(
    node: &Node,
    peer: PeerId,
    announcement: AddressRequest,
) -> Result<Vec<(HospitalId, String)>, NetworkError> {
    node.request::<Addresses>(peer, announcement).await?;
    match node.request::<Addresses>(peer, AddressRequest::Known).await? {
        AddressAnswer::Known(known) => Ok(known),
        AddressAnswer::Kept => Err(NetworkError::Malformed { reason: "another answer".to_owned() }),
    }
}
