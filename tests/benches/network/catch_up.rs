//! A hospital whose disk was wiped downloads the ledger and checks all of it.

use std::time::Instant;

use carekey_ledger::testkit::TestChain;
use carekey_ledger::{Attach, Store, attach, attach_many};
use carekey_network::ledger::{ChainAnswer, ChainRequest};
use carekey_network::{Node, PeerId};
use carekey_protocol::{BlockHeight, Genesis, UnixMillis};

use crate::table::{Table, grouped};
use crate::{Outcome, chains, node, own_cpu_seconds};

/// Bytes asked for at once.
const BYTES_MAX: u32 = 1 << 20;

pub(crate) async fn measure(quick: bool) -> Outcome {
    let (empty, full) = if quick { (100, 1) } else { (20_000, 20) };
    let header =
        ["A wiped hospital downloads", "blocks a second", "transactions a second", "MB a second", "CPU s", "ratio"];
    let mut table = Table::new("Catching up", header);
    for (name, chain) in [("empty blocks", chains::empty(empty)?), ("full blocks", chains::full(full)?)] {
        let one_by_one = download(&chain, one_by_one).await?;
        let many = download(&chain, many).await?;
        for (way, run) in [("one by one", &one_by_one), ("many at once", &many)] {
            table.row([
                format!("{} {name}, {way}", grouped(run.blocks)),
                grouped((run.blocks as f64 / run.seconds) as u64),
                grouped((run.transactions as f64 / run.seconds) as u64),
                format!("{:.1}", run.bytes as f64 / 1e6 / run.seconds),
                format!("{:.1}", run.cpu_seconds),
                format!("{:.2}", run.seconds / one_by_one.seconds),
            ]);
        }
    }
    table.remark(format!(
        "Over a loopback socket onto an empty disk, every certificate (three signatures of four), signature and rule \
         checked, synced. Full blocks have {} grants. One by one: a question, a check and a sync for each block. CPU \
         seconds are those of both hospitals.",
        grouped(chains::FULL as u64),
    ));
    table.print();
    Ok(())
}

struct Run {
    blocks: u64,
    transactions: u64,
    bytes: u64,
    seconds: f64,
    cpu_seconds: f64,
}

async fn download(chain: &TestChain, way: impl AsyncFnOnce(&mut Wiped) -> Outcome<u64>) -> Outcome<Run> {
    let folder = tempfile::tempdir_in(chains::folder())?;
    let genesis = chain.network.genesis.clone();
    let hospital = node::hospital(chain.store.reader()).await?;
    let store = Store::open(&folder.path().join("ledger.sqlite"), &genesis)?;
    let node = node::asking(&hospital.address()).await?;
    let end = chain.store.reader().head()?.header.height;
    let mut wiped = Wiped { node, from: hospital.peer_id(), store: Some(store), genesis, end, now: chain.now };

    let (begun, cpu) = (Instant::now(), own_cpu_seconds());
    let transactions = way(&mut wiped).await?;
    let run = Run {
        blocks: end.0,
        transactions,
        bytes: wiped.node.traffic().received_bytes,
        seconds: begun.elapsed().as_secs_f64(),
        cpu_seconds: own_cpu_seconds() - cpu,
    };
    wiped.node.shut_down().await;
    hospital.shut_down().await;
    Ok(run)
}

/// The hospital that has nothing.
struct Wiped {
    node: Node,
    from: PeerId,
    store: Option<Store>,
    genesis: Genesis,
    end: BlockHeight,
    now: UnixMillis,
}

impl Wiped {
    /// Runs a step on the store, off the tasks that talk.
    async fn on_disk<T: Send + 'static>(
        &mut self,
        step: impl FnOnce(&mut Store, &Genesis, UnixMillis) -> T + Send + 'static,
    ) -> Outcome<T> {
        let mut store = self.store.take().ok_or("the store is in use")?;
        let (genesis, now) = (self.genesis.clone(), self.now);
        let work = move || (step(&mut store, &genesis, now), store);
        let (done, store) = tokio::task::spawn_blocking(work).await?;
        self.store = Some(store);
        Ok(done)
    }
}

async fn one_by_one(wiped: &mut Wiped) -> Outcome<u64> {
    let (mut at, mut transactions) = (BlockHeight(0), 0);
    while at < wiped.end {
        let question = ChainRequest::Block { height: at.next() };
        let ChainAnswer::Block(block, certificate) = node::ask(&wiped.node, wiped.from, question).await? else {
            return Err("another question was answered".into());
        };
        transactions += block.transactions.len() as u64;
        let step = move |store: &mut Store, genesis: &Genesis, now| attach(store, genesis, *block, certificate, now);
        at = extended(wiped.on_disk(step).await??)?;
    }
    Ok(transactions)
}

/// While one answer is checked, the next is on its way.
async fn many(wiped: &mut Wiped) -> Outcome<u64> {
    let (node, hospital) = (wiped.node.clone(), wiped.from);
    let ask = |from: BlockHeight| {
        let node = node.clone();
        tokio::spawn(
            async move { node::ask(&node, hospital, ChainRequest::Blocks { from, bytes_max: BYTES_MAX }).await },
        )
    };
    let (mut next, mut transactions) = (ask(BlockHeight(1)), 0);
    loop {
        let ChainAnswer::Blocks(blocks) = next.await?? else { return Err("another question was answered".into()) };
        let last = blocks.last().ok_or("the chain ended early")?.0.header.height;
        next = ask(last.next());
        transactions += blocks.iter().map(|(block, _)| block.transactions.len() as u64).sum::<u64>();
        let step = move |store: &mut Store, genesis: &Genesis, now| attach_many(store, genesis, blocks, now);
        if extended(wiped.on_disk(step).await??)? == wiped.end {
            return Ok(transactions);
        }
    }
}

fn extended(outcome: Attach) -> Outcome<BlockHeight> {
    match outcome {
        Attach::Extended(height) => Ok(height),
        other => Err(format!("a block was not attached: {other:?}").into()),
    }
}
