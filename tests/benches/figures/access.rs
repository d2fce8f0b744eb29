//! Access requests to a hospital by many patients' readers at once (S2 Fig. 2c).

use std::io::Cursor;
use std::sync::Arc;
use std::time::{Duration, Instant};

use carekey_crypto::{Digest, SealOptions, Secret32, SecretKey, seal_record, test_rng};
use carekey_network::PeerId;
use carekey_network::deposits::{DepositRequest, Deposits};
use carekey_network::records::{
    ACCESS, ANSWER_BYTES_MAX, AccessAnswer, AccessChallenge, MESSAGE_BYTES_MAX, UPLOAD, UploadAnswer, UploadRequest,
};
use carekey_network::transfer::{self, Incoming};
use carekey_protocol::access::{AccessBody, AccessRequest};
use carekey_protocol::deposit::{Deposit, OwnerOperation, RecordAccess};
use carekey_protocol::derive::{claim_hash, derive_claim, derive_erasure, erasure_commitment, rho};
use carekey_protocol::pass::{PassTerms, Scope, Target};
use carekey_protocol::upload::{UploadDraft, UploadTicket};
use carekey_protocol::{BlobId, Body, NetworkId, RecordRef, Text, TxId, UnixMillis};
use carekey_sample::NORTH;
use tokio::task::JoinSet;

use crate::Outcome;
use crate::aims::Aims;
use crate::people::{Doctor, PATIENCE, Town};
use crate::table::{Table, grouped};

/// S2 Fig. 2c: how long ten patients at once wait.
const S2_PATIENTS: usize = 10;
const S2_WAIT: Duration = Duration::from_millis(300);

/// Readers, each with a connection: one may have sixteen requests under way.
const READERS_MAX: usize = 64;

/// How often the hospital's queue of receipts is looked at.
const LOOK: Duration = Duration::from_millis(20);

pub(crate) async fn measure(quick: bool, aims: &mut Aims) -> Outcome {
    let plan: &[(usize, usize)] = if quick { &[(2, 1), (5, 1)] } else { &[(10, 20), (100, 8), (1000, 4)] };
    let most = plan.iter().map(|(patients, _)| *patients).max().unwrap_or_default();
    let town = Town::start().await?;
    let mut readers = Vec::new();
    for number in 0..most.min(READERS_MAX) {
        readers.push(Arc::new(town.doctor(2000 + number as u64).await?));
    }
    let network = town.servers.network_file().network_id();
    let passes = prepare(&readers, most, network, town.north()).await?;

    let mut table = Table::new(
        "Access at a hospital",
        ["patients at once", "accesses a second", "median ms", "95th percentile ms", "receipts final after s"],
    );
    let mut served = 0;
    for (patients, rounds) in plan {
        let (mut waits, mut quickest, mut written) = (Vec::new(), Duration::MAX, Duration::MAX);
        for _ in 0..*rounds {
            let begun = Instant::now();
            let mut burst = burst(&readers, &passes[..*patients], town.north()).await?;
            burst.sort_unstable();
            quickest = quickest.min(burst.last().copied().unwrap_or_default());
            waits.extend(burst);
            until_receipts_are_final(&town).await?;
            written = written.min(begun.elapsed());
            served += patients;
        }
        waits.sort_unstable();
        let (median, late) = (waits[waits.len() / 2], waits[(waits.len() * 95).div_ceil(100) - 1]);
        let millis = |wait: Duration| format!("{:.1}", wait.as_secs_f64() * 1000.0);
        table.row([
            grouped(*patients as u64),
            grouped((*patients as f64 / quickest.as_secs_f64()) as u64),
            millis(median),
            millis(late),
            format!("{:.1}", written.as_secs_f64()),
        ]);
        if *patients == S2_PATIENTS {
            let measured = format!("median {} ms, 95th percentile {} ms", millis(median), millis(late));
            aims.note("Access, ten patients at once", "300 ms, as in S2 Fig. 2c", measured, late <= S2_WAIT);
        }
    }
    table.remark(format!(
        "Everybody begins at the same moment; each access has another patient, pass and record (1 kB), and takes what \
         it takes in use: challenge, signature, the hospital's checks, the receipt on its disk, the sealed record. \
         {} readers with open connections, four hospitals and their ledger share this computer's cores. Accesses a second \
         and the last column are of the best burst; waits are of all {} bursts.",
        readers.len(),
        plan.iter().map(|(_, rounds)| rounds).sum::<usize>(),
    ));
    let receipts = town.transactions(&readers[0].node).await?;
    let receipts = receipts.iter().filter(|transaction| matches!(transaction.body, Body::Receipt(_))).count();
    table.remark(format!(
        "{} accesses were served, {} receipts stand on the ledger.",
        grouped(served as u64),
        grouped(receipts as u64)
    ));
    table.print();
    for reader in readers {
        reader.node.shut_down().await;
    }
    town.stop().await;
    if receipts == served { Ok(()) } else { Err("an access has no receipt".into()) }
}

/// What a reader was granted by one patient.
struct Granted {
    reader: usize,
    terms: PassTerms,
    authorised: carekey_crypto::Signature,
    sealed: Vec<u8>,
    content_root: Digest,
}

/// A patient's record comes to the hospital and is granted to a reader, as Alg. 4 and 5 say, without the ledger.
async fn prepare(
    readers: &[Arc<Doctor>],
    patients: usize,
    network: NetworkId,
    hospital: PeerId,
) -> Outcome<Vec<Arc<Granted>>> {
    let mut working = JoinSet::new();
    for (number, reader) in readers.iter().enumerate() {
        let (reader, step) = (Arc::clone(reader), readers.len());
        working.spawn(async move {
            let mut granted = Vec::new();
            for patient in (number..patients).step_by(step) {
                granted.push((patient, grant(&reader, number, patient, network, hospital).await?));
            }
            Ok::<_, crate::Fault>(granted)
        });
    }
    let mut all = Vec::new();
    while let Some(granted) = working.join_next().await {
        all.extend(granted??);
    }
    all.sort_unstable_by_key(|(patient, _)| *patient);
    Ok(all.into_iter().map(|(_, granted)| Arc::new(granted)).collect())
}

async fn grant(
    doctor: &Doctor,
    reader: usize,
    patient: usize,
    network: NetworkId,
    hospital: PeerId,
) -> Outcome<Granted> {
    let mut rng = test_rng(1_000_000 + patient as u64);
    let (owner_secret, kt) = (Secret32::generate(&mut rng), Secret32::generate(&mut rng));
    let (receiving, authorisation) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
    let mut name = [0; 16];
    name[..8].copy_from_slice(&(patient as u64).to_le_bytes());

    let mut sealed = Vec::new();
    let document = vec![b'x'; 1000];
    let sign = |root: &Digest| doctor.identity.sign("record", &[&root.0]);
    let record =
        seal_record(&mut rng, b"metadata", &mut document.as_slice(), &mut sealed, SealOptions::default(), sign)?;
    let (claim, erasure) = (derive_claim(&owner_secret), derive_erasure(&owner_secret));
    let content_root = record.summary.content_root;
    let draft = UploadDraft {
        blob: BlobId(name),
        sealed_bytes: sealed.len() as u64,
        content_root,
        claim_hash: claim_hash(&claim),
        erasure: erasure_commitment(erasure.expose()),
        certificate: doctor.certificate.clone(),
    };
    upload(doctor, hospital, UploadTicket::new(network, &NORTH, draft, &doctor.identity), &sealed).await?;

    let access = RecordAccess::derive(&kt, &NORTH, &RecordRef(name));
    let deposit = Deposit {
        x: access.x,
        escrow: access.lock(&TxId(Digest([9; 32])), &record.key),
        authorisation: authorisation.public(),
        blob: BlobId(name),
        receipts_to: receiving.public(),
        retain_until: UnixMillis::MAX,
        erasure,
        catalogue: None,
    };
    let operation = OwnerOperation::Deposit { deposit: Box::new(deposit), claim };
    doctor.node.request::<Deposits>(hospital, DepositRequest::Owner(operation)).await??;

    let terms = PassTerms {
        target: Target::Record(access.x),
        grantee: doctor.identity.public(),
        scope: Scope::Read,
        not_before: UnixMillis(0),
        not_after: UnixMillis::MAX,
        rho: rho(kt.expose()),
    };
    Ok(Granted { reader, authorised: terms.sign(&authorisation), terms, sealed, content_root })
}

async fn upload(doctor: &Doctor, hospital: PeerId, ticket: UploadTicket, sealed: &[u8]) -> Outcome {
    let content_root = ticket.content_root;
    let mut channel = doctor.node.open_stream(hospital, UPLOAD).await?;
    channel.send(&UploadRequest { ticket }, MESSAGE_BYTES_MAX).await?;
    match channel.receive::<UploadAnswer>(MESSAGE_BYTES_MAX).await? {
        UploadAnswer::Send => {
            transfer::send(&mut channel, &mut Cursor::new(sealed), sealed.len() as u64, &content_root, |_| {}).await?;
            Ok(())
        }
        UploadAnswer::Complete => Ok(()),
        UploadAnswer::Refused(refusal) => Err(refusal.into()),
    }
}

/// All at once; how long each waited, from the common beginning.
async fn burst(readers: &[Arc<Doctor>], passes: &[Arc<Granted>], hospital: PeerId) -> Outcome<Vec<Duration>> {
    let mut asking = JoinSet::new();
    let begun = Instant::now();
    for granted in passes {
        let (reader, granted) = (Arc::clone(&readers[granted.reader]), Arc::clone(granted));
        asking.spawn(async move {
            let read = read(&reader, &granted, hospital).await?;
            Ok::<_, crate::Fault>(read.duration_since(begun))
        });
    }
    let mut waits = Vec::new();
    while let Some(wait) = asking.join_next().await {
        waits.push(wait??);
    }
    Ok(waits)
}

/// S2 Alg. 5 steps 8 to 13. When the last byte was there.
async fn read(doctor: &Doctor, granted: &Granted, hospital: PeerId) -> Outcome<Instant> {
    let body = AccessBody {
        terms: granted.terms.clone(),
        authorised: granted.authorised,
        item: None,
        purpose: Text::truncated("Treatment"),
        certificate: doctor.certificate.clone(),
    };
    let mut channel = doctor.node.open_stream(hospital, ACCESS).await?;
    let AccessChallenge(challenge) = channel.receive(MESSAGE_BYTES_MAX).await?;
    let request = AccessRequest::new(body, &challenge, &NORTH, &doctor.identity);
    channel.send(&request, MESSAGE_BYTES_MAX).await?;
    let sealed_bytes = match channel.receive::<AccessAnswer>(ANSWER_BYTES_MAX).await? {
        AccessAnswer::Record { sealed_bytes, .. } => sealed_bytes,
        other => return Err(format!("the hospital answered {other:?}").into()),
    };
    let mut incoming = Incoming::begin(&mut channel, 0, sealed_bytes).await?;
    let mut bytes = Vec::new();
    while let Some(part) = incoming.next().await? {
        bytes.extend(part);
    }
    let there = Instant::now();
    if bytes != granted.sealed {
        return Err("another record arrived".into());
    }
    transfer::acknowledge(&mut channel, granted.content_root).await?;
    Ok(there)
}

/// Waits until every receipt stands in a block, so that the next burst meets a hospital with nothing else to do.
async fn until_receipts_are_final(town: &Town) -> Outcome {
    let deadline = Instant::now() + PATIENCE;
    while town.servers.hospital(NORTH).archive().receipts_waiting()? > 0 {
        if Instant::now() > deadline {
            return Err("receipts did not become final".into());
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}
