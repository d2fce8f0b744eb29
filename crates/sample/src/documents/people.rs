//! Who lives in the sample network.

/// What a person is certified as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonRole {
    /// Has records of her own.
    Patient,
    /// Physician.
    Doctor,
    /// Laboratory staff.
    Laboratory,
    /// Sees what a relative shares.
    Family,
}

/// A person of the sample network. All are invented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// Short key, used in file names and on command lines.
    pub key: &'static str,
    /// Full name with title.
    pub name: &'static str,
    /// What the person is.
    pub role: PersonRole,
    /// Specialty, as the certificate names it.
    pub specialty: Option<&'static str>,
    /// Where clinicians work: `north` or `south`.
    pub hospital: Option<&'static str>,
    /// Year of birth.
    pub born: u16,
}

/// Everybody, in the order the start screen lists them.
pub const PEOPLE: [Person; 5] = [
    Person {
        key: "maria",
        name: "Maria Keller",
        role: PersonRole::Patient,
        specialty: None,
        hospital: None,
        born: 1955,
    },
    Person {
        key: "amir",
        name: "Dr Amir Haddad",
        role: PersonRole::Doctor,
        specialty: Some("Cardiology"),
        hospital: Some("north"),
        born: 1982,
    },
    Person {
        key: "ngozi",
        name: "Dr Ngozi Okafor",
        role: PersonRole::Doctor,
        specialty: Some("General practice"),
        hospital: Some("south"),
        born: 1975,
    },
    Person {
        key: "lena",
        name: "Lena Brandt",
        role: PersonRole::Laboratory,
        specialty: Some("Clinical chemistry"),
        hospital: Some("north"),
        born: 1994,
    },
    Person {
        key: "jonas",
        name: "Jonas Keller",
        role: PersonRole::Family,
        specialty: None,
        hospital: None,
        born: 1988,
    },
];

/// The person with this key.
pub fn person(key: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.key == key)
}

/// Name of a hospital by its key.
pub(super) fn hospital_name(key: &str) -> &'static str {
    if key == "north" { "North General" } else { "South Clinic" }
}
