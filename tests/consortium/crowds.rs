//! Too many transactions, and the same ones again.

use std::collections::HashMap;

use carekey_crypto::{Secret32, SecretKey, test_rng};
use carekey_network::Node;
use carekey_network::ledger::{Submit, SubmitAnswer};
use carekey_protocol::pseudonym::{certify_pseudonym, epoch_at, pseudonym_public, pseudonym_secret};
use carekey_protocol::{BlockHeight, Body, Transaction};
use futures::StreamExt;
use futures::future::join_all;
use futures::stream;

use crate::client::{Client, clock, until};
use crate::load::Promises;
use crate::town::Town;
use crate::ward::Ward;

const ALL: [usize; 4] = [0, 1, 2, 3];

/// What one participant has in store: several blocks' worth.
const FLOOD: u64 = 5_000;

/// Blocks that others' transactions may have to wait for in a flood: three turns of each hospital.
const BLOCKS_WAITED_MAX: u64 = 12;

/// Signed with the pseudonyms of one participant, as the authority certifies them.
fn flood(client: &Client) -> Vec<Transaction> {
    let (base, expansion) = (SecretKey::generate(&mut test_rng(60)), Secret32::from_bytes([60; 32]));
    let epoch = epoch_at(clock());
    let sign = |index: u64| {
        let key = pseudonym_secret(&base, &expansion, index).unwrap();
        assert_eq!(key.public(), pseudonym_public(&base.public(), &expansion, index).unwrap());
        let certificate = certify_pseudonym(&client.authority, client.network, &key.public(), epoch);
        let mut sigma = [61; 32];
        sigma[..8].copy_from_slice(&index.to_be_bytes());
        Transaction::by_pseudonym(client.network, Body::Revoke(sigma), &key, epoch, certificate)
    };
    (0..FLOOD).map(sign).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_from_one_participant_delays_the_others_by_a_few_blocks() {
    let mut town = Town::start().await;
    let ward = Ward::open(&town.client, &ALL).await;
    let flood = tokio::task::block_in_place(|| flood(&town.client));
    let addresses: Vec<_> = ALL.iter().map(|number| town.address(*number)).collect();
    let flooder = Client::another_node(61, &addresses).await;
    let mut promises = Promises::default();
    let (first, second) = flood.split_at(flood.len() / 2);
    wave(&town, &flooder, first, &mut promises).await;
    // What a second one leaves behind would be left behind by every one.
    town.is_warm();
    wave(&town, &flooder, second, &mut promises).await;
    let last = *town.hospital(0).head().borrow();
    join_all(ALL.iter().map(|number| town.client.reaches(*number, last))).await;
    flooder.shut_down().await;
    town.forget_nothing(&ALL, &promises, &ward).await;
}

/// Hands all of it in at one hospital, as fast as that takes it, and in between what others have to say.
async fn wave(town: &Town, flooder: &Node, flood: &[Transaction], promises: &mut Promises) {
    let begun = *town.hospital(0).head().borrow();
    let peer = town.client.peer(0);
    let submit = |transaction: &Transaction| flooder.request::<Submit>(peer, transaction.clone());
    let mut answers = stream::iter(flood).map(submit).buffer_unordered(32);
    let (mut taken, mut others) = (0, Vec::new());
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(SubmitAnswer::Received) => taken += 1,
            Ok(SubmitAnswer::Busy) | Err(_) => continue,
            Ok(answer) => panic!("{answer:?}"),
        }
        if taken % (flood.len() / 2) == flood.len() / 4 {
            // In the middle of it, at the very hospital that is flooded and at another one.
            for hospital in [0, 1] {
                let number = 10_000 + promises.finals.len() as u64 + others.len() as u64;
                let transaction = town.client.transaction(number);
                let from = *town.hospital(hospital).head().borrow();
                assert_eq!(town.client.submit(hospital, &transaction).await.unwrap(), SubmitAnswer::Received);
                others.push((transaction, from));
            }
        }
    }
    drop(answers);
    assert!(taken > flood.len() / 2, "it was a flood: {taken}");
    for (transaction, from) in &others {
        let height = town.client.is_final_at(0, transaction).await;
        assert!(height.0 <= from.0 + BLOCKS_WAITED_MAX, "handed in after {from}, final in {height}");
        promises.finals.insert(transaction.id(), height);
    }
    until("the flood to be over", async || {
        ALL.iter().all(|number| town.hospital(*number).status().unwrap().mempool == 0)
    })
    .await;
    let (reader, flooded) = (town.hospital(0).ledger(), town.genesis.hospitals[0].id);
    let end = reader.head().unwrap().header.height;
    let proposers = (begun.0 + 1..=end.0).map(|height| reader.header(BlockHeight(height)).unwrap().unwrap().proposer);
    assert!(proposers.into_iter().any(|proposer| proposer == flooded), "the flooded hospital is late for its own turn");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_is_final_once_and_a_pseudonym_is_used_once() {
    const PAIRS: u64 = 20;
    let mut town = Town::start().await;
    let ward = Ward::open(&town.client, &ALL).await;
    let client = town.client.clone();
    // The same to all of them at once, and with it another one under the same pseudonym.
    let pairs: Vec<[Transaction; 2]> = (0..PAIRS)
        .map(|number| {
            let body = |what: u8| Body::Revoke([what; 32].map(|byte| byte ^ number as u8));
            [client.sign(20_000 + number, body(0x40)), client.sign(20_000 + number, body(0x80))]
        })
        .collect();
    let each = |(turn, transaction): (usize, &Transaction)| {
        let (client, transaction) = (client.clone(), transaction.clone());
        ALL.map(|number| {
            let (client, transaction) = (client.clone(), transaction.clone());
            async move { client.submit((number + turn) % 4, &transaction).await }
        })
    };
    let everywhere = pairs.iter().flatten().enumerate().flat_map(each);
    for answer in join_all(everywhere).await {
        let answer = answer.unwrap();
        let expected = matches!(answer, SubmitAnswer::Received | SubmitAnswer::PseudonymSpent | SubmitAnswer::Known(_));
        assert!(expected, "{answer:?}");
    }
    until("everything to be decided", async || {
        ALL.iter().all(|number| town.hospital(*number).status().unwrap().mempool == 0)
    })
    .await;
    let last = ALL.iter().map(|number| *town.hospital(*number).head().borrow()).max().unwrap();
    join_all(ALL.iter().map(|number| client.reaches(*number, last))).await;
    let mut promises = Promises::default();
    for pair in &pairs {
        let mut found = HashMap::new();
        for transaction in pair {
            let id = transaction.id();
            found.extend(town.hospital(0).ledger().location(&id).unwrap().map(|location| (id, location.height)));
            // Replayed now that all is decided.
            for number in ALL {
                let answer = client.submit(number, transaction).await.unwrap();
                let expected =
                    found.get(&id).map_or(SubmitAnswer::PseudonymSpent, |height| SubmitAnswer::Known(*height));
                assert_eq!(answer, expected, "at hospital {number}");
            }
        }
        assert_eq!(found.len(), 1, "one of two under a pseudonym is final");
        promises.finals.extend(found);
    }
    let everything: usize = (1..=last.0)
        .map(|height| town.hospital(0).ledger().block(BlockHeight(height)).unwrap().unwrap())
        .map(|block| block.transactions.len())
        .sum();
    assert_eq!(everything, pairs.len() + 1, "each once, and the ward's");
    town.forget_nothing(&ALL, &promises, &ward).await;
}
