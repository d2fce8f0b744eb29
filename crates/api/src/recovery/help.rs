//! A new computer that calls for help. There is one call at a time; it lies in a folder of its own until everything is back.

use std::path::PathBuf;
use std::sync::Mutex;

use carekey_wallet::custody::{Custody, Keeper, KeeperKind, RootMaterial};
use carekey_wallet::recovery::{Seeker, SeekerState, SeekerView};
use carekey_wallet::{Remote, Wallet};
use secrecy::SecretString;
use tokio::task::JoinHandle;

use crate::app::{App, lock};
use crate::context::Context;
use crate::onboarding::{Made, checked_keeper, checked_name, rebuild};
use crate::types::{
    AppEvent, ErrorCode, ErrorView, HelpCancelRequest, HelpFinishRequest, HelpHolderState, HelpHolderView, HelpStage,
    HelpStartRequest, HelpStateRequest, HelpUnlockRequest, HelpView, SecretText, TaskKind, TaskStarted,
};
use crate::{errors, files, security, types, views};

/// This computer's call, while the program knows its key.
#[derive(Default)]
pub(crate) struct Helping {
    live: Mutex<Option<Live>>,
    /// One beginning, going on or ending at a time.
    gate: tokio::sync::Mutex<()>,
}

struct Live {
    seeker: Seeker,
    keeper: Keeper,
    worker: JoinHandle<()>,
}

impl Helping {
    fn seeker(&self) -> Option<(Seeker, Keeper)> {
        lock(&self.live).as_ref().map(|live| (live.seeker.clone(), live.keeper.clone()))
    }
}

pub(crate) async fn state(cx: &Context, _: HelpStateRequest) -> Result<HelpView, ErrorView> {
    cx.app.help_view().await
}

pub(crate) async fn start(cx: &Context, request: HelpStartRequest) -> Result<HelpView, ErrorView> {
    let name = checked_name(&request.name)?;
    let keeper = checked_keeper(request.custody, request.passphrase).await?;
    let network = cx.app.network_file_of(&cx.network()).await?;
    let _one_at_a_time = cx.app.helping.gate.lock().await;
    let dir = cx.app.help_dir();
    if Seeker::exists(&dir) {
        return Err(errors::invalid("a call for help is under way on this computer"));
    }
    let remote = Remote::connect(&network).await?;
    let kept = keeper.clone();
    let seeker = files::blocking(move || {
        forget(&dir)?;
        let root = RootMaterial::generate(&mut files::rng());
        Custody::at(&dir).store(&mut files::rng(), &kept, &root)?;
        Ok(Seeker::begin(&dir, &root, &name, remote)?)
    })
    .await?;
    cx.app.follow(seeker, keeper);
    cx.app.help_view().await
}

pub(crate) async fn unlock(cx: &Context, request: HelpUnlockRequest) -> Result<HelpView, ErrorView> {
    let network = cx.app.network_file_of(&cx.network()).await?;
    let _one_at_a_time = cx.app.helping.gate.lock().await;
    if cx.app.helping.seeker().is_none() {
        let dir = cx.app.help_dir();
        let remote = Remote::connect(&network).await?;
        let (seeker, keeper) = files::blocking(move || {
            let custody = Custody::at(&dir);
            let keeper = keeper(custody.profile()?.keeper, request.passphrase)?;
            let root = custody.unlock(&keeper)?;
            Ok((Seeker::open(&dir, &root, remote)?, keeper))
        })
        .await?;
        cx.app.follow(seeker, keeper);
    }
    cx.app.help_view().await
}

pub(crate) async fn finish(cx: &Context, _: HelpFinishRequest) -> Result<TaskStarted, ErrorView> {
    let (seeker, keeper) = cx.app.helping.seeker().ok_or_else(|| errors::plain(ErrorCode::Locked))?;
    let recovered = seeker.recovered()?;
    let name = recovered.patient.body.name.to_string();
    let id = cx.app.free_id(&name);
    let root = RootMaterial::restore(&mut files::rng(), recovered.entropy.clone());
    let made = Made { dir: cx.app.own_profiles_dir().join(&id), keeper, root };
    let (label, cx_task, network) = (name.clone(), cx.clone(), cx.network());
    Ok(cx.start_task(TaskKind::Restore, &label, None, move |task| async move {
        // The wallet that comes back knows that the call was its own, and who holds its parts.
        let prepare = |wallet: &Wallet| wallet.recovered_by(&recovered);
        if let Err(error) = rebuild(&cx_task, &task, &id, &name, &made, &network, prepare).await {
            made.forget().await;
            return Err(error);
        }
        cx_task.app.end_help().await?;
        Ok(None)
    }))
}

pub(crate) async fn cancel(cx: &Context, _: HelpCancelRequest) -> Result<HelpView, ErrorView> {
    cx.app.end_help().await?;
    cx.app.help_view().await
}

impl App {
    fn help_dir(&self) -> PathBuf {
        self.options.data_dir.join("call-for-help")
    }

    /// Lets the call go on in the background, and tells the windows what comes of it.
    fn follow(&self, seeker: Seeker, keeper: Keeper) {
        let (app, running, mut changes) = (self.clone(), seeker.clone(), seeker.changes());
        let worker = tokio::spawn(async move {
            let tell = async {
                while changes.changed().await.is_ok() {
                    app.tell_all(&AppEvent::RecoveryChanged);
                }
            };
            tokio::join!(running.run(), tell);
        });
        *lock(&self.helping.live) = Some(Live { seeker, keeper, worker });
    }

    async fn help_view(&self) -> Result<HelpView, ErrorView> {
        if let Some((seeker, _)) = self.helping.seeker() {
            return Ok(view(seeker.view()));
        }
        let dir = self.help_dir();
        files::blocking(move || {
            let keeper = match Seeker::exists(&dir) {
                true => Custody::at(&dir).profile().ok().map(|profile| profile.keeper),
                false => None,
            };
            Ok(HelpView {
                stage: if keeper.is_some() { HelpStage::Locked } else { HelpStage::None },
                name: String::new(),
                number: String::new(),
                started: 0,
                patient: None,
                threshold: None,
                arrived: 0,
                holders: Vec::new(),
                custody: keeper.map_or(types::Custody::Keyring, security::custody_view),
            })
        })
        .await
    }

    /// Nothing of the call remains.
    async fn end_help(&self) -> Result<(), ErrorView> {
        let _one_at_a_time = self.helping.gate.lock().await;
        self.stop_helping().await;
        let dir = self.help_dir();
        files::blocking(move || forget(&dir)).await?;
        self.tell_all(&AppEvent::RecoveryChanged);
        Ok(())
    }

    /// The call rests until it is gone on with.
    pub(crate) async fn stop_helping(&self) {
        let live = lock(&self.helping.live).take();
        if let Some(Live { seeker, worker, .. }) = live {
            worker.abort();
            // Cancelled, as asked.
            let _ = worker.await;
            seeker.remote().disconnect().await;
        }
    }
}

/// Removes what lies in the folder of a call, complete or not.
fn forget(dir: &std::path::Path) -> Result<(), ErrorView> {
    if !dir.exists() {
        return Ok(());
    }
    Seeker::forget(dir)?;
    if let Err(error) = Custody::at(dir).forget() {
        tracing::debug!(%error, "a call's key was not removed");
    }
    std::fs::remove_dir_all(dir).map_err(|error| errors::unwritable(dir, &error))
}

fn keeper(kind: KeeperKind, typed: Option<SecretText>) -> Result<Keeper, ErrorView> {
    match (kind, typed) {
        (KeeperKind::Keyring, _) => Ok(Keeper::Keyring),
        (_, None) => Err(errors::plain(ErrorCode::Locked)),
        (KeeperKind::PinFile, Some(typed)) => Ok(Keeper::Pin(SecretString::from(typed.into_inner()))),
        (KeeperKind::PassphraseFile, Some(typed)) => Ok(Keeper::Passphrase(SecretString::from(typed.into_inner()))),
    }
}

fn view(view: SeekerView) -> HelpView {
    let holders = view.answers.iter().map(|answer| {
        let (state, release_at) = match answer.state {
            SeekerState::Agreed { release } => (HelpHolderState::Agreed, Some(release.0)),
            SeekerState::Declined => (HelpHolderState::Declined, None),
            SeekerState::Stopped => (HelpHolderState::Stopped, None),
            SeekerState::Released => (HelpHolderState::Released, None),
            SeekerState::Arrived => (HelpHolderState::Arrived, None),
            SeekerState::Wrong => (HelpHolderState::Wrong, None),
            SeekerState::Other => (HelpHolderState::Other, None),
        };
        let name = answer.holder.body.name.to_string();
        HelpHolderView { initials: views::people::initials(&name), name, state, release_at }
    });
    let holders: Vec<HelpHolderView> = holders.collect();
    HelpView {
        stage: match (view.ready, view.posted) {
            (true, _) => HelpStage::Ready,
            (false, true) => HelpStage::Waiting,
            (false, false) => HelpStage::Calling,
        },
        name: view.name,
        number: view.number.to_string(),
        started: view.started.0,
        patient: view.patient.map(|patient| patient.body.name.to_string()),
        threshold: view.of.map(|(threshold, _)| threshold),
        arrived: holders.iter().filter(|holder| holder.state == HelpHolderState::Arrived).count() as u32,
        holders,
        custody: types::Custody::Keyring,
    }
}
