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
use crate::types::{AppEvent, ErrorCode, ErrorView, TaskKind, TaskStarted, TaskStep};

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

/// Starts the task. It is done when the hospital has the record; without a hospital, when the record is safe here. Until
/// the hospital has it the person can take it back.
pub(crate) fn start(cx: &Context, profile: Arc<OpenProfile>, kind: TaskKind, sealing: Sealing) -> TaskStarted {
    let (app, label, size) = (cx.app.clone(), sealing.draft.title.clone(), sealing.size);
    cx.start_task(kind, &label, Some(size), move |task| async move {
        let turn = task.unless_cancelled(async { Ok::<_, ErrorView>(profile.sealing.lock().await) }).await?;
        task.check()?;
        task.step(TaskStep::Sealing);
        let events = profile.wallet.events();
        let (wallet, watching) = (profile.wallet.clone(), Arc::clone(&task));
        let reference = files::blocking(move || {
            let mut watch = |done| watching.progress(done, Some(size));
            Ok(wallet.write_record_watched(sealing.hospital, &sealing.draft, &sealing.source, &mut watch)?)
        })
        .await?;
        drop(turn);
        profile.keep_size(reference, size);
        app.tell_profile(&profile.id, &AppEvent::WrittenChanged);
        app.tell_profile(&profile.id, &AppEvent::RecordsChanged);
        task.step(TaskStep::Sending);
        match task.unless_cancelled(delivered(&profile.wallet, &task, &reference, events)).await {
            Err(error) if error.code == ErrorCode::Cancelled => {
                // Too late if the hospital has it: then it is there, and can be erased.
                if profile.wallet.take_back(&reference)? { Err(error) } else { Ok(Some(reference.to_string())) }
            }
            Err(error) => Err(error),
            Ok(()) => Ok(Some(reference.to_string())),
        }
    })
}

async fn delivered(
    wallet: &Wallet,
    task: &Task,
    reference: &RecordRef,
    mut events: broadcast::Receiver<WalletEvent>,
) -> Result<(), ErrorView> {
    // It goes on by itself when the hospital is back.
    let wait = || {
        task.step(TaskStep::Waiting);
        Ok(())
    };
    loop {
        if is_delivered(wallet, reference)? {
            return Ok(());
        }
        match tokio::time::timeout(LOOK_EVERY, events.recv()).await {
            Ok(Ok(WalletEvent::Upload { reference: of, done, total })) if of == *reference => {
                task.progress(done, Some(total));
            }
            Ok(Ok(WalletEvent::Reachable(false))) => return wait(),
            Err(_) if !wallet.is_reachable() => return wait(),
            Ok(Err(RecvError::Closed)) => return Ok(()),
            Ok(_) | Err(_) => {}
        }
    }
}

fn is_delivered(wallet: &Wallet, reference: &RecordRef) -> Result<bool, ErrorView> {
    Ok(wallet.written_record(reference)?.is_none_or(|row| row.anchor != Progress::Saved))
}
