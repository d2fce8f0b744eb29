//! An invitation: the network file as one line of text, to be pasted, or shown as a picture.
//!
//! ```text
//! "carenet1." ‖ base64url( body ‖ first 4 bytes of H("invitation", body) )
//! body = version 1 ‖ borsh { genesis, address of the authority, addresses of hospitals }
//! ```
//! It carries the whole genesis, so nothing has to be fetched from an address that might answer with another network. The
//! digest tells a slip from another network; what is trusted is the genesis, as in the file.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::tagged_hash;
use carekey_protocol::{Genesis, HospitalId, decode, encode};

use crate::{NetworkFile, NetworkFileError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const PREFIX: &str = "carenet1.";
const VERSION: u8 = 1;
const CHECK_BYTES: usize = 4;
/// A consortium of two hundred hospitals.
const TEXT_BYTES_MAX: usize = 64 * 1024;

#[derive(BorshSerialize, BorshDeserialize)]
struct Body {
    genesis: Genesis,
    authority: String,
    hospitals: Vec<(HospitalId, String)>,
}

impl NetworkFile {
    /// This network as an invitation.
    pub fn invitation(&self) -> String {
        let body = Body {
            genesis: self.genesis.clone(),
            authority: self.authority.to_string(),
            hospitals: self.hospitals.iter().map(|(id, address)| (*id, address.to_string())).collect(),
        };
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&encode(&body));
        let check = check(&bytes);
        bytes.extend_from_slice(&check);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads an invitation, wherever it stands in the text: a link `carekey:join?invitation=…`, a mail, with line breaks
    /// or without. A pasted network file is read too.
    ///
    /// # Errors
    /// [`NetworkFileError`].
    pub fn from_invitation(text: &str) -> Result<Self, NetworkFileError> {
        let wrong = |why: &str| NetworkFileError::Value(why.to_owned());
        if text.len() > TEXT_BYTES_MAX {
            return Err(wrong("the text is too long for an invitation"));
        }
        if text.trim_start().starts_with('{') {
            return text.parse();
        }
        // In one piece with something after it, or broken into lines.
        let joined: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        Self::from_piece(text).or_else(|_| Self::from_piece(&joined))
    }

    fn from_piece(text: &str) -> Result<Self, NetworkFileError> {
        let wrong = |why: &str| NetworkFileError::Value(why.to_owned());
        let start = text.find(PREFIX).ok_or_else(|| wrong("there is no invitation in this text"))?;
        let is_ours = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        let rest = &text[start + PREFIX.len()..];
        let coded = rest.split(|letter| !is_ours(letter)).next().unwrap_or_default();
        let bytes = URL_SAFE_NO_PAD.decode(coded).map_err(|_| wrong("the invitation is not complete"))?;
        let (bytes, found) =
            bytes.split_last_chunk::<CHECK_BYTES>().ok_or_else(|| wrong("the invitation is not complete"))?;
        if check(bytes) != *found {
            return Err(wrong("the invitation is not complete, or a letter differs"));
        }
        let Some((&VERSION, body)) = bytes.split_first() else {
            return Err(wrong("the invitation was made by a newer CareKey"));
        };
        let body: Body = decode(body).map_err(|error| NetworkFileError::Value(error.to_string()))?;
        Self::checked(body.genesis, &body.authority, body.hospitals)
    }
}

fn check(body: &[u8]) -> [u8; CHECK_BYTES] {
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&tagged_hash("invitation", &[body]).0[..CHECK_BYTES]);
    check
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::network_file::tests::network;

    #[test]
    fn an_invitation_is_the_network_in_any_wrapping() {
        let invitation = network().invitation();
        let broken_up: String = invitation.chars().flat_map(|letter| [letter, ' ', '\n']).collect();
        for text in [
            invitation.clone(),
            broken_up,
            format!("carekey:join?invitation={invitation}"),
            format!("carekey:join?invitation={invitation}&from=desk"),
            format!("Dear Ms Keller,\n  this is your invitation:\n{invitation}\nYours, the front desk"),
        ] {
            assert_eq!(NetworkFile::from_invitation(&text).expect("an invitation"), network());
        }
        assert!(invitation.len() < 2000, "it fits into a picture: {} letters", invitation.len());
    }

    #[test]
    fn every_slip_is_noticed() {
        let invitation = network().invitation();
        for at in PREFIX.len()..invitation.len() {
            let mut changed: Vec<char> = invitation.chars().collect();
            changed[at] = if changed[at] == 'A' { 'B' } else { 'A' };
            let changed: String = changed.into_iter().collect();
            assert!(NetworkFile::from_invitation(&changed).is_err(), "letter {at}");
            assert!(NetworkFile::from_invitation(&invitation[..at]).is_err(), "cut at {at}");
        }
        assert!(NetworkFile::from_invitation("carecard1qpzry").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(text: String, bytes: Vec<u8>) {
            prop_assert!(NetworkFile::from_invitation(&text).is_err());
            let coded = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
            prop_assert!(NetworkFile::from_invitation(&coded).is_err());
        }
    }
}
