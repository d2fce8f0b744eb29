//! The task that has heads judged, one after the other, away from the swarm.

use std::sync::Arc;

use carekey_ledger::CertifiedHeader;
use tokio::sync::{mpsc, watch};

use super::docket::{Case, Docket};
use super::{Command, Judgement};

/// Runs until nobody listens any more, or until it is aborted.
pub(super) async fn run(
    docket: Arc<Docket>,
    judge: Arc<dyn Fn(&CertifiedHeader) -> Judgement + Send + Sync>,
    deliver: watch::Sender<Option<CertifiedHeader>>,
    commands: mpsc::Sender<Command>,
) {
    loop {
        let (peer, Case { id, head }) = tokio::select! {
            next = docket.next() => next,
            () = deliver.closed() => break,
        };
        let height = head.header.height;
        let judging = judge.clone();
        let judged = tokio::task::spawn_blocking(move || (judging(&head), head)).await;
        let judgement = match judged {
            Ok((judgement, head)) => {
                if judgement == Judgement::Accept {
                    deliver.send_if_modified(|newest| replace_older(newest, head));
                }
                judgement
            }
            // A judge that panics says nothing about the head.
            Err(_) => Judgement::Ignore,
        };
        if commands.send(Command::Judged { id, peer, height, judgement }).await.is_err() {
            return;
        }
    }
    let _ = commands.send(Command::Unfollow { docket }).await;
}

fn replace_older(newest: &mut Option<CertifiedHeader>, head: CertifiedHeader) -> bool {
    let newer = newest.as_ref().is_none_or(|known| known.header.height < head.header.height);
    if newer {
        *newest = Some(head);
    }
    newer
}
