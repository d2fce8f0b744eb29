//! The sample network lives through its people's past, and is still there after a restart.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use carekey_sample::{PASSPHRASE, SampleNetwork, people};
use carekey_wallet::custody::{Custody, Keeper, KeeperKind};
use carekey_wallet::{Remote, Wallet};

fn unlock(profile: &std::path::Path) -> carekey_wallet::custody::RootMaterial {
    let custody = Custody::at(profile);
    let keeper = match custody.profile().unwrap().keeper {
        KeeperKind::Keyring => Keeper::Keyring,
        KeeperKind::PinFile | KeeperKind::PassphraseFile => Keeper::Passphrase(PASSPHRASE.into()),
    };
    custody.unlock(&keeper).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn marias_record_outlives_a_restart_of_the_network() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("sample");
    let network = SampleNetwork::start(&dir).await.unwrap();
    network.stop().await;

    let network = SampleNetwork::start(&dir).await.unwrap();
    let maria = people(&dir).into_iter().find(|person| person.key == "maria").unwrap();
    let remote = Remote::connect(network.network_file()).await.unwrap();
    let wallet = Wallet::open(&maria.profile_dir, &unlock(&maria.profile_dir), remote).unwrap();
    wallet.sync().await.unwrap();

    let records = wallet.records(None).unwrap();
    assert!(records.len() >= 20, "some years of records, found {}", records.len());
    assert_eq!(wallet.grants().unwrap().len(), 2);
    let log = wallet.access_log().unwrap();
    assert!(log.iter().any(|access| access.record.is_some() && access.proven), "the family doctor has looked: {log:?}");

    let opened = wallet.open_record(&records[0].reference).await.unwrap();
    assert_eq!(opened.metadata.title.as_str(), records[0].title);
    network.stop().await;
}
