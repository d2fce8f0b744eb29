//! Stories of recovery with real vaults and sealed notes, without hospitals: notes go from hand to hand, and the ledger's
//! time is what the story says it is.

use std::collections::BTreeMap;

use carekey_crypto::{RecoveryWords, Secret32, SecretKey, open_note, test_rng};
use carekey_ledger::testkit::TestNetwork;
use carekey_network::{NetworkFile, PeerAddress, peer_id_of};
use carekey_protocol::certificate::CertificateBody;
use carekey_protocol::message::HolderAnswer;
use carekey_protocol::recovery::RecoveryCall;
use carekey_protocol::transaction::KIND_MESSAGE;
use carekey_protocol::{CertificateSerial, HospitalId, ParticipantId, Role, Text, decode};

use super::seeker::answers::{Answers, Took};
use super::*;
use crate::Remote;
use crate::custody::RootMaterial;
use crate::errands::Work;
use crate::vault::outbox;
use crate::vault::recovery::holder::CallState;
use crate::vault::recovery::owner::HolderState;
use crate::wallet::os_rng;

const NORTH: HospitalId = HospitalId([0, 0, 1]);
const DAY: u64 = 24 * 3600 * 1000;

struct Stage {
    network: TestNetwork,
    file: NetworkFile,
    home: tempfile::TempDir,
    serial: u64,
}

struct Person {
    wallet: Wallet,
    entropy: Secret32,
    card: Certificate,
}

impl Stage {
    fn new() -> Self {
        let network = TestNetwork::new(1);
        let nowhere = PeerAddress { peer_id: peer_id_of(&network.genesis.authority_peer_key), addresses: Vec::new() };
        let file = NetworkFile { genesis: network.genesis.clone(), authority: nowhere, hospitals: BTreeMap::default() };
        Self { network, file, home: tempfile::tempdir().unwrap(), serial: 0 }
    }

    async fn person(&mut self, name: &str) -> Person {
        self.with_root(name, &RootMaterial::generate(&mut os_rng())).await
    }

    /// The same person on a new computer.
    async fn restored(&mut self, person: &Person) -> Person {
        let root = RootMaterial::restore(&mut os_rng(), person.entropy.clone());
        let mut again = self.with_root("restored", &root).await;
        again.wallet.set_certificate(person.card.clone()).unwrap();
        again.card = person.card.clone();
        again
    }

    async fn with_root(&mut self, name: &str, root: &RootMaterial) -> Person {
        self.serial += 1;
        let dir = self.home.path().join(format!("{}-{name}", self.serial));
        let remote = Remote::connect(&self.file).await.unwrap();
        let wallet = Wallet::open(&dir, root, remote).unwrap();
        let keys = &wallet.0.keys;
        let body = CertificateBody {
            serial: CertificateSerial(self.serial),
            network: self.network.id(),
            id: ParticipantId::new(self.network.genesis.authority, NORTH, &keys.identity.public()),
            identity: keys.identity.public(),
            receiving: keys.receiving.public(),
            role: Role::Person,
            name: Text::truncated(name),
            specialty: Text::default(),
            hospital: NORTH,
            valid_from: UnixMillis(0),
            valid_until: UnixMillis::MAX,
        };
        let card = Certificate::issue(body, &self.network.authority);
        wallet.set_certificate(card.clone()).unwrap();
        Person { wallet, entropy: root.entropy.clone(), card }
    }

    fn call(&self, caller: &SecretKey, name: &str) -> RecoveryCall {
        RecoveryCall::new(self.network.id(), caller, Text::truncated(name), UnixMillis(1))
    }
}

/// What is on its way, as mailboxes would hold it.
type Post = Vec<carekey_crypto::Note>;

impl Person {
    fn id(&self) -> ParticipantId {
        self.card.body.id
    }

    fn knows(&self, others: &[&Person]) {
        for other in others {
            self.wallet.add_contact(&other.card.to_card()).unwrap();
        }
    }

    /// Everything this person has to say now.
    fn posts(&self) -> Post {
        self.wallet.tell_that_parts_are_kept().unwrap();
        self.wallet.send_letters(&self.card).unwrap();
        let mut post = Vec::new();
        for row in self.wallet.read(outbox::list).unwrap() {
            if let Ok(Work::Message { note, .. }) = decode(&row.payload) {
                post.push(note);
                self.wallet.write(|tx| outbox::finish(tx, row.id)).unwrap();
            }
        }
        post
    }

    async fn reads(&self, post: &Post) -> Vec<WalletEvent> {
        let mut arrived = Vec::new();
        for note in post {
            if let Ok(Some(plaintext)) = open_note(&self.wallet.0.keys.receiving, KIND_MESSAGE, note) {
                arrived.push(SignedMessage::read(&plaintext).unwrap());
            }
        }
        let mut events = Vec::new();
        for message in self.wallet.believed(arrived).await {
            let (from, message) = about_recovery(message).unwrap();
            self.wallet.write(|tx| self.wallet.receive_recovery(tx, &from, message, &mut events)).unwrap();
        }
        events
    }

    fn splits(&self, holders: &[&Person], threshold: u8, waiting_days: u16) {
        let holders = holders.iter().map(|holder| holder.id()).collect();
        self.wallet.split_recovery(&self.entropy, &SplitDraft { holders, threshold, waiting_days }).unwrap();
    }

    fn states(&self) -> Vec<HolderState> {
        let own = self.wallet.own_recovery().unwrap().unwrap();
        own.holders.into_iter().map(|holder| holder.state).collect()
    }

    fn call_state(&self) -> CallState {
        self.wallet.kept_calls().unwrap()[0].state
    }
}

/// Notes go round until nobody has anything to say.
async fn talk(people: &[&Person]) -> Post {
    let mut all = Vec::new();
    loop {
        let post: Post = people.iter().flat_map(|person| person.posts()).collect();
        if post.is_empty() {
            return all;
        }
        for person in people {
            person.reads(&post).await;
        }
        all.extend(post);
    }
}

/// What a new computer with this key makes of the post.
struct Computer {
    key: SecretKey,
    answers: Answers,
}

impl Computer {
    fn new(seed: u64) -> Self {
        Self { key: SecretKey::generate(&mut test_rng(seed)), answers: Answers::default() }
    }

    fn reads(&mut self, stage: &Stage, post: &Post) -> Vec<Took> {
        let authority = &stage.network.genesis.authority_key;
        let me = carekey_protocol::recovery::caller_id(stage.network.genesis.authority, &self.key.public());
        let mut took = Vec::new();
        for note in post {
            let Ok(Some(plaintext)) = open_note(&self.key, KIND_MESSAGE, note) else { continue };
            let message = SignedMessage::read(&plaintext).unwrap();
            message.verify(stage.network.id(), authority, &me, crate::wallet::clock()).unwrap();
            took.push(self.answers.take(stage.network.id(), authority, message));
        }
        took
    }

    fn states(&self) -> Vec<(String, SeekerState)> {
        self.answers.list().into_iter().map(|answer| (answer.holder.body.name.to_string(), answer.state)).collect()
    }

    fn entropy(&self) -> Option<Secret32> {
        let leading = self.answers.leading().filter(|leading| leading.is_enough())?;
        carekey_protocol::recovery::combine_parts(&leading.parts).ok()
    }
}

async fn family(stage: &mut Stage) -> [Person; 4] {
    let [maria, jonas, ada, desk] = [
        stage.person("Maria").await,
        stage.person("Jonas").await,
        stage.person("Ada").await,
        stage.person("Desk").await,
    ];
    maria.knows(&[&jonas, &ada, &desk]);
    [maria, jonas, ada, desk]
}

#[tokio::test(flavor = "multi_thread")]
async fn holders_confirm_and_maria_sees_who_has_a_part() {
    let mut stage = Stage::new();
    let [maria, jonas, ada, desk] = family(&mut stage).await;
    assert_eq!(maria.wallet.own_recovery().unwrap(), None);
    maria.splits(&[&jonas, &ada, &desk], 2, 7);
    assert_eq!(maria.states(), [HolderState::Asked; 3]);

    // The desk's computer is off; the others answer.
    talk(&[&maria, &jonas, &ada]).await;
    assert_eq!(maria.states(), [HolderState::Keeps, HolderState::Keeps, HolderState::Asked]);
    let kept = jonas.wallet.kept_parts().unwrap();
    assert_eq!((kept[0].patient.body.id, kept[0].of, kept[0].waiting_days), (maria.id(), (2, 3), 7));
    assert!(kept[0].unread);

    // Ada does not want to.
    ada.wallet.give_back_part(&maria.id()).unwrap();
    talk(&[&maria, &jonas, &ada]).await;
    assert_eq!(maria.states(), [HolderState::Keeps, HolderState::GaveBack, HolderState::Asked]);
    assert!(ada.wallet.kept_parts().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_mailboxes_lost_is_said_again_until_it_is_answered() {
    let mut stage = Stage::new();
    let [maria, jonas, ada, _] = family(&mut stage).await;
    maria.splits(&[&jonas, &ada], 2, 7);
    let lost = maria.posts();
    assert_eq!(lost.len(), 2);
    assert!(maria.posts().is_empty(), "not before tomorrow");
    let tomorrow = maria.wallet.now().plus(DAY + 1);
    let due = |at| maria.wallet.read(|tx| rows::due(tx, at)).unwrap().len();
    assert_eq!(due(tomorrow), 2);

    // The same note twice is answered twice and kept once.
    jonas.reads(&lost).await;
    jonas.reads(&lost).await;
    assert_eq!(jonas.wallet.kept_parts().unwrap().len(), 1);
    maria.reads(&jonas.posts()).await;
    assert_eq!(due(tomorrow), 1, "Jonas has it; Ada is asked again");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_three_bring_everything_back_after_the_waiting_period() {
    let mut stage = Stage::new();
    let [maria, jonas, ada, desk] = family(&mut stage).await;
    maria.splits(&[&jonas, &ada, &desk], 2, 7);
    talk(&[&maria, &jonas, &ada, &desk]).await;

    let mut computer = Computer::new(5);
    let call = stage.call(&computer.key, "Maria");
    let head = UnixMillis(jonas.wallet.now().0 + 1000);
    jonas.wallet.decide_call(&call, &maria.id(), true, head).unwrap();
    ada.wallet.decide_call(&call, &maria.id(), true, head).unwrap();
    computer.reads(&stage, &talk(&[&maria, &jonas, &ada, &desk]).await);
    let agreed = SeekerState::Agreed { release: head.plus(7 * DAY) };
    assert_eq!(computer.states(), [("Jonas".to_owned(), agreed), ("Ada".to_owned(), agreed)]);

    // Maria's own computer warns at once, and names both.
    let alarms = maria.wallet.recovery_alarms().unwrap();
    assert_eq!((alarms.len(), alarms[0].told.len(), alarms[0].is_open()), (1, 2, true));
    assert_eq!(alarms[0].release(), Some(head.plus(7 * DAY)));

    // A moment before the time, nothing goes out.
    for holder in [&jonas, &ada] {
        holder.wallet.release_parts(UnixMillis(head.0 + 7 * DAY - 1)).unwrap();
        assert_eq!(holder.call_state(), CallState::Waiting);
    }
    computer.reads(&stage, &talk(&[&maria, &jonas, &ada]).await);
    assert!(computer.entropy().is_none());

    jonas.wallet.release_parts(head.plus(7 * DAY)).unwrap();
    let took = computer.reads(&stage, &talk(&[&jonas]).await);
    assert!(took.iter().any(|took| matches!(took, Took::Part(_))));
    assert!(computer.entropy().is_none(), "one part says nothing");
    ada.wallet.release_parts(head.plus(7 * DAY)).unwrap();
    computer.reads(&stage, &talk(&[&ada]).await);
    assert!(computer.entropy().unwrap() == maria.entropy);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_reaches_also_those_who_were_not_asked_yet() {
    let mut stage = Stage::new();
    let [maria, jonas, ada, desk] = family(&mut stage).await;
    maria.splits(&[&jonas, &ada, &desk], 2, 7);
    talk(&[&maria, &jonas, &ada, &desk]).await;

    // A thief tricks Jonas.
    let mut thief = Computer::new(6);
    let call = stage.call(&thief.key, "Maria");
    let head = jonas.wallet.now();
    jonas.wallet.decide_call(&call, &maria.id(), true, head).unwrap();
    let post = jonas.posts();
    let events = maria.reads(&post).await;
    assert!(events.contains(&WalletEvent::RecoveryAlarm), "Maria is told at once");
    maria.wallet.stop_recovery(&thief.key.public()).unwrap();
    thief.reads(&stage, &talk(&[&maria, &jonas, &ada, &desk]).await);
    assert_eq!(jonas.call_state(), CallState::Stopped);
    assert_eq!(thief.states()[0], ("Jonas".to_owned(), SeekerState::Stopped));

    // The period passes; nothing comes. Ada, who is tricked later, cannot help either.
    jonas.wallet.release_parts(head.plus(100 * DAY)).unwrap();
    assert_eq!(jonas.call_state(), CallState::Stopped);
    let refused = ada.wallet.decide_call(&call, &maria.id(), true, head);
    assert!(matches!(refused, Err(WalletError::CallStopped)), "{refused:?}");
    assert!(maria.wallet.recovery_alarms().unwrap().iter().all(|alarm| alarm.stopped && !alarm.is_open()));

    // Another call is another matter.
    let mine = stage.call(&Computer::new(7).key, "Maria");
    ada.wallet.decide_call(&mine, &maria.id(), true, head).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_splitting_ends_the_old_one_and_whatever_waits_for_it() {
    let mut stage = Stage::new();
    let [maria, jonas, ada, desk] = family(&mut stage).await;
    maria.splits(&[&jonas, &ada], 2, 7);
    let first = talk(&[&maria, &jonas, &ada]).await;
    let thief = Computer::new(6);
    jonas.wallet.decide_call(&stage.call(&thief.key, "Maria"), &maria.id(), true, jonas.wallet.now()).unwrap();

    maria.splits(&[&jonas, &desk], 2, 3);
    talk(&[&maria, &jonas, &ada, &desk]).await;
    assert_eq!(jonas.call_state(), CallState::Stopped);
    assert_eq!(maria.states(), [HolderState::Keeps; 2]);
    assert!(ada.wallet.kept_parts().unwrap().is_empty(), "Ada was asked to forget");
    assert_eq!(jonas.wallet.kept_parts().unwrap()[0].waiting_days, 3);

    // Somebody posts the old parts again.
    jonas.reads(&first).await;
    ada.reads(&first).await;
    assert_eq!(jonas.wallet.kept_parts().unwrap()[0].waiting_days, 3, "an old part does not come back");
    assert!(ada.wallet.kept_parts().unwrap().is_empty());
    talk(&[&maria, &jonas, &ada, &desk]).await;
    assert_eq!(maria.states(), [HolderState::Keeps; 2]);

    maria.wallet.end_recovery().unwrap();
    talk(&[&maria, &jonas, &ada, &desk]).await;
    assert!(jonas.wallet.kept_parts().unwrap().is_empty() && desk.wallet.kept_parts().unwrap().is_empty());
    assert_eq!(maria.wallet.own_recovery().unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_wallet_hears_from_its_holders() {
    let mut stage = Stage::new();
    let [maria, jonas, ada, desk] = family(&mut stage).await;
    maria.splits(&[&jonas, &ada, &desk], 2, 7);
    let post = talk(&[&maria, &jonas, &ada, &desk]).await;

    let again = stage.restored(&maria).await;
    assert_eq!(again.wallet.own_recovery().unwrap(), None);
    again.reads(&post).await;
    assert_eq!(again.states(), [HolderState::Keeps; 3], "their word in the mailboxes says who holds a part");

    // What was her own call is no alarm.
    let mut computer = Computer::new(9);
    let head = jonas.wallet.now();
    jonas.wallet.decide_call(&stage.call(&computer.key, "Maria"), &maria.id(), true, head).unwrap();
    let post = talk(&[&jonas]).await;
    computer.reads(&stage, &post);
    let signed = again.wallet.own_recovery().unwrap().unwrap().signed;
    let (entropy, patient, caller) = (maria.entropy.clone(), maria.card.clone(), computer.key.public());
    let holders = vec![(1, jonas.card.clone())];
    again.wallet.recovered_by(&Recovered { entropy, patient, signed, holders, caller }).unwrap();
    again.reads(&post).await;
    assert!(again.wallet.recovery_alarms().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_the_patient_moves_a_part() {
    let mut stage = Stage::new();
    let [maria, jonas, ada, desk] = family(&mut stage).await;
    maria.splits(&[&jonas, &ada], 2, 7);
    talk(&[&maria, &jonas, &ada]).await;
    let set = maria.wallet.own_recovery().unwrap().unwrap().signed;

    // The desk claims to be told by Maria.
    let mut events = Vec::new();
    for message in [
        RecoveryMessage::Forget { set: set.set.id },
        RecoveryMessage::Stop { caller: Computer::new(5).key.public() },
        RecoveryMessage::Kept { signed: Box::new(set.clone()), place: 1 },
    ] {
        jonas.wallet.write(|tx| jonas.wallet.receive_recovery(tx, &desk.card, message, &mut events)).unwrap();
    }
    assert!(events.is_empty());
    assert_eq!(jonas.wallet.kept_parts().unwrap().len(), 1);

    // A stranger's splitting says it is Maria's; Maria hears of a call from somebody who holds nothing.
    let mut forged = set.clone();
    forged.set.waiting_days = 0;
    let called = RecoveryMessage::Called {
        signed: Box::new(forged),
        caller: Computer::new(5).key.public(),
        name: Text::truncated("Maria"),
        answer: HolderAnswer::Declined,
    };
    maria.wallet.write(|tx| maria.wallet.receive_recovery(tx, &desk.card, called, &mut events)).unwrap();
    assert!(maria.wallet.recovery_alarms().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_cannot_hold_a_part_are_refused() {
    let mut stage = Stage::new();
    let [maria, jonas, ada, _] = family(&mut stage).await;
    let split = |holders: &[&Person], threshold| {
        let holders = holders.iter().map(|holder| holder.id()).collect();
        maria.wallet.split_recovery(&maria.entropy, &SplitDraft { holders, threshold, waiting_days: 7 })
    };
    assert!(matches!(split(&[&jonas], 1), Err(WalletError::SplitImpossible)), "one alone would be the seed");
    assert!(matches!(split(&[&jonas, &jonas], 2), Err(WalletError::SplitImpossible)));
    assert!(matches!(split(&[&jonas, &maria], 2), Err(WalletError::SplitImpossible)));
    assert!(matches!(split(&[&jonas, &ada], 3), Err(WalletError::SplitImpossible)));
    let other = RecoveryWords::generate(&mut test_rng(1)).entropy();
    let draft = SplitDraft { holders: vec![jonas.id(), ada.id()], threshold: 2, waiting_days: 7 };
    assert!(matches!(maria.wallet.split_recovery(&other, &draft), Err(WalletError::SplitImpossible)), "not her seed");
    assert_eq!(maria.wallet.own_recovery().unwrap(), None);
}

#[test]
fn no_clock_shortens_a_waiting_period() {
    let week = 7 * DAY;
    let (ledger, clock) = (UnixMillis(1000 * DAY), UnixMillis(1000 * DAY + 60_000));
    assert_eq!(holder::release_time(ledger, clock, week), clock.plus(week));
    // The ledger stood still for a month, or the clock says 1970: the later of the two counts.
    assert_eq!(holder::release_time(UnixMillis(970 * DAY), clock, week), clock.plus(week));
    assert_eq!(holder::release_time(ledger, UnixMillis(0), week), ledger.plus(week));
    // A clock that runs ahead makes it longer, never shorter.
    assert_eq!(holder::release_time(ledger, UnixMillis(2000 * DAY), week), UnixMillis(2000 * DAY).plus(week));
    assert_eq!(holder::release_time(ledger, clock, 0), ledger, "who chose no period waits for none");
}
