//! `restore` and `erase`: what words bring back, and what nothing brings back.

use std::collections::BTreeMap;

use carekey_ledger::{AnchorState, verify_chain};
use carekey_wallet::custody::RootMaterial;
use carekey_wallet::{Remote, Wallet};

use super::intruder::find;
use super::stage::{PATIENCE, Stage};
use super::{Outcome, ensure, measured};
use crate::servers::{NORTH, SOUTH, os_rng};

pub(super) async fn restore(stage: &mut Stage) -> Outcome {
    let maria = stage.member("maria");
    maria.wallet.settle(PATIENCE).await?;
    let root = RootMaterial::restore(&mut os_rng(), maria.root.entropy.clone());
    let dir = stage.home.path().join("restored");
    std::fs::create_dir_all(&dir)?;
    let restored = Wallet::open(&dir, &root, Remote::connect(stage.servers.network_file()).await?)?;
    restored.restore().await?;
    restored.settle(PATIENCE).await?;

    let records = |wallet: &Wallet| -> Result<BTreeMap<_, _>, carekey_wallet::WalletError> {
        let rows = wallet.records(None)?;
        Ok(rows.into_iter().map(|row| (row.reference, (row.title, row.collection, row.blob))).collect())
    };
    let (before, after) = (records(&maria.wallet)?, records(&restored)?);
    ensure!(before == after, "records before {before:?}, restored {after:?}");
    let grants = |wallet: &Wallet| -> Result<BTreeMap<_, _>, carekey_wallet::WalletError> {
        let rows = wallet.grants()?;
        Ok(rows
            .into_iter()
            .map(|row| (row.n, (row.what, row.grantee, row.grantee_name, row.revoke.is_some())))
            .collect())
    };
    let (before, after) = (grants(&maria.wallet)?, grants(&restored)?);
    ensure!(before == after, "grants before {before:?}, restored {after:?}");
    restored.open_record(&stage.files[0].reference).await?;
    restored.remote().disconnect().await;
    Ok(measured([("records", records(&restored)?.len().into()), ("grants", after.len().into())]))
}

pub(super) async fn erase(stage: &mut Stage) -> Outcome {
    let maria = &stage.member("maria").wallet;
    let file = &stage.files[0];
    let Some(txid) = maria.record(&file.reference)?.anchor.txid() else {
        return Err("the record has no anchor".into());
    };
    maria.erase(&file.reference).await?;
    maria.settle(PATIENCE).await?;
    ensure!(maria.records(None)?.iter().all(|row| row.reference != file.reference), "the record is still listed");
    ensure!(maria.open_record(&file.reference).await.is_err(), "the record still opens");

    let gone = || find(&stage.servers.hospital_dir(NORTH), &file.blob.to_string()).is_none();
    let deleted = maria.follow_until(PATIENCE, |_| Ok(gone())).await?;
    ensure!(deleted, "the ciphertext is still there");

    let head = maria.head_height().await;
    for hospital in [NORTH, SOUTH] {
        let mut reached = stage.servers.hospital(hospital).head();
        reached.wait_for(|height| *height >= head).await?;
        let ledger = stage.servers.hospital(hospital).ledger().clone();
        let genesis = stage.servers.network_file().genesis.clone();
        let checked = tokio::task::spawn_blocking(move || {
            let pruned = ledger.transaction(&txid).map(|found| found.is_none());
            let erased = ledger.anchor(&txid);
            (pruned, erased, verify_chain(&ledger, &genesis, |_, _| ()))
        });
        let (pruned, erased, report) = checked.await?;
        ensure!(pruned?, "the anchor's body is still at {hospital}");
        let erased = erased?;
        ensure!(matches!(erased, Some(AnchorState { erased: Some(_), .. })), "the anchor is {erased:?} at {hospital}");
        report?;
    }
    Ok(measured([("blocks", head.0.into())]))
}
