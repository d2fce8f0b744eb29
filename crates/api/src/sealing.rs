//! Sealing a document and bringing it to its hospital, as a task.

use std::sync::Arc;
use std::time::Duration;

use carekey_protocol::{HospitalId, RecordRef};
use carekey_wallet::records::{RecordDraft, Source};
use carekey_wallet::vault::Progress;
use carekey_wallet::{Wallet, WalletEvent};
use tokio::sync::broadcast::{self, error::RecvError};

use crate::context::Context;
use crate::files;
use crate::opened::OpenProfile;
use crate::tasks::Task;
use crate::types::{AppEvent, ErrorView, TaskKind, TaskStarted};

/// An event may be missed; the state is looked at this often anyway.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A document to be sealed.
pub(crate) struct Sealing {
    pub(crate) hospital: HospitalId,
    pub(crate) draft: RecordDraft,
    pub(crate) source: Source,
    /// Its length in bytes.
    pub(crate) size: u64,
}

/// Starts the task. It is done when the hospital has the record; without a hospital, when the record is safe here.
pub(crate) fn start(cx: &Context, profile: Arc<OpenProfile>, kind: TaskKind, sealing: Sealing) -> TaskStarted {
    let (app, label, size) = (cx.app.clone(), sealing.draft.title.clone(), sealing.size);
    cx.start_task(kind, &label, Some(size), move |task| async move {
        task.check()?;
        let events = profile.wallet.events();
        let wallet = profile.wallet.clone();
        let reference =
            files::blocking(move || Ok(wallet.write_record(sealing.hospital, &sealing.draft, &sealing.source)?))
                .await?;
        // From here on the record exists: the person can erase it, and no longer cancel it.
        profile.keep_size(reference, size);
        app.tell_profile(&profile.id, &AppEvent::WrittenChanged);
        app.tell_profile(&profile.id, &AppEvent::RecordsChanged);
        delivered(&profile.wallet, &task, &reference, events).await?;
        Ok(Some(reference.to_string()))
    })
}

async fn delivered(
    wallet: &Wallet,
    task: &Task,
    reference: &RecordRef,
    mut events: broadcast::Receiver<WalletEvent>,
) -> Result<(), ErrorView> {
    loop {
        if is_delivered(wallet, reference)? {
            return Ok(());
        }
        match tokio::time::timeout(LOOK_EVERY, events.recv()).await {
            Ok(Ok(WalletEvent::Upload { reference: of, done, total })) if of == *reference => {
                task.progress(done, Some(total));
            }
            // It goes on by itself when the hospital is back.
            Ok(Ok(WalletEvent::Reachable(false))) => return Ok(()),
            Err(_) if !wallet.is_reachable() => return Ok(()),
            Ok(Err(RecvError::Closed)) => return Ok(()),
            Ok(_) | Err(_) => {}
        }
    }
}

fn is_delivered(wallet: &Wallet, reference: &RecordRef) -> Result<bool, ErrorView> {
    let written = wallet.written()?;
    Ok(written.iter().all(|row| row.reference != *reference || row.anchor != Progress::Saved))
}
