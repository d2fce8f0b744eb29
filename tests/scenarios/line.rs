//! Bad lines between a wallet and a hospital.

use std::time::{Duration, Instant};

use carekey_network::testkit::{Fault, FaultProxy};
use carekey_sample::{NORTH, SOUTH};
use carekey_wallet::records::Source;

use crate::world::World;

const MIB: u64 = 1 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_broken_at_60_percent_goes_on_from_there() {
    const DOCUMENT: u64 = 20 * MIB;
    /// What is under way in sockets and Yamux windows when the line breaks, and what else a wallet says.
    const WINDOW: u64 = 3 * MIB;
    let world = World::start().await;
    let mut network = world.network();
    let broken = vec![Fault::CutAfter(DOCUMENT * 6 / 10)];
    let proxy = FaultProxy::start(&network.hospitals[&NORTH], broken).await.unwrap();
    network.hospitals.insert(NORTH, proxy.address());
    let mia = world.patient_through("mia", &network).await;

    let text = "a long recording. ".repeat((DOCUMENT / 18) as usize);
    let recording = mia.keeps(NORTH, "Recording", &text).await;

    assert!(proxy.connections() > 1, "the line did break");
    let (sent, _) = proxy.wire_bytes();
    assert!(sent >= text.len() as u64, "all of it went through the proxy");
    assert!(
        sent <= DOCUMENT + WINDOW,
        "what the hospital had was not sent again: {sent} bytes for a document of {DOCUMENT}"
    );
    assert_eq!(world.counts().anchors, 1, "one record, whatever happened to the line");
    assert_eq!(mia.reads_own(recording).await.unwrap(), text);
    // And as the hospital has it, not as it lies on Mia's disk.
    std::fs::remove_dir_all(mia.dir.join("sealed")).unwrap();
    std::fs::create_dir(mia.dir.join("sealed")).unwrap();
    assert_eq!(mia.reads_own(recording).await.unwrap(), text, "the hospital's copy is whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hospital_that_goes_silent_keeps_nobody_from_the_ledger() {
    let world = World::start().await;
    let mut network = world.network();
    let silent = FaultProxy::start(&network.hospitals[&NORTH], vec![Fault::StallAfter(20_000); 20]).await.unwrap();
    network.hospitals.insert(NORTH, silent.address());
    let mia = world.patient_through("mia", &network).await;
    let lena = world.doctor("lena").await;
    lena.try_write(&mia.card(), SOUTH, "Letter", &Source::Bytes(b"come again in May".to_vec())).unwrap();
    lena.finishes().await;

    let begun = Instant::now();
    mia.until("the letter arrives through South", |mia| !mia.records(None).unwrap().is_empty()).await;
    assert!(begun.elapsed() < Duration::from_secs(40), "one silent hospital costs seconds: {:?}", begun.elapsed());
}
