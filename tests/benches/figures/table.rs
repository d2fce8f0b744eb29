//! Markdown tables that can be read as text too.

/// A table with a title above it and remarks below.
pub(crate) struct Table {
    title: String,
    rows: Vec<Vec<String>>,
    remarks: Vec<String>,
}

impl Table {
    pub(crate) fn new<const N: usize>(title: impl Into<String>, header: [&str; N]) -> Self {
        let header = header.iter().map(ToString::to_string).collect();
        Self { title: title.into(), rows: vec![header], remarks: Vec::new() }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    pub(crate) fn remark(&mut self, text: impl Into<String>) {
        self.remarks.push(text.into());
    }

    pub(crate) fn print(&self) {
        println!("\n### {}\n", self.title);
        let columns = self.rows[0].len();
        let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
        let width = |column| self.rows.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or(0).max(3);
        for (number, row) in self.rows.iter().enumerate() {
            // Words to the left, numbers to the right.
            let cells: Vec<String> = (0..columns)
                .map(|column| match column {
                    0 => format!("{:<1$}", cell(row, column), width(column)),
                    _ => format!("{:>1$}", cell(row, column), width(column)),
                })
                .collect();
            println!("| {} |", cells.join(" | "));
            if number == 0 {
                let rules: Vec<String> = (0..columns)
                    .map(|column| match column {
                        0 => "-".repeat(width(column)),
                        _ => format!("{}:", "-".repeat(width(column) - 1)),
                    })
                    .collect();
                println!("| {} |", rules.join(" | "));
            }
        }
        for remark in &self.remarks {
            println!("\n{remark}");
        }
    }
}

/// 12345 as `12,345`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
