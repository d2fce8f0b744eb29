//! Where the figures come from.

pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let facts = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = facts.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split(": ").nth(1));
    let speed = if cfg!(debug_assertions) { ", without optimisation of all but the cryptography" } else { "" };
    format!("{cores} cores ({}, {}){speed}", model.unwrap_or("unknown processor").trim(), std::env::consts::OS)
}

/// Load average of the last minute: what else the cores were doing.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_owned()
}
