//! The clinicians: writing, finding what was granted, reading, being refused (S2 Alg. 4 steps 1–5, Alg. 5 steps 6–17).

use std::fs::File;
use std::io::Read;
use std::path::Path;

use carekey_protocol::access::Refusal;
use carekey_protocol::{Collection, RecordRef, UnixMillis};
use carekey_wallet::reading::OpenedRecord;
use carekey_wallet::records::{RecordDraft, Source};
use carekey_wallet::vault::Progress;
use carekey_wallet::{Wallet, WalletError};

use super::stage::{PATIENCE, Stage};
use super::{Fault, Outcome, ensure, measured};
use crate::servers::{NORTH, now};

/// Readers give a reason; patients see it.
const PURPOSE: &str = "Treatment";

pub(super) async fn seal(stage: &mut Stage) -> Outcome {
    let (amir, maria) = (stage.member("amir").wallet.clone(), stage.member("maria").card.clone());
    let mut bytes = 0;
    for file in &mut stage.files {
        let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let draft = draft(maria.clone(), &name);
        let (author, source) = (amir.clone(), Source::File(file.path.clone()));
        file.reference = tokio::task::spawn_blocking(move || author.write_record(NORTH, &draft, &source)).await??;
        bytes += file.bytes;
    }
    amir.settle(PATIENCE).await?;
    Ok(measured([("bytes", bytes.into()), ("records", stage.files.len().into())]))
}

fn draft(patient: carekey_protocol::Certificate, name: &str) -> RecordDraft {
    RecordDraft {
        patient,
        title: name.to_owned(),
        media_type: "application/octet-stream".to_owned(),
        file_name: name.to_owned(),
        category: Collection::General,
        document_time: UnixMillis(now().0 / 1000 * 1000),
        supersedes: None,
    }
}

pub(super) async fn anchor(stage: &mut Stage) -> Outcome {
    let amir = &stage.member("amir").wallet;
    let mut last = 0;
    for row in amir.written()? {
        let Progress::Recorded { txid, height, .. } = row.anchor else {
            return Err(format!("{} is in no block", row.title).into());
        };
        amir.prove(NORTH, &txid).await?;
        last = last.max(height.0);
    }
    Ok(measured([("block", last.into())]))
}

pub(super) async fn discover(stage: &mut Stage) -> Outcome {
    let mut found = 0;
    for (key, passes) in [("ngozi", stage.files.len()), ("lena", 1), ("jonas", 1), ("amir", 0)] {
        let wallet = &stage.member(key).wallet;
        wallet.follow_until(PATIENCE, |wallet| Ok(wallet.shared()?.len() >= passes && wallet.pending()? == 0)).await?;
        let shared = wallet.shared()?;
        ensure!(shared.len() == passes, "{key} found {} grants instead of {passes}", shared.len());
        ensure!(
            shared.iter().all(|row| row.pass.patient_name.as_str() == "Maria Keller"),
            "{key} was told another patient's name"
        );
        found += shared.len();
    }
    Ok(measured([("grants", found.into())]))
}

pub(super) async fn access(stage: &mut Stage) -> Outcome {
    let patient = stage.member("maria").card.body.id;
    for key in ["ngozi", "lena", "jonas"] {
        let listing = stage.member(key).wallet.shared_records(&patient, PURPOSE).await?;
        ensure!(listing.refused.is_none(), "{key} was refused: {:?}", listing.refused);
        ensure!(
            stage.files.iter().all(|file| listing.records.iter().any(|record| record.item.reference == file.reference)),
            "{key} does not see every record"
        );
    }
    let mut bytes = 0;
    for file in &stage.files {
        bytes += open(stage, "ngozi", &file.reference).await?.bytes;
    }
    Ok(measured([("bytes", bytes.into())]))
}

pub(super) async fn verify(stage: &mut Stage) -> Outcome {
    let mut bytes = 0;
    for key in ["ngozi", "lena", "jonas"] {
        for file in &stage.files {
            let opened = open(stage, key, &file.reference).await?;
            let same = tokio::task::block_in_place(|| same_bytes(&opened, &file.path))?;
            ensure!(same, "{key} reads other bytes than {}", file.path.display());
            let author = opened.metadata.author.body.name.as_str();
            ensure!(author == "Dr Amir Haddad", "{key} is told that {author} wrote it");
            bytes += file.bytes;
        }
    }
    Ok(measured([("bytes", bytes.into()), ("readers", 3.into())]))
}

pub(super) async fn refuse_revoked(stage: &mut Stage) -> Outcome {
    refused_everywhere(stage, "at once").await?;
    stage.servers.restart(NORTH).await?;
    for member in stage.members.values() {
        member.wallet.remote().readdress(stage.servers.network_file()).await;
    }
    refused_everywhere(stage, "after a restart").await?;
    Ok(measured([("restarts", 1.into())]))
}

async fn refused_everywhere(stage: &Stage, when: &str) -> Result<(), Fault> {
    for key in ["ngozi", "lena"] {
        let outcome = super::intruder::ask_with_old_pass(stage, key).await?;
        ensure!(outcome == Some(Refusal::Revoked), "{key} was answered {outcome:?} {when}");
    }
    Ok(())
}

pub(super) async fn epoch(stage: &mut Stage) -> Outcome {
    // The one who stayed reads what there was, under the collection's new key.
    let (maria, jonas) = (stage.member("maria").wallet.clone(), stage.member("jonas").wallet.clone());
    maria.settle(PATIENCE).await?;
    jonas.follow_until(PATIENCE, |jonas| Ok(jonas.pending()? == 0)).await?;
    let patient = stage.member("maria").card.body.id;
    jonas.shared_records(&patient, PURPOSE).await?;
    let old = stage.files[0].reference;
    open(stage, "jonas", &old).await?;

    // And what was added afterwards.
    let amir = stage.member("amir").wallet.clone();
    let draft = draft(stage.member("maria").card.clone(), "added after the revocation");
    let added = amir.write_record(NORTH, &draft, &Source::Bytes(b"added after the revocation".to_vec()))?;
    amir.settle(PATIENCE).await?;
    maria.follow_until(PATIENCE, |maria| Ok(maria.record(&added).is_ok() && maria.pending()? == 0)).await?;
    jonas.shared_records(&patient, PURPOSE).await?;
    open(stage, "jonas", &added).await?;

    let lena = &stage.member("lena").wallet;
    lena.shared_records(&patient, PURPOSE).await?;
    let denied = lena.open_shared(&patient, &added, PURPOSE).await;
    ensure!(denied.is_err(), "the one who was shut out reads a new record");
    Ok(measured([("stayed", "jonas".into()), ("left", "lena".into())]))
}

async fn open(stage: &Stage, key: &str, reference: &RecordRef) -> Result<OpenedRecord, WalletError> {
    let patient = stage.member("maria").card.body.id;
    stage.member(key).wallet.open_shared(&patient, reference, PURPOSE).await
}

pub(super) fn same_bytes(opened: &OpenedRecord, path: &Path) -> Result<bool, Fault> {
    let (mut ours, mut theirs) = (opened.reader()?, File::open(path)?);
    let (mut a, mut b) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let read = fill(&mut theirs, &mut b)?;
        if fill(&mut ours, &mut a)? != read || a[..read] != b[..read] {
            return Ok(false);
        }
        if read == 0 {
            return Ok(true);
        }
    }
}

/// Reads until the buffer is full or the source ends.
fn fill(source: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// Used by steps that only need a wallet to have caught up.
pub(super) async fn caught_up(wallet: &Wallet) -> Result<(), WalletError> {
    wallet.follow_until(PATIENCE, |wallet| Ok(wallet.pending()? == 0)).await.map(drop)
}
