//! Notes: sealed messages to a public key that they do not name (S2 Alg. 5 steps 2, 4, 6, 7; the idea of ERC-5564).
//!
//! ```text
//! R = r·G;  S = r·A;  ST = h1(S)·G;  view_tag = first byte of H("view-tag", S)
//! key = HKDF(S, salt = R ‖ ST, "note" ‖ kind);  C = AES-256-GCM(key, 0, pad(plaintext), aad = version ‖ suite ‖ kind ‖ R ‖ ST)
//! ```
//! The key is used for one message, hence the fixed nonce; ST commits to S and thereby to the key.

use borsh::{BorshDeserialize, BorshSerialize};
use k256::ProjectivePoint;
use rayon::prelude::*;
use zeroize::Zeroizing;

use super::digest::tagged_hash;
use super::keys::{PublicKey, SecretKey, parse_point};
use super::labels;
use super::secret::{Secret32, derive_secret};
use crate::hazmat::aead::{self, NONCE_ZERO, TAG_BYTES};
use crate::hazmat::curve;

/// secp256k1 with AES-256-GCM and SHA-256: the only suite so far.
pub const SUITE_SECP256K1_AES256: u8 = 1;

/// Plaintexts are padded to the smallest of these, so that a length says nothing.
pub const BUCKETS: [usize; 4] = [256, 512, 1024, 2048];

const VERSION: u8 = 1;
const LENGTH_BYTES: usize = 2;

/// What a note is for; part of its key and its authenticated data, so a note of one kind never opens as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct NoteKind(pub u8);

/// What the public sees of a note, and all a wallet needs to tell whether it is the recipient.
///
/// The points are raw bytes here: a wallet scans hundreds of thousands, and one that is off the curve is simply
/// nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Announcement {
    /// Cipher suite; see [`SUITE_SECP256K1_AES256`].
    pub suite: u8,
    /// First byte of H("view-tag", S): sorts out 255 of 256 foreign notes.
    pub view_tag: u8,
    /// R = r·G.
    pub r: [u8; 33],
    /// ST = h1(S)·G.
    pub st: [u8; 33],
}

/// A sealed message.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Note {
    /// The public part.
    pub announcement: Announcement,
    /// C: a padded bucket and its tag.
    pub ciphertext: Vec<u8>,
}

/// Why a note cannot be made or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The plaintext does not fit the largest bucket.
    #[error("note of {bytes} bytes exceeds the largest bucket of 2046")]
    TooLong {
        /// Length of the plaintext.
        bytes: usize,
    },
    /// The note is addressed to this key, yet its content was changed or has another kind.
    #[error("note is addressed to this key but does not open")]
    Damaged,
    /// The suite byte names nothing this version knows.
    #[error("unknown suite {0}")]
    UnknownSuite(u8),
}

/// Seals `plaintext` to `recipient` with the ephemeral secret `r`, which must be fresh or derived for this note alone.
///
/// # Errors
/// [`NoteError::TooLong`] when the plaintext exceeds the largest bucket.
pub fn seal_note(r: &SecretKey, recipient: &PublicKey, kind: NoteKind, plaintext: &[u8]) -> Result<Note, NoteError> {
    let padded = pad(plaintext)?;
    let shared = shared_point(r, recipient);
    let announcement = Announcement {
        suite: SUITE_SECP256K1_AES256,
        view_tag: view_tag(&shared),
        r: *r.public().as_bytes(),           // S2 Alg. 5 step 2: R
        st: *commitment(&shared).as_bytes(), // S2 Alg. 5 step 2: ST
    };
    let ciphertext = aead::encrypt(
        &note_key(&shared, &announcement, kind),
        &NONCE_ZERO,
        &associated_data(&announcement, kind),
        &padded,
    );
    Ok(Note { announcement, ciphertext })
}

/// Whether a note is addressed to `a`: view tag first, then ST (S2 Alg. 5 step 6). Returns S for opening.
pub fn scan_note(a: &SecretKey, announcement: &Announcement) -> Option<Secret32> {
    let point = parse_point(&announcement.r)?;
    let product = ProjectivePoint::from(point) * **a.scalar();
    let shared = Zeroizing::new(*curve::encode(&product.to_affine())?.as_bytes());
    if view_tag(&shared) != announcement.view_tag || *commitment(&shared).as_bytes() != announcement.st {
        return None;
    }
    Some(compress(&shared))
}

/// Scans many announcements on all cores. Returns, in order, the positions of those addressed to `a`, each with its S.
pub fn scan_notes(a: &SecretKey, announcements: &[Announcement]) -> Vec<(usize, Secret32)> {
    let scan = |(position, announcement)| scan_note(a, announcement).map(|shared| (position, shared));
    announcements.par_iter().enumerate().filter_map(scan).collect()
}

/// The secret a note's two ends share, from the sender's side.
pub fn note_shared_secret(r: &SecretKey, recipient: &PublicKey) -> Secret32 {
    compress(&shared_point(r, recipient))
}

/// Opens a note addressed to `a` (S2 Alg. 5 steps 6 and 7). `Ok(None)` if it is addressed to somebody else.
///
/// # Errors
/// [`NoteError::Damaged`] if it is addressed to `a` but was changed; [`NoteError::UnknownSuite`].
pub fn open_note(a: &SecretKey, kind: NoteKind, note: &Note) -> Result<Option<Zeroizing<Vec<u8>>>, NoteError> {
    if note.announcement.suite != SUITE_SECP256K1_AES256 {
        return Err(NoteError::UnknownSuite(note.announcement.suite));
    }
    match scan_note(a, &note.announcement) {
        Some(shared) => open_shared(&shared, kind, note).map(Some),
        None => Ok(None),
    }
}

/// Opens a note with the S that [`scan_note`] found, without multiplying again.
///
/// # Errors
/// [`NoteError::Damaged`] if `shared` does not belong to this note, or the note was changed or has another kind;
/// [`NoteError::UnknownSuite`].
pub fn open_note_with(shared: &Secret32, kind: NoteKind, note: &Note) -> Result<Zeroizing<Vec<u8>>, NoteError> {
    if note.announcement.suite != SUITE_SECP256K1_AES256 {
        return Err(NoteError::UnknownSuite(note.announcement.suite));
    }
    open_shared(shared, kind, note)
}

/// Opens a note from the side of the person who sent it and can derive `r` again.
///
/// # Errors
/// [`NoteError::Damaged`] if `r` and `recipient` do not belong to this note or it was changed.
pub fn open_note_as_sender(
    r: &SecretKey,
    recipient: &PublicKey,
    kind: NoteKind,
    note: &Note,
) -> Result<Zeroizing<Vec<u8>>, NoteError> {
    open_shared(&note_shared_secret(r, recipient), kind, note)
}

fn open_shared(shared: &Secret32, kind: NoteKind, note: &Note) -> Result<Zeroizing<Vec<u8>>, NoteError> {
    let key = note_key_from(shared, &note.announcement, kind);
    aead::decrypt(&key, &NONCE_ZERO, &associated_data(&note.announcement, kind), &note.ciphertext)
        .map(Zeroizing::new)
        .and_then(|padded| unpad(&padded))
        .ok_or(NoteError::Damaged)
}

type SharedPoint = Zeroizing<[u8; 33]>;

fn shared_point(r: &SecretKey, recipient: &PublicKey) -> SharedPoint {
    let point = curve::multiply(recipient, r.scalar()).to_affine();
    // A non-zero scalar times a point other than the identity, in a group of prime order, is never the identity.
    Zeroizing::new(*curve::encode(&point).unwrap_or_else(|| unreachable!()).as_bytes())
}

fn view_tag(shared: &SharedPoint) -> u8 {
    tagged_hash(labels::VIEW_TAG, &[shared.as_slice()]).0[0]
}

/// ST = h1(S)·G.
fn commitment(shared: &SharedPoint) -> PublicKey {
    let scalar = curve::scalar_from_digest(&tagged_hash(labels::H1, &[shared.as_slice()]));
    curve::encode(&(ProjectivePoint::GENERATOR * *scalar).to_affine()).unwrap_or_else(|| unreachable!())
}

/// HKDF of S to 32 bytes, so that the point itself need not be kept.
fn compress(shared: &SharedPoint) -> Secret32 {
    derive_secret(shared.as_slice(), &[], labels::NOTE_SHARED, &[])
}

fn note_key(shared: &SharedPoint, announcement: &Announcement, kind: NoteKind) -> Secret32 {
    note_key_from(&compress(shared), announcement, kind)
}

fn note_key_from(shared: &Secret32, announcement: &Announcement, kind: NoteKind) -> Secret32 {
    let salt = [announcement.r.as_slice(), announcement.st.as_slice()].concat();
    derive_secret(shared.expose(), &salt, labels::NOTE, &[&[kind.0]])
}

fn associated_data(announcement: &Announcement, kind: NoteKind) -> Vec<u8> {
    [&[VERSION, announcement.suite, kind.0], announcement.r.as_slice(), announcement.st.as_slice()].concat()
}

/// length (u16 little-endian) ‖ plaintext ‖ zeros, up to a bucket.
fn pad(plaintext: &[u8]) -> Result<Zeroizing<Vec<u8>>, NoteError> {
    let needed = plaintext.len() + LENGTH_BYTES;
    let bucket =
        BUCKETS.into_iter().find(|bucket| *bucket >= needed).ok_or(NoteError::TooLong { bytes: plaintext.len() })?;
    let mut padded = Zeroizing::new(vec![0; bucket]);
    padded[..LENGTH_BYTES].copy_from_slice(&(plaintext.len() as u16).to_le_bytes());
    padded[LENGTH_BYTES..needed].copy_from_slice(plaintext);
    Ok(padded)
}

/// Accepts what [`pad`] can make and nothing else but a larger bucket than needed.
fn unpad(padded: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if !BUCKETS.contains(&padded.len()) {
        return None;
    }
    let (length, rest) = padded.split_first_chunk::<LENGTH_BYTES>()?;
    let (plaintext, padding) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    padding.iter().all(|byte| *byte == 0).then(|| Zeroizing::new(plaintext.to_vec()))
}

impl Note {
    /// Whether the ciphertext has the length of one of the buckets; anything else is refused by the ledger.
    pub fn has_bucket_length(&self) -> bool {
        BUCKETS.iter().any(|bucket| bucket + TAG_BYTES == self.ciphertext.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_rng;

    fn key(seed: u64) -> SecretKey {
        SecretKey::generate(&mut test_rng(seed))
    }

    #[test]
    fn only_the_addressee_opens_a_note() {
        let (reader, stranger) = (key(1), key(2));
        let note = seal_note(&key(3), &reader.public(), NoteKind(1), b"for you").unwrap();
        assert_eq!(open_note(&reader, NoteKind(1), &note).unwrap().unwrap().as_slice(), b"for you");
        assert_eq!(open_note(&stranger, NoteKind(1), &note), Ok(None));
    }

    #[test]
    fn the_sender_who_kept_r_reads_their_own_note() {
        let (r, reader) = (key(3), key(1));
        let note = seal_note(&r, &reader.public(), NoteKind(1), b"mine").unwrap();
        assert_eq!(open_note_as_sender(&r, &reader.public(), NoteKind(1), &note).unwrap().as_slice(), b"mine");
        assert_eq!(open_note_as_sender(&key(4), &reader.public(), NoteKind(1), &note), Err(NoteError::Damaged));
    }

    #[test]
    fn a_changed_byte_or_kind_is_noticed() {
        let reader = key(1);
        let note = seal_note(&key(3), &reader.public(), NoteKind(1), b"text").unwrap();
        assert_eq!(open_note(&reader, NoteKind(2), &note), Err(NoteError::Damaged), "another kind");
        for position in [0, 100, note.ciphertext.len() - 1] {
            let mut changed = note.clone();
            changed.ciphertext[position] ^= 1;
            assert_eq!(open_note(&reader, NoteKind(1), &changed), Err(NoteError::Damaged));
        }
        let mut other_suite = note;
        other_suite.announcement.suite = 9;
        assert_eq!(open_note(&reader, NoteKind(1), &other_suite), Err(NoteError::UnknownSuite(9)));
    }

    #[test]
    fn lengths_fall_into_buckets() {
        let recipient = key(1).public();
        for (bytes, bucket) in [(0, 256), (254, 256), (255, 512), (1022, 1024), (2046, 2048)] {
            let note = seal_note(&key(2), &recipient, NoteKind(1), &vec![7; bytes]).unwrap();
            assert_eq!(note.ciphertext.len(), bucket + TAG_BYTES);
            assert!(note.has_bucket_length());
        }
        let too_long = seal_note(&key(2), &recipient, NoteKind(1), &[7; 2047]);
        assert_eq!(too_long, Err(NoteError::TooLong { bytes: 2047 }));
    }

    #[test]
    fn an_announcement_off_the_curve_is_nobodys() {
        let junk = Announcement { suite: 1, view_tag: 0, r: [9; 33], st: [9; 33] };
        assert!(scan_note(&key(1), &junk).is_none());
    }
}
