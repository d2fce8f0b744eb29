//! The passphrase keeper, from creation to forgetting. The keyring's stories need a keyring: `tests/real_keyring.rs`.

use std::fs;

use carekey_crypto::test_rng;

use super::*;

fn passphrase(text: &str) -> Keeper {
    Keeper::Passphrase(text.into())
}

fn profile_under(text: &str) -> (tempfile::TempDir, Custody, RootMaterial) {
    let home = tempfile::tempdir().unwrap();
    let custody = Custody::at(home.path().join("mia")).with_cost(Cost::TOY);
    let root = RootMaterial::generate(&mut test_rng(1));
    custody.store(&mut test_rng(2), &passphrase(text), &root).unwrap();
    (home, custody, root)
}

#[test]
fn the_right_passphrase_opens_and_a_wrong_one_says_so() {
    let (_home, custody, root) = profile_under("correct horse");
    assert_eq!(custody.profile().unwrap().keeper, KeeperKind::PassphraseFile);
    assert_eq!(custody.unlock(&passphrase("correct horse")).unwrap(), root);
    assert!(matches!(custody.unlock(&passphrase("correct hors")), Err(CustodyError::WrongPassphrase)));
    assert!(matches!(custody.unlock(&passphrase("")), Err(CustodyError::WrongPassphrase)));
}

#[test]
fn the_keyring_is_not_asked_for_what_a_passphrase_keeps() {
    let (_home, custody, _) = profile_under("correct horse");
    let outcome = custody.unlock(&Keeper::Keyring);
    assert!(matches!(outcome, Err(CustodyError::OtherKeeper { recorded: KeeperKind::PassphraseFile })));
}

#[test]
fn a_damaged_file_is_never_called_a_wrong_passphrase() {
    let (_home, custody, _) = profile_under("correct horse");
    let path = SealedFile::Passphrase.path(custody.dir());
    let whole = fs::read(&path).unwrap();
    let mut broken: Vec<Vec<u8>> = (0..whole.len()).map(|i| whole[..i].to_vec()).collect();
    broken.extend((0..whole.len()).map(|i| {
        let mut changed = whole.clone();
        changed[i] ^= 1;
        changed
    }));
    broken.push([whole.as_slice(), b"x"].concat());
    broken.push(vec![0; 100_000]);
    for bytes in broken {
        fs::write(&path, bytes).unwrap();
        let outcome = custody.unlock(&passphrase("correct horse"));
        assert!(matches!(outcome, Err(CustodyError::PassphraseFileDamaged { .. })));
    }
    fs::remove_file(&path).unwrap();
    let outcome = custody.unlock(&passphrase("correct horse"));
    assert!(matches!(outcome, Err(CustodyError::PassphraseFileGone { .. })));
}

#[test]
fn a_changed_passphrase_replaces_the_old_one() {
    let (_home, custody, root) = profile_under("correct horse");
    let (old, new) = (passphrase("correct horse"), passphrase("battery staple"));
    assert!(matches!(custody.move_to(&mut test_rng(3), &new, &old), Err(CustodyError::WrongPassphrase)));
    let short = custody.move_to(&mut test_rng(3), &old, &passphrase("1234567"));
    assert!(matches!(short, Err(CustodyError::PassphraseTooShort { chars_min: 8 })));
    assert_eq!(custody.unlock(&passphrase("correct horse")).unwrap(), root, "a refused change changes nothing");

    custody.move_to(&mut test_rng(3), &old, &new).unwrap();
    assert!(matches!(custody.unlock(&passphrase("correct horse")), Err(CustodyError::WrongPassphrase)));
    assert_eq!(custody.unlock(&passphrase("battery staple")).unwrap(), root);
}

#[test]
fn guessing_gets_slower_and_the_right_passphrase_has_to_wait_too() {
    let (_home, custody, _) = profile_under("correct horse");
    for guess in ["a", "b", "c", "d", "e"] {
        assert!(matches!(custody.unlock(&passphrase(guess)), Err(CustodyError::WrongPassphrase)));
    }
    let again = Custody::at(custody.dir());
    let outcome = again.unlock(&passphrase("correct horse"));
    assert!(matches!(outcome, Err(CustodyError::LockedOut { wait_ms: 1..=60_000 })), "{outcome:?}");
    let outcome = again.move_to(&mut test_rng(3), &passphrase("correct horse"), &passphrase("battery staple"));
    assert!(matches!(outcome, Err(CustodyError::LockedOut { .. })), "no other door is open: {outcome:?}");
    // A minute later.
    let path = custody.dir().join("attempts.json");
    fs::write(&path, r#"{"format":1,"wrong":5,"since":0}"#).unwrap();
    custody.unlock(&passphrase("correct horse")).unwrap();
    assert_eq!(custody.lockout().unwrap(), (Lockout::default(), 0));
}

#[test]
fn another_profiles_file_is_not_taken_for_ones_own() {
    let (_home, custody, _) = profile_under("correct horse");
    let (_elsewhere, other, _) = {
        let home = tempfile::tempdir().unwrap();
        let custody = Custody::at(home.path().join("noah")).with_cost(Cost::TOY);
        let root = RootMaterial::generate(&mut test_rng(11));
        custody.store(&mut test_rng(12), &passphrase("correct horse"), &root).unwrap();
        (home, custody, root)
    };
    let file = |custody: &Custody| SealedFile::Passphrase.path(custody.dir());
    fs::copy(file(&other), file(&custody)).unwrap();
    let outcome = custody.unlock(&passphrase("correct horse"));
    assert!(matches!(outcome, Err(CustodyError::KeysOfAnother { .. })), "{outcome:?}");
}

#[test]
fn a_second_profile_never_overwrites_the_first() {
    let (_home, custody, root) = profile_under("correct horse");
    let other = RootMaterial::generate(&mut test_rng(9));
    let again = custody.store(&mut test_rng(4), &passphrase("battery staple"), &other);
    assert!(matches!(again, Err(CustodyError::ProfileExists { .. })));

    crate::vault::Vault::create(custody.dir(), &root.vault_key).unwrap();
    fs::remove_file(Profile::path(custody.dir())).unwrap();
    let again = custody.store(&mut test_rng(4), &passphrase("battery staple"), &other);
    assert!(matches!(again, Err(CustodyError::ProfileDamaged { .. })), "the secrets of an existing vault stay");
}

#[test]
fn a_creation_that_was_interrupted_can_be_repeated() {
    let (_home, custody, _) = profile_under("correct horse");
    fs::remove_file(Profile::path(custody.dir())).unwrap();
    let root = RootMaterial::generate(&mut test_rng(9));
    custody.store(&mut test_rng(4), &passphrase("battery staple"), &root).unwrap();
    assert_eq!(custody.unlock(&passphrase("battery staple")).unwrap(), root);
}

#[test]
fn a_forgotten_profile_leaves_no_secret_behind() {
    let (_home, custody, _) = profile_under("correct horse");
    custody.forget().unwrap();
    assert_eq!(fs::read_dir(custody.dir()).unwrap().count(), 0);
    assert!(matches!(custody.unlock(&passphrase("correct horse")), Err(CustodyError::ProfileMissing { .. })));
}

#[cfg(unix)]
#[test]
fn nobody_else_can_look() {
    use std::os::unix::fs::PermissionsExt;
    let (_home, custody, _) = profile_under("correct horse");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(custody.dir()), 0o700);
    assert_eq!(mode(&SealedFile::Passphrase.path(custody.dir())), 0o600);
    assert_eq!(mode(&Profile::path(custody.dir())), 0o600);
}

#[test]
fn passphrases_do_not_print() {
    assert!(!format!("{:?}", passphrase("correct horse")).contains("horse"));
}
