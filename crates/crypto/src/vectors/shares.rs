//! Secrets split among people.

use super::{Vector, committed, outcome};
use crate::{Secret32, SecretShare, ShareError, combine_shares, split_secret, stretch, test_rng};

fn parts(indexes: &[usize], change: impl FnOnce(&mut Vec<SecretShare>)) -> Vec<SecretShare> {
    let all = split_secret(&mut test_rng(7), &Secret32::from_bytes([0x7f; 32]), 3, 5).unwrap();
    let mut some: Vec<_> = indexes.iter().map(|index| all[index - 1].clone()).collect();
    change(&mut some);
    some
}

/// Each part is its place and its 32 bytes.
fn encoded(shares: &[SecretShare]) -> Vec<u8> {
    shares.iter().flat_map(|share| std::iter::once(share.index).chain(*share.value.expose())).collect()
}

fn decoded(bytes: &[u8]) -> Vec<SecretShare> {
    let part = |part: &[u8]| SecretShare { index: part[0], value: Secret32::from_bytes(part[1..].try_into().unwrap()) };
    bytes.chunks(33).map(part).collect()
}

fn result(shares: &[SecretShare]) -> String {
    match combine_shares(shares) {
        Ok(secret) => hex::encode(secret.expose()),
        Err(error) => outcome::<(), ShareError>(&Err(error)),
    }
}

#[test]
fn parts_combine_or_not_as_their_vectors_say() {
    let made = [
        ("shares_first_three", "3 of 5 parts of 32 times 7f", parts(&[1, 2, 3], |_| {})),
        ("shares_others_in_another_order", "3 of 5", parts(&[5, 2, 4], |_| {})),
        ("shares_too_few", "2 of the 3 that are needed lead to another secret", parts(&[1, 2], |_| {})),
        ("shares_one", "one part", parts(&[1], |_| {})),
        ("shares_same_twice", "a part twice", parts(&[1, 2, 2], |_| {})),
        ("shares_place_zero", "the place of the secret itself", parts(&[1, 2, 3], |some| some[1].index = 0)),
        ("shares_place_beyond", "a place beyond the sixteenth", parts(&[1, 2, 3], |some| some[1].index = 17)),
        (
            "shares_bit_flipped",
            "a changed part leads to another secret",
            parts(&[1, 2, 3], |some| {
                let mut bytes = *some[2].value.expose();
                bytes[31] ^= 1;
                some[2].value = Secret32::from_bytes(bytes);
            }),
        ),
    ];
    let made = made.map(|(name, about, shares)| {
        Vector::new(name, about).with_bytes("shares", encoded(&shares)).with("expect", result(&shares))
    });
    for vector in committed(made.into()) {
        assert_eq!(result(&decoded(&vector.bytes("shares"))), vector.text("expect"), "{}", vector.name);
        let whole = vector.text("expect") == "7f".repeat(32);
        assert_eq!(whole, ["shares_first_three", "shares_others_in_another_order"].contains(&vector.name));
    }
}

#[test]
fn stretching_is_frozen() {
    let made = Vector::new("stretch", "Argon2id at 64 MiB, 3 passes, 4 lanes")
        .with("label", "recovery-number")
        .with_bytes("input", b"123")
        .with_bytes("output", stretch("recovery-number", b"123").expose());
    let read = &committed(vec![made])[0];
    assert_eq!(stretch(read.text("label"), &read.bytes("input")).expose(), &read.array("output"));
}
