//! Dates as FHIR, DICOM, HL7 and PDF write them, brought to one form.

use serde::Serialize;
use ts_rs::TS;

/// When a document was made, as precisely as it says so itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DocumentDate {
    /// ISO 8601 in the precision of the document: `2026`, `2026-05`, `2026-05-12` or `2026-05-12T09:30:00+02:00`.
    pub iso: String,
    /// Start of that day or moment in milliseconds since 1970, to sort by. Without a time zone it is taken as UTC.
    pub unix_ms: i64,
}

impl DocumentDate {
    /// Reads a FHIR `date`, `dateTime` or `instant`. `None` if it is not one.
    pub fn from_iso(written: &str) -> Option<Self> {
        let written = written.trim();
        let (date, time) = match written.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (written, None),
        };
        let mut parts = date.split('-');
        let year = digits(parts.next()?, 4)?;
        let month = parts.next().map(|part| digits(part, 2)).transpose_strict()?;
        let day = parts.next().map(|part| digits(part, 2)).transpose_strict()?;
        if parts.next().is_some() {
            return None;
        }
        let mut unix_ms = midnight_unix_ms(year, month.unwrap_or(1), day.unwrap_or(1))?;
        if let Some(time) = time {
            day?;
            unix_ms += clock_ms(time)?;
        }
        Some(Self { iso: written.to_owned(), unix_ms })
    }

    /// Reads the run-together form of DICOM, HL7 v2, CDA and PDF: `YYYY[MM[DD[HH[MM[SS[.f]]]]]][zone]`.
    pub fn from_compact(written: &str) -> Option<Self> {
        let written = written.trim().trim_start_matches("D:");
        let end = written.find(|c: char| !c.is_ascii_digit()).unwrap_or(written.len());
        let (numbers, rest) = written.split_at(end);
        let part = |from: usize, to: usize| numbers.get(from..to).and_then(|text| text.parse::<i64>().ok());
        let year = part(0, 4)?;
        let (month, day) = (part(4, 6), part(6, 8));
        let mut unix_ms = midnight_unix_ms(year, month.unwrap_or(1), day.unwrap_or(1))?;
        let mut iso = format!("{year:04}");
        if let Some(month) = month {
            iso += &format!("-{month:02}");
        }
        if let Some(day) = day {
            iso += &format!("-{day:02}");
        }
        if let (Some(hour), Some(minute)) = (part(8, 10), part(10, 12)) {
            let second = part(12, 14).unwrap_or(0);
            if hour > 23 || minute > 59 || second > 60 {
                return None;
            }
            let zone = compact_zone(rest);
            iso += &format!("T{hour:02}:{minute:02}:{second:02}{}", zone.as_deref().unwrap_or(""));
            unix_ms += ((hour * 60 + minute) * 60 + second) * 1000;
            unix_ms -= zone.as_deref().and_then(zone_offset_ms).unwrap_or(0);
        }
        Some(Self { iso, unix_ms })
    }
}

/// A day as `YYYY-MM-DD`, from its number since 1970 (Howard Hinnant's `civil_from_days`).
pub(crate) fn day_iso(day: i64) -> String {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A moment as `YYYY-MM-DDThh:mm:ssZ`, from milliseconds since 1970.
pub(crate) fn moment_iso(unix_ms: i64) -> String {
    let seconds = unix_ms.div_euclid(1000);
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    format!("{}T{:02}:{:02}:{:02}Z", day_iso(day), second / 3600, second / 60 % 60, second % 60)
}

/// `None` inside means "was there but is not valid", which makes the whole date invalid.
trait TransposeStrict {
    fn transpose_strict(self) -> Option<Option<i64>>;
}

impl TransposeStrict for Option<Option<i64>> {
    fn transpose_strict(self) -> Option<Option<i64>> {
        match self {
            None => Some(None),
            Some(None) => None,
            Some(Some(value)) => Some(Some(value)),
        }
    }
}

/// `+0200`, `+02'00'`, `Z` as an ISO zone.
fn compact_zone(rest: &str) -> Option<String> {
    let rest = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let sign = rest.chars().next()?;
    if sign == 'Z' {
        return Some("Z".to_owned());
    }
    if sign != '+' && sign != '-' {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).take(4).collect();
    Some(format!("{sign}{}:{}", digits.get(0..2)?, digits.get(2..4).unwrap_or("00")))
}

/// Milliseconds since midnight UTC of an ISO time with optional zone; may be negative or more than a day.
fn clock_ms(time: &str) -> Option<i64> {
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone_at);
    let mut parts = clock.split(':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let (second, fraction_ms) = match parts.next() {
        None => (0, 0),
        Some(text) => match text.split_once('.') {
            None => (digits(text, 2)?, 0),
            Some((whole, fraction)) => {
                let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
                (digits(whole, 2)?, digits(&fraction, 3)?)
            }
        },
    };
    if hour > 24 || minute > 59 || second > 60 || parts.next().is_some() {
        return None;
    }
    let offset = if zone.is_empty() { 0 } else { zone_offset_ms(zone)? };
    Some(((hour * 60 + minute) * 60 + second) * 1000 + fraction_ms - offset)
}

fn zone_offset_ms(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    (hours <= 14 && minutes <= 59).then_some(sign * (hours * 60 + minutes) * 60_000)
}

fn digits(text: &str, length: usize) -> Option<i64> {
    (text.len() == length && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Civil date to milliseconds since 1970 (Howard Hinnant's `days_from_civil`).
fn midnight_unix_ms(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some((era * 146_097 + day_of_era - 719_468) * 86_400_000)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_dates_keep_their_precision() {
        for (written, unix_ms) in [
            ("1970", 0),
            ("1970-02", 31 * 86_400_000),
            ("2024-02-29", 1_709_164_800_000),
            ("2026-05-12T09:30:00+02:00", 1_778_571_000_000),
            ("2026-05-12T07:30:00.250Z", 1_778_571_000_250),
            ("1939-09-01", -957_312_000_000),
        ] {
            let date = DocumentDate::from_iso(written).expect(written);
            assert_eq!(date.iso, written, "the date stays as it was written");
            assert_eq!(date.unix_ms, unix_ms, "{written}");
        }
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        for written in ["2025-02-29", "2026-13", "2026-5-1", "26-05-12", "2026-05-12T25:00:00Z", "2026-05T10:00", ""] {
            assert_eq!(DocumentDate::from_iso(written), None, "{written}");
        }
    }

    #[test]
    fn days_and_moments_come_back_as_they_were() {
        for iso in ["1970-01-01", "2024-02-29", "1999-12-31", "1939-09-01"] {
            let date = DocumentDate::from_iso(iso).expect(iso);
            assert_eq!(day_iso(date.unix_ms / 86_400_000), iso);
        }
        assert_eq!(moment_iso(1_778_571_000_250), "2026-05-12T07:30:00Z");
    }

    #[test]
    fn compact_forms_become_iso() {
        for (written, iso) in [
            ("20260512", "2026-05-12"),
            ("202605", "2026-05"),
            ("20260512093000.123", "2026-05-12T09:30:00"),
            ("202605120930+0200", "2026-05-12T09:30:00+02:00"),
            ("D:20260512093000+02'00'", "2026-05-12T09:30:00+02:00"),
        ] {
            assert_eq!(DocumentDate::from_compact(written).expect(written).iso, iso);
        }
        assert_eq!(DocumentDate::from_compact("20261301"), None, "there is no thirteenth month");
    }
}
