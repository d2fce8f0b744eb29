//! What comes from outside as a text: a `carekey:` link, a pasted card, the code in a picture. Read in this one place.
//!
//! Links are `carekey:contact?card=…`, `carekey:join?invitation=…`, `carekey:help?number=…` and `carekey:enrol?code=…`;
//! what they carry is understood without the link around it too. Reading one does nothing: the person decides.

use carekey_protocol::Certificate;

use crate::context::Context;
use crate::errors;
use crate::types::{ErrorCode, ErrorView, LinkOpenRequest, LinkView};
use crate::views::people;

/// Longest text that is looked at. An invitation with many hospitals is the longest thing there is.
const TEXT_MAX: usize = 64 << 10;

/// How an invitation begins; what follows is read where a network is joined.
const INVITATION: &str = "carenet1.";

pub(crate) async fn open(_: &Context, request: LinkOpenRequest) -> Result<LinkView, ErrorView> {
    classify(&request.text).ok_or_else(|| errors::plain(ErrorCode::LinkUnknown))
}

/// The contact card in a text or link; the text itself if there is none in it.
pub(crate) fn card_in(text: &str) -> String {
    match classify(text) {
        Some(LinkView::Contact { card, .. }) => card,
        _ => text.split_whitespace().collect(),
    }
}

/// What a text is, if it is anything of ours.
fn classify(text: &str) -> Option<LinkView> {
    if text.len() > TEXT_MAX {
        return None;
    }
    let text = text.trim();
    match text.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("carekey") => link(rest),
        _ => bare(text),
    }
}

/// `contact?card=…`, with the slashes that some programs put before it.
fn link(rest: &str) -> Option<LinkView> {
    let (action, query) = rest.trim_start_matches('/').split_once('?')?;
    let value = |wanted: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value)
    };
    match action.trim_end_matches('/') {
        "contact" => contact(&decoded(value("card")?)?),
        "join" => invitation(&decoded(value("invitation")?)?),
        "help" => recovery(&decoded(value("number")?)?),
        "enrol" => enrolment(&decoded(value("code")?)?),
        _ => None,
    }
}

/// What a link would carry, by itself.
fn bare(text: &str) -> Option<LinkView> {
    let text: String = text.split_whitespace().collect();
    // Bech32 means the same in capitals, which a code in a picture prefers.
    let kind = text.split_once('1').map(|(kind, _)| kind.to_ascii_lowercase()).unwrap_or_default();
    match kind.as_str() {
        "carecard" => contact(&text),
        "carenet" => invitation(&text),
        _ => recovery(&text).or_else(|| enrolment(&text)),
    }
}

fn contact(card: &str) -> Option<LinkView> {
    let card: String = card.split_whitespace().collect::<String>().to_ascii_lowercase();
    let person = Certificate::from_card(&card).ok()?.body;
    Some(LinkView::Contact { card, name: person.name.to_string(), role: people::role(person.role) })
}

/// Twelve letters and digits, however they are grouped.
fn enrolment(code: &str) -> Option<LinkView> {
    let signs: String = code.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect();
    let is_code = signs.len() == 12 && signs.bytes().all(|sign| sign.is_ascii_alphanumeric());
    let signs = signs.to_ascii_uppercase();
    is_code.then(|| LinkView::Enrolment { code: format!("{}-{}-{}", &signs[..4], &signs[4..8], &signs[8..]) })
}

fn invitation(text: &str) -> Option<LinkView> {
    let coded = text.strip_prefix(INVITATION)?;
    let is_coded = !coded.is_empty() && coded.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"-_".contains(&sign));
    is_coded.then(|| LinkView::Invitation { text: text.to_owned() })
}

/// Sixteen digits, however they are grouped; the last one tells a slip, where the number is used.
fn recovery(number: &str) -> Option<LinkView> {
    let digits: String = number.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect();
    let is_number = digits.len() == 16 && digits.bytes().all(|sign| sign.is_ascii_digit());
    is_number.then_some(LinkView::Recovery { text: digits })
}

/// Percent signs undone.
fn decoded(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let pair = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(pair, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_one_time_code_is_known_however_it_is_written() {
        let code = Some(LinkView::Enrolment { code: "K7QF-2M9X-ABCD".into() });
        for text in [
            "K7QF-2M9X-ABCD",
            " k7qf 2m9x abcd\n",
            "carekey:enrol?code=K7QF2M9XABCD",
            "CareKey://enrol?code=k7qf-2m9x-abcd",
        ] {
            assert_eq!(classify(text), code, "{text}");
        }
    }

    #[test]
    fn invitations_and_calls_for_help_are_passed_on_as_they_are() {
        let invitation = Some(LinkView::Invitation { text: "carenet1.AQ-_x".into() });
        assert_eq!(classify("carenet1.AQ-_x"), invitation);
        assert_eq!(classify("carenet1.A\n Q-_x"), invitation, "broken by a mail");
        assert_eq!(classify("carekey:join?from=desk&invitation=carenet1%2eAQ-_x"), invitation);
        let number = Some(LinkView::Recovery { text: "1234567812345678".into() });
        assert_eq!(classify("1234 5678 1234 5678"), number);
        assert_eq!(classify("carekey:help?number=1234-5678-1234-5678"), number);
    }

    #[test]
    fn nothing_else_is_taken_for_one() {
        let long = format!("carekey:join?invitation=carenet1.{}", "x".repeat(TEXT_MAX));
        for text in [
            "",
            "hello",
            "https://example.org/?card=carecard1qqqq",
            "carekey:",
            "carekey:contact",
            "carekey:contact?card=",
            "carekey:contact?card=carecard1qqqq",
            "carekey:join?invitation=",
            "carekey:join?invitation=%ff",
            "carekey:join?invitation=carenet1.",
            "carekey:join?invitation=carenet1.a/b",
            "carekey:join?invitation=%4",
            "carekey:format?disk=all",
            "carecard1notacard",
            "K7QF-2M9X-ABC",
            "K7QF-2M9X-ABCÄ",
            &long,
        ] {
            assert_eq!(classify(text), None, "{}", &text[..text.len().min(60)]);
        }
    }
}
