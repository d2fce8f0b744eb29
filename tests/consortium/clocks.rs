//! A hospital whose clock is wrong.

use carekey_protocol::{BlockHeight, UnixMillis};

use crate::client::clock;
use crate::load::Load;
use crate::town::Town;
use crate::ward::Ward;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const ALL: [usize; 4] = [0, 1, 2, 3];

fn tomorrow() -> UnixMillis {
    clock().plus(DAY_MS)
}

fn yesterday() -> UnixMillis {
    UnixMillis(clock().0 - DAY_MS)
}

async fn one_whose_clock_says(wrong: fn() -> UnixMillis, seed: u64) {
    let mut town = Town::found().await;
    town.clocks[3] = wrong;
    let begun = clock();
    town.start_all(&ALL).await;
    let ward = Ward::open(&town.client, &ALL).await;
    let mut load = Load::start(&town.client, seed);
    load.goes_on(60).await;
    let reader = town.hospital(0).ledger();
    for height in 1..=reader.head().unwrap().header.height.0 {
        let time = reader.header(BlockHeight(height)).unwrap().unwrap().time;
        let limit = clock().plus(carekey_ledger::limits::CLOCK_AHEAD_MS_MAX);
        assert!(begun <= time && time <= limit, "block {height} is of {}, which is not now", time.0);
    }
    town.ends(load, &ALL, &ward).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_a_day_ahead_dates_no_block() {
    one_whose_clock_says(tomorrow, 7).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_a_day_behind_dates_no_block() {
    one_whose_clock_says(yesterday, 8).await;
}
