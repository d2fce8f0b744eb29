use std::io::Cursor;
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};

use super::*;
use crate::testkit::{Fault, FaultProxy};
use crate::transfer::{self, Held};
use crate::{Channel, NetworkError, Refusal, StreamLimits};

const UPLOAD: &str = "/carekey/test/upload/1";

const LIMITS: StreamLimits =
    StreamLimits { streams_max: 4, queued_max: 4, per_peer_max: 4, lifetime_max: Duration::from_secs(60) };

/// A patient's record of `length` bytes that repeat nowhere.
fn record(length: usize) -> Vec<u8> {
    let mut state = 1u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        bytes.extend_from_slice(&(state >> 8).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// A hospital that keeps one object, and reports how each transfer ended.
struct Store {
    node: Node,
    kept: Arc<Mutex<Vec<u8>>>,
    ends: mpsc::UnboundedReceiver<Result<u64, NetworkError>>,
}

async fn store(length_max: u64) -> Store {
    let node = hospital(1).await;
    let kept = Arc::new(Mutex::new(Vec::new()));
    let (report, ends) = mpsc::unbounded_channel();
    let disk = kept.clone();
    node.serve_streams(UPLOAD, LIMITS, move |mut channel| {
        let (disk, report) = (disk.clone(), report.clone());
        async move {
            let end = take_in(&mut channel, &mut *disk.lock().await, length_max).await;
            let _ = report.send(end);
        }
    })
    .expect("served once");
    Store { node, kept, ends }
}

async fn take_in(channel: &mut Channel, disk: &mut Vec<u8>, length_max: u64) -> Result<u64, NetworkError> {
    let held = Held::from_stored(&mut disk.as_slice(), disk.len() as u64).await?;
    let mut sink = Cursor::new(std::mem::take(disk));
    sink.set_position(sink.get_ref().len() as u64);
    let received = transfer::receive(channel, &mut sink, held, length_max, |_| {}).await;
    *disk = sink.into_inner();
    if matches!(received, Err(NetworkError::Corrupted)) {
        disk.clear();
    }
    let received = received?;
    let length = received.length;
    received.acknowledge(channel).await?;
    Ok(length)
}

async fn upload(wallet: &Node, store: &Node, bytes: &[u8]) -> (Option<u64>, Result<(), NetworkError>) {
    let mut first = None;
    let result = async {
        let mut channel = wallet.open_stream(store.peer_id(), UPLOAD).await?;
        let progress = |there| {
            first.get_or_insert(there);
        };
        transfer::send(&mut channel, &mut &*bytes, bytes.len() as u64, progress).await.map(|_| ())
    };
    let result = patiently(result).await;
    (first, result)
}

#[tokio::test]
async fn objects_of_every_size_arrive_whole() {
    for length in [0, 1, transfer::BUFFER_BYTES - 1, transfer::BUFFER_BYTES, transfer::BUFFER_BYTES + 1, 3_000_000] {
        let mut store = store(1 << 30).await;
        let wallet = wallet(2, &store.node.address()).await;
        let bytes = record(length);
        upload(&wallet, &store.node, &bytes).await.1.expect("acknowledged");
        assert_eq!(store.ends.recv().await.expect("one transfer").expect("stored"), length as u64);
        assert!(*store.kept.lock().await == bytes, "{length} bytes differ");
    }
}

#[tokio::test]
async fn a_connection_broken_at_60_percent_resumes_where_it_was() {
    let mut store = store(1 << 30).await;
    let bytes = record(10_000_000);
    let proxy = FaultProxy::start(&store.node.address(), vec![Fault::CutAfter(6_000_000)]).await.expect("loopback");
    let wallet = wallet(2, &proxy.address()).await;

    let (_, broken) = upload(&wallet, &store.node, &bytes).await;
    assert!(matches!(broken, Err(NetworkError::Closed)), "{broken:?}");
    let end = store.ends.recv().await.expect("one transfer");
    assert!(matches!(end, Err(NetworkError::Closed)), "{end:?}");
    let held = store.kept.lock().await.len() as u64;
    assert!(held > 5_000_000, "what had arrived was kept: {held}");

    let before = wallet.traffic();
    let (resumed_at, result) = upload(&wallet, &store.node, &bytes).await;
    result.expect("acknowledged");
    assert_eq!(resumed_at, Some(held));
    let sent = wallet.traffic().since(&before).sent_bytes;
    assert!(sent < 10_000_000 - held + 1000, "only the rest was sent: {sent}");
    assert!(*store.kept.lock().await == bytes);
}

#[tokio::test]
async fn a_lost_acknowledgement_is_given_again_without_sending_anew() {
    let store = store(1 << 30).await;
    let wallet = wallet(2, &store.node.address()).await;
    let bytes = record(1_000_000);
    upload(&wallet, &store.node, &bytes).await.1.expect("acknowledged, let us say unheard");
    let before = wallet.traffic();
    upload(&wallet, &store.node, &bytes).await.1.expect("acknowledged again");
    assert!(wallet.traffic().since(&before).sent_bytes < 1000);
}

#[tokio::test]
async fn a_stored_prefix_that_rotted_is_found_before_the_acknowledgement() {
    let store = store(1 << 30).await;
    let wallet = wallet(2, &store.node.address()).await;
    let bytes = record(1_000_000);
    let mut rotten = bytes[..500_000].to_vec();
    rotten[1234] ^= 1;
    *store.kept.lock().await = rotten;

    let (_, corrupted) = upload(&wallet, &store.node, &bytes).await;
    assert!(matches!(corrupted, Err(NetworkError::Corrupted)), "{corrupted:?}");
    upload(&wallet, &store.node, &bytes).await.1.expect("from nothing it works");
    assert!(*store.kept.lock().await == bytes);
}

#[tokio::test]
async fn too_long_an_object_is_refused_before_its_first_byte() {
    let mut store = store(1000).await;
    let wallet = wallet(2, &store.node.address()).await;
    let (_, refused) = upload(&wallet, &store.node, &record(1001)).await;
    assert!(matches!(refused, Err(NetworkError::Refused(Refusal::TooLarge))), "{refused:?}");
    assert!(matches!(store.ends.recv().await, Some(Err(NetworkError::TooLarge { bytes: 1001, bytes_max: 1000 }))));
    assert!(wallet.traffic().sent_bytes < 100);
}

#[tokio::test]
async fn a_file_that_shrinks_while_it_is_sent_is_an_error_of_the_sender() {
    let mut store = store(1 << 30).await;
    let wallet = wallet(2, &store.node.address()).await;
    let bytes = record(500_000);
    let mut channel = wallet.open_stream(store.node.peer_id(), UPLOAD).await.expect("admitted");
    let sent = patiently(transfer::send(&mut channel, &mut &*bytes, 500_001, |_| {})).await;
    assert!(matches!(sent, Err(NetworkError::Io(_))), "{sent:?}");
    drop(channel);
    let end = patiently(store.ends.recv()).await.expect("one transfer");
    assert!(matches!(end, Err(NetworkError::Closed)), "nothing incomplete is taken for whole: {end:?}");
}

#[tokio::test]
async fn a_full_disk_is_told_to_the_sender() {
    let node = hospital(1).await;
    node.serve_streams(UPLOAD, LIMITS, |mut channel| async move {
        let mut disk = FullAfter { room: 1_000_000 };
        let _ = transfer::receive(&mut channel, &mut disk, Held::nothing(), u64::MAX, |_| {}).await;
    })
    .expect("served once");
    let wallet = wallet(2, &node.address()).await;
    let (_, refused) = upload(&wallet, &node, &record(20_000_000)).await;
    assert!(matches!(refused, Err(NetworkError::Refused(Refusal::Full))), "{refused:?}");
}

/// A disk with little room.
struct FullAfter {
    room: usize,
}

impl tokio::io::AsyncWrite for FullAfter {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        bytes: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        self.room = match self.room.checked_sub(bytes.len()) {
            Some(room) => room,
            None => return std::task::Poll::Ready(Err(std::io::ErrorKind::StorageFull.into())),
        };
        std::task::Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn poll_shutdown(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn cancelling_is_dropping() {
    let mut store = store(1 << 30).await;
    let wallet = wallet(2, &store.node.address()).await;
    let peer = store.node.peer_id();
    let (half, reached_half) = tokio::sync::oneshot::channel();
    let sending = tokio::spawn(async move {
        let bytes = record(4_000_000);
        let mut half = Some(half);
        let mut channel = wallet.open_stream(peer, UPLOAD).await.expect("admitted");
        let first = &mut (&bytes[..2_000_000]);
        // The second half never comes: this source waits for ever.
        let mut source = tokio::io::AsyncReadExt::chain(first, Never);
        let progress = |there| {
            if there >= 1_500_000 {
                half.take().map(|half| half.send(()));
            }
        };
        transfer::send(&mut channel, &mut source, 4_000_000, progress).await
    });
    patiently(reached_half).await.expect("half was sent");
    sending.abort();
    let end = patiently(store.ends.recv()).await.expect("one transfer");
    assert!(matches!(end, Err(NetworkError::Closed)), "{end:?}");
    assert!(store.kept.lock().await.len() >= 1_000_000, "what arrived can be resumed from");
}

/// A source that never gives anything.
struct Never;

impl tokio::io::AsyncRead for Never {
    fn poll_read(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        _: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Pending
    }
}

/// Prints a rate and the memory; run with `--release --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn transfer_rate_and_memory() {
    const LENGTH: u64 = 500_000_000;
    let node = hospital(1).await;
    node.serve_streams(UPLOAD, LIMITS, |mut channel| async move {
        let mut sink = tokio::io::sink();
        let received = transfer::receive(&mut channel, &mut sink, Held::nothing(), u64::MAX, |_| {}).await;
        received.expect("whole").acknowledge(&mut channel).await.expect("heard");
    })
    .expect("served once");
    let wallet = wallet(2, &node.address()).await;
    let begin = std::time::Instant::now();
    let mut channel = wallet.open_stream(node.peer_id(), UPLOAD).await.expect("admitted");
    let mut source = tokio::io::repeat(7);
    transfer::send(&mut channel, &mut source, LENGTH, |_| {}).await.expect("acknowledged");
    let rate = LENGTH as f64 / 1e6 / begin.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    eprintln!("{rate:.0} MB/s with both ends in this process; peak memory {peak}");
}
