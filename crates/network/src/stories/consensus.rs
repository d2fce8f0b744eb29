use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use super::*;
use crate::consensus::{MESSAGE_BYTES_MAX, Mesh, NAME};
use crate::testkit::{Fault, FaultProxy};
use crate::{Bytes, Channel, NetworkError, PeerId, Refusal, socket_address};

/// A hospital with a vote.
struct Validator {
    node: Node,
    mesh: Mesh,
    messages: mpsc::Receiver<(PeerId, Bytes)>,
    admitted: Arc<Mutex<HashSet<PeerId>>>,
}

impl Validator {
    async fn start(seed: u64, others: &[u64]) -> Self {
        Self::on(hospital(seed).await, others)
    }

    fn on(node: Node, others: &[u64]) -> Self {
        let admitted: HashSet<_> = others.iter().map(|seed| key(*seed).peer_id()).collect();
        let admitted = Arc::new(Mutex::new(admitted));
        let asked = admitted.clone();
        let admit = move |peer: &PeerId| asked.lock().expect("unpoisoned").contains(peer);
        let (mesh, messages) = Mesh::start(&node, admit).expect("one mesh");
        Self { node, mesh, messages, admitted }
    }

    async fn sends_to(&self, peer: &PeerAddress) {
        self.node.remember(peer.clone()).await;
        self.mesh.set_peers(vec![peer.peer_id]);
    }

    async fn next(&mut self) -> (PeerId, Bytes) {
        patiently(self.messages.recv()).await.expect("the mesh is up")
    }

    /// The next message of `peer` that says `text`; others are passed over.
    async fn hears(&mut self, peer: PeerId, text: &'static str) {
        while self.next().await != (peer, Bytes::from(text)) {}
    }

    /// Repeats a message until `listener` has it, as consensus does: around a cut one may get lost.
    async fn is_heard_by(&self, listener: &mut Self, text: &'static str) {
        patiently(async {
            loop {
                self.mesh.broadcast(Bytes::from(text));
                let heard = listener.hears(self.node.peer_id(), text);
                if tokio::time::timeout(Duration::from_millis(300), heard).await.is_ok() {
                    return;
                }
            }
        })
        .await;
    }

    /// A stream as a hostile validator opens it.
    async fn opens(&self, peer: PeerId) -> Channel {
        let mut channel = self.node.open_once(peer, NAME).await.expect("connected");
        patiently(channel.receive_verdict()).await.expect("admitted");
        channel
    }
}

/// Waits until `condition` holds.
async fn until(condition: impl Fn() -> bool) {
    patiently(async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

async fn ended(channel: &mut Channel) {
    assert!(patiently(channel.read_u8()).await.is_err(), "the receiver closed the stream");
}

#[tokio::test]
async fn everybody_hears_everybody_in_order_and_knows_who_spoke() {
    let seeds = [1, 2, 3, 4];
    let mut validators = Vec::new();
    for seed in seeds {
        validators.push(Validator::start(seed, &seeds).await);
    }
    let addresses: Vec<_> = validators.iter().map(|validator| validator.node.address()).collect();
    for validator in &validators {
        for address in &addresses {
            validator.node.remember(address.clone()).await;
        }
        validator.mesh.set_peers(addresses.iter().map(|address| address.peer_id).collect());
    }
    let body = Bytes::from(vec![7; MESSAGE_BYTES_MAX]);
    validators[0].mesh.broadcast(body.clone());
    for validator in &validators {
        for vote in ["prevote", "precommit"] {
            validator.mesh.broadcast(Bytes::from(vote));
        }
    }
    for validator in &mut validators {
        let own = validator.node.peer_id();
        let mut heard: HashMap<PeerId, Vec<Bytes>> = HashMap::new();
        let expected = if own == addresses[0].peer_id { 6 } else { 7 };
        for _ in 0..expected {
            let (peer, message) = validator.next().await;
            heard.entry(peer).or_default().push(message);
        }
        for address in addresses.iter().filter(|address| address.peer_id != own) {
            let mut spoken = vec![Bytes::from("prevote"), Bytes::from("precommit")];
            if *address == addresses[0] {
                spoken.insert(0, body.clone());
            }
            assert_eq!(heard.remove(&address.peer_id), Some(spoken));
        }
        assert!(heard.is_empty(), "nobody hears itself");
    }
}

#[tokio::test]
async fn only_validators_are_heard_and_a_revision_ends_what_was_open() {
    let mut north = Validator::start(1, &[2]).await;
    let (south, stranger) = (Validator::start(2, &[]).await, wallet(9, &north.node.address()).await);
    let refused = patiently(stranger.open_stream(north.node.peer_id(), NAME)).await;
    assert!(matches!(refused, Err(NetworkError::Refused(Refusal::NotAllowed))), "{refused:?}");

    south.sends_to(&north.node.address()).await;
    south.mesh.broadcast(Bytes::from("as a validator"));
    north.hears(south.node.peer_id(), "as a validator").await;

    let mut open = south.opens(north.node.peer_id()).await;
    north.mesh.revise();
    open.write_all(&[0, 0, 0, 0]).await.expect("a revision that changes nothing ends nothing");
    open.flush().await.expect("sent");
    while north.next().await != (south.node.peer_id(), Bytes::new()) {}
    north.admitted.lock().expect("unpoisoned").clear();
    north.mesh.revise();
    ended(&mut open).await;

    north.admitted.lock().expect("unpoisoned").insert(south.node.peer_id());
    south.mesh.broadcast(Bytes::from("elected again"));
    north.hears(south.node.peer_id(), "elected again").await;
}

#[tokio::test]
async fn a_cut_line_is_mended_and_the_body_under_way_arrives_whole() {
    let mut north = Validator::start(1, &[2]).await;
    let south = Validator::start(2, &[]).await;
    let faults = vec![Fault::CutAfter(1 << 20), Fault::CutAfter(2 << 20)];
    let proxy = FaultProxy::start(&north.node.address(), faults).await.expect("loopback");
    south.sends_to(&proxy.address()).await;
    let body = Bytes::from(vec![7; MESSAGE_BYTES_MAX]);
    south.mesh.broadcast(body.clone());
    assert_eq!(north.next().await, (south.node.peer_id(), body));
    assert_eq!(proxy.connections(), 3, "twice cut");
    for _ in 0..3 {
        proxy.cut_all();
        south.is_heard_by(&mut north, "still here").await;
    }
}

#[tokio::test]
async fn a_validator_that_stalls_holds_nobody_up() {
    let mut north = Validator::start(1, &[3]).await;
    let stalled = Validator::start(2, &[3]).await;
    let proxy = FaultProxy::start(&stalled.node.address(), vec![Fault::StallAfter(64 << 10)]).await.expect("loopback");
    let east = Validator::start(3, &[]).await;
    east.node.remember(north.node.address()).await;
    east.node.remember(proxy.address()).await;
    east.mesh.set_peers(vec![north.node.peer_id(), stalled.node.peer_id()]);
    for number in 0..20u8 {
        let body = Bytes::from(vec![number; 1 << 20]);
        east.mesh.broadcast(body.clone());
        assert_eq!(north.next().await, (east.node.peer_id(), body), "the others get every message");
    }
    patiently(east.mesh.shut_down()).await;
}

#[tokio::test]
async fn a_validator_that_floods_gets_its_turn_and_no_more() {
    let mut north = Validator::start(1, &[2, 3]).await;
    let (flooding, honest) = (Validator::start(2, &[]).await, Validator::start(3, &[]).await);
    for validator in [&flooding, &honest] {
        validator.node.remember(north.node.address()).await;
    }
    let mut flood = flooding.opens(north.node.peer_id()).await;
    let flooder = tokio::spawn(async move {
        let vote = [&64u32.to_be_bytes()[..], &[0; 64]].concat();
        while flood.write_all(&vote).await.is_ok() {}
    });
    // One message in the inbox, one in the hands of the flooder's stream; then one of the honest stream.
    until(|| north.node.traffic().received_messages == 2).await;
    honest.mesh.set_peers(vec![north.node.peer_id()]);
    honest.mesh.broadcast(Bytes::from("a vote"));
    until(|| north.node.traffic().received_messages == 3).await;
    let received: Vec<_> = [north.next().await.0, north.next().await.0, north.next().await.0].into();
    assert!(received.contains(&honest.node.peer_id()), "the honest vote came third at the latest");
    drop(north);
    patiently(flooder).await.expect("the flood ends with the stream");
}

#[tokio::test]
async fn hostile_frames_cost_their_own_stream_only() {
    let mut north = Validator::start(1, &[2, 3]).await;
    let (hostile, honest) = (Validator::start(2, &[]).await, Validator::start(3, &[]).await);
    hostile.node.remember(north.node.address()).await;
    honest.sends_to(&north.node.address()).await;
    for announced in [MESSAGE_BYTES_MAX as u32 + 1, u32::MAX] {
        let mut channel = hostile.opens(north.node.peer_id()).await;
        channel.write_all(&announced.to_be_bytes()).await.expect("sent");
        channel.flush().await.expect("sent");
        ended(&mut channel).await;
    }
    // A message begun and not finished, and then silence: one place, which the next stream takes over.
    let mut loris = hostile.opens(north.node.peer_id()).await;
    loris.write_all(&(MESSAGE_BYTES_MAX as u32).to_be_bytes()).await.expect("sent");
    loris.write_all(&[0; 1000]).await.expect("sent");
    loris.flush().await.expect("sent");
    honest.mesh.broadcast(Bytes::from("undisturbed"));
    north.hears(honest.node.peer_id(), "undisturbed").await;
    for _ in 0..20 {
        let newer = hostile.opens(north.node.peer_id()).await;
        ended(&mut loris).await;
        loris = newer;
    }
}

#[tokio::test]
async fn a_restarted_validator_is_found_again_without_delay() {
    let mut north = Validator::start(1, &[2]).await;
    let south = Validator::start(2, &[1]).await;
    south.sends_to(&north.node.address()).await;
    south.mesh.broadcast(Bytes::from("before"));
    north.hears(south.node.peer_id(), "before").await;

    let address = north.node.address();
    patiently(north.mesh.shut_down()).await;
    assert_eq!(patiently(north.messages.recv()).await, None, "the receiver ends with the mesh");
    patiently(north.node.shut_down()).await;
    let node = Node::start(&key(1), &address.addresses, NodeLimits::hospital()).await.expect("the port is free again");
    let mut north = Validator::on(node, &[2]);
    north.sends_to(&south.node.address()).await;
    south.is_heard_by(&mut north, "after").await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_connection_and_no_stream_stays_behind() {
    let mut north = Validator::start(1, &[2]).await;
    let south = Validator::start(2, &[]).await;
    let port = socket_address(&north.node.address().addresses[0]).expect("a TCP address").port();
    south.sends_to(&north.node.address()).await;
    for _ in 0..20 {
        south.is_heard_by(&mut north, "hello").await;
        south.node.disconnect(north.node.peer_id()).await;
    }
    // Without messages to send no stream is needed for long, but it is kept; without peers it is not.
    south.mesh.set_peers(vec![]);
    until(|| north.mesh.streams() == 0).await;
    patiently(south.node.shut_down()).await;
    until(|| connections(port) == 0).await;
}

/// Established TCP connections of a port, both ends counted.
#[cfg(target_os = "linux")]
fn connections(port: u16) -> usize {
    let table = std::fs::read_to_string("/proc/net/tcp").expect("Linux");
    let port = format!(":{port:04X}");
    table.lines().filter(|line| line.contains(&port) && line.contains(" 01 ")).count()
}
