//! A hospital whose records lie in an object store, as wallets see it.

use std::time::Duration;

use carekey_protocol::access::Refusal;
use carekey_protocol::{Body, Role, UnixMillis};

use super::network::*;
use crate::s3_server::S3Server;
use crate::{BlobState, Hospital, HospitalError, RecordStoreError};

const LENGTH: usize = 20 << 20;

/// Waits for what another process does.
async fn until(mut holds: impl FnMut() -> bool) {
    let mut look = tokio::time::interval(Duration::from_millis(20));
    soon(async {
        while !holds() {
            look.tick().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_record_travels_through_the_hospital_and_is_erased() {
    let dir = tempfile::tempdir().unwrap();
    let server = S3Server::start(dir.path());
    let network = Network::start_with(server.store()).await;
    let (patient, doctor) = (network.enrol(1, Role::Person), network.enrol(2, Role::Doctor));
    let sealed = Sealed::new(&network, 1, LENGTH, &doctor, &patient);
    soon(network.upload(&sealed)).await.expect("uploaded");
    assert_eq!(server.contents().len(), 1, "acknowledged, so it is there");
    assert!(!network.file_of(&sealed.ticket.blob).exists(), "the hospital's disk does not fill");

    let anchor = doctor.sign(0, sealed.anchor.clone());
    network.record(NORTH, anchor.clone()).await;
    network.own(sealed.deposit(&patient, UnixMillis::MAX)).await.expect("deposited");
    let (_, bytes) = network.access(sealed.body(&doctor), &doctor).await.expect("granted");
    assert!(bytes == sealed.bytes);

    let erase = Body::Erase { anchor: anchor.id(), preimage: *sealed.erasure.expose() };
    network.record(NORTH, patient.sign(0, erase)).await;
    assert_eq!(network.access(sealed.body(&doctor), &doctor).await.err(), Some(Refusal::Erased));
    until(|| server.contents().is_empty()).await;
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hospital_restarted_between_folder_and_store_finishes_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let mut server = S3Server::start(dir.path());
    let mut network = Network::start_with(server.store()).await;
    let (patient, doctor) = (network.enrol(1, Role::Person), network.enrol(2, Role::Doctor));
    let sealed = Sealed::new(&network, 1, LENGTH, &doctor, &patient);
    server.restart(Some(2));
    soon(network.upload(&sealed)).await.expect_err("half a record in the store is not acknowledged");
    assert!(network.file_of(&sealed.ticket.blob).exists(), "kept");
    network.restart_north().await;

    server.restart(None);
    let blob = sealed.ticket.blob;
    let north = std::sync::Arc::clone(network.north.archive());
    until(|| matches!(north.index.blob(&blob), Ok(Some(found)) if found.state == BlobState::Complete)).await;
    soon(network.upload(&sealed)).await.expect("nothing is left to send");
    network.own(sealed.deposit(&patient, UnixMillis::MAX)).await.expect("deposited");
    let (_, bytes) = network.access(sealed.body(&doctor), &doctor).await.expect("granted");
    assert!(bytes == sealed.bytes);

    server.kill();
    let mut channel = network.wallet.open_stream(network.peer(NORTH), carekey_network::records::OWN).await.unwrap();
    let request = carekey_network::records::OwnRequest { blob, claim: sealed.claim.clone() };
    channel.send(&request, 4096).await.unwrap();
    let answer = soon(channel.receive::<carekey_network::records::OwnAnswer>(4096)).await.unwrap();
    assert_eq!(answer.0, None, "a store that is away is no reason to hang");
    network.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hospital_does_not_start_on_a_store_that_refuses_it() {
    let dir = tempfile::tempdir().unwrap();
    let server = S3Server::start(dir.path());
    let network = Network::start_with(server.store()).await;
    let start =
        async |records| Hospital::start(crate::HospitalConfig { records, ..network.config_of_north() }).await.err();
    let wrong = start(server.store_with("wrong", "s3://records/north")).await;
    assert!(matches!(wrong, Some(HospitalError::Records(RecordStoreError::Refused { .. }))), "{wrong:?}");
    let missing = start(server.store_with("not a secret", "s3://missing/north")).await;
    assert!(matches!(missing, Some(HospitalError::Records(RecordStoreError::BucketMissing { .. }))), "{missing:?}");
    network.stop().await;
}
