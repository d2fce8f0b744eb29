//! What waits to be sent to one peer.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{SMALL_BYTES_MAX, WAITING_BYTES_MAX, WAITING_MESSAGES_MAX, WAITING_TIME_MAX};

/// A bounded queue that forgets rather than waits.
#[derive(Default)]
pub(super) struct Outbox {
    waiting: Mutex<Waiting>,
    news: Notify,
    hurry: Notify,
}

#[derive(Default)]
struct Waiting {
    frames: VecDeque<Queued>,
    bytes: usize,
}

/// A frame, and since when it waits.
#[derive(Debug, Clone)]
pub(super) struct Queued {
    pub(super) frame: Bytes,
    since: Instant,
}

impl Outbox {
    pub(super) fn put(&self, frame: Bytes) {
        let mut waiting = self.waiting();
        waiting.bytes += frame.len();
        waiting.frames.push_back(Queued { frame, since: Instant::now() });
        waiting.forget_oldest();
        drop(waiting);
        self.news.notify_one();
    }

    /// Returns a frame that was not sent completely, to be the next one.
    pub(super) fn put_back(&self, queued: Queued) {
        let mut waiting = self.waiting();
        waiting.bytes += queued.frame.len();
        waiting.frames.push_front(queued);
        waiting.forget_oldest();
    }

    /// The oldest frame that is still worth sending, once there is one. Nothing is lost when this is cancelled.
    pub(super) async fn next(&self) -> Queued {
        loop {
            if let Some(queued) = self.waiting().take() {
                return queued;
            }
            self.news.notified().await;
        }
    }

    /// Ends [`Outbox::hurried`], now or when it is next waited for.
    pub(super) fn hurry(&self) {
        self.hurry.notify_one();
    }

    pub(super) async fn hurried(&self) {
        self.hurry.notified().await;
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn take(&mut self) -> Option<Queued> {
        while !self.frames.is_empty() {
            let queued = self.remove(0)?;
            if queued.since.elapsed() <= WAITING_TIME_MAX {
                return Some(queued);
            }
        }
        None
    }

    fn forget_oldest(&mut self) {
        while self.bytes > WAITING_BYTES_MAX {
            self.remove(0);
        }
        while self.frames.len() > WAITING_MESSAGES_MAX {
            // Votes give way before the body that they are about.
            let small = self.frames.iter().position(|queued| queued.frame.len() <= SMALL_BYTES_MAX);
            self.remove(small.unwrap_or(0));
        }
    }

    fn remove(&mut self, index: usize) -> Option<Queued> {
        let queued = self.frames.remove(index)?;
        self.bytes -= queued.frame.len();
        Some(queued)
    }
}

#[cfg(test)]
mod tests {
    use super::super::MESSAGE_BYTES_MAX;
    use super::*;

    fn vote(number: usize) -> Bytes {
        Bytes::copy_from_slice(&number.to_be_bytes())
    }

    async fn drain(outbox: &Outbox) -> Vec<Bytes> {
        let count = outbox.waiting().frames.len();
        let mut frames = Vec::new();
        for _ in 0..count {
            frames.push(outbox.next().await.frame);
        }
        frames
    }

    #[tokio::test]
    async fn a_peer_that_is_away_costs_a_bounded_queue_and_misses_the_oldest_votes() {
        let outbox = Outbox::default();
        let body = Bytes::from(vec![1; MESSAGE_BYTES_MAX]);
        outbox.put(body.clone());
        for number in 0..10 * WAITING_MESSAGES_MAX {
            outbox.put(vote(number));
        }
        let frames = drain(&outbox).await;
        assert_eq!(frames.len(), WAITING_MESSAGES_MAX);
        assert_eq!(frames[0], body, "the body outlives the votes");
        assert_eq!(*frames.last().expect("not empty"), vote(10 * WAITING_MESSAGES_MAX - 1), "the newest is there");
    }

    #[tokio::test]
    async fn bodies_are_bounded_by_their_bytes() {
        let outbox = Outbox::default();
        for number in 0..100 {
            outbox.put(Bytes::from(vec![number; MESSAGE_BYTES_MAX]));
        }
        assert!(outbox.waiting().bytes <= WAITING_BYTES_MAX);
        assert_eq!(drain(&outbox).await.last().map(|frame| frame[0]), Some(99));
        assert_eq!(outbox.waiting().bytes, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn what_waited_too_long_is_not_sent() {
        let outbox = Outbox::default();
        outbox.put(vote(1));
        let unsent = outbox.next().await;
        outbox.put_back(unsent.clone());
        assert_eq!(outbox.next().await.frame, vote(1), "again, after a cut");
        outbox.put_back(unsent);
        tokio::time::advance(WAITING_TIME_MAX * 2).await;
        outbox.put(vote(2));
        assert_eq!(outbox.next().await.frame, vote(2), "a round that is over interests nobody");
    }
}
