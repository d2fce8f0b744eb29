//! `cargo xtask run` and `tour`: the app for a person, or for a machine without a display.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use crate::{
    checks::DESKTOP_TESTS,
    steps::{Steps, run as run_command},
    system, ui,
    workspace::{cargo, debug_build, root, target},
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
        let taken = play(steps)?;
        println!("\nThe pictures of the tour: {}", taken.display());
        return Ok(());
    }
    steps.must("What the computer needs", || system::provide(&[system::BUILD]))?;
    build_page(steps)?;
    steps.must("App", || run_command(&mut cargo(BUILD_APP)))?;
    println!("\nOpening CareKey. It ends when its last window is closed.");
    run_command(Command::new(debug_build()?.join("carekey-desktop")).args(arguments))
}

/// Plays the tour and makes every picture of docs/tour.md anew.
pub(crate) fn tour(steps: &mut Steps) -> Result<()> {
    steps.must("What makes pictures small", || system::provide(&[system::TOUR]))?;
    let taken = play(steps)?;
    steps.must("Pictures", || keep_pictures(&taken, &root().join("docs/pictures/tour")))
}

/// Plays the tour of patient, doctor and family in the real app; answers where its pictures are.
fn play(steps: &mut Steps) -> Result<PathBuf> {
    if !cfg!(target_os = "linux") {
        bail!("The tour runs on Linux only. `cargo xtask run` opens the app.");
    }
    steps.must("What the computer needs", || system::provide(&[system::BUILD, system::DESK]))?;
    build_page(steps)?;
    steps.must("App", || run_command(&mut cargo(BUILD_APP)))?;
    let taken = target()?.join("tour");
    if taken.exists() {
        fs::remove_dir_all(&taken)?;
    }
    steps.must("Tour", || {
        let test = ["test", "--quiet", "--workspace", "--test", "desktop", DESKTOP_TESTS];
        let only = ["--", "--ignored", "--exact", "--nocapture", "tour::tour"];
        run_command(cargo(&test).args(only).env("CAREKEY_PICTURES", &taken))
    })?;
    Ok(taken)
}

/// Puts the pictures that were taken in the place of those that were kept, made small: they lie in the repository.
fn keep_pictures(taken: &Path, kept: &Path) -> Result<()> {
    let mut pictures: Vec<PathBuf> = fs::read_dir(taken)
        .with_context(|| format!("the tour left no pictures in {}", taken.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    pictures.sort();
    if kept.exists() {
        fs::remove_dir_all(kept)?;
    }
    fs::create_dir_all(kept)?;
    for picture in pictures {
        let small = kept.join(picture.file_name().context("a picture is a file")?);
        let quantise = ["--force", "--strip", "--speed", "1", "--output"];
        run_command(Command::new("pngquant").args(quantise).arg(&small).args(["64", "--"]).arg(&picture))?;
    }
    println!("\nThe pictures of docs/tour.md are new: {}", kept.display());
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
