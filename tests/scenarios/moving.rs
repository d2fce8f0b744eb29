//! Hospitals that move and that call out new blocks, and wallets that hear of it.

use std::time::Duration;

use carekey_hospital::{Hospital, HospitalConfig};
use carekey_protocol::UnixMillis;
use carekey_sample::{NORTH, SOUTH};
use carekey_wallet::{Bounds, HospitalState, Wallet};

use crate::liar::registered_keys;
use crate::world::World;

fn now() -> UnixMillis {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    UnixMillis(elapsed.as_millis() as u64)
}

fn agrees(wallet: &Wallet, name: &str) -> bool {
    let state = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(wallet.ledger_state()));
    state.hospitals.iter().any(|standing| standing.name == name && standing.state == HospitalState::Agrees)
}

/// South leaves its address. Mia's network file leads to a closed door; North knows better.
#[tokio::test(flavor = "multi_thread")]
async fn a_hospital_that_moved_is_found_through_another_and_its_records_are_read() {
    let world = World::start().await;
    let mia = world.patient("mia").await;
    let note = mia.keeps(SOUTH, "Allergy", "penicillin").await;
    let old_file = world.network();
    let mia = mia.leave().await;
    world.servers.hospital(SOUTH).stop().await;
    let moved = HospitalConfig {
        dir: world.servers.hospital_dir(SOUTH),
        genesis: old_file.genesis.clone(),
        hospital: SOUTH,
        keys: registered_keys(&world, SOUTH),
        listen: vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap()],
        peers: vec![world.servers.hospital(NORTH).address()],
        timing: carekey_hospital::Timing::default(),
        records: carekey_hospital::RecordStore::Folder,
        clock: now,
    };
    let moved = Hospital::start(moved).await.unwrap();
    assert_ne!(moved.address(), old_file.hospitals[&SOUTH]);

    let curious = Bounds { find: Duration::from_millis(100), ..Bounds::default() };
    let mia = mia.open_with(&old_file, curious).await.unwrap();
    mia.until("South is found", |mia| agrees(mia, "South Clinic")).await;
    std::fs::remove_dir_all(mia.dir.join("sealed")).unwrap();
    std::fs::create_dir(mia.dir.join("sealed")).unwrap();
    assert_eq!(mia.reads_own(note).await.unwrap(), "penicillin", "fetched from where South is now");

    // What was learnt is kept.
    let mia = mia.leave().await.open(&old_file).await.unwrap();
    mia.sync().await.unwrap();
    assert!(agrees(&mia, "South Clinic"));
    moved.stop().await;
}

/// New heads come unasked, through whichever hospital a wallet is connected to.
#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_hears_of_a_new_head_without_asking() {
    let world = World::start().await;
    let (mia, amir) = tokio::join!(world.patient("mia"), world.doctor("amir"));
    let (card, wallet) = (mia.card(), Wallet::clone(&mia));
    let following = tokio::spawn(async move { wallet.run().await });
    let mut number = 0;
    while mia.ledger_state().await.announced.is_none() {
        // The first ones may be made before the wallet's interest has arrived.
        number += 1;
        amir.writes(&card, NORTH, &format!("Letter {number}"), "come again in May");
        amir.finishes().await;
        mia.until("the letter arrives", |mia| mia.records(None).unwrap().len() >= number).await;
        assert!(number < 50, "nothing was ever announced");
    }
    let state = mia.ledger_state().await;
    let world_head = *world.servers.hospital(NORTH).head().borrow();
    assert!(state.announced.unwrap() <= world_head, "and it was true");
    following.abort();
}
