//! Hospitals that are killed while wallets are at work, and come back.

use std::fs;

use crate::stage::{ALL, Stage};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_four_is_killed_and_the_others_go_on_until_it_is_back() {
    let (mut stage, mut load) = Stage::start(1).await;
    stage.hospital(3).kill();
    load.goes_on(60).await;
    stage.hospital(3).start();
    load.goes_on(20).await;
    stage.ends(load, &ALL, &ALL).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_four_are_killed_and_go_on_where_they_were() {
    let (mut stage, mut load) = Stage::start(2).await;
    for hospital in ALL {
        stage.hospital(hospital).kill();
    }
    for hospital in ALL {
        stage.hospital(hospital).spawn([]);
    }
    load.goes_on(40).await;
    stage.ends(load, &ALL, &ALL).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_of_four_decide_nothing_and_a_third_sets_them_going_again() {
    let (mut stage, mut load) = Stage::start(3).await;
    stage.hospital(2).kill();
    stage.hospital(3).kill();
    // What three had agreed on when the second died may still come.
    crate::client::until("two hospitals to stand still", async || stage.client.stands_still(0).await).await;
    let finals = load.finals();
    assert!(stage.client.stands_still(1).await, "half of the votes are no quorum");
    assert_eq!(load.finals(), finals, "and no wallet is told that anything is final");
    stage.ward.holds(&stage.client, &[0, 1]).await;
    stage.hospital(2).start();
    load.goes_on(30).await;
    stage.hospital(3).start();
    load.goes_on(20).await;
    stage.ends(load, &ALL, &ALL).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hospital_whose_disk_is_lost_downloads_the_ledger_and_votes_again() {
    let (mut stage, mut load) = Stage::start(4).await;
    stage.hospital(3).kill();
    let kept = ["secret", "hospital.toml", "network.json", "request.json"];
    for entry in fs::read_dir(&stage.hospital(3).dir).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => fs::remove_dir_all(entry.path()).unwrap(),
            false if kept.contains(&entry.file_name().to_str().unwrap()) => {}
            false => fs::remove_file(entry.path()).unwrap(),
        }
    }
    load.goes_on(20).await;
    stage.hospital(3).start();
    load.goes_on(20).await;
    // Without the third of the others its vote is needed.
    stage.hospital(2).kill();
    load.goes_on(20).await;
    stage.hospital(2).start();
    stage.ward.is_gone(&stage.client, 3).await;
    stage.ends(load, &ALL, &[0, 1, 2]).await;
}
