//! Hospitals agree, all of them in this process, over real sockets.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use carekey_crypto::{Secret32, test_rng};
use carekey_hospital::{Hospital, HospitalConfig, HospitalKeys, Timing};
use carekey_ledger::testkit::TestNetwork;
use carekey_network::ledger::{Submit, SubmitAnswer};
use carekey_network::{NetworkError, Node, NodeKey, NodeLimits, PeerId, Refusal, peer_id_of};
use carekey_protocol::{BlockHeight, Transaction, TxId, UnixMillis};
use tokio::task::JoinSet;

use crate::aims::Aims;
use crate::table::{Table, grouped};
use crate::{Outcome, at, chains, own_cpu_seconds};

/// Transactions being handed in at once while the ledger is to be kept busy.
const WINDOW: usize = 512;

/// Wallets that hand them in: a hospital serves no peer more than 32 requests at once.
const WALLETS: u64 = 16;

/// The pause between two transactions of a quiet network.
const QUIET: Duration = Duration::from_millis(20);

/// A hospital that is full says so; then the wallet waits this long.
const BUSY: Duration = Duration::from_millis(20);

/// The next block takes no longer, or something is broken.
const PATIENCE: Duration = Duration::from_secs(45);

pub(crate) async fn measure(quick: bool, aims: &mut Aims) -> Outcome {
    let (sizes, many, few): (&[usize], u64, u64) = if quick { (&[1, 4], 50, 5) } else { (&[1, 4, 7], 15_000, 300) };
    let header = [
        "Validators",
        "final ms, median",
        "95th percentile",
        "… in a burst",
        "transactions a second",
        "blocks a second",
        "CPU s for 1,000",
    ];
    let mut table = Table::new("Agreeing", header);
    for size in sizes {
        let mut network = Network::start(*size).await?;
        // Connections open, caches fill.
        network.run(few.min(20), Pace::Every(QUIET)).await?;
        let quiet = network.run(few, Pace::Every(QUIET)).await?;
        let busy = network.run(many, Pace::AtOnce(WINDOW)).await?;
        network.stop().await;
        let millis = |time: Duration| format!("{:.0}", time.as_secs_f64() * 1000.0);
        let rate = busy.finals.len() as f64 / busy.seconds;
        table.row([
            size.to_string(),
            millis(at(&quiet.finals, 50)),
            millis(at(&quiet.finals, 95)),
            millis(at(&busy.finals, 50)),
            grouped(rate as u64),
            format!("{:.1}", busy.blocks as f64 / busy.seconds),
            format!("{:.2}", busy.cpu_seconds / busy.finals.len() as f64 * 1000.0),
        ]);
        if *size == 4 {
            let (median, late) = (at(&quiet.finals, 50), at(&quiet.finals, 95));
            let measured = format!("median {} ms, 95th percentile {} ms", millis(median), millis(late));
            aims.note("Final, four validators", "in under a second", measured, late < Duration::from_secs(1));
            let measured = format!("{} a second", grouped(rate as u64));
            aims.note("Throughput, four validators on these cores", "1,000 a second", measured, rate >= 1000.0);
        }
    }
    table.remark(format!(
        "All hospitals run on this computer's cores, each with a node, a ledger and an index of its own on the disk. \
         Grants are handed in to the hospitals in turn; final is counted from then until the first hospital has the \
         block, with its certificate, on its disk. The first two columns: one grant each {} ms, {few} of them. The \
         others: a burst of {} grants, which hospitals take in faster than they agree on them; final counts the \
         waiting. CPU seconds are those of all hospitals and of the wallets \
         together.",
        QUIET.as_millis(),
        grouped(many),
    ));
    table.print();
    Ok(())
}

/// How transactions come.
#[derive(Clone, Copy)]
enum Pace {
    /// One after each pause.
    Every(Duration),
    /// As many at once.
    AtOnce(usize),
}

struct Run {
    /// Time to final of each transaction, ascending.
    finals: Vec<Duration>,
    blocks: u64,
    seconds: f64,
    cpu_seconds: f64,
}

struct Network {
    supply: TestNetwork,
    hospitals: Vec<Hospital>,
    wallets: Vec<Node>,
    _home: tempfile::TempDir,
}

impl Network {
    async fn start(size: usize) -> Outcome<Self> {
        let home = tempfile::tempdir_in(chains::folder())?;
        let mut supply = TestNetwork::with_powers(size as u64, &vec![1; size]);
        let keys = |number: usize| HospitalKeys::derive(&Secret32::from_bytes([number as u8 + 1; 32]));
        for (number, hospital) in supply.genesis.hospitals.iter_mut().enumerate() {
            hospital.ledger_key = keys(number).ledger.public();
            hospital.peer_key = keys(number).peer.public();
        }
        let mut wallets = Vec::new();
        for number in 0..WALLETS {
            let key = NodeKey::generate(&mut test_rng(1000 + number));
            wallets.push(Node::start(&key, &[], NodeLimits::wallet()).await?);
        }
        let mut hospitals: Vec<Hospital> = Vec::new();
        for (number, registered) in supply.genesis.hospitals.iter().enumerate() {
            let hospital = Hospital::start(HospitalConfig {
                dir: home.path().join(number.to_string()),
                genesis: supply.genesis.clone(),
                hospital: registered.id,
                keys: keys(number),
                listen: vec!["/ip4/127.0.0.1/tcp/0".parse()?],
                peers: hospitals.iter().map(Hospital::address).collect(),
                timing: Timing::default(),
                records: carekey_hospital::RecordStore::Folder,
                clock: now,
            })
            .await?;
            for other in &hospitals {
                other.remember(hospital.address()).await;
            }
            for wallet in &wallets {
                wallet.remember(hospital.address()).await;
            }
            hospitals.push(hospital);
        }
        Ok(Self { supply, hospitals, wallets, _home: home })
    }

    /// Hands in so many grants and waits until all of them are final.
    async fn run(&mut self, count: u64, pace: Pace) -> Outcome<Run> {
        let reader = chains::reader().public();
        let grants = self.supply.grants(count, &reader, now());
        let peers: Vec<PeerId> =
            self.supply.genesis.hospitals.iter().map(|hospital| peer_id_of(&hospital.peer_key)).collect();
        let from = *self.hospitals[0].head().borrow();
        let expected = grants.len();
        let (begun, cpu) = (Instant::now(), own_cpu_seconds());
        let handing = hand_in(self.wallets.clone(), peers, grants, pace);
        let (handed, seen) = tokio::try_join!(handing, self.follow(from, expected))?;
        let (seconds, cpu_seconds) = (begun.elapsed().as_secs_f64(), own_cpu_seconds() - cpu);
        let final_after = |(txid, handed): (TxId, Instant)| seen.get(&txid).map(|seen| seen.duration_since(handed));
        let mut finals: Vec<Duration> = handed.into_iter().filter_map(final_after).collect();
        finals.sort_unstable();
        let blocks = self.hospitals[0].head().borrow().0 - from.0;
        Ok(Run { finals, blocks, seconds, cpu_seconds })
    }

    /// When each of the next transactions stood in a block.
    async fn follow(&self, from: BlockHeight, count: usize) -> Outcome<HashMap<TxId, Instant>> {
        let (mut head, mut at, mut seen) = (self.hospitals[0].head(), from, HashMap::new());
        while seen.len() < count {
            let news = tokio::time::timeout(PATIENCE, head.wait_for(|head| *head > at)).await;
            let newest = *news.map_err(|_| format!("only {} of {count} became final", seen.len()))??;
            let now = Instant::now();
            while at < newest {
                at = at.next();
                let block = self.hospitals[0].ledger().compact_block(at)?.ok_or("a block is missing")?;
                seen.extend(block.entries.iter().map(|entry| (entry.txid, now)));
            }
        }
        Ok(seen)
    }

    async fn stop(self) {
        for hospital in self.hospitals {
            hospital.stop().await;
        }
        for wallet in self.wallets {
            wallet.shut_down().await;
        }
    }
}

/// Hands transactions in; returns when each was.
async fn hand_in(
    wallets: Vec<Node>,
    peers: Vec<PeerId>,
    grants: Vec<Transaction>,
    pace: Pace,
) -> Outcome<Vec<(TxId, Instant)>> {
    let window = Arc::new(tokio::sync::Semaphore::new(match pace {
        Pace::Every(_) => grants.len(),
        Pace::AtOnce(window) => window,
    }));
    let mut tasks = JoinSet::new();
    // Each wallet turns to one hospital after the other.
    let pairs = wallets.iter().flat_map(|wallet| peers.iter().map(move |peer| (wallet, *peer))).cycle();
    for (grant, (wallet, peer)) in grants.into_iter().zip(pairs) {
        if let Pace::Every(pause) = pace {
            tokio::time::sleep(pause).await;
        }
        let (permit, wallet) = (window.clone().acquire_owned().await?, wallet.clone());
        tasks.spawn(async move {
            let (txid, begun) = (grant.id(), Instant::now());
            loop {
                match wallet.request::<Submit>(peer, grant.clone()).await {
                    Ok(SubmitAnswer::Received | SubmitAnswer::Known(_)) => break,
                    Ok(SubmitAnswer::Busy) | Err(NetworkError::Refused(Refusal::Busy)) => {
                        tokio::time::sleep(BUSY).await;
                    }
                    Ok(other) => return Err(format!("a grant was refused: {other:?}").into()),
                    Err(error) => return Err(error.into()),
                }
            }
            drop(permit);
            Ok::<_, crate::Fault>((txid, begun))
        });
    }
    let mut handed = Vec::new();
    while let Some(one) = tasks.join_next().await {
        handed.push(one??);
    }
    Ok(handed)
}

fn now() -> UnixMillis {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(elapsed.as_millis() as u64)
}
