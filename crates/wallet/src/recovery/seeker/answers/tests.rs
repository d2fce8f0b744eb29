use carekey_crypto::{RecoveryWords, Secret32, SecretKey, WalletKeys, split_secret, test_rng};
use carekey_protocol::certificate::CertificateBody;
use carekey_protocol::message::Message;
use carekey_protocol::recovery::{RecoveryPart, Splitting, combine_parts};
use carekey_protocol::{AuthorityId, CertificateSerial, HospitalId, MessageId, ParticipantId, Role, Text};

use super::*;

const NETWORK: NetworkId = NetworkId(carekey_crypto::Digest([7; 32]));

fn key(seed: u64) -> SecretKey {
    SecretKey::generate(&mut test_rng(seed))
}

fn certificate(name: &str, identity: &SecretKey) -> Certificate {
    let hospital = HospitalId([0, 0, 1]);
    let body = CertificateBody {
        serial: CertificateSerial(1),
        network: NETWORK,
        id: ParticipantId::new(AuthorityId([0, 1]), hospital, &identity.public()),
        identity: identity.public(),
        receiving: identity.public(),
        role: Role::Person,
        name: Text::truncated(name),
        specialty: Text::default(),
        hospital,
        valid_from: UnixMillis(0),
        valid_until: UnixMillis::MAX,
    };
    Certificate::issue(body, &key(1))
}

struct Patient {
    entropy: Secret32,
    card: Certificate,
    parts: Vec<RecoveryPart>,
}

fn patient(name: &str, seed: u64, made: u64) -> Patient {
    let entropy = Secret32::generate(&mut test_rng(seed));
    let identity = WalletKeys::derive(&RecoveryWords::from_entropy(entropy.expose())).unwrap().identity;
    let card = certificate(name, &identity);
    let shares = split_secret(&mut test_rng(made), &entropy, 2, 3).unwrap();
    let id = RecoverySetId([made as u8; 16]);
    let splitting = Splitting { id, patient: card.body.id, threshold: 2, waiting_days: 0, created: UnixMillis(made) };
    let parts = RecoveryPart::sign_all(NETWORK, splitting, shares, &identity).unwrap();
    Patient { entropy, card, parts }
}

fn says(answers: &mut Answers, holder: u64, body: RecoveryMessage) -> Took {
    let identity = key(holder);
    let message = Message {
        id: MessageId::default(),
        to: ParticipantId::default(),
        sent: UnixMillis(1),
        body: MessageBody::Recovery(body),
    };
    let from = certificate(&format!("Holder {holder}"), &identity);
    answers.take(NETWORK, &key(1).public(), SignedMessage::new(NETWORK, message, from, &identity))
}

fn gives(patient: &Patient, place: usize) -> RecoveryMessage {
    RecoveryMessage::Part { patient: Box::new(patient.card.clone()), part: Box::new(patient.parts[place].clone()) }
}

fn states(answers: &Answers) -> Vec<SeekerState> {
    answers.list().into_iter().map(|answer| answer.state).collect()
}

#[test]
fn a_forged_part_is_named_and_left_out() {
    let maria = patient("Maria", 2, 20);
    let mut answers = Answers::default();
    assert!(matches!(says(&mut answers, 11, gives(&maria, 0)), Took::Part(_)));
    let mut forged = maria.parts[1].clone();
    forged.share.value = Secret32::from_bytes([9; 32]);
    let part = RecoveryMessage::Part { patient: Box::new(maria.card.clone()), part: Box::new(forged) };
    assert_eq!(says(&mut answers, 12, part), Took::News);
    assert_eq!(states(&answers), [SeekerState::Arrived, SeekerState::Wrong]);
    assert_eq!(answers.list()[1].holder.body.name.as_str(), "Holder 12");
    assert!(!answers.leading().unwrap().is_enough());

    says(&mut answers, 13, gives(&maria, 2));
    let leading = answers.leading().unwrap();
    assert!(leading.is_enough());
    assert!(combine_parts(&leading.parts).unwrap() == maria.entropy);
    assert_eq!(leading.holders.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn an_old_part_does_not_count_with_new_ones() {
    let (old, new) = (patient("Maria", 2, 20), patient("Maria", 2, 21));
    let mut answers = Answers::default();
    says(&mut answers, 11, gives(&old, 0));
    says(&mut answers, 12, gives(&new, 1));
    assert!(!answers.leading().unwrap().is_enough());
    says(&mut answers, 13, gives(&new, 2));
    assert_eq!(states(&answers), [SeekerState::Other, SeekerState::Arrived, SeekerState::Arrived]);
    assert!(combine_parts(&answers.leading().unwrap().parts).unwrap() == new.entropy);
}

#[test]
fn one_holder_has_one_word_and_cannot_be_two() {
    let mallory = patient("Mallory", 3, 30);
    let mut answers = Answers::default();
    says(&mut answers, 11, gives(&mallory, 0));
    says(&mut answers, 11, gives(&mallory, 1));
    assert!(!answers.leading().unwrap().is_enough(), "two parts from one holder are one");
    says(&mut answers, 12, gives(&mallory, 1));
    assert!(!answers.leading().unwrap().is_enough(), "and so is the same part from two");
}

#[test]
fn a_part_that_is_here_is_not_taken_back_by_later_words() {
    let maria = patient("Maria", 2, 20);
    let mut answers = Answers::default();
    let said = |answer| RecoveryMessage::Answer {
        patient: Box::new(maria.card.clone()),
        signed: Box::new(maria.parts[0].signed.clone()),
        answer,
    };
    assert_eq!(says(&mut answers, 11, said(HolderAnswer::Agreed { release: UnixMillis(9) })), Took::News);
    assert_eq!(states(&answers), [SeekerState::Agreed { release: UnixMillis(9) }]);
    says(&mut answers, 11, gives(&maria, 0));
    assert_eq!(says(&mut answers, 11, said(HolderAnswer::Stopped)), Took::Nothing);
    assert_eq!(states(&answers), [SeekerState::Arrived]);
}

#[test]
fn a_patient_whom_the_authority_does_not_know_is_none() {
    let mut maria = patient("Maria", 2, 20);
    maria.card.body.name = Text::truncated("Somebody else");
    let mut answers = Answers::default();
    says(&mut answers, 11, gives(&maria, 0));
    assert_eq!(states(&answers), [SeekerState::Wrong]);
}
