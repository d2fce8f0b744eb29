//! The committed test vectors: one file, one scenario, named by its fault.
//!
//! A vector is a flat JSON object of strings; bytes are hexadecimal. `expect` is `ok` or the error as Rust prints it.
//! Released formats keep their vectors for ever: the tests below read them, and also make them again from their seeds
//! and compare. After a deliberate change of format, `CAREKEY_WRITE_VECTORS=1 cargo test -p carekey-crypto vectors`
//! writes them anew.

mod known_answers;
mod notes;
mod records;
mod shares;
mod small;

use std::collections::BTreeMap;
use std::path::PathBuf;

/// One scenario.
pub(crate) struct Vector {
    name: &'static str,
    fields: BTreeMap<String, String>,
}

impl Vector {
    fn new(name: &'static str, about: &str) -> Self {
        Self { name, fields: BTreeMap::new() }.with("about", about)
    }

    fn with(mut self, field: &str, value: impl Into<String>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    fn with_bytes(self, field: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.with(field, hex::encode(bytes))
    }

    fn expecting<T, E: core::fmt::Debug>(self, result: &Result<T, E>) -> Self {
        let expect = outcome(result);
        self.with("expect", expect)
    }

    fn text(&self, field: &str) -> &str {
        self.fields.get(field).unwrap_or_else(|| panic!("{} has no {field}", self.name))
    }

    fn bytes(&self, field: &str) -> Vec<u8> {
        hex::decode(self.text(field)).unwrap()
    }

    fn array<const N: usize>(&self, field: &str) -> [u8; N] {
        self.bytes(field).try_into().unwrap()
    }
}

/// How a vector writes down a result.
fn outcome<T, E: core::fmt::Debug>(result: &Result<T, E>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

/// Compares what this build makes with what is committed, and returns what is committed.
fn committed(made: Vec<Vector>) -> Vec<Vector> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let write = std::env::var_os("CAREKEY_WRITE_VECTORS").is_some();
    made.into_iter()
        .map(|vector| {
            let path = folder.join(vector.name).with_extension("json");
            if write {
                let text = serde_json::to_string_pretty(&vector.fields).unwrap();
                std::fs::write(&path, text + "\n").unwrap();
            }
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let fields: BTreeMap<String, String> = serde_json::from_str(&text).unwrap();
            assert_eq!(fields, vector.fields, "{} is not what this build makes", vector.name);
            Vector { name: vector.name, fields }
        })
        .collect()
}
