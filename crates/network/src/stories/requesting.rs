use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::*;
use crate::{NetworkError, Refusal};

/// Few places, to be filled by a test.
struct Narrow;

impl Protocol for Narrow {
    const NAME: &'static str = "/carekey/test/narrow/1";
    const LIMITS: RequestLimits = RequestLimits { concurrent_max: 2, queued_max: 2, per_peer_max: 3, ..Echo::LIMITS };
    type Request = u8;
    type Response = u8;
}

/// Waits for news.
struct Wait;

impl Protocol for Wait {
    const NAME: &'static str = "/carekey/test/wait/1";
    const LIMITS: RequestLimits = Echo::LIMITS;
    const LONG_POLL: bool = true;
    type Request = ();
    type Response = ();
}

#[tokio::test]
async fn a_thousand_questions_at_once_are_all_answered() {
    let hospital = echo_hospital(1).await;
    let mut asking = JoinSet::new();
    for patient in 0..40u64 {
        let wallet = wallet(100 + patient, &hospital.address()).await;
        for question in 0..25u64 {
            let (wallet, peer) = (wallet.clone(), hospital.peer_id());
            asking.spawn(async move {
                let body = (patient * 1000 + question).to_be_bytes().to_vec();
                (body.clone(), wallet.request::<Echo>(peer, body).await)
            });
        }
    }
    let mut answered = 0;
    while let Some(done) = patiently(asking.join_next()).await {
        let (body, answer) = done.expect("no panic");
        assert_eq!(answer.expect("nobody is turned away"), body);
        answered += 1;
    }
    assert_eq!(answered, 1000);
}

#[tokio::test]
async fn a_full_server_says_busy_and_serves_its_waiting_line() {
    let hospital = hospital(1).await;
    let (door, seen, most) =
        (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (inside, at_once, maximum) = (door.clone(), seen.clone(), most.clone());
    hospital
        .serve::<Narrow, _, _>(move |_, request| {
            let (inside, at_once, maximum) = (inside.clone(), at_once.clone(), maximum.clone());
            async move {
                maximum.fetch_max(at_once.fetch_add(1, SeqCst) + 1, SeqCst);
                let _ = inside.acquire().await;
                at_once.fetch_sub(1, SeqCst);
                Ok(request)
            }
        })
        .expect("served once");
    let wallet = wallet(2, &hospital.address()).await;
    let mut asking = JoinSet::new();
    for question in 0..4u8 {
        let (wallet, peer) = (wallet.clone(), hospital.peer_id());
        asking.spawn(async move { wallet.request::<Narrow>(peer, question).await });
    }
    // One peer may hold three places, so exactly one of the four gives up, after its retries.
    let first = patiently(asking.join_next()).await.expect("four were asked").expect("no panic");
    assert!(matches!(first, Err(NetworkError::Refused(Refusal::Busy))), "{first:?}");
    door.add_permits(100);
    while let Some(answer) = patiently(asking.join_next()).await {
        answer.expect("no panic").expect("the admitted ones are answered");
    }
    assert_eq!(most.load(SeqCst), 2, "never more than two at once");
}

#[tokio::test]
async fn oversized_requests_and_answers_never_travel() {
    let hospital = hospital(1).await;
    hospital
        .serve::<Echo, _, _>(
            |_, request| async move { Ok([request, vec![0; Echo::LIMITS.response_bytes_max]].concat()) },
        )
        .expect("served once");
    let wallet = wallet(2, &hospital.address()).await;

    let too_large = wallet.request::<Echo>(hospital.peer_id(), vec![0; Echo::LIMITS.request_bytes_max]).await;
    assert!(matches!(too_large, Err(NetworkError::TooLarge { .. })), "{too_large:?}");
    assert_eq!(wallet.traffic().sent_bytes, 0);

    let answer = patiently(wallet.request::<Echo>(hospital.peer_id(), vec![1])).await;
    assert!(matches!(answer, Err(NetworkError::Refused(Refusal::Unavailable))), "{answer:?}");
}

#[tokio::test]
async fn a_refusal_arrives_and_an_unserved_protocol_is_named() {
    let hospital = hospital(1).await;
    hospital.serve::<Narrow, _, _>(|_, _| async { Err(Refusal::NotFound) }).expect("served once");
    let again = hospital.serve::<Narrow, _, _>(|_, _| async { Ok(0) });
    assert!(matches!(again, Err(NetworkError::AlreadyServed { .. })), "two handlers for one protocol");
    let wallet = wallet(2, &hospital.address()).await;

    let refused = patiently(wallet.request::<Narrow>(hospital.peer_id(), 1)).await;
    assert!(matches!(refused, Err(NetworkError::Refused(Refusal::NotFound))), "{refused:?}");
    let unserved = patiently(wallet.request::<Echo>(hospital.peer_id(), vec![])).await;
    assert!(matches!(unserved, Err(NetworkError::Unsupported { protocol }) if protocol == Echo::NAME), "{unserved:?}");
}

#[tokio::test]
async fn a_handler_that_panics_costs_its_own_stream_only() {
    let hospital = hospital(1).await;
    hospital
        .serve::<Narrow, _, _>(|_, request| async move {
            assert!(request != 13, "unlucky");
            Ok(request)
        })
        .expect("served once");
    let wallet = wallet(2, &hospital.address()).await;
    for _ in 0..5 {
        let lost = patiently(wallet.request::<Narrow>(hospital.peer_id(), 13)).await;
        assert!(matches!(lost, Err(NetworkError::Closed)), "{lost:?}");
    }
    assert_eq!(patiently(wallet.request::<Narrow>(hospital.peer_id(), 1)).await.expect("places were given back"), 1);
}

#[tokio::test]
async fn a_long_poll_ends_when_its_asker_leaves() {
    struct Leaves(Arc<tokio::sync::Notify>);
    impl Drop for Leaves {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    let hospital = hospital(1).await;
    let (begun, ended) = (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
    let (begins, ends) = (begun.clone(), ended.clone());
    hospital
        .serve::<Wait, _, _>(move |_, ()| {
            let (begins, leaves) = (begins.clone(), Leaves(ends.clone()));
            async move {
                begins.notify_one();
                std::future::pending::<()>().await;
                drop(leaves);
                Ok(())
            }
        })
        .expect("served once");
    let wallet = wallet(2, &hospital.address()).await;
    let peer = hospital.peer_id();
    let waiting = tokio::spawn(async move { wallet.request::<Wait>(peer, ()).await });
    patiently(begun.notified()).await;
    waiting.abort();
    patiently(ended.notified()).await;
}

/// Prints a rate; run with `--release --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn requests_per_second() {
    let hospital = echo_hospital(1).await;
    let wallet = wallet(2, &hospital.address()).await;
    for lanes in [1u32, 10, 100] {
        let begin = std::time::Instant::now();
        let mut asking = JoinSet::new();
        for _ in 0..lanes {
            let (wallet, peer) = (wallet.clone(), hospital.peer_id());
            asking.spawn(async move {
                for _ in 0..2000 / lanes {
                    wallet.request::<Echo>(peer, vec![0; 300]).await.expect("answered");
                }
            });
        }
        while let Some(done) = asking.join_next().await {
            done.expect("no panic");
        }
        let rate = 2000.0 / begin.elapsed().as_secs_f64();
        eprintln!("{lanes:>3} at once: {rate:.0} requests/s");
    }
}
