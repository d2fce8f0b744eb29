//! One of four hospitals is malicious; the other three go on as if it were down.

use std::time::Duration;

use carekey_network::consensus::MESSAGE_BYTES_MAX;
use carekey_network::ledger::{Chain, Head, Submit};
use carekey_network::records::{ACCESS, UPLOAD};
use carekey_network::{Channel, Node, NodeKey, NodeLimits, PeerId, Protocol};
use futures::future::join_all;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use crate::load::Load;
use crate::town::{Town, keys};
use crate::traitor::Traitor;
use crate::ward::Ward;

const HONEST: [usize; 3] = [0, 1, 2];

/// The stream on which validators speak.
const CONSENSUS: &str = "/carekey/consensus/messages/1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_contradicts_itself_and_proposes_what_is_invalid_divides_nobody() {
    let mut town = Town::found().await;
    town.start_all(&HONEST).await;
    let others: Vec<_> = HONEST.iter().map(|number| town.address(*number)).collect();
    let place = (town.genesis.hospitals[3].id, keys(3));
    let (reader, head) = (town.hospital(0).ledger().clone(), town.hospital(0).head());
    let mut traitor = Traitor::start(&town.client, &town.genesis, place, &others, reader, head).await;
    let ward = Ward::open(&town.client, &HONEST).await;
    let mut load = Load::start(&town.client, 13);
    traitor.has_done_everything(1).await;
    load.goes_on(20).await;
    traitor.stop().await;
    load.goes_on(20).await;
    town.ends(load, &HONEST, &ward).await;
}

/// As many streams of each kind as are opened and never closed.
const STREAMS: usize = 8;

/// One that is not open by then waits for a place it will not get.
const OPENING: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_whose_messages_are_huge_slow_or_never_end_holds_nobody_up() {
    let mut town = Town::found().await;
    town.start_all(&HONEST).await;
    let ward = Ward::open(&town.client, &HONEST).await;
    let mut load = Load::start(&town.client, 14);
    let key = NodeKey::from_secret_key(&keys(3).peer);
    let rude = Node::start(&key, &[], NodeLimits::hospital()).await.unwrap();
    let mut opening = Vec::new();
    for number in HONEST {
        rude.remember(town.address(number)).await;
        for protocol in [Submit::NAME, Head::NAME, Chain::NAME, ACCESS, UPLOAD, CONSENSUS] {
            opening.extend((0..STREAMS).map(|turn| begins(&rude, town.client.peer(number), protocol, turn)));
        }
    }
    let open: Vec<Channel> = join_all(opening).await.into_iter().flatten().collect();
    assert!(open.len() > HONEST.len() * STREAMS, "hardly any stream was opened: {}", open.len());
    load.goes_on(30).await;
    // The largest message there may be, of nothing, a bit with every block: it never ends.
    let mut slow = Vec::new();
    for number in HONEST {
        slow.push(rude.open_stream(town.client.peer(number), CONSENSUS).await.unwrap());
    }
    for channel in &mut slow {
        channel.write_all(&(MESSAGE_BYTES_MAX as u32).to_be_bytes()).await.unwrap();
    }
    for _ in 0..10 {
        for channel in &mut slow {
            dribble(channel).await;
        }
        load.goes_on(2).await;
    }
    // A hospital that restarts meanwhile is heard as before.
    town.stop_one(2).await;
    town.start_one(2).await;
    load.goes_on(20).await;
    drop((open, slow));
    rude.shut_down().await;
    load.goes_on(10).await;
    town.ends(load, &HONEST, &ward).await;
}

/// Opens a stream and begins to say something. Those that are too many are refused.
async fn begins(rude: &Node, peer: PeerId, protocol: &'static str, turn: usize) -> Option<Channel> {
    let mut channel = timeout(OPENING, rude.open_stream(peer, protocol)).await.ok()?.ok()?;
    // A gigabyte announced; the first bytes of something small; nothing.
    let begun: &[u8] = [&[0x40, 0, 0, 0, 7][..], &[0, 0, 1, 0, 7], &[]][turn % 3];
    // It may have been refused already.
    let _ = channel.write_all(begun).await;
    let _ = channel.flush().await;
    Some(channel)
}

async fn dribble(channel: &mut Channel) {
    // Once the other side has given up, that is that.
    let _ = channel.write_all(&[0; 1000]).await;
    let _ = channel.flush().await;
}
