//! Wallets that hand in transactions, and remember what they were told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use carekey_network::ledger::SubmitAnswer;
use carekey_protocol::{BlockHeight, Transaction, TxId};
use futures::future::join_all;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::client::{Client, soon};

/// Wallets at once.
const WALLETS: u64 = 8;

/// What the hospitals have acknowledged.
#[derive(Default)]
pub(crate) struct Promises {
    /// As received: it has to become final.
    pub(crate) received: HashMap<TxId, Transaction>,
    /// As final, in this block.
    pub(crate) finals: HashMap<TxId, BlockHeight>,
}

/// Wallets at work until [`stop`](Self::stop).
pub(crate) struct Load {
    promises: Arc<Mutex<Promises>>,
    finals: watch::Receiver<usize>,
    wallets: JoinSet<()>,
}

impl Load {
    /// Each wallet hands a transaction in, waits until it is final, and begins with the next. The seed decides about
    /// pseudonyms, and which hospital a wallet asks first.
    pub(crate) fn start(client: &Client, seed: u64) -> Self {
        let promises = Arc::<Mutex<Promises>>::default();
        let count = watch::Sender::new(0);
        let finals = count.subscribe();
        let count = Arc::new(count);
        let mut wallets = JoinSet::new();
        for wallet in 0..WALLETS {
            let (client, promises, count) = (client.clone(), Arc::clone(&promises), Arc::clone(&count));
            wallets.spawn(async move {
                for number in 0.. {
                    let number = seed << 32 | wallet << 24 | number;
                    work(&client, number, &promises).await;
                    count.send_modify(|count| *count += 1);
                }
            });
        }
        Self { promises, finals, wallets }
    }

    /// Waits until wallets were told of so many more that they are final.
    pub(crate) async fn goes_on(&mut self, more: usize) {
        let wanted = *self.finals.borrow() + more;
        let gone_on = self.finals.wait_for(|finals| *finals >= wanted);
        soon(&format!("{more} more transactions to be final"), gone_on).await.unwrap();
    }

    /// How many wallets were told that theirs is final.
    pub(crate) fn finals(&self) -> usize {
        *self.finals.borrow()
    }

    /// Wallets stop beginning new ones. Returns when whatever a hospital acknowledged is final at all of `running`, which
    /// have then the same newest block of these.
    pub(crate) async fn stop(mut self, client: &Client, running: &[usize]) -> Promises {
        self.wallets.shutdown().await;
        let mut promises = std::mem::take(&mut *self.promises.lock().unwrap());
        let first = running[0];
        let settled = promises.received.values().map(|transaction| client.is_final_at(first, transaction));
        let heights = join_all(settled).await;
        let last = heights.iter().copied().max().unwrap_or(BlockHeight(1));
        join_all(running.iter().map(|hospital| client.reaches(*hospital, last))).await;
        for (id, height) in promises.received.keys().zip(heights) {
            let told = *promises.finals.entry(*id).or_insert(height);
            assert_eq!(told, height, "hospital {first} has {id} in another block than a wallet was told");
        }
        promises
    }
}

/// One transaction, from being written to being final, whichever hospitals are there.
async fn work(client: &Client, number: u64, promises: &Mutex<Promises>) {
    let transaction = client.transaction(number);
    let id = transaction.id();
    let mut seen = BlockHeight(0);
    for turn in number as usize + (number >> 24) as usize.. {
        let hospital = turn % client.hospitals.len();
        match client.submit(hospital, &transaction).await {
            Ok(SubmitAnswer::Known(height)) => {
                promises.lock().unwrap().finals.insert(id, height);
                return;
            }
            Ok(SubmitAnswer::Received) => {
                promises.lock().unwrap().received.insert(id, transaction.clone());
                // Whether it is there or gone: the next hospital is asked.
                seen = client.head(hospital, seen).await.unwrap_or(seen);
            }
            Ok(SubmitAnswer::Busy) | Err(_) => {}
            Ok(answer) => panic!("hospital {hospital} does not take what should be taken: {answer:?}"),
        }
    }
}
