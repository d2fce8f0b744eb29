//! What was aimed at, next to what was measured.

use crate::table::Table;

/// The aims met so far, and those missed.
#[derive(Default)]
pub(crate) struct Aims(Vec<Aim>);

struct Aim {
    what: String,
    wanted: String,
    measured: String,
    met: bool,
}

impl Aims {
    pub(crate) fn note(&mut self, what: impl Into<String>, wanted: &str, measured: String, met: bool) {
        self.0.push(Aim { what: what.into(), wanted: wanted.to_owned(), measured, met });
    }

    pub(crate) fn print(&self) {
        if self.0.is_empty() {
            return;
        }
        let mut table = Table::new("Aims", ["", "aim", "measured", "met"]);
        for aim in &self.0 {
            let met = if aim.met { "yes" } else { "**no**" };
            table.row([aim.what.clone(), aim.wanted.clone(), aim.measured.clone(), met.to_owned()]);
        }
        table.print();
    }
}
