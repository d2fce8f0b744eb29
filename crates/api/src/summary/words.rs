//! What stands on a printed summary besides what the documents say, in both languages.

use carekey_clinical::summary::SECTIONS;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::types::Language;

pub(super) struct Words {
    pub(super) tag: &'static str,
    pub(super) title: &'static str,
    pub(super) born: &'static str,
    pub(super) made: &'static str,
    pub(super) from_documents: &'static str,
    pub(super) unread: &'static str,
    /// In the order of the International Patient Summary, as `carekey_clinical::summary::SECTIONS` says.
    pub(super) headings: [&'static str; SECTIONS],
    pub(super) past_medication: &'static str,
    pub(super) nothing_known: &'static str,
    pub(super) what: &'static str,
    pub(super) details: &'static str,
    pub(super) since: &'static str,
    pub(super) date: &'static str,
    pub(super) value: &'static str,
    pub(super) range: &'static str,
    pub(super) by: &'static str,
    pub(super) below: &'static str,
    pub(super) above: &'static str,
    pub(super) outside: &'static str,
    pub(super) caution: &'static str,
    pub(super) foot: &'static str,
    pub(super) page_of: &'static str,
}

pub(super) static EN: Words = Words {
    tag: "en",
    title: "Health summary",
    born: "born",
    made: "Made on",
    from_documents: "from {n} documents",
    unread: "Could not be read:",
    headings: [
        "Problems",
        "Medication",
        "Allergies and intolerances",
        "Vaccinations",
        "Latest results",
        "Latest vital signs",
        "Procedures",
        "Past problems",
    ],
    past_medication: "Medication no longer taken",
    nothing_known: "The documents say nothing about this.",
    what: "What",
    details: "Details",
    since: "Since",
    date: "Date",
    value: "Value",
    range: "Range",
    by: "Written by",
    below: "low",
    above: "high",
    outside: "outside",
    caution: "Put together from the person's documents by CareKey; nobody has checked it as a whole. Where documents differ, the newest one counts.",
    foot: "CareKey · health summary of {name}",
    page_of: "Page {n} of {all}",
};

pub(super) static DE: Words = Words {
    tag: "de",
    title: "Gesundheitsübersicht",
    born: "geboren am",
    made: "Erstellt am",
    from_documents: "aus {n} Dokumenten",
    unread: "Nicht lesbar:",
    headings: [
        "Diagnosen",
        "Medikamente",
        "Allergien und Unverträglichkeiten",
        "Impfungen",
        "Neueste Befunde",
        "Neueste Vitalwerte",
        "Eingriffe",
        "Frühere Diagnosen",
    ],
    past_medication: "Frühere Medikamente",
    nothing_known: "Die Dokumente sagen dazu nichts.",
    what: "Was",
    details: "Einzelheiten",
    since: "Seit",
    date: "Datum",
    value: "Wert",
    range: "Bereich",
    by: "Verfasst von",
    below: "niedrig",
    above: "hoch",
    outside: "außerhalb",
    caution: "Von CareKey aus den Dokumenten der Person zusammengestellt; niemand hat sie als Ganzes geprüft. Wo Dokumente sich unterscheiden, gilt das neueste.",
    foot: "CareKey · Gesundheitsübersicht von {name}",
    page_of: "Seite {n} von {all}",
};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A document's date as the language writes it, in the precision it has; what is no date stays as it is.
pub(super) fn date(written: &str, language: Language) -> String {
    let day = written.split('T').next().unwrap_or_default();
    let parts: Vec<Option<u16>> = day.split('-').map(|part| part.parse().ok()).collect();
    let month = |month: u16| MONTHS.get(usize::from(month).wrapping_sub(1)).copied();
    match (parts.as_slice(), language) {
        ([Some(year), Some(m), Some(d)], Language::De) if month(*m).is_some() => format!("{d:02}.{m:02}.{year}"),
        ([Some(year), Some(m)], Language::De) if month(*m).is_some() => format!("{m:02}/{year}"),
        ([Some(year), Some(m), Some(d)], _) => {
            month(*m).map_or(written.to_owned(), |month| format!("{d} {month} {year}"))
        }
        ([Some(year), Some(m)], _) => month(*m).map_or(written.to_owned(), |month| format!("{month} {year}")),
        _ => written.to_owned(),
    }
}

/// Milliseconds since 1970 as ISO 8601 in UTC.
pub(super) fn instant(millis: u64) -> String {
    let seconds = i64::try_from(millis / 1000).unwrap_or(0);
    let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    at.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_keeps_its_precision_in_both_languages() {
        for (written, en, de) in [
            ("2026-05-12T09:30:00+02:00", "12 May 2026", "12.05.2026"),
            ("2026-05", "May 2026", "05/2026"),
            ("2026", "2026", "2026"),
            ("as a child", "as a child", "as a child"),
            ("2026-13-01", "2026-13-01", "2026-13-01"),
        ] {
            assert_eq!(date(written, Language::En), en);
            assert_eq!(date(written, Language::De), de);
        }
    }

    #[test]
    fn a_moment_is_written_as_fhir_wants_it() {
        assert_eq!(instant(1_795_255_200_000), "2026-11-21T10:00:00Z");
    }
}
