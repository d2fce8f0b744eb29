//! What a program takes to run: wall time, processor time, memory.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;

/// How often a running program is looked at.
const LOOK: Duration = Duration::from_millis(1);

/// Ticks a second in `/proc/PID/stat`, the same on every Linux.
const TICKS: f64 = 100.0;

/// What one run took.
#[derive(Debug, Clone, Default)]
pub(crate) struct Usage {
    pub(crate) seconds: f64,
    /// Processor time of all threads, in seconds; none where there is no `/proc`.
    pub(crate) cpu_seconds: Option<f64>,
    /// Largest resident memory; none where there is no `/proc`.
    pub(crate) peak_bytes: Option<u64>,
    /// What it printed.
    pub(crate) printed: String,
}

impl Usage {
    /// The better of two runs of the same work. What else the computer does can only add time; of memory the larger
    /// counts.
    pub(crate) fn best(self, other: Self) -> Self {
        let peak_bytes = self.peak_bytes.max(other.peak_bytes);
        let cpu_seconds = match (self.cpu_seconds, other.cpu_seconds) {
            (Some(one), Some(another)) => Some(one.min(another)),
            (one, another) => one.or(another),
        };
        let seconds = self.seconds.min(other.seconds);
        Self { seconds, cpu_seconds, peak_bytes, printed: other.printed }
    }
}

/// Runs a program to its end.
pub(crate) fn measure(command: &mut Command) -> Outcome<Usage> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let begun = Instant::now();
    let mut child = command.spawn()?;
    let mut usage = watch(&mut child);
    // Where it could not be watched, it is waited for here.
    let status = child.wait()?;
    if usage.seconds == 0.0 {
        usage.seconds = begun.elapsed().as_secs_f64();
    }
    if let Some(mut output) = child.stdout.take() {
        output.read_to_string(&mut usage.printed)?;
    }
    if status.success() { Ok(usage) } else { Err(format!("{command:?}: {status}").into()) }
}

/// Looks at the program until it has ended and only its accounts are left (a zombie).
fn watch(child: &mut Child) -> Usage {
    let begun = Instant::now();
    let (stat, status) = (format!("/proc/{}/stat", child.id()), format!("/proc/{}/status", child.id()));
    let mut usage = Usage::default();
    while let Some((state, cpu_seconds)) = std::fs::read_to_string(&stat).ok().as_deref().and_then(read_stat) {
        if state == "Z" {
            usage.seconds = begun.elapsed().as_secs_f64();
            usage.cpu_seconds = Some(cpu_seconds);
            break;
        }
        if let Some(peak) = std::fs::read_to_string(&status).ok().as_deref().and_then(read_peak) {
            usage.peak_bytes = usage.peak_bytes.max(Some(peak));
        }
        std::thread::sleep(LOOK);
    }
    usage
}

/// State and processor seconds, the third, fourteenth and fifteenth field of `/proc/PID/stat`. The second is a name in
/// parentheses that may contain anything.
pub(crate) fn read_stat(text: &str) -> Option<(&str, f64)> {
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some((fields.first()?, ticks / TICKS))
}

fn read_peak(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}
