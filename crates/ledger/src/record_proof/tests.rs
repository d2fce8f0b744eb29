//! A proof made from a real chain holds, and every way of bending it is named. The vectors keep the format for ever.

use std::collections::BTreeMap;
use std::path::PathBuf;

use carekey_crypto::{SealOptions, SecretKey, record_outline, seal_note, seal_record, test_rng};
use carekey_protocol::derive::erasure_commitment;
use carekey_protocol::transaction::{AnchorBody, KIND_ANCHOR};
use carekey_protocol::{
    AuthorityId, Certificate, CertificateBody, CertificateSerial, Collection, ParticipantId, RecordRef, Role, Text,
};
use proptest::prelude::*;

use super::*;
use crate::light::CatchUp;
use crate::testkit::{FOUNDED, NORTH, TestChain};
use crate::vote::seal_alone;

const DOCUMENT: &[u8] = b"Sinus rhythm, 64 per minute. No ischaemia.";

fn person(authority: &SecretKey, network: NetworkId, serial: u64, role: Role, name: &str) -> (SecretKey, Certificate) {
    let identity = SecretKey::generate(&mut test_rng(serial));
    let body = CertificateBody {
        serial: CertificateSerial(serial),
        network,
        id: ParticipantId::new(AuthorityId([0, 1]), NORTH, &identity.public()),
        identity: identity.public(),
        receiving: identity.public(),
        role,
        name: Text::truncated(name),
        specialty: Text::truncated("Cardiology"),
        hospital: NORTH,
        valid_from: FOUNDED,
        valid_until: FOUNDED.plus(1_000_000_000),
    };
    (identity, Certificate::issue(body, authority))
}

/// A record in block 2 of a chain whose voters change in block 3 and which ends in block 4.
fn proof() -> RecordProof {
    let dir = tempfile::tempdir().unwrap();
    let mut chain = TestChain::new(dir.path(), 7);
    chain.mine_anchor(&[1; 32]);

    let (network, authority) = (chain.network.id(), chain.network.authority.clone());
    let (doctor, author) = person(&authority, network, 11, Role::Doctor, "Dr Grace Okafor");
    let (_, patient) = person(&authority, network, 12, Role::Person, "Maria Keller");
    let metadata = RecordMetadata {
        reference: RecordRef([9; 16]),
        patient: patient.body.id,
        author,
        title: Text::truncated("Electrocardiogram"),
        media_type: Text::truncated("text/plain"),
        file_name: Text::truncated("ecg.txt"),
        category: Collection::Heart,
        document_time: FOUNDED,
        written: FOUNDED.plus(1_500),
        supersedes: None,
    };
    let (mut sealed, mut signature) = (Vec::new(), Signature([0; 64]));
    let record = seal_record(
        &mut test_rng(3),
        &encode(&metadata),
        &mut &DOCUMENT[..],
        &mut sealed,
        SealOptions::default(),
        |root| {
            signature = metadata.sign(root, &doctor);
            signature
        },
    )
    .unwrap();
    let blind = Secret32::from_bytes([5; 32]);
    let outline = record_outline(&mut &sealed[..]).unwrap();
    let note = seal_note(&SecretKey::generate(&mut test_rng(4)), &patient.body.receiving, KIND_ANCHOR, &[0; 300]);
    let transaction = chain.network.sign(
        Body::Anchor(AnchorBody {
            reference: metadata.reference,
            anchor_hash: anchor_hash(&blind, &record.summary.content_root, record.summary.sealed_bytes),
            erasure: erasure_commitment(&[2; 32]),
            note: note.unwrap(),
        }),
        chain.now,
    );
    let txid = transaction.id();
    chain.mine(vec![transaction.clone()]);

    let registration = chain.network.registration(1, 5);
    let change = chain.network.registry(RegistryChange::Hospital(registration));
    chain.mine(vec![change]);
    let block = chain.propose(Vec::new());
    let certificate = seal_alone(&chain.network.ledger_key(NORTH), NORTH, &block.header);
    chain.append(block, certificate);

    let reader = chain.store.reader();
    let CatchUp { target, changes, .. } = reader.catch_up(BlockHeight(0)).unwrap();
    let place = reader.ledger_proof(&txid, target.header.height).unwrap().unwrap();
    RecordProof {
        genesis: chain.network.genesis.clone(),
        changes,
        head: target,
        place,
        transaction,
        metadata,
        sealed: SealedProof::new(&outline, blind, record.key, signature),
    }
}

#[test]
fn a_proof_says_who_for_whom_since_when_and_by_whom_confirmed() {
    let proof = proof();
    let proven = proof.verify(Some(proof.genesis.network_id())).unwrap();
    assert_eq!(proven.metadata.author.body.name.as_str(), "Dr Grace Okafor");
    assert_eq!((proven.height, proven.voters, proven.certificate_in_date), (BlockHeight(2), 1, true));
    assert_eq!(proven.confirmed_by, [(NORTH, "Hospital North".to_owned())]);
    assert_eq!(proof.changes.len(), 1, "the way from the network file leads over a change of the voters");
    proof.verify_document(&mut &DOCUMENT[..]).unwrap();
    assert_eq!(RecordProof::from_bytes(&proof.to_bytes()).unwrap(), proof);
    assert!(proof.to_bytes().len() < 8_000, "{} bytes", proof.to_bytes().len());
}

/// The names of the vectors with the fault each has.
fn bent() -> Vec<(&'static str, RecordProof, Vec<u8>)> {
    let whole = proof();
    let bend = |bend: &dyn Fn(&mut RecordProof)| {
        let mut bent = whole.clone();
        bend(&mut bent);
        bent
    };
    let document = || DOCUMENT.to_vec();
    let mut other_document = DOCUMENT.to_vec();
    other_document[0] ^= 1;
    vec![
        ("holds", whole.clone(), document()),
        ("another-document", whole.clone(), other_document),
        ("a-longer-document", whole.clone(), [DOCUMENT, b"\n"].concat()),
        ("a-signature-of-a-hospital-changed", bend(&|p| p.head.certificate.signatures[0].1.0[9] ^= 1), document()),
        ("the-change-of-voters-left-out", bend(&|p| p.changes.clear()), document()),
        ("another-height", bend(&|p| p.place.transaction.height = BlockHeight(1)), document()),
        ("the-path-changed", bend(&|p| p.place.history.as_mut().unwrap().inclusion.index ^= 1), document()),
        ("the-anchor-changed", bend(&|p| p.transaction.network = NetworkId::default()), document()),
        ("another-record", bend(&|p| p.metadata.reference = RecordRef([8; 16])), document()),
        ("another-blind", bend(&|p| p.sealed.blind = Secret32::from_bytes([6; 32])), document()),
        ("another-length", bend(&|p| p.sealed.sealed_bytes += 1), document()),
        ("a-chunk-changed", bend(&|p| p.sealed.peaks[0].0[0] ^= 1), document()),
        ("a-chunk-left-out", bend(&|p| p.sealed.chunks += 1), document()),
        ("another-key", bend(&|p| p.sealed.key = Secret32::from_bytes([6; 32])), document()),
        ("the-title-changed", bend(&|p| p.metadata.title = Text::truncated("All is well")), document()),
        ("another-patient", bend(&|p| p.metadata.patient = p.metadata.author.body.id), document()),
        ("a-made-up-author", bend(&|p| p.metadata.author.body.name = Text::truncated("Dr Who")), document()),
        ("a-made-up-signature", bend(&|p| p.sealed.signature.0[0] ^= 1), document()),
    ]
}

fn outcome(bytes: &[u8], document: &[u8]) -> String {
    let checked = RecordProof::from_bytes(bytes).and_then(|proof| {
        proof.verify(None)?;
        proof.verify_document(&mut &document[..])
    });
    match checked {
        Ok(()) => "ok".to_owned(),
        Err(fault) => fault.to_string(),
    }
}

#[test]
fn the_committed_vectors_are_what_this_build_makes_and_says() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let write = std::env::var_os("CAREKEY_WRITE_VECTORS").is_some();
    let mut said = std::collections::BTreeSet::new();
    for (name, proof, document) in bent() {
        let bytes = proof.to_bytes();
        let expect = outcome(&bytes, &document);
        assert_eq!(expect == "ok", name == "holds", "{name}: {expect}");
        said.insert(expect.clone());
        let fields =
            BTreeMap::from([("proof", hex::encode(&bytes)), ("document", hex::encode(&document)), ("expect", expect)]);
        let path = folder.join(format!("proof-{name}.json"));
        if write {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, serde_json::to_string_pretty(&fields).unwrap() + "\n").unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let committed: BTreeMap<String, String> = serde_json::from_str(&text).unwrap();
        assert!(fields.iter().all(|(key, value)| committed[*key] == *value), "{name} is not what this build makes");
    }
    assert!(said.len() >= 9, "different faults are told apart: {said:#?}");
}

#[test]
fn another_network_than_the_one_that_is_meant_is_named() {
    let proof = proof();
    let fault = proof.verify(Some(NetworkId::default())).unwrap_err();
    assert!(matches!(fault, ProofFault::Network { .. }), "{fault}");
}

#[test]
fn what_is_no_proof_is_refused_before_it_is_read() {
    let bytes = proof().to_bytes();
    assert_eq!(outcome(b"", b""), ProofFault::Format.to_string());
    assert_eq!(outcome(b"{\"format\":\"carekey-proof-1\"}", b""), ProofFault::Format.to_string());
    assert_eq!(outcome(&vec![0; PROOF_BYTES_MAX + 1], b""), ProofFault::TooLong.to_string());
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(outcome(&longer, b"").starts_with("the file is damaged"), "bytes behind the proof");
    for cut in (0..bytes.len()).step_by(97) {
        assert_ne!(outcome(&bytes[..cut], DOCUMENT), "ok", "cut to {cut} bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_changed_byte_goes_unnoticed(position in any::<prop::sample::Index>(), change in 1..=255_u8) {
        static WHOLE: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| proof().to_bytes());
        let mut bytes = WHOLE.clone();
        let at = position.index(bytes.len());
        bytes[at] ^= change;
        prop_assert_ne!(outcome(&bytes, DOCUMENT), "ok", "byte {}", at);
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert_ne!(outcome(&[MAGIC.as_slice(), &bytes].concat(), DOCUMENT), "ok");
    }
}
