//! A new computer that calls for help: it has a fresh key, a name somebody typed, and whatever holders have answered.
//!
//! All of it lies in one sealed file, so that days of waiting survive every restart. The key that seals it is kept like a
//! wallet's, by [`Custody`](crate::custody::Custody).

pub(super) mod answers;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{
    Announcement, Note, PublicKey, Secret32, SecretKey, open_note_with, open_small, scan_notes, seal_small,
};
use carekey_protocol::message::SignedMessage;
use carekey_protocol::recovery::{Arrival, CallNumber, RecoveryCall, SignedSet, caller_id};
use carekey_protocol::transaction::KIND_MESSAGE;
use carekey_protocol::{Certificate, HospitalId, Text, UnixMillis, decode, encode};
use rand_core::Rng;
use tokio::sync::watch;
use zeroize::Zeroizing;

use self::answers::{Answers, Took};
pub use self::answers::{SeekerAnswer, SeekerState};
use crate::custody::RootMaterial;
use crate::error::WalletError;
use crate::files;
use crate::remote::{PAGES_MAX, Remote};
use crate::wallet::{clock, file_error, os_rng};

const FILE_NAME: &str = "call.sealed";
const MAGIC: &[u8] = b"CareKey call for help 1\n";
const SALT_BYTES: usize = 16;
/// Far above what so many answers take.
const FILE_BYTES_MAX: usize = 1 << 20;

/// The call is left in the mailboxes again after this long, before they forget it.
const CALL_AGAIN_MILLIS: u64 = 10 * 24 * 3600 * 1000;

/// Mailboxes are looked at this often.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// A hospital that does not answer within this is left for the next round.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is kept over restarts.
#[derive(Debug, Clone, BorshSerialize, BorshDeserialize)]
struct Kept {
    name: Text<64>,
    started: UnixMillis,
    /// When the call was last left at each hospital.
    posted: Vec<(HospitalId, UnixMillis)>,
    /// How far each mailbox was read.
    cursors: Vec<(HospitalId, u64)>,
    answers: Answers,
}

/// A call for help that is under way. Cheap to clone.
#[derive(Clone)]
pub struct Seeker(Arc<Inner>);

struct Inner {
    path: PathBuf,
    seal: Secret32,
    caller: SecretKey,
    number: CallNumber,
    remote: Remote,
    kept: Mutex<Kept>,
    looking: tokio::sync::Mutex<()>,
    changed: watch::Sender<u64>,
}

/// How a call stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeekerView {
    /// The name that was typed.
    pub name: String,
    /// What to read to the holders.
    pub number: CallNumber,
    /// When it began.
    pub started: UnixMillis,
    /// A mailbox has the call: the number can be used.
    pub posted: bool,
    /// Whose seed it is, as soon as a holder has answered.
    pub patient: Option<Certificate>,
    /// How many of how many parts are needed, as soon as that is known.
    pub of: Option<(u8, usize)>,
    /// Everybody who has answered, in that order.
    pub answers: Vec<SeekerAnswer>,
    /// There are enough parts.
    pub ready: bool,
}

/// What came back.
#[derive(Debug)]
pub struct Recovered {
    /// The seed.
    pub entropy: Secret32,
    /// Whose.
    pub patient: Certificate,
    /// The splitting it came from.
    pub signed: SignedSet,
    /// Who holds which part of it, as far as they have answered.
    pub holders: Vec<(u8, Certificate)>,
    /// E.
    pub caller: PublicKey,
}

impl std::fmt::Debug for Seeker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Seeker").field(&self.0.path).finish()
    }
}

impl Seeker {
    /// Whether a call is under way in a directory.
    pub fn exists(dir: &Path) -> bool {
        dir.join(FILE_NAME).exists()
    }

    /// Begins a call in a directory that custody has made.
    ///
    /// # Errors
    /// [`WalletError::File`].
    pub fn begin(dir: &Path, root: &RootMaterial, name: &str, remote: Remote) -> Result<Self, WalletError> {
        let kept = Kept {
            name: Text::truncated(name),
            started: clock(),
            posted: Vec::new(),
            cursors: Vec::new(),
            answers: Answers::default(),
        };
        let seeker = Self::with(dir, root, kept, remote);
        seeker.save()?;
        Ok(seeker)
    }

    /// Goes on with the call in a directory.
    ///
    /// # Errors
    /// [`WalletError::File`] if there is none, or it was changed.
    pub fn open(dir: &Path, root: &RootMaterial, remote: Remote) -> Result<Self, WalletError> {
        let path = dir.join(FILE_NAME);
        let bytes = files::read_bounded(&path, FILE_BYTES_MAX).map_err(|error| file_error(&path, error))?;
        let kept = unseal(&root.vault_key, &bytes).ok_or_else(|| damaged(&path))?;
        Ok(Self::with(dir, root, kept, remote))
    }

    fn with(dir: &Path, root: &RootMaterial, kept: Kept, remote: Remote) -> Self {
        let caller = SecretKey::from_secret(&root.entropy.derive("recovery-caller", &[]));
        let number = CallNumber::of(remote.network_id(), &caller.public());
        Self(Arc::new(Inner {
            path: dir.join(FILE_NAME),
            seal: root.vault_key.clone(),
            caller,
            number,
            remote,
            kept: Mutex::new(kept),
            looking: tokio::sync::Mutex::default(),
            changed: watch::channel(0).0,
        }))
    }

    /// Says when something changed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changed.subscribe()
    }

    /// The connection to the network.
    pub fn remote(&self) -> &Remote {
        &self.0.remote
    }

    /// How it stands.
    pub fn view(&self) -> SeekerView {
        let kept = self.kept();
        let leading = kept.answers.leading();
        SeekerView {
            name: kept.name.to_string(),
            number: self.0.number,
            started: kept.started,
            posted: !kept.posted.is_empty(),
            patient: leading.as_ref().map(|leading| leading.patient.clone()),
            of: leading.as_ref().map(|leading| (leading.signed.set.threshold, leading.signed.set.count())),
            ready: leading.as_ref().is_some_and(|leading| leading.is_enough()),
            answers: kept.answers.list(),
        }
    }

    /// What the parts bring back.
    ///
    /// # Errors
    /// [`WalletError::PartsMissing`]; [`WalletError::PartsWrong`] if they lead to no seed of the patient.
    pub fn recovered(&self) -> Result<Recovered, WalletError> {
        let kept = self.kept();
        let leading = kept.answers.leading().filter(|leading| leading.is_enough()).ok_or(WalletError::PartsMissing)?;
        let entropy = carekey_protocol::recovery::combine_parts(&leading.parts).map_err(|error| {
            tracing::warn!(%error, "parts were not combined");
            WalletError::PartsWrong
        })?;
        let (patient, signed, holders) = (leading.patient, leading.signed, leading.holders);
        Ok(Recovered { entropy, patient, signed, holders, caller: self.0.caller.public() })
    }

    /// Calls and listens until the future is dropped.
    pub async fn run(&self) {
        loop {
            if let Err(error) = self.look().await {
                tracing::debug!(%error, "the mailboxes were not read");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Leaves the call where it does not lie, and reads what was answered. Answers whether anything changed.
    ///
    /// # Errors
    /// [`WalletError::Network`] if no hospital answers; [`WalletError::File`].
    pub async fn look(&self) -> Result<bool, WalletError> {
        let _one_at_a_time = self.0.looking.lock().await;
        let mut trouble = None;
        let (mut changed, mut reached) = (false, false);
        for hospital in self.0.remote.hospitals() {
            match tokio::time::timeout(PATIENCE, self.look_at(hospital)).await {
                Ok(Ok(any)) => {
                    changed |= any;
                    reached = true;
                }
                Ok(Err(error)) => trouble = Some(error),
                Err(_) => tracing::debug!("a mailbox did not answer in time"),
            }
        }
        if changed {
            self.0.changed.send_modify(|version| *version += 1);
        }
        match trouble {
            Some(error) if !reached => Err(error),
            _ => Ok(changed),
        }
    }

    async fn look_at(&self, hospital: HospitalId) -> Result<bool, WalletError> {
        let mut changed = self.call_at(hospital).await?;
        for _ in 0..PAGES_MAX {
            let read = of(&self.kept().cursors, hospital).unwrap_or(0);
            let Some((notes, last)) = self.0.remote.notes(hospital, read, u64::MAX).await? else { break };
            changed |= self.take_notes(hospital, &notes, last).await?;
        }
        Ok(changed)
    }

    async fn take_notes(&self, hospital: HospitalId, notes: &[Note], last: u64) -> Result<bool, WalletError> {
        let mut changed = false;
        let messages = tokio::task::block_in_place(|| self.messages(notes));
        let (network, me) = (self.0.remote.network_id(), self.id());
        let authority = self.0.remote.genesis().authority_key;
        let mut kept = self.kept();
        let mut arrived = Vec::new();
        for message in messages {
            if message.verify(network, &authority, &me, clock()).is_err() {
                continue;
            }
            let from = message.from.clone();
            match kept.answers.take(network, &authority, message) {
                Took::Nothing => {}
                Took::News => changed = true,
                Took::Part(set) => {
                    changed = true;
                    arrived.push((from, set));
                }
            }
        }
        put(&mut kept.cursors, hospital, last);
        *self.0.kept.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        self.save()?;
        for (holder, set) in arrived {
            let arrival = Arrival::new(network, &self.0.caller, set);
            let note = arrival.seal(&SecretKey::generate(&mut os_rng()), &holder.body.receiving);
            let note = note.map_err(WalletError::Note)?;
            for mailbox in [hospital, holder.body.hospital] {
                // A holder who does not hear of it sends the part again, and is answered then.
                let _ = self.0.remote.post(mailbox, note.clone()).await;
            }
        }
        Ok(changed)
    }

    async fn call_at(&self, hospital: HospitalId) -> Result<bool, WalletError> {
        let kept = self.kept();
        let now = clock();
        if of(&kept.posted, hospital).is_some_and(|posted| posted.plus(CALL_AGAIN_MILLIS) > now) {
            return Ok(false);
        }
        let network = self.0.remote.network_id();
        let number = self.0.number;
        let meeting = tokio::task::spawn_blocking(move || number.meeting_point(network).public());
        let meeting = meeting.await.map_err(|error| WalletError::Outbox(error.to_string()))?;
        let call = RecoveryCall::new(network, &self.0.caller, kept.name, now);
        let note = call.seal(&SecretKey::generate(&mut os_rng()), &meeting).map_err(WalletError::Note)?;
        self.0.remote.post(hospital, note).await?;
        put(&mut self.0.kept.lock().unwrap_or_else(PoisonError::into_inner).posted, hospital, now);
        self.save()?;
        Ok(true)
    }

    fn messages(&self, notes: &[Note]) -> Vec<SignedMessage> {
        let announcements: Vec<Announcement> = notes.iter().map(|note| note.announcement).collect();
        let found = scan_notes(&self.0.caller, &announcements).into_iter();
        let opened = found.filter_map(|(at, shared)| open_note_with(&shared, KIND_MESSAGE, &notes[at]).ok());
        opened.filter_map(|plaintext| SignedMessage::read(&plaintext).ok()).collect()
    }

    fn id(&self) -> carekey_protocol::ParticipantId {
        caller_id(self.0.remote.genesis().authority, &self.0.caller.public())
    }

    fn kept(&self) -> Kept {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn save(&self) -> Result<(), WalletError> {
        let bytes = seal(&self.0.seal, &self.kept());
        files::write_atomically(&self.0.path, &bytes).map_err(|error| file_error(&self.0.path, error))
    }

    /// Removes the file of a call that is over. Custody's own files are removed by custody.
    ///
    /// # Errors
    /// [`WalletError::File`].
    pub fn forget(dir: &Path) -> Result<(), WalletError> {
        let path = dir.join(FILE_NAME);
        files::remove_durably(&path).map_err(|error| file_error(&path, error))
    }
}

fn of<T: Copy>(list: &[(HospitalId, T)], hospital: HospitalId) -> Option<T> {
    list.iter().find(|(of, _)| *of == hospital).map(|(_, value)| *value)
}

fn put<T>(list: &mut Vec<(HospitalId, T)>, hospital: HospitalId, value: T) {
    list.retain(|(of, _)| *of != hospital);
    list.push((hospital, value));
}

/// magic ‖ salt ‖ AES-256-GCM under a key derived for this salt.
fn seal(key: &Secret32, kept: &Kept) -> Vec<u8> {
    let mut salt = [0; SALT_BYTES];
    os_rng().fill_bytes(&mut salt);
    let sealed = seal_small(&key.derive("recovery-file", &[&salt]), MAGIC, &Zeroizing::new(encode(kept)));
    [MAGIC, &salt, &sealed].concat()
}

fn unseal(key: &Secret32, bytes: &[u8]) -> Option<Kept> {
    let (salt, sealed) = bytes.strip_prefix(MAGIC)?.split_first_chunk::<SALT_BYTES>()?;
    let plain = Zeroizing::new(open_small(&key.derive("recovery-file", &[salt]), MAGIC, sealed).ok()?);
    decode(&plain).ok()
}

fn damaged(path: &Path) -> WalletError {
    file_error(path, std::io::Error::new(std::io::ErrorKind::InvalidData, "the file was changed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_read_back_with_its_key_only() {
        let kept = Kept {
            name: Text::truncated("Maria Okafor"),
            started: UnixMillis(7),
            posted: vec![(HospitalId([0, 0, 1]), UnixMillis(8))],
            cursors: vec![(HospitalId([0, 0, 1]), 3)],
            answers: Answers::default(),
        };
        let (right, wrong) = (Secret32::from_bytes([1; 32]), Secret32::from_bytes([2; 32]));
        let bytes = seal(&right, &kept);
        assert_ne!(bytes, seal(&right, &kept), "no key seals twice");
        assert_eq!(unseal(&right, &bytes).unwrap().name, kept.name);
        assert!(unseal(&wrong, &bytes).is_none());
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(unseal(&right, &changed).is_none(), "byte {at}");
        }
    }
}
