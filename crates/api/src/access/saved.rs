//! The log as files: a table for people (RFC 4180), and the receipts with their signatures for whoever checks them.

use std::collections::HashMap;
use std::fmt::Write as _;

use carekey_protocol::encode;
use carekey_wallet::access_log::Access;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::files::hex;
use crate::opened::OpenProfile;
use crate::types::{AccessAgreement, AccessOutcome, AccessRow, ErrorView, Language};
use crate::{errors, files};

/// Spreadsheets take a text without it for another encoding than UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The words of a table.
struct Words {
    columns: [&'static str; 8],
    read: &'static str,
    list: &'static str,
    refused: &'static str,
    both: &'static str,
    waiting: &'static str,
    only_hospital: &'static str,
    only_reader: &'static str,
    not_the_reader: &'static str,
}

const ENGLISH: Words = Words {
    columns: [
        "When (UTC)",
        "Who",
        "Identifier",
        "What",
        "Why",
        "Hospital",
        "What came of it",
        "Do both sides report it?",
    ],
    read: "Opened",
    list: "List looked at",
    refused: "Refused",
    both: "Yes",
    waiting: "Not yet",
    only_hospital: "Only the hospital",
    only_reader: "Only the reader",
    not_the_reader: "The signature is not the reader's",
};

const GERMAN: Words = Words {
    columns: ["Wann (UTC)", "Wer", "Kennung", "Was", "Warum", "Krankenhaus", "Ergebnis", "Melden es beide Seiten?"],
    read: "Geöffnet",
    list: "Liste angesehen",
    refused: "Abgelehnt",
    both: "Ja",
    waiting: "Noch nicht",
    only_hospital: "Nur das Krankenhaus",
    only_reader: "Nur der Leser",
    not_the_reader: "Die Unterschrift ist nicht die des Lesers",
};

/// The rows as a table.
pub(super) fn table(rows: &[AccessRow], language: Language) -> Vec<u8> {
    let words = if language == Language::De { &GERMAN } else { &ENGLISH };
    let mut out = BYTE_ORDER_MARK.to_owned();
    line(&mut out, words.columns);
    for row in rows {
        let came_of_it = match row.outcome {
            AccessOutcome::Refused => words.refused,
            AccessOutcome::Read if row.record_id.is_none() => words.list,
            AccessOutcome::Read => words.read,
        };
        let agreement = match row.agreement {
            _ if row.not_the_reader => words.not_the_reader,
            AccessAgreement::Both => words.both,
            AccessAgreement::Waiting => words.waiting,
            AccessAgreement::OnlyHospital => words.only_hospital,
            AccessAgreement::OnlyReader => words.only_reader,
        };
        let what = row.record_title.clone().unwrap_or_else(|| collection(row));
        let why = row.purpose.map(|purpose| crate::views::purpose_words(purpose).to_owned()).unwrap_or_default();
        let at = moment(row.at);
        line(&mut out, [&at, &row.reader.name, &row.reader.id, &what, &why, &row.hospital, came_of_it, agreement]);
    }
    out.into_bytes()
}

fn collection(row: &AccessRow) -> String {
    row.collection
        .and_then(|collection| serde_json::to_value(collection).ok())
        .map_or_else(String::new, |value| value.as_str().unwrap_or_default().to_owned())
}

fn line<const N: usize>(out: &mut String, fields: [&str; N]) {
    for (index, field) in fields.iter().enumerate() {
        // A title that begins like a formula would be calculated by spreadsheets.
        let guard = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(out, "{comma}\"{guard}{}\"", field.replace('"', "\"\""));
    }
    out.push_str("\r\n");
}

fn moment(millis: u64) -> String {
    let at = OffsetDateTime::from_unix_timestamp((millis / 1000) as i64).ok();
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}

/// The rows with the receipts behind them. `receipt` holds the hexadecimal borsh bytes of what the hospital signed and put
/// on the ledger, in the transaction and block that are named; ϑ in it can be checked with the reader's certificate.
pub(super) fn evidence(profile: &OpenProfile, rows: &[AccessRow], log: &[Access]) -> Result<Vec<u8>, ErrorView> {
    let by_id: HashMap<String, &Access> =
        log.iter().map(|access| (format!("{}-{}", access.hospital, hex(&access.challenge.0)), access)).collect();
    let entries: Vec<Value> = rows
        .iter()
        .map(|row| {
            let access = by_id.get(&row.id);
            let receipt = access.and_then(|access| {
                let (txid, height) = access.recorded?;
                Some(json!({
                    "transaction": txid.to_string(),
                    "height": height.0,
                    "receipt": hex(&encode(access.receipt.as_ref()?)),
                    "readerSignatureChecked": access.proven,
                }))
            });
            let card = access.and_then(|access| access.certificate.as_ref()).map(|certificate| certificate.to_card());
            json!({
                "at": moment(row.at),
                "reader": { "id": row.reader.id, "name": row.reader.name, "card": card },
                "record": row.record_id,
                "title": row.record_title,
                "collection": row.collection,
                "purpose": row.purpose,
                "hospital": row.hospital,
                "outcome": row.outcome,
                "refusal": row.refusal,
                "agreement": row.agreement,
                "readerReported": access.is_some_and(|access| access.told_by_reader),
                "flagged": row.flagged,
                "evidence": receipt,
            })
        })
        .collect();
    let me = profile.me()?;
    let file = json!({
        "format": "carekey-access-log-1",
        "network": profile.wallet.remote().network_id().to_string(),
        "patient": me.body.id.to_string(),
        "saved": moment(files::now()),
        "accesses": entries,
    });
    serde_json::to_vec_pretty(&file).map_err(errors::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_that_looks_like_a_formula_stays_a_title() {
        let mut out = String::new();
        line(&mut out, ["=HYPERLINK(\"x\")", "a, \"b\"", "Maria"]);
        assert_eq!(out, "\"'=HYPERLINK(\"\"x\"\")\",\"a, \"\"b\"\"\",\"Maria\"\r\n");
    }
}
