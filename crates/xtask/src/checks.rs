//! `cargo xtask test`: every check there is; `cargo xtask bench`: the figures.

use anyhow::Result;

use crate::{
    bindings, package,
    steps::{Steps, run},
    system, ui,
    workspace::cargo,
};

/// Builds the tests that drive the real app along with all others. They need Linux and its programs.
pub(crate) const DESKTOP_TESTS: &str =
    if cfg!(target_os = "linux") { "--features=carekey-tests/desktop" } else { "--features=" };

/// Quick checks come first; a failed one does not keep the others from being told.
pub(crate) fn run_all(steps: &mut Steps) -> Result<()> {
    steps.must("What the computer needs", || {
        system::provide(&[system::BUILD, system::DESK, system::SCREENS, system::PACKAGE])
    })?;
    steps.check("Rust format", || run(&mut cargo(&["fmt", "--all", "--check"])));
    steps.must("Page: packages", ui::install)?;
    steps.check("Page: types and lints", || run(&mut ui::npm(&["run", "check"])));
    steps.check("Page: tests", || run(&mut ui::npm(&["run", "test"])));
    steps.must("Page: build", ui::build)?;
    steps.check("Rust lints", || {
        run(&mut cargo(&["clippy", "--workspace", "--all-targets", DESKTOP_TESTS, "--", "-D", "warnings"]))
    });
    steps.must("Rust build", || run(&mut cargo(&["build", "--workspace", "--bins", "--tests", DESKTOP_TESTS])))?;
    if !cfg!(target_os = "linux") {
        println!("\nThe tests that drive the real app run on Linux only and are left out here.");
    }
    let exported = bindings::fresh_folder()?;
    steps.check("Rust tests, with the real app on a desk of its own", || {
        let test = ["test", "--workspace", "--no-fail-fast", DESKTOP_TESTS];
        run(cargo(&test).env(bindings::EXPORT_DIR, &exported))
    });
    steps.check("Bindings", || bindings::compare(&exported));
    if cfg!(target_os = "linux") {
        steps.check("Barriers on every screen", || run(&mut ui::npm(&["run", "axe"])));
        if let Err(error) = package::check_quickly(steps) {
            eprintln!("{error:#}");
        }
    }
    Ok(())
}

/// The tables of figures, printed by the benches of `tests/`: the app's, or with `network` first the consortium's.
pub(crate) fn bench(steps: &mut Steps, arguments: &[&str]) -> Result<()> {
    let (bench, rest) = match arguments {
        ["network", rest @ ..] => ("network", rest),
        _ => ("figures", arguments),
    };
    steps.must("What the computer needs", || system::provide(&[system::BUILD, system::BENCH]))?;
    steps.must("Figures", || run(cargo(&["bench", "--package", "carekey-tests", "--bench", bench, "--"]).args(rest)))
}
