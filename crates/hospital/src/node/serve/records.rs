//! Sealed records to and from the hospital.

use std::sync::Arc;
use std::time::Duration;

use carekey_network::records::{
    ACCESS, ANSWER_BYTES_MAX, AccessAnswer, AccessChallenge, AccessQuestion, MESSAGE_BYTES_MAX, OWN, OwnAnswer,
    OwnRequest, UPLOAD, UploadAnswer, UploadOutcome, UploadRefusal, UploadRequest,
};
use carekey_network::transfer::{self, Incoming};
use carekey_network::{Channel, NetworkError, Refusal, StreamLimits};

use super::super::{Inner, rng};
use super::blocking;
use crate::access::Granted;
use crate::error::StoreError;
use crate::records::{Begun, SealedBytes, SealedFile, Upload, UploadError};

/// Uploads: each holds a quarter of a megabyte and a file; a slow line may take a day for a long film.
const UPLOADS: StreamLimits =
    StreamLimits { streams_max: 64, queued_max: 256, per_peer_max: 4, lifetime_max: Duration::from_secs(24 * 3600) };

/// Accesses: mostly a question and an answer, then a quarter of a megabyte while a record is sent.
const ACCESSES: StreamLimits =
    StreamLimits { streams_max: 256, queued_max: 2048, per_peer_max: 16, lifetime_max: Duration::from_secs(24 * 3600) };

pub(super) fn serve(inner: &Arc<Inner>) -> Result<(), NetworkError> {
    let shared = Arc::clone(inner);
    inner.node.serve_streams(UPLOAD, UPLOADS, move |channel| {
        let shared = Arc::clone(&shared);
        async move { log(upload(&shared, channel).await) }
    })?;
    let shared = Arc::clone(inner);
    inner.node.serve_streams(ACCESS, ACCESSES, move |channel| {
        let shared = Arc::clone(&shared);
        async move { log(access(&shared, channel).await) }
    })?;
    let shared = Arc::clone(inner);
    inner.node.serve_streams(OWN, ACCESSES, move |channel| {
        let shared = Arc::clone(&shared);
        async move { log(own(&shared, channel).await) }
    })
}

/// A peer that left or broke the rules is no event of the hospital's.
fn log(outcome: Result<(), NetworkError>) {
    if let Err(error) = outcome {
        tracing::debug!(%error, "a stream ended early");
    }
}

async fn upload(inner: &Arc<Inner>, mut channel: Channel) -> Result<(), NetworkError> {
    let UploadRequest { ticket } = channel.receive(MESSAGE_BYTES_MAX).await?;
    let content_root = ticket.content_root;
    let (archive, now) = (Arc::clone(&inner.archive), inner.now());
    let begun = blocking(move || Ok(archive.begin_upload(&ticket, now))).await;
    let upload = match begun {
        Ok(Ok(Begun::Receiving(upload))) => upload,
        Ok(Ok(Begun::Complete)) => return answer(channel, &UploadAnswer::Complete).await,
        Ok(Err(error)) => return answer(channel, &UploadAnswer::Refused(refusal_of(&error))).await,
        Err(_) => return answer(channel, &UploadAnswer::Refused(UploadRefusal::Unavailable)).await,
    };
    channel.send(&UploadAnswer::Send, MESSAGE_BYTES_MAX).await?;
    let outcome = receive(inner, &mut channel, upload).await?.map_err(|error| refusal_of(&error));
    match outcome {
        Ok(()) => transfer::acknowledge(&mut channel, content_root).await?,
        Err(refusal) => transfer::refuse(&mut channel, transfer_refusal(refusal)).await,
    }
    // The acknowledgement is what counts; this says why not. After a refusal the stream is dropped, not finished, so
    // that a sender who is still writing notices.
    let told = channel.send(&UploadOutcome(outcome), MESSAGE_BYTES_MAX).await;
    if told.is_ok() && outcome.is_ok() {
        channel.finish().await;
    }
    Ok(())
}

/// Takes the bytes in. What arrived before a broken line is kept.
async fn receive(
    inner: &Arc<Inner>,
    channel: &mut Channel,
    mut upload: Upload,
) -> Result<Result<(), UploadError>, NetworkError> {
    let (offset, length) = (upload.offset(), upload.sealed_bytes());
    let mut incoming = Incoming::begin(channel, offset, length).await?;
    loop {
        let now = inner.now();
        let part = match incoming.next().await {
            Ok(part) => part,
            Err(error) => {
                let _ = tokio::task::spawn_blocking(move || upload.suspend(now)).await;
                return Err(error);
            }
        };
        let step = tokio::task::spawn_blocking(move || match part {
            Some(bytes) => upload.append(&bytes, now).map(|()| Some(upload)),
            None => upload.finish(now).map(|()| None),
        });
        match step.await {
            Ok(Ok(Some(continued))) => upload = continued,
            Ok(Ok(None)) => return Ok(Ok(())),
            Ok(Err(error)) => return Ok(Err(error)),
            Err(_) => return Ok(Err(StoreError::Io(std::io::Error::other("a task was stopped")).into())),
        }
    }
}

async fn access(inner: &Arc<Inner>, mut channel: Channel) -> Result<(), NetworkError> {
    let challenge = inner.archive.challenge(inner.now(), &mut rng());
    channel.send(&AccessChallenge(challenge), MESSAGE_BYTES_MAX).await?;
    let question: AccessQuestion = channel.receive(MESSAGE_BYTES_MAX).await?;
    let (archive, now) = (Arc::clone(&inner.archive), inner.now());
    let decision = blocking(move || Ok(archive.decide(&question, &challenge, now)?)).await;
    let outcome = match decision {
        Ok(decision) => inner.desk.write_down(decision).await,
        Err(_) => None,
    };
    match outcome {
        None => answer_large(channel, &AccessAnswer::Unavailable).await,
        Some(Err(refusal)) => answer_large(channel, &AccessAnswer::Refused(refusal)).await,
        Some(Ok(Granted::Catalogue { entries, .. })) => answer_large(channel, &AccessAnswer::Catalogue(entries)).await,
        Some(Ok(Granted::Record { escrow, record })) => {
            let sealed_bytes = record.sealed_bytes;
            channel.send(&AccessAnswer::Record { escrow, sealed_bytes }, ANSWER_BYTES_MAX).await?;
            send(&mut channel, record).await
        }
    }
}

async fn own(inner: &Arc<Inner>, mut channel: Channel) -> Result<(), NetworkError> {
    let OwnRequest { blob, claim } = channel.receive(MESSAGE_BYTES_MAX).await?;
    let archive = Arc::clone(&inner.archive);
    let found = blocking(move || Ok(archive.read_as_owner(&blob, &claim)?)).await.ok().flatten();
    channel.send(&OwnAnswer(found.as_ref().map(|record| record.sealed_bytes)), MESSAGE_BYTES_MAX).await?;
    match found {
        Some(record) => send(&mut channel, record).await,
        None => Ok(()),
    }
}

/// Sends a record. A reader that found it damaged says so; that is worth a line in the log.
async fn send(channel: &mut Channel, record: SealedFile) -> Result<(), NetworkError> {
    let (length, root) = (record.sealed_bytes, &record.content_root);
    let sent = match record.bytes {
        SealedBytes::File(file) => {
            transfer::send(channel, &mut tokio::fs::File::from_std(file), length, root, |_| {}).await
        }
        SealedBytes::Object(mut object) => transfer::send(channel, object.as_mut(), length, root, |_| {}).await,
    };
    if matches!(sent, Err(NetworkError::Corrupted)) {
        tracing::error!("a reader received other bytes than were uploaded: a record of this store is damaged");
    }
    sent
}

async fn answer(mut channel: Channel, message: &UploadAnswer) -> Result<(), NetworkError> {
    channel.send(message, MESSAGE_BYTES_MAX).await?;
    channel.finish().await;
    Ok(())
}

async fn answer_large(mut channel: Channel, message: &AccessAnswer) -> Result<(), NetworkError> {
    channel.send(message, ANSWER_BYTES_MAX).await?;
    channel.finish().await;
    Ok(())
}

fn refusal_of(error: &UploadError) -> UploadRefusal {
    match error {
        UploadError::Certificate(error) => (*error).into(),
        UploadError::NameTaken => UploadRefusal::NameTaken,
        UploadError::Erased => UploadRefusal::Erased,
        UploadError::TooLong { .. } | UploadError::Overlong => UploadRefusal::TooLong,
        UploadError::TooMany | UploadError::Store(StoreError::DiskFull) => UploadRefusal::Full,
        UploadError::ContentMismatch => UploadRefusal::ContentMismatch,
        UploadError::Incomplete { .. } | UploadError::Superseded | UploadError::Storing => UploadRefusal::Unavailable,
        UploadError::Store(error) => {
            tracing::error!(%error, "an upload failed");
            UploadRefusal::Unavailable
        }
    }
}

fn transfer_refusal(refusal: UploadRefusal) -> Refusal {
    match refusal {
        UploadRefusal::ContentMismatch => Refusal::Corrupted,
        UploadRefusal::Full => Refusal::Full,
        UploadRefusal::TooLong => Refusal::TooLarge,
        _ => Refusal::Unavailable,
    }
}
