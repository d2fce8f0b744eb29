//! Scanning notes next to the bare curve operation that any such scan must do for each.

use std::hint::black_box;
use std::time::{Duration, Instant};

use carekey_crypto::{Announcement, NoteKind, SecretKey, scan_note, scan_notes, seal_note, test_rng};
use k256::elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
use k256::{AffinePoint, ProjectivePoint, Scalar, Sec1Point};
use secp256k1::ecdh::SharedSecret;

use crate::Outcome;
use crate::aims::Aims;
use crate::table::{Table, grouped};

/// One note of so many is the reader's.
const OWN_EVERY: usize = 1000;

pub(crate) fn measure(quick: bool, aims: &mut Aims) -> Outcome {
    let (count, rounds) = if quick { (300, 1) } else { (10_000, 7) };
    let reader = SecretKey::generate(&mut test_rng(3));
    let announcements = announcements(count, &reader)?;
    let own = count.div_ceil(OWN_EVERY);

    let secret: Scalar = *k256::SecretKey::from_slice(reader.to_secret().expose())?.to_nonzero_scalar();
    let other = secp256k1::SecretKey::from_secret_bytes(*reader.to_secret().expose())?;
    let mut best = [Duration::MAX; 4];
    for _ in 0..rounds {
        let times = [
            time(|| announcements.iter().try_for_each(|note| bare(note, &secret)))?,
            time(|| announcements.iter().try_for_each(|note| libsecp256k1(note, &other)))?,
            time(|| found(announcements.iter().filter(|note| scan_note(&reader, note).is_some()).count(), own))?,
            time(|| found(scan_notes(&reader, &announcements).len(), own))?,
        ];
        for (best, time) in best.iter_mut().zip(times) {
            *best = time.min(*best);
        }
    }

    let mut table = Table::new("Scanning notes", ["", "notes a second", "time of the bare k256 loop"]);
    let names = [
        "k256: decode R, multiply, encode (one core)",
        "libsecp256k1: parse R, ECDH (one core)",
        "CareKey: scan a note (one core)",
        "CareKey: scan notes (all cores)",
    ];
    let ratio = |time: Duration| time.as_secs_f64() / best[0].as_secs_f64();
    for (name, time) in names.into_iter().zip(best) {
        let rate = count as f64 / time.as_secs_f64();
        table.row([name.to_owned(), grouped(rate as u64), format!("{:.2}", ratio(time))]);
    }
    table.remark(format!(
        "{} announcements, one in {} the reader's; the best of {rounds} interleaved rounds. The scan is the same \
         multiplication, then the view tag, then ST for the 1 in 256 whose tag agrees.",
        grouped(count as u64),
        grouped(OWN_EVERY as u64),
    ));
    table.print();
    let measured = format!("{:.2} times", ratio(best[2]));
    aims.note("Scanning notes", "within 1.3 times of a bare k256 ECDH loop", measured, ratio(best[2]) <= 1.3);
    Ok(())
}

fn announcements(count: usize, reader: &SecretKey) -> Outcome<Vec<Announcement>> {
    let mut rng = test_rng(4);
    let stranger = SecretKey::generate(&mut rng).public();
    let mut announcements = Vec::new();
    for number in 0..count {
        let recipient = if number % OWN_EVERY == 0 { reader.public() } else { stranger };
        let note = seal_note(&SecretKey::generate(&mut rng), &recipient, NoteKind(1), b"x")?;
        announcements.push(note.announcement);
    }
    Ok(announcements)
}

fn bare(note: &Announcement, secret: &Scalar) -> Outcome {
    let point: Option<AffinePoint> = AffinePoint::from_sec1_point(&Sec1Point::from_bytes(note.r)?).into();
    let shared = ProjectivePoint::from(point.ok_or("R is no point")?) * secret;
    black_box(shared.to_affine().to_sec1_point(true));
    Ok(())
}

fn libsecp256k1(note: &Announcement, secret: &secp256k1::SecretKey) -> Outcome {
    let point = secp256k1::PublicKey::from_byte_array_compressed(note.r)?;
    black_box(SharedSecret::new(&point, secret));
    Ok(())
}

fn found(count: usize, wanted: usize) -> Outcome {
    if count == wanted { Ok(()) } else { Err(format!("{count} notes were found, not {wanted}").into()) }
}

fn time(work: impl FnOnce() -> Outcome) -> Outcome<Duration> {
    let begun = Instant::now();
    work()?;
    Ok(begun.elapsed())
}
