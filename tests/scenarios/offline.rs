//! The network is cut. What was fetched is there, what is written waits, and nothing that was stopped opens.

use carekey_sample::NORTH;
use carekey_wallet::WalletError;
use carekey_wallet::grants::GrantTarget;
use carekey_wallet::vault::Progress;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_fetched_opens_without_a_network_and_what_is_written_waits() {
    let world = World::start().await;
    let (mia, amir) = tokio::join!(world.patient("mia"), world.doctor("amir"));
    let letter = amir.writes(&mia.card(), NORTH, "Letter", "come again in May");
    amir.finishes().await;
    mia.until("the letter arrives", |mia| !mia.records(None).unwrap().is_empty()).await;
    let note = mia.keeps(NORTH, "Allergy", "penicillin").await;
    // As the reader in the background does: what was never checked on the ledger cannot be offered as checked.
    assert_eq!(mia.reads_own(note).await.unwrap(), "penicillin");
    mia.shares(&amir.card(), GrantTarget::Record(letter)).await;
    mia.shares(&amir.card(), GrantTarget::Record(note)).await;
    assert_eq!(mia.reads_own(letter).await.unwrap(), "come again in May");
    amir.looks_at(&mia.card()).await;
    assert_eq!(amir.reads(&mia.card(), letter).await.unwrap(), "come again in May");

    let network = world.network();
    let (mia, amir) = tokio::join!(mia.leave(), amir.leave());
    for hospital in network.hospitals.keys() {
        world.servers.hospital(*hospital).stop().await;
    }
    let (mia, amir) = (mia.open(&network).await.unwrap(), amir.open(&network).await.unwrap());
    assert_eq!(mia.reads_own(letter).await.unwrap(), "come again in May", "the patient's own, after a restart");
    assert_eq!(mia.reads_own(note).await.unwrap(), "penicillin", "and what she wrote herself");
    assert_eq!(amir.reads(&mia.card(), letter).await.unwrap(), "come again in May", "the copy, while the pass holds");
    let never = amir.reads(&mia.card(), note).await.unwrap_err();
    assert!(matches!(never, WalletError::Network(_)), "what was never opened has to be asked for: {never:?}");

    let new = mia.writes(&mia.card(), NORTH, "Diary", "slept well");
    assert_eq!(mia.reads_own(new).await.unwrap(), "slept well", "readable at once");
    assert_eq!(mia.record(&new).unwrap().anchor, Progress::Saved, "and still to be sent");
    assert!(mia.pending().unwrap() > 0);
    assert!(mia.take_back(&new).unwrap(), "it can be taken back");
    assert!(mia.record(&new).is_err());
    assert!(!mia.take_back(&note).unwrap(), "what its hospital has cannot");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_goes_with_its_pass() {
    let world = World::start().await;
    let (mia, amir) = tokio::join!(world.patient("mia"), world.doctor("amir"));
    let note = mia.keeps(NORTH, "Allergy", "penicillin").await;
    let grant = mia.shares(&amir.card(), GrantTarget::Record(note)).await;
    amir.looks_at(&mia.card()).await;
    assert_eq!(amir.reads(&mia.card(), note).await.unwrap(), "penicillin");
    let copies = || {
        let files = std::fs::read_dir(amir.dir.join("sealed")).unwrap().flatten();
        files.filter(|file| file.file_name().to_string_lossy().starts_with("shared-")).count()
    };
    assert_eq!(copies(), 1);
    mia.stops(grant).await;
    assert!(matches!(amir.reads(&mia.card(), note).await, Err(WalletError::Refused(_))));
    assert_eq!(copies(), 0, "with the refusal the copy is gone");
    for hospital in world.network().hospitals.keys() {
        world.servers.hospital(*hospital).stop().await;
    }
    assert!(amir.reads(&mia.card(), note).await.is_err(), "cutting the line brings nothing back");
}
