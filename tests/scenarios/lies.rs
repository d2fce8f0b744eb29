//! What a wallet makes of a hospital that lies: alone it is named and not believed; beside a true one it costs nothing.

use carekey_network::{NetworkError, NetworkFile};
use carekey_protocol::RecordRef;
use carekey_protocol::access::Refusal;
use carekey_sample::{NORTH, SOUTH};
use carekey_wallet::WalletError;
use carekey_wallet::grants::GrantTarget;
use carekey_wallet::reading::{Check, Withheld};

use crate::liar::{Liar, Lie, impostor};
use crate::world::{Away, Person, World};

/// Lies that keep a wallet from following the ledger, if nobody else is there.
const LIES_ABOUT_THE_LEDGER: [Lie; 7] = [
    Lie::InventedHead,
    Lie::ForgedAncestry,
    Lie::WithheldTransaction,
    Lie::ChangedTransaction,
    Lie::OtherBodies,
    Lie::InventedRegistry,
    Lie::OtherQuestion,
];

/// Mia, who has seen a part of the ledger, and her doctor, who goes on writing to her.
struct Scene {
    world: World,
    amir: Person,
    mia: Option<Away>,
    card: carekey_protocol::Certificate,
}

impl Scene {
    async fn start() -> Self {
        let world = World::start().await;
        let (mia, amir) = tokio::join!(world.patient("mia"), world.doctor("amir"));
        mia.keeps(NORTH, "First", "seen before anybody lied").await;
        let card = mia.card();
        Self { world, amir, mia: Some(mia.leave().await), card }
    }

    /// A letter that is on the ledger, and that Mia has not seen.
    async fn letter(&self, text: &str) -> RecordRef {
        let letter = self.amir.writes(&self.card, SOUTH, "Letter", text);
        self.amir.finishes().await;
        let head = *self.world.servers.hospital(NORTH).head().borrow();
        self.world.servers.hospital(SOUTH).head().wait_for(|height| *height >= head).await.unwrap();
        letter
    }

    /// Mia's file leads to the liar as North, and to South if it may.
    fn network(&self, liar: &Liar, with_south: bool) -> NetworkFile {
        let mut network = self.world.network();
        network.hospitals.insert(NORTH, liar.address());
        if !with_south {
            network.hospitals.remove(&SOUTH);
        }
        network
    }

    async fn opens(&mut self, network: &NetworkFile) -> Person {
        self.mia.take().unwrap().open(network).await.unwrap()
    }

    async fn closes(&mut self, mia: Person) {
        self.mia = Some(mia.leave().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lie_about_the_ledger_is_named_and_a_true_hospital_outweighs_it() {
    let mut scene = Scene::start().await;
    for lie in LIES_ABOUT_THE_LEDGER {
        let letter = scene.letter("come again in May").await;
        let liar = Liar::start(&scene.world, NORTH, lie).await;

        let mia = scene.opens(&scene.network(&liar, false)).await;
        let scanned = mia.ledger_state().await.scanned;
        let told = mia.sync().await;
        assert!(liar.has_lied(), "{lie:?} was never told");
        assert!(
            matches!(&told, Err(WalletError::LedgerForged { hospital, .. }) if hospital == "North General"),
            "{lie:?} is named with its hospital: {told:?}"
        );
        assert_eq!(mia.ledger_state().await.scanned, scanned, "{lie:?}: nothing of it was taken in");
        assert!(mia.record(&letter).is_err(), "{lie:?}");
        scene.closes(mia).await;

        let mia = scene.opens(&scene.network(&liar, true)).await;
        mia.until(&format!("{lie:?}: the letter arrives through South"), |mia| mia.record(&letter).is_ok()).await;
        mia.finishes().await;
        assert_eq!(mia.reads_own(letter).await.unwrap(), "come again in May");
        scene.closes(mia).await;
        liar.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hospital_that_hides_blocks_does_not_turn_time_back() {
    let mut scene = Scene::start().await;
    for lie in [Lie::StaleHead, Lie::Nothing] {
        let liar = Liar::start(&scene.world, NORTH, lie).await;
        let letter = scene.letter("come again in May").await;

        let mia = scene.opens(&scene.network(&liar, true)).await;
        mia.until("the letter arrives through South", |mia| mia.record(&letter).is_ok()).await;
        let head = mia.head_height().await;
        let confirmed = mia.ledger_state().await.confirmed_by;
        assert!(confirmed.contains(&SOUTH), "South shows it: {confirmed:?}");
        assert!(!confirmed.contains(&NORTH), "{lie:?}: North is not said to show this ledger");
        scene.closes(mia).await;

        let mia = scene.opens(&scene.network(&liar, false)).await;
        let _ = mia.sync().await;
        assert!(liar.has_lied(), "{lie:?} was never told");
        assert!(mia.head_height().await >= head, "{lie:?}: what was proved stays proved");
        assert!(mia.record(&letter).is_ok());
        assert!(mia.ledger_state().await.confirmed_by.is_empty(), "{lie:?}: nobody confirms it now");
        scene.closes(mia).await;
        liar.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_proof_shows_nothing_and_another_hospital_proves_it() {
    let mut scene = Scene::start().await;
    let liar = Liar::start(&scene.world, NORTH, Lie::ForgedProof).await;
    let alone = scene.network(&liar, false);
    let mia = scene.opens(&alone).await;
    let first = mia.records(None).unwrap()[0].reference;
    let shown = mia.reads_own(first).await;
    assert!(liar.has_lied());
    assert!(
        matches!(shown, Err(WalletError::Withheld(Withheld { check: Check::Ledger, .. }))),
        "the check that failed is named, and nothing is shown: {shown:?}"
    );
    scene.closes(mia).await;

    let mia = scene.opens(&scene.network(&liar, true)).await;
    assert_eq!(mia.reads_own(first).await.unwrap(), "seen before anybody lied", "South proves it as well");
    liar.stop().await;
}

/// No word of one hospital keeps a revocation off the ledger.
#[tokio::test(flavor = "multi_thread")]
async fn a_hospital_that_will_not_pass_a_revocation_on_is_passed_by() {
    let mut scene = Scene::start().await;
    for lie in [Lie::SaysNo, Lie::SaysPointless, Lie::SaysSpent, Lie::Swallows] {
        let liar = Liar::start(&scene.world, NORTH, lie).await;
        let mia = scene.opens(&scene.world.network()).await;
        mia.finishes().await;
        let note = mia.keeps(SOUTH, "Note", "for Amir").await;
        let n = mia.shares(&scene.amir.card(), GrantTarget::Record(note)).await;
        scene.amir.looks_at(&scene.card).await;
        assert_eq!(scene.amir.reads(&scene.card, note).await.unwrap(), "for Amir");
        scene.closes(mia).await;

        let mia = scene.opens(&scene.network(&liar, true)).await;
        mia.stops(n).await;
        assert!(liar.has_lied(), "{lie:?} was never told");
        let row = mia.grants().unwrap().into_iter().find(|row| row.n == n).unwrap();
        assert!(row.revoke.and_then(|revoke| revoke.height()).is_some(), "{lie:?}: the ledger has the revocation");
        let refused = scene.amir.reads(&scene.card, note).await;
        let ended = matches!(refused, Err(WalletError::Refused(Refusal::Revoked | Refusal::NotGranted)));
        assert!(ended, "{lie:?}: {refused:?}");
        scene.closes(mia).await;
        liar.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_is_not_given_up_because_the_only_hospital_calls_it_pointless() {
    let mut scene = Scene::start().await;
    let mia = scene.opens(&scene.world.network()).await;
    let note = mia.records(None).unwrap()[0].reference;
    let n = mia.shares(&scene.amir.card(), GrantTarget::Record(note)).await;
    scene.closes(mia).await;
    let liar = Liar::start(&scene.world, NORTH, Lie::SaysPointless).await;

    let mia = scene.opens(&scene.network(&liar, false)).await;
    mia.revoke(n).await.unwrap();
    let stuck = mia.settle(std::time::Duration::ZERO).await;
    assert!(liar.has_lied());
    assert!(stuck.is_err(), "the ledger does not say it, so it is still to be said: {stuck:?}");
    scene.closes(mia).await;

    let mia = scene.opens(&scene.world.network()).await;
    mia.finishes().await;
    assert_eq!(scene.world.counts().revocations, 1, "and it is said as soon as somebody listens");
    liar.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_at_a_hospitals_address_hears_nothing() {
    let mut scene = Scene::start().await;
    let letter = scene.letter("come again in May").await;
    let (stranger, lie) = impostor(scene.world.network().hospitals[&NORTH].peer_id).await;
    let mut network = scene.world.network();
    network.hospitals.insert(NORTH, lie);
    let mut alone = network.clone();
    alone.hospitals.remove(&SOUTH);

    let mia = scene.opens(&alone).await;
    let refused = mia.sync().await;
    assert!(
        matches!(refused, Err(WalletError::Network(NetworkError::WrongPeer { .. }))),
        "somebody else's key is told apart from a closed door: {refused:?}"
    );
    scene.closes(mia).await;

    let mia = scene.opens(&network).await;
    mia.until("the letter arrives through South", |mia| mia.record(&letter).is_ok()).await;
    assert_eq!(stranger.traffic().received_bytes, 0, "the stranger was told nothing");
    stranger.shut_down().await;
}
