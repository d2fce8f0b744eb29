//! Speed of sealing, opening and scanning, to be put beside `age` and a bare ECDH loop.
//!
//! ```text
//! measure seal FILE SEALED     prints K_P in hex
//! measure open SEALED FILE KEY
//! measure root SEALED
//! measure scan COUNT           notes a second, next to a bare k256 ECDH loop over the same points, on one core
//! ```
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fs::File;
use std::time::Instant;

use carekey_crypto::{
    Announcement, NoteKind, SealOptions, Secret32, SecretKey, content_root, open_record, scan_note, scan_notes,
    seal_note, seal_record, test_rng,
};
use k256::elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
use k256::{AffinePoint, ProjectivePoint, Scalar, Sec1Point};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["seal", file, sealed] => seal(file, sealed),
        ["open", sealed, file, key] => open(sealed, file, key),
        ["root", sealed] => root(sealed),
        ["scan", count] => scan(count.parse()?),
        _ => Err("seal FILE SEALED | open SEALED FILE KEY | root SEALED | scan COUNT".into()),
    }
}

fn seal(file: &str, sealed: &str) -> Result<(), Box<dyn Error>> {
    let author = SecretKey::generate(&mut test_rng(1));
    let (mut source, mut sink) = (File::open(file)?, File::create(sealed)?);
    let options = SealOptions { announced_bytes: Some(source.metadata()?.len()), ..SealOptions::default() };
    // A measurement, not a secret: the key is the same in every run.
    let record = seal_record(&mut test_rng(2), b"metadata", &mut source, &mut sink, options, |root| {
        author.sign("record", &[&root.0])
    })?;
    println!("{}", hex::encode(record.key.expose()));
    Ok(())
}

fn open(sealed: &str, file: &str, key: &str) -> Result<(), Box<dyn Error>> {
    let key: [u8; 32] = hex::decode(key)?.try_into().map_err(|_| "a key has 32 bytes")?;
    let (mut source, mut sink) = (File::open(sealed)?, File::create(file)?);
    open_record(&Secret32::from_bytes(key), &mut source, &mut sink, None)?;
    Ok(())
}

fn root(sealed: &str) -> Result<(), Box<dyn Error>> {
    let (root, bytes) = content_root(&mut File::open(sealed)?)?;
    println!("{root} {bytes}");
    Ok(())
}

fn scan(count: usize) -> Result<(), Box<dyn Error>> {
    let mut rng = test_rng(3);
    let (reader, stranger) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
    let announcements: Vec<Announcement> = (0..count)
        .map(|_| seal_note(&SecretKey::generate(&mut rng), &stranger.public(), NoteKind(1), b"x"))
        .map(|note| note.map(|note| note.announcement))
        .collect::<Result<_, _>>()?;
    let secret: Scalar = *k256::SecretKey::from_slice(reader.to_secret().expose())?.to_nonzero_scalar();
    let bare = Instant::now();
    let mut sum = 0u64;
    for announcement in &announcements {
        let encoded = Sec1Point::from_bytes(announcement.r)?;
        let point: AffinePoint = Option::from(AffinePoint::from_sec1_point(&encoded)).ok_or("a point")?;
        let shared = (ProjectivePoint::from(point) * secret).to_affine().to_sec1_point(true);
        sum += u64::from(shared.as_bytes()[1]);
    }
    let bare = bare.elapsed();
    let one_core = Instant::now();
    let found = announcements.iter().filter(|announcement| scan_note(&reader, announcement).is_some()).count();
    let one_core = one_core.elapsed();
    let all_cores = Instant::now();
    let also_found = scan_notes(&reader, &announcements).len();
    let all_cores = all_cores.elapsed();
    let rate = |time: std::time::Duration| count as f64 / time.as_secs_f64();
    println!("bare ECDH {:.0}/s, scan {:.0}/s, all cores {:.0}/s", rate(bare), rate(one_core), rate(all_cores));
    println!("scan costs {:.2} times the bare loop", one_core.as_secs_f64() / bare.as_secs_f64());
    println!("found {found}, {also_found}; {sum}");
    Ok(())
}
