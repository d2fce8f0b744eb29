//! A backup comes back whole, or says what is wrong with it.

use carekey_crypto::test_rng;
use proptest::prelude::*;

use super::*;

fn root() -> RootMaterial {
    RootMaterial::generate(&mut test_rng(1))
}

fn contents(vault: Vec<u8>) -> Vec<(String, Content)> {
    let sealed = format!("{SEALED}{}", "0a".repeat(16));
    vec![
        (LABEL.into(), Content::Bytes(b"{}".to_vec())),
        (sealed, Content::Bytes(vec![7; 100])),
        (VAULT.into(), Content::Bytes(vault)),
    ]
}

fn made(path: &Path, vault: Vec<u8>) {
    let go_on = &mut |_: u64, _: u64| true;
    let passphrase = "seven calm herons".into();
    write(&mut test_rng(2), Cost::TOY, path, &passphrase, &root(), UnixMillis(9), contents(vault), go_on).unwrap();
}

fn opened(path: &Path) -> Result<Backup, BackupError> {
    Backup::open(path, &"seven calm herons".into())
}

#[test]
fn everything_comes_back_also_across_chunks() {
    for size in [0, 1, CHUNK_BYTES - 102, CHUNK_BYTES - 101, 3 * CHUNK_BYTES + 5] {
        let home = tempfile::tempdir().unwrap();
        let (path, dir) = (home.path().join("eva.carekey"), home.path().join("eva"));
        let vault: Vec<u8> = (0..size).map(|i| i as u8).collect();
        made(&path, vault.clone());
        let backup = opened(&path).unwrap();
        assert_eq!((backup.root(), backup.created()), (root(), UnixMillis(9)));
        backup.unpack(&dir, &mut |_, _| true).unwrap();
        assert_eq!(fs::read(dir.join(VAULT)).unwrap(), vault, "{size}");
        assert_eq!(fs::read(dir.join(SEALED).join("0a".repeat(16))).unwrap(), [7; 100]);
    }
}

/// Made by the first version from the same contents; every later one must read it.
const FIRST: &[u8] = include_bytes!("../../vectors/backup-1.carekey");

#[test]
fn a_backup_of_the_first_version_is_read_and_made_alike() {
    let home = tempfile::tempdir().unwrap();
    let (path, dir) = (home.path().join("eva.carekey"), home.path().join("eva"));
    made(&path, b"the vault".to_vec());
    assert_eq!(fs::read(&path).unwrap(), FIRST);
    fs::write(&path, FIRST).unwrap();
    let backup = opened(&path).unwrap();
    assert_eq!(backup.root(), root());
    backup.unpack(&dir, &mut |_, _| true).unwrap();
    assert_eq!(fs::read(dir.join(VAULT)).unwrap(), b"the vault");
}

#[test]
fn nothing_of_it_is_in_the_clear() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("eva.carekey");
    made(&path, b"Maria Keller, born 1955".repeat(50));
    let bytes = fs::read(&path).unwrap();
    for secret in [b"Maria Keller".as_slice(), root().entropy.expose(), root().vault_key.expose(), b"label.json"] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
    assert!(matches!(Backup::open(&path, &"seven loud herons".into()), Err(BackupError::WrongPassphrase)));
}

#[test]
fn every_cut_and_every_changed_byte_is_noticed_and_leaves_no_vault() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("eva.carekey");
    made(&path, vec![1; 40]);
    let whole = fs::read(&path).unwrap();
    let mut broken: Vec<Vec<u8>> = (0..whole.len()).map(|at| whole[..at].to_vec()).collect();
    broken.push([whole.as_slice(), b"x"].concat());
    broken.extend((0..whole.len()).map(|at| {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        changed
    }));
    for (n, bytes) in broken.into_iter().enumerate() {
        fs::write(&path, bytes).unwrap();
        let dir = home.path().join(format!("restored-{n}"));
        let outcome = opened(&path).and_then(|backup| backup.unpack(&dir, &mut |_, _| true));
        assert!(outcome.is_err(), "change {n}");
        assert!(!dir.join(VAULT).exists(), "change {n}");
    }
}

#[test]
fn a_backup_that_was_stopped_leaves_the_older_one() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("eva.carekey");
    made(&path, b"older".to_vec());
    let more = contents(vec![2; 5 * CHUNK_BYTES]);
    let passphrase = "seven calm herons".into();
    let stopped =
        write(&mut test_rng(3), Cost::TOY, &path, &passphrase, &root(), UnixMillis(10), more, &mut |_, _| false);
    assert!(matches!(stopped, Err(BackupError::Cancelled)));
    assert_eq!(opened(&path).unwrap().created(), UnixMillis(9));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "and nothing beside it");
}

#[test]
fn what_is_none_and_what_is_newer_are_called_so() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("file");
    fs::write(&path, b"%PDF-1.7 a letter, not a backup").unwrap();
    assert!(matches!(opened(&path), Err(BackupError::Damaged(_))));
    fs::write(&path, b"CareKey backup 9\nwhatever comes then").unwrap();
    assert!(matches!(opened(&path), Err(BackupError::Newer)));
}

#[test]
fn a_hostile_backup_writes_nowhere_else() {
    let entry = |name: &str, bytes| (name.to_owned(), bytes);
    for bad in ["../vault.db", "sealed/../../x", "/etc/passwd", "profile.json", "root.sealed", "sealed/", ""] {
        assert!(check_entries(&[entry(VAULT, 1), entry(bad, 1)]).is_err(), "{bad}");
    }
    assert!(check_entries(&[entry(VAULT, 1), entry(VAULT, 1)]).is_err(), "twice");
    assert!(check_entries(&[entry(LABEL, 1)]).is_err(), "no vault");
    assert!(check_entries(&[entry(VAULT, u64::MAX), entry(LABEL, 1)]).is_err(), "impossible");
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_harm(bytes: Vec<u8>) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("b");
        fs::write(&path, [MAGIC, &bytes].concat()).unwrap();
        prop_assert!(opened(&path).is_err());
    }
}
