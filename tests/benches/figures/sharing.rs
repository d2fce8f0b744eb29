//! What a patient's device exchanges to share with one doctor and with ten (S2 Fig. 2b).

use std::time::Duration;

use carekey_network::Traffic;
use carekey_protocol::{Certificate, Collection, Role, UnixMillis};
use carekey_sample::NORTH;
use carekey_wallet::grants::{GrantDraft, GrantProgress, GrantTarget};
use carekey_wallet::records::{RecordDraft, Source};
use carekey_wallet::{Wallet, WalletError};

use crate::Outcome;
use crate::aims::Aims;
use crate::people::{PATIENCE, Town, now};
use crate::table::{Table, grouped};
use crate::transactions;

/// S2 Fig. 2b: bytes to share with one doctor.
const S2_BYTES: u64 = 4096;

/// Records in the collection that is shared.
const RECORDS: usize = 5;

pub(crate) async fn measure(quick: bool, aims: &mut Aims) -> Outcome {
    let ten = if quick { 2 } else { 10 };
    let town = Town::start().await?;
    let patient = town.newcomer(1).await?;
    let mut rows = Vec::new();
    let code = town.code(1, Role::Person)?;
    let begun = patient.remote().traffic();
    let card = patient.enrol(&code).await?;
    rows.push(("joins: certificate and pseudonyms".to_owned(), since(&patient, begun)));

    let author = town.person(2, Role::Doctor).await?;
    let mut doctors = Vec::new();
    for number in 0..ten + 2 {
        doctors.push(town.person(10 + number, Role::Doctor).await?);
    }
    write_records(&author, &card).await?;
    let begun = patient.remote().traffic();
    patient.settle(PATIENCE).await?;
    rows.push((format!("finds {RECORDS} new records, deposits them"), since(&patient, begun)));
    let begun = patient.remote().traffic();
    patient.directory().await?;
    rows.push((format!("reads the directory of {} clinicians", ten + 3), since(&patient, begun)));
    rows.push(("looks for news, there are none".to_owned(), idle(&town, &patient).await?));

    let collection = GrantTarget::Collection(Collection::Heart);
    let first = share(&town, &patient, &doctors[..1], collection).await?;
    rows.push(("first grant of a collection".to_owned(), first.handed));
    let one = share(&town, &patient, &doctors[1..2], collection).await?;
    rows.push(("**grants it to one more doctor**".to_owned(), one.handed));
    rows.push(("… and follows until that is final".to_owned(), one.followed));
    let many = share(&town, &patient, &doctors[2..], collection).await?;
    rows.push((format!("**grants it to {ten} more doctors**"), many.handed));
    rows.push(("… and follows until that is final".to_owned(), many.followed));
    let record = patient.records(None)?.first().ok_or("no record arrived")?.reference;
    let single = share(&town, &patient, &doctors[..1], GrantTarget::Record(record)).await?;
    rows.push(("grants a single record to one doctor".to_owned(), single.handed));

    print(&rows);
    let bytes = |traffic: Traffic| traffic.sent_bytes + traffic.received_bytes;
    let measured = format!("{} bytes", grouped(bytes(one.handed)));
    aims.note("Granting to one doctor", "4 KB, as in S2 Fig. 2b", measured, bytes(one.handed) <= S2_BYTES);
    let measured = format!("{} bytes", grouped(bytes(one.handed) + bytes(one.followed)));
    let met = bytes(one.handed) + bytes(one.followed) <= S2_BYTES;
    aims.note("… with following until it is final", "4 KB, as in S2 Fig. 2b", measured, met);

    transactions::measure(&town, &patient, &doctors[0], record, single.last, aims).await?;
    for wallet in doctors.iter().chain([&patient, &author]) {
        wallet.remote().disconnect().await;
    }
    town.stop().await;
    Ok(())
}

fn print(rows: &[(String, Traffic)]) {
    let header = ["The patient's device …", "bytes sent", "received", "together", "messages"];
    let mut table = Table::new("Sharing", header);
    for (name, traffic) in rows {
        table.row([
            name.clone(),
            grouped(traffic.sent_bytes),
            grouped(traffic.received_bytes),
            grouped(traffic.sent_bytes + traffic.received_bytes),
            grouped(traffic.sent_messages + traffic.received_messages),
        ]);
    }
    table.remark(format!(
        "What the wallet's protocols write and read on their streams, with length prefixes, without Yamux, Noise and \
         TCP; all four hospitals are on loopback. The collection holds {RECORDS} records at North; the first grant opens \
         its catalogue at South too. Granting is handing the transaction in. Following asks all hospitals for their \
         heads, verifies the certified headers, and scans; it is the same for all news of that time, whoever wrote it."
    ));
    table.print();
}

/// A few small records for the patient, all in one collection.
async fn write_records(author: &Wallet, patient: &Certificate) -> Outcome {
    for number in 0..RECORDS {
        let draft = RecordDraft {
            patient: patient.clone(),
            title: format!("Consultation {number}"),
            media_type: "text/plain".to_owned(),
            file_name: format!("consultation-{number}.txt"),
            category: Collection::Heart,
            document_time: now(),
            supersedes: None,
        };
        author.write_record(NORTH, &draft, &Source::Bytes(vec![b'x'; 1000]))?;
    }
    Ok(author.settle(PATIENCE).await?)
}

/// What a grant made the device exchange.
struct Shared {
    /// For the grants alone.
    handed: Traffic,
    /// From then until they were final.
    followed: Traffic,
    /// Number of the last grant.
    last: u64,
}

async fn share(town: &Town, patient: &Wallet, doctors: &[Wallet], what: GrantTarget) -> Outcome<Shared> {
    let idle = idle(town, patient).await?;
    let begun = patient.remote().traffic();
    let mut numbers = Vec::new();
    for doctor in doctors {
        numbers.push(patient.grant(GrantDraft {
            grantee: doctor.certificate()?.body.id,
            what,
            not_after: UnixMillis::MAX,
            purpose: "Treatment".to_owned(),
            note: None,
        })?);
    }
    // Works once on everything; that the ledger takes its time is no error here.
    match patient.settle(Duration::ZERO).await {
        Ok(()) | Err(WalletError::Outbox(_)) => {}
        Err(error) => return Err(error.into()),
    }
    // Before it works, a wallet looks for news.
    let handed = since(patient, begun).since(&idle);
    let begun = patient.remote().traffic();
    let final_ = |patient: &Wallet| {
        let grants = patient.grants()?;
        let is_final = |row: &&carekey_wallet::grants::GrantRow| matches!(row.grant, GrantProgress::Recorded { .. });
        Ok(grants.iter().filter(|row| numbers.contains(&row.n)).filter(is_final).count() == numbers.len())
    };
    if !patient.follow_until(PATIENCE, final_).await? {
        return Err("a grant did not become final".into());
    }
    let last = numbers.last().copied().unwrap_or_default();
    Ok(Shared { handed, followed: since(patient, begun), last })
}

/// A look for news that finds none, without the mailbox, which is read every other second only.
async fn idle(town: &Town, patient: &Wallet) -> Outcome<Traffic> {
    // Of a hospital that lags behind, less is asked.
    town.level().await?;
    patient.sync().await?;
    let begun = patient.remote().traffic();
    patient.sync().await?;
    Ok(since(patient, begun))
}

fn since(wallet: &Wallet, begun: Traffic) -> Traffic {
    wallet.remote().traffic().since(&begun)
}
