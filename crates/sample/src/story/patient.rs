//! The patient: finding, depositing, granting, seeing who looked, stopping (S2 Alg. 4 steps 6–8, Alg. 5 steps 1–5).

use carekey_protocol::{Collection, UnixMillis};
use carekey_wallet::grants::{GrantDraft, GrantTarget};
use carekey_wallet::vault::Progress;

use super::clinic::caught_up;
use super::stage::{PATIENCE, Stage};
use super::{Outcome, ensure, measured};
use crate::servers::NORTH;

pub(super) async fn announce(stage: &mut Stage) -> Outcome {
    let maria = stage.member("maria").wallet.clone();
    let wanted = stage.files.len();
    maria.follow_until(PATIENCE, |maria| Ok(maria.records(None)?.len() >= wanted)).await?;
    for file in &mut stage.files {
        let row = maria.record(&file.reference)?;
        let author = maria.author(&row)?;
        ensure!(author.body.name.as_str() == "Dr Amir Haddad", "{} is said to be the author", author.body.name);
        let Some(txid) = row.anchor.txid() else { return Err("the announcement has no transaction".into()) };
        maria.prove(NORTH, &txid).await?;
        file.blob = row.blob;
    }
    for stranger in ["jonas", "ngozi"] {
        caught_up(&stage.member(stranger).wallet).await?;
        ensure!(stage.member(stranger).wallet.records(None)?.is_empty(), "{stranger} found somebody else's records");
    }
    Ok(measured([("records", wanted.into())]))
}

pub(super) async fn deposit(stage: &mut Stage) -> Outcome {
    let maria = &stage.member("maria").wallet;
    maria.settle(PATIENCE).await?;
    let mut opened = 0;
    for file in &stage.files {
        opened += maria.open_record(&file.reference).await?.bytes;
    }
    Ok(measured([("bytes", opened.into())]))
}

pub(super) async fn grant(stage: &mut Stage) -> Outcome {
    let maria = stage.member("maria").wallet.clone();
    let before = maria.remote().traffic();
    let draft = |key: &str, what| GrantDraft {
        grantee: stage.members[key].card.body.id,
        what,
        not_after: UnixMillis::MAX,
        purpose: "Treatment".to_owned(),
        note: None,
    };
    let mut grants = std::collections::BTreeMap::new();
    for file in &stage.files {
        let n = maria.grant(draft("ngozi", GrantTarget::Record(file.reference)))?;
        grants.entry("ngozi").or_insert_with(Vec::new).push(n);
    }
    for key in ["lena", "jonas"] {
        grants.insert(key, vec![maria.grant(draft(key, GrantTarget::Collection(Collection::General)))?]);
    }
    let decided: usize = grants.values().map(Vec::len).sum();
    stage.grants = grants;
    maria.settle(PATIENCE).await?;
    for row in maria.grants()? {
        ensure!(matches!(row.grant, Progress::Recorded { .. }), "grant {} is in no block", row.n);
    }
    let traffic = maria.remote().traffic().since(&before);
    Ok(measured([
        ("grants", decided.into()),
        ("bytes_sent", traffic.sent_bytes.into()),
        ("bytes_received", traffic.received_bytes.into()),
    ]))
}

pub(super) async fn audit(stage: &mut Stage) -> Outcome {
    let maria = &stage.member("maria").wallet;
    for key in ["ngozi", "lena", "jonas"] {
        stage.member(key).wallet.settle(PATIENCE).await?;
    }
    let readers = ["ngozi", "lena", "jonas"].map(|key| stage.member(key).card.body.id);
    let first = stage.files[0].reference;
    let complete = maria
        .follow_until(PATIENCE, |maria| {
            let log = maria.access_log()?;
            let read = |reader| {
                log.iter().any(|access| {
                    access.reader == reader
                        && access.record == Some(first)
                        && access.recorded.is_some()
                        // A family member's certificate is in no directory; their contact card is known here.
                        && access.proven
                        && access.purpose == "Treatment"
                })
            };
            Ok(readers.iter().all(|reader| read(*reader)))
        })
        .await?;
    ensure!(complete, "some reader's access is missing or unproven: {:?}", maria.access_log()?);
    let log = maria.access_log()?;
    ensure!(
        log.iter().any(|access| matches!(access.flags.first(), Some(carekey_wallet::access_log::Flag::Refused(_)))),
        "refused attempts are not shown"
    );
    Ok(measured([("accesses", log.len().into())]))
}

pub(super) async fn revoke(stage: &mut Stage) -> Outcome {
    let maria = stage.member("maria").wallet.clone();
    let mut last = 0;
    let gone: Vec<u64> = ["ngozi", "lena"].iter().flat_map(|key| stage.grants[key].clone()).collect();
    for n in &gone {
        maria.revoke(*n)?;
    }
    maria.settle(PATIENCE).await?;
    for row in maria.grants()?.into_iter().filter(|row| gone.contains(&row.n)) {
        let Some(Progress::Recorded { height, .. }) = row.revoke else {
            return Err(format!("the revocation of {} is in no block", row.n).into());
        };
        last = last.max(height.0);
    }
    Ok(measured([("revoked", gone.len().into()), ("block", last.into())]))
}
