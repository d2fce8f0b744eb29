//! How soon a person with thousands of records sees their list: the vault opened with every page checked, then the list.

use std::time::{Duration, Instant};

use carekey_crypto::{Digest, Secret32};
use carekey_protocol::record::RecordNotice;
use carekey_protocol::{
    BlobId, BlockHeight, CertificateSerial, Collection, HospitalId, RecordRef, Text, TxId, UnixMillis,
};
use carekey_wallet::vault::gists::{self, Gist, Reading, fold};
use carekey_wallet::vault::records::{self, RecordRow};
use carekey_wallet::vault::{Progress, Vault, VaultError};

use crate::Outcome;
use crate::aims::Aims;
use crate::table::{Table, grouped};

/// Rows on the first page of a list.
const PAGE: usize = 100;

/// What a list waits for at most, with 5,000 records.
const AIM: Duration = Duration::from_millis(500);

/// What one size took, each the best of several.
struct Took {
    open: Duration,
    first_page: Duration,
    search: Duration,
    bytes: u64,
}

pub(crate) fn measure(quick: bool, aims: &mut Aims) -> Outcome {
    let sizes: [u32; 2] = if quick { [20, 200] } else { [50, 5_000] };
    let mut table =
        Table::new("A long list", ["records", "vault MB", "open ms", "first page ms", "search all text ms"]);
    let mut whole = Duration::ZERO;
    for size in sizes {
        let took = one(size, if quick { 1 } else { 5 })?;
        whole = took.open + took.first_page;
        let ms = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1e3);
        let megabytes = format!("{:.1}", took.bytes as f64 / 1e6);
        table.row([grouped(size.into()), megabytes, ms(took.open), ms(took.first_page), ms(took.search)]);
    }
    table.remark(
        "Opening checks the HMAC of every page of the vault. The first page is the index of all records, as filters and \
         years need it, and the full rows of the first 100. Every record has 2 kB of words and 8 values; the search looks \
         for a word that none has. The best of 5.",
    );
    table.print();
    let measured = format!("{:.0} ms", whole.as_secs_f64() * 1e3);
    let what = format!("open a vault of {} records and list them", grouped(sizes[1].into()));
    aims.note(what, "at most 500 ms", measured, whole <= AIM);
    Ok(())
}

fn one(size: u32, rounds: usize) -> Outcome<Took> {
    let dir = tempfile::tempdir()?;
    let key = Secret32::from_bytes([7; 32]);
    let vault = Vault::create(dir.path(), &key)?;
    vault.write(|tx| {
        for number in 0..size {
            let row = record(number);
            records::insert(tx, &row)?;
            gists::put(tx, &row.reference, &gist(number))?;
        }
        Ok::<_, VaultError>(())
    })?;
    drop(vault);
    let mut took = Took { open: Duration::MAX, first_page: Duration::MAX, search: Duration::MAX, bytes: 0 };
    for _ in 0..rounds {
        let begun = Instant::now();
        let vault = Vault::open(dir.path(), &key)?;
        took.open = took.open.min(begun.elapsed());
        let begun = Instant::now();
        let listed = vault.read(|tx| {
            let index = records::index(tx)?;
            let page = index.iter().take(PAGE).map(|row| records::get(tx, &row.reference));
            let page = page.collect::<Result<Vec<_>, VaultError>>()?;
            Ok::<_, VaultError>((index.len(), page.len()))
        })?;
        took.first_page = took.first_page.min(begun.elapsed());
        if listed.0 != size as usize {
            return Err(format!("{} of {size} records were listed", listed.0).into());
        }
        let begun = Instant::now();
        let found = vault.read(|tx| gists::containing(tx, &fold("Ängstlichkeit")))?;
        took.search = took.search.min(begun.elapsed());
        if !found.is_empty() {
            return Err("a word that is nowhere was found".into());
        }
        took.bytes = vault.path().metadata()?.len();
    }
    Ok(took)
}

fn record(number: u32) -> RecordRow {
    let wide = |salt: u8| {
        let mut bytes = [salt; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        bytes
    };
    let narrow: [u8; 16] = std::array::from_fn(|index| wide(1)[index]);
    let time = UnixMillis(1_000_000_000_000 + u64::from(number) * 86_400_000);
    let notice = RecordNotice {
        record_key: Secret32::from_bytes(wide(2)),
        blind: Secret32::from_bytes(wide(3)),
        owner_secret: Secret32::from_bytes(wide(4)),
        content_root: Digest(wide(5)),
        sealed_bytes: 20_000,
        hospital: HospitalId([0, 0, 1]),
        blob: BlobId(narrow),
        author: CertificateSerial(7),
        category: Collection::ALL[number as usize % Collection::ALL.len()],
        document_time: time,
        title: Text::truncated(&format!("Laboratory report {number}")),
        media_type: Text::truncated("application/fhir+json"),
    };
    let anchor = Progress::Recorded { txid: TxId(Digest(wide(6))), height: BlockHeight(number.into()), time };
    RecordRow::announced(RecordRef(narrow), anchor, notice, time)
}

fn gist(number: u32) -> Gist {
    let reading = |code: u32| Reading {
        name: "Potassium".into(),
        code: format!("{code}-3"),
        unit: "mmol/L".into(),
        at: i64::from(number) * 86_400_000,
        value: 4.2,
        out_of_range: Some(false),
    };
    let text = fold(&"Haemoglobin erythrocytes Leukozyten Thrombozyten ".repeat(42));
    Gist { reader: 1, clinical: true, text, readings: (2_820..2_828).map(reading).collect() }
}
