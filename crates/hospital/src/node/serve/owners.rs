//! What owners ask about their records, and the mailbox.

use std::sync::Arc;
use std::time::Duration;

use carekey_network::deposits::{DepositAnswer, DepositRefusal, DepositRequest, Deposits};
use carekey_network::mailbox::{
    Mailbox, MailboxAnswer, MailboxRequest, NEWEST_WAIT_MS_MAX, NewestNote, NewestNoteRequest,
};
use carekey_network::{NetworkError, Refusal};
use carekey_protocol::UnixMillis;

use super::super::Inner;
use super::{blocking, news};
use crate::archive::Archive;
use crate::catalogue::OwnerError;
use crate::error::StoreError;
use crate::mailbox::MailboxError;

pub(super) fn serve(inner: &Arc<Inner>) -> Result<(), NetworkError> {
    let shared = Arc::clone(inner);
    inner.node.serve::<Deposits, _, _>(move |_, request| {
        let (archive, now) = (Arc::clone(&shared.archive), shared.now());
        blocking(move || Ok(deposit(&archive, &request, now).map_err(|error| refusal_of(&error))))
    })?;
    let shared = Arc::clone(inner);
    inner.node.serve::<Mailbox, _, _>(move |_, request| {
        let (shared, now) = (Arc::clone(&shared), shared.now());
        blocking(move || match request {
            MailboxRequest::Post(note) => match shared.archive.post_note(&note, now) {
                Ok(()) => {
                    let newest = shared.archive.newest_note()?;
                    shared.newest_note.send_if_modified(|known| std::mem::replace(known, newest.max(*known)) < newest);
                    Ok(MailboxAnswer::Posted)
                }
                Err(MailboxError::Store(error)) => Err(error.into()),
                Err(_) => Ok(MailboxAnswer::Refused),
            },
            MailboxRequest::Fetch { after } => Ok(MailboxAnswer::Notes(shared.archive.notes_after(after, now)?)),
        })
    })?;
    let shared = Arc::clone(inner);
    inner.node.serve::<NewestNote, _, _>(move |_, request| newest_note(Arc::clone(&shared), request))
}

async fn newest_note(inner: Arc<Inner>, request: NewestNoteRequest) -> Result<u64, Refusal> {
    let patience = Duration::from_millis(request.wait_ms.min(NEWEST_WAIT_MS_MAX));
    Ok(news(&inner, &inner.newest_note, patience, |number| *number > request.after).await)
}

fn deposit(archive: &Archive, request: &DepositRequest, now: UnixMillis) -> Result<DepositAnswer, OwnerError> {
    match request {
        DepositRequest::Catalogue(operation) => {
            Ok(archive.operate(operation, now)?.map_or(DepositAnswer::Done, DepositAnswer::Entries))
        }
        DepositRequest::Owner(operation) => archive.deposit(operation, now).map(|()| DepositAnswer::Done),
    }
}

fn refusal_of(error: &OwnerError) -> DepositRefusal {
    match error {
        OwnerError::Forged | OwnerError::NotOwner => DepositRefusal::NotOwner,
        OwnerError::Certificate(_) => DepositRefusal::Certificate,
        OwnerError::UnknownCatalogue | OwnerError::Closed => DepositRefusal::UnknownCatalogue,
        OwnerError::NotClaimed | OwnerError::NotReceived => DepositRefusal::UnknownRecord,
        OwnerError::Erased => DepositRefusal::Erased,
        OwnerError::Inconsistent | OwnerError::Taken => DepositRefusal::Inconsistent,
        OwnerError::TooMany | OwnerError::Store(StoreError::DiskFull) => DepositRefusal::Full,
        OwnerError::Store(error) => {
            tracing::error!(%error, "a deposit failed");
            DepositRefusal::Unavailable
        }
    }
}
