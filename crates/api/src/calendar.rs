//! An appointment as a calendar file (RFC 5545).

/// One event of a calendar.
pub(crate) struct Event {
    pub(crate) id: String,
    /// When the file is written, ms.
    pub(crate) written: u64,
    /// When it begins, ms.
    pub(crate) begins: u64,
    pub(crate) minutes: u64,
    pub(crate) title: String,
    pub(crate) place: String,
    pub(crate) words: String,
}

/// Longest line in bytes, without its end (RFC 5545 §3.1).
const LINE_BYTES_MAX: usize = 75;

/// The whole file: one calendar with one event.
pub(crate) fn file(event: &Event) -> String {
    let ends = event.begins + event.minutes * 60_000;
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//CareKey//Appointments//EN".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@carekey", event.id),
        format!("DTSTAMP:{}", utc(event.written)),
        format!("DTSTART:{}", utc(event.begins)),
        format!("DTEND:{}", utc(ends)),
        format!("SUMMARY:{}", text(&event.title)),
    ];
    for (name, words) in [("LOCATION", &event.place), ("DESCRIPTION", &event.words)] {
        if !words.is_empty() {
            lines.push(format!("{name}:{}", text(words)));
        }
    }
    lines.extend(["END:VEVENT".to_owned(), "END:VCALENDAR".to_owned()]);
    lines.iter().map(|line| folded(line) + "\r\n").collect()
}

/// §3.3.11: what has a meaning in a calendar is escaped, and control characters have no place in it.
fn text(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for letter in words.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// §3.1: a long line goes on in the next one, after a space.
fn folded(line: &str) -> String {
    let (mut out, mut room) = (String::with_capacity(line.len()), LINE_BYTES_MAX);
    for letter in line.chars() {
        if letter.len_utf8() > room {
            out.push_str("\r\n ");
            room = LINE_BYTES_MAX - 1;
        }
        room -= letter.len_utf8();
        out.push(letter);
    }
    out
}

/// §3.3.5, form 2: 20261121T103000Z.
fn utc(millis: u64) -> String {
    let (days, seconds) = (millis / 86_400_000, millis / 1000 % 86_400);
    let (year, month, day) = civil(days);
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The Gregorian date of a day since 1970, by Howard Hinnant's `civil_from_days`.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(title: &str, words: &str) -> Event {
        Event {
            id: "ab".into(),
            written: 0,
            begins: 1_795_257_000_000,
            minutes: 30,
            title: title.into(),
            place: "Room 4".into(),
            words: words.into(),
        }
    }

    #[test]
    fn an_appointment_opens_in_a_calendar() {
        let file = file(&event("Dr Haddad: heart, check-up", "Bring:\nthe letter; glasses"));
        for line in [
            "BEGIN:VCALENDAR\r\n",
            "DTSTAMP:19700101T000000Z\r\n",
            "DTSTART:20261121T103000Z\r\n",
            "DTEND:20261121T110000Z\r\n",
            "SUMMARY:Dr Haddad: heart\\, check-up\r\n",
            "LOCATION:Room 4\r\n",
            "DESCRIPTION:Bring:\\nthe letter\\; glasses\r\n",
        ] {
            assert!(file.contains(line), "{line:?} in {file}");
        }
        assert!(file.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"));
    }

    #[test]
    fn no_words_begin_a_line_of_their_own() {
        let file = file(&event("x\r\nATTENDEE:mailto:somebody", "\r\nBEGIN:VALARM"));
        assert!(!file.contains("\nATTENDEE") && !file.contains("\nBEGIN:VALARM"), "{file}");
    }

    #[test]
    fn long_lines_are_folded_between_letters() {
        let long = "ä".repeat(200);
        let file = file(&event(&long, ""));
        assert!(file.split("\r\n").all(|line| line.len() <= LINE_BYTES_MAX), "{file}");
        assert!(file.replace("\r\n ", "").contains(&long));
    }

    #[test]
    fn leap_days_have_a_date() {
        assert_eq!(utc(951_782_400_000), "20000229T000000Z");
        assert_eq!(utc(1_709_164_800_000), "20240229T000000Z");
        assert_eq!(utc(4_107_542_400_000), "21000301T000000Z");
    }
}
