//! Sealed records from the outside: what a wallet and a hospital do with them, and what happens when things fail.
#![allow(clippy::unwrap_used)]

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use carekey_crypto::{
    ChunkSize, Digest, ExpectedRecord, MAX_METADATA, OpenedRecord, RecordLayout, RecordReader, SealError, SealOptions,
    SealedRecord, Secret32, SecretKey, Signature, content_root, open_chunk, open_record, read_metadata, seal_record,
    test_rng,
};

fn file(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|position| (position.wrapping_mul(2_654_435_761) >> 11) as u8).collect()
}

fn small_chunks() -> SealOptions {
    SealOptions { chunk: ChunkSize::from_log2(10).unwrap(), ..SealOptions::default() }
}

fn seal(file: &[u8], options: SealOptions) -> (SealedRecord, Vec<u8>) {
    let mut sealed = Vec::new();
    let sign = |_: &Digest| Signature([1; 64]);
    let record = seal_record(&mut test_rng(1), b"title", &mut &*file, &mut sealed, options, sign).unwrap();
    (record, sealed)
}

fn open(key: &Secret32, sealed: &[u8]) -> Result<(OpenedRecord, Vec<u8>), SealError> {
    let mut file = Vec::new();
    open_record(key, &mut &*sealed, &mut file, None).map(|opened| (opened, file))
}

/// Yields its bytes in small, uneven pieces, as a socket does.
struct Dribble<'a>(&'a [u8]);

impl Read for Dribble<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.0.len().min(out.len()).min(1 + self.0.len() % 613);
        out[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// Works for so many bytes, then fails.
struct Failing {
    left: usize,
    kind: io::ErrorKind,
}

impl Read for Failing {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.left.min(out.len());
        self.left -= count;
        if count == 0 { Err(self.kind.into()) } else { Ok(count) }
    }
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.left.min(bytes.len());
        self.left -= count;
        if count == 0 { Err(self.kind.into()) } else { Ok(count) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_file_of_several_mebibytes_survives_the_way_there_and_back() {
    let author = SecretKey::generate(&mut test_rng(5));
    let file = file(5 * 1024 * 1024 + 77);
    let mut sealed = Vec::new();
    let sign = |root: &Digest| author.sign("record", &[b"patient", &root.0]);
    let options = SealOptions { announced_bytes: Some(file.len() as u64), ..SealOptions::default() };
    let record = seal_record(&mut test_rng(1), b"title", &mut Dribble(&file), &mut sealed, options, sign).unwrap();
    assert_eq!(record.summary.sealed_bytes, sealed.len() as u64);
    assert_eq!(record.summary.plaintext_bytes, file.len() as u64);

    let acknowledged = content_root(&mut Dribble(&sealed)).unwrap();
    let expected = ExpectedRecord::from(&record.summary);
    assert_eq!(acknowledged, (expected.content_root, expected.sealed_bytes), "the hospital needs no key for this");

    let mut read = Vec::new();
    let opened = open_record(&record.key, &mut Dribble(&sealed), &mut read, Some(&expected)).unwrap();
    assert!(read == file);
    assert_eq!(opened.metadata, b"title");
    assert_eq!(opened.summary, record.summary);
    let statement: [&[u8]; 2] = [b"patient", &opened.summary.signed_root.0];
    assert!(author.public().verify("record", &statement, &opened.author_signature).is_ok());
}

#[test]
fn lengths_around_a_chunk_survive() {
    for length in [0, 1, 15, 16, 17, 1023, 1024, 1025, 1103, 1104, 1105, 2047, 2048, 2049, 40_000] {
        let file = file(length);
        let (record, sealed) = seal(&file, small_chunks());
        let (opened, read) = open(&record.key, &sealed).unwrap();
        assert!(read == file, "{length} bytes");
        assert_eq!(opened.summary, record.summary, "{length} bytes");
        assert_eq!(content_root(&mut &*sealed).unwrap().0, record.summary.content_root);
    }
}

#[test]
fn sealing_twice_shares_nothing() {
    let mut rng = test_rng(1);
    let mut seal = || {
        let mut sealed = Vec::new();
        let sign = |_: &Digest| Signature([1; 64]);
        let options = SealOptions::default();
        let record = seal_record(&mut rng, b"", &mut &b"same"[..], &mut sealed, options, sign).unwrap();
        (record.key, sealed[9..].to_vec())
    };
    let (first, second) = (seal(), seal());
    assert_ne!(first.0, second.0);
    assert_ne!(first.1[39..], second.1[39..]);
}

#[test]
fn another_record_than_the_anchored_one_is_refused() {
    let (record, sealed) = seal(&file(3000), small_chunks());
    let expected = ExpectedRecord { content_root: Digest([9; 32]), sealed_bytes: sealed.len() as u64 };
    let result = open_record(&record.key, &mut &*sealed, &mut io::sink(), Some(&expected));
    assert!(matches!(result, Err(SealError::ContentRootMismatch)), "{result:?}");
}

#[test]
fn a_file_that_changes_while_it_is_sealed_is_noticed() {
    for (announced, found) in [(5000, 4000), (4000, 5000), (1, 0), (0, 1), (1024, 2048), (2048, 1024)] {
        let options = SealOptions { announced_bytes: Some(announced), ..small_chunks() };
        let sign = |_: &Digest| unreachable!("nothing is signed that was not read as announced");
        let result = seal_record(&mut test_rng(1), b"", &mut &*file(found), &mut io::sink(), options, sign);
        assert!(matches!(result, Err(SealError::SourceChanged { .. })), "{announced} announced, {found} found");
    }
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_is_not_sealed() {
    for left in [0, 10, 5000] {
        let mut source = Failing { left, kind: io::ErrorKind::NotFound };
        let sign = |_: &Digest| unreachable!("nothing is signed that was not read");
        let result = seal_record(&mut test_rng(1), b"", &mut source, &mut io::sink(), small_chunks(), sign);
        assert!(matches!(result, Err(SealError::Read(ref error)) if error.kind() == io::ErrorKind::NotFound));
    }
}

#[test]
fn a_full_disk_ends_sealing_and_opening_wherever_it_happens() {
    let file = file(20_000);
    let (record, sealed) = seal(&file, small_chunks());
    for left in [0, 20, 500, 1100, 9000, 19_999] {
        let mut disk = Failing { left, kind: io::ErrorKind::StorageFull };
        let sign = |_: &Digest| Signature([1; 64]);
        let result = seal_record(&mut test_rng(1), b"", &mut &*file, &mut disk, small_chunks(), sign);
        assert!(matches!(result, Err(SealError::Write(ref error)) if error.kind() == io::ErrorKind::StorageFull));
        let mut disk = Failing { left, kind: io::ErrorKind::StorageFull };
        let result = open_record(&record.key, &mut &*sealed, &mut disk, None);
        assert!(matches!(result, Err(SealError::Write(ref error)) if error.kind() == io::ErrorKind::StorageFull));
    }
}

#[test]
fn the_first_fault_wins_over_a_later_one() {
    let (record, mut sealed) = seal(&file(200_000), small_chunks());
    let end = sealed.len();
    sealed[1500] ^= 1;
    sealed[end / 2] ^= 1;
    sealed.truncate(end - 7);
    assert!(matches!(open(&record.key, &sealed), Err(SealError::ChunkDamaged { index: 1 })));
}

#[test]
fn metadata_is_bounded_and_readable_alone() {
    let metadata = vec![7; MAX_METADATA];
    let mut sealed = Vec::new();
    let sign = |_: &Digest| Signature([1; 64]);
    let options = SealOptions::default();
    let record = seal_record(&mut test_rng(1), &metadata, &mut io::empty(), &mut sealed, options, sign).unwrap();
    let (header, read) = read_metadata(&record.key, &mut &sealed[..70_000.min(sealed.len())]).unwrap();
    assert_eq!(read, metadata);
    assert_eq!(header.sealed_metadata_bytes(), 65_536 + 16);
    let too_long = vec![7; MAX_METADATA + 1];
    let result = seal_record(&mut test_rng(1), &too_long, &mut io::empty(), &mut io::sink(), options, sign);
    assert!(matches!(result, Err(SealError::MetadataTooLong { bytes: 65_533 })));
}

#[test]
fn any_chunk_opens_alone_at_its_place() {
    let file = file(2500);
    let (record, sealed) = seal(&file, small_chunks());
    let (header, _) = read_metadata(&record.key, &mut &*sealed).unwrap();
    let layout = RecordLayout::new(&header, sealed.len() as u64).unwrap();
    assert_eq!((layout.chunks(), layout.plaintext_bytes()), (5, 2500));
    let bytes = |index| {
        let range = layout.range(index).unwrap();
        &sealed[range.start as usize..range.end as usize]
    };
    for index in 1..4 {
        let chunk = open_chunk(&record.key, &header, index, false, bytes(index)).unwrap();
        let start = (index as usize - 1) * 1024;
        assert_eq!(*chunk, file[start..2500.min(start + 1024)]);
        let elsewhere = open_chunk(&record.key, &header, index + 1, false, bytes(index));
        assert!(matches!(elsewhere, Err(SealError::ChunkDamaged { .. })), "a chunk belongs to its position");
    }
    assert_eq!(*open_chunk(&record.key, &header, 4, true, bytes(4)).unwrap(), [1; 64]);
    assert_eq!(layout.range(5), None);
    assert_eq!(layout.range(4).unwrap().end, sealed.len() as u64);
    assert!(matches!(RecordLayout::new(&header, 100), Err(SealError::Truncated)));
    assert!(matches!(RecordLayout::new(&header, sealed.len() as u64 - 2500 % 1024), Err(SealError::Truncated)));
}

#[test]
fn a_record_can_be_read_from_the_middle() {
    let file = file(10_000);
    let (record, sealed) = seal(&file, small_chunks());
    let mut reader = RecordReader::new(&record.key, Cursor::new(&sealed)).unwrap();
    assert_eq!(reader.plaintext_bytes(), 10_000);
    for (offset, length) in [(0, 10), (1020, 10), (9990, 10), (4096, 1024), (5, 9000)] {
        reader.seek(SeekFrom::Start(offset)).unwrap();
        let mut piece = vec![0; length];
        reader.read_exact(&mut piece).unwrap();
        assert_eq!(piece, file[offset as usize..offset as usize + length]);
    }
    assert_eq!(reader.seek(SeekFrom::End(-3)).unwrap(), 9997);
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, file[9997..]);
    assert_eq!(reader.seek(SeekFrom::Start(1 << 40)).unwrap(), 1 << 40);
    assert_eq!(reader.read(&mut [0; 8]).unwrap(), 0, "beyond the end there is nothing");
    assert!(reader.seek(SeekFrom::End(-10_001)).is_err());
    assert!(reader.seek(SeekFrom::Current(i64::MIN)).is_err());
}

#[test]
fn a_reader_from_the_middle_notices_damage_and_cuts() {
    let (record, mut sealed) = seal(&file(10_000), small_chunks());
    for cut in [1, 16, 80, 81, 1040, 5000] {
        let short = &sealed[..sealed.len() - cut];
        assert!(RecordReader::new(&record.key, Cursor::new(short)).is_err(), "cut by {cut}");
    }
    sealed[1088 + 1040 + 3] ^= 1;
    let mut reader = RecordReader::new(&record.key, Cursor::new(&sealed)).unwrap();
    let mut piece = [0; 1024];
    reader.read_exact(&mut piece).unwrap();
    let error = reader.read_exact(&mut piece).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    assert_eq!(error.to_string(), "chunk 2 of the sealed record is damaged");
}
