//! People, from their certificates.

use std::collections::{HashMap, HashSet};

use carekey_protocol::{self as protocol, Certificate, ParticipantId};

use crate::opened::OpenProfile;
use crate::types::{ErrorView, PersonView, Role};

/// Shows people to one profile.
pub(crate) struct People<'a> {
    profile: &'a OpenProfile,
    contacts: HashSet<ParticipantId>,
    nicknames: HashMap<ParticipantId, String>,
}

impl<'a> People<'a> {
    /// Knows who is a contact.
    ///
    /// # Errors
    /// The vault's.
    pub(crate) fn of(profile: &'a OpenProfile) -> Result<Self, ErrorView> {
        let contacts = profile.wallet.contacts()?;
        let contacts = contacts.into_iter().map(|contact| contact.body.id).collect();
        Ok(Self { profile, contacts, nicknames: profile.wallet.nicknames()? })
    }

    pub(crate) fn view(&self, certificate: &Certificate) -> PersonView {
        let body = &certificate.body;
        PersonView {
            id: body.id.to_string(),
            name: body.name.to_string(),
            initials: initials(body.name.as_str()),
            role: role(body.role),
            specialty: Some(body.specialty.to_string()).filter(|specialty| !specialty.is_empty()),
            hospital: Some(self.profile.hospital(body.hospital)),
            contact: self.contacts.contains(&body.id),
            nickname: self.nicknames.get(&body.id).cloned(),
        }
    }

    /// Somebody by identifier; by the name at hand if their certificate was never seen.
    pub(crate) fn view_id(&self, id: &ParticipantId, name: &str) -> PersonView {
        if let Ok(certificate) = self.profile.wallet.person(id) {
            return self.view(&certificate);
        }
        PersonView {
            hospital: Some(self.profile.hospital(id.hospital())),
            nickname: self.nicknames.get(id).cloned(),
            ..self.nameless(&id.to_string(), name)
        }
    }

    /// Somebody of whom no more than a name is known, if that.
    pub(crate) fn nameless(&self, id: &str, name: &str) -> PersonView {
        PersonView {
            id: id.to_owned(),
            name: name.to_owned(),
            initials: initials(name),
            role: Role::Person,
            specialty: None,
            hospital: None,
            contact: false,
            nickname: None,
        }
    }
}

pub(crate) fn role(role: protocol::Role) -> Role {
    match role {
        protocol::Role::Person | protocol::Role::Hospital => Role::Person,
        protocol::Role::Doctor => Role::Doctor,
        protocol::Role::Nurse => Role::Nurse,
        protocol::Role::Laboratory => Role::Laboratory,
    }
}

/// First letters of the first and the last name, titles aside; at most two.
pub(crate) fn initials(name: &str) -> String {
    const TITLES: [&str; 6] = ["dr", "prof", "mr", "mrs", "ms", "med"];
    let is_title = |word: &&str| TITLES.contains(&word.trim_end_matches('.').to_lowercase().as_str());
    let words: Vec<&str> = name.split_whitespace().filter(|word| !is_title(word)).collect();
    let ends = match words.as_slice() {
        [] => vec![],
        [only] => vec![*only],
        [first, .., last] => vec![*first, *last],
    };
    let letter = |word: &str| word.chars().find(|c| c.is_alphanumeric());
    let letters: String = ends.into_iter().filter_map(letter).flat_map(char::to_uppercase).collect();
    if letters.is_empty() { "?".to_owned() } else { letters }
}

/// Specialty and hospital in one line, as far as there are any.
pub(crate) fn about(parts: [&str; 2]) -> Option<String> {
    let known: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if known.is_empty() { None } else { Some(known.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_shows_the_name_not_the_title() {
        for (name, badge) in
            [("Dr Amir Haddad", "AH"), ("Prof. Dr. med. Åsa von Berg", "ÅB"), ("Maria", "M"), ("", "?"), ("Dr", "?")]
        {
            assert_eq!(initials(name), badge, "{name}");
        }
    }
}
