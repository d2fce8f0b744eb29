//! Each refusal, by a request that differs from a good one in a single respect.

use super::*;
use crate::certificate::{CertificateBody, Role};
use crate::derive::rho;
use crate::id::{AuthorityId, ParticipantId};
use carekey_crypto::test_rng;

const NOW: UnixMillis = UnixMillis(1_000);
const HOSPITAL: HospitalId = HospitalId([0, 0, 1]);
const CHALLENGE: Challenge = Challenge([5; 32]);
const TARGET: Target = Target::Catalogue(Digest([9; 32]));

#[derive(Default, Clone)]
struct Facts {
    authorisation: Option<PublicKey>,
    certificate_revoked: bool,
    revoked: bool,
    erased: bool,
}

impl AccessFacts for Facts {
    fn certificate_revoked(&self, _: CertificateSerial) -> bool {
        self.certificate_revoked
    }
    fn authorisation(&self, target: &Target) -> Option<PublicKey> {
        self.authorisation.filter(|_| *target == TARGET)
    }
    fn revoked(&self, _: &Digest) -> bool {
        self.revoked
    }
    fn erased(&self, _: &Target, _: Option<&Digest>) -> bool {
        self.erased
    }
}

struct Scene {
    authority: SecretKey,
    authorisation: SecretKey,
    reader: SecretKey,
    facts: Facts,
    certificate: Certificate,
    terms: PassTerms,
}

impl Scene {
    fn new() -> Self {
        let mut rng = test_rng(1);
        let (authority, authorisation, reader) =
            (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
        let body = CertificateBody {
            serial: CertificateSerial(1),
            network: NetworkId::default(),
            id: ParticipantId::new(AuthorityId([0, 1]), HOSPITAL, &reader.public()),
            identity: reader.public(),
            receiving: reader.public(),
            role: Role::Doctor,
            name: Text::truncated("Dr Haddad"),
            specialty: Text::truncated("Cardiology"),
            hospital: HOSPITAL,
            valid_from: UnixMillis(0),
            valid_until: UnixMillis(10_000),
        };
        let terms = PassTerms {
            target: TARGET,
            grantee: reader.public(),
            scope: Scope::Read,
            not_before: UnixMillis(0),
            not_after: UnixMillis(2_000),
            rho: rho(&[1; 32]),
        };
        let facts = Facts { authorisation: Some(authorisation.public()), ..Facts::default() };
        Self { certificate: Certificate::issue(body, &authority), authority, authorisation, reader, facts, terms }
    }

    fn body(&self) -> AccessBody {
        AccessBody {
            terms: self.terms.clone(),
            authorised: self.terms.sign(&self.authorisation),
            item: None,
            purpose: Text::truncated("Treatment"),
            certificate: self.certificate.clone(),
        }
    }

    fn outcome_of(&self, request: &AccessRequest, challenge: &Challenge, hospital: HospitalId) -> Result<(), Refusal> {
        let authority = self.authority.public();
        let context = AccessContext { network: NetworkId::default(), authority: &authority, hospital, now: NOW };
        check_access(request, challenge, context, &self.facts)
    }

    fn outcome(&self) -> Result<(), Refusal> {
        let request = AccessRequest::new(self.body(), &CHALLENGE, &HOSPITAL, &self.reader);
        self.outcome_of(&request, &CHALLENGE, HOSPITAL)
    }

    fn recertify(&mut self, change: impl FnOnce(&mut CertificateBody)) {
        let mut body = self.certificate.body.clone();
        change(&mut body);
        self.certificate = Certificate::issue(body, &self.authority);
    }
}

#[test]
fn a_good_request_is_served() {
    assert_eq!(Scene::new().outcome(), Ok(()));
}

#[test]
fn a_request_answers_one_challenge_at_one_hospital() {
    let scene = Scene::new();
    let request = AccessRequest::new(scene.body(), &CHALLENGE, &HOSPITAL, &scene.reader);
    assert_eq!(scene.outcome_of(&request, &Challenge([6; 32]), HOSPITAL), Err(Refusal::NotFresh), "replayed");
    assert_eq!(scene.outcome_of(&request, &CHALLENGE, HospitalId([0, 0, 2])), Err(Refusal::NotFresh), "relayed");
}

#[test]
fn certificates_are_checked_first() {
    let mut scene = Scene::new();
    scene.recertify(|body| body.valid_until = NOW);
    assert_eq!(scene.outcome(), Err(Refusal::CertificateExpired));
    scene.recertify(|body| (body.valid_from, body.valid_until) = (UnixMillis(1_001), UnixMillis(9_000)));
    assert_eq!(scene.outcome(), Err(Refusal::CertificateNotYetValid));

    let mut scene = Scene::new();
    scene.certificate.body.name = Text::truncated("Dr Nobody");
    assert_eq!(scene.outcome(), Err(Refusal::CertificateForged));

    let mut scene = Scene::new();
    scene.facts.certificate_revoked = true;
    assert_eq!(scene.outcome(), Err(Refusal::CertificateRevoked));
}

#[test]
fn a_pass_must_come_from_the_patient() {
    let mut scene = Scene::new();
    scene.authorisation = SecretKey::generate(&mut test_rng(7));
    assert_eq!(scene.outcome(), Err(Refusal::PassForged));
    scene.facts.authorisation = None;
    assert_eq!(scene.outcome(), Err(Refusal::NotGranted));
    scene.facts.revoked = true;
    assert_eq!(scene.outcome(), Err(Refusal::Revoked), "a deleted catalogue is reported as stopped");
}

#[test]
fn a_pass_holds_for_its_reader_scope_and_time() {
    let mut scene = Scene::new();
    scene.terms.grantee = SecretKey::generate(&mut test_rng(7)).public();
    assert_eq!(scene.outcome(), Err(Refusal::WrongGrantee));

    let mut scene = Scene::new();
    scene.terms.not_before = UnixMillis(1_001);
    assert_eq!(scene.outcome(), Err(Refusal::NotYetValid));

    let mut scene = Scene::new();
    scene.terms.not_after = NOW;
    assert_eq!(scene.outcome(), Err(Refusal::Expired));
}

#[test]
fn revoked_and_erased_end_it() {
    let mut scene = Scene::new();
    scene.facts.erased = true;
    assert_eq!(scene.outcome(), Err(Refusal::Erased));
    scene.facts.revoked = true;
    assert_eq!(scene.outcome(), Err(Refusal::Revoked));
}
