//! `enrol`: who takes part, and that nobody else does (S2 Alg. 2 and 3).

use std::path::Path;

use carekey_crypto::{RecoveryWords, Signature, WalletKeys};
use carekey_network::NetworkFile;
use carekey_network::enrolment::AuthorityRefusal;
use carekey_network::ledger::{Submit, SubmitAnswer};
use carekey_protocol::{Body, Certificate, Role, Transaction};
use carekey_wallet::custody::RootMaterial;
use carekey_wallet::{Remote, Wallet, WalletError};

use super::stage::Stage;
use super::{Fault, Outcome, ensure, intruder, measured};
use crate::servers::{NORTH, SOUTH, os_rng};

/// Somebody in the story, with what only they know.
pub(super) struct Member {
    pub(super) wallet: Wallet,
    pub(super) root: RootMaterial,
    pub(super) keys: WalletKeys,
    pub(super) card: Certificate,
}

impl Member {
    /// A wallet with new words, not yet registered.
    pub(super) async fn newcomer(dir: &Path, network: &NetworkFile) -> Result<(Wallet, RootMaterial), Fault> {
        let root = RootMaterial::generate(&mut os_rng());
        std::fs::create_dir_all(dir)?;
        Ok((Wallet::open(dir, &root, Remote::connect(network).await?)?, root))
    }
}

pub(super) async fn enrol(stage: &mut Stage) -> Outcome {
    let people = [
        ("maria", NORTH, Role::Person, "Maria Keller", ""),
        ("jonas", NORTH, Role::Person, "Jonas Keller", ""),
        ("amir", NORTH, Role::Doctor, "Dr Amir Haddad", "Cardiology"),
        ("lena", NORTH, Role::Laboratory, "Lena Brandt", "Clinical chemistry"),
        ("ngozi", SOUTH, Role::Doctor, "Dr Ngozi Okafor", "General practice"),
    ];
    let network = stage.servers.network_file().clone();
    for (key, hospital, role, name, specialty) in people {
        let (wallet, root) = Member::newcomer(&stage.home.path().join(key), &network).await?;
        let code = stage.servers.endorse(hospital, role, name, specialty)?;
        let card = wallet.enrol(&code).await?;
        card.verify(network.network_id(), &network.genesis.authority_key, crate::servers::now())?;
        let keys = WalletKeys::derive(&RecoveryWords::from_entropy(root.entropy.expose()))?;
        stage.members.insert(key, Member { wallet, root, keys, card });
    }
    for key in ["amir", "jonas", "lena", "ngozi"] {
        stage.member(key).wallet.add_contact(&stage.member("maria").card.to_card())?;
    }
    stage.member("maria").wallet.add_contact(&stage.member("jonas").card.to_card())?;
    stage.member("maria").wallet.directory().await?;

    let (stranger, root) = Member::newcomer(&stage.home.path().join("stranger"), &network).await?;
    let refused = stranger.enrol("AAAA-BBBB-CCCC").await;
    ensure!(
        matches!(refused, Err(WalletError::Authority(AuthorityRefusal::CodeUnknown))),
        "a made-up code was answered with {refused:?}"
    );
    stranger.remote().disconnect().await;
    let unregistered = unregistered_transaction(stage, &root).await?;
    ensure!(matches!(unregistered, SubmitAnswer::Refused(_)), "an unregistered key was answered with {unregistered:?}");
    Ok(measured([("people", people.len().into())]))
}

/// A transaction whose pseudonym the authority never certified.
async fn unregistered_transaction(stage: &Stage, root: &RootMaterial) -> Result<SubmitAnswer, Fault> {
    let keys = WalletKeys::derive(&RecoveryWords::from_entropy(root.entropy.expose()))?;
    let network = stage.servers.network_file();
    let epoch = carekey_protocol::pseudonym::epoch_at(crate::servers::now());
    let body = Body::Revoke([7; 32]);
    let forged = Transaction::by_pseudonym(network.network_id(), body, &keys.pseudonym, epoch, Signature([1; 64]));
    let node = intruder::node(network).await?;
    let answer = node.request::<Submit>(network.hospitals[&NORTH].peer_id, forged).await?;
    node.shut_down().await;
    Ok(answer)
}
