//! Digests, trees, derivation, wraps, signatures and passphrase files.

use super::{Vector, committed, outcome};
use crate::{
    Cost, Digest, InclusionProof, Mmr, RecoveryWords, Secret32, SecretKey, WalletKeys, derive_secret, h2, merkle_leaf,
    merkle_proof, merkle_root, mmr_leaf, open_with_passphrase, seal_with_passphrase_at, tagged_hash, test_rng,
    unwrap_key, wrap_key,
};

fn secret(byte: u8) -> Secret32 {
    Secret32::from_bytes([byte; 32])
}

#[test]
fn hashes_and_derivations_are_frozen() {
    let made = vec![
        Vector::new("hash_tagged", "H(tag, x)")
            .with("tag", "record")
            .with_bytes("x", b"abc")
            .with_bytes("digest", tagged_hash("record", &[b"abc"])),
        Vector::new("hash_keyed", "h2(key, x), HMAC-SHA256")
            .with_bytes("key", [1; 32])
            .with_bytes("x", b"abc")
            .with_bytes("output", h2(&secret(1), &[b"abc"]).expose()),
        Vector::new("derive_secret", "HKDF-SHA256 with a label")
            .with_bytes("ikm", [1; 32])
            .with_bytes("salt", [2; 4])
            .with("label", "collection")
            .with_bytes("parts", [3, 4])
            .with_bytes("output", derive_secret(&[1; 32], &[2; 4], "collection", &[&[3], &[4]]).expose()),
    ];
    let read = committed(made);
    assert_eq!(tagged_hash(read[0].text("tag"), &[&read[0].bytes("x")]).0, read[0].array("digest"));
}

#[test]
fn one_wallet_and_all_its_keys() {
    let words = RecoveryWords::from_entropy(&[0x80; 32]);
    let keys = WalletKeys::derive(&words).unwrap();
    let made = Vector::new("wallet_from_words", "the path table, applied")
        .with("words", words.phrase().as_str())
        .with_bytes("seed", words.seed().expose())
        .with_bytes("m/7239'/0'/0' identity", keys.identity.to_secret().expose())
        .with_bytes("m/7239'/0'/0' identity public", keys.identity.public().as_bytes())
        .with_bytes("m/7239'/0'/1' receiving", keys.receiving.to_secret().expose())
        .with_bytes("m/7239'/0'/1' receiving public", keys.receiving.public().as_bytes())
        .with_bytes("m/7239'/0'/2' pseudonym", keys.pseudonym.to_secret().expose())
        .with_bytes("m/7239'/0'/3' expansion", keys.expansion.expose())
        .with_bytes("m/7239'/0'/4' root", keys.root.expose());
    let read = &committed(vec![made])[0];
    let restored = WalletKeys::derive(&RecoveryWords::parse(read.text("words")).unwrap()).unwrap();
    assert!(restored == keys);
}

#[test]
fn keys_sign_and_tweak_the_same_way_for_ever() {
    let key = SecretKey::from_secret(&secret(9));
    let offset = tagged_hash("pseudonym", &[&[1; 32], &7u32.to_le_bytes()]);
    let made = vec![
        Vector::new("signature_tagged", "ECDSA over H(tag, x), RFC 6979, low-S")
            .with_bytes("key", key.to_secret().expose())
            .with("tag", "tx")
            .with_bytes("x", b"abc")
            .with_bytes("signature", key.sign("tx", &[b"abc"]).0),
        Vector::new("key_tweaked", "p + offset and P + offset·G")
            .with_bytes("key", key.to_secret().expose())
            .with_bytes("offset", offset)
            .with_bytes("tweaked", key.tweak(&offset).unwrap().to_secret().expose())
            .with_bytes("tweaked_public", key.public().tweak(&offset).unwrap().as_bytes()),
    ];
    let read = committed(made);
    let signature = crate::Signature(read[0].array("signature"));
    assert!(key.public().verify(read[0].text("tag"), &[&read[0].bytes("x")], &signature).is_ok());
}

fn wrap_vector(name: &'static str, about: &str, opening_key: u8, flip: Option<usize>) -> Vector {
    let mut wrapped = wrap_key(&secret(1), &secret(3));
    if let Some(position) = flip {
        wrapped[position] ^= 1;
    }
    let result = unwrap_key(&secret(opening_key), &wrapped);
    let vector = Vector::new(name, about).with_bytes("wrapping", [opening_key; 32]).with_bytes("wrapped", wrapped);
    vector.expecting(&result)
}

#[test]
fn wraps_open_or_fail_as_their_vectors_say() {
    let made = vec![
        wrap_vector("wrap_opens", "a key of 32 times 03", 1, None),
        wrap_vector("wrap_wrong_key", "another wrapping key", 2, None),
        wrap_vector("wrap_key_flipped", "a bit of the key", 1, Some(0)),
        wrap_vector("wrap_tag_flipped", "a bit of the tag", 1, Some(47)),
    ];
    for vector in committed(made) {
        let result = unwrap_key(&Secret32::from_bytes(vector.array("wrapping")), &vector.array("wrapped"));
        assert_eq!(outcome(&result), vector.text("expect"), "{}", vector.name);
        assert!(result.is_err() || result == Ok(secret(3)));
    }
}

fn passphrase_vector(name: &'static str, about: &str, passphrase: &str, change: impl FnOnce(&mut Vec<u8>)) -> Vector {
    let mut file = seal_with_passphrase_at(&mut test_rng(1), Cost::TOY, "correct horse", b"secret").unwrap();
    change(&mut file);
    let result = open_with_passphrase(passphrase, &file);
    Vector::new(name, about).with("passphrase", passphrase).with_bytes("file", file).expecting(&result)
}

#[test]
fn passphrase_files_open_or_fail_as_their_vectors_say() {
    let right = "correct horse";
    let made = vec![
        passphrase_vector("passphrase_opens", "contains the word secret", right, |_| ()),
        passphrase_vector("passphrase_wrong", "a capital letter", "Correct horse", |_| ()),
        passphrase_vector("passphrase_bad_magic", "byte 0", right, |file| file[0] = 0),
        passphrase_vector("passphrase_unknown_version", "version 2", right, |file| file[4] = 2),
        passphrase_vector("passphrase_memory_bomb", "4 TiB of memory", right, |file| file[5..9].fill(0xff)),
        passphrase_vector("passphrase_no_passes", "0 passes", right, |file| file[9] = 0),
        passphrase_vector("passphrase_too_many_passes", "255 passes", right, |file| file[9] = 255),
        passphrase_vector("passphrase_no_lanes", "0 lanes", right, |file| file[10] = 0),
        passphrase_vector("passphrase_salt_flipped", "a bit of the salt", right, |file| file[11] ^= 1),
        passphrase_vector("passphrase_cut", "without the last byte", right, |file| {
            file.pop();
        }),
        passphrase_vector("passphrase_byte_appended", "a byte too many", right, |file| file.push(0)),
    ];
    for vector in committed(made) {
        let result = open_with_passphrase(vector.text("passphrase"), &vector.bytes("file"));
        assert_eq!(outcome(&result), vector.text("expect"), "{}", vector.name);
        assert_eq!(result.is_ok(), vector.name == "passphrase_opens");
    }
}

#[test]
fn trees_and_ranges_are_frozen() {
    let items: Vec<Digest> = (0..7u8).map(|number| Digest([number; 32])).collect();
    let leaves: Vec<Digest> = items.iter().map(|item| merkle_leaf(&[&item.0])).collect();
    let proof = merkle_proof(&leaves, 5).unwrap();
    let mut range = Mmr::new();
    items.iter().for_each(|item| drop(range.append(item)));
    assert_eq!(range.root(), merkle_root(&leaves), "a range is a tree that is never recomputed");
    let made = vec![
        Vector::new("merkle_empty", "no leaves").with_bytes("root", merkle_root(&[])),
        Vector::new("merkle_one_leaf", "the leaf of 32 zeros").with_bytes("root", merkle_root(&leaves[..1])),
        Vector::new("merkle_seven_leaves", "leaf i is 32 times the byte i; proof of leaf 5")
            .with_bytes("root", merkle_root(&leaves))
            .with_bytes("proof", borsh::to_vec(&proof).unwrap()),
    ];
    let read = &committed(made)[2];
    let proof: InclusionProof = borsh::from_slice(&read.bytes("proof")).unwrap();
    assert!(proof.verify(&Digest(read.array("root")), &mmr_leaf(&items[5])).is_ok());
}
