//! Notes: one that opens in each way, and every way in which one does not.

use super::{Vector, committed, outcome};
use crate::hazmat::aead::{self, NONCE_ZERO};
use crate::{
    Note, NoteKind, SecretKey, derive_secret, note_shared_secret, open_note, open_note_as_sender, open_note_with,
    scan_note, scan_notes, seal_note, test_rng,
};

const KIND: NoteKind = NoteKind(2);

fn parties() -> (SecretKey, SecretKey) {
    (SecretKey::generate(&mut test_rng(1)), SecretKey::generate(&mut test_rng(2)))
}

fn sealed(plaintext: &[u8]) -> Note {
    let (r, reader) = parties();
    seal_note(&r, &reader.public(), KIND, plaintext).unwrap()
}

/// `expect` is `ok`, `not mine`, or the error.
fn result_of(reader: &SecretKey, kind: NoteKind, note: &Note) -> String {
    match open_note(reader, kind, note) {
        Ok(None) => "not mine".to_owned(),
        other => outcome(&other),
    }
}

fn describe(name: &'static str, about: &str, kind: NoteKind, note: &Note) -> Vector {
    let (r, reader) = parties();
    Vector::new(name, about)
        .with_bytes("r", r.to_secret().expose())
        .with_bytes("recipient_secret", reader.to_secret().expose())
        .with_bytes("recipient", reader.public().as_bytes())
        .with_bytes("kind", [kind.0])
        .with_bytes("note", borsh::to_vec(note).unwrap())
        .with("expect", result_of(&reader, kind, note))
}

fn changed(name: &'static str, about: &str, change: impl FnOnce(&mut Note)) -> Vector {
    let mut note = sealed(b"for you");
    change(&mut note);
    describe(name, about, KIND, &note)
}

/// A note with the right key around a plaintext that breaks the padding rules.
fn unruly(name: &'static str, about: &str, padded: &[u8]) -> Vector {
    changed(name, about, |note| {
        let (r, reader) = parties();
        let points = [note.announcement.r, note.announcement.st].concat();
        let shared = note_shared_secret(&r, &reader.public());
        let key = derive_secret(shared.expose(), &points, "note", &[&[KIND.0]]);
        let associated = [&[1, note.announcement.suite, KIND.0], points.as_slice()].concat();
        note.ciphertext = aead::encrypt(&key, &NONCE_ZERO, &associated, padded);
    })
}

fn vectors() -> Vec<Vector> {
    let full = [7; 254];
    let mut not_zero = [0; 256];
    not_zero[255] = 1;
    let mut too_long = [0; 256];
    too_long[..2].copy_from_slice(&255u16.to_le_bytes());
    vec![
        describe("note_short", "smallest bucket", KIND, &sealed(b"for you")).with_bytes("plaintext", b"for you"),
        describe("note_empty", "no plaintext", KIND, &sealed(b"")).with_bytes("plaintext", b""),
        describe("note_full_bucket", "254 bytes fill 256", KIND, &sealed(&full)).with_bytes("plaintext", full),
        describe("note_next_bucket", "255 bytes need 512", KIND, &sealed(&[7; 255])).with_bytes("plaintext", [7; 255]),
        describe("note_wrong_kind", "opened as another kind", NoteKind(3), &sealed(b"for you")),
        changed("note_unknown_suite", "suite 9", |note| note.announcement.suite = 9),
        changed("note_view_tag_changed", "sorted out at once", |note| note.announcement.view_tag ^= 1),
        changed("note_st_changed", "ST no longer commits to S", |note| note.announcement.st[5] ^= 1),
        changed("note_r_changed", "another shared point, or none", |note| note.announcement.r[5] ^= 1),
        changed("note_r_off_the_curve", "R is no point", |note| note.announcement.r = [9; 33]),
        changed("note_r_identity", "R is the identity's encoding", |note| note.announcement.r = [0; 33]),
        changed("note_ciphertext_flipped", "one bit of C", |note| note.ciphertext[0] ^= 1),
        changed("note_ciphertext_cut", "C without its last byte", |note| {
            note.ciphertext.pop();
        }),
        changed("note_ciphertext_missing", "C is empty", |note| note.ciphertext.clear()),
        unruly("note_padding_not_zero", "a byte after the plaintext", &not_zero),
        unruly("note_length_beyond_bucket", "claims 255 bytes of 254", &too_long),
        unruly("note_bucket_unknown", "300 bytes are no bucket", &[0; 300]),
    ]
}

#[test]
fn notes_open_or_fail_as_their_vectors_say() {
    for vector in committed(vectors()) {
        let reader = SecretKey::from_bytes(&vector.array("recipient_secret")).unwrap();
        let kind = NoteKind(vector.array::<1>("kind")[0]);
        let note: Note = borsh::from_slice(&vector.bytes("note")).unwrap();
        assert_eq!(result_of(&reader, kind, &note), vector.text("expect"), "{}", vector.name);
        let opens = vector.text("expect") == "ok";
        assert_eq!(opens, vector.fields.contains_key("plaintext"), "{}", vector.name);
        if opens {
            let r = SecretKey::from_bytes(&vector.array("r")).unwrap();
            let plaintext = vector.bytes("plaintext");
            let shared = scan_note(&reader, &note.announcement).unwrap();
            assert_eq!(*open_note_with(&shared, kind, &note).unwrap(), plaintext);
            assert_eq!(*open_note_as_sender(&r, &reader.public(), kind, &note).unwrap(), plaintext);
        }
    }
}

#[test]
fn scanning_many_finds_ones_own_in_order() {
    let (_, reader) = parties();
    let mut rng = test_rng(7);
    let announcements: Vec<_> = (0..60)
        .map(|number| {
            let stranger = SecretKey::generate(&mut rng);
            let recipient = if number % 20 == 3 { reader.public() } else { stranger.public() };
            seal_note(&SecretKey::generate(&mut rng), &recipient, KIND, b"x").unwrap().announcement
        })
        .collect();
    let found: Vec<usize> = scan_notes(&reader, &announcements).into_iter().map(|(position, _)| position).collect();
    assert_eq!(found, [3, 23, 43]);
}
