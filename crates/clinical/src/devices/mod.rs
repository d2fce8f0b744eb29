//! Readings of people's own devices, as days and curves.

pub(crate) mod apple;
mod apple_archive;
pub(crate) mod fit;
pub(crate) mod glucose;
pub(crate) mod openmhealth;

/// The number of decimals that a figure of this size needs.
fn rounded(value: f64) -> String {
    let digits = match value.abs() {
        large if large >= 100.0 => 0,
        middle if middle >= 10.0 => 1,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// `stepCount` for `StepCount`: a key that the window may have words for.
fn key(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
