//! CareKey's desktop app. See `--help` for where it keeps its data.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match carekey_desktop::run(carekey_desktop::Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("CareKey cannot open its window: {error}");
            ExitCode::FAILURE
        }
    }
}
