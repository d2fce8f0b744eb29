use std::io::{self, Cursor};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use carekey_crypto::{Digest, tagged_hash};
use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};
use tokio::sync::{Mutex, mpsc};

use super::*;
use crate::testkit::{Fault, FaultProxy};
use crate::transfer::{self, Incoming};
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
    let length: u64 = channel.receive(8).await?;
    if length > length_max {
        transfer::refuse(channel, Refusal::TooLarge).await;
        return Err(NetworkError::TooLarge { bytes: length, bytes_max: length_max });
    }
    let mut incoming = Incoming::begin(channel, disk.len() as u64, length).await?;
    while let Some(part) = incoming.next().await? {
        disk.extend_from_slice(&part);
    }
    let digest = tagged_hash("test", &[disk]);
    transfer::acknowledge(channel, digest).await?;
    Ok(length)
}

async fn upload(wallet: &Node, store: &Node, bytes: &[u8]) -> (Option<u64>, Result<(), NetworkError>) {
    let mut first = None;
    let result = async {
        let mut channel = wallet.open_stream(store.peer_id(), UPLOAD).await?;
        let (length, digest) = (bytes.len() as u64, tagged_hash("test", &[bytes]));
        channel.send(&length, 8).await?;
        let progress = |there| {
            first.get_or_insert(there);
        };
        transfer::send(&mut channel, &mut Cursor::new(bytes), length, &digest, progress).await
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
    channel.send(&500_001u64, 8).await.expect("announced");
    let digest = tagged_hash("test", &[&bytes]);
    let sent = patiently(transfer::send(&mut channel, &mut Cursor::new(bytes), 500_001, &digest, |_| {})).await;
    assert!(matches!(sent, Err(NetworkError::Io(_))), "{sent:?}");
    drop(channel);
    let end = patiently(store.ends.recv()).await.expect("one transfer");
    assert!(matches!(end, Err(NetworkError::Closed)), "nothing incomplete is taken for whole: {end:?}");
}

#[tokio::test]
async fn a_full_disk_is_told_to_the_sender() {
    let node = hospital(1).await;
    node.serve_streams(UPLOAD, LIMITS, |mut channel| async move {
        let length: u64 = channel.receive(8).await.expect("announced");
        let mut incoming = Incoming::begin(&mut channel, 0, length).await.expect("begun");
        while incoming.there() < 1_000_000 {
            incoming.next().await.expect("arrives");
        }
        transfer::refuse(&mut channel, Refusal::Full).await;
    })
    .expect("served once");
    let wallet = wallet(2, &node.address()).await;
    let (_, refused) = upload(&wallet, &node, &record(20_000_000)).await;
    assert!(matches!(refused, Err(NetworkError::Refused(Refusal::Full))), "{refused:?}");
}

#[tokio::test]
async fn cancelling_is_dropping() {
    let mut store = store(1 << 30).await;
    let wallet = wallet(2, &store.node.address()).await;
    let peer = store.node.peer_id();
    let (half, reached_half) = tokio::sync::oneshot::channel();
    let sending = tokio::spawn(async move {
        let mut half = Some(half);
        let mut channel = wallet.open_stream(peer, UPLOAD).await.expect("admitted");
        channel.send(&4_000_000u64, 8).await.expect("announced");
        // The second half never comes.
        let mut source = HalfFile(Cursor::new(record(2_000_000)));
        let progress = |there| {
            if there >= 1_500_000 {
                half.take().map(|half| half.send(()));
            }
        };
        transfer::send(&mut channel, &mut source, 4_000_000, &Digest::ZERO, progress).await
    });
    patiently(reached_half).await.expect("half was sent");
    sending.abort();
    let end = patiently(store.ends.recv()).await.expect("one transfer");
    assert!(matches!(end, Err(NetworkError::Closed)), "{end:?}");
    assert!(store.kept.lock().await.len() >= 1_000_000, "what arrived can be resumed from");
}

/// A file on a disk that hangs in the middle.
struct HalfFile(Cursor<Vec<u8>>);

impl AsyncRead for HalfFile {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.0.position() == self.0.get_ref().len() as u64 {
            return Poll::Pending;
        }
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncSeek for HalfFile {
    fn start_seek(mut self: Pin<&mut Self>, position: io::SeekFrom) -> io::Result<()> {
        Pin::new(&mut self.0).start_seek(position)
    }

    fn poll_complete(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Pin::new(&mut self.0).poll_complete(cx)
    }
}

/// Prints a rate and the memory; run with `--release --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn transfer_rate_and_memory() {
    const LENGTH: u64 = 500_000_000;
    let node = hospital(1).await;
    node.serve_streams(UPLOAD, LIMITS, |mut channel| async move {
        let mut incoming = Incoming::begin(&mut channel, 0, LENGTH).await.expect("begun");
        while incoming.next().await.expect("arrives").is_some() {}
        transfer::acknowledge(&mut channel, Digest::ZERO).await.expect("heard");
    })
    .expect("served once");
    let wallet = wallet(2, &node.address()).await;
    let begin = std::time::Instant::now();
    let mut channel = wallet.open_stream(node.peer_id(), UPLOAD).await.expect("admitted");
    let file = std::env::temp_dir().join(format!("carekey-transfer-{}", std::process::id()));
    std::fs::File::create(&file).and_then(|file| file.set_len(LENGTH)).expect("a sparse file");
    let mut source = tokio::fs::File::open(&file).await.expect("opened");
    transfer::send(&mut channel, &mut source, LENGTH, &Digest::ZERO, |_| {}).await.expect("acknowledged");
    std::fs::remove_file(file).expect("removed");
    let rate = LENGTH as f64 / 1e6 / begin.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    eprintln!("{rate:.0} MB/s with both ends in this process; peak memory {peak}");
}
