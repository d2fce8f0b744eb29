//! Certificates that no longer hold.

use std::time::{SystemTime, UNIX_EPOCH};

use carekey_crypto::Secret32;
use carekey_hospital::{Hospital, HospitalConfig, HospitalKeys, RecordStore};
use carekey_network::enrolment::AuthorityRefusal;
use carekey_protocol::access::Refusal;
use carekey_protocol::{Collection, UnixMillis};
use carekey_sample::{NORTH, SOUTH};
use carekey_wallet::WalletError;
use carekey_wallet::grants::GrantTarget;

use crate::world::{PATIENCE, World};

/// The clock of a hospital thirteen months from now: clinicians' certificates last twelve.
fn next_year() -> UnixMillis {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    UnixMillis(now + 396 * 24 * 3600 * 1000)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_doctor_reads_and_writes_nothing_from_the_block_on() {
    let world = World::start().await;
    let (mia, amir) = tokio::join!(world.patient("mia"), world.doctor("amir"));
    let note = mia.keeps(NORTH, "Allergy", "penicillin").await;
    mia.shares(&amir.card(), GrantTarget::Collection(Collection::General)).await;
    amir.looks_at(&mia.card()).await;
    assert_eq!(amir.reads(&mia.card(), note).await.unwrap(), "penicillin", "before, the grant opens it");

    world.servers.authority().revoke_certificate(amir.card().body.serial).await.unwrap();

    let refused = amir.reads(&mia.card(), note).await;
    assert!(
        matches!(refused, Err(WalletError::Refused(Refusal::CertificateRevoked))),
        "the grant still stands, the doctor does not: {refused:?}"
    );
    let south = world.servers.hospital(SOUTH);
    let north_head = *world.servers.hospital(NORTH).head().borrow();
    south.head().wait_for(|head| *head >= north_head).await.unwrap();
    let listing = amir.shared_records(&mia.card().body.id, "Treatment").await.unwrap();
    assert_eq!(listing.refused, Some(Refusal::CertificateRevoked), "the hospital that follows says the same");

    amir.writes(&mia.card(), NORTH, "Letter", "after the revocation");
    let stuck = amir.settle(std::time::Duration::ZERO).await;
    assert!(
        matches!(&stuck, Err(WalletError::Outbox(why)) if why.contains("certificate was revoked")),
        "the upload is refused with the reason: {stuck:?}"
    );
    let refused = amir.recover().await;
    assert!(
        matches!(refused, Err(WalletError::Authority(AuthorityRefusal::Revoked))),
        "no new certificate either: {refused:?}"
    );
    let attempt = |access: &carekey_wallet::access_log::Access| access.recorded.is_some() && !access.flags.is_empty();
    mia.until("the patient learns of the refused attempt", |mia| mia.access_log().unwrap().iter().any(attempt)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_is_refused_by_the_hospitals_clock() {
    let world = World::start().await;
    let (mia, amir) = tokio::join!(world.patient("mia"), world.doctor("amir"));
    let note = mia.keeps(SOUTH, "Allergy", "penicillin").await;
    mia.shares(&amir.card(), GrantTarget::Record(note)).await;
    amir.looks_at(&mia.card()).await;
    assert_eq!(amir.reads(&mia.card(), note).await.unwrap(), "penicillin");

    // South closes, and opens again next year with everything it had.
    let south = world.servers.hospital(SOUTH);
    south.stop().await;
    let secret = std::fs::read(world.services_dir().join("secret")).unwrap();
    let secret = Secret32::from_bytes(secret.try_into().unwrap());
    let later = HospitalConfig {
        dir: world.servers.hospital_dir(SOUTH),
        genesis: world.network().genesis,
        hospital: SOUTH,
        keys: HospitalKeys::derive(&secret.derive("hospital", &[&SOUTH.0])),
        listen: vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap()],
        peers: vec![world.servers.hospital(NORTH).address()],
        timing: carekey_hospital::Timing::default(),
        records: RecordStore::Folder,
        clock: next_year,
    };
    let later = Hospital::start(later).await.unwrap();
    let mut network = world.network();
    network.hospitals.insert(SOUTH, later.address());
    let amir = amir.leave().await.open(&network).await.unwrap();
    amir.finishes().await;

    let refused = amir.reads(&mia.card(), note).await;
    assert!(
        matches!(refused, Err(WalletError::Refused(Refusal::CertificateExpired))),
        "the reader's own clock does not matter: {refused:?}"
    );
    tokio::time::timeout(PATIENCE, later.stop()).await.unwrap();
}
