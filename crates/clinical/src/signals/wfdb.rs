//! The header file of a WFDB record (PhysioNet, `header(5)`): it names the file with the samples and how they lie there.

use super::{Channel, Group, Place, SampleForm, Signals, Storage};
use crate::dates::DocumentDate;
use crate::limits::SIGNAL_CHANNELS_MAX;
use crate::recognise::Found;

/// Bytes of a header that are read.
pub(crate) const TEXT_MAX: u64 = 64 * 1024;
const RATE_DEFAULT: f64 = 250.0;
const GAIN_DEFAULT: f64 = 200.0;

struct Header<'a> {
    record: &'a str,
    rate: f64,
    samples: Option<u64>,
    date: Option<DocumentDate>,
    signals: Vec<Signal<'a>>,
}

struct Signal<'a> {
    file: &'a str,
    format: &'a str,
    per_frame: u64,
    offset: u64,
    channel: Channel,
}

pub(crate) fn is_wfdb(bytes: &[u8]) -> bool {
    header(bytes).is_some()
}

pub(crate) fn summary(bytes: &[u8]) -> Found {
    let Some(header) = header(bytes) else { return Found::default() };
    let heart = header.signals.iter().any(|signal| is_heart_lead(&signal.channel.label));
    Found {
        title: Some(format!("{} {}", if heart { "ECG" } else { "Signal recording" }, header.record)),
        date: header.date,
        category: heart.then_some(crate::Category::Heart),
    }
}

/// Names of leads as PhysioNet and devices write them.
pub(crate) fn is_heart_lead(label: &str) -> bool {
    let label = label.trim().trim_start_matches("Lead ").to_ascii_uppercase();
    label.contains("ECG")
        || label.contains("EKG")
        || matches!(
            label.as_str(),
            "I" | "II"
                | "III"
                | "AVR"
                | "AVL"
                | "AVF"
                | "V"
                | "V1"
                | "V2"
                | "V3"
                | "V4"
                | "V5"
                | "V6"
                | "MLI"
                | "MLII"
                | "MLIII"
        )
}

/// What the header promises. The samples are in [`Signals::samples_file`], of `bytes_there` bytes if it is at hand.
pub(crate) fn signals(bytes: &[u8], bytes_there: Option<u64>) -> Option<Signals> {
    let header = header(bytes)?;
    let first = header.signals.first()?;
    let (file, format, offset) = (first.file, first.format, first.offset);
    // The signals of one file are sampled together; those in further files are left to their own headers.
    let together: Vec<&Signal<'_>> = header.signals.iter().filter(|signal| signal.file == file).collect();
    let channels = together.len() as u64;
    let uniform = together.iter().all(|signal| signal.format == format && signal.per_frame == 1);
    let interleaved = |form| Storage::Interleaved { place: Place::At(offset), form, big_endian: format == "61" };
    let storage = match format {
        "212" => Storage::Pairs { offset },
        "16" | "61" => interleaved(SampleForm::I16),
        "24" => interleaved(SampleForm::I24),
        "32" => interleaved(SampleForm::I32),
        "80" => interleaved(SampleForm::Centred8),
        "160" => interleaved(SampleForm::U16),
        _ => return None,
    };
    if !uniform {
        return None;
    }
    let there = bytes_there.map(|bytes| {
        let bytes = bytes.saturating_sub(offset);
        match &storage {
            Storage::Interleaved { form, .. } => bytes / (form.bytes() * channels),
            _ => bytes / 3 * 2 / channels,
        }
    });
    let samples = match (header.samples, there) {
        (Some(said), Some(there)) if said > 0 => said.min(there),
        (_, Some(there)) => there,
        (said, None) => said.unwrap_or(0),
    };
    let channels = together.into_iter().map(|signal| signal.channel.clone()).collect();
    let group = Group { label: header.record.to_owned(), rate: header.rate, samples, channels, storage };
    Some(Signals {
        groups: vec![group],
        marks: Vec::new(),
        findings: Vec::new(),
        samples_file: Some(file.to_owned()),
        has_pauses: false,
    })
}

fn header(bytes: &[u8]) -> Option<Header<'_>> {
    let text = std::str::from_utf8(&bytes[..bytes.len().min(TEXT_MAX as usize)]).ok()?;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut first = lines.next()?.split_ascii_whitespace();
    let record = first.next().filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || "_-/.".contains(c)))?;
    let count: usize = first.next()?.parse().ok()?;
    if count == 0 || count > SIGNAL_CHANNELS_MAX || record.contains('/') {
        return None;
    }
    let rate = match first.next() {
        None => RATE_DEFAULT,
        Some(written) => {
            let number = written.split(['/', '(']).next()?;
            number.parse::<f64>().ok().filter(|rate| rate.is_finite() && *rate > 0.0)?
        }
    };
    let samples = first.next().and_then(|written| written.parse().ok());
    let (time, day) = (first.next(), first.next());
    let signals: Vec<Signal<'_>> = lines.take(count).map(signal).collect::<Option<_>>()?;
    (signals.len() == count).then(|| Header { record, rate, samples, date: date(day, time), signals })
}

fn signal(line: &str) -> Option<Signal<'_>> {
    let mut words = line.split_ascii_whitespace();
    let file = words.next()?;
    let written = words.next()?;
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let format = &written[..digits(written)];
    let rest = &written[format.len()..];
    let member = |mark: char| {
        let after = &rest[rest.find(mark)? + 1..];
        after[..digits(after)].parse::<u64>().ok()
    };
    if format.is_empty() || rest.chars().any(|c| !c.is_ascii_digit() && !"x:+".contains(c)) {
        return None;
    }
    let (per_frame, offset) = (member('x').unwrap_or(1), member('+').unwrap_or(0));
    let gain = words.next();
    let (_resolution, zero) = (words.next(), words.next());
    let zero = zero.and_then(|zero| zero.parse::<f64>().ok()).unwrap_or(0.0);
    let description = words.skip(3).collect::<Vec<_>>().join(" ");
    let (gain, baseline, unit) = gain.map_or((GAIN_DEFAULT, zero, "mV"), |written| {
        let (number, unit) = written.split_once('/').unwrap_or((written, "mV"));
        let (number, baseline) = match number.split_once('(') {
            Some((number, baseline)) => (number, baseline.trim_end_matches(')').parse().unwrap_or(zero)),
            None => (number, zero),
        };
        (number.parse::<f64>().unwrap_or(0.0), baseline, unit)
    });
    let gain = if gain == 0.0 || !gain.is_finite() { GAIN_DEFAULT } else { gain };
    let label = if description.is_empty() { file } else { &description };
    Some(Signal { file, format, per_frame, offset, channel: Channel::new(label, unit, 1.0 / gain, -baseline / gain) })
}

/// `03/09/1987` and `14:03:00`.
fn date(day: Option<&str>, time: Option<&str>) -> Option<DocumentDate> {
    let [day, month, year] = day?.split('/').collect::<Vec<_>>()[..] else { return None };
    let time = time.filter(|time| time.len() >= 8).map(|time| format!("T{}", &time[..8])).unwrap_or_default();
    DocumentDate::from_iso(&format!("{year}-{month:0>2}-{day:0>2}{time}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"100 2 360 650000\n100.dat 212 200 11 1024 995 -22131 0 MLII\n100.dat 212 200 11 1024 1011 20052 0 V5\n# 69 M\n";

    #[test]
    fn a_header_says_what_its_samples_mean() {
        let signals = signals(HEADER, None).unwrap();
        let group = &signals.groups[0];
        assert_eq!((group.rate, group.samples, group.channels.len()), (360.0, 650_000, 2));
        assert_eq!((group.channels[0].label.as_str(), group.channels[0].unit.as_str()), ("MLII", "mV"));
        assert_eq!(signals.samples_file.as_deref(), Some("100.dat"));
        let channel = &group.channels[0];
        assert_eq!(1024.0 * channel.scale + channel.offset, 0.0, "the zero of the converter is no voltage");
        assert_eq!(summary(HEADER).title.as_deref(), Some("ECG 100"));
    }

    #[test]
    fn samples_that_are_not_there_are_not_promised() {
        assert_eq!(signals(HEADER, Some(30)).unwrap().groups[0].samples, 10);
    }

    #[test]
    fn notes_that_begin_with_a_number_are_no_headers() {
        for text in ["Pulse 76 today\nfine", "100 2\nhello world", "x", "", "Visit 1 250\nnotes.txt about it"] {
            assert!(!is_wfdb(text.as_bytes()), "{text:?}");
        }
    }
}
