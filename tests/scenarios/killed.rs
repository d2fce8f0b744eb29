//! A wallet's process dies at each step of an upload, a deposit, a grant and a revocation. What it had acknowledged
//! comes true when it is opened again, once.
//!
//! The wallet that dies is this test binary started again as [`child_wallet`]; it aborts, without any destructor, at
//! a failpoint of `carekey-wallet`. [`at_any_moment`] kills with SIGKILL at moments nobody chose.

use std::io::{BufRead, BufReader, Lines};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use carekey_crypto::Secret32;
use carekey_network::NetworkFile;
use carekey_network::enrolment::AuthorityRefusal;
use carekey_protocol::access::Refusal;
use carekey_protocol::{Certificate, Collection, RecordRef, Role};
use carekey_sample::NORTH;
use carekey_wallet::WalletError;
use carekey_wallet::custody::RootMaterial;
use carekey_wallet::grants::GrantTarget;

use crate::world::{Away, Counts, Person, World, files_under};

const TEXT: &str = "no known allergies";

/// What the child is told, by environment variable.
const JOB: &str = "CAREKEY_TEST_JOB";
const DIR: &str = "CAREKEY_TEST_DIR";
const NETWORK: &str = "CAREKEY_TEST_NETWORK";
const ROOT: &str = "CAREKEY_TEST_ROOT";
const READER: &str = "CAREKEY_TEST_READER";
const TARGET: &str = "CAREKEY_TEST_TARGET";
const CODE: &str = "CAREKEY_TEST_CODE";
/// See `failpoint` in `carekey-wallet`.
const DIE_AT: &str = "CAREKEY_WALLET_DIES_AT";

/// Begins every line in which the child says that something is safe now.
const ACKNOWLEDGED: &str = "acknowledged ";

/// What the child does; each acknowledges and then goes on until nothing is left to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Job {
    Enrol,
    Restore,
    Write,
    Grant(GrantTarget),
    Revoke(u64),
    Erase(RecordRef),
}

impl Job {
    fn name(self) -> &'static str {
        match self {
            Self::Enrol => "enrol",
            Self::Restore => "restore",
            Self::Write => "write",
            Self::Grant(_) => "grant",
            Self::Revoke(_) => "revoke",
            Self::Erase(_) => "erase",
        }
    }

    fn target(self) -> String {
        match self {
            Self::Enrol | Self::Restore | Self::Write | Self::Grant(GrantTarget::Collection(_)) => String::new(),
            Self::Grant(GrantTarget::Record(reference)) | Self::Erase(reference) => reference.to_string(),
            Self::Revoke(n) => n.to_string(),
        }
    }
}

/// Not a test of its own: the process that dies.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the process that the tests of this file kill"]
async fn child_wallet() {
    let variable = |name| std::env::var(name).unwrap_or_default();
    if variable(DIR).is_empty() {
        return;
    }
    let root: Vec<u8> = variable(ROOT)
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    let secret = |bytes: &[u8]| Secret32::from_bytes(bytes.try_into().unwrap());
    let root = RootMaterial { entropy: secret(&root[..32]), vault_key: secret(&root[32..]) };
    let network = NetworkFile::load(&PathBuf::from(variable(NETWORK))).unwrap();
    let mia = Away { dir: PathBuf::from(variable(DIR)), root }.open(&network).await.unwrap();

    let target = variable(TARGET);
    let acknowledged = match variable(JOB).as_str() {
        "write" => mia.writes(&mia.card(), NORTH, "Allergies", TEXT).to_string(),
        "grant" => {
            let reader = Certificate::from_card(&variable(READER)).unwrap();
            let what = match target.parse::<RecordRef>() {
                Ok(reference) => GrantTarget::Record(reference),
                Err(_) => GrantTarget::Collection(Collection::General),
            };
            mia.grants_to(&reader, what).to_string()
        }
        "revoke" => {
            mia.revoke(target.parse().unwrap()).unwrap();
            target
        }
        "erase" => {
            mia.erase(&target.parse().unwrap()).await.unwrap();
            target
        }
        "enrol" => {
            let certificate = mia.enrol(&variable(CODE)).await.unwrap();
            certificate.body.serial.0.to_string()
        }
        _ => {
            mia.restore().await.unwrap();
            "restored".to_owned()
        }
    };
    acknowledge(&acknowledged);
    mia.finishes().await;
    acknowledge("done");
}

#[expect(clippy::print_stdout, reason = "how the child speaks to the test")]
fn acknowledge(what: &str) {
    println!("\n{ACKNOWLEDGED}{what}");
}

struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

fn start(mia: &Away, world: &World, reader: &Certificate, job: Job, code: &str, die_at: &str) -> Running {
    let root: String = [mia.root.entropy.expose(), mia.root.vault_key.expose()]
        .into_iter()
        .flatten()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::child_wallet", "--ignored", "--nocapture"])
        .env(JOB, job.name())
        .env(TARGET, job.target())
        .env(DIR, &mia.dir)
        .env(NETWORK, world.services_dir().join("network.json"))
        .env(ROOT, root)
        .env(READER, reader.to_card())
        .env(CODE, code)
        .env(DIE_AT, die_at)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    Running { child, lines }
}

impl Running {
    /// What it acknowledged before its end, and whether it died as it was told.
    fn acknowledged_until_its_end(mut self) -> (Vec<String>, bool) {
        let said = self.lines.by_ref().map_while(Result::ok);
        let acknowledged: Vec<String> =
            said.filter_map(|line| line.strip_prefix(ACKNOWLEDGED).map(str::to_owned)).collect();
        // 0: it lived; 101: it panicked somewhere else.
        let died = !matches!(self.child.wait().unwrap().code(), Some(0 | 101));
        (acknowledged, died)
    }
}

/// Mia's record, before the job that is killed.
struct Before {
    mia: Away,
    amir: Person,
    note: Option<RecordRef>,
    job: Job,
}

async fn before(world: &World, name: &str, prepare: &str) -> Before {
    let amir = world.doctor(&format!("amir-{name}")).await;
    let mia = world.patient(&format!("mia-{name}")).await;
    let (mut note, mut job) = (None, Job::Write);
    if prepare != "write" {
        let reference = mia.keeps(NORTH, "Allergies", TEXT).await;
        note = Some(reference);
        let what = match prepare {
            "grant a record" | "revoke a record" => GrantTarget::Record(reference),
            _ => GrantTarget::Collection(Collection::General),
        };
        job = Job::Grant(what);
        if prepare.starts_with("revoke") {
            let n = mia.shares(&amir.card(), what).await;
            amir.looks_at(&mia.card()).await;
            assert_eq!(amir.reads(&mia.card(), reference).await.unwrap(), TEXT);
            job = Job::Revoke(n);
        } else if prepare == "erase" {
            job = Job::Erase(reference);
        }
    }
    Before { mia: mia.leave().await, amir, note, job }
}

/// Opens the profile again and checks that the job is done exactly once, or, if it was never acknowledged, not at all.
async fn after(world: &World, scene: Before, counts: Counts, acknowledged: &[String], why: &str) {
    let Before { mia, amir, note, job } = scene;
    let mia = mia.open(&world.network()).await.expect(why);
    mia.finishes().await;
    let now = world.counts();
    let added = Counts {
        anchors: now.anchors - counts.anchors,
        grants: now.grants - counts.grants,
        revocations: now.revocations - counts.revocations,
        erasures: now.erasures - counts.erasures,
    };
    let safe = !acknowledged.is_empty();
    let records = mia.records(None).unwrap();
    match job {
        Job::Write => {
            // Between being on the disk and being acknowledged there is a moment; then it may be there, too.
            assert_eq!(added, Counts { anchors: records.len(), ..Counts::default() }, "{why}: one anchor a record");
            assert_eq!(records.len(), mia.written().unwrap().len(), "{why}");
            assert!(
                records.len() <= 1 && (!safe || records.len() == 1),
                "{why}: {acknowledged:?}, {} kept",
                records.len()
            );
            if let Some(row) = records.first() {
                assert!(!safe || row.reference.to_string() == acknowledged[0], "{why}: it is the acknowledged one");
                assert_eq!(mia.reads_own(row.reference).await.unwrap(), TEXT, "{why}: whole");
            }
            let kept = std::fs::read_dir(mia.dir.join("sealed")).unwrap().count();
            assert_eq!(kept, records.len(), "{why}: no sealed file without a record");
        }
        Job::Grant(_) => {
            assert!(safe, "{why}: the grant was acknowledged before its first step");
            assert_eq!(added, Counts { grants: 1, ..Counts::default() }, "{why}: one grant");
            assert_eq!(mia.grants().unwrap().len(), 1, "{why}");
            let listing = amir.looks_at(&mia.card()).await;
            assert_eq!(listing.records.len(), 1, "{why}: one record behind it");
            assert_eq!(amir.shared().unwrap().len(), 1, "{why}: one pass");
            assert_eq!(amir.reads(&mia.card(), note.unwrap()).await.unwrap(), TEXT, "{why}: the grant opens it");
        }
        Job::Erase(reference) => {
            assert!(safe, "{why}: the erasure was acknowledged before its first step");
            assert_eq!(added, Counts { erasures: 1, ..Counts::default() }, "{why}: one erasure");
            assert!(records.is_empty(), "{why}: it is not shown any more");
            let place = world.servers.hospital_dir(NORTH).join("records");
            let gone = |_: &_| files_under(&place).is_empty();
            mia.until(&format!("{why}: the ciphertext is gone"), gone).await;
            assert!(mia.reads_own(reference).await.is_err(), "{why}");
        }
        Job::Enrol | Job::Restore => unreachable!("these have checks of their own"),
        Job::Revoke(n) => {
            assert!(safe, "{why}: the revocation was acknowledged before its first step");
            assert_eq!(added, Counts { revocations: 1, ..Counts::default() }, "{why}: one revocation");
            let row = mia.grants().unwrap().into_iter().find(|row| row.n == n).unwrap();
            assert!(row.revoke.and_then(|revoke| revoke.height()).is_some(), "{why}: shown as recorded");
            let refused = amir.reads(&mia.card(), note.unwrap()).await;
            let gone =
                matches!(refused, Err(WalletError::Refused(Refusal::Revoked | Refusal::NotGranted | Refusal::Erased)));
            assert!(gone, "{why}: {refused:?}");
            assert_eq!(mia.reads_own(note.unwrap()).await.unwrap(), TEXT, "{why}: the patient keeps what is hers");
        }
    }
}

async fn dies_at_each(prepare: &str, points: &[&str]) {
    let world = World::start().await;
    for (number, point) in points.iter().enumerate() {
        let scene = before(&world, &number.to_string(), prepare).await;
        let mut counts = world.counts();
        // An erased anchor is pruned from every node.
        counts.anchors -= usize::from(matches!(scene.job, Job::Erase(_)));
        let running = start(&scene.mia, &world, &scene.amir.card(), scene.job, "", point);
        let (acknowledged, died) = tokio::task::block_in_place(|| running.acknowledged_until_its_end());
        assert!(died && acknowledged.len() <= 1, "{prepare} never came to `{point}`: {acknowledged:?}");
        assert_eq!(acknowledged.is_empty(), *point == "upload: sealed, not promised", "{prepare}, `{point}`");
        after(&world, scene, counts, &acknowledged, &format!("{prepare}, killed at `{point}`")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_and_its_deposit_survive_death_at_each_step() {
    let points = [
        "upload: sealed, not promised",
        "upload: stored, anchor not promised",
        "submit: promised, not handed in",
        "submit: handed in, not noted",
        "sync: found, not kept",
        "receive: believed, not kept",
        "deposit: catalogue opened, not noted",
        "deposit: appended, not noted",
        "deposit: made, not finished",
    ];
    dies_at_each("write", &points).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_of_one_record_survives_death_at_each_step() {
    let points = [
        "grant: promised, not prepared",
        "grant: row deposited, not noted",
        "grant: prepared, not signed",
        "submit: promised, not handed in",
        "submit: handed in, not noted",
        "sync: found, not kept",
    ];
    dies_at_each("grant a record", &points).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_of_a_collection_survives_death_at_each_step() {
    let points = [
        "deposit: catalogue opened, not noted",
        "grant: prepared, not signed",
        "submit: handed in, not noted",
        "sync: found, not kept",
    ];
    dies_at_each("grant a collection", &points).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_grant_of_one_record_survives_death_at_each_step() {
    let points = [
        "revoke: promised, not signed",
        "submit: promised, not handed in",
        "submit: handed in, not noted",
        "sync: found, not kept",
        "revoke: row removed, not noted",
    ];
    dies_at_each("revoke a record", &points).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_grant_of_a_collection_survives_death_at_each_step() {
    let points = [
        "submit: handed in, not noted",
        "sync: found, not kept",
        "deposit: catalogue opened, not noted",
        "deposit: appended, not noted",
        "revoke: moved on, old epoch open",
        "revoke: old epoch closed, not noted",
    ];
    dies_at_each("revoke a collection", &points).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_survives_death_at_each_step() {
    let points = ["submit: promised, not handed in", "submit: handed in, not noted", "sync: found, not kept"];
    dies_at_each("erase", &points).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn joining_survives_death_and_the_one_time_code_serves_again_for_the_same_keys() {
    let world = World::start().await;
    let amir = world.doctor("amir").await;
    for (number, point) in ["enrol: issued, not kept", "enrol: kept, no pseudonyms yet"].iter().enumerate() {
        let code = world.servers.endorse(NORTH, Role::Person, "Mia", "").unwrap();
        let mia = Away::new(world.path(&format!("mia-{number}")));
        let running = start(&mia, &world, &amir.card(), Job::Enrol, &code, point);
        let (acknowledged, died) = tokio::task::block_in_place(|| running.acknowledged_until_its_end());
        assert!(died && acknowledged.is_empty(), "joining never came to `{point}`: {acknowledged:?}");

        let mia = mia.open(&world.network()).await.unwrap();
        let first = mia.certificate();
        let certificate = mia.enrol(&code).await.unwrap();
        if let Ok(first) = first {
            assert_eq!(first, certificate, "`{point}`: nobody is registered twice");
        }
        mia.keeps(NORTH, "Allergies", TEXT).await;
        let thief = Away::new(world.path(&format!("thief-{number}"))).open(&world.network()).await.unwrap();
        let refused = thief.enrol(&code).await;
        let used = matches!(refused, Err(WalletError::Authority(AuthorityRefusal::CodeUsed)));
        assert!(used, "`{point}`: for other keys it has served: {refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_dies_is_begun_again_and_complete() {
    let world = World::start().await;
    let Before { mia, amir, note, .. } = before(&world, "restore", "revoke a collection").await;
    let points = [
        "enrol: issued, not kept",
        "enrol: kept, no pseudonyms yet",
        "sync: found, not kept",
        "receive: believed, not kept",
    ];
    for (number, point) in points.iter().enumerate() {
        let elsewhere = Away { dir: world.path(&format!("elsewhere-{number}")), root: mia.root.clone() };
        let running = start(&elsewhere, &world, &amir.card(), Job::Restore, "", point);
        let (acknowledged, died) = tokio::task::block_in_place(|| running.acknowledged_until_its_end());
        assert!(died && acknowledged.is_empty(), "the restore never came to `{point}`: {acknowledged:?}");

        let counts = world.counts();
        let again = elsewhere.open(&world.network()).await.unwrap();
        again.restore().await.unwrap();
        again.finishes().await;
        assert_eq!((again.records(None).unwrap().len(), again.grants().unwrap().len()), (1, 1), "`{point}`");
        assert_eq!(again.reads_own(note.unwrap()).await.unwrap(), TEXT, "`{point}`");
        assert_eq!(world.counts(), counts, "`{point}`: restoring says nothing on the ledger");
        assert_eq!(amir.reads(&again.card(), note.unwrap()).await.unwrap(), TEXT, "`{point}`: nobody is shut out");
    }
}

/// SIGKILL, some milliseconds after the acknowledgement, at moments spread over the whole of the work.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_survives_sigkill_at_any_moment() {
    let world = World::start().await;
    for delay_ms in [0_u64, 20, 60, 120, 240, 400] {
        let scene = before(&world, &delay_ms.to_string(), "write").await;
        let counts = world.counts();
        let mut running = start(&scene.mia, &world, &scene.amir.card(), scene.job, "", "");
        let acknowledged = tokio::task::block_in_place(|| {
            let mut said = running.lines.by_ref().map_while(Result::ok);
            let first = said.find_map(|line| line.strip_prefix(ACKNOWLEDGED).map(str::to_owned)).unwrap();
            // The moment is what is tested; nothing waits for it.
            std::thread::sleep(std::time::Duration::from_millis(delay_ms));
            running.child.kill().unwrap();
            running.child.wait().unwrap();
            vec![first]
        });
        after(&world, scene, counts, &acknowledged, &format!("SIGKILL {delay_ms} ms after the acknowledgement")).await;
    }
}
