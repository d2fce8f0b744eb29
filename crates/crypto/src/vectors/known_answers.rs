//! Published answers for the primitives this crate is built from, so that an upgrade cannot change them unnoticed.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use bip32::{ChildNumber, Prefix, XPrv};
use hkdf::Hkdf;
use k256::ecdsa::signature::hazmat::PrehashSigner;
use sha2::{Digest as _, Sha256};

use crate::RecoveryWords;

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

#[test]
fn hkdf_rfc_5869() {
    let cases = [
        // A.1
        (
            "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
            "000102030405060708090a0b0c",
            "f0f1f2f3f4f5f6f7f8f9",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        // A.3
        (
            "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
            "",
            "",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ];
    for (ikm, salt, info, expected) in cases {
        let mut output = [0; 42];
        Hkdf::<Sha256>::new(Some(&bytes(salt)), &bytes(ikm)).expand(&bytes(info), &mut output).unwrap();
        assert_eq!(hex::encode(output), expected);
    }
}

#[test]
fn aes_256_gcm_nist() {
    // McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, test cases 13 to 16.
    let key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
    let long = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39\
                1aafd255";
    let zero = "00".repeat(32);
    let short = &long[..120];
    let associated = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
    let cases = [
        (zero.as_str(), "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
        (
            zero.as_str(),
            "000000000000000000000000",
            "00000000000000000000000000000000",
            "",
            "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
        ),
        (
            key,
            "cafebabefacedbaddecaf888",
            long,
            "",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662\
             898015adb094dac5d93471bdec1a502270e3cc6c",
        ),
        (
            key,
            "cafebabefacedbaddecaf888",
            short,
            associated,
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662\
             76fc6ece0f4e1768cddf8853bb2d551b",
        ),
    ];
    for (key, nonce, message, associated, expected) in cases {
        let cipher = Aes256Gcm::new_from_slice(&bytes(key)).unwrap();
        let nonce: [u8; 12] = bytes(nonce).try_into().unwrap();
        let payload = Payload { msg: &bytes(message), aad: &bytes(associated) };
        assert_eq!(hex::encode(cipher.encrypt(&nonce.into(), payload).unwrap()), expected);
    }
}

#[test]
fn ecdsa_rfc_6979_on_secp256k1() {
    // RFC 6979 has no secp256k1 table; these are the values on which Bitcoin implementations agree.
    let cases = [
        (
            "0000000000000000000000000000000000000000000000000000000000000001",
            "Satoshi Nakamoto",
            "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8\
             2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
        ),
        (
            "0000000000000000000000000000000000000000000000000000000000000001",
            "All those moments will be lost in time, like tears in rain. Time to die...",
            "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b\
             547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21",
        ),
        (
            "f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181",
            "Alan Turing",
            "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c\
             58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea",
        ),
    ];
    for (key, message, expected) in cases {
        let key = k256::ecdsa::SigningKey::from_slice(&bytes(key)).unwrap();
        let signature: k256::ecdsa::Signature = key.sign_prehash(&Sha256::digest(message)).unwrap();
        assert_eq!(hex::encode(signature.normalize_s().to_bytes()), expected);
    }
}

#[test]
fn bip32_hardened_children() {
    // BIP-32 test vectors 1 and 4 (the latter is about leading zeros).
    let cases = [
        (
            "000102030405060708090a0b0c0d0e0f",
            "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi",
            "xprv9uHRZZhk6KAJC1avXpDAp4MDc3sQKNxDiPvvkX8Br5ngLNv1TxvUxt4cV1rGL5hj6KCesnDYUhd7oWgT11eZG7XnxHrnYeSvkzY7d2bhkJ7",
        ),
        (
            "3ddd5602285899a946114506157c7997e5444528f3003f6134712147db19b678",
            "xprv9s21ZrQH143K48vGoLGRPxgo2JNkJ3J3fqkirQC2zVdk5Dgd5w14S7fRDyHH4dWNHUgkvsvNDCkvAwcSHNAQwhwgNMgZhLtQC63zxwhQmRv",
            "xprv9vB7xEWwNp9kh1wQRfCCQMnZUEG21LpbR9NPCNN1dwhiZkjjeGRnaALmPXCX7SgjFTiCTT6bXes17boXtjq3xLpcDjzEuGLQBM5ohqkao9G",
        ),
    ];
    for (seed, master, child) in cases {
        let key = XPrv::new(&bytes(seed)).unwrap();
        assert_eq!(key.to_string(Prefix::XPRV).as_str(), master);
        let hardened = key.derive_child(ChildNumber::new(0, true).unwrap()).unwrap();
        assert_eq!(hardened.to_string(Prefix::XPRV).as_str(), child);
    }
}

#[test]
fn bip39_seeds_of_24_words() {
    // From the vectors of the reference implementation; its passphrase is "TREZOR", ours is empty.
    let words = bip39::Mnemonic::parse_in_normalized(
        bip39::Language::English,
        RecoveryWords::from_entropy(&[0x80; 32]).phrase().as_str(),
    )
    .unwrap();
    assert_eq!(
        hex::encode(words.to_seed_normalized("TREZOR")),
        "c0c519bd0e91a2ed54357d9d1ebef6f5af218a153624cf4f2da911a0ed8f7a09e2ef61af0aca007096df430022f7a2b6fb91661a9589097069720d015e\
         4e982f"
    );
    assert_eq!(
        hex::encode(RecoveryWords::from_entropy(&[0; 32]).seed().expose()),
        "408b285c123836004f4b8842c89324c1f01382450c0d439af345ba7fc49acf705489c6fc77dbd4e3dc1dd8cc6bc9f043db8ada1e243c4a0eafb290d399\
         480840"
    );
}
