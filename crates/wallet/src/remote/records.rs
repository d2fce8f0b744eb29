//! Sealed records and their catalogues: depositing, uploading, fetching, access.

use std::path::{Path, PathBuf};

use carekey_crypto::{Secret32, SecretKey, content_root};
use carekey_network::deposits::{DepositAnswer, DepositRefusal, DepositRequest, Deposits};
use carekey_network::records::{
    self, AccessAnswer, AccessChallenge, OwnAnswer, OwnRequest, UploadAnswer, UploadOutcome, UploadRequest,
};
use carekey_network::transfer::{self, Incoming};
use carekey_network::{Channel, NetworkError};
use carekey_protocol::access::{AccessBody, AccessRequest, Challenge};
use carekey_protocol::catalogue::{SealedEntry, SignedOperation};
use carekey_protocol::deposit::{Escrow, OwnerOperation};
use carekey_protocol::upload::UploadTicket;
use carekey_protocol::{BlobId, HospitalId};
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt;

use super::Remote;
use crate::error::WalletError;
use crate::wallet::file_error;

/// How far a transfer is, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Transferred.
    pub done: u64,
    /// In all.
    pub total: u64,
}

/// What a hospital handed out.
#[derive(Debug)]
pub(crate) enum Granted {
    Record(Delivered),
    Catalogue(Vec<SealedEntry>),
}

/// A sealed record, received whole.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) escrow: Escrow,
    pub(crate) path: PathBuf,
}

impl Remote {
    /// Performs an operation on a catalogue. The entries, for a list; none if there is no such catalogue.
    pub(crate) async fn catalogue(
        &self,
        hospital: HospitalId,
        operation: SignedOperation,
    ) -> Result<Option<Vec<SealedEntry>>, WalletError> {
        match self.ask::<Deposits>(hospital, DepositRequest::Catalogue(Box::new(operation))).await? {
            Ok(DepositAnswer::Entries(entries)) => Ok(Some(entries)),
            Ok(DepositAnswer::Done) | Err(DepositRefusal::UnknownCatalogue) => Ok(None),
            Err(refusal) => Err(WalletError::HospitalRefused(refusal.to_string())),
        }
    }

    pub(crate) async fn own(&self, hospital: HospitalId, operation: OwnerOperation) -> Result<(), WalletError> {
        match self.ask::<Deposits>(hospital, DepositRequest::Owner(operation)).await? {
            Ok(_) => Ok(()),
            Err(refusal) => Err(WalletError::HospitalRefused(refusal.to_string())),
        }
    }

    /// Uploads a sealed file; goes on where an earlier attempt stopped. Returns when the hospital holds it durably.
    pub(crate) async fn upload(
        &self,
        hospital: HospitalId,
        ticket: &UploadTicket,
        path: &Path,
        progress: impl Fn(Sent) + Send,
    ) -> Result<(), WalletError> {
        let refused = |refusal: records::UploadRefusal| WalletError::HospitalRefused(refusal.to_string());
        let mut channel = self.node.open_stream(self.peer(hospital)?, records::UPLOAD).await?;
        channel.send(&UploadRequest { ticket: ticket.clone() }, records::MESSAGE_BYTES_MAX).await?;
        match channel.receive::<UploadAnswer>(records::MESSAGE_BYTES_MAX).await? {
            UploadAnswer::Complete => return Ok(()),
            UploadAnswer::Refused(refusal) => return Err(refused(refusal)),
            UploadAnswer::Send => {}
        }
        let mut file = tokio::fs::File::open(path).await.map_err(|error| file_error(path, error))?;
        let total = ticket.sealed_bytes;
        let root = &ticket.content_root;
        match transfer::send(&mut channel, &mut file, total, root, |done| progress(Sent { done, total })).await {
            // After a refusal the hospital says why.
            Err(NetworkError::Refused(_)) => match channel.receive(records::MESSAGE_BYTES_MAX).await? {
                UploadOutcome(Err(refusal)) => Err(refused(refusal)),
                UploadOutcome(Ok(())) => Ok(()),
            },
            other => Ok(other?),
        }
    }

    /// Fetches one's own sealed record into `path`.
    pub(crate) async fn fetch_own(
        &self,
        hospital: HospitalId,
        blob: BlobId,
        claim: Secret32,
        sealed_bytes: u64,
        path: &Path,
    ) -> Result<(), WalletError> {
        let mut channel = self.node.open_stream(self.peer(hospital)?, records::OWN).await?;
        channel.send(&OwnRequest { blob, claim }, records::MESSAGE_BYTES_MAX).await?;
        match channel.receive::<OwnAnswer>(records::MESSAGE_BYTES_MAX).await?.0 {
            Some(_) => receive_file(&mut channel, sealed_bytes, path).await,
            None => Err(WalletError::NotFound { what: "this record at its hospital" }),
        }
    }

    /// S2 Alg. 5 steps 9 to 13. A record is received into `path`.
    pub(crate) async fn access(
        &self,
        hospital: HospitalId,
        body: AccessBody,
        reader: &SecretKey,
        path: &Path,
    ) -> Result<(Granted, Challenge), WalletError> {
        let mut channel = self.node.open_stream(self.peer(hospital)?, records::ACCESS).await?;
        let AccessChallenge(challenge) = channel.receive(records::MESSAGE_BYTES_MAX).await?;
        let request = AccessRequest::new(body, &challenge, &hospital, reader);
        channel.send(&request, records::MESSAGE_BYTES_MAX).await?;
        match channel.receive::<AccessAnswer>(records::ANSWER_BYTES_MAX).await? {
            AccessAnswer::Refused(refusal) => Err(WalletError::Refused(refusal)),
            AccessAnswer::Unavailable => Err(WalletError::HospitalRefused("it cannot answer at the moment".to_owned())),
            AccessAnswer::Catalogue(entries) => Ok((Granted::Catalogue(entries), challenge)),
            AccessAnswer::Record { escrow, sealed_bytes } => {
                receive_file(&mut channel, sealed_bytes.min(records::RECORD_BYTES_MAX), path).await?;
                Ok((Granted::Record(Delivered { escrow, path: path.to_owned() }), challenge))
            }
        }
    }
}

/// Receives a file, complete or not at all; what an earlier attempt left is gone on from. Whether it is the right one is
/// for the checks against the ledger to say.
async fn receive_file(channel: &mut Channel, length: u64, path: &Path) -> Result<(), WalletError> {
    let partial = path.with_extension("part");
    let failed = |error| file_error(&partial, error);
    let mut file = OpenOptions::new().create(true).append(true).open(&partial).await.map_err(failed)?;
    let mut held = file.metadata().await.map_err(failed)?.len();
    if held > length {
        file.set_len(0).await.map_err(failed)?;
        held = 0;
    }
    let mut incoming = Incoming::begin(channel, held, length).await?;
    let arrived = loop {
        match incoming.next().await {
            Ok(Some(part)) => file.write_all(&part).await.map_err(failed)?,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    file.sync_all().await.map_err(failed)?;
    arrived?;
    tokio::fs::rename(&partial, path).await.map_err(failed)?;
    let stored = path.to_owned();
    let root = tokio::task::spawn_blocking(move || {
        let mut file = std::fs::File::open(&stored).map_err(|error| file_error(&stored, error))?;
        Ok::<_, WalletError>(content_root(&mut file)?.0)
    });
    if let Ok(Ok(root)) = root.await {
        // Courtesy: the hospital has lost nothing if this does not arrive.
        let _ = transfer::acknowledge(channel, root).await;
    }
    Ok(())
}
