//! Bad lines for tests: a TCP proxy that cuts, stalls and counts.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::{PeerAddress, multiaddress, socket_address};

/// What happens to one connection through the proxy. Bytes are counted on the wire, both ways together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Everything passes.
    None,
    /// Both sides are cut after so many bytes.
    CutAfter(u64),
    /// Nothing passes after so many bytes; the connection stays open.
    StallAfter(u64),
}

/// A proxy in front of one node. Dropping it closes everything.
#[derive(Debug)]
pub struct FaultProxy {
    address: PeerAddress,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    up_bytes: AtomicU64,
    down_bytes: AtomicU64,
    connections: AtomicU64,
    cut: watch::Sender<u64>,
}

impl FaultProxy {
    /// Listens on loopback and passes everything to the first address of `target`. The n-th connection meets the n-th
    /// of `faults`, later ones none.
    ///
    /// # Errors
    /// If no socket can be bound, or the target has no TCP address.
    pub async fn start(target: &PeerAddress, faults: Vec<Fault>) -> std::io::Result<Self> {
        let to = target.addresses.first().and_then(socket_address).ok_or(std::io::ErrorKind::AddrNotAvailable)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = PeerAddress { peer_id: target.peer_id, addresses: vec![multiaddress(listener.local_addr()?)] };
        let shared = Arc::new(Shared {
            up_bytes: AtomicU64::new(0),
            down_bytes: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            cut: watch::Sender::new(0),
        });
        let accepting = tokio::spawn(accept(listener, to, faults, shared.clone()));
        Ok(Self { address, shared, accepting })
    }

    /// The target's key, at the proxy's address.
    pub fn address(&self) -> PeerAddress {
        self.address.clone()
    }

    /// Wire bytes that have passed: from those who dialled, and to them.
    pub fn wire_bytes(&self) -> (u64, u64) {
        (self.shared.up_bytes.load(SeqCst), self.shared.down_bytes.load(SeqCst))
    }

    /// Connections taken so far.
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(SeqCst)
    }

    /// Cuts all connections of this moment.
    pub fn cut_all(&self) {
        self.shared.cut.send_modify(|cuts| *cuts += 1);
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut_all();
    }
}

async fn accept(listener: TcpListener, to: SocketAddr, faults: Vec<Fault>, shared: Arc<Shared>) {
    let mut faults = faults.into_iter();
    while let Ok((from, _)) = listener.accept().await {
        shared.connections.fetch_add(1, SeqCst);
        tokio::spawn(pass(from, to, faults.next().unwrap_or(Fault::None), shared.clone()));
    }
}

async fn pass(from: TcpStream, to: SocketAddr, fault: Fault, shared: Arc<Shared>) {
    let mut cut = shared.cut.subscribe();
    let Ok(to) = TcpStream::connect(to).await else { return };
    let _ = (from.set_nodelay(true), to.set_nodelay(true));
    let passed = AtomicU64::new(0);
    let (from_read, from_write) = from.into_split();
    let (to_read, to_write) = to.into_split();
    tokio::select! {
        _ = pump(from_read, to_write, fault, &passed, &shared.up_bytes) => {}
        _ = pump(to_read, from_write, fault, &passed, &shared.down_bytes) => {}
        _ = cut.changed() => {}
    }
}

/// Copies one direction; returning drops, and thereby cuts, both.
async fn pump(mut read: OwnedReadHalf, mut write: OwnedWriteHalf, fault: Fault, passed: &AtomicU64, count: &AtomicU64) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(bytes @ 1..) = read.read(&mut buffer).await {
        let total = passed.fetch_add(bytes as u64, SeqCst) + bytes as u64;
        match fault {
            Fault::CutAfter(limit) if total > limit => return,
            Fault::StallAfter(limit) if total > limit => std::future::pending().await,
            _ => {}
        }
        count.fetch_add(bytes as u64, SeqCst);
        if write.write_all(&buffer[..bytes]).await.is_err() {
            return;
        }
    }
}
