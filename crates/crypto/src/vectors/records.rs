//! Sealed records: whole ones, and every way in which one can be broken.

use super::{Vector, committed, outcome};
use crate::hazmat::stream::ChunkStream;
use crate::safe::sealed::HEADER_BYTES;
use crate::{
    ChunkSize, ExpectedRecord, RecordHeader, SealError, SealOptions, SealedRecord, Secret32, Signature, derive_secret,
    open_record, seal_record, test_rng,
};

const METADATA: &[u8] = b"blood count, 2031-04-02";
/// Header and sealed metadata of a record whose metadata fits one kibibyte.
const FRONT: usize = HEADER_BYTES + 1024 + 16;
const CHUNK: usize = 1024 + 16;

fn file(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|position| (position % 251) as u8).collect()
}

fn sealed(seed: u64, metadata: &[u8], file: &[u8]) -> (SealedRecord, Vec<u8>) {
    let mut bytes = Vec::new();
    let options =
        SealOptions { announced_bytes: Some(file.len() as u64), chunk: ChunkSize::from_log2(10).unwrap_or_default() };
    let sign = |_: &_| Signature([0x5a; 64]);
    let record = seal_record(&mut test_rng(seed), metadata, &mut &*file, &mut bytes, options, sign).unwrap();
    (record, bytes)
}

fn whole(name: &'static str, about: &str, metadata: &[u8], file: &[u8]) -> Vector {
    let (record, bytes) = sealed(1, metadata, file);
    Vector::new(name, about)
        .with_bytes("key", record.key.expose())
        .with_bytes("sealed", bytes)
        .with_bytes("metadata", metadata)
        .with_bytes("file", file)
        .with_bytes("signature", [0x5a; 64])
        .with_bytes("content_root", record.summary.content_root)
        .with_bytes("signed_root", record.summary.signed_root)
        .with("expect", "ok")
}

/// A record of three chunks after `change`, opened by a reader who knows its length and root if `informed`.
fn broken(name: &'static str, about: &str, informed: bool, change: impl FnOnce(&mut Vec<u8>)) -> Vector {
    let (record, mut bytes) = sealed(1, METADATA, &file(2500));
    change(&mut bytes);
    let expected = informed.then(|| ExpectedRecord::from(&record.summary));
    let result = open(&record.key, &bytes, expected.as_ref());
    let mut vector = Vector::new(name, about).with_bytes("key", record.key.expose()).with_bytes("sealed", &bytes);
    if let Some(expected) = expected {
        vector = vector
            .with_bytes("expected_root", expected.content_root)
            .with("expected_bytes", expected.sealed_bytes.to_string());
    }
    vector.expecting(&result)
}

/// A record whose chunks were sealed by hand, with the right key, but against the rules.
fn unruly(name: &'static str, about: &str, build: impl FnOnce(&ChunkStream, &mut Vec<u8>)) -> Vector {
    broken(name, about, false, |bytes| {
        let (record, _) = sealed(1, METADATA, &file(2500));
        let prefix: [u8; 7] = bytes[9..16].try_into().unwrap();
        let key = derive_secret(record.key.expose(), &bytes[..16], "record-chunks", &[]);
        build(&ChunkStream::new(&key, &prefix), bytes);
    })
}

fn put(stream: &ChunkStream, bytes: &mut Vec<u8>, position: u32, last: bool, plaintext: &[u8]) {
    let mut chunk = plaintext.to_vec();
    stream.seal(position, last, &mut chunk);
    bytes.extend_from_slice(&chunk);
}

fn open(
    key: &Secret32,
    bytes: &[u8],
    expected: Option<&ExpectedRecord>,
) -> Result<(crate::OpenedRecord, Vec<u8>), SealError> {
    let mut file = Vec::new();
    open_record(key, &mut &*bytes, &mut file, expected).map(|opened| (opened, file))
}

fn whole_records() -> Vec<Vector> {
    vec![
        whole("record_empty_file", "no bytes, only metadata and signature", METADATA, b""),
        whole("record_one_short_chunk", "a file below the chunk size", METADATA, &file(100)),
        whole("record_one_full_chunk", "a file of exactly one chunk", METADATA, &file(1024)),
        whole("record_three_chunks", "two full chunks and a short one", METADATA, &file(2500)),
        whole("record_without_metadata", "metadata of length 0", b"", &file(10)),
        whole("record_long_metadata", "metadata that needs a second kibibyte", &file(1021), &file(10)),
    ]
}

fn broken_headers() -> Vec<Vector> {
    vec![
        broken("record_bad_magic", "byte 0 changed", false, |bytes| bytes[0] = b'X'),
        broken("record_unknown_version", "version 2", false, |bytes| bytes[4] = 2),
        broken("record_unknown_suite", "suite 9", false, |bytes| bytes[5] = 9),
        broken("record_chunk_size_beyond_bound", "chunks of 2 MiB", false, |bytes| bytes[6] = 21),
        broken("record_chunk_size_below_bound", "chunks of 512 bytes", false, |bytes| bytes[6] = 9),
        broken("record_no_metadata_block", "metadata of 0 KiB", false, |bytes| bytes[7] = 0),
        broken("record_metadata_beyond_bound", "metadata of 65 KiB", false, |bytes| bytes[7] = 65),
        broken("record_reserved_byte_set", "byte 8 is not zero", false, |bytes| bytes[8] = 1),
        broken("record_nonce_prefix_changed", "the commitment no longer fits", false, |bytes| bytes[9] ^= 1),
        broken("record_commitment_changed", "looks like a wrong key", false, |bytes| bytes[16] ^= 1),
        broken("record_cut_in_header", "47 bytes", false, |bytes| bytes.truncate(47)),
    ]
}

fn broken_bodies() -> Vec<Vector> {
    vec![
        broken("record_metadata_flipped", "a bit of chunk 0", false, |bytes| bytes[HEADER_BYTES + 9] ^= 1),
        broken("record_chunk_flipped", "a bit of chunk 2", false, |bytes| bytes[FRONT + CHUNK + 5] ^= 1),
        broken("record_last_file_chunk_flipped", "chunk 3", false, |bytes| bytes[FRONT + 2 * CHUNK] ^= 1),
        broken("record_trailer_flipped", "a bit of the signature", false, |bytes| {
            let last = bytes.len() - 20;
            bytes[last] ^= 1;
        }),
        broken("record_chunks_swapped", "chunks 1 and 2 exchanged", false, |bytes| {
            let second = bytes[FRONT + CHUNK..FRONT + 2 * CHUNK].to_vec();
            bytes.copy_within(FRONT..FRONT + CHUNK, FRONT + CHUNK);
            bytes[FRONT..FRONT + CHUNK].copy_from_slice(&second);
        }),
        broken("record_chunk_missing", "chunk 1 cut out", false, |bytes| {
            bytes.drain(FRONT..FRONT + CHUNK);
        }),
        broken("record_chunk_repeated", "chunk 1 twice", false, |bytes| {
            let first = bytes[FRONT..FRONT + CHUNK].to_vec();
            bytes.splice(FRONT..FRONT, first);
        }),
        broken("record_chunk_spliced", "chunk 2 from another record", false, |bytes| {
            let other = sealed(2, METADATA, &file(2500)).1;
            let range = FRONT + CHUNK..FRONT + 2 * CHUNK;
            bytes[range.clone()].copy_from_slice(&other[range]);
        }),
        broken("record_replaced", "another record under the same name", true, |bytes| {
            *bytes = sealed(2, METADATA, &file(2500)).1;
        }),
    ]
}

fn broken_ends() -> Vec<Vector> {
    let boundary = FRONT + 2 * CHUNK;
    vec![
        broken("record_cut_by_one_byte", "the last byte is missing", false, |bytes| {
            bytes.pop();
        }),
        broken("record_cut_at_chunk_end", "ends after chunk 2", false, |bytes| bytes.truncate(boundary)),
        broken("record_cut_at_chunk_end_known_length", "the same, length known", true, |bytes| {
            bytes.truncate(boundary);
        }),
        broken("record_trailer_missing", "ends after the file", false, |bytes| bytes.truncate(bytes.len() - 80)),
        broken("record_byte_appended", "reader does not know the length", false, |bytes| bytes.push(0)),
        broken("record_byte_appended_known_length", "reader knows it", true, |bytes| bytes.push(0)),
        unruly("stream_last_chunk_empty", "a file chunk without bytes before the trailer", |stream, bytes| {
            bytes.truncate(boundary);
            put(stream, bytes, 3, false, b"");
            put(stream, bytes, 4, true, &[0x5a; 64]);
        }),
        unruly("stream_last_flag_missing", "the trailer is not marked as last", |stream, bytes| {
            bytes.truncate(bytes.len() - 80);
            put(stream, bytes, 4, false, &[0x5a; 64]);
        }),
        unruly("stream_last_flag_early", "chunk 2 is marked as last", |stream, bytes| {
            bytes.truncate(FRONT + CHUNK);
            put(stream, bytes, 2, true, &file(1024));
            put(stream, bytes, 3, true, &[0x5a; 64]);
        }),
        unruly("stream_position_repeated", "the trailer has the position of chunk 3", |stream, bytes| {
            bytes.truncate(bytes.len() - 80);
            put(stream, bytes, 3, true, &[0x5a; 64]);
        }),
        unruly("metadata_length_beyond_chunk", "claims more bytes than chunk 0 has", |stream, bytes| {
            bytes.truncate(HEADER_BYTES);
            let mut padded = [0; 1024];
            padded[..4].copy_from_slice(&u32::MAX.to_le_bytes());
            put(stream, bytes, 0, false, &padded);
            put(stream, bytes, 1, true, &[0x5a; 64]);
        }),
        unruly("metadata_padding_not_zero", "bytes after the metadata", |stream, bytes| {
            bytes.truncate(HEADER_BYTES);
            let mut padded = [0; 1024];
            padded[1023] = 1;
            put(stream, bytes, 0, false, &padded);
            put(stream, bytes, 1, true, &[0x5a; 64]);
        }),
    ]
}

#[test]
fn whole_records_open_to_what_the_vector_says() {
    for vector in committed(whole_records()) {
        let key = Secret32::from_bytes(vector.array("key"));
        let (opened, file) = open(&key, &vector.bytes("sealed"), None).unwrap();
        assert_eq!(opened.metadata, vector.bytes("metadata"), "{}", vector.name);
        assert_eq!(file, vector.bytes("file"), "{}", vector.name);
        assert_eq!(opened.author_signature.0.to_vec(), vector.bytes("signature"));
        assert_eq!(opened.summary.content_root.0.to_vec(), vector.bytes("content_root"));
        assert_eq!(opened.summary.signed_root.0.to_vec(), vector.bytes("signed_root"));
    }
}

#[test]
fn broken_records_are_refused_for_the_reason_the_vector_gives() {
    let vectors = [broken_headers(), broken_bodies(), broken_ends()].into_iter().flatten().collect();
    for vector in committed(vectors) {
        let key = Secret32::from_bytes(vector.array("key"));
        let expected = vector.fields.contains_key("expected_root").then(|| ExpectedRecord {
            content_root: crate::Digest(vector.array("expected_root")),
            sealed_bytes: vector.text("expected_bytes").parse().unwrap(),
        });
        let result = open(&key, &vector.bytes("sealed"), expected.as_ref());
        assert_ne!(vector.text("expect"), "ok", "{} is a broken record", vector.name);
        assert_eq!(outcome(&result), vector.text("expect"), "{}", vector.name);
    }
}

#[test]
fn another_records_key_is_called_wrong() {
    let (_, bytes) = sealed(1, METADATA, b"");
    let (other, _) = sealed(2, METADATA, b"");
    assert!(matches!(open(&other.key, &bytes, None), Err(SealError::WrongKey)));
    let header: [u8; HEADER_BYTES] = bytes[..HEADER_BYTES].try_into().unwrap();
    assert_eq!(RecordHeader::parse(&header).unwrap().to_bytes(), header, "a header that parses is canonical");
}
