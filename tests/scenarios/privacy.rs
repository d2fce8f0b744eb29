//! What those who watch the ledger, own a disk, or were once let in do not learn.

use std::collections::BTreeSet;

use carekey_crypto::{Cost, Digest, RecoveryWords, Secret32, SecretKey, WalletKeys, test_rng};
use carekey_hospital::HospitalKeys;
use carekey_network::ledger::{ChainRequest, Submit, SubmitAnswer};
use carekey_network::{Node, NodeKey, NodeLimits};
use carekey_protocol::catalogue::SealedEntry;
use carekey_protocol::deposit::{Escrow, RecordAccess};
use carekey_protocol::derive::{derive_epoch_secret, derive_kt, derive_sigma, rho};
use carekey_protocol::pass::PassSecret;
use carekey_protocol::pseudonym::{PseudonymCertificate, certify_pseudonym, pseudonym_secret};
use carekey_protocol::transaction::Author;
use carekey_protocol::{Body, Collection, RecordRef, Transaction, encode};
use carekey_sample::NORTH;
use carekey_wallet::WalletError;
use carekey_wallet::custody::{Custody, Keeper};
use carekey_wallet::grants::GrantTarget;

use crate::liar::{Liar, Lie};
use crate::world::{Away, PATIENCE, Person, World, files_under};

const TEXT: &str = "Befund: Verdacht auf Zwergfadenwurm, siehe Anlage 7";
const TITLE: &str = "Parasitologie vom Donnerstag";

fn keys_of(person: &Person) -> WalletKeys {
    WalletKeys::derive(&RecoveryWords::from_entropy(person.root.entropy.expose())).unwrap()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_disk_holds_a_word_of_a_record_or_of_a_wallet_in_clear() {
    let world = World::start().await;
    let (mia, amir) = tokio::join!(world.patient("mia"), world.doctor("amir"));
    let keeper = Keeper::Passphrase("a long walk by the sea".into());
    Custody::at(world.path("keys")).with_cost(Cost::TOY).store(&mut test_rng(1), &keeper, &mia.root).unwrap();
    let note = amir.writes(&mia.card(), NORTH, TITLE, TEXT);
    amir.finishes().await;
    mia.until("the note arrives", |mia| !mia.records(None).unwrap().is_empty()).await;
    mia.finishes().await;
    mia.shares(&amir.card(), GrantTarget::Collection(Collection::General)).await;
    let listing = amir.looks_at(&mia.card()).await;
    assert_eq!(listing.records[0].item.title.as_str(), TITLE, "those who may, read it");
    assert_eq!(amir.reads(&mia.card(), note).await.unwrap(), TEXT);
    assert_eq!(mia.reads_own(note).await.unwrap(), TEXT);

    let words = RecoveryWords::from_entropy(mia.root.entropy.expose());
    let phrase: Vec<&str> = words.words().collect();
    let mut needles = vec![
        ("the text", TEXT.as_bytes()[8..32].to_vec()),
        ("the title", TITLE.as_bytes().to_vec()),
        ("the words", phrase[..3].join(" ").into_bytes()),
    ];
    let keys = keys_of(&mia);
    let root_of_epoch = derive_epoch_secret(&keys.root, Collection::General, 0);
    let secrets =
        [("entropy", &mia.root.entropy), ("vault key", &mia.root.vault_key), ("epoch secret", &root_of_epoch)];
    for (name, secret) in secrets {
        needles.push((name, secret.expose().to_vec()));
        needles.push((name, hex(secret.expose())));
    }

    let places = [world.services_dir(), mia.dir.clone(), amir.dir.clone(), world.path("keys")];
    let mut searched = 0;
    for path in places.iter().flat_map(|place| files_under(place)) {
        let bytes = std::fs::read(&path).unwrap();
        searched += bytes.len();
        for (name, needle) in &needles {
            assert!(!contains(&bytes, needle), "{name} lies in {}", path.display());
        }
    }
    assert!(searched > 100_000, "there was something to search: {searched} bytes");
    let saved = world.path("saved.txt");
    mia.open_record(&note).await.unwrap().save(&saved, |_| true).unwrap();
    assert!(contains(&std::fs::read(saved).unwrap(), &needles[0].1), "the search finds what is in clear");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_on_the_ledger_links_two_transactions_of_one_person() {
    let world = World::start().await;
    let (mia, amir, lena) = tokio::join!(world.patient("mia"), world.doctor("amir"), world.doctor("lena"));
    let note = mia.keeps(NORTH, TITLE, TEXT).await;
    let to_amir = mia.shares(&amir.card(), GrantTarget::Record(note)).await;
    mia.shares(&lena.card(), GrantTarget::Record(note)).await;
    mia.stops(to_amir).await;

    let ledger = world.ledger();
    let written: Vec<Vec<u8>> =
        ledger.iter().map(|transaction| encode(&(&transaction.body, &transaction.author))).collect();
    for (i, first) in written.iter().enumerate() {
        let windows: BTreeSet<&[u8]> = first.windows(16).collect();
        for (j, second) in written.iter().enumerate().skip(i + 1) {
            let shared = second.windows(16).find(|window| windows.contains(window));
            assert_eq!(shared, None, "transactions {i} and {j} have 16 bytes in common");
        }
    }
    let keys = keys_of(&mia);
    let handle = rho(derive_sigma(&keys.root, to_amir).expose());
    for known in [handle.0.as_slice(), keys.identity.public().as_bytes(), keys.receiving.public().as_bytes()] {
        assert!(!written.iter().any(|bytes| contains(bytes, known)), "what a reader knows is not on the ledger");
    }
    let revoked = ledger.iter().find_map(|transaction| match transaction.body {
        Body::Revoke(sigma) => Some(rho(&sigma)),
        _ => None,
    });
    assert_eq!(revoked, Some(handle), "whoever was shown rho recognises its end");
}

/// A hospital writes down what two wallets ask while they follow the ledger: one that everything is for, and one that
/// nothing is for.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_wallet_asks_for_names_no_transaction() {
    let world = World::start().await;
    let (mia, amir, eve) = tokio::join!(world.patient("mia"), world.doctor("amir"), world.patient("eve"));
    let card = mia.card();
    let (mia, eve) = (mia.leave().await, eve.leave().await);
    for number in 0..3 {
        amir.writes(&card, NORTH, &format!("Letter {number}"), TEXT);
        amir.finishes().await;
    }
    let mut questions = Vec::new();
    for (away, letters) in [(mia, 3), (eve, 0)] {
        let listener = Liar::start(&world, NORTH, Lie::None).await;
        let mut network = world.network();
        network.hospitals.retain(|hospital, _| *hospital == NORTH);
        network.hospitals.insert(NORTH, listener.address());
        let person = away.open(&network).await.unwrap();
        person.sync().await.unwrap();
        assert_eq!(listener.asked().iter().filter(|asked| matches!(asked, ChainRequest::Locate { .. })).count(), 0);
        let bodies = listener.asked().iter().filter(|asked| matches!(asked, ChainRequest::Block { .. })).count();
        assert_eq!(bodies, letters, "whole blocks, by height");
        questions.push(listener.asked().into_iter().filter(|asked| !matches!(asked, ChainRequest::Block { .. })));
        person.leave().await;
        listener.stop().await;
    }
    let [mias, eves] = questions.try_into().ok().unwrap();
    let kinds = |asked: ChainRequest| std::mem::discriminant(&asked);
    assert_eq!(
        mias.map(kinds).collect::<Vec<_>>(),
        eves.map(kinds).collect::<Vec<_>>(),
        "apart from them both ask the same"
    );
}

/// Somebody with a line to a hospital and nothing else.
async fn line_to_north(world: &World) -> (Node, carekey_network::PeerId) {
    let node = Node::start(&NodeKey::generate(&mut test_rng(5)), &[], NodeLimits::wallet()).await.unwrap();
    let north = world.network().hospitals[&NORTH].clone();
    let peer = north.peer_id;
    node.remember(north).await;
    (node, peer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pseudonym_is_used_once_and_only_if_the_authority_gave_it() {
    let world = World::start().await;
    let (mia, amir) = tokio::join!(world.patient("mia"), world.doctor("amir"));
    let note = mia.keeps(NORTH, TITLE, TEXT).await;
    mia.shares(&amir.card(), GrantTarget::Record(note)).await;
    let ledger = world.ledger();
    let grant = ledger.iter().find(|transaction| matches!(transaction.body, Body::Grant(_))).unwrap();
    let (node, north) = line_to_north(&world).await;
    let submit = async |transaction: &Transaction| node.request::<Submit>(north, transaction.clone()).await.unwrap();

    let again = submit(grant).await;
    assert!(matches!(again, SubmitAnswer::Known(_)), "a replay is recognised: {again:?}");

    let Author::Pseudonym { key, epoch, certificate, .. } = grant.author else { panic!("a grant has a pseudonym") };
    let keys = keys_of(&mia);
    let mine = (0..512).map(|index| pseudonym_secret(&keys.pseudonym, &keys.expansion, index).unwrap());
    let secret = mine.into_iter().find(|secret| secret.public() == key).expect("one of Mia's");
    let other = Body::Revoke([9; 32]);
    let second = Transaction::by_pseudonym(grant.network, other.clone(), &secret, epoch, certificate);
    let reused = submit(&second).await;
    assert_eq!(reused, SubmitAnswer::PseudonymSpent, "not even its owner uses a pseudonym twice");

    let stranger = SecretKey::generate(&mut test_rng(6));
    let own_word = certify_pseudonym(&stranger, grant.network, &stranger.public(), epoch);
    let forged = submit(&Transaction::by_pseudonym(grant.network, other.clone(), &stranger, epoch, own_word)).await;
    assert!(matches!(forged, SubmitAnswer::Refused(_)), "nobody certifies themselves: {forged:?}");
    let bent = submit(&Transaction { body: other, ..grant.clone() }).await;
    assert!(!matches!(bent, SubmitAnswer::Received | SubmitAnswer::Known(_)), "a signature is for one body: {bent:?}");

    mia.keeps(NORTH, "Later", "and the ledger goes on").await;
    let added = &world.ledger()[ledger.len()..];
    assert!(added.iter().all(|transaction| matches!(transaction.body, Body::Anchor(_))), "none of it came through");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_copied_from_the_ledger_and_posted_again_gives_nothing() {
    let world = World::start().await;
    let (mia, amir, eve) = tokio::join!(world.patient("mia"), world.doctor("amir"), world.patient("eve"));
    let note = mia.keeps(NORTH, TITLE, TEXT).await;
    let n = mia.shares(&amir.card(), GrantTarget::Record(note)).await;
    amir.looks_at(&mia.card()).await;

    // Eve posts what Mia wrote under pseudonyms of her own.
    let keys = keys_of(&eve);
    let base = eve.card();
    let request = carekey_protocol::pseudonym::PseudonymRequest::new(
        eve.remote().network_id(),
        base.body.id,
        now(),
        &keys.identity,
    );
    let batch = world.servers.authority().registrar().issue_pseudonyms(&request, now()).unwrap();
    let (node, north) = line_to_north(&world).await;
    for (transaction, certified) in world.ledger().into_iter().zip(batch) {
        let PseudonymCertificate { index, epoch, signature } = certified;
        let secret = pseudonym_secret(&keys.pseudonym, &keys.expansion, index).unwrap();
        let copy = Transaction::by_pseudonym(transaction.network, transaction.body, &secret, epoch, signature);
        let _ = node.request::<Submit>(north, copy).await.unwrap();
    }
    eve.keeps(NORTH, "Eve's", "after the copies").await;
    assert_eq!(world.counts().grants, 2, "the ledger takes the copy of the grant: it cannot know");

    for person in [&mia, &amir] {
        person.finishes().await;
    }
    assert_eq!(amir.shared().unwrap().len(), 1, "the reader sees one pass");
    assert_eq!((mia.records(None).unwrap().len(), mia.grants().unwrap().len()), (1, 1), "the patient one of each");

    let elsewhere = Away { dir: world.path("elsewhere"), root: mia.root.clone() }.open(&world.network()).await.unwrap();
    elsewhere.restore().await.unwrap();
    elsewhere.finishes().await;
    assert_eq!(
        (elsewhere.records(None).unwrap().len(), elsewhere.grants().unwrap().len()),
        (1, 1),
        "nor is a restored wallet misled"
    );

    elsewhere.stops(n).await;
    let refused = amir.reads(&mia.card(), note).await;
    assert!(matches!(refused, Err(WalletError::Refused(_))), "a copied grant ends with its original: {refused:?}");
    elsewhere.erase(&note).await.unwrap();
    elsewhere.finishes().await;
    let gone = |_: &_| files_under(&world.servers.hospital_dir(NORTH).join("records")).len() == 1;
    elsewhere.until("a copied anchor does not keep the hospital from erasing (Eve's own file stays)", gone).await;
}

fn now() -> carekey_protocol::UnixMillis {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    carekey_protocol::UnixMillis(elapsed.as_millis() as u64)
}

/// A row of the hospital's index, as somebody sees it who carries its disks and its database key away.
struct StolenRow {
    entry: SealedEntry,
    escrow: Escrow,
}

fn steal_index(world: &World) -> Vec<StolenRow> {
    let secret = std::fs::read(world.services_dir().join("secret")).unwrap();
    let secret = Secret32::from_bytes(secret.try_into().unwrap());
    let keys = HospitalKeys::derive(&secret.derive("hospital", &[&NORTH.0]));
    let index = rusqlite::Connection::open(world.servers.hospital_dir(NORTH).join("index.db")).unwrap();
    let key = format!("x'{}'", String::from_utf8(hex(keys.database.expose())).unwrap());
    index.pragma_update(None, "key", key).unwrap();
    let sql = "SELECT x, nonce, sealed, z, k FROM entries JOIN rows USING (x)";
    let mut statement = index.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        Ok(StolenRow {
            entry: SealedEntry { x: Digest(row.get(0)?), nonce: row.get(1)?, sealed: row.get(2)? },
            escrow: Escrow { z: row.get(3)?, k: row.get(4)? },
        })
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// Whether an epoch's secret leads to the key of a row.
fn opens(epoch_secret: &Secret32, row: &StolenRow, reference: &RecordRef) -> bool {
    let access = RecordAccess::derive(&derive_kt(epoch_secret, &row.entry.nonce), &NORTH, reference);
    row.entry.open(epoch_secret).is_ok() || access.x == row.entry.x || access.unlock(&row.escrow).is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_let_out_reads_nothing_that_came_later_not_even_with_the_hospitals_disks() {
    let world = World::start().await;
    let (mia, amir) = tokio::join!(world.patient("mia"), world.doctor("amir"));
    let early = mia.keeps(NORTH, TITLE, TEXT).await;
    let n = mia.shares(&amir.card(), GrantTarget::Collection(Collection::General)).await;
    amir.looks_at(&mia.card()).await;
    assert_eq!(amir.reads(&mia.card(), early).await.unwrap(), TEXT);
    let pass = amir.shared().unwrap().remove(0).pass;
    let PassSecret::Collection { epoch_secret: known, .. } = pass.secret else { panic!("a pass for a collection") };
    assert!(steal_index(&world).iter().all(|row| opens(&known, row, &early)), "the theft would show what he may read");

    mia.stops(n).await;
    let late = mia.keeps(NORTH, "Later", "not for Amir any more").await;

    let refused = amir.reads(&mia.card(), late).await;
    assert!(refused.is_err(), "the hospital refuses: {:?}", refused.is_ok());
    let stolen = steal_index(&world);
    assert_eq!(stolen.len(), 2, "both records lie in the new epoch, and the old one's rows are gone");
    let next = derive_epoch_secret(&keys_of(&mia).root, Collection::General, 1);
    for reference in [early, late] {
        assert!(!stolen.iter().any(|row| opens(&known, row, &reference)), "his secret opens no row of the new epoch");
        assert!(stolen.iter().any(|row| opens(&next, row, &reference)), "Mia's does");
    }
    let south = world.servers.hospital(carekey_sample::SOUTH);
    let head = *world.servers.hospital(NORTH).head().borrow();
    let followed = async { south.head().wait_for(|height| *height >= head).await.map(drop) };
    tokio::time::timeout(PATIENCE, followed).await.unwrap().unwrap();
    assert!(south.ledger().revoked(&pass.terms.rho).unwrap().is_some(), "every hospital knows");
}
