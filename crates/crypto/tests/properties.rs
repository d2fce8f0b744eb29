//! Properties: decoders are total, and no change to a sealed record goes unnoticed.
#![allow(clippy::unwrap_used)]

use std::io;

use carekey_crypto::{
    Announcement, ChunkSize, Digest, ExpectedRecord, InclusionProof, Note, NoteKind, PublicKey, RecordHeader,
    RecoveryWords, SealError, SealOptions, SealedRecord, Secret32, SecretKey, SecretShare, Signature, combine_shares,
    content_root, merkle_leaf, merkle_proof, merkle_root, open_note, open_record, open_small, open_with_passphrase,
    read_metadata, scan_note, seal_note, seal_record, split_secret, test_rng,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

fn seal(seed: u64, metadata: &[u8], file: &[u8]) -> (SealedRecord, Vec<u8>) {
    let mut sealed = Vec::new();
    let options = SealOptions { chunk: ChunkSize::from_log2(10).unwrap(), announced_bytes: None };
    let sign = |_: &Digest| Signature([1; 64]);
    let record = seal_record(&mut test_rng(seed), metadata, &mut &*file, &mut sealed, options, sign).unwrap();
    (record, sealed)
}

fn open(record: &SealedRecord, sealed: &[u8], informed: bool) -> Result<Vec<u8>, SealError> {
    let mut file = Vec::new();
    let expected = ExpectedRecord::from(&record.summary);
    open_record(&record.key, &mut &*sealed, &mut file, informed.then_some(&expected)).map(|_| file)
}

fn arb_file() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..5000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_was_sealed_is_opened(metadata in vec(any::<u8>(), 0..2500), file in arb_file(), seed: u64) {
        let (record, sealed) = seal(seed, &metadata, &file);
        prop_assert_eq!(open(&record, &sealed, true).unwrap(), file);
        prop_assert_eq!(read_metadata(&record.key, &mut &*sealed).unwrap().1, metadata);
    }

    #[test]
    fn any_flipped_bit_is_noticed(file in arb_file(), at: Index, bit in 0u8..8, informed: bool) {
        let (record, mut sealed) = seal(1, b"title", &file);
        let root = content_root(&mut &*sealed).unwrap().0;
        let at = at.index(sealed.len());
        sealed[at] ^= 1 << bit;
        prop_assert!(open(&record, &sealed, informed).is_err());
        prop_assert!(content_root(&mut &*sealed).map_or(true, |(changed, _)| changed != root));
    }

    #[test]
    fn any_cut_is_noticed_and_named_where_the_length_is_known(file in arb_file(), at: Index) {
        let (record, sealed) = seal(1, b"title", &file);
        let cut = &sealed[..at.index(sealed.len())];
        prop_assert!(open(&record, cut, false).is_err());
        let result = open(&record, cut, true);
        let named = matches!(result, Err(SealError::Truncated));
        prop_assert!(named, "{:?}", result);
    }

    #[test]
    fn anything_appended_is_noticed_and_named(file in arb_file(), extra in vec(any::<u8>(), 1..3000)) {
        let (record, sealed) = seal(1, b"title", &file);
        let longer = [sealed, extra].concat();
        prop_assert!(open(&record, &longer, false).is_err());
        let result = open(&record, &longer, true);
        let named = matches!(result, Err(SealError::TrailingData));
        prop_assert!(named, "{:?}", result);
    }

    #[test]
    fn moved_pieces_are_noticed(file in vec(any::<u8>(), 1..5000), a: Index, b: Index, length in 1usize..1500) {
        let (record, sealed) = seal(1, b"title", &file);
        let (a, b) = (a.index(sealed.len()), b.index(sealed.len()));
        let length = length.min(sealed.len() - a).min(sealed.len() - b);
        let mut moved = sealed.clone();
        let piece = moved[a..a + length].to_vec();
        moved.copy_within(b..b + length, a);
        moved[b..b + length].copy_from_slice(&piece);
        prop_assume!(moved != sealed);
        prop_assert!(open(&record, &moved, false).is_err());
    }

    #[test]
    fn pieces_of_another_record_are_noticed(file in vec(any::<u8>(), 1..5000), at: Index, length in 1usize..3000) {
        let (record, mut sealed) = seal(1, b"title", &file);
        let (_, other) = seal(2, b"title", &file);
        let at = at.index(sealed.len());
        let end = sealed.len().min(at + length);
        prop_assume!(sealed[at..end] != other[at..end]);
        sealed[at..end].copy_from_slice(&other[at..end]);
        prop_assert!(open(&record, &sealed, false).is_err());
    }

    #[test]
    fn any_k_of_n_parts_bring_a_secret_back(secret: [u8; 32], threshold in 2u8..=16, more in 0u8..8, seed: u64, pick: u64) {
        let (secret, count) = (Secret32::from_bytes(secret), threshold.saturating_add(more).min(16));
        let mut shares = split_secret(&mut test_rng(seed), &secret, threshold, count).unwrap();
        let mut state = pick;
        while shares.len() > usize::from(threshold) {
            shares.remove(state as usize % shares.len());
            state = state.rotate_left(7);
        }
        prop_assert!(combine_shares(&shares).unwrap() == secret);
        // One part less, or one bit changed, leads elsewhere.
        if threshold > 2 {
            prop_assert!(combine_shares(&shares[1..]).unwrap() != secret);
        }
        let mut changed = *shares[0].value.expose();
        changed[(pick % 32) as usize] ^= 1 << (pick % 8);
        shares[0].value = Secret32::from_bytes(changed);
        prop_assert!(combine_shares(&shares).unwrap() != secret);
    }

    #[test]
    fn any_parts_combine_or_are_refused(parts in vec((any::<u8>(), any::<[u8; 32]>()), 0..20)) {
        let shares: Vec<_> =
            parts.into_iter().map(|(index, value)| SecretShare { index, value: Secret32::from_bytes(value) }).collect();
        let _ = combine_shares(&shares);
    }

    #[test]
    fn decoders_are_total(bytes in vec(any::<u8>(), 0..3000)) {
        let key = Secret32::from_bytes([1; 32]);
        let _ = open_record(&key, &mut &*bytes, &mut io::sink(), None);
        let _ = content_root(&mut &*bytes);
        let _ = open_with_passphrase("p", &bytes);
        let _ = open_small(&key, b"", &bytes);
        let _ = RecoveryWords::parse(&String::from_utf8_lossy(&bytes));
        let _ = borsh::from_slice::<InclusionProof>(&bytes);
        let _ = borsh::from_slice::<PublicKey>(&bytes);
        if let Ok(note) = borsh::from_slice::<Note>(&bytes) {
            let _ = open_note(&SecretKey::from_secret(&key), NoteKind(1), &note);
        }
        if let Ok(announcement) = borsh::from_slice::<Announcement>(&bytes) {
            let _ = scan_note(&SecretKey::from_secret(&key), &announcement);
        }
    }

    #[test]
    fn a_record_with_a_right_start_and_any_rest_is_refused(rest in vec(any::<u8>(), 0..4000)) {
        let (record, sealed) = seal(1, b"title", b"");
        let bytes = [&sealed[..48 + 1040], &rest].concat();
        prop_assert!(open(&record, &bytes, false).is_err());
        prop_assert!(open(&record, &bytes, true).is_err());
    }

    #[test]
    fn a_header_that_parses_is_canonical(mut bytes: [u8; 32], tail: [u8; 16], log2 in 8u8..23, blocks in 0u8..70) {
        bytes[..6].copy_from_slice(b"CKR1\x01\x01");
        bytes[6] = log2;
        bytes[7] = blocks;
        bytes[8] &= 1;
        let bytes: [u8; 48] = [bytes.as_slice(), &tail].concat().try_into().unwrap();
        if let Ok(header) = RecordHeader::parse(&bytes) {
            prop_assert_eq!(header.to_bytes(), bytes);
        }
    }

    #[test]
    fn a_note_changed_anywhere_never_opens(plaintext in vec(any::<u8>(), 0..600), at: Index, bit in 0u8..8) {
        let reader = SecretKey::generate(&mut test_rng(1));
        let r = SecretKey::generate(&mut test_rng(2));
        let note = seal_note(&r, &reader.public(), NoteKind(1), &plaintext).unwrap();
        let opened = open_note(&reader, NoteKind(1), &note).unwrap().unwrap();
        prop_assert_eq!(&*opened, &plaintext);
        let mut bytes = borsh::to_vec(&note).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(changed) = borsh::from_slice::<Note>(&bytes) {
            prop_assert!(!matches!(open_note(&reader, NoteKind(1), &changed), Ok(Some(_))), "byte {}", at);
        }
    }

    #[test]
    fn proofs_hold_for_any_tree(count in 1u64..200, at: Index) {
        let leaves: Vec<Digest> = (0..count).map(|number| merkle_leaf(&[&number.to_le_bytes()])).collect();
        let index = at.index(leaves.len());
        let proof = merkle_proof(&leaves, index as u64).unwrap();
        let decoded: InclusionProof = borsh::from_slice(&borsh::to_vec(&proof).unwrap()).unwrap();
        prop_assert!(decoded.verify(&merkle_root(&leaves), &leaves[index]).is_ok());
    }
}
