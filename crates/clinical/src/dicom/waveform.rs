//! Waveforms (PS3.3 C.10.9): groups of channels sampled together, such as the twelve leads of an ECG.

use super::dataset::{Dataset, Element, Tag, Value};
use super::reader::Elements;
use crate::limits::{SIGNAL_CHANNELS_MAX, SIGNAL_MARKS_MAX};
use crate::signals::{Channel, Finding, Group, Mark, Place, SampleForm, Signals, Storage};

const GROUPS: Tag = (0x5400, 0x0100);
const DATA: Tag = (0x5400, 0x1010);
const BITS: Tag = (0x5400, 0x1004);
const INTERPRETATION: Tag = (0x5400, 0x1006);
const CHANNELS: Tag = (0x003A, 0x0005);
const SAMPLES: Tag = (0x003A, 0x0010);
const RATE: Tag = (0x003A, 0x001A);
const LABEL: Tag = (0x003A, 0x0020);
const DEFINITIONS: Tag = (0x003A, 0x0200);
const CHANNEL_LABEL: Tag = (0x003A, 0x0203);
const SOURCE: Tag = (0x003A, 0x0208);
const SENSITIVITY: Tag = (0x003A, 0x0210);
const UNITS: Tag = (0x003A, 0x0211);
const CORRECTION: Tag = (0x003A, 0x0212);
const BASELINE: Tag = (0x003A, 0x0213);
const ANNOTATIONS: Tag = (0x0040, 0xB020);
const CONCEPT_NAME: Tag = (0x0040, 0xA043);
const CONCEPT: Tag = (0x0040, 0xA168);
const NUMBER: Tag = (0x0040, 0xA30A);
const NUMBER_UNITS: Tag = (0x0040, 0x08EA);
const TEXT: Tag = (0x0070, 0x0006);
const POSITIONS: Tag = (0x0040, 0xA132);
const MEANING: Tag = (0x0008, 0x0104);
const CODE: Tag = (0x0008, 0x0100);

/// The waveforms of a file; none if it has none.
pub(super) fn signals(elements: &Elements) -> Option<Signals> {
    let dataset = &elements.root;
    let groups: Vec<Group> = dataset.items(GROUPS).iter().filter_map(group).take(64).collect();
    if groups.is_empty() {
        return None;
    }
    let mut findings = Vec::new();
    let mut marks = Vec::new();
    let rate = groups[0].rate;
    for item in dataset.items(ANNOTATIONS).iter().take(SIGNAL_MARKS_MAX) {
        let name = meaning(item.items(CONCEPT_NAME));
        let number = item.text(NUMBER).map(|number| {
            let unit = item.items(NUMBER_UNITS).first().and_then(|unit| unit.text(CODE)).filter(|code| code != "1");
            [number, unit.unwrap_or_default()].join(" ").trim().to_owned()
        });
        let value = number.or_else(|| meaning(item.items(CONCEPT))).or_else(|| item.text(TEXT));
        match (item.long(POSITIONS), name, value) {
            (Some(at), Some(name), None) => {
                marks.push(Mark { at: f64::from(at.max(1) - 1) / rate, lasts: 0.0, text: name })
            }
            (_, name, Some(value)) => findings.push(Finding { name: name.unwrap_or_default(), value }),
            _ => {}
        }
    }
    marks.sort_by(|a, b| a.at.total_cmp(&b.at));
    Some(Signals { groups, marks, findings, samples_file: None, has_pauses: false })
}

fn group(item: &Dataset) -> Option<Group> {
    let channels = usize::from(item.short(CHANNELS)?);
    let samples = u64::from(item.long(SAMPLES)?);
    let rate = item.decimal(RATE).filter(|rate| *rate > 0.0)?;
    let form = match (item.short(BITS)?, item.text(INTERPRETATION)?.as_str()) {
        (8, "SB") => SampleForm::I8,
        (8, "UB") => SampleForm::U8,
        (16, "SS") => SampleForm::I16,
        (16, "US") => SampleForm::U16,
        (32, "SL") => SampleForm::I32,
        _ => return None,
    };
    if channels == 0 || channels > SIGNAL_CHANNELS_MAX {
        return None;
    }
    let (place, length) = match &item.elements.get(&DATA)? {
        Element { value: Value::Far { offset, length }, .. } => (Place::At(*offset), *length),
        Element { value: Value::Bytes(bytes), .. } => (Place::Here(bytes.clone()), bytes.len() as u64),
        _ => return None,
    };
    // What is missing at the end is not claimed to be there.
    let samples = samples.min(length / (channels as u64 * form.bytes()));
    let definitions = item.items(DEFINITIONS);
    let channels = (0..channels).map(|at| channel(definitions.get(at), at)).collect();
    Some(Group {
        label: item.text(LABEL).unwrap_or_default(),
        rate,
        samples,
        channels,
        storage: Storage::Interleaved { place, form, big_endian: item.big_endian },
    })
}

fn channel(definition: Option<&Dataset>, at: usize) -> Channel {
    let said = definition.map(|definition| {
        let label = definition.text(CHANNEL_LABEL);
        let source = meaning(definition.items(SOURCE));
        let unit = definition.items(UNITS).first().and_then(|unit| unit.text(CODE).or_else(|| unit.text(MEANING)));
        let scale = definition.decimal(SENSITIVITY).unwrap_or(1.0) * definition.decimal(CORRECTION).unwrap_or(1.0);
        let baseline = definition.decimal(BASELINE).unwrap_or(0.0);
        (label.or(source), unit, scale, baseline)
    });
    let (label, unit, scale, baseline) = said.unwrap_or((None, None, 1.0, 0.0));
    Channel::new(&label.unwrap_or_else(|| format!("{}", at + 1)), &unit.unwrap_or_default(), scale, baseline)
}

fn meaning(codes: &[Dataset]) -> Option<String> {
    let code = codes.first()?;
    code.text(MEANING).or_else(|| code.text(CODE))
}
