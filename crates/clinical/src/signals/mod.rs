//! Signals over time: ECG and other channels, read a stretch at a time so that a day costs no more memory than a minute.

pub(crate) mod edf;
pub(crate) mod wfdb;

use std::io::{self, SeekFrom};

use serde::Serialize;
use ts_rs::TS;

use crate::limits::SIGNAL_VALUES_MAX;
use crate::source::{Source, read_range};

/// Frames that are read at once.
const BLOCK: u64 = 8192;

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Signals {
    /// Channels that were sampled together.
    pub groups: Vec<Group>,
    /// Moments the file points out, in order.
    pub marks: Vec<Mark>,
    /// What the file itself measured or says, such as a QT interval.
    pub findings: Vec<Finding>,
    /// Name of the file that holds the samples, if they are not in this one.
    pub samples_file: Option<String>,
    /// The recording has pauses, which are not drawn.
    pub has_pauses: bool,
}

/// Channels that were sampled together.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "SignalGroup")]
pub struct Group {
    /// What the file calls it; may be empty.
    pub label: String,
    /// Samples a second.
    pub rate: f64,
    /// Samples of each channel.
    pub samples: u64,
    /// The channels.
    pub channels: Vec<Channel>,
    #[serde(skip)]
    pub(crate) storage: Storage,
}

/// One curve.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "SignalChannel")]
pub struct Channel {
    /// `Lead I`, `aVR`, `V1`, …
    pub label: String,
    /// Unit of the values; voltages are in `mV`.
    pub unit: String,
    #[serde(skip)]
    pub(crate) scale: f64,
    #[serde(skip)]
    pub(crate) offset: f64,
}

/// A moment.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "SignalMark")]
pub struct Mark {
    /// Seconds from the beginning.
    pub at: f64,
    /// How long it lasts, in seconds.
    pub lasts: f64,
    /// What it is.
    pub text: String,
}

/// What the file itself says about the recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "SignalFinding")]
pub struct Finding {
    /// What was measured; may be empty.
    pub name: String,
    /// The value with its unit.
    pub value: String,
}

/// Where the samples lie and how.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Storage {
    /// Samples of all channels of a moment, then of the next.
    Interleaved { place: Place, form: SampleForm, big_endian: bool },
    /// Two twelve-bit samples in three bytes (WFDB 212).
    Pairs { offset: u64 },
    /// Blocks in which each channel has its samples together (EDF).
    Blocks { start: u64, bytes: u64, samples: u64, offsets: Vec<u64>, form: SampleForm },
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Place {
    Here(Vec<u8>),
    At(u64),
}

/// How a sample is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SampleForm {
    I8,
    U8,
    /// Eight bits with 128 as zero.
    Centred8,
    I16,
    U16,
    I24,
    I32,
}

impl Signals {
    /// Reads a WFDB header or an EDF file. `samples_bytes` is the length of the file with a header's samples, if it is at
    /// hand. `None` for anything else, and for a way of writing samples that is not known.
    pub fn open(source: &mut dyn Source, samples_bytes: Option<u64>) -> Option<Self> {
        let length = source.seek(SeekFrom::End(0)).ok()?;
        let start = read_range(source, 0, length.min(wfdb::TEXT_MAX)).ok()?;
        if edf::is_edf(&start) { edf::signals(source, length) } else { wfdb::signals(&start, samples_bytes) }
    }
}

impl SampleForm {
    pub(crate) fn bytes(self) -> u64 {
        match self {
            Self::I8 | Self::U8 | Self::Centred8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I24 => 3,
            Self::I32 => 4,
        }
    }

    fn read(self, bytes: &[u8], big_endian: bool) -> f32 {
        let byte = |at: usize| {
            let at = if big_endian { bytes.len() - 1 - at } else { at };
            bytes.get(at).copied().unwrap_or(0)
        };
        match self {
            Self::I8 => f32::from(byte(0).cast_signed()),
            Self::U8 => f32::from(byte(0)),
            Self::Centred8 => f32::from(byte(0)) - 128.0,
            // The least value stands for "no sample" in WFDB; nothing else reaches it.
            Self::I16 => match i16::from_le_bytes([byte(0), byte(1)]) {
                i16::MIN => f32::NAN,
                value => f32::from(value),
            },
            Self::U16 => f32::from(u16::from_le_bytes([byte(0), byte(1)])),
            Self::I24 => (i32::from_le_bytes([0, byte(0), byte(1), byte(2)]) >> 8) as f32,
            Self::I32 => i32::from_le_bytes([byte(0), byte(1), byte(2), byte(3)]) as f32,
        }
    }
}

impl Channel {
    /// A channel whose values are `sample × scale + offset` in `unit`; voltages become millivolts.
    pub(crate) fn new(label: &str, unit: &str, scale: f64, offset: f64) -> Self {
        let unit = unit.trim();
        let (factor, unit) = match unit {
            "uV" | "µV" | "μV" | "microvolt" => (0.001, "mV"),
            "mV" | "millivolt" | "MV" => (1.0, "mV"),
            "V" | "volt" => (1000.0, "mV"),
            "nV" => (0.000_001, "mV"),
            other => (1.0, other),
        };
        let finite = |number: f64| if number.is_finite() { number } else { 0.0 };
        let label = crate::recognise::one_line(label).chars().take(64).collect();
        let unit = crate::recognise::one_line(unit).chars().take(16).collect();
        Self { label, unit, scale: finite(scale * factor), offset: finite(offset * factor) }
    }
}

impl Group {
    /// Reads `count` values of each channel from sample `from` on, each made of `step` samples: channel by channel, the
    /// values themselves for a step of one, else the least and the greatest of each step. Where nothing was recorded a
    /// value is not a number.
    ///
    /// # Errors
    /// What the source says. More than [`SIGNAL_VALUES_MAX`] values are cut to so many.
    pub fn read(&self, source: &mut dyn Source, from: u64, count: u64, step: u64) -> io::Result<Vec<f32>> {
        let channels = self.channels.len() as u64;
        let step = step.max(1);
        let each = if step == 1 { 1 } else { 2 };
        let left = self.samples.saturating_sub(from).div_ceil(step);
        let count = count.min(left).min(SIGNAL_VALUES_MAX as u64 / (channels * each));
        let mut out = vec![f32::NAN; (channels * count * each) as usize];
        let end = (from + count.saturating_mul(step)).min(self.samples);
        let mut at = from;
        while at < end {
            let frames = BLOCK.min(end - at);
            let block = self.block(source, at, frames)?;
            for (index, value) in block.into_iter().enumerate() {
                let (frame, channel) = (index as u64 / channels, index % channels as usize);
                let sort = &self.channels[channel];
                let value = (f64::from(value) * sort.scale + sort.offset) as f32;
                let bucket = (at - from + frame) / step;
                let place = ((channel as u64 * count + bucket) * each) as usize;
                if each == 1 {
                    out[place] = value;
                } else if !value.is_nan() {
                    // `min` and `max` ignore what is not a number.
                    out[place] = out[place].min(value);
                    out[place + 1] = out[place + 1].max(value);
                }
            }
            at += frames;
        }
        Ok(out)
    }

    /// Samples as they are written, moment by moment.
    fn block(&self, source: &mut dyn Source, at: u64, frames: u64) -> io::Result<Vec<f32>> {
        let channels = self.channels.len() as u64;
        match &self.storage {
            Storage::Interleaved { place, form, big_endian } => {
                let size = form.bytes();
                let (start, length) = (at * channels * size, frames * channels * size);
                let read;
                let bytes = match place {
                    Place::Here(bytes) => bytes.get(start as usize..(start + length) as usize).unwrap_or_default(),
                    Place::At(offset) => {
                        read = read_range(source, offset + start, length)?;
                        &read[..]
                    }
                };
                Ok(bytes.chunks_exact(size as usize).map(|sample| form.read(sample, *big_endian)).collect())
            }
            Storage::Pairs { offset } => {
                let (first, last) = (at * channels, (at + frames) * channels);
                let (start, end) = (first / 2 * 3, last.div_ceil(2) * 3);
                let bytes = read_range(source, offset + start, end - start)?;
                let pairs = bytes.as_chunks::<3>().0.iter().flat_map(|&[low, both, high]| {
                    let first = u16::from(low) | u16::from(both & 0x0F) << 8;
                    let second = u16::from(high) | u16::from(both & 0xF0) << 4;
                    [first, second].map(twelve_bits)
                });
                Ok(pairs.skip((first % 2) as usize).take((last - first) as usize).collect())
            }
            Storage::Blocks { start, bytes, samples, offsets, form } => {
                let mut out = vec![f32::NAN; (frames * channels) as usize];
                let size = form.bytes();
                let mut done = 0;
                while done < frames {
                    let (block, within) = ((at + done) / samples, (at + done) % samples);
                    let run = (samples - within).min(frames - done);
                    for (channel, offset) in offsets.iter().enumerate() {
                        let place = start + block * bytes + offset + within * size;
                        let data = read_range(source, place, run * size)?;
                        for (sample, raw) in data.chunks_exact(size as usize).enumerate() {
                            let frame = done + sample as u64;
                            out[(frame * channels) as usize + channel] = form.read(raw, false);
                        }
                    }
                    done += run;
                }
                Ok(out)
            }
        }
    }
}

fn twelve_bits(raw: u16) -> f32 {
    let value = (raw << 4).cast_signed() >> 4;
    if value == -2048 { f32::NAN } else { f32::from(value) }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn group(channels: usize, samples: u64, storage: Storage) -> Group {
        let channels = (0..channels).map(|at| Channel::new(&at.to_string(), "uV", 1000.0, 0.0)).collect();
        Group { label: String::new(), rate: 100.0, samples, channels, storage }
    }

    #[test]
    fn twelve_bit_pairs_unpack_and_may_begin_in_the_middle_of_three_bytes() {
        // 1, -1, 2 and "no sample" of one channel.
        let bytes = [0x01, 0xF0, 0xFF, 0x02, 0x80, 0x00];
        let group = group(1, 4, Storage::Pairs { offset: 0 });
        assert_eq!(group.read(&mut Cursor::new(bytes), 0, 3, 1).unwrap(), [1.0, -1.0, 2.0]);
        let rest = group.read(&mut Cursor::new(bytes), 1, 9, 1).unwrap();
        assert_eq!(rest[..2], [-1.0, 2.0]);
        assert!(rest[2].is_nan() && rest.len() == 3, "nothing was recorded at the end");
    }

    #[test]
    fn a_step_keeps_the_least_and_the_greatest_so_that_no_beat_is_lost() {
        let samples: Vec<u8> = [0_i16, 9, -3, 1, 5].iter().flat_map(|value| value.to_le_bytes()).collect();
        let storage = Storage::Interleaved { place: Place::Here(samples), form: SampleForm::I16, big_endian: false };
        let values = group(1, 5, storage).read(&mut Cursor::new([]), 0, 99, 2).unwrap();
        assert_eq!(values, [0.0, 9.0, -3.0, 1.0, 5.0, 5.0]);
    }

    #[test]
    fn channels_in_blocks_are_read_across_the_blocks_edges() {
        // Two blocks of two channels of two samples each.
        let bytes: Vec<u8> = [1_i16, 2, 10, 20, 3, 4, 30, 40].iter().flat_map(|value| value.to_le_bytes()).collect();
        let storage = Storage::Blocks { start: 0, bytes: 8, samples: 2, offsets: vec![0, 4], form: SampleForm::I16 };
        let values = group(2, 4, storage).read(&mut Cursor::new(bytes), 1, 2, 1).unwrap();
        assert_eq!(values, [2.0, 3.0, 20.0, 30.0]);
    }
}
