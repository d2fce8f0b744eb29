//! What is packaged and documented calls commands that exist, and the samples are what `init` writes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use carekey_tests::processes::{must, program};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// `carekey authority init --dir A …` in a text: its verbs and its flags.
fn commands(text: &str) -> Vec<(Vec<String>, Vec<String>)> {
    let lines = text.replace("\\\n", " ");
    let calls = lines.lines().flat_map(|line| {
        let call = line.split_once("carekey ").map(|(_, call)| call.split(['#', '`', '|', ']', '…']).next().unwrap());
        call.filter(|call| ["authority ", "hospital ", "network "].iter().any(|verb| call.starts_with(verb)))
    });
    calls
        .map(|call| {
            let words = call.split_whitespace().map(|word| word.trim_matches(['"', ',']).to_owned());
            let words: Vec<String> = words.collect();
            let flags = words.iter().filter(|word| word.starts_with("--")).cloned().collect();
            (words.into_iter().take(2).collect(), flags)
        })
        .collect()
}

#[test]
fn every_command_in_units_container_and_documents_exists() {
    let units = ["packaging/systemd/carekey-hospital.service", "packaging/systemd/carekey-authority.service"];
    let documents = ["README.md", "docs/operating.md", "packaging/Containerfile"];
    let mut help: BTreeMap<Vec<String>, String> = BTreeMap::new();
    for name in units.iter().chain(&documents) {
        let found = commands(&text(name).replace("\", \"", " "));
        assert!(!found.is_empty(), "{name} names commands");
        for (verbs, flags) in found {
            let help = help
                .entry(verbs.clone())
                .or_insert_with(|| must(verbs.iter().map(String::as_str).chain(["--help"]).collect::<Vec<_>>()));
            for flag in flags {
                assert!(help.contains(&flag), "{name}: `carekey {}` has no {flag}", verbs.join(" "));
            }
        }
    }
    for verb in ["authority init", "authority add-hospital", "hospital backup", "network show"] {
        let words: Vec<String> = verb.split(' ').map(str::to_owned).collect();
        assert!(help.contains_key(&words), "the documents say how to {verb}");
    }
}

#[test]
fn systemd_reads_the_units() {
    let Ok(version) = Command::new("systemd-analyze").arg("--version").output() else {
        return skipped("systemd-analyze is not installed");
    };
    assert!(version.status.success());
    let dir = tempfile::tempdir().unwrap();
    for name in ["carekey-hospital.service", "carekey-authority.service"] {
        let unit = text(&format!("packaging/systemd/{name}")).replace("/usr/bin/carekey", program().to_str().unwrap());
        let path = dir.path().join(name);
        fs::write(&path, unit).unwrap();
        let output = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&path).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains(name), "{said}");
    }
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

#[test]
fn the_samples_are_what_init_writes() {
    let dir = tempfile::tempdir().unwrap();
    for (service, name, port) in [("hospital", "North General", "4101"), ("authority", "Example Region", "4100")] {
        let place = dir.path().join(service);
        let (listen, announce) = (format!("0.0.0.0:{port}"), format!("192.0.2.7:{port}"));
        let init = [service, "init", "--dir", place.to_str().unwrap(), "--name", name];
        must(init.into_iter().chain(["--listen", &listen, "--announce", &announce]).collect::<Vec<_>>());
        let written = fs::read_to_string(place.join(format!("{service}.toml"))).unwrap();
        assert_eq!(text(&format!("packaging/{service}.toml")), written, "packaging/{service}.toml");
    }
}
