//! What must not work: asking without a grant, changed bytes, replayed requests, passes that were stopped.

use std::fs;
use std::path::{Path, PathBuf};

use carekey_crypto::{Digest, SecretKey};
use carekey_network::records::{ACCESS, ANSWER_BYTES_MAX, AccessAnswer, AccessChallenge, MESSAGE_BYTES_MAX};
use carekey_network::{NetworkFile, Node, NodeKey, NodeLimits};
use carekey_protocol::access::{AccessBody, AccessRequest, Refusal};
use carekey_protocol::pass::{PassTerms, Scope, Target};
use carekey_protocol::{Pass, Text, UnixMillis};
use carekey_wallet::WalletError;
use carekey_wallet::reading::Check;

use super::stage::Stage;
use super::{Fault, Outcome, ensure, measured};
use crate::servers::{NORTH, os_rng};

/// A node of nobody, which knows where everybody is.
pub(super) async fn node(network: &NetworkFile) -> Result<Node, Fault> {
    let node = Node::start(&NodeKey::generate(&mut os_rng()), &[], NodeLimits::wallet()).await?;
    node.remember(network.authority.clone()).await;
    for address in network.hospitals.values() {
        node.remember(address.clone()).await;
    }
    Ok(node)
}

/// Asks North with what `make` builds from its challenge.
async fn ask(stage: &Stage, make: impl FnOnce(&AccessChallenge) -> AccessRequest) -> Result<AccessAnswer, Fault> {
    let network = stage.servers.network_file();
    let node = node(network).await?;
    let mut channel = node.open_stream(network.hospitals[&NORTH].peer_id, ACCESS).await?;
    let challenge: AccessChallenge = channel.receive(MESSAGE_BYTES_MAX).await?;
    channel.send(&make(&challenge), MESSAGE_BYTES_MAX).await?;
    let answer = channel.receive(ANSWER_BYTES_MAX).await?;
    drop(channel);
    node.shut_down().await;
    Ok(answer)
}

/// A well-formed request for `target` by one of the members, with terms of their own making.
fn body(stage: &Stage, key: &str, target: Target, authorisation: &SecretKey) -> AccessBody {
    let member = stage.member(key);
    let terms = PassTerms {
        target,
        grantee: member.keys.identity.public(),
        scope: Scope::Read,
        not_before: UnixMillis(0),
        not_after: UnixMillis::MAX,
        rho: Digest([7; 32]),
    };
    AccessBody {
        authorised: terms.sign(authorisation),
        terms,
        item: None,
        purpose: Text::truncated("Curiosity"),
        certificate: member.card.clone(),
    }
}

pub(super) async fn refuse_ungranted(stage: &mut Stage) -> Outcome {
    let own_key = SecretKey::generate(&mut os_rng());
    let reader = &stage.member("ngozi").keys.identity;
    let made_up = body(stage, "ngozi", Target::Catalogue(Digest([9; 32])), &own_key);
    let answer = ask(stage, |challenge| AccessRequest::new(made_up, &challenge.0, &NORTH, reader)).await?;
    ensure!(answer == AccessAnswer::Refused(Refusal::NotGranted), "asking for nothing that exists: {answer:?}");

    // The handle of Maria's catalogue, were it to leak, is of no use without her signature.
    let root = &stage.member("maria").keys.root;
    let epoch_secret = carekey_protocol::derive::derive_epoch_secret(root, carekey_protocol::Collection::General, 0);
    let handle = carekey_protocol::derive::derive_catalogue_handle(&epoch_secret);
    let forged = body(stage, "ngozi", Target::Catalogue(handle), &own_key);
    let answer = ask(stage, |challenge| AccessRequest::new(forged, &challenge.0, &NORTH, reader)).await?;
    ensure!(answer == AccessAnswer::Refused(Refusal::PassForged), "a pass of one's own making: {answer:?}");
    Ok(measured([("refused", 2.into())]))
}

/// A member's first pass, as its wallet keeps it, whether it still opens anything or not.
fn pass_of(stage: &Stage, key: &str) -> Result<Pass, Fault> {
    let shared = stage.member(key).wallet.shared()?;
    Ok(shared.into_iter().next().ok_or("no pass was found")?.pass)
}

fn request_body(stage: &Stage, key: &str, pass: &Pass) -> AccessBody {
    AccessBody {
        terms: pass.terms.clone(),
        authorised: pass.authorised,
        item: None,
        purpose: Text::truncated("Treatment"),
        certificate: stage.member(key).card.clone(),
    }
}

pub(super) async fn ask_with_old_pass(stage: &Stage, key: &str) -> Result<Option<Refusal>, Fault> {
    let body = request_body(stage, key, &pass_of(stage, key)?);
    let reader = &stage.member(key).keys.identity;
    match ask(stage, |challenge| AccessRequest::new(body, &challenge.0, &NORTH, reader)).await? {
        AccessAnswer::Refused(refusal) => Ok(Some(refusal)),
        _ => Ok(None),
    }
}

pub(super) async fn replay(stage: &mut Stage) -> Outcome {
    let body = request_body(stage, "ngozi", &pass_of(stage, "ngozi")?);
    let reader = &stage.member("ngozi").keys.identity;
    let mut captured = None;
    let first = ask(stage, |challenge| {
        let request = AccessRequest::new(body, &challenge.0, &NORTH, reader);
        captured = Some(request.clone());
        request
    });
    let first = first.await?;
    ensure!(matches!(first, AccessAnswer::Record { .. }), "the genuine request was answered {first:?}");
    let captured = captured.ok_or("nothing was captured")?;
    let replayed = ask(stage, |_| captured).await?;
    ensure!(replayed == AccessAnswer::Refused(Refusal::NotFresh), "the captured request was answered {replayed:?}");
    Ok(measured([("refusal", "not fresh".into())]))
}

pub(super) async fn tamper(stage: &mut Stage) -> Outcome {
    let file = stage.files.iter().max_by_key(|file| file.bytes).ok_or("no file")?;
    let stored =
        find(&stage.servers.hospital_dir(NORTH), &file.blob.to_string()).ok_or("the stored record was not found")?;
    let middle = fs::metadata(&stored)?.len() / 2;
    flip(&stored, middle)?;
    let patient = stage.member("maria").card.body.id;
    let outcome = stage.member("ngozi").wallet.open_shared(&patient, &file.reference, "Treatment").await;
    flip(&stored, middle)?;
    let named = match outcome {
        Err(WalletError::Withheld(withheld)) if withheld.check == Check::Content => withheld.reason,
        other => return Err(format!("one flipped byte led to {other:?}").into()),
    };
    stage.member("ngozi").wallet.open_shared(&patient, &file.reference, "Treatment").await?;
    Ok(measured([("detected", named.into())]))
}

fn flip(path: &Path, position: u64) -> std::io::Result<()> {
    use std::io::{Read, Seek, SeekFrom, Write};
    let mut file = fs::OpenOptions::new().read(true).write(true).open(path)?;
    let mut byte = [0];
    file.seek(SeekFrom::Start(position))?;
    file.read_exact(&mut byte)?;
    byte[0] ^= 1;
    file.seek(SeekFrom::Start(position))?;
    file.write_all(&byte)
}

/// The file below `dir` whose name begins with `name`.
pub(super) fn find(dir: &Path, name: &str) -> Option<PathBuf> {
    for entry in fs::read_dir(dir).ok()?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if let Some(found) = find(&path, name) {
                return Some(found);
            }
        } else if entry.file_name().to_string_lossy().starts_with(name) {
            return Some(path);
        }
    }
    None
}
