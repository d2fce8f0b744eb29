//! The people of the sample network and Maria Keller's medical documents, made by code.
//!
//! Everything here is invented and follows from one seed: the same seed gives the same bytes on every machine. The
//! documents tell one story over six years (diabetes and blood pressure under a GP's care, atrial fibrillation found in
//! November 2023, a hard winter before that), so that trends, reference ranges and collections have something to show.
//! This module knows no other CareKey crate.

mod care;
mod chance;
mod dates;
mod ecg;
mod fhir;
mod labs;
mod letter;
mod lettering;
mod notes;
mod pdf;
mod people;
mod scan;

pub use people::{PEOPLE, Person, PersonRole, person};

use chance::Chance;

/// A document as its author would upload it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleDocument {
    /// What to call it.
    pub title: String,
    /// Key of its author in [`PEOPLE`].
    pub author: &'static str,
    /// Key of the patient in [`PEOPLE`].
    pub patient: &'static str,
    /// Where it was made: `north` or `south`.
    pub hospital: &'static str,
    /// When, in milliseconds since 1970.
    pub date_unix_ms: u64,
    /// Collection: `general`, `heart`, `medication`, `laboratory`, `mentalHealth` or `devices`.
    pub collection: &'static str,
    /// `application/fhir+json`, `application/pdf`, `image/png`, `application/dicom` or `text/plain`.
    pub media_type: &'static str,
    /// A file name that fits.
    pub file_name: String,
    /// The document itself.
    pub bytes: Vec<u8>,
}

/// All documents, oldest first. The same seed gives the same bytes.
pub fn documents(seed: u64) -> Vec<SampleDocument> {
    let mut chance = Chance::new(seed);
    let mut all = labs::documents(&mut chance);
    all.extend(care::documents(&mut chance));
    all.extend(notes::documents());
    all.push(letter::discharge_letter());
    all.extend(ecg::documents(&mut chance));
    all.push(scan::chest_ct(&mut chance));
    all.sort_by_key(|document| document.date_unix_ms);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        assert_eq!(documents(7), documents(7));
        assert_ne!(documents(7), documents(8), "another seed is another history");
    }

    #[test]
    fn every_collection_has_documents_and_every_author_exists() {
        let all = documents(1);
        for collection in ["general", "heart", "medication", "laboratory", "mentalHealth", "devices"] {
            assert!(all.iter().any(|document| document.collection == collection), "{collection} is empty");
        }
        for document in &all {
            let author = person(document.author).expect("a known author");
            assert_eq!(author.hospital, Some(document.hospital), "{}: authors write where they work", document.title);
            assert!(!document.bytes.is_empty() && document.bytes.len() < 400_000, "{}", document.title);
        }
        assert!(all.len() >= 24);
        let span = all[all.len() - 1].date_unix_ms - all[0].date_unix_ms;
        assert!(span > 5 * 365 * 86_400_000, "about six years");
    }
}
