//! Who looked: shown a page at a time, and saved.

use std::collections::BTreeMap;

use carekey_wallet::access_log::Access;

use crate::context::Context;
use crate::opened::OpenProfile;
use crate::types::{
    AccessExportRequest, AccessFilter, AccessFormat, AccessLogRequest, AccessLogView, AccessOutcome, AccessRow,
    AccessWhich, AccessedRecord, Done, ErrorView, PersonView,
};
use crate::views::people::People;
use crate::{errors, files, views};

mod saved;

/// How many rows a page has unless told, and at most.
const ROWS: u32 = 100;
const ROWS_MAX: u32 = 1000;

pub(crate) async fn log(cx: &Context, request: AccessLogRequest) -> Result<AccessLogView, ErrorView> {
    let profile = cx.member()?;
    let (_, rows) = all(&profile)?;
    let flagged = rows.iter().filter(|row| row.flagged).count() as u32;
    let (people, records) = (people(&rows), records(&rows));
    let wanted: Vec<AccessRow> = rows.into_iter().filter(|row| request.filter.takes(row)).collect();
    let total = wanted.len() as u32;
    let (offset, limit) = (request.offset.unwrap_or(0), request.limit.unwrap_or(ROWS).min(ROWS_MAX));
    let rows = wanted.into_iter().skip(offset as usize).take(limit as usize).collect();
    Ok(AccessLogView { rows, total, flagged, people, records })
}

pub(crate) async fn export(cx: &Context, request: AccessExportRequest) -> Result<Done, ErrorView> {
    let profile = cx.member()?;
    let path = files::absolute(&request.path)?;
    let (log, mut rows) = all(&profile)?;
    rows.retain(|row| request.filter.takes(row));
    let bytes = match request.format {
        AccessFormat::Csv => saved::table(&rows, request.language),
        AccessFormat::Json => saved::evidence(&profile, &rows, &log)?,
    };
    files::blocking(move || files::replace(&path, &bytes).map_err(|error| errors::unwritable(&path, &error))).await?;
    Ok(Done {})
}

fn all(profile: &OpenProfile) -> Result<(Vec<Access>, Vec<AccessRow>), ErrorView> {
    let log = profile.wallet.access_log()?;
    let rows = views::access::rows(profile, &People::of(profile)?, &log)?;
    Ok((log, rows))
}

fn people(rows: &[AccessRow]) -> Vec<PersonView> {
    let by_id: BTreeMap<&str, &PersonView> = rows.iter().map(|row| (row.reader.id.as_str(), &row.reader)).collect();
    let mut people: Vec<PersonView> = by_id.into_values().cloned().collect();
    people.sort_by_key(|person| person.name.to_lowercase());
    people
}

fn records(rows: &[AccessRow]) -> Vec<AccessedRecord> {
    let named = |row: &AccessRow| Some((row.record_id.clone()?, row.record_title.clone()?));
    let by_id: BTreeMap<String, String> = rows.iter().filter_map(named).collect();
    let mut records: Vec<AccessedRecord> = by_id.into_iter().map(|(id, title)| AccessedRecord { id, title }).collect();
    records.sort_by_key(|record| record.title.to_lowercase());
    records
}

impl AccessFilter {
    fn takes(&self, row: &AccessRow) -> bool {
        let which = match self.which {
            AccessWhich::All => true,
            AccessWhich::Flagged => row.flagged,
            AccessWhich::Refused => row.outcome == AccessOutcome::Refused,
            AccessWhich::Opened => row.outcome == AccessOutcome::Read && row.record_id.is_some(),
        };
        which
            && self.person_id.as_ref().is_none_or(|person| row.reader.id == *person)
            && self.record_id.as_ref().is_none_or(|record| row.record_id.as_ref() == Some(record))
            && self.from.is_none_or(|from| row.at >= from)
            && self.to.is_none_or(|to| row.at < to)
            && self.text.as_ref().is_none_or(|text| says(row, &text.trim().to_lowercase()))
    }
}

fn says(row: &AccessRow, wanted: &str) -> bool {
    let texts = [
        Some(&row.reader.name),
        row.reader.nickname.as_ref(),
        row.reader.specialty.as_ref(),
        row.record_title.as_ref(),
        Some(&row.hospital),
    ];
    texts.into_iter().flatten().any(|text| text.to_lowercase().contains(wanted))
}
