//! The 24 words, typed wrongly or typed into a network that never saw them.

use carekey_crypto::{RecoveryWords, Secret32, WordsError};
use carekey_network::enrolment::AuthorityRefusal;
use carekey_wallet::WalletError;
use carekey_wallet::custody::RootMaterial;
use rand_core::UnwrapErr;

use crate::world::{Away, World};

#[test]
fn a_mistyped_word_is_named_by_its_place() {
    let words = RecoveryWords::from_entropy(&[7; 32]);
    let typed = |change: &dyn Fn(&mut Vec<String>)| {
        let mut words: Vec<String> = words.words().map(str::to_owned).collect();
        change(&mut words);
        RecoveryWords::parse(&words.join(" ")).map(drop)
    };
    assert_eq!(typed(&|_| {}), Ok(()));
    for place in [1, 12, 24] {
        let slip = typed(&|words| words[place - 1] = "carekey".to_owned());
        assert!(
            matches!(slip, Err(WordsError::UnknownWord { position, .. }) if position == place),
            "the person is told which word to look at: {slip:?}"
        );
    }
    assert_eq!(typed(&|words| words.truncate(23)), Err(WordsError::WrongCount { found: 23 }));
    let other = |word: &str| if word == "abandon" { "ability" } else { "abandon" }.to_owned();
    let slip = typed(&|words| words[23] = other(&words[23]));
    assert_eq!(slip, Err(WordsError::Checksum), "a real word in the wrong place does not pass");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_nobody_registered_restore_nothing_and_break_nothing() {
    let world = World::start().await;
    let stranger = Away::new(world.path("stranger")).open(&world.network()).await.unwrap();

    let refused = stranger.restore().await;
    assert!(
        matches!(refused, Err(WalletError::Authority(AuthorityRefusal::NotRegistered))),
        "valid words of nobody are told apart from an empty record: {refused:?}"
    );
    assert!(matches!(stranger.certificate(), Err(WalletError::NotEnrolled)));

    // The same profile can still be used to join.
    let code = world.servers.endorse(carekey_sample::NORTH, carekey_protocol::Role::Person, "Sam", "").unwrap();
    stranger.enrol(&code).await.unwrap();
    let note = stranger.keeps(carekey_sample::NORTH, "First", "after a failed restore").await;
    assert_eq!(stranger.reads_own(note).await.unwrap(), "after a failed restore");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_does_not_open_with_somebody_elses_words() {
    let world = World::start().await;
    let mia = world.patient("mia").await.leave().await;

    let mut rng = UnwrapErr(getrandom::SysRng);
    let entropy = Secret32::generate(&mut rng);
    let other = RootMaterial::restore(&mut rng, entropy);
    let (_, error) = Away { dir: mia.dir.clone(), root: other }.open(&world.network()).await.unwrap_err();
    assert!(
        matches!(error, WalletError::Vault(carekey_wallet::vault::VaultError::WrongKey { .. })),
        "another key is told apart from damage: {error:?}"
    );

    let mia = mia.open(&world.network()).await.expect("the attempt has harmed nothing");
    assert!(mia.certificate().is_ok());
}
