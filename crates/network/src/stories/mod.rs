//! Whole nodes on real loopback sockets.

mod caps;
mod connecting;
mod consensus;
mod heads;
mod hostile;
mod requesting;
mod transferring;

use std::time::Duration;

use crate::{Node, NodeKey, NodeLimits, PeerAddress, Protocol, RequestLimits};

/// Nothing in these stories takes this long; a hang fails instead of blocking.
const PATIENCE: Duration = Duration::from_secs(60);

/// Answers its request.
struct Echo;

impl Protocol for Echo {
    const NAME: &'static str = "/carekey/test/echo/1";
    const LIMITS: RequestLimits = RequestLimits {
        request_bytes_max: 64 * 1024,
        response_bytes_max: 64 * 1024,
        time_max: Duration::from_secs(20),
        concurrent_max: 256,
        queued_max: 1024,
        per_peer_max: 128,
    };
    type Request = Vec<u8>;
    type Response = Vec<u8>;
}

fn key(seed: u64) -> NodeKey {
    NodeKey::generate(&mut carekey_crypto::test_rng(seed))
}

async fn hospital(seed: u64) -> Node {
    let here = "/ip4/127.0.0.1/tcp/0".parse().expect("an address");
    Node::start(&key(seed), &[here], NodeLimits::hospital()).await.expect("loopback is there")
}

async fn echo_hospital(seed: u64) -> Node {
    let node = hospital(seed).await;
    node.serve::<Echo, _, _>(|_, request| async move { Ok(request) }).expect("served once");
    node
}

async fn wallet(seed: u64, knows: &PeerAddress) -> Node {
    let node = Node::start(&key(seed), &[], NodeLimits::wallet()).await.expect("needs no socket");
    node.remember(knows.clone()).await;
    node
}

async fn patiently<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("the story hangs")
}
