use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::testkit::{Fault, FaultProxy};
use crate::{NetworkError, Refusal, socket_address};

async fn still_answers(hospital: &Node) {
    let honest = wallet(77, &hospital.address()).await;
    let answer = patiently(honest.request::<Echo>(hospital.peer_id(), vec![42])).await;
    assert_eq!(answer.expect("an honest wallet is not harmed"), vec![42]);
    honest.shut_down().await;
}

#[tokio::test]
async fn an_announced_gigabyte_is_refused_unread() {
    let hospital = echo_hospital(1).await;
    let attacker = wallet(2, &hospital.address()).await;
    let mut channel = attacker.open_once(hospital.peer_id(), Echo::NAME).await.expect("connected");
    channel.write_all(&0x4000_0000u32.to_be_bytes()).await.expect("sent");
    channel.flush().await.expect("sent");
    let verdict = patiently(channel.receive_verdict()).await;
    assert!(matches!(verdict, Err(NetworkError::Refused(Refusal::TooLarge))), "{verdict:?}");
    assert!(hospital.traffic().received_bytes <= 4);
    still_answers(&hospital).await;
}

#[tokio::test]
async fn garbage_and_trailing_bytes_are_malformed() {
    let hospital = echo_hospital(1).await;
    let attacker = wallet(2, &hospital.address()).await;
    let bodies: [&[u8]; 4] = [b"", b"\xff\xff\xff\xff", b"\x05\0\0\0abc", b"\x01\0\0\0ab"];
    for body in bodies {
        let mut channel = attacker.open_once(hospital.peer_id(), Echo::NAME).await.expect("connected");
        let frame = [&(body.len() as u32).to_be_bytes(), body].concat();
        channel.send_raw(&frame).await.expect("sent");
        let verdict = patiently(channel.receive_verdict()).await;
        assert!(matches!(verdict, Err(NetworkError::Refused(Refusal::Malformed))), "{body:?}: {verdict:?}");
    }
    still_answers(&hospital).await;
}

#[tokio::test]
async fn streams_that_never_speak_use_up_their_own_peers_share_only() {
    let hospital = echo_hospital(1).await;
    let attacker = wallet(2, &hospital.address()).await;
    let mut silent = Vec::new();
    for _ in 0..crate::limits::OPEN_STREAMS_PER_PEER_MAX {
        silent.push(attacker.open_once(hospital.peer_id(), Echo::NAME).await.expect("connected"));
    }
    let begin = std::time::Instant::now();
    still_answers(&hospital).await;
    assert!(begin.elapsed() < crate::limits::MESSAGE_TIMEOUT / 2, "nobody waits until the silent ones time out");
}

#[tokio::test]
async fn bytes_that_are_no_handshake_are_cut_off() {
    let hospital = echo_hospital(1).await;
    let socket = socket_address(&hospital.address().addresses[0]).expect("a TCP address");
    for greeting in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0xff; 4096], b"\x13/multistream/1.0.0\n\xff\xff\xff\xff\xff"] {
        let mut raw = TcpStream::connect(socket).await.expect("connected");
        let _ = raw.write_all(greeting).await;
        let mut answer = Vec::new();
        // Ends by a reset or by the end of the stream, in any case soon.
        let _ = patiently(raw.read_to_end(&mut answer)).await;
    }
    still_answers(&hospital).await;
}

#[tokio::test]
async fn sockets_that_stay_silent_do_not_keep_others_out() {
    let hospital = echo_hospital(1).await;
    let socket = socket_address(&hospital.address().addresses[0]).expect("a TCP address");
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(TcpStream::connect(socket).await.expect("connected"));
    }
    still_answers(&hospital).await;
}

#[tokio::test]
async fn a_line_that_goes_silent_ends_in_a_timeout() {
    struct Hasty;
    impl Protocol for Hasty {
        const NAME: &'static str = "/carekey/test/hasty/1";
        const LIMITS: RequestLimits = RequestLimits { time_max: Duration::from_secs(2), ..Echo::LIMITS };
        type Request = Vec<u8>;
        type Response = Vec<u8>;
    }
    let hospital = echo_hospital(1).await;
    hospital.serve::<Hasty, _, _>(|_, request| async move { Ok(request) }).expect("served once");
    // Enough for the handshake, not for the question.
    let proxy = FaultProxy::start(&hospital.address(), vec![Fault::StallAfter(5_000)]).await.expect("loopback");
    let wallet = wallet(2, &proxy.address()).await;
    let answer = patiently(wallet.request::<Hasty>(hospital.peer_id(), vec![0; 20_000])).await;
    assert!(matches!(answer, Err(NetworkError::Timeout { .. })), "{answer:?}");
    still_answers(&hospital).await;
}
