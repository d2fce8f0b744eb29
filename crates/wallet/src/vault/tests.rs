//! The file's stories, and examples of rows for the tables' own tests.

use std::fs;
use std::path::Path;

use carekey_crypto::{Digest, Secret32, SecretKey, Signature, test_rng};
use carekey_protocol::pass::{PassDraft, PassSecret, PassTerms, Scope};
use carekey_protocol::record::RecordNotice;
use carekey_protocol::*;

use super::records::RecordRow;
use super::*;

pub(crate) const KEY: [u8; 32] = [0x5a; 32];

pub(crate) struct Home {
    dir: tempfile::TempDir,
    pub(crate) vault: Vault,
}

/// A vault in a directory that goes away with it.
pub(crate) fn vault() -> Home {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::create(dir.path(), &key()).unwrap();
    Home { dir, vault }
}

fn key() -> Secret32 {
    Secret32::from_bytes(KEY)
}

pub(crate) fn txid(n: u8) -> TxId {
    TxId(Digest([n; 32]))
}

pub(crate) fn recorded(n: u8) -> Progress {
    Progress::Recorded { txid: txid(n), height: BlockHeight(n.into()), time: UnixMillis(1_000 + u64::from(n)) }
}

pub(crate) fn notice(n: u8) -> RecordNotice {
    let secret = |salt| Secret32::from_bytes([n ^ salt; 32]);
    RecordNotice {
        record_key: secret(1),
        blind: secret(2),
        owner_secret: secret(3),
        content_root: Digest([n; 32]),
        sealed_bytes: 4_000,
        hospital: HospitalId([0, 0, 1]),
        blob: BlobId([n; 16]),
        author: CertificateSerial(7),
        category: Collection::Heart,
        document_time: UnixMillis(u64::from(n)),
        title: Text::truncated(&format!("Echocardiogram {n}")),
        media_type: Text::truncated("application/pdf"),
    }
}

pub(crate) fn record(n: u8) -> RecordRow {
    RecordRow::announced(RecordRef([n; 16]), recorded(n), notice(n), UnixMillis(5))
}

pub(crate) fn participant(n: u64) -> (SecretKey, ParticipantId) {
    let identity = SecretKey::generate(&mut test_rng(n));
    let id = ParticipantId::new(AuthorityId([0, 1]), HospitalId([0, 0, 1]), &identity.public());
    (identity, id)
}

pub(crate) fn certificate(serial: u64, person: u64, name: &str, valid_from: u64) -> Certificate {
    let (identity, id) = participant(person);
    let body = CertificateBody {
        serial: CertificateSerial(serial),
        network: NetworkId::default(),
        id,
        identity: identity.public(),
        receiving: identity.public(),
        role: Role::Doctor,
        name: Text::truncated(name),
        specialty: Text::truncated("Cardiology"),
        hospital: HospitalId([0, 0, 1]),
        valid_from: UnixMillis(valid_from),
        valid_until: UnixMillis::MAX,
    };
    Certificate::issue(body, &SecretKey::generate(&mut test_rng(99)))
}

pub(crate) fn pass(rho: u8, patient: u64) -> Pass {
    let (identity, patient) = participant(patient);
    let secret = PassSecret::Collection {
        epoch_secret: Secret32::from_bytes([rho; 32]),
        collection: Collection::Heart,
        epoch: 2,
    };
    let terms = PassTerms {
        target: secret.target(),
        grantee: participant(50).0.public(),
        scope: Scope::Read,
        not_before: UnixMillis(0),
        not_after: UnixMillis::MAX,
        rho: Digest([rho; 32]),
    };
    let draft = PassDraft {
        patient,
        patient_name: Text::truncated("Mia"),
        purpose: Text::truncated("Treatment"),
        terms,
        secret,
    };
    Pass::new(NetworkId::default(), draft, &SecretKey::generate(&mut test_rng(3)), &identity)
}

pub(crate) fn signature(n: u8) -> Signature {
    Signature([n; 64])
}

/// A closed vault with enough records for many pages, and its directory.
fn filled() -> tempfile::TempDir {
    let Home { dir, vault } = vault();
    let fill = |tx: &WriteTx<'_>| (0..200).try_for_each(|n| records::insert(tx, &record(n)));
    vault.write(fill).unwrap();
    drop(vault);
    dir
}

fn rewrite(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_was_written_is_there_after_reopening() {
    let dir = filled();
    let vault = Vault::open(dir.path(), &key()).unwrap();
    assert_eq!(vault.read(|tx| records::list(tx, None)).unwrap().len(), 200);
    assert_eq!(vault.read(|tx| records::get(tx, &RecordRef([9; 16]))).unwrap(), Some(record(9)));
    vault.check().unwrap();
}

#[test]
fn another_profiles_key_is_told_from_damage() {
    let dir = filled();
    let wrong = Secret32::from_bytes([1; 32]);
    assert!(matches!(Vault::open(dir.path(), &wrong), Err(VaultError::WrongKey { .. })));
    rewrite(&dir.path().join("vault.db"), |bytes| bytes[100] ^= 1);
    assert!(matches!(Vault::open(dir.path(), &key()), Err(VaultError::Damaged { .. })));
}

#[test]
fn a_changed_byte_on_any_page_is_noticed_when_opening() {
    let dir = filled();
    let path = dir.path().join("vault.db");
    let whole = fs::read(&path).unwrap();
    assert!(whole.len() > 10 * 4096, "several pages");
    for at in (7..whole.len()).step_by(4096 + 511) {
        rewrite(&path, |bytes| bytes[at] ^= 0x10);
        match Vault::open(dir.path(), &key()) {
            Err(VaultError::Damaged { path: named, .. }) => assert_eq!(named, path),
            other => panic!("byte {at}: {other:?}"),
        }
        fs::write(&path, &whole).unwrap();
    }
    Vault::open(dir.path(), &key()).unwrap();
}

#[test]
fn a_vault_that_was_cut_short_is_damaged_and_not_empty() {
    let dir = filled();
    let path = dir.path().join("vault.db");
    let whole = fs::read(&path).unwrap();
    for keep in [0, 1, 16, 4095, 4096, 3 * 4096, whole.len() - 4096, whole.len() - 1] {
        fs::write(&path, &whole[..keep]).unwrap();
        let outcome = Vault::open(dir.path(), &key());
        assert!(matches!(outcome, Err(VaultError::Damaged { .. })), "{keep} bytes kept: {outcome:?}");
        assert_eq!(fs::metadata(&path).unwrap().len(), keep as u64, "nothing was written to it");
    }
}

#[test]
fn a_lost_or_spoiled_check_beside_the_vault_costs_nothing() {
    let dir = filled();
    let check = dir.path().join("vault.check");
    for spoil in [&b""[..], &[0; 32], &[0; 1000]] {
        fs::write(&check, spoil).unwrap();
        Vault::open(dir.path(), &key()).unwrap();
        assert_eq!(fs::read(&check).unwrap().len(), 32, "it is made anew");
    }
    fs::remove_file(&check).unwrap();
    Vault::open(dir.path(), &key()).unwrap();
}

#[test]
fn opening_never_makes_a_vault_and_making_never_replaces_one() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Vault::open(dir.path(), &key()), Err(VaultError::Missing { .. })));
    assert!(!exists(dir.path()));
    drop(Vault::create(dir.path(), &key()).unwrap());
    assert!(matches!(Vault::create(dir.path(), &key()), Err(VaultError::Exists { .. })));
}

#[test]
fn a_creation_that_was_interrupted_leaves_no_vault_and_can_be_repeated() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("vault.db-new"), "half of one").unwrap();
    let Home { dir: other, vault: open } = vault();
    open.write(|tx| records::insert(tx, &record(1))).unwrap();
    for log in ["vault.db-new-wal", "vault.db-wal"] {
        fs::copy(other.path().join("vault.db-wal"), dir.path().join(log)).unwrap();
    }
    fs::write(dir.path().join("vault.check"), [1; 32]).unwrap();
    assert!(matches!(Vault::open(dir.path(), &key()), Err(VaultError::Missing { .. })));
    drop(Vault::create(dir.path(), &key()).unwrap());
    let vault = Vault::open(dir.path(), &key()).unwrap();
    assert_eq!(vault.read(|tx| records::list(tx, None)).unwrap(), [], "logs left behind are not replayed");
}

#[test]
fn a_profile_is_open_once() {
    let Home { dir, vault } = vault();
    assert!(matches!(Vault::open(dir.path(), &key()), Err(VaultError::InUse { .. })));
    assert!(matches!(Vault::remove(dir.path()), Err(VaultError::InUse { .. })));
    drop(vault);
    drop(Vault::open(dir.path(), &key()).unwrap());
    Vault::remove(dir.path()).unwrap();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn the_disk_shows_neither_titles_nor_keys() {
    let Home { dir, vault } = vault();
    vault.write(|tx| (0..50).try_for_each(|n| records::insert(tx, &record(n)))).unwrap();
    vault.write(|tx| settings::put(tx, "language", "Plattdüütsch")).unwrap();
    let search = |when: &str| {
        let hidden: [&[u8]; 5] = [b"Echocardiogram", "Plattd".as_bytes(), b"CREATE TABLE", b"SQLite format", &KEY];
        for entry in fs::read_dir(dir.path()).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            for needle in hidden {
                let found = bytes.windows(needle.len()).any(|window| window == needle);
                assert!(!found, "{} in {} {when}", String::from_utf8_lossy(needle), path.display());
            }
        }
    };
    assert!(fs::metadata(dir.path().join("vault.db-wal")).unwrap().len() > 4096, "the log is searched too");
    search("while open");
    drop(vault);
    search("after closing");
}

#[test]
fn errors_and_debug_output_carry_no_key() {
    let dir = filled();
    rewrite(&dir.path().join("vault.db"), |bytes| bytes[100] ^= 1);
    let error = Vault::open(dir.path(), &key()).unwrap_err();
    let shown = format!("{error} {error:?}").to_lowercase();
    assert!(!shown.contains("5a5a") && !shown.contains("pragma"), "{shown}");
}

#[test]
fn a_change_that_fails_midway_leaves_nothing() {
    let Home { vault, .. } = vault();
    vault.write(|tx| records::insert(tx, &record(1))).unwrap();
    let outcome: Result<(), VaultError> = vault.write(|tx| {
        settings::put(tx, "theme", "dark")?;
        outbox::push(tx, "grant", 0, b"", UnixMillis(0))?;
        records::insert(tx, &record(2))?;
        assert!(records::get(tx, &RecordRef([2; 16]))?.is_some(), "the change itself sees what it wrote");
        records::insert(tx, &record(1))
    });
    assert!(matches!(outcome, Err(VaultError::Conflict { .. })), "{outcome:?}");
    vault
        .read(|tx| {
            assert_eq!(settings::get(tx, "theme")?, None);
            assert_eq!(outbox::list(tx)?, []);
            assert_eq!(records::list(tx, None)?.len(), 1);
            Ok::<_, VaultError>(())
        })
        .unwrap();
}

#[test]
fn a_change_that_panics_midway_leaves_nothing_and_harms_nobody() {
    let Home { vault, .. } = vault();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        vault.write::<(), VaultError>(|tx| {
            settings::put(tx, "theme", "dark")?;
            panic!("in the middle");
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(vault.read(|tx| settings::get(tx, "theme")).unwrap(), None);
    vault.write(|tx| settings::put(tx, "theme", "light")).unwrap();
}

#[test]
fn errors_of_the_callers_own_pass_through_and_roll_back() {
    #[derive(Debug)]
    enum Mine {
        Refused,
        Vault(#[expect(dead_code, reason = "shown when the test fails")] VaultError),
    }
    impl From<VaultError> for Mine {
        fn from(error: VaultError) -> Self {
            Self::Vault(error)
        }
    }
    let Home { vault, .. } = vault();
    let outcome = vault.write(|tx| {
        settings::put(tx, "theme", "dark")?;
        Err::<(), _>(Mine::Refused)
    });
    assert!(matches!(outcome, Err(Mine::Refused)));
    assert_eq!(vault.read(|tx| settings::get(tx, "theme")).unwrap(), None);
}

#[test]
fn a_structure_of_another_type_is_called_damage() {
    let Home { vault, .. } = vault();
    vault.write(|tx| meta::put(tx, meta::Key::LightClient, &(BlockHeight(7), txid(1)))).unwrap();
    let read = vault.read(|tx| meta::get::<(BlockHeight, TxId)>(tx, meta::Key::LightClient)).unwrap();
    assert_eq!(read, Some((BlockHeight(7), txid(1))));
    let other = vault.read(|tx| meta::get::<Certificate>(tx, meta::Key::LightClient));
    assert!(matches!(other, Err(VaultError::Damaged { .. })));
    vault.write(|tx| meta::remove(tx, meta::Key::LightClient)).unwrap();
    assert_eq!(vault.read(|tx| meta::get::<u8>(tx, meta::Key::LightClient)).unwrap(), None);
}

#[cfg(unix)]
#[test]
fn nobody_else_can_look() {
    use std::os::unix::fs::PermissionsExt;
    let Home { dir, vault } = vault();
    vault.write(|tx| settings::put(tx, "a", "b")).unwrap();
    for entry in fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", entry.path().display());
    }
}
