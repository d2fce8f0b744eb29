use super::*;
use crate::testkit::{Fault, FaultProxy};
use crate::{Multiaddr, NetworkError};

#[tokio::test]
async fn a_wallet_talks_to_no_other_key() {
    let impostor = echo_hospital(1).await;
    let registered = key(2).peer_id();
    let lie = PeerAddress { peer_id: registered, addresses: impostor.address().addresses };
    let wallet = wallet(3, &lie).await;

    let answer = patiently(wallet.request::<Echo>(registered, b"my records, please".to_vec())).await;

    match answer {
        Err(NetworkError::WrongPeer { expected, found }) => {
            assert_eq!((*expected, *found), (registered, impostor.peer_id()));
        }
        other => panic!("a stranger was believed: {other:?}"),
    }
    assert_eq!(impostor.traffic().received_bytes, 0, "nothing was told to the stranger");
}

#[tokio::test]
async fn an_unknown_and_an_absent_peer_are_told_apart() {
    let gone = echo_hospital(1).await;
    let address = gone.address();
    gone.shut_down().await;
    let wallet = wallet(2, &address).await;

    let absent = patiently(wallet.request::<Echo>(address.peer_id, vec![])).await;
    assert!(matches!(absent, Err(NetworkError::Unreachable { .. })), "{absent:?}");
    let unknown = patiently(wallet.request::<Echo>(key(9).peer_id(), vec![])).await;
    assert!(matches!(unknown, Err(NetworkError::UnknownPeer { .. })), "{unknown:?}");
}

#[tokio::test]
async fn a_hospital_that_restarts_is_found_again() {
    let before = echo_hospital(1).await;
    let address = before.address();
    let wallet = wallet(2, &address).await;
    patiently(wallet.request::<Echo>(address.peer_id, vec![1])).await.expect("first answer");

    patiently(before.shut_down()).await;
    let after = Node::start(&key(1), &address.addresses, NodeLimits::hospital()).await.expect("the port is free again");
    after.serve::<Echo, _, _>(|_, _| async { Ok(vec![2]) }).expect("served once");

    let answer = patiently(wallet.request::<Echo>(address.peer_id, vec![1])).await;
    assert_eq!(answer.expect("redialled"), vec![2]);
}

#[tokio::test]
async fn a_cut_connection_is_replaced_by_the_next_request() {
    let hospital = echo_hospital(1).await;
    let proxy = FaultProxy::start(&hospital.address(), vec![]).await.expect("loopback");
    let wallet = wallet(2, &proxy.address()).await;
    for round in 1..=3u8 {
        let answer = patiently(async {
            loop {
                // The wallet may notice the cut only by failing on it; that failure is transient by name.
                match wallet.request::<Echo>(hospital.peer_id(), vec![round]).await {
                    Err(error) if error.is_transient() => continue,
                    answer => break answer,
                }
            }
        })
        .await;
        assert_eq!(answer.expect("answered"), vec![round]);
        assert!(proxy.connections() >= u64::from(round), "a new connection each time");
        proxy.cut_all();
    }
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let first = hospital(1).await;
    let taken: Vec<Multiaddr> = first.address().addresses;
    let second = Node::start(&key(2), &taken, NodeLimits::hospital()).await;
    match second {
        Err(NetworkError::Listen { address, .. }) => assert_eq!(address, taken[0].to_string()),
        other => panic!("two nodes on one port: {other:?}"),
    }
}

#[tokio::test]
async fn a_node_that_was_shut_down_says_so() {
    let hospital = echo_hospital(1).await;
    let wallet = wallet(2, &hospital.address()).await;
    wallet.shut_down().await;
    let answer = patiently(wallet.request::<Echo>(hospital.peer_id(), vec![])).await;
    assert!(matches!(answer, Err(NetworkError::ShutDown)), "{answer:?}");
}

#[tokio::test]
async fn an_answer_under_way_is_finished_before_the_node_ends() {
    let hospital = hospital(1).await;
    let begun = std::sync::Arc::new(tokio::sync::Notify::new());
    let (go, gate) = tokio::sync::watch::channel(false);
    let signal = begun.clone();
    hospital
        .serve::<Echo, _, _>(move |_, request| {
            let (signal, mut gate) = (signal.clone(), gate.clone());
            async move {
                signal.notify_one();
                gate.wait_for(|open| *open).await.expect("the test keeps the sender");
                Ok(request)
            }
        })
        .expect("served once");
    let wallet = wallet(2, &hospital.address()).await;

    let peer = hospital.peer_id();
    let asking = tokio::spawn(async move { wallet.request::<Echo>(peer, vec![7]).await });
    begun.notified().await;
    let ending = tokio::spawn(async move { hospital.shut_down().await });
    go.send_replace(true);

    assert_eq!(patiently(asking).await.expect("no panic").expect("answered"), vec![7]);
    patiently(ending).await.expect("no panic");
}

#[tokio::test]
async fn wire_bytes_are_visible_to_measurements() {
    let hospital = echo_hospital(1).await;
    let proxy = FaultProxy::start(&hospital.address(), vec![Fault::None]).await.expect("loopback");
    let wallet = wallet(2, &proxy.address()).await;
    let before = wallet.traffic();
    patiently(wallet.request::<Echo>(hospital.peer_id(), vec![0; 100])).await.expect("answered");

    let traffic = wallet.traffic().since(&before);
    // 4 bytes of frame and 4 of the list's length each way, and a verdict byte back.
    assert_eq!((traffic.sent_bytes, traffic.received_bytes), (108, 109));
    assert_eq!((traffic.sent_messages, traffic.received_messages), (1, 1));
    let (up, down) = proxy.wire_bytes();
    assert!(up > 108 && down > 109, "the handshake and encryption come on top: {up} up, {down} down");
}
