//! Enrolment, pseudonyms, revocation and tracing, as the people concerned would tell them.

use super::*;
use carekey_crypto::test_rng;
use carekey_protocol::genesis::{HospitalRegistration, SUITE, Seal};
use carekey_protocol::pseudonym::verify_pseudonym;
use carekey_protocol::{AuthorityId, HospitalId, Role};

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
const NORTH: HospitalId = HospitalId([0, 0, 1]);

struct Office {
    registrar: Registrar,
    hospital: SecretKey,
    dir: tempfile::TempDir,
    keys: RegistrarKeys,
}

struct Newcomer {
    identity: SecretKey,
    request: EnrolmentRequest,
}

impl Office {
    fn new() -> Self {
        let mut rng = test_rng(1);
        let keys = RegistrarKeys { authority: SecretKey::generate(&mut rng), database: Secret32::generate(&mut rng) };
        let hospital = SecretKey::generate(&mut rng);
        let registration = HospitalRegistration {
            id: NORTH,
            name: Text::truncated("North General"),
            ledger_key: hospital.public(),
            peer_key: hospital.public(),
            voting_power: 1,
        };
        let genesis = Genesis {
            suite: SUITE,
            name: Text::truncated("Test"),
            authority: AuthorityId([0, 1]),
            authority_key: keys.authority.public(),
            authority_peer_key: keys.authority.public(),
            seal: Seal::Quorum,
            hospitals: vec![registration],
            founded: NOW,
        };
        let dir = tempfile::tempdir().unwrap();
        let registrar = Registrar::open(dir.path(), keys.clone(), genesis).unwrap();
        Self { registrar, hospital, dir, keys }
    }

    fn network(&self) -> NetworkId {
        self.registrar.network
    }

    fn offer(&self, code: &str, role: Role) {
        let offer = EnrolmentOffer {
            code: code_digest(code),
            role,
            name: Text::truncated("Maria Keller"),
            specialty: Text::default(),
            hospital: NORTH,
            expires: NOW.plus(CODE_VALID_MILLIS),
        };
        let signature = offer.sign(self.network(), &self.hospital);
        self.registrar.lodge_offer(&offer, &signature).unwrap();
    }

    fn newcomer(&self, seed: u64, code: &str) -> Newcomer {
        let mut rng = test_rng(seed);
        let identity = SecretKey::generate(&mut rng);
        let (receiving, pseudonym) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
        let request = EnrolmentRequest::new(
            self.network(),
            Text::truncated(code),
            &identity,
            receiving.public(),
            pseudonym.public(),
            Secret32::generate(&mut rng),
        );
        Newcomer { identity, request }
    }
}

#[test]
fn a_code_enrols_one_person_once() {
    let office = Office::new();
    office.offer("AAAA-1111", Role::Person);
    let maria = office.newcomer(2, "aaaa 1111");
    let certificate = office.registrar.enrol(&maria.request, NOW).unwrap();
    let authority = office.keys.authority.public();
    assert_eq!(certificate.verify(office.network(), &authority, NOW), Ok(()));

    let again = office.registrar.enrol(&maria.request, NOW).unwrap();
    assert_eq!(again, certificate, "an answer lost on the way can be asked for again");
    let thief = office.newcomer(3, "AAAA-1111");
    assert!(matches!(office.registrar.enrol(&thief.request, NOW), Err(AuthorityError::CodeUsed)));
    let guesser = office.newcomer(4, "BBBB-2222");
    assert!(matches!(office.registrar.enrol(&guesser.request, NOW), Err(AuthorityError::CodeUnknown)));
}

#[test]
fn a_code_expires_and_an_offer_needs_its_hospital() {
    let office = Office::new();
    office.offer("AAAA-1111", Role::Doctor);
    let late = office.newcomer(2, "AAAA-1111");
    let too_late = NOW.plus(CODE_VALID_MILLIS);
    assert!(matches!(office.registrar.enrol(&late.request, too_late), Err(AuthorityError::CodeExpired)));

    let offer = EnrolmentOffer {
        code: code_digest("X"),
        role: Role::Doctor,
        name: Text::truncated("Dr Evil"),
        specialty: Text::default(),
        hospital: NORTH,
        expires: too_late,
    };
    let signature = offer.sign(office.network(), &SecretKey::generate(&mut test_rng(66)));
    assert!(matches!(office.registrar.lodge_offer(&offer, &signature), Err(AuthorityError::OfferForged)));
}

#[test]
fn pseudonyms_come_in_batches_that_never_repeat_and_survive_a_restart() {
    let office = Office::new();
    office.offer("AAAA-1111", Role::Person);
    let maria = office.newcomer(2, "AAAA-1111");
    let certificate = office.registrar.enrol(&maria.request, NOW).unwrap();
    let ask = |time| PseudonymRequest::new(office.network(), certificate.body.id, time, &maria.identity);

    let first = office.registrar.issue_pseudonyms(&ask(NOW), NOW).unwrap();
    let Office { registrar, dir, keys, .. } = &office;
    let reopened = Registrar::open(dir.path(), keys.clone(), registrar.genesis().clone()).unwrap();
    let second = reopened.issue_pseudonyms(&ask(NOW), NOW).unwrap();
    assert_eq!((first[0].index, first.len() as u32), (0, BATCH));
    assert_eq!(second[0].index, u64::from(BATCH));

    let key = pseudonym_public(&maria.request.pseudonym, &maria.request.expansion, 0).unwrap();
    let authority = keys.authority.public();
    let checked = verify_pseudonym(&authority, office.network(), &key, first[0].epoch, &first[0].signature);
    assert_eq!(checked, Ok(()));

    let stale = ask(UnixMillis(NOW.0 - CLOCK_SKEW_MILLIS_MAX - 1));
    assert!(matches!(reopened.issue_pseudonyms(&stale, NOW), Err(AuthorityError::ClockSkew)));
    let forged = PseudonymRequest::new(office.network(), certificate.body.id, NOW, &office.hospital);
    assert!(matches!(reopened.issue_pseudonyms(&forged, NOW), Err(AuthorityError::RequestForged)));
}

#[test]
fn a_revoked_clinician_leaves_the_directory_and_gets_no_pseudonyms() {
    let office = Office::new();
    office.offer("AAAA-1111", Role::Doctor);
    let doctor = office.newcomer(2, "AAAA-1111");
    let certificate = office.registrar.enrol(&doctor.request, NOW).unwrap();
    assert_eq!(office.registrar.directory().unwrap(), vec![certificate.clone()]);

    let notice = office.registrar.revoke_certificate(certificate.body.serial).unwrap();
    assert_eq!(notice.verify(office.network(), &office.keys.authority.public(), NOW), Ok(()));
    assert!(office.registrar.directory().unwrap().is_empty());
    let request = PseudonymRequest::new(office.network(), certificate.body.id, NOW, &doctor.identity);
    assert!(matches!(office.registrar.issue_pseudonyms(&request, NOW), Err(AuthorityError::Revoked)));
}

#[test]
fn a_trace_names_the_person_and_leaves_a_notice() {
    let office = Office::new();
    office.offer("AAAA-1111", Role::Person);
    let maria = office.newcomer(2, "AAAA-1111");
    let certificate = office.registrar.enrol(&maria.request, NOW).unwrap();
    let request = PseudonymRequest::new(office.network(), certificate.body.id, NOW, &maria.identity);
    office.registrar.issue_pseudonyms(&request, NOW).unwrap();

    let pseudonym = pseudonym_public(&maria.request.pseudonym, &maria.request.expansion, 17).unwrap();
    let notice = office.registrar.begin_trace(&pseudonym, Text::truncated("order 12/26"), NOW).unwrap();
    let carekey_protocol::Body::Registry { sequence: 1, change } = notice.body else { panic!("a registry change") };
    assert_eq!(office.registrar.traced(&change).unwrap(), certificate);
    assert_eq!(office.registrar.registry_after(0).unwrap().len(), 1);

    let strange = SecretKey::generate(&mut test_rng(99)).public();
    assert!(matches!(office.registrar.begin_trace(&strange, Text::default(), NOW), Err(AuthorityError::NotRegistered)));
}

#[test]
fn a_restored_wallet_finds_its_certificate_and_the_file_is_unreadable() {
    let office = Office::new();
    office.offer("AAAA-1111", Role::Person);
    let maria = office.newcomer(2, "AAAA-1111");
    let certificate = office.registrar.enrol(&maria.request, NOW).unwrap();
    let request = RecoveryRequest::new(office.network(), NOW, &maria.identity);
    assert_eq!(office.registrar.recover(&request, NOW).unwrap(), certificate);
    let file = std::fs::read(office.dir.path().join("registry.db")).unwrap();
    assert!(!file.windows(12).any(|window| window == b"Maria Keller"), "names are encrypted at rest");
    assert!(!file.starts_with(b"SQLite format"), "the file as a whole is encrypted");
}
