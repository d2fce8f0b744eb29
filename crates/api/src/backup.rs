//! Saving a profile into one file, and bringing it back from there.

use carekey_crypto::Cost;
use carekey_network::NetworkFile;
use carekey_protocol::UnixMillis;
use carekey_wallet::backup::{self, Backup, Content, LABEL, NETWORK};
use carekey_wallet::{Remote, Wallet};
use secrecy::SecretString;

use crate::context::Context;
use crate::label::Label;
use crate::onboarding::{Made, checked_keeper};
use crate::security::BACKED_UP;
use crate::tasks::Task;
use crate::types::{
    AppEvent, BackupInspectRequest, BackupRestoreRequest, BackupSaveRequest, BackupView, ErrorView, SecretText,
    TaskKind, TaskStarted,
};
use crate::{errors, files};

/// A file can be tried by whoever finds it, without any waiting.
const PASSPHRASE_CHARS_MIN: usize = 10;

pub(crate) async fn save(cx: &Context, request: BackupSaveRequest) -> Result<TaskStarted, ErrorView> {
    let profile = cx.profile()?;
    let path = files::absolute(&request.path)?;
    if request.passphrase.expose().chars().count() < PASSPHRASE_CHARS_MIN {
        return Err(errors::invalid(format_args!("a backup needs {PASSPHRASE_CHARS_MIN} characters")));
    }
    let passphrase = secret(request.passphrase);
    let root = cx.app.unlock_again(&profile.id, request.secret).await?;
    let network = profile.network.file()?.to_json()?;
    let label = serde_json::to_vec(&Label::read(&profile.dir)).map_err(errors::internal)?;
    let name = files::name_of(&path);
    Ok(cx.start_task(TaskKind::Backup, &name, None, move |task| async move {
        let contents = profile.wallet.backup_contents(&root)?;
        files::blocking(move || {
            let kept = [(LABEL, label), (NETWORK, network.into_bytes())];
            let kept = kept.map(|(name, bytes)| (name.to_owned(), Content::Bytes(bytes)));
            let contents = kept.into_iter().chain(contents).collect();
            let go_on = &mut |done, total| task.progress(done, Some(total));
            let created = UnixMillis(files::now());
            let (rng, cost) = (&mut files::rng(), Cost::RECOMMENDED);
            let outcome = backup::write(rng, cost, &path, &passphrase, &root, created, contents, go_on);
            let _ = std::fs::remove_file(profile.dir.join("vault.copy"));
            outcome?;
            Ok(profile.wallet.choose(BACKED_UP, &created.0.to_string())?)
        })
        .await?;
        Ok(None)
    }))
}

pub(crate) async fn inspect(_: &Context, request: BackupInspectRequest) -> Result<BackupView, ErrorView> {
    let path = files::absolute(&request.path)?;
    let passphrase = secret(request.passphrase);
    files::blocking(move || Ok(BackupView { created: Backup::open(&path, &passphrase)?.created().0 })).await
}

pub(crate) async fn restore(cx: &Context, request: BackupRestoreRequest) -> Result<TaskStarted, ErrorView> {
    let path = files::absolute(&request.path)?;
    let keeper = checked_keeper(request.custody, request.new_secret).await?;
    let passphrase = secret(request.passphrase);
    let opened = files::blocking(move || Ok(Backup::open(&path, &passphrase)?)).await?;
    let root = opened.root();
    let replaced = cx.app.replaced(request.replaces, &root).await?;
    let dir = cx.app.own_profiles_dir().join(cx.app.free_id("from a backup"));
    let made = Made { dir, keeper, root };
    let task_cx = cx.clone();
    Ok(cx.start_task(TaskKind::Restore, "", None, move |task| async move {
        let outcome = bring_back(&task_cx, &task, opened, &made).await;
        if outcome.is_err() {
            made.forget().await;
        }
        if let (Ok(()), Some(replaced)) = (&outcome, replaced) {
            task_cx.app.remove_profile(replaced).await?;
        }
        outcome.map(|()| None)
    }))
}

/// The label comes last: until then the profile is not listed, and an interrupted attempt leaves nobody half there.
async fn bring_back(cx: &Context, task: &Task, opened: Backup, made: &Made) -> Result<(), ErrorView> {
    made.store().await?;
    let (label, network) = tokio::task::block_in_place(|| unpack(task, opened, made))?;
    let network = cx.app.join_network(&network).await?;
    let file = cx.app.network_file_of(&network).await?;
    let wallet = made.open(Remote::connect(&file).await?).await?;
    made.label(label.at(network.key())).await?;
    let id = files::name_of(&made.dir);
    cx.app.add_open(&id, &made.dir, wallet, false, &network);
    cx.show(&id);
    cx.app.tell(&cx.session, AppEvent::SessionChanged);
    Ok(())
}

fn unpack(task: &Task, opened: Backup, made: &Made) -> Result<(Label, NetworkFile), ErrorView> {
    let aside = made.dir.join("unpacked");
    opened.unpack(&aside, &mut |done, total| task.progress(done, Some(total)))?;
    let label = Label::read(&aside).unwrap_or_else(|| Label::new("CareKey"));
    let network = NetworkFile::load(&aside.join(NETWORK))?;
    for part in [backup::VAULT, "sealed"] {
        let target = made.dir.join(part);
        std::fs::rename(aside.join(part), &target).map_err(|error| errors::unwritable(&target, &error))?;
    }
    std::fs::remove_dir_all(&aside).map_err(|error| errors::unwritable(&aside, &error))?;
    Wallet::mark_restored(&made.dir, &made.root)?;
    Ok((label, network))
}

fn secret(text: SecretText) -> SecretString {
    SecretString::from(text.into_inner())
}
