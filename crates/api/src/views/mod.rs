//! What the wallet and the documents say, in the shapes the window shows.

pub(crate) mod access;
pub(crate) mod content;
pub(crate) mod grants;
#[cfg(test)]
mod made_up;
pub(crate) mod messages;
mod pages;
pub(crate) mod people;
pub(crate) mod records;
mod results;
pub(crate) mod summary;
pub(crate) mod trust;

use carekey_protocol as protocol;

use crate::types::{Collection, Purpose};

/// All collections, in the order shown to people.
pub(crate) const COLLECTIONS: [Collection; 6] = [
    Collection::General,
    Collection::Heart,
    Collection::Medication,
    Collection::Laboratory,
    Collection::MentalHealth,
    Collection::Devices,
];

/// A collection of the protocol.
pub(crate) fn collection(of: protocol::Collection) -> Collection {
    match of {
        protocol::Collection::General => Collection::General,
        protocol::Collection::Heart => Collection::Heart,
        protocol::Collection::Medication => Collection::Medication,
        protocol::Collection::Laboratory => Collection::Laboratory,
        protocol::Collection::MentalHealth => Collection::MentalHealth,
        protocol::Collection::Devices => Collection::Devices,
    }
}

/// The other way round.
pub(crate) fn protocol_collection(of: Collection) -> protocol::Collection {
    match of {
        Collection::General => protocol::Collection::General,
        Collection::Heart => protocol::Collection::Heart,
        Collection::Medication => protocol::Collection::Medication,
        Collection::Laboratory => protocol::Collection::Laboratory,
        Collection::MentalHealth => protocol::Collection::MentalHealth,
        Collection::Devices => protocol::Collection::Devices,
    }
}

/// The purpose as passes and access requests carry it: English words, as the reader and the patient may see them
/// elsewhere.
pub(crate) fn purpose_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Treatment => "Treatment",
        Purpose::SecondOpinion => "Second opinion",
        Purpose::FollowUp => "Follow-up",
        Purpose::FamilyCare => "Family care",
        Purpose::Other => "Other",
    }
}

/// The purpose that words stand for; words nobody chose here are `Other`.
pub(crate) fn purpose(words: &str) -> Purpose {
    let letters = |text: &str| text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    let wanted = letters(words);
    [Purpose::Treatment, Purpose::SecondOpinion, Purpose::FollowUp, Purpose::FamilyCare]
        .into_iter()
        .find(|purpose| letters(purpose_words(*purpose)) == wanted)
        .unwrap_or(Purpose::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_survives_its_way_through_a_pass() {
        let all = [Purpose::Treatment, Purpose::SecondOpinion, Purpose::FollowUp, Purpose::FamilyCare, Purpose::Other];
        for one in all {
            assert_eq!(purpose(purpose_words(one)), one);
        }
        assert_eq!(purpose("familyCare"), Purpose::FamilyCare);
        assert_eq!(purpose("because"), Purpose::Other);
    }

    #[test]
    fn collections_keep_the_protocols_order() {
        assert_eq!(protocol::Collection::ALL.map(collection), COLLECTIONS);
        assert_eq!(COLLECTIONS.map(protocol_collection), protocol::Collection::ALL);
    }
}
