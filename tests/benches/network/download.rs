//! A sealed record comes from a hospital, next to the same bytes over a bare socket.

use std::path::Path;
use std::time::{Duration, Instant};

use carekey_crypto::Digest;
use carekey_network::transfer::{self, BUFFER_BYTES, Incoming};
use carekey_network::{Node, PeerId, StreamLimits};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::table::Table;
use crate::{Outcome, chains, node, own_cpu_seconds};

const DOWNLOAD: &str = "/carekey/bench/download/1";
const LIMITS: StreamLimits =
    StreamLimits { streams_max: 4, queued_max: 4, per_peer_max: 4, lifetime_max: Duration::from_secs(600) };
const MEGABYTE: u64 = 1_000_000;

pub(crate) async fn measure(quick: bool) -> Outcome {
    let (sizes, rounds): (&[u64], usize) = if quick { (&[1], 1) } else { (&[10, 100, 500], 5) };
    let header = ["", "CareKey MB/s", "TCP MB/s", "times TCP's seconds", "CareKey CPU s", "TCP CPU s"];
    let mut table = Table::new("Downloading a record next to plain TCP", header);
    let folder = tempfile::tempdir_in(chains::folder())?;
    for megabytes in sizes {
        let (path, length) = (folder.path().join(megabytes.to_string()), megabytes * MEGABYTE);
        write_random(&path, length)?;
        let pair = Pair::start(&path, length).await?;
        let [mut ours, mut plain] = [(f64::INFINITY, 0.0); 2];
        for _ in 0..rounds {
            ours = better(ours, timed(pair.through_carekey()).await?);
            plain = better(plain, timed(pair.through_tcp()).await?);
        }
        pair.stop().await;
        let rate = |seconds: f64| format!("{:.0}", *megabytes as f64 / seconds);
        table.row([
            format!("{megabytes} MB"),
            rate(ours.0),
            rate(plain.0),
            format!("{:.2}", ours.0 / plain.0),
            format!("{:.2}", ours.1),
            format!("{:.2}", plain.1),
        ]);
    }
    table.remark(format!(
        "The transfer of a sealed record, from a file in the disk's cache to the memory of the reader, who drops it: \
         Noise encrypts and authenticates, Yamux divides the connection. TCP copies the same file in the same parts \
         ({} KiB). The better of {rounds} alternating runs on loopback; CPU seconds are those of both ends.",
        BUFFER_BYTES / 1024
    ));
    table.print();
    Ok(())
}

fn better(one: (f64, f64), another: (f64, f64)) -> (f64, f64) {
    if another.0 < one.0 { another } else { one }
}

async fn timed(download: impl Future<Output = Outcome>) -> Outcome<(f64, f64)> {
    let (begun, cpu) = (Instant::now(), own_cpu_seconds());
    download.await?;
    Ok((begun.elapsed().as_secs_f64(), own_cpu_seconds() - cpu))
}

/// A hospital that holds one file, and a reader, connected in both ways.
struct Pair {
    hospital: Node,
    reader: Node,
    from: PeerId,
    plain: TcpStreamSource,
    length: u64,
}

/// Where plain TCP is served.
struct TcpStreamSource {
    at: std::net::SocketAddr,
    serving: tokio::task::JoinHandle<()>,
}

impl Pair {
    async fn start(path: &Path, length: u64) -> Outcome<Self> {
        let hospital = node::listening(1).await?;
        let file = path.to_owned();
        hospital.serve_streams(DOWNLOAD, LIMITS, move |mut channel| {
            let file = file.clone();
            async move {
                let Ok(mut file) = File::open(&file).await else { return };
                // A reader that goes away is its own fault; the run fails there.
                let _ = transfer::send(&mut channel, &mut file, length, &Digest::ZERO, |_| ()).await;
            }
        })?;
        let reader = node::asking(&hospital.address()).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (at, file) = (listener.local_addr()?, path.to_owned());
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let file = file.clone();
                tokio::spawn(async move { copy(&file, stream).await });
            }
        });
        let from = hospital.peer_id();
        Ok(Self { hospital, reader, from, plain: TcpStreamSource { at, serving }, length })
    }

    async fn through_carekey(&self) -> Outcome {
        let mut channel = self.reader.open_stream(self.from, DOWNLOAD).await?;
        let mut incoming = Incoming::begin(&mut channel, 0, self.length).await?;
        while incoming.next().await?.is_some() {}
        Ok(transfer::acknowledge(&mut channel, Digest::ZERO).await?)
    }

    async fn through_tcp(&self) -> Outcome {
        let mut stream = TcpStream::connect(self.plain.at).await?;
        let (mut buffer, mut left) = (vec![0; BUFFER_BYTES], self.length);
        while left > 0 {
            match stream.read(&mut buffer).await? {
                0 => return Err("plain TCP ended early".into()),
                bytes => left -= bytes as u64,
            }
        }
        Ok(())
    }

    async fn stop(self) {
        self.plain.serving.abort();
        self.reader.shut_down().await;
        self.hospital.shut_down().await;
    }
}

async fn copy(path: &Path, mut stream: TcpStream) -> std::io::Result<()> {
    let (mut file, mut buffer) = (File::open(path).await?, vec![0; BUFFER_BYTES]);
    loop {
        match file.read(&mut buffer).await? {
            0 => return Ok(()),
            bytes => stream.write_all(&buffer[..bytes]).await?,
        }
    }
}

fn write_random(path: &Path, length: u64) -> Outcome {
    let mut state = 1u64;
    let mut word = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 8).to_le_bytes()
    };
    let megabyte: Vec<u8> = (0..MEGABYTE / 8).flat_map(|_| word()).collect();
    let mut file = std::fs::File::create(path)?;
    for _ in 0..length / MEGABYTE {
        std::io::Write::write_all(&mut file, &megabyte)?;
    }
    Ok(())
}
