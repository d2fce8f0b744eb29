//! Reading, working and writing at the same time: one thread reads, some work, the caller's thread consumes in order.
//!
//! A fixed pool of buffers circulates, so memory does not depend on the length of the stream: when the consumer is
//! slow the reader finds no free buffer and waits. The oldest chunk under way always owns a buffer, hence no deadlock.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;

use zeroize::Zeroizing;

use super::error::SealError;
use crate::safe::digest::Digest;

/// A chunk's bytes, erased when the pool is dropped.
pub(super) type Buffer = Zeroizing<Vec<u8>>;

/// More workers than this only cost memory.
const MAX_WORKERS: usize = 8;

/// A chunk that went through a worker.
pub(super) struct Worked {
    pub(super) index: u64,
    pub(super) buffer: Buffer,
    /// Leaf of the sealed bytes.
    pub(super) leaf: Digest,
    /// Whether its tag was right; a worker that does not check says `true`.
    pub(super) intact: bool,
}

/// Runs `produce` until it returns `None`, `work` on each chunk in parallel, and `consume` on the results in order.
/// Chunks are numbered from 1. The first error, in the order of chunks, ends everything.
pub(super) fn run(
    mut produce: impl FnMut(Buffer) -> Result<Option<Buffer>, SealError> + Send,
    work: impl Fn(u64, &mut Buffer) -> (Digest, bool) + Sync,
    mut consume: impl FnMut(&Worked) -> Result<(), SealError>,
) -> Result<(), SealError> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(MAX_WORKERS);
    let (free, free_out) = mpsc::channel::<Buffer>();
    let (jobs, jobs_out) = mpsc::channel::<(u64, Buffer)>();
    let (results, results_out) = mpsc::channel::<Result<Worked, (u64, SealError)>>();
    for _ in 0..workers * 2 + 1 {
        // The receiver lives until the end of this function.
        let _ = free.send(Buffer::default());
    }
    let jobs_out = Mutex::new(jobs_out);
    thread::scope(|scope| {
        let failures = results.clone();
        scope.spawn(move || read_all(&mut produce, &free_out, &jobs, &failures));
        for _ in 0..workers {
            let results = results.clone();
            let (jobs_out, work) = (&jobs_out, &work);
            scope.spawn(move || work_all(jobs_out, work, &results));
        }
        drop(results);
        // Ending this loop early drops both channels' ends, which ends the threads.
        consume_all(results_out, free, &mut consume)
    })
}

fn read_all(
    produce: &mut impl FnMut(Buffer) -> Result<Option<Buffer>, SealError>,
    free: &Receiver<Buffer>,
    jobs: &Sender<(u64, Buffer)>,
    failures: &Sender<Result<Worked, (u64, SealError)>>,
) {
    let mut index = 1;
    while let Ok(buffer) = free.recv() {
        match produce(buffer) {
            Ok(Some(filled)) => {
                if jobs.send((index, filled)).is_err() {
                    return;
                }
                index += 1;
            }
            Ok(None) => return,
            Err(error) => {
                // If nobody listens any more, an earlier error has won.
                let _ = failures.send(Err((index, error)));
                return;
            }
        }
    }
}

fn work_all(
    jobs: &Mutex<Receiver<(u64, Buffer)>>,
    work: &(impl Fn(u64, &mut Buffer) -> (Digest, bool) + Sync),
    results: &Sender<Result<Worked, (u64, SealError)>>,
) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((index, mut buffer)) = job else { return };
        let (leaf, intact) = work(index, &mut buffer);
        if results.send(Ok(Worked { index, buffer, leaf, intact })).is_err() {
            return;
        }
    }
}

fn consume_all(
    results: Receiver<Result<Worked, (u64, SealError)>>,
    free: Sender<Buffer>,
    consume: &mut impl FnMut(&Worked) -> Result<(), SealError>,
) -> Result<(), SealError> {
    let mut early = BTreeMap::new();
    let mut next = 1;
    for result in results {
        match result {
            Ok(worked) => early.insert(worked.index, Ok(worked)),
            Err((index, error)) => early.insert(index, Err(error)),
        };
        while let Some(worked) = early.remove(&next) {
            let worked = worked?;
            consume(&worked)?;
            next += 1;
            // The reader may have reached the end and gone.
            let _ = free.send(worked.buffer);
        }
    }
    Ok(())
}
