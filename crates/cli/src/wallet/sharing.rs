//! Giving access, stopping it, using it, and seeing who did.

use std::error::Error;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

use super::connection::Connection;
use super::records::Collection;

/// Why something is shared.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "camelCase")]
enum Purpose {
    Treatment,
    SecondOpinion,
    FollowUp,
    FamilyCare,
    Other,
}

#[derive(Debug, Args)]
pub(crate) struct Grant {
    /// Who: identifier, contact card, or part of a name that fits one person.
    #[arg(long, value_name = "PERSON")]
    to: String,
    /// The collection to share, records still to come included.
    #[arg(long, conflicts_with = "record", required_unless_present = "record")]
    collection: Option<Collection>,
    /// The one record to share.
    #[arg(long)]
    record: Option<String>,
    /// Until when: a day (its end, UTC) or a moment in RFC 3339. Without it, until stopped.
    #[arg(long)]
    until: Option<String>,
    /// Why.
    #[arg(long, default_value = "treatment")]
    purpose: Purpose,
    /// More about why, for oneself.
    #[arg(long)]
    note: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The grant's identifier.
    grant: String,
}

#[derive(Debug, Args)]
pub(crate) struct Shared {
    /// Only this person's, by identifier or name.
    #[arg(long, value_name = "PERSON")]
    patient: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Log {
    /// Only what needs attention.
    #[arg(long)]
    flagged: bool,
}

pub(crate) async fn grant(connection: &Connection, grant: Grant) -> Result<Value, Box<dyn Error>> {
    connection.ready().await?;
    let target = match (grant.collection, grant.record) {
        (Some(collection), _) => json!({ "kind": "collection", "collection": collection.name() }),
        (None, record) => json!({ "kind": "record", "recordId": record }),
    };
    let purpose = grant.purpose.to_possible_value().map(|value| value.get_name().to_owned());
    let request = json!({
        "granteeId": person(connection, &grant.to).await?,
        "targets": [target],
        "future": true,
        "until": grant.until.as_deref().map(moment).transpose()?,
        "purpose": purpose,
        "note": grant.note,
    });
    let made = connection.call("grants_create", request).await?;
    settled(connection, made).await
}

pub(crate) async fn revoke(connection: &Connection, revoke: Revoke) -> Result<Value, Box<dyn Error>> {
    connection.ready().await?;
    let stopping = connection.call("grants_revoke", json!({ "grantId": revoke.grant })).await?;
    settled(connection, stopping).await
}

/// The grant once the ledger has it.
async fn settled(connection: &Connection, grant: Value) -> Result<Value, Box<dyn Error>> {
    connection.settle().await?;
    let mut all = connection.call("grants_list", json!({})).await?;
    let now = all["grants"].as_array_mut().and_then(|all| all.iter_mut().find(|one| one["id"] == grant["id"]));
    Ok(now.map(Value::take).unwrap_or(grant))
}

pub(crate) async fn shared(connection: &Connection, shared: Shared) -> Result<Value, Box<dyn Error>> {
    connection.ready().await?;
    let wanted = match shared.patient {
        Some(patient) => Some(person(connection, &patient).await?),
        None => None,
    };
    let list = connection.call("shared_list", json!({})).await?;
    let mut people = Vec::new();
    for sharer in list["people"].as_array().into_iter().flatten() {
        let id = &sharer["patient"]["id"];
        if wanted.as_deref().is_none_or(|wanted| id == wanted) {
            people.push(connection.call("shared_records", json!({ "patientId": id })).await?);
        }
    }
    // Each list is an access, of which the patient is told.
    connection.settle().await?;
    Ok(json!({ "people": people }))
}

pub(crate) async fn log(connection: &Connection, log: Log) -> Result<Value, Box<dyn Error>> {
    connection.ready().await?;
    Ok(connection
        .call(
            "access_log",
            json!({ "filter": { "which": if log.flagged { "flagged" } else { "all" } }, "limit": 1000 }),
        )
        .await?)
}

/// The identifier of somebody named by identifier, contact card or part of a name.
pub(crate) async fn person(connection: &Connection, named: &str) -> Result<String, Box<dyn Error>> {
    if named.starts_with("carecard1") {
        let added = connection.call("contacts_add", json!({ "card": named })).await?;
        return Ok(text(&added["id"]));
    }
    if named.starts_with("care1") {
        return Ok(named.to_owned());
    }
    let mut known =
        vec![connection.call("contacts_list", json!({})).await?, connection.call("directory_list", json!({})).await?];
    let sharers = connection.call("shared_list", json!({})).await?;
    let sharers = sharers["people"].as_array().into_iter().flatten().map(|sharer| sharer["patient"].clone());
    known.push(json!({ "people": sharers.collect::<Vec<_>>() }));
    let wanted = named.to_lowercase();
    let all = known.iter().flat_map(|list| list["people"].as_array().into_iter().flatten());
    let mut found: Vec<(String, String)> = all
        .filter(|one| text(&one["name"]).to_lowercase().contains(&wanted))
        .map(|one| (text(&one["id"]), text(&one["name"])))
        .collect();
    found.sort();
    found.dedup_by(|a, b| a.0 == b.0);
    match found.as_slice() {
        [(id, _)] => Ok(id.clone()),
        [] => Err(format!("nobody known is called {named}").into()),
        several => {
            let names: Vec<&str> = several.iter().map(|(_, name)| name.as_str()).collect();
            Err(format!("{named} fits several people: {}", names.join(", ")).into())
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Milliseconds since 1970 of a day's end or a moment.
fn moment(written: &str) -> Result<u64, Box<dyn Error>> {
    let day = time::macros::format_description!("[year]-[month]-[day]");
    let moment = match Date::parse(written, day) {
        Ok(date) => date.next_day().ok_or("the day is too late")?.midnight().assume_utc(),
        Err(_) => OffsetDateTime::parse(written, &Rfc3339)
            .map_err(|_| format!("{written} is neither a day (2027-01-31) nor a moment in RFC 3339"))?,
    };
    Ok(u64::try_from(moment.unix_timestamp_nanos() / 1_000_000)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

    use super::*;

    #[test]
    fn a_day_counts_until_its_end() {
        assert_eq!(moment("2027-01-31").unwrap(), moment("2027-02-01T00:00:00Z").unwrap());
        assert_eq!(moment("1970-01-01T00:00:01+00:00").unwrap(), 1000);
        for wrong in ["tomorrow", "2027-02-30", "1960-01-01", ""] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
