//! European Data Format: EDF, EDF+ with its remarks, and BDF with its 24 bits.

use super::wfdb::is_heart_lead;
use super::{Channel, Group, Mark, SampleForm, Signals, Storage};
use crate::dates::DocumentDate;
use crate::limits::{SIGNAL_CHANNELS_MAX, SIGNAL_MARKS_MAX};
use crate::recognise::{Found, one_line};
use crate::source::{Source, read_range};
use crate::text::latin1;

const ANNOTATIONS: [&str; 2] = ["EDF Annotations", "BDF Annotations"];
/// Bytes of remarks that are read.
const REMARKS_BYTES_MAX: u64 = 4 * 1024 * 1024;

struct Header {
    recording: String,
    date: Option<DocumentDate>,
    header_bytes: u64,
    blocks: Option<u64>,
    seconds: f64,
    has_pauses: bool,
    form: SampleForm,
    signals: Vec<Signal>,
}

struct Signal {
    label: String,
    samples: u64,
    channel: Channel,
}

pub(crate) fn is_edf(bytes: &[u8]) -> bool {
    bytes.len() >= 256
        && (bytes.starts_with(b"0       ") || bytes.starts_with(b"\xFFBIOSEMI"))
        && field(bytes, 252, 4).parse::<usize>().is_ok()
        && field(bytes, 184, 8).parse::<usize>().is_ok()
}

pub(crate) fn summary(bytes: &[u8]) -> Found {
    let Some(header) = header(bytes) else { return Found::default() };
    let heart = header.signals.iter().any(|signal| is_heart_lead(&signal.label));
    let kind = if heart { "ECG" } else { "Signal recording" };
    // EDF+ begins with "Startdate dd-MMM-yyyy", then codes of the examination, technician and device, X for none.
    let words = header.recording.split(' ').filter(|word| !matches!(*word, "X" | "Startdate" | "")).skip(1);
    let said =
        words.filter(|word| word.chars().any(char::is_alphabetic)).collect::<Vec<_>>().join(" ").replace('_', " ");
    let title = if said.is_empty() { kind.to_owned() } else { format!("{kind}: {said}") };
    Found { title: Some(title), date: header.date, category: heart.then_some(crate::Category::Heart) }
}

/// The signals of a file of `length` bytes; `None` if its header is broken.
pub(crate) fn signals(source: &mut dyn Source, length: u64) -> Option<Signals> {
    let start = read_range(source, 0, 256.min(length)).ok()?;
    let count: u64 = field(&start, 252, 4).parse().ok()?;
    if count > SIGNAL_CHANNELS_MAX as u64 {
        return None;
    }
    let header = header(&read_range(source, 0, (256 * (count + 1)).min(length)).ok()?)?;
    let size = header.form.bytes();
    let block_bytes: u64 = header.signals.iter().map(|signal| signal.samples * size).sum();
    if block_bytes == 0 || header.header_bytes < 256 {
        return None;
    }
    let there = length.saturating_sub(header.header_bytes) / block_bytes;
    let blocks = header.blocks.unwrap_or(there).min(there);
    let mut groups: Vec<Group> = Vec::new();
    let mut remarks = Vec::new();
    let mut offset = 0;
    for signal in &header.signals {
        let place = offset;
        offset += signal.samples * size;
        if ANNOTATIONS.contains(&signal.label.as_str()) {
            remarks.push((place, signal.samples * size));
            continue;
        }
        if signal.samples == 0 || header.seconds <= 0.0 {
            continue;
        }
        let rate = signal.samples as f64 / header.seconds;
        let known = groups.iter_mut().find_map(|group| match &mut group.storage {
            Storage::Blocks { samples, offsets, .. } if *samples == signal.samples => {
                Some((offsets, &mut group.channels))
            }
            _ => None,
        });
        if let Some((offsets, channels)) = known {
            offsets.push(place);
            channels.push(signal.channel.clone());
            continue;
        }
        groups.push(Group {
            label: String::new(),
            rate,
            samples: blocks * signal.samples,
            channels: vec![signal.channel.clone()],
            storage: Storage::Blocks {
                start: header.header_bytes,
                bytes: block_bytes,
                samples: signal.samples,
                offsets: vec![place],
                form: header.form,
            },
        });
    }
    let mut marks = Vec::new();
    let mut read = 0;
    for block in 0..blocks {
        for &(place, bytes) in &remarks {
            read += bytes;
            if read > REMARKS_BYTES_MAX || marks.len() >= SIGNAL_MARKS_MAX {
                break;
            }
            let at = header.header_bytes + block * block_bytes + place;
            let Ok(bytes) = read_range(source, at, bytes) else { continue };
            add_marks(&bytes, &mut marks);
        }
    }
    marks.sort_by(|a: &Mark, b: &Mark| a.at.total_cmp(&b.at));
    Some(Signals { groups, marks, findings: Vec::new(), samples_file: None, has_pauses: header.has_pauses })
}

/// Time-stamped annotation lists: `+onset[\x15duration]\x14text\x14…\0`. The first of a block only keeps time.
fn add_marks(bytes: &[u8], marks: &mut Vec<Mark>) {
    for list in bytes.split(|byte| *byte == 0) {
        let mut parts = list.split(|byte| *byte == 0x14);
        let Some(time) = parts.next() else { continue };
        let mut time = time.split(|byte| *byte == 0x15);
        let number = |bytes: Option<&[u8]>| std::str::from_utf8(bytes?).ok()?.trim().parse::<f64>().ok();
        let Some(at) = number(time.next()).filter(|at| at.is_finite()) else { continue };
        let lasts = number(time.next()).filter(|lasts| lasts.is_finite() && *lasts >= 0.0).unwrap_or(0.0);
        for text in parts {
            let text = one_line(&String::from_utf8_lossy(text));
            if !text.is_empty() && marks.len() < SIGNAL_MARKS_MAX {
                marks.push(Mark { at, lasts, text: text.chars().take(200).collect() });
            }
        }
    }
}

fn header(bytes: &[u8]) -> Option<Header> {
    if !is_edf(bytes) {
        return None;
    }
    let count: usize = field(bytes, 252, 4).parse().ok()?;
    if count == 0 || count > SIGNAL_CHANNELS_MAX || bytes.len() < 256 * (count + 1) {
        return None;
    }
    let form = if bytes[0] == 0xFF { SampleForm::I24 } else { SampleForm::I16 };
    let signal = |at: usize| {
        // All labels, then all sensors, …: column by column.
        let column = |start: usize, width: usize| field(bytes, 256 + start * count + at * width, width);
        let number = |start: usize, width: usize| column(start, width).replace(',', ".").parse::<f64>().ok();
        let label = column(0, 16);
        let (low, high) = (number(104, 8).unwrap_or(0.0), number(112, 8).unwrap_or(0.0));
        let (least, greatest) = (number(120, 8).unwrap_or(0.0), number(128, 8).unwrap_or(0.0));
        let scale = if greatest == least { 1.0 } else { (high - low) / (greatest - least) };
        let samples = column(216, 8).parse::<u64>().ok().filter(|samples| *samples <= 10_000_000)?;
        let channel = Channel::new(&label, &column(96, 8), scale, low - least * scale);
        Some(Signal { label, samples, channel })
    };
    Some(Header {
        recording: field(bytes, 88, 80),
        date: date(&field(bytes, 168, 8), &field(bytes, 176, 8)),
        header_bytes: field(bytes, 184, 8).parse().ok()?,
        blocks: field(bytes, 236, 8).parse().ok(),
        seconds: field(bytes, 244, 8).parse::<f64>().ok().filter(|seconds| seconds.is_finite())?,
        has_pauses: field(bytes, 192, 44).starts_with("EDF+D") || field(bytes, 192, 44).starts_with("BDF+D"),
        form,
        signals: (0..count).map(signal).collect::<Option<_>>()?,
    })
}

fn field(bytes: &[u8], at: usize, length: usize) -> String {
    latin1(bytes.get(at..at + length).unwrap_or_default()).trim().trim_end_matches('\0').to_owned()
}

/// `23.05.12` and `10.37.54`; years before 85 are of this century.
fn date(day: &str, time: &str) -> Option<DocumentDate> {
    let [day, month, year] = day.split('.').collect::<Vec<_>>()[..] else { return None };
    let year: u32 = year.parse().ok()?;
    let year = if year < 85 { 2000 + year } else { 1900 + year };
    DocumentDate::from_iso(&format!("{year}-{month:0>2}-{day:0>2}T{}", time.replace('.', ":")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_are_told_from_time_keeping() {
        let mut marks = Vec::new();
        add_marks(b"+0\x14\x14\0+1.5\x152\x14Apnoea\x14Desaturation\x14\0\0\0", &mut marks);
        assert_eq!(marks.len(), 2);
        assert_eq!((marks[0].at, marks[0].lasts, marks[0].text.as_str()), (1.5, 2.0, "Apnoea"));
    }
}
