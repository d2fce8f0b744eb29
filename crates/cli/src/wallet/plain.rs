//! Answers as lines for people.

use serde_json::Value;
use time::OffsetDateTime;
use time::macros::format_description;

/// The 24 words, numbered, four in a line.
pub(crate) fn words(answer: &Value) -> String {
    let words: Vec<&str> = items(&answer["words"]).iter().filter_map(Value::as_str).collect();
    let numbered: Vec<String> = words.iter().enumerate().map(|(n, word)| format!("{:>2} {word:<9}", n + 1)).collect();
    numbered.chunks(4).map(|line| line.join(" ").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// Whose session it is.
pub(crate) fn person(session: &Value) -> String {
    match session["participantId"].as_str() {
        Some(id) => format!("{}  {id}", text(&session["profile"]["name"])),
        None => format!("{}, not registered yet", text(&session["profile"]["name"])),
    }
}

pub(crate) fn card(answer: &Value) -> String {
    let person = &answer["person"];
    format!("{}, {}\n{}\n{}", text(&person["name"]), text(&person["role"]), text(&person["id"]), text(&answer["card"]))
}

pub(crate) fn ledger(state: &Value) -> String {
    format!(
        "{}, block {} of {}, read up to {}, {} changes pending",
        text(&state["phase"]),
        state["height"],
        day(&state["at"]),
        state["scannedHeight"],
        state["pending"]
    )
}

pub(crate) fn imported(answer: &Value) -> String {
    format!("{}  {}  {}", text(&answer["recordId"]), text(&answer["collection"]), text(&answer["title"]))
}

pub(crate) fn exported(answer: &Value) -> String {
    format!("{} bytes in {}", answer["bytes"], text(&answer["path"]))
}

pub(crate) fn records(answer: &Value) -> String {
    lines(&answer["records"], row)
}

fn row(row: &Value) -> String {
    format!(
        "{}  {}  {:<9} {:<12} {}, by {}",
        text(&row["id"]),
        day(&row["date"]),
        text(&row["trust"]),
        text(&row["collection"]),
        text(&row["title"]),
        text(&row["author"]["name"]),
    )
}

/// The trust line, then what the record says, as far as a terminal can show it.
pub(crate) fn record(answer: &Value) -> String {
    let trust = &answer["trust"];
    let confirmed: Vec<&str> = items(&trust["confirmedBy"]).iter().filter_map(Value::as_str).collect();
    let mut out = vec![
        row(&answer["row"]),
        format!(
            "{}: signed by {}, unchanged since {}, confirmed by {}",
            text(&trust["state"]),
            text(&trust["author"]["name"]),
            day(&trust["unchangedSince"]),
            confirmed.join(", "),
        ),
        String::new(),
    ];
    let content = &answer["content"];
    match content["kind"].as_str() {
        Some("text") => out.push(text(&content["text"])),
        Some("clinical") => out.extend(items(&content["sections"]).iter().map(section)),
        Some(other) => out.push(format!("({other}; save it with export)")),
        None => {}
    }
    out.join("\n")
}

fn section(section: &Value) -> String {
    let mut out = vec![format!("[{}]", text(&section["kind"]))];
    for item in items(&section["items"]) {
        let parts = ["title", "status", "start", "detail"].map(|field| text(&item[field]));
        let marks = [("negated", "NOT"), ("retracted", "WITHDRAWN")]
            .map(|(field, mark)| if item[field] == true { mark.to_owned() } else { String::new() });
        out.push(format!("  {}", join(marks.into_iter().chain(parts))));
    }
    for item in items(&section["results"]) {
        let value = format!("{} {}", text(&item["valueText"]), text(&item["unit"]));
        let range = match (text(&item["lowText"]), text(&item["highText"])) {
            (low, high) if low.is_empty() && high.is_empty() => text(&item["rangeText"]),
            (low, high) => format!("({low}–{high})"),
        };
        let flag = if item["retracted"] == true { "WITHDRAWN".to_owned() } else { text(&item["flag"]) };
        out.push(format!("  {}", join([text(&item["name"]), value.trim().to_owned(), range, flag, text(&item["at"])])));
    }
    out.join("\n")
}

pub(crate) fn grants(answer: &Value) -> String {
    lines(&answer["grants"], grant)
}

pub(crate) fn grant(grant: &Value) -> String {
    let until = if grant["until"].is_null() { "stopped".to_owned() } else { day(&grant["until"]) };
    format!(
        "{:<4} {:<9} {} to {}, for {}, until {until}",
        text(&grant["id"]),
        text(&grant["state"]["state"]),
        what(&grant["what"]),
        text(&grant["grantee"]["name"]),
        text(&grant["purpose"]),
    )
}

fn what(what: &Value) -> String {
    match what["kind"].as_str() {
        Some("collection") => format!("collection {}", text(&what["collection"])),
        _ => format!("record {} {}", text(&what["recordId"]), text(&what["title"])),
    }
}

pub(crate) fn shared(answer: &Value) -> String {
    lines(&answer["people"], |one| {
        let patient = &one["sharer"]["patient"];
        let mut out = vec![format!("{}  {}", text(&patient["name"]), text(&patient["id"]))];
        for share in items(&one["sharer"]["shares"]) {
            out.push(format!("  {} {}, for {}", text(&share["state"]), what(&share["what"]), text(&share["purpose"])));
        }
        out.extend(items(&one["records"]).iter().map(|record| format!("  {}", row(record))));
        let away = items(&one["unreachable"]).iter().map(|name| format!("  not reached: {}", text(name)));
        out.extend(away);
        out.join("\n")
    })
}

pub(crate) fn log(answer: &Value) -> String {
    lines(&answer["rows"], |row| {
        let about = match row["recordTitle"].as_str() {
            Some(title) => title.to_owned(),
            None => format!("list of {}", text(&row["collection"])),
        };
        let mark = if row["flagged"] == true { "!" } else { " " };
        let refusal = row["refusal"].as_str().map(|why| format!(" ({why})")).unwrap_or_default();
        format!(
            "{mark} {}  {}  {}{refusal}: {about}, for {}, at {}",
            day(&row["at"]),
            text(&row["reader"]["name"]),
            text(&row["outcome"]),
            text(&row["purpose"]),
            text(&row["hospital"]),
        )
    })
}

fn lines(list: &Value, line: impl Fn(&Value) -> String) -> String {
    let all = items(list);
    if all.is_empty() { "nothing".to_owned() } else { all.iter().map(line).collect::<Vec<_>>().join("\n") }
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

fn join(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}

/// Text from others, on one terminal: control characters could pretend to be something else.
fn text(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    text.chars().filter(|c| !c.is_control() || *c == '\n').collect()
}

fn day(millis: &Value) -> String {
    let moment = millis.as_i64().and_then(|ms| OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000)).ok());
    let format = format_description!("[year]-[month]-[day]");
    moment.and_then(|moment| moment.format(format).ok()).unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_title_cannot_move_the_cursor() {
        let row = json!({ "id": "00", "title": "Letter\u{1b}[2J\u{7}", "date": 0, "author": { "name": "Dr A" } });
        let line = records(&json!({ "records": [row] }));
        assert!(line.contains("Letter[2J, by Dr A") && line.contains("1970-01-01"), "{line}");
        assert_eq!(records(&json!({ "records": [] })), "nothing");
    }

    #[test]
    fn words_are_numbered() {
        let lines = words(&json!({ "words": vec!["abandon"; 24] }));
        assert_eq!(lines.lines().count(), 6);
        assert!(lines.ends_with("24 abandon"), "{lines}");
    }
}
