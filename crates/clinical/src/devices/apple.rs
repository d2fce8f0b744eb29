//! Apple Health's `export.xml`: years of readings as daily figures. Exports have hundreds of megabytes, so the file is read
//! once from front to back and only sums of days are kept. The telephone packs it into an archive, which is read as it is.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, BufRead, BufReader, Read, Seek};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{apple_archive, key, rounded};
use crate::dates::{DocumentDate, day_iso};
use crate::limits::{APPLE_SUMS_MAX, APPLE_TAG_BYTES_MAX};
use crate::narrative::unescaped;
use crate::page::{
    Chart, ChartAxis, ChartLine, ChartStyle, ClinicalItem, ClinicalNotice, ClinicalPatient, ClinicalSection, Fact,
    GridView, Page, SectionKind, facts,
};

/// Why an export cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum AppleHealthError {
    /// No readable beginning.
    #[error("this is no export of Apple Health")]
    NotAnExport,
    /// The archive around it is damaged or locked.
    #[error("the archive cannot be opened: {0}")]
    Archive(#[from] zip::result::ZipError),
    /// The bytes could not be read.
    #[error("the export could not be read: {0}")]
    Io(#[from] io::Error),
}

/// Charts of one page; the most recorded kinds come first.
const CHARTS_MAX: usize = 12;

/// Days that are drawn one by one; a longer time is drawn by weeks.
const DAYS_DRAWN_MAX: usize = 190;

/// Workouts that are listed, the newest.
const WORKOUTS_MAX: usize = 100;

/// Names of kinds or sources that are kept apart.
const NAMES_MAX: usize = 500;

/// The media type of an export, or of the archive with one.
pub(crate) fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match (apple_archive::is_archive(bytes), is_xml(bytes)) {
        (true, _) => Some("application/zip"),
        (_, true) => Some("application/xml"),
        _ => None,
    }
}

fn is_xml(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(64 * 1024)];
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    text.starts_with('<') && text.contains("<HealthData")
}

/// What is kept of one kind from one source on one day.
#[derive(Clone, Copy, Default)]
struct Day {
    count: u32,
    sum: f64,
    least: f64,
    most: f64,
}

impl Day {
    fn add(&mut self, value: f64) {
        let first = self.count == 0;
        self.least = if first { value } else { self.least.min(value) };
        self.most = if first { value } else { self.most.max(value) };
        self.sum += value;
        self.count = self.count.saturating_add(1);
    }
}

#[derive(Default)]
struct Export {
    me: Vec<(String, String)>,
    exported: Option<String>,
    kinds: Names,
    sources: Names,
    units: HashMap<u16, String>,
    days: HashMap<(u16, u16, i32), Day>,
    workouts: BTreeMap<(String, u64), Vec<String>>,
    records: u64,
    is_full: bool,
}

#[derive(Default)]
struct Names {
    numbers: HashMap<String, u16>,
    names: Vec<String>,
}

impl Names {
    fn number(&mut self, name: &str) -> Option<u16> {
        if let Some(known) = self.numbers.get(name) {
            return Some(*known);
        }
        if self.names.len() >= NAMES_MAX {
            return None;
        }
        let number = u16::try_from(self.names.len()).ok()?;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        Some(number)
    }
}

/// Reads a whole export, packed or not, in memory that does not depend on its length.
///
/// # Errors
/// [`AppleHealthError`]; what ends in the middle is shown as far as it goes.
pub fn view_apple_health(mut source: impl Read + Seek) -> Result<Page, AppleHealthError> {
    if apple_archive::begins_as_archive(&mut source)? {
        let mut archive = apple_archive::open(source)?;
        let export = apple_archive::export(&mut archive)?;
        return view_xml(export);
    }
    view_xml(source)
}

fn view_xml(source: impl Read) -> Result<Page, AppleHealthError> {
    let mut reader =
        Reader::from_reader(Bounded { inner: BufReader::with_capacity(1 << 18, source), since_tag_end: 0 });
    reader.config_mut().check_end_names = false;
    let mut export = Export::default();
    let mut buffer = Vec::new();
    let (mut is_export, mut is_whole, mut is_damaged) = (false, false, false);
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                is_export |= tag.name().into_inner() == "HealthData";
                if is_export {
                    export.take(&tag);
                }
            }
            Ok(Event::End(tag)) => is_whole |= tag.name().into_inner() == "HealthData",
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(quick_xml::Error::Io(error)) if error.kind() != io::ErrorKind::InvalidData => {
                return Err(AppleHealthError::Io(io::Error::new(error.kind(), error.to_string())));
            }
            Err(_) => {
                is_damaged = true;
                break;
            }
        }
    }
    if !is_export {
        return Err(AppleHealthError::NotAnExport);
    }
    let mut page = export.page();
    if !is_whole {
        page.notices.push(if is_damaged { ClinicalNotice::DamagedParts } else { ClinicalNotice::CutShort });
    }
    Ok(page)
}

/// Ends the reading where a tag would be longer than any real one.
struct Bounded<R> {
    inner: BufReader<R>,
    since_tag_end: usize,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<R: Read> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since_tag_end > APPLE_TAG_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a tag is too long"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let taken = self.inner.buffer().get(..amount).unwrap_or_default();
        self.since_tag_end = match taken.iter().rposition(|byte| *byte == b'>') {
            Some(at) => amount - at,
            None => self.since_tag_end.saturating_add(amount),
        };
        self.inner.consume(amount);
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let found = attributes.with_checks(false).flatten().find(|attribute| attribute.key.into_inner() == name)?;
    Some(unescaped(&found.value)).filter(|value| !value.is_empty())
}

/// `2024-01-01 01:01:36 +0200` as the day and minute where the person was.
fn local(written: &str) -> Option<(i32, f64)> {
    let day = DocumentDate::from_iso(written.get(..10)?)?.unix_ms.div_euclid(86_400_000);
    let part = |from: usize| written.get(from..from + 2).and_then(|text| text.parse::<f64>().ok());
    let minute = part(11)? * 60.0 + part(14)? + part(17).unwrap_or(0.0) / 60.0;
    Some((i32::try_from(day).ok()?, minute))
}

impl Export {
    fn take(&mut self, tag: &BytesStart<'_>) {
        match tag.name().into_inner() {
            "Me" => {
                let mut attributes = tag.attributes();
                let all = attributes.with_checks(false).flatten().take(20);
                self.me = all.map(|one| (one.key.into_inner().to_owned(), unescaped(&one.value))).collect();
            }
            "ExportDate" => self.exported = attribute(tag, "value"),
            "Record" => {
                self.records += 1;
                // A reading without a day or a number has nothing to add up.
                let _ = self.record(tag);
            }
            "Workout" => {
                let _ = self.workout(tag);
            }
            _ => {}
        }
    }

    fn record(&mut self, tag: &BytesStart<'_>) -> Option<()> {
        let kind = attribute(tag, "type")?;
        let (start, end) =
            (local(&attribute(tag, "startDate")?)?, attribute(tag, "endDate").and_then(|end| local(&end)));
        let value = attribute(tag, "value").unwrap_or_default();
        let (name, value, day, unit) = if let Some(name) = kind.strip_prefix("HKQuantityTypeIdentifier") {
            let number = value.parse::<f64>().ok().filter(|number| number.is_finite())?;
            (name, number, start.0, attribute(tag, "unit"))
        } else {
            let name = kind.strip_prefix("HKCategoryTypeIdentifier")?;
            let is_asleep = name == "SleepAnalysis" && value.contains("Asleep");
            if name == "SleepAnalysis" && !is_asleep {
                return None;
            }
            if name != "SleepAnalysis" && name != "MindfulSession" {
                return None;
            }
            let (last_day, last_minute) = end?;
            let minutes = f64::from(last_day - start.0) * 1440.0 + last_minute - start.1;
            // A night belongs to the morning on which it ends.
            (name, (0.0..=2880.0).contains(&minutes).then_some(minutes / 60.0)?, last_day, Some("h".to_owned()))
        };
        let source = attribute(tag, "sourceName").unwrap_or_default();
        let (kind, source) = (self.kinds.number(name)?, self.sources.number(&source)?);
        if let Some(unit) = unit {
            self.units.entry(kind).or_insert(unit);
        }
        let place = (kind, source, day);
        if self.days.len() >= APPLE_SUMS_MAX && !self.days.contains_key(&place) {
            self.is_full = true;
            return None;
        }
        self.days.entry(place).or_default().add(value);
        Some(())
    }

    fn workout(&mut self, tag: &BytesStart<'_>) -> Option<()> {
        let start = attribute(tag, "startDate")?;
        let kind = attribute(tag, "workoutActivityType")?;
        let kind = key(kind.strip_prefix("HKWorkoutActivityType").unwrap_or(&kind));
        let figure = |value: &str, unit: &str| {
            let number = attribute(tag, value)?.parse::<f64>().ok().filter(|number| number.is_finite())?;
            Some(format!("{} {}", rounded(number), attribute(tag, unit).unwrap_or_default()).trim().to_owned())
        };
        let row = vec![
            start.get(..10)?.to_owned(),
            kind,
            figure("duration", "durationUnit").unwrap_or_default(),
            figure("totalDistance", "totalDistanceUnit").unwrap_or_default(),
            figure("totalEnergyBurned", "totalEnergyBurnedUnit").unwrap_or_default(),
        ];
        self.workouts.insert((start, self.records), row);
        if self.workouts.len() > WORKOUTS_MAX {
            self.workouts.pop_first();
        }
        Some(())
    }

    fn page(self) -> Page {
        let mut kinds: Vec<Kind> =
            (0..self.kinds.names.len()).filter_map(|at| self.kind(u16::try_from(at).ok()?)).collect();
        kinds.sort_by(|one, other| other.days.len().cmp(&one.days.len()).then_with(|| one.name.cmp(&other.name)));
        let days: BTreeSet<i32> = self.days.keys().map(|(_, _, day)| *day).collect();
        let several = kinds.iter().any(|kind| kind.several);
        let mut section = ClinicalSection::new(SectionKind::Activity);
        if !kinds.is_empty() {
            section.items.push(ClinicalItem { grid: Some(figures(&kinds)), ..ClinicalItem::named("Daily figures") });
        }
        section.charts = kinds.iter().filter(|kind| kind.days.len() > 1).take(CHARTS_MAX).map(Kind::chart).collect();
        let mut sections = vec![section];
        if !self.workouts.is_empty() {
            let columns = ["day", "activity", "duration", "distance", "energy"].map(str::to_owned).into();
            let grid = GridView { columns, rows: self.workouts.into_values().rev().collect() };
            let item = ClinicalItem { grid: Some(grid), ..ClinicalItem::named("Workouts") };
            sections[0].items.push(item);
        }
        sections.retain(|section| !section.is_empty());
        let sources = self.sources.names.iter().filter(|name| !name.is_empty()).take(20).cloned();
        let period = days.first().zip(days.last());
        let me = |name: &str| {
            let (_, value) = self.me.iter().find(|(label, _)| label.ends_with(name))?;
            let word =
                value.strip_prefix("HKBiologicalSex").or_else(|| value.strip_prefix("HKBloodType")).unwrap_or(value);
            (word != "NotSet" && !word.is_empty()).then(|| word.to_owned())
        };
        Page {
            patient: Some(ClinicalPatient {
                name: None,
                birth_date: me("DateOfBirth"),
                facts: facts([
                    ("sex", me("BiologicalSex").map(|sex| sex.to_lowercase())),
                    ("bloodGroup", me("BloodType").map(|group| blood_group(&group))),
                ]),
            }),
            facts: [
                Some(Fact::new("documentKind", "Apple Health")),
                self.exported.as_deref().and_then(|date| date.get(..10)).map(|date| Fact::new("exported", date)),
                period.map(|(first, last)| {
                    Fact::new("period", format!("{} – {}", day_iso(i64::from(*first)), day_iso(i64::from(*last))))
                }),
                Some(Fact::new("readings", self.records.to_string())),
                crate::fhir::joined(sources).map(|sources| Fact::new("sources", sources)),
            ]
            .into_iter()
            .flatten()
            .collect(),
            notices: [(self.is_full, ClinicalNotice::OnlyBeginning), (several, ClinicalNotice::SeveralCounters)]
                .into_iter()
                .filter_map(|(is, notice)| is.then_some(notice))
                .collect(),
            sections,
        }
    }

    /// One kind, day by day. Two devices that count the same steps are not added up: the larger count of a day stands.
    fn kind(&self, number: u16) -> Option<Kind> {
        let name = self.kinds.names.get(usize::from(number))?.clone();
        let is_sum = is_sum(&name);
        let mut days: BTreeMap<i32, Day> = BTreeMap::new();
        let mut several = false;
        for ((kind, _, day), figures) in &self.days {
            if *kind != number {
                continue;
            }
            match days.get_mut(day) {
                None => _ = days.insert(*day, *figures),
                Some(known) if is_sum => {
                    several = true;
                    if figures.sum > known.sum {
                        *known = *figures;
                    }
                }
                Some(known) => {
                    known.sum += figures.sum;
                    known.count = known.count.saturating_add(figures.count);
                    known.least = known.least.min(figures.least);
                    known.most = known.most.max(figures.most);
                }
            }
        }
        let percent = name == "OxygenSaturation" || name.ends_with("Percentage");
        let unit = self.units.get(&number).cloned();
        // Apple writes shares as 0.97 with the unit "%".
        let factor = if percent && unit.as_deref() == Some("%") && days.values().all(|day| day.most <= 1.0) {
            100.0
        } else {
            1.0
        };
        let of_day = |day: &Day| factor * if is_sum { day.sum } else { day.sum / f64::from(day.count.max(1)) };
        Some(Kind {
            unit: unit
                .map(|unit| if unit == "count/min" { "/min".to_owned() } else { unit })
                .filter(|unit| unit != "count"),
            days: days
                .iter()
                .map(|(day, figures)| (*day, of_day(figures), factor * figures.least, factor * figures.most))
                .collect(),
            name,
            is_sum,
            several,
        })
    }
}

/// Kinds that are counted over a day; others are measured, and a day has their mean.
fn is_sum(name: &str) -> bool {
    const SUMS: &[&str] = &[
        "StepCount",
        "FlightsClimbed",
        "ActiveEnergyBurned",
        "BasalEnergyBurned",
        "AppleExerciseTime",
        "AppleStandTime",
        "AppleMoveTime",
        "SleepAnalysis",
        "MindfulSession",
        "PushCount",
        "SwimmingStrokeCount",
        "TimeInDaylight",
        "InsulinDelivery",
        "NumberOfTimesFallen",
        "NumberOfAlcoholicBeverages",
    ];
    SUMS.contains(&name) || name.starts_with("Distance") || name.starts_with("Dietary")
}

fn blood_group(written: &str) -> String {
    written.replace("Positive", "+").replace("Negative", "−")
}

struct Kind {
    name: String,
    unit: Option<String>,
    is_sum: bool,
    several: bool,
    /// Day, its figure, its least and most reading.
    days: Vec<(i32, f64, f64, f64)>,
}

impl Kind {
    fn chart(&self) -> Chart {
        let by_week = self.days.len() > DAYS_DRAWN_MAX;
        let mut groups: BTreeMap<i32, (f64, u32)> = BTreeMap::new();
        for (day, figure, ..) in &self.days {
            // 1970 began on a Thursday; weeks begin on Monday.
            let group = if by_week { (day + 3).div_euclid(7) * 7 - 3 } else { *day };
            let entry = groups.entry(group).or_default();
            entry.0 += figure;
            entry.1 += 1;
        }
        let points = groups
            .into_iter()
            .map(|(day, (sum, count))| (f64::from(day) * 86_400_000.0, sum / f64::from(count.max(1))));
        Chart {
            title: key(&self.name),
            unit: self.unit.clone(),
            axis: ChartAxis::Day,
            style: if self.is_sum { ChartStyle::Bars } else { ChartStyle::Line },
            lines: vec![ChartLine {
                label: if by_week {
                    "weeklyMean"
                } else if self.is_sum {
                    "perDay"
                } else {
                    "dailyMean"
                }
                .to_owned(),
                points: points.collect(),
            }],
            low: None,
            high: None,
        }
    }
}

fn figures(kinds: &[Kind]) -> GridView {
    let row = |kind: &Kind| {
        let count = kind.days.len().max(1) as f64;
        let mean = |days: &[(i32, f64, f64, f64)]| days.iter().map(|day| day.1).sum::<f64>() / days.len().max(1) as f64;
        let last = kind.days.last().map_or(0, |day| day.0);
        let recent: Vec<_> = kind.days.iter().filter(|day| day.0 > last - 30).copied().collect();
        let unit = kind.unit.clone().unwrap_or_default();
        let (least, most) = match kind.is_sum {
            true => (min(kind.days.iter().map(|day| day.1)), max(kind.days.iter().map(|day| day.1))),
            false => (min(kind.days.iter().map(|day| day.2)), max(kind.days.iter().map(|day| day.3))),
        };
        vec![
            key(&kind.name),
            unit,
            rounded(mean(&kind.days)),
            rounded(mean(&recent)),
            rounded(least),
            rounded(most),
            format!("{count:.0}"),
        ]
    };
    let columns = ["measure", "unit", "meanPerDay", "last30Days", "least", "most", "days"].map(str::to_owned);
    GridView { columns: columns.into(), rows: kinds.iter().map(row).collect() }
}

fn min(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::INFINITY, f64::min)
}

fn max(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::NEG_INFINITY, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export(records: &str) -> Page {
        let xml = format!(
            "<?xml version=\"1.0\"?><!DOCTYPE HealthData [<!ELEMENT x (y)>]><HealthData locale=\"de\">{records}</HealthData>"
        );
        view_xml(xml.as_bytes()).expect("an export")
    }

    fn record(kind: &str, source: &str, unit: &str, day: &str, value: f64) -> String {
        format!(
            "<Record type=\"HKQuantityTypeIdentifier{kind}\" sourceName=\"{source}\" unit=\"{unit}\" \
             startDate=\"{day} 10:00:00 +0200\" endDate=\"{day} 10:05:00 +0200\" value=\"{value}\"/>"
        )
    }

    #[test]
    fn two_devices_that_count_the_same_steps_do_not_double_them() {
        let page = export(
            &[
                record("StepCount", "Phone", "count", "2026-05-01", 4000.0),
                record("StepCount", "Phone", "count", "2026-05-01", 1000.0),
                record("StepCount", "Watch", "count", "2026-05-01", 5200.0),
                record("StepCount", "Watch", "count", "2026-05-02", 7000.0),
            ]
            .concat(),
        );
        assert_eq!(
            page.sections[0].charts[0].lines[0].points.iter().map(|point| point.1).collect::<Vec<_>>(),
            [5200.0, 7000.0]
        );
        assert!(page.notices.contains(&ClinicalNotice::SeveralCounters));
    }

    #[test]
    fn a_night_belongs_to_its_morning_and_a_pulse_has_a_mean() {
        let night = "<Record type=\"HKCategoryTypeIdentifierSleepAnalysis\" sourceName=\"Watch\" \
            startDate=\"2026-05-01 23:30:00 +0200\" endDate=\"2026-05-02 06:30:00 +0200\" value=\"HKCategoryValueSleepAnalysisAsleepCore\"/>";
        let page = export(
            &[
                night,
                &record("HeartRate", "Watch", "count/min", "2026-05-02", 60.0),
                &record("HeartRate", "Watch", "count/min", "2026-05-02", 80.0),
            ]
            .concat(),
        );
        let grid = page.sections[0].items[0].grid.as_ref().expect("figures");
        let row = |name: &str| grid.rows.iter().find(|row| row[0] == name).expect(name).clone();
        assert_eq!(row("sleepAnalysis")[1..3], ["h", "7"]);
        assert_eq!(row("heartRate")[1..6], ["/min", "70", "70", "60", "80"]);
        assert!(page.facts.contains(&Fact::new("period", "2026-05-02 – 2026-05-02")));
    }

    #[test]
    fn an_export_that_ends_early_says_so_and_a_tag_without_end_costs_nothing() {
        let torn = format!("<HealthData>{}<Record type=\"HK", record("StepCount", "Phone", "count", "2026-05-01", 1.0));
        let page = view_xml(torn.as_bytes()).expect("its beginning");
        assert!(
            page.notices.iter().any(|notice| matches!(notice, ClinicalNotice::CutShort | ClinicalNotice::DamagedParts))
        );
        let endless = io::Read::chain("<HealthData><Record a=\"".as_bytes(), io::Read::take(io::repeat(b'x'), 1 << 30));
        let page = view_xml(endless).expect("its beginning");
        assert!(page.notices.contains(&ClinicalNotice::DamagedParts));
        assert!(matches!(view_xml(&b"<html/>"[..]), Err(AppleHealthError::NotAnExport)));
    }
}
