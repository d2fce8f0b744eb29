//! What a wallet makes of a hospital that lies: alone it is named and not believed; beside a true one it costs nothing.

use carekey_network::{NetworkError, NetworkFile};
use carekey_protocol::access::Refusal;
use carekey_protocol::message::request::Wish;
use carekey_protocol::{Collections, HospitalId, RecordRef, Text, UnixMillis, decode};
use carekey_sample::{NORTH, SOUTH};
use carekey_wallet::grants::GrantTarget;
use carekey_wallet::reading::{Check, Withheld};
use carekey_wallet::vault::observations::{Observation, ObservationKind};
use carekey_wallet::{Bounds, Evidence, HospitalState, Wallet, WalletError};

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

    /// Mia's file leads to the liar as North, and to the others if it may.
    fn network(&self, liar: &Liar, with_others: bool) -> NetworkFile {
        let mut network = self.world.network();
        network.hospitals.insert(NORTH, liar.address());
        if !with_others {
            network.hospitals.retain(|hospital, _| *hospital == NORTH);
        }
        network
    }

    async fn opens_with(&mut self, network: &NetworkFile, bounds: Bounds) -> Person {
        self.mia.take().unwrap().open_with(network, bounds).await.unwrap()
    }

    async fn opens(&mut self, network: &NetworkFile) -> Person {
        self.mia.take().unwrap().open(network).await.unwrap()
    }

    async fn closes(&mut self, mia: Person) {
        self.mia = Some(mia.leave().await);
    }
}

/// What a wallet has noted of a hospital.
fn noted(wallet: &Wallet, hospital: HospitalId, kind: ObservationKind) -> Option<Observation> {
    let all = wallet.network_observations().unwrap();
    all.into_iter().find(|seen| seen.hospital == hospital && seen.kind == kind)
}

async fn state_of(wallet: &Wallet, name: &str) -> HospitalState {
    let state = wallet.ledger_state().await;
    state.hospitals.into_iter().find(|standing| standing.name == name).unwrap().state
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
        assert!(mia.ledger_state().await.untrusted, "{lie:?}: and whoever looks is told");
        assert!(mia.network_observations().unwrap().iter().all(|seen| seen.hospital == NORTH), "{lie:?}");
        assert!(!mia.network_observations().unwrap().is_empty(), "{lie:?}");
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
    assert!(noted(&mia, NORTH, ObservationKind::WrongProof).is_some(), "and North is noted");
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
    mia.revoke(n).unwrap();
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
    alone.hospitals.retain(|hospital, _| *hospital == NORTH);

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

/// Of two certified blocks of one height the wallet keeps the one it knew, and a proof that convinces anybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_history_is_proved_to_third_parties_and_not_believed() {
    let mut scene = Scene::start().await;
    let letter = scene.letter("come again in May").await;
    let mia = scene.opens(&scene.world.network()).await;
    mia.until("the letter is there", |mia| mia.record(&letter).is_ok()).await;
    mia.finishes().await;
    scene.closes(mia).await;
    let liar = Liar::start(&scene.world, NORTH, Lie::SecondHistory).await;

    let mia = scene.opens(&scene.network(&liar, true)).await;
    let head = mia.ledger_state().await.head;
    mia.sync().await.unwrap();
    assert!(liar.has_lied());
    assert_eq!(mia.ledger_state().await.head.header, head.header, "the wallet keeps to what it knew");
    assert_eq!(state_of(&mia, "North General").await, HospitalState::Caught(ObservationKind::Equivocation));
    let confirmed = mia.ledger_state().await.confirmed_by;
    assert!(confirmed.contains(&SOUTH) && !confirmed.contains(&NORTH), "{confirmed:?}");

    let proof = noted(&mia, NORTH, ObservationKind::Equivocation).unwrap().evidence.unwrap();
    let evidence: Evidence = decode(&proof).unwrap();
    let genesis = scene.world.network().genesis;
    let voting = carekey_ledger::ValidatorSet::from_registrations(&genesis.hospitals).unwrap();
    assert_eq!(evidence.equivocation.verify(&voting), Ok(()), "with the network file alone anybody sees it");
    let both: Vec<_> = evidence.equivocation.signed_both().collect();
    assert!(both.contains(&NORTH), "and who signed both: {both:?}");
    assert!(noted(&mia, NORTH, ObservationKind::SignedTwice).is_some());

    let later = scene.letter("a later one").await;
    mia.until("the ledger goes on without North", |mia| mia.record(&later).is_ok()).await;
    assert!(matches!(state_of(&mia, "North General").await, HospitalState::Caught(_)));
    scene.closes(mia).await;
    liar.stop().await;

    let mia = scene.opens(&scene.world.network()).await;
    mia.sync().await.unwrap();
    assert_eq!(state_of(&mia, "North General").await, HospitalState::Agrees, "who shows the right one is heard again");
    assert!(noted(&mia, NORTH, ObservationKind::Equivocation).is_some(), "and nothing is forgotten");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hospital_that_hands_out_no_blocks_is_noted_and_passed_by() {
    let mut scene = Scene::start().await;
    let liar = Liar::start(&scene.world, NORTH, Lie::WithheldBlocks).await;
    let letter = scene.letter("come again in May").await;
    let mia = scene.opens(&scene.network(&liar, true)).await;
    mia.until("the letter arrives through South", |mia| mia.record(&letter).is_ok()).await;
    assert!(liar.has_lied());
    assert!(noted(&mia, NORTH, ObservationKind::Withheld).is_some(), "{:?}", mia.network_observations());
    assert!(mia.network_observations().unwrap().iter().all(|seen| seen.hospital == NORTH));
    liar.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_stays_behind_is_noted_once_the_patience_is_over() {
    let mut scene = Scene::start().await;
    let liar = Liar::start(&scene.world, NORTH, Lie::StaleHead).await;
    let letter = scene.letter("come again in May").await;
    let impatient = Bounds { behind: std::time::Duration::from_millis(400), ..Bounds::default() };
    let mia = scene.opens_with(&scene.network(&liar, true), impatient).await;
    mia.until("the letter arrives through South", |mia| mia.record(&letter).is_ok()).await;
    mia.until("North is noted", |mia| noted(mia, NORTH, ObservationKind::Stale).is_some()).await;
    let confirmed = mia.ledger_state().await.confirmed_by;
    assert!(confirmed.contains(&SOUTH) && !confirmed.contains(&NORTH), "{confirmed:?}");
    liar.stop().await;
}

/// Registry changes stand in blocks: they are seen beside a hospital that tells of them, and without one.
#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_registry_change_is_found_in_the_blocks() {
    for with_others in [true, false] {
        let mut scene = Scene::start().await;
        let liar = Liar::start(&scene.world, NORTH, Lie::HidesRegistry).await;
        let mia = scene.opens(&scene.network(&liar, with_others)).await;
        mia.sync().await.unwrap();
        let revoked = scene.amir.card().body.serial;
        scene.world.servers.authority().revoke_certificate(revoked).await.unwrap();
        let hidden = |mia: &Wallet| noted(mia, NORTH, ObservationKind::HiddenRegistry).is_some();
        mia.until("North is noted", hidden).await;
        assert!(liar.has_lied());
        assert!(mia.is_revoked(revoked).await, "and what it hid is known");
        liar.stop().await;
    }
}

/// What a hospital took is handed in elsewhere when it dies before it passed it on.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_outlives_the_hospital_that_took_it() {
    let mut scene = Scene::start().await;
    let liar = Liar::start(&scene.world, NORTH, Lie::Swallows).await;
    let mia = scene.opens(&scene.network(&liar, true)).await;
    mia.finishes().await;
    let note = mia.records(None).unwrap()[0].reference;
    let n = mia.grants_to(&scene.amir.card(), GrantTarget::Record(note));
    mia.until("it was taken", |_| liar.has_lied()).await;
    liar.stop().await;
    mia.finishes().await;
    let row = mia.grants().unwrap().into_iter().find(|row| row.n == n).unwrap();
    assert!(row.grant.height().is_some(), "and is final all the same");
}

/// Somebody asks Mia to be allowed to read.
async fn asks(amir: &Person, mia: &Person, words: &str) {
    let wish = Wish {
        collections: Collections::ALL,
        until: UnixMillis::MAX,
        purpose: Text::truncated("treatment"),
        words: Text::truncated(words),
    };
    amir.ask_access(&mia.card().body.id, wish, None).unwrap();
    amir.finishes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_without_an_end_keeps_nobody_from_the_others() {
    let mut scene = Scene::start().await;
    let liar = Liar::start(&scene.world, NORTH, Lie::InventsNotes).await;
    let mia = scene.opens(&scene.network(&liar, true)).await;
    scene.amir.writes(&scene.card, NORTH, "Letter", "we have met");
    asks(&scene.amir, &mia, "more").await;
    mia.until("it arrives through South", |mia| mia.access_requests().unwrap().len() == 1).await;
    assert!(liar.has_lied());
    liar.stop().await;
}

/// What a hospital restored from a copy is handed after that has numbers that were read before.
#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_counts_anew_is_read_from_its_start() {
    let mut scene = Scene::start().await;
    let liar = Liar::start(&scene.world, NORTH, Lie::CountsAnew).await;
    let mia = scene.opens(&scene.network(&liar, false)).await;
    scene.amir.writes(&scene.card, NORTH, "Letter", "we have met");
    let wallet = Wallet::clone(&mia);
    let running = tokio::spawn(async move { wallet.run().await });
    for (times, words) in ["before", "after"].into_iter().enumerate() {
        asks(&scene.amir, &mia, words).await;
        mia.until(words, |mia| mia.access_requests().unwrap().len() == times + 1).await;
        assert!(liar.has_lied(), "the first was counted too high");
    }
    running.abort();
    liar.stop().await;
}
