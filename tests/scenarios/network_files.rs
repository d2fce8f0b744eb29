//! A profile of one network is opened with the file of another.

use carekey_network::NetworkFileError;
use carekey_sample::NORTH;
use carekey_wallet::WalletError;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_belongs_to_its_network_for_ever() {
    let (ours, theirs) = tokio::join!(World::start(), World::start());
    let mia = ours.patient("mia").await;
    let note = mia.keeps(NORTH, "Blood pressure", "120 to 80").await;
    let away = mia.leave().await;

    let (away, error) = away.open(&theirs.network()).await.unwrap_err();
    assert!(matches!(error, WalletError::NetworkFile(_)), "a network with another genesis is named: {error:?}");

    let mia = away.open(&ours.network()).await.expect("the wrong file has harmed nothing");
    assert_eq!(mia.reads_own(note).await.unwrap(), "120 to 80");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_leads_to_another_key_is_refused_when_it_is_read() {
    let (ours, theirs) = tokio::join!(World::start(), World::start());
    let path = ours.path("forged.json");
    let mut forged = ours.network();
    forged.hospitals.insert(NORTH, theirs.network().hospitals[&NORTH].clone());
    forged.save(&path).unwrap();
    let error = carekey_network::NetworkFile::load(&path).unwrap_err();
    assert!(
        matches!(&error, NetworkFileError::WrongKey(who) if who == "North General"),
        "the hospital whose place was taken is named: {error:?}"
    );

    // Another founding document under our network's name.
    let mut swapped = ours.network();
    swapped.genesis = theirs.network().genesis;
    swapped.save(&path).unwrap();
    let written = std::fs::read_to_string(&path).unwrap();
    let renamed = written.replace(&theirs.network().network_id().to_string(), &ours.network().network_id().to_string());
    let error = renamed.parse::<carekey_network::NetworkFile>().unwrap_err();
    assert!(matches!(error, NetworkFileError::Value(_)), "the genesis is pinned by its hash: {error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_of_another_network_is_nobodys() {
    let (ours, theirs) = tokio::join!(World::start(), World::start());
    let (mia, stranger) = tokio::join!(ours.patient("mia"), theirs.doctor("stranger"));
    let error = mia.add_contact(&stranger.contact_card().unwrap()).unwrap_err();
    assert!(matches!(error, WalletError::CardInvalid), "another authority's people are not known here: {error:?}");
}
