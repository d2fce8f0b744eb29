//! `cargo xtask run` and `tour`: the app for a person, or for a machine without a display.

use std::{env, fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result, bail};

use crate::{
    checks::DESKTOP_TESTS,
    steps::{Steps, run as run_command},
    system, ui,
    workspace::{cargo, debug_build, target},
};

/// The test that drives the app is built with it, though a person needs it not: dependencies then have the features
/// they have in `cargo xtask test`, and whoever types both commands waits once.
const BUILD_APP: &[&str] = if cfg!(target_os = "linux") {
    &["build", "--workspace", "--bin", "carekey-desktop", "--test", "desktop", DESKTOP_TESTS]
} else {
    &["build", "--workspace", "--bin", "carekey-desktop"]
};

/// Opens the app with `arguments`; without a display, plays the tour instead.
pub(crate) fn run(steps: &mut Steps, arguments: &[&str]) -> Result<()> {
    if !has_display() {
        println!("There is no display here: CareKey plays its tour on one of its own.");
        return tour(steps);
    }
    steps.must("What the computer needs", || system::provide(&[system::BUILD]))?;
    build_page(steps)?;
    steps.must("App", || run_command(&mut cargo(BUILD_APP)))?;
    println!("\nOpening CareKey. It ends when its last window is closed.");
    run_command(Command::new(debug_build()?.join("carekey-desktop")).args(arguments))
}

/// Plays the tour: a patient grants, a doctor reads, the patient revokes. Says where the pictures are.
pub(crate) fn tour(steps: &mut Steps) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("The tour runs on Linux only. `cargo xtask run` opens the app.");
    }
    steps.must("What the computer needs", || system::provide(&[system::BUILD, system::DESK]))?;
    build_page(steps)?;
    steps.must("App", || run_command(&mut cargo(BUILD_APP)))?;
    let pictures = target()?.join("tour");
    if pictures.exists() {
        fs::remove_dir_all(&pictures)?;
    }
    steps.must("Tour", || {
        let test = ["test", "--quiet", "--workspace", "--test", "desktop", DESKTOP_TESTS];
        let only = ["--", "--ignored", "--exact", "--nocapture", "tour::tour"];
        run_command(cargo(&test).args(only).env("CAREKEY_PICTURES", &pictures))
    })?;
    let mut taken: Vec<PathBuf> = fs::read_dir(&pictures)
        .with_context(|| format!("the tour left no pictures in {}", pictures.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    taken.sort();
    println!("\nThe pictures of the tour:");
    for picture in taken {
        println!("  {}", picture.display());
    }
    Ok(())
}

fn build_page(steps: &mut Steps) -> Result<()> {
    steps.must("Page: packages", ui::install)?;
    steps.must("Page: build", ui::build)
}

fn has_display() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
