//! Continuous glucose as a table of moments and values (Dexcom Clarity, LibreView, Nightscout and plain exports): time in
//! range and the course of a day, by the international consensus on time in range (Battelino 2019).

use std::collections::BTreeMap;

use crate::dates::day_iso;
use crate::limits::GLUCOSE_READINGS_MAX;
use crate::page::{
    Chart, ChartAxis, ChartLine, ChartStyle, ClinicalItem, ClinicalNotice, ClinicalSection, Fact, GridView, Page,
    SectionKind,
};
use crate::text::decode;

/// Lines in which the heads of the columns are looked for; exports begin with a few about the person.
const HEAD_LINES: usize = 30;

/// mg/dL of one mmol/L of glucose.
const MG_PER_MMOL: f64 = 18.016;

/// Where time and value stand.
struct Columns {
    mark: char,
    time: usize,
    values: Vec<usize>,
    is_mmol: Option<bool>,
    /// The line after the heads.
    first: usize,
}

fn cells(line: &str, mark: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c == mark && !quoted => cells.push(String::new()),
            c => cells.last_mut().into_iter().for_each(|cell| cell.push(c)),
        }
    }
    cells.into_iter().map(|cell| cell.trim().to_owned()).collect()
}

fn columns(text: &str) -> Option<Columns> {
    for (at, line) in text.lines().take(HEAD_LINES).enumerate() {
        let mark = [',', ';', '\t'].into_iter().max_by_key(|mark| line.matches(*mark).count())?;
        let heads: Vec<String> = cells(line, mark).iter().map(|head| head.to_lowercase()).collect();
        let time = heads.iter().position(|head| {
            head.contains("timestamp")
                || head == "time"
                || head == "date"
                || head.contains("datetime")
                || head.contains("zeitstempel")
                || head == "datestring"
        });
        let is_value = |head: &String| {
            let names = [
                "glucose value",
                "historic glucose",
                "scan glucose",
                "glukosewert",
                "glukose-scan",
                "sensor glucose",
                "glucose (mg",
                "glucose (mmol",
                "glukose (mg",
            ];
            matches!(head.as_str(), "gl" | "glucose" | "sgv" | "bg" | "glukose")
                || names.iter().any(|name| head.contains(name))
        };
        let values: Vec<usize> = (0..heads.len()).filter(|at| is_value(&heads[*at])).collect();
        if let (Some(time), false) = (time, values.is_empty()) {
            let unit = values.iter().map(|at| heads[*at].as_str()).collect::<String>();
            let is_mmol = if unit.contains("mmol") { Some(true) } else { unit.contains("mg").then_some(false) };
            return Some(Columns { mark, time, values, is_mmol, first: at + 1 });
        }
    }
    None
}

/// A day and the minute in it, as the device wrote them.
fn moment(written: &str) -> Option<(i64, u16)> {
    let digits = |range: std::ops::Range<usize>| written.get(range).and_then(|text| text.parse::<i64>().ok());
    let clock = |from: usize| Some((digits(from..from + 2)?, digits(from + 3..from + 5)?));
    let (iso, (hour, minute)) = if written.get(4..5) == Some("-") || written.get(4..5) == Some("/") {
        (format!("{:04}-{:02}-{:02}", digits(0..4)?, digits(5..7)?, digits(8..10)?), clock(11)?)
    } else if matches!(written.get(2..3), Some("-" | "." | "/")) {
        // LibreView writes the day first where days come first, and says nowhere where.
        let (one, two) = (digits(0..2)?, digits(3..5)?);
        let (day, month) = if two > 12 { (two, one) } else { (one, two) };
        (format!("{:04}-{month:02}-{day:02}", digits(6..10)?), clock(11)?)
    } else {
        return None;
    };
    let day = crate::dates::DocumentDate::from_iso(&iso)?.unix_ms.div_euclid(86_400_000);
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some((day, (hour * 60 + minute) as u16))
}

pub(crate) fn is_glucose(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(16 * 1024)];
    let (text, _) = decode(head);
    let Some(columns) = columns(&text) else { return false };
    text.lines().skip(columns.first).take(20).any(|line| {
        let cells = cells(line, columns.mark);
        cells.get(columns.time).and_then(|time| moment(time)).is_some()
    })
}

struct Readings {
    /// Day, minute, mg/dL.
    all: Vec<(i64, u16, f64)>,
    is_mmol: bool,
    unread: usize,
    is_full: bool,
}

fn readings(text: &str) -> Option<Readings> {
    let columns = columns(text)?;
    let mut all = Vec::new();
    let (mut unread, mut is_full) = (0, false);
    for line in text.lines().skip(columns.first).filter(|line| !line.trim().is_empty()) {
        if all.len() >= GLUCOSE_READINGS_MAX {
            is_full = true;
            break;
        }
        let cells = cells(line, columns.mark);
        let at = cells.get(columns.time).and_then(|time| moment(time));
        let value = columns.values.iter().filter_map(|at| cells.get(*at)).find(|cell| !cell.is_empty());
        match (at, value.map(|value| value.replace(',', "."))) {
            (Some(at), Some(value)) => match value.to_lowercase().as_str() {
                // Outside what the sensor can measure.
                "low" | "niedrig" => all.push((at.0, at.1, if columns.is_mmol == Some(true) { 2.1 } else { 39.0 })),
                "high" | "hoch" => all.push((at.0, at.1, if columns.is_mmol == Some(true) { 22.3 } else { 401.0 })),
                number => match number
                    .parse::<f64>()
                    .ok()
                    .filter(|number| number.is_finite() && (0.5..2000.0).contains(number))
                {
                    Some(number) => all.push((at.0, at.1, number)),
                    None => unread += 1,
                },
            },
            // Lines about alarms, insulin and calibration have no value.
            (Some(_), None) => {}
            (None, _) => unread += 1,
        }
    }
    let mut sorted: Vec<f64> = all.iter().map(|reading| reading.2).collect();
    sorted.sort_by(f64::total_cmp);
    // No unit in the heads: nobody has a median of 30 mmol/L, and nobody lives with one of 30 mg/dL.
    let is_mmol = columns.is_mmol.unwrap_or(sorted.get(sorted.len() / 2).is_some_and(|median| *median < 30.0));
    if is_mmol {
        all.iter_mut().for_each(|reading| reading.2 *= MG_PER_MMOL);
    }
    Some(Readings { all, is_mmol, unread, is_full })
}

/// Bounds in mg/dL and their keys.
const RANGES: &[(&str, f64, f64)] = &[
    ("veryLow", 0.0, 54.0),
    ("low", 54.0, 70.0),
    ("inRange", 70.0, 180.000_001),
    ("high", 180.000_001, 250.000_001),
    ("veryHigh", 250.000_001, f64::INFINITY),
];

pub(crate) fn view_glucose(bytes: &[u8]) -> Option<Page> {
    let (text, _) = decode(bytes);
    let readings = readings(&text).filter(|readings| !readings.all.is_empty())?;
    let unit = if readings.is_mmol { "mmol/L" } else { "mg/dL" };
    let shown = |mg: f64| if readings.is_mmol { mg / MG_PER_MMOL } else { mg };
    let figure =
        |mg: f64| if readings.is_mmol { format!("{:.1} {unit}", shown(mg)) } else { format!("{mg:.0} {unit}") };
    let count = readings.all.len() as f64;
    let mean = readings.all.iter().map(|reading| reading.2).sum::<f64>() / count;
    let spread = (readings.all.iter().map(|reading| (reading.2 - mean).powi(2)).sum::<f64>() / count).sqrt();
    let rows = RANGES.iter().map(|(key, from, to)| {
        let inside = readings.all.iter().filter(|reading| (*from..*to).contains(&reading.2)).count() as f64;
        let bounds = match *key {
            "veryLow" => format!("< {}", figure(54.0)),
            "veryHigh" => format!("> {}", figure(250.0)),
            _ => format!("{} – {}", figure(*from).trim_end_matches(unit).trim(), figure(to.floor())),
        };
        let minutes = 1440.0 * inside / count;
        vec![
            (*key).to_owned(),
            bounds,
            format!("{:.0} %", 100.0 * inside / count),
            format!("{}:{:02} h", minutes as u32 / 60, minutes as u32 % 60),
        ]
    });
    let columns = ["where", "range", "share", "perDay"].map(str::to_owned);
    let in_range = ClinicalItem {
        grid: Some(GridView { columns: columns.into(), rows: rows.collect() }),
        ..ClinicalItem::named("Time in range")
    };
    let figures = ClinicalItem {
        facts: vec![
            Fact::new("mean", figure(mean)),
            // GMI (Bergenstal 2018), in percent of HbA1c.
            Fact::new("gmi", format!("{:.1} %", 3.31 + 0.023_92 * mean)),
            Fact::new("variation", format!("{:.0} %", 100.0 * spread / mean)),
        ],
        ..ClinicalItem::named("Figures")
    };
    let mut section = ClinicalSection::new(SectionKind::Activity);
    section.items = vec![in_range, figures];
    section.charts = vec![
        Chart {
            title: "courseOfDay".to_owned(),
            unit: Some(unit.to_owned()),
            axis: ChartAxis::HourOfDay,
            style: ChartStyle::Line,
            lines: course(&readings.all, shown),
            low: Some(round2(shown(70.0))),
            high: Some(round2(shown(180.0))),
        },
        Chart {
            title: "glucose".to_owned(),
            unit: Some(unit.to_owned()),
            axis: ChartAxis::Day,
            style: ChartStyle::Line,
            lines: vec![daily(&readings.all, shown)],
            low: Some(round2(shown(70.0))),
            high: Some(round2(shown(180.0))),
        },
    ];
    let first = readings.all.iter().map(|reading| reading.0).min().unwrap_or_default();
    let last = readings.all.iter().map(|reading| reading.0).max().unwrap_or_default();
    Some(Page {
        patient: None,
        facts: vec![
            Fact::new("documentKind", "Glucose readings"),
            Fact::new("period", format!("{} – {}", day_iso(first), day_iso(last))),
            Fact::new("readings", readings.all.len().to_string()),
        ],
        notices: [
            (readings.unread > 0, ClinicalNotice::DamagedParts),
            (readings.is_full, ClinicalNotice::OnlyBeginning),
            (true, ClinicalNotice::TimesAsWritten),
        ]
        .into_iter()
        .filter_map(|(is, notice)| is.then_some(notice))
        .collect(),
        sections: vec![section],
    })
}

fn round2(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Median and the middle 80 % for each half hour of the day.
fn course(all: &[(i64, u16, f64)], shown: impl Fn(f64) -> f64) -> Vec<ChartLine> {
    let mut halves: BTreeMap<u16, Vec<f64>> = BTreeMap::new();
    for (_, minute, value) in all {
        halves.entry(minute / 30).or_default().push(*value);
    }
    halves.values_mut().for_each(|values| values.sort_by(f64::total_cmp));
    let line = |label: &str, share: f64| ChartLine {
        label: label.to_owned(),
        points: halves
            .iter()
            .filter_map(|(half, values)| {
                let at = ((values.len() - 1) as f64 * share).round() as usize;
                Some((f64::from(*half) / 2.0 + 0.25, round2(shown(*values.get(at)?))))
            })
            .collect(),
    };
    vec![line("ninthTenth", 0.9), line("median", 0.5), line("firstTenth", 0.1)]
}

fn daily(all: &[(i64, u16, f64)], shown: impl Fn(f64) -> f64) -> ChartLine {
    let mut days: BTreeMap<i64, (f64, u32)> = BTreeMap::new();
    for (day, _, value) in all {
        let entry = days.entry(*day).or_default();
        *entry = (entry.0 + value, entry.1 + 1);
    }
    let points =
        days.into_iter().map(|(day, (sum, count))| (day as f64 * 86_400_000.0, round2(shown(sum / f64::from(count)))));
    ChartLine { label: "dailyMean".to_owned(), points: points.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(unit: &str, values: &[f64]) -> String {
        let lines = values.iter().enumerate().map(|(at, value)| {
            format!("2026-05-{:02} {:02}:{:02}:00,{value}\n", 1 + at / 288, at / 12 % 24, at % 12 * 5)
        });
        format!("Timestamp,Glucose Value ({unit})\n{}", lines.collect::<String>())
    }

    fn shares(text: &str) -> Vec<String> {
        let page = view_glucose(text.as_bytes()).expect("readings");
        page.sections[0].items[0].grid.as_ref().expect("ranges").rows.iter().map(|row| row[2].clone()).collect()
    }

    #[test]
    fn time_in_range_is_the_same_in_both_units() {
        let mg = [50.0, 65.0, 70.0, 100.0, 120.0, 150.0, 180.0, 200.0, 240.0, 300.0];
        assert_eq!(shares(&file("mg/dL", &mg)), ["10 %", "10 %", "50 %", "20 %", "10 %"]);
        let mmol = [2.8, 3.6, 3.9, 5.6, 6.7, 8.3, 9.9, 11.1, 13.3, 16.7];
        assert_eq!(shares(&file("mmol/L", &mmol)), ["10 %", "10 %", "50 %", "20 %", "10 %"]);
    }

    #[test]
    fn a_file_without_units_is_judged_by_its_middle() {
        let page =
            view_glucose(b"id,time,gl\n7,2026-05-01 08:00:00,5.5\n7,2026-05-01 08:05:00,6.5\n").expect("readings");
        assert_eq!(page.sections[0].charts[0].unit.as_deref(), Some("mmol/L"));
    }

    #[test]
    fn tables_about_other_things_are_not_glucose() {
        assert!(!is_glucose(b"time,value\n2026-05-01 08:00,5\n"));
        assert!(!is_glucose(b"glucose is fine, thank you, since this time\n"));
        assert!(is_glucose(b"\xEF\xBB\xBFid;time;gl\n1;2026-05-01 08:00:00;5,5\n"));
    }
}
