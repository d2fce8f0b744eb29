//! FIT files of watches, scales and bicycles: what was done, how long, how the heart went.

use std::collections::{BTreeMap, BTreeSet};

use fitparser::de::{DecodeOption, FitObject, FitStreamProcessor};
use fitparser::profile::MesgNum;
use fitparser::{FitDataRecord, Value};

use super::rounded;
use crate::dates::{day_iso, moment_iso};
use crate::limits::{CURVE_POINTS_MAX, FIT_BYTES_MAX, FIT_MESSAGES_MAX};
use crate::page::{
    Chart, ChartAxis, ChartLine, ChartStyle, ClinicalItem, ClinicalNotice, ClinicalSection, Fact, GridView, Page,
    ResultItem, SectionKind, facts,
};
use crate::results::{Plain, plain_item};

/// Why a FIT file cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// Larger than [`FIT_BYTES_MAX`].
    #[error("the file has {bytes} bytes; at most {FIT_BYTES_MAX} are shown")]
    TooLarge {
        /// Size of the file.
        bytes: usize,
    },
    /// Nothing in it can be read.
    #[error("the file is not a readable FIT file: {0}")]
    Unreadable(String),
}

pub(crate) fn is_fit(bytes: &[u8]) -> bool {
    bytes.get(8..12) == Some(b".FIT") && matches!(bytes.first(), Some(12..=14))
}

/// Measures of the second-by-second records: field, key, unit if it is another than the file's.
const CURVES: &[(&str, &str)] = &[
    ("heart_rate", "heartRate"),
    ("enhanced_speed", "speed"),
    ("speed", "speed"),
    ("enhanced_altitude", "altitude"),
    ("altitude", "altitude"),
    ("cadence", "cadence"),
    ("power", "power"),
    ("temperature", "temperature"),
];

/// A unit, and values over seconds.
type Curve = (String, Vec<(f64, f64)>);

#[derive(Default)]
struct Activity {
    facts: Vec<Fact>,
    sessions: Vec<ClinicalItem>,
    results: Vec<ResultItem>,
    curves: BTreeMap<&'static str, Curve>,
    begin: Option<f64>,
    devices: BTreeSet<String>,
    days: BTreeMap<i64, BTreeMap<String, f64>>,
    daily_pulse: BTreeMap<i64, (f64, f64, u32)>,
    moments: Option<(f64, f64)>,
    messages: usize,
}

pub(crate) fn view_fit(bytes: &[u8]) -> Result<Page, FitError> {
    if bytes.len() > FIT_BYTES_MAX {
        return Err(FitError::TooLarge { bytes: bytes.len() });
    }
    let mut processor = FitStreamProcessor::new();
    // Without the checksum of the whole, a damaged file would give nothing at all; the damage is said instead.
    processor.add_option(DecodeOption::SkipDataCrcValidation);
    let mut activity = Activity::default();
    let mut rest = bytes;
    let mut notice = None;
    let mut last_error = String::new();
    while !rest.is_empty() {
        if activity.messages > FIT_MESSAGES_MAX {
            notice = Some(ClinicalNotice::OnlyBeginning);
            break;
        }
        match processor.deserialize_next(rest) {
            Ok((after, object)) => {
                rest = after;
                if let FitObject::DataMessage(message) = object {
                    activity.messages += 1;
                    if let Ok(record) = processor.decode_message(message) {
                        activity.take(&record);
                    }
                }
            }
            Err(error) => {
                last_error = error.to_string();
                notice = Some(if rest.len() < 400 { ClinicalNotice::CutShort } else { ClinicalNotice::DamagedParts });
                break;
            }
        }
    }
    if activity.messages == 0 {
        return Err(FitError::Unreadable(last_error));
    }
    if notice.is_none() && fitparser::from_bytes(bytes).is_err() {
        notice = Some(ClinicalNotice::DamagedParts);
    }
    Ok(activity.page(notice))
}

fn field<'r>(record: &'r FitDataRecord, name: &str) -> Option<&'r Value> {
    record.fields().iter().find(|field| field.name() == name).map(fitparser::FitDataField::value)
}

fn number(record: &FitDataRecord, name: &str) -> Option<f64> {
    let value: Result<f64, _> = field(record, name)?.clone().try_into();
    value.ok().filter(|number: &f64| number.is_finite())
}

fn words(record: &FitDataRecord, name: &str) -> Option<String> {
    match field(record, name)? {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

fn unit(record: &FitDataRecord, name: &str) -> String {
    record.fields().iter().find(|field| field.name() == name).map(|field| field.units().to_owned()).unwrap_or_default()
}

/// Seconds since 1970.
fn moment(record: &FitDataRecord, name: &str) -> Option<f64> {
    match field(record, name)? {
        Value::Timestamp(moment) => Some(moment.timestamp() as f64),
        _ => None,
    }
}

fn iso(seconds: f64) -> String {
    moment_iso((seconds * 1000.0) as i64)
}

impl Activity {
    fn take(&mut self, record: &FitDataRecord) {
        if let Some(at) = moment(record, "timestamp") {
            let (first, last) = self.moments.unwrap_or((at, at));
            self.moments = Some((first.min(at), last.max(at)));
        }
        match record.kind() {
            MesgNum::FileId => {
                let made = moment(record, "time_created").map(iso);
                self.facts.extend(facts([("fileKind", words(record, "type")), ("date", made)]));
                self.device(record);
            }
            MesgNum::DeviceInfo => self.device(record),
            MesgNum::Session => self.sessions.push(session(record)),
            MesgNum::Record => self.point(record),
            MesgNum::WeightScale => self.scale(record),
            MesgNum::BloodPressure => self.pressure(record),
            MesgNum::Monitoring => self.monitoring(record),
            _ => {}
        }
    }

    fn device(&mut self, record: &FitDataRecord) {
        let parts =
            [words(record, "manufacturer"), words(record, "product_name").or_else(|| words(record, "garmin_product"))];
        let name = parts.into_iter().flatten().map(|part| part.replace('_', " ")).collect::<Vec<_>>().join(" ");
        if !name.is_empty() && self.devices.len() < 20 {
            self.devices.insert(name);
        }
    }

    fn point(&mut self, record: &FitDataRecord) {
        let Some(at) = moment(record, "timestamp") else { return };
        let begin = *self.begin.get_or_insert(at);
        for (name, key) in CURVES {
            if let Some(value) = number(record, name) {
                let curve = self.curves.entry(key).or_insert_with(|| (unit(record, name), Vec::new()));
                // The better of two fields for one thing comes first.
                if curve.1.last().is_none_or(|last| last.0 < at - begin) {
                    curve.1.push((at - begin, value));
                }
            }
        }
    }

    fn result(&mut self, record: &FitDataRecord, name: &str, key: &str) {
        // The profile gives this field an enumeration, so its hundredths are left as they are.
        let is_scaled = matches!(field(record, name), Some(Value::Float64(_)));
        let scale = if name == "weight" && !is_scaled { 0.01 } else { 1.0 };
        if let Some(value) = number(record, name).map(|value| value * scale) {
            let mut item = plain_item(&Plain {
                name: key.to_owned(),
                text: rounded(value),
                unit: Some(unit(record, name)).filter(|unit| !unit.is_empty()),
                loinc: (key == "weight").then(|| "29463-7".to_owned()),
                ..Plain::default()
            });
            item.at = moment(record, "timestamp").map(iso);
            self.results.push(item);
        }
    }

    fn scale(&mut self, record: &FitDataRecord) {
        for (name, key) in [
            ("weight", "weight"),
            ("percent_fat", "bodyFat"),
            ("percent_hydration", "bodyWater"),
            ("muscle_mass", "muscleMass"),
            ("bone_mass", "boneMass"),
            ("bmi", "bodyMassIndex"),
            ("visceral_fat_rating", "visceralFat"),
            ("metabolic_age", "metabolicAge"),
        ] {
            self.result(record, name, key);
        }
    }

    fn pressure(&mut self, record: &FitDataRecord) {
        let pair = number(record, "systolic_pressure").zip(number(record, "diastolic_pressure"));
        if let Some((above, below)) = pair {
            self.results.push(ResultItem {
                name: "bloodPressure".to_owned(),
                value_text: format!("{above:.0}/{below:.0}"),
                unit: Some("mmHg".to_owned()),
                at: moment(record, "timestamp").map(iso),
                ..ResultItem::default()
            });
        }
        self.result(record, "heart_rate", "heartRate");
    }

    /// Counters of a day: each message holds the sum so far of one kind of movement.
    fn monitoring(&mut self, record: &FitDataRecord) {
        let Some(day) = moment(record, "timestamp").map(|at| (at / 86_400.0).floor() as i64) else { return };
        let kind = words(record, "activity_type").unwrap_or_default();
        for (name, key) in [("steps", "stepCount"), ("active_calories", "activeEnergyBurned"), ("distance", "distance")]
        {
            if let Some(value) = number(record, name) {
                let sums = self.days.entry(day).or_default();
                let known = sums.entry(format!("{key}\u{1F}{kind}")).or_default();
                *known = known.max(value);
            }
        }
        if let Some(pulse) = number(record, "heart_rate").filter(|pulse| *pulse > 0.0) {
            let entry = self.daily_pulse.entry(day).or_insert((pulse, pulse, 0));
            *entry = (entry.0.min(pulse), entry.1.max(pulse), entry.2 + 1);
        }
    }

    fn page(mut self, notice: Option<ClinicalNotice>) -> Page {
        let mut section = ClinicalSection::new(SectionKind::Activity);
        section.items = std::mem::take(&mut self.sessions);
        section.items.extend(self.daily());
        section.charts = self
            .curves
            .into_iter()
            .filter(|(_, (_, points))| points.len() > 1)
            .map(|(key, (unit, points))| Chart {
                title: key.to_owned(),
                unit: Some(unit).filter(|unit| !unit.is_empty()),
                axis: ChartAxis::Seconds,
                style: ChartStyle::Line,
                lines: vec![ChartLine { label: "value".to_owned(), points: thinned(points) }],
                low: None,
                high: None,
            })
            .collect();
        let mut sections = vec![section];
        if !self.results.is_empty() {
            sections.push(ClinicalSection { results: self.results, ..ClinicalSection::new(SectionKind::Vitals) });
        }
        sections.retain(|section| !section.is_empty());
        let mut facts = self.facts;
        facts.insert(0, Fact::new("documentKind", "FIT"));
        if let Some((first, last)) = self.moments {
            facts.push(Fact::new(
                "period",
                if first == last { iso(first) } else { format!("{} – {}", iso(first), iso(last)) },
            ));
        }
        facts.extend(crate::fhir::joined(self.devices.into_iter()).map(|devices| Fact::new("device", devices)));
        Page { patient: None, facts, notices: notice.into_iter().collect(), sections }
    }

    /// A table of days.
    fn daily(&self) -> Option<ClinicalItem> {
        let days: BTreeSet<i64> = self.days.keys().chain(self.daily_pulse.keys()).copied().collect();
        let sum = |day: &i64, key: &str| {
            let kinds = self.days.get(day)?.iter().filter(|(name, _)| name.split('\u{1F}').next() == Some(key));
            let sum: f64 = kinds.map(|(_, value)| value).sum();
            (sum > 0.0).then(|| rounded(sum))
        };
        let pulse = |day: &i64| self.daily_pulse.get(day).map(|(least, most, _)| format!("{least:.0} – {most:.0}"));
        let rows: Vec<Vec<String>> = days
            .iter()
            .map(|day| {
                let cells = [sum(day, "stepCount"), sum(day, "distance"), sum(day, "activeEnergyBurned"), pulse(day)];
                std::iter::once(day_iso(*day)).chain(cells.into_iter().map(Option::unwrap_or_default)).collect()
            })
            .collect();
        let columns = ["day", "stepCount", "distanceMetres", "energyKcal", "heartRate"].map(str::to_owned);
        (!rows.is_empty()).then(|| ClinicalItem {
            grid: Some(GridView { columns: columns.into(), rows }),
            ..ClinicalItem::named("Daily figures")
        })
    }
}

fn session(record: &FitDataRecord) -> ClinicalItem {
    let figure = |name: &str, unit: &str| {
        number(record, name).map(|value| format!("{} {unit}", rounded(value)).trim().to_owned())
    };
    let seconds = number(record, "total_timer_time").or_else(|| number(record, "total_elapsed_time"));
    let distance = number(record, "total_distance").map(|metres| match metres {
        far if far >= 1000.0 => format!("{} km", rounded(far / 1000.0)),
        near => format!("{} m", rounded(near)),
    });
    ClinicalItem {
        start: moment(record, "start_time").or_else(|| moment(record, "timestamp")).map(iso),
        facts: facts([
            ("duration", seconds.map(duration)),
            ("distance", distance),
            ("energy", figure("total_calories", "kcal")),
            ("meanHeartRate", figure("avg_heart_rate", "/min")),
            ("highestHeartRate", figure("max_heart_rate", "/min")),
            (
                "meanSpeed",
                number(record, "enhanced_avg_speed")
                    .or_else(|| number(record, "avg_speed"))
                    .map(|speed| format!("{} km/h", rounded(speed * 3.6))),
            ),
            ("climb", figure("total_ascent", "m")),
            ("meanPower", figure("avg_power", "W")),
        ]),
        ..ClinicalItem::named(
            words(record, "sport").map_or_else(|| "Activity".to_owned(), |sport| sport.replace('_', " ")),
        )
    }
}

/// `1:02:03`.
fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    format!("{}:{:02}:{:02} h", whole / 3600, whole / 60 % 60, whole % 60)
}

/// Fewer points than can be seen.
fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let step = points.len().div_ceil(CURVE_POINTS_MAX / 4).max(1);
    points.into_iter().step_by(step).collect()
}
