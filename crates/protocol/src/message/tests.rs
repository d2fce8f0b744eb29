use carekey_crypto::{open_note, test_rng};

use super::appointment::{Meeting, Slot, Window};
use super::request::Wish;
use super::*;
use crate::certificate::{CertificateBody, Role};
use crate::collection::Collections;
use crate::id::{AuthorityId, CertificateSerial, HospitalId};
use crate::text::Text;

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
const NETWORK: NetworkId = NetworkId(carekey_crypto::Digest([7; 32]));

fn key(seed: u64) -> SecretKey {
    SecretKey::generate(&mut test_rng(seed))
}

fn certificate(person: u64) -> Certificate {
    let hospital = HospitalId([0, 0, 1]);
    let body = CertificateBody {
        serial: CertificateSerial(person),
        network: NETWORK,
        id: ParticipantId::new(AuthorityId([0, 1]), hospital, &key(person).public()),
        identity: key(person).public(),
        receiving: key(person + 100).public(),
        role: Role::Doctor,
        name: Text::truncated(&"N".repeat(64)),
        specialty: Text::truncated(&"S".repeat(48)),
        hospital,
        valid_from: UnixMillis(0),
        valid_until: UnixMillis::MAX,
    };
    Certificate::issue(body, &key(1))
}

fn long<const MAX: usize>() -> Text<MAX> {
    Text::truncated(&"w".repeat(MAX))
}

/// The longest message of every kind.
fn longest() -> Vec<MessageBody> {
    let about = MessageId([9; 16]);
    let slot = || Slot { at: NOW, minutes: 30, place: long() };
    let wish = Wish { collections: Collections::ALL, until: UnixMillis::MAX, purpose: long(), words: long() };
    let window = Window { from: NOW, until: NOW.plus(1) };
    let requests = [
        RequestMessage::Ask { wish, appointment: Some(about) },
        RequestMessage::Withdraw { request: about },
        RequestMessage::Granted { request: about, collections: Some(Collections::ALL), records: 9, until: NOW },
        RequestMessage::Declined { request: about, words: long() },
    ];
    let appointments = [
        AppointmentMessage::Wish {
            window,
            meeting: Meeting::Video,
            reason: long(),
            words: long(),
            offer: Some(Collections::ALL),
        },
        AppointmentMessage::Confirm { appointment: about, slot: slot(), words: long() },
        AppointmentMessage::Propose { appointment: about, slot: slot(), words: long() },
        AppointmentMessage::Accept { appointment: about, at: NOW },
        AppointmentMessage::Decline { appointment: about, words: long() },
        AppointmentMessage::CallOff { appointment: about, words: long() },
    ];
    requests
        .into_iter()
        .map(MessageBody::Request)
        .chain(appointments.into_iter().map(MessageBody::Appointment))
        .collect()
}

fn said(body: MessageBody) -> SignedMessage {
    let message = Message { id: MessageId([3; 16]), to: certificate(3).body.id, sent: NOW, body };
    SignedMessage::new(NETWORK, message, certificate(2), &key(2))
}

fn verify(message: &SignedMessage) -> Result<(), MessageError> {
    message.verify(NETWORK, &key(1).public(), &certificate(3).body.id, NOW)
}

#[test]
fn the_longest_message_of_every_kind_fits_a_note_and_reads_back() {
    for body in longest() {
        let signed = said(body);
        let note = signed.seal(&key(50), &certificate(3).body.receiving).unwrap();
        assert!(note.has_bucket_length());
        let plaintext = open_note(&key(103), KIND_MESSAGE, &note).unwrap().unwrap();
        let read = SignedMessage::read(&plaintext).unwrap();
        assert_eq!(read, signed);
        assert_eq!(verify(&read), Ok(()));
    }
}

#[test]
fn a_message_passed_on_to_somebody_else_is_not_for_them() {
    let signed = said(longest().remove(0));
    let jonas = certificate(4).body.id;
    assert_eq!(signed.verify(NETWORK, &key(1).public(), &jonas, NOW), Err(MessageError::NotForMe));
}

#[test]
fn words_put_into_a_doctors_mouth_are_noticed() {
    let mut changed = said(longest().remove(3));
    changed.message.body = MessageBody::Request(RequestMessage::Withdraw { request: MessageId([1; 16]) });
    assert_eq!(verify(&changed), Err(MessageError::Forged));

    let mut other_sender = said(longest().remove(3));
    other_sender.from = certificate(5);
    assert_eq!(verify(&other_sender), Err(MessageError::Forged));

    let mut made_up = said(longest().remove(3));
    made_up.from.body.name = Text::truncated("Dr Somebody Else");
    assert_eq!(verify(&made_up), Err(MessageError::Sender(CertificateError::Forged)));

    let elsewhere = NetworkId(carekey_crypto::Digest([8; 32]));
    let signed = said(longest().remove(3));
    assert!(signed.verify(elsewhere, &key(1).public(), &certificate(3).body.id, NOW).is_err());
}

#[test]
fn a_message_from_long_ago_or_from_the_future_is_not_believed() {
    let signed = said(longest().remove(1));
    let at = |now| signed.verify(NETWORK, &key(1).public(), &certificate(3).body.id, now);
    assert_eq!(at(NOW.plus(MESSAGE_VALID_MILLIS)), Ok(()));
    assert_eq!(at(NOW.plus(MESSAGE_VALID_MILLIS + 1)), Err(MessageError::NotRecent));
    assert_eq!(at(UnixMillis(NOW.0 - MESSAGE_AHEAD_MILLIS)), Ok(()));
    assert_eq!(at(UnixMillis(NOW.0 - MESSAGE_AHEAD_MILLIS - 1)), Err(MessageError::NotRecent));
}

#[test]
fn only_the_message_that_opens_a_thread_is_about_nothing() {
    let opening = longest().iter().filter(|body| body.about().is_none()).count();
    assert_eq!(opening, 2, "one request and one wish");
}

/// Fixed for all versions: other implementations must make and read these bytes.
#[test]
fn the_bytes_of_a_message_are_known() {
    let body = MessageBody::Request(RequestMessage::Declined {
        request: MessageId([0xaa; 16]),
        words: Text::truncated("Not now"),
    });
    let message = Message { id: MessageId([0xbb; 16]), to: ParticipantId::default(), sent: UnixMillis(0x0102), body };
    let expected = [
        vec![0xbb; 16],
        vec![0; 25],
        vec![0x02, 0x01, 0, 0, 0, 0, 0, 0],
        vec![0, 3],
        vec![0xaa; 16],
        vec![7, 0, 0, 0],
        b"Not now".to_vec(),
    ]
    .concat();
    assert_eq!(encode(&message), expected);
}

/// The longest message of each kind about recovery: sixteen holders, the longest names.
fn longest_about_recovery() -> Vec<RecoveryMessage> {
    use carekey_crypto::{Secret32, split_secret};

    use crate::recovery::{RecoveryPart, RecoverySetId, Splitting};

    let shares = split_secret(&mut test_rng(8), &Secret32::from_bytes([7; 32]), 16, 16).unwrap();
    let patient = certificate(3).body.id;
    let set = RecoverySetId([4; 16]);
    let splitting = Splitting { id: set, patient, threshold: 16, waiting_days: 30, created: NOW };
    let part = RecoveryPart::sign_all(NETWORK, splitting, shares, &key(3)).unwrap().remove(15);
    let (signed, caller) = (Box::new(part.signed.clone()), key(9).public());
    let (patient, answer) = (Box::new(certificate(3)), HolderAnswer::Agreed { release: NOW });
    vec![
        RecoveryMessage::Keep(Box::new(part.clone())),
        RecoveryMessage::Kept { signed: signed.clone(), place: 16 },
        RecoveryMessage::GivenBack { set },
        RecoveryMessage::Forget { set },
        RecoveryMessage::Forgotten { set },
        RecoveryMessage::Called { signed: signed.clone(), caller, name: long(), answer },
        RecoveryMessage::Stop { caller },
        RecoveryMessage::Answer { patient: patient.clone(), signed, answer },
        RecoveryMessage::Part { patient, part: Box::new(part) },
    ]
}

#[test]
fn the_longest_message_about_recovery_fits_a_note_and_prints_no_part() {
    for body in longest_about_recovery() {
        let signed = said(MessageBody::Recovery(body));
        let note = signed.seal(&key(50), &certificate(3).body.receiving).unwrap();
        let plaintext = open_note(&key(103), KIND_MESSAGE, &note).unwrap().unwrap();
        let read = SignedMessage::read(&plaintext).unwrap();
        assert_eq!(read, signed);
        assert_eq!(read.message.body.family(), MessageFamily::Recovery);
        for end in [0, 1, plaintext.len() / 2, plaintext.len() - 1] {
            assert!(SignedMessage::read(&plaintext[..end]).is_err(), "cut at {end}");
        }
        let printed = format!("{read:?}");
        assert!(!printed.contains("value: Secret"), "{printed}");
        if printed.contains("share") {
            assert!(printed.contains("<redacted>"));
        }
    }
}
