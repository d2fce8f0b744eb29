//! The documents say what is so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

type Graph = BTreeMap<String, BTreeSet<String>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The crate graph as the README draws it: `crate → dependencies` in the block that begins with ```crates.
fn drawn() -> Graph {
    let readme = text("README.md");
    let block = readme.split("```crates\n").nth(1).and_then(|rest| rest.split("```").next());
    let block = block.expect("README.md draws the crate graph in a block that begins with ```crates");
    let mut graph = Graph::new();
    for line in block.lines().filter(|line| !line.trim().is_empty()) {
        let (name, dependencies) = line.split_once('→').unwrap_or((line, ""));
        graph.insert(name.trim().to_owned(), dependencies.split_whitespace().map(str::to_owned).collect());
    }
    graph
}

/// The crate graph as cargo builds it: normal dependencies between the workspace's own crates.
fn built() -> Graph {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata answers with JSON");
    let short = |name: &str| name.trim_start_matches("carekey-").to_owned();
    let mut graph = Graph::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        if name == "xtask" || name == "carekey-tests" {
            continue;
        }
        let own = package["dependencies"].as_array().into_iter().flatten().filter(|dependency| {
            dependency["kind"].is_null() && dependency["name"].as_str().is_some_and(|name| name.starts_with("carekey-"))
        });
        let names = own.filter_map(|dependency| dependency["name"].as_str()).map(short).collect();
        graph.insert(short(name), names);
    }
    graph
}

#[test]
fn the_readme_draws_the_crates_as_they_are() {
    assert_eq!(drawn(), built(), "left: README.md, right: Cargo.toml");
}

#[test]
fn links_between_documents_lead_somewhere() {
    for name in [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "docs/operating.md",
        "docs/protocol.md",
        "docs/figures.md",
    ] {
        let text = text(name);
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        for target in targets.filter(|target| !target.is_empty() && !target.contains("://")) {
            let path = root().join(name).parent().expect("a folder").join(target);
            assert!(path.exists(), "{name} links to {target}, which does not exist");
        }
    }
}
