//! Sealing and opening whole files next to `age`, each in a process of its own.

use std::fs::{self, File};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use carekey_crypto::{SealOptions, Secret32, SecretKey, open_record, seal_record, test_rng};

use crate::aims::Aims;
use crate::process::{self, Usage};
use crate::table::Table;
use crate::{Fault, Outcome};

/// First argument of the processes that this one starts to seal and to open.
pub(crate) const CHILD: &str = "as-child";

const MEGABYTE: u64 = 1_000_000;

/// Aim for the memory of our process.
const PEAK_BYTES_MAX: u64 = 64 * MEGABYTE;

pub(crate) fn measure(quick: bool, aims: &mut Aims) -> Outcome {
    let (megabytes, rounds): (&[u64], usize) = if quick { (&[3], 1) } else { (&[50, 200, 500], 9) };
    // The build directory: on a disk, unlike many a /tmp.
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let age = Age::prepare(home.path());
    let mut table = Table::new(
        "Sealing and opening next to age",
        ["", "CareKey s", "age s", "ratio", "CareKey CPU s", "age CPU s", "CareKey MB", "age MB"],
    );
    if let Err(reason) = &age {
        table.remark(format!("There is no age to compare with ({reason}). On Debian: apt install age."));
    }
    let mut worst = Worst::default();
    for size in megabytes {
        let bench = Bench::new(home.path(), size * MEGABYTE)?;
        let [mut seal, mut open] = [Pair::default(), Pair::default()];
        for _ in 0..rounds {
            let (sealed, opened) = bench.carekey()?;
            seal.ours = better(seal.ours, sealed);
            open.ours = better(open.ours, opened);
            if let Ok(age) = &age {
                let (sealed, opened) = bench.age(age)?;
                seal.age = better(seal.age, sealed);
                open.age = better(open.age, opened);
            }
        }
        for (name, pair) in [("seal", seal), ("open", open)] {
            worst.take(&pair);
            pair.add(&mut table, format!("{name} {size} MB"));
        }
    }
    table.remark(format!(
        "Files of random bytes, on the disk's cache, not synced; the better of {rounds} alternating runs, the larger \
         memory. CareKey seals with AES-256-GCM on all cores and computes the Merkle root over the sealed chunks, \
         which age does not; age seals with ChaCha20-Poly1305 on one core."
    ));
    table.print();
    if worst.ratio > 0.0 {
        let measured = format!("at most {:.2} of its time", worst.ratio);
        aims.note("Sealing and opening", "not slower than age", measured, worst.ratio <= 1.0);
    }
    if worst.peak_bytes > 0 {
        let measured = format!("at most {} MB", megabytes_up(worst.peak_bytes));
        aims.note("Memory of sealing and opening", "under 64 MB", measured, worst.peak_bytes < PEAK_BYTES_MAX);
    }
    Ok(())
}

/// The processes that [`measure`] starts: `seal FILE SEALED` prints K_P, `open SEALED FILE K_P`.
pub(crate) fn child(arguments: &[&str]) -> Outcome {
    match arguments {
        ["seal", file, sealed] => {
            let author = SecretKey::generate(&mut test_rng(1));
            let (mut source, mut sink) = (File::open(file)?, File::create(sealed)?);
            let options = SealOptions { announced_bytes: Some(source.metadata()?.len()), ..SealOptions::default() };
            let sign = |root: &carekey_crypto::Digest| author.sign("record", &[&root.0]);
            let record = seal_record(&mut test_rng(2), b"metadata", &mut source, &mut sink, options, sign)?;
            // A measurement, not a secret: the key is the same in every run.
            let key: String = record.key.expose().iter().map(|byte| format!("{byte:02x}")).collect();
            println!("{key}");
            Ok(())
        }
        ["open", sealed, file, key] => {
            let digits = key.as_bytes().chunks(2);
            let key = digits.map(|pair| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?));
            let key: [u8; 32] = key.collect::<Outcome<Vec<u8>>>()?.try_into().map_err(|_| "a key has 32 bytes")?;
            let (mut source, mut sink) = (File::open(sealed)?, File::create(file)?);
            open_record(&Secret32::from_bytes(key), &mut source, &mut sink, None)?;
            Ok(())
        }
        _ => Err("seal FILE SEALED | open SEALED FILE KEY".into()),
    }
}

/// A file to work on.
struct Bench {
    file: PathBuf,
    sealed: PathBuf,
    opened: PathBuf,
}

impl Bench {
    fn new(dir: &Path, bytes: u64) -> Outcome<Self> {
        let file = dir.join("file");
        write_noise(&file, bytes)?;
        Ok(Self { file, sealed: dir.join("sealed"), opened: dir.join("opened") })
    }

    fn carekey(&self) -> Outcome<(Usage, Usage)> {
        self.clear();
        let this = std::env::current_exe()?;
        let sealed = process::measure(Command::new(&this).arg(CHILD).arg("seal").args([&self.file, &self.sealed]))?;
        let key = sealed.printed.trim().to_owned();
        let mut open = Command::new(&this);
        let opened = process::measure(open.arg(CHILD).arg("open").args([&self.sealed, &self.opened]).arg(key))?;
        self.check()?;
        Ok((sealed, opened))
    }

    fn age(&self, age: &Age) -> Outcome<(Usage, Usage)> {
        self.clear();
        let mut encrypt = Command::new("age");
        encrypt.args(["-r", &age.recipient, "-o"]).args([&self.sealed, &self.file]);
        let sealed = process::measure(&mut encrypt)?;
        let mut decrypt = Command::new("age");
        decrypt.args(["-d", "-i"]).arg(&age.identity).arg("-o").args([&self.opened, &self.sealed]);
        let opened = process::measure(&mut decrypt)?;
        self.check()?;
        Ok((sealed, opened))
    }

    /// Writing a new file costs something else than writing over one.
    fn clear(&self) {
        for path in [&self.sealed, &self.opened] {
            let _ = fs::remove_file(path);
        }
    }

    fn check(&self) -> Outcome {
        let (mut one, mut other) = (BufReader::new(File::open(&self.file)?), BufReader::new(File::open(&self.opened)?));
        let (mut left, mut right) = (vec![0; 1 << 16], vec![0; 1 << 16]);
        loop {
            let read = one.read(&mut left)?;
            other.read_exact(&mut right[..read])?;
            if left[..read] != right[..read] {
                return Err("what was opened is not what was sealed".into());
            }
            if read == 0 {
                return if other.read(&mut right)? == 0 { Ok(()) } else { Err("more was opened than sealed".into()) };
            }
        }
    }
}

/// The other program, with a key pair.
struct Age {
    identity: PathBuf,
    recipient: String,
}

impl Age {
    fn prepare(dir: &Path) -> Result<Self, Fault> {
        let identity = dir.join("identity");
        let made = Command::new("age-keygen").arg("-o").arg(&identity).output();
        let made = made.map_err(|error| format!("age-keygen: {error}"))?;
        if !made.status.success() {
            return Err(String::from_utf8_lossy(&made.stderr).into());
        }
        let text = fs::read_to_string(&identity)?;
        let recipient = text.lines().find_map(|line| line.strip_prefix("# public key: "));
        Ok(Self { recipient: recipient.ok_or("age-keygen names no public key")?.to_owned(), identity })
    }
}

/// The same work by both.
#[derive(Default)]
struct Pair {
    ours: Option<Usage>,
    age: Option<Usage>,
}

impl Pair {
    fn ratio(&self) -> Option<f64> {
        Some(self.ours.as_ref()?.seconds / self.age.as_ref()?.seconds)
    }

    fn add(&self, table: &mut Table, name: String) {
        let seconds = |usage: &Option<Usage>| cell(usage.as_ref().map(|usage| format!("{:.3}", usage.seconds)));
        let cpu = |usage: &Option<Usage>| {
            cell(usage.as_ref().and_then(|usage| usage.cpu_seconds).map(|seconds| format!("{seconds:.2}")))
        };
        let memory = |usage: &Option<Usage>| {
            cell(usage.as_ref().and_then(|usage| usage.peak_bytes).map(|bytes| megabytes_up(bytes).to_string()))
        };
        table.row([
            name,
            seconds(&self.ours),
            seconds(&self.age),
            cell(self.ratio().map(|ratio| format!("{ratio:.2}"))),
            cpu(&self.ours),
            cpu(&self.age),
            memory(&self.ours),
            memory(&self.age),
        ]);
    }
}

/// The worst of all that was measured.
#[derive(Default)]
struct Worst {
    ratio: f64,
    peak_bytes: u64,
}

impl Worst {
    fn take(&mut self, pair: &Pair) {
        self.ratio = pair.ratio().map_or(self.ratio, |ratio| self.ratio.max(ratio));
        let peak = pair.ours.as_ref().and_then(|usage| usage.peak_bytes);
        self.peak_bytes = self.peak_bytes.max(peak.unwrap_or(0));
    }
}

fn better(best: Option<Usage>, usage: Usage) -> Option<Usage> {
    Some(match best {
        Some(best) => best.best(usage),
        None => usage,
    })
}

fn cell(text: Option<String>) -> String {
    text.unwrap_or_else(|| "–".to_owned())
}

fn megabytes_up(bytes: u64) -> u64 {
    bytes.div_ceil(MEGABYTE)
}

/// Bytes that nothing could compress.
fn write_noise(path: &Path, bytes: u64) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut left = bytes;
    while left > 0 {
        let mut block = Vec::with_capacity(1 << 16);
        while block.len() < 1 << 16 {
            // xorshift64
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            block.extend_from_slice(&state.to_le_bytes());
        }
        let part = block.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        file.write_all(&block[..part])?;
        left -= part as u64;
    }
    file.sync_all()
}
