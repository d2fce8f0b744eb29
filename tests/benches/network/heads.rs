//! A new wallet comes to the newest head, whatever the length of the chain.

use std::time::{Duration, Instant};

use carekey_ledger::LightClient;
use carekey_ledger::testkit::TestChain;
use carekey_network::ledger::{ChainAnswer, ChainRequest, Head, HeadRequest};
use carekey_network::{Node, PeerId};
use carekey_protocol::Genesis;

use crate::aims::Aims;
use crate::table::{Table, grouped};
use crate::{Outcome, at, chains, node};

/// How often the validators changed.
const CHANGES: u64 = 10;

/// Flat: at most so many times as long as on the shortest chain. A path through the history grows by a hash each time
/// the chain doubles, and that is all that may grow.
const FLAT: f64 = 1.5;

pub(crate) async fn measure(quick: bool, aims: &mut Aims) -> Outcome {
    let (lengths, rounds): ([u64; 3], usize) =
        if quick { ([50, 100, 200], 3) } else { ([1_000, 100_000, 1_000_000], 200) };
    let header = ["Blocks", "ms, median", "95th percentile", "times the shortest", "bytes", "messages"];
    let mut table = Table::new("A new wallet comes to the newest head", header);
    let mut worst: f64 = 0.0;
    for changes in [0, CHANGES] {
        let chains: Vec<TestChain> =
            lengths.iter().map(|length| chains::long(*length, changes)).collect::<Outcome<_>>()?;
        let mut first = None;
        for (length, synced) in lengths.iter().zip(alternating(&chains, rounds).await?) {
            let median = at(&synced.times, 50);
            let ratio = median.as_secs_f64() / first.get_or_insert(median).as_secs_f64();
            worst = worst.max(ratio);
            let set = if changes == 0 { "the same validators" } else { "ten changes" };
            table.row([
                format!("{}, {set}", grouped(*length)),
                format!("{:.2}", millis(median)),
                format!("{:.2}", millis(at(&synced.times, 95))),
                format!("{ratio:.2}"),
                grouped(synced.bytes),
                synced.messages.to_string(),
            ]);
        }
    }
    table.remark(format!(
        "From the network file alone, over an open connection on loopback: the newest header, the certificates that \
         lead to it, the proof that it extends what was known, and the registry. Four validators sign, a fifth joins \
         and leaves. {rounds} new wallets for each chain, in turns; both ends share this computer's cores."
    ));
    table.print();
    let measured = format!("at most {worst:.2} times as long for 1,000 times the blocks");
    aims.note("A wallet's way to the head", "flat in chain length (within 1.5 times)", measured, worst <= FLAT);
    Ok(())
}

struct Synced {
    times: Vec<Duration>,
    bytes: u64,
    messages: u64,
}

/// New wallets by turns on each of the chains.
async fn alternating(chains: &[TestChain], rounds: usize) -> Outcome<Vec<Synced>> {
    let mut sides = Vec::new();
    for chain in chains {
        let hospital = node::hospital(chain.store.reader()).await?;
        let wallet = node::asking(&hospital.address()).await?;
        // Opens the connection.
        sync(&wallet, hospital.peer_id(), &chain.network.genesis).await?;
        sides.push((hospital, wallet, Synced { times: Vec::new(), bytes: 0, messages: 0 }));
    }
    for _ in 0..rounds {
        for (chain, (hospital, wallet, synced)) in chains.iter().zip(&mut sides) {
            let (before, begun) = (wallet.traffic(), Instant::now());
            sync(wallet, hospital.peer_id(), &chain.network.genesis).await?;
            synced.times.push(begun.elapsed());
            let traffic = wallet.traffic().since(&before);
            synced.bytes = traffic.sent_bytes + traffic.received_bytes;
            synced.messages = traffic.sent_messages + traffic.received_messages;
        }
    }
    let mut all = Vec::new();
    for (hospital, wallet, mut synced) in sides {
        wallet.shut_down().await;
        hospital.shut_down().await;
        synced.times.sort_unstable();
        all.push(synced);
    }
    Ok(all)
}

/// What a wallet does that has only its network file.
async fn sync(wallet: &Node, hospital: PeerId, genesis: &Genesis) -> Outcome {
    let mut light = LightClient::new(genesis.clone())?;
    let newest = wallet.request::<Head>(hospital, HeadRequest { after: light.head().height, wait_ms: 0 }).await?;
    while light.head().height < newest.header.height {
        let trusted = light.head().height;
        let ChainAnswer::CatchUp(answer) = node::ask(wallet, hospital, ChainRequest::CatchUp { trusted }).await? else {
            return Err("another question was answered".into());
        };
        light.jump(&answer)?;
    }
    loop {
        let question = ChainRequest::Registry { after: light.registry_sequence(), under: light.head().height };
        let ChainAnswer::Registry(changes) = node::ask(wallet, hospital, question).await? else {
            return Err("another question was answered".into());
        };
        if changes.is_empty() {
            return Ok(());
        }
        changes.iter().try_for_each(|change| light.observe_registry(change))?;
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
