//! A wallet reads a long ledger from its beginning: compact blocks, every note tried with its key.

use std::io::Write as _;
use std::process::Command;

use carekey_crypto::scan_notes;
use carekey_ledger::LightClient;
use carekey_network::PeerAddress;
use carekey_network::ledger::{ChainAnswer, ChainRequest};
use carekey_protocol::BlockHeight;

use crate::aims::Aims;
use crate::table::{Table, grouped};
use crate::{Outcome, chains, node, process};

/// First argument of the process that is the wallet.
pub(crate) const CHILD: &str = "as-wallet";

/// The aim for a million notes.
const SECONDS_MAX: f64 = 60.0;

pub(crate) async fn measure(quick: bool, aims: &mut Aims) -> Outcome {
    let counts: &[usize] = if quick { &[1000] } else { &[100_000, 1_000_000] };
    let header = ["Notes", "seconds", "wallet's CPU s", "notes a second", "MB received", "bytes a note", "memory MB"];
    let mut table = Table::new("A wallet scans the ledger", header);
    let mut last = 0.0;
    for count in counts {
        let chain = chains::notes(*count)?;
        let hospital = node::hospital(chain.store.reader()).await?;
        let head = chain.store.reader().head()?.header.height;
        let mut wallet = Command::new(std::env::current_exe()?);
        wallet.args([CHILD, &hospital.address().to_string(), &head.0.to_string()]);
        let usage = tokio::task::spawn_blocking(move || process::measure(&mut wallet)).await??;
        hospital.shut_down().await;
        let (found, bytes) = usage.printed.trim().split_once(' ').ok_or("the wallet says nothing")?;
        let (found, bytes): (usize, u64) = (found.parse()?, bytes.parse()?);
        if found != count.div_ceil(chains::OWN_EVERY) {
            return Err(format!("the wallet found {found} notes of {count}").into());
        }
        last = usage.seconds;
        table.row([
            grouped(*count as u64),
            format!("{:.1}", usage.seconds),
            usage.cpu_seconds.map_or("unknown".to_owned(), |seconds| format!("{seconds:.1}")),
            grouped((*count as f64 / usage.seconds) as u64),
            format!("{:.1}", bytes as f64 / 1e6),
            format!("{:.0}", bytes as f64 / *count as f64),
            usage.peak_bytes.map_or("unknown".to_owned(), |bytes| format!("{:.0}", bytes as f64 / 1e6)),
        ]);
    }
    table.remark(format!(
        "A wallet in a process of its own, over a loopback socket: headers, roots and certificates are verified, one \
         note in {} is found. The hospital that serves it shares this computer's cores. Blocks of {} notes.",
        grouped(chains::OWN_EVERY as u64),
        grouped(chains::FULL as u64),
    ));
    table.print();
    let measured = format!("{last:.1} s");
    aims.note("Scanning 1,000,000 notes, two cores", "under a minute", measured, !quick && last < SECONDS_MAX);
    Ok(())
}

/// The wallet's process: prints how many notes it found, and the bytes it received.
pub(crate) fn child(arguments: &[&str]) -> Outcome {
    let [hospital, head] = arguments else { return Err("hospital and height, please".into()) };
    let (hospital, head): (PeerAddress, u64) = (hospital.parse()?, head.parse()?);
    let (found, bytes) = tokio::runtime::Runtime::new()?.block_on(scan(&hospital, BlockHeight(head)))?;
    writeln!(std::io::stdout(), "{found} {bytes}")?;
    Ok(())
}

async fn scan(hospital: &PeerAddress, head: BlockHeight) -> Outcome<(usize, u64)> {
    let (node, key) = (node::asking(hospital).await?, chains::reader());
    let mut light = LightClient::new(chains::equals().genesis)?;
    let mut found = 0;
    while light.scanned().height < head {
        let question = ChainRequest::Compact { from: light.scanned().height.next(), to: head };
        let ChainAnswer::Compact(batch) = node::ask(&node, hospital.peer_id, question).await? else {
            return Err("another question was answered".into());
        };
        light.scan(&batch)?;
        let entries = batch.blocks.iter().flat_map(|block| &block.entries);
        let notes: Vec<_> = entries.filter_map(|entry| entry.announcement.note).collect();
        found += tokio::task::block_in_place(|| scan_notes(&key, &notes)).len();
    }
    let received = node.traffic().received_bytes;
    node.shut_down().await;
    Ok((found, received))
}
