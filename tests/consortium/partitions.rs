//! Lines between hospitals that are cut, and mended.

use crate::client::until;
use crate::load::Load;
use crate::town::Town;
use crate::ward::Ward;

const ALL: [usize; 4] = [0, 1, 2, 3];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_halves_decide_nothing_and_agree_when_they_hear_each_other_again() {
    let mut town = Town::start_apart().await;
    let ward = Ward::open(&town.client, &ALL).await;
    let mut load = Load::start(&town.client, 5);
    load.goes_on(40).await;
    town.part(&[0, 1]);
    // What was agreed on when the line broke may still come.
    until("both halves to stand still", async || {
        town.client.stands_still(0).await && town.client.stands_still(2).await
    })
    .await;
    let finals = load.finals();
    assert!(town.client.stands_still(1).await && town.client.stands_still(3).await, "half of the votes are no quorum");
    assert_eq!(load.finals(), finals, "and no wallet is told that anything is final");
    ward.holds(&town.client, &ALL).await;
    town.heal().await;
    load.goes_on(60).await;
    town.ends(load, &ALL, &ward).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_nobody_hears_falls_behind_and_catches_up() {
    let mut town = Town::start_apart().await;
    let ward = Ward::open(&town.client, &ALL).await;
    let mut load = Load::start(&town.client, 6);
    load.goes_on(20).await;
    town.part(&[3]);
    until("the lonely one to stand still", async || town.client.stands_still(3).await).await;
    load.goes_on(60).await;
    let (lonely, others) = (*town.hospital(3).head().borrow(), *town.hospital(0).head().borrow());
    assert!(lonely < others, "it alone decides nothing: {lonely} and {others}");
    town.heal().await;
    load.goes_on(20).await;
    town.ends(load, &ALL, &ward).await;
}
