//! How large transactions are: those that a small network wrote.

use std::collections::BTreeMap;

use carekey_crypto::{PublicKey, Secret32, SecretKey, Signature, test_rng};
use carekey_protocol::derive::rho;
use carekey_protocol::grant::{Outgoing, seal_grant};
use carekey_protocol::pass::{PassDraft, PassSecret, PassTerms, Scope};
use carekey_protocol::transaction::{Author, RegistryChange};
use carekey_protocol::{
    Body, HospitalId, NetworkId, ParticipantId, Pass, RecordRef, Text, Transaction, UnixMillis, encode,
};
use carekey_wallet::Wallet;

use crate::Outcome;
use crate::aims::Aims;
use crate::people::{PATIENCE, Town};
use crate::table::{Table, grouped};

/// Aim for a grant.
const GRANT_BYTES_MAX: usize = 1024;

/// Makes every kind happen that has not happened yet, then reads the ledger.
pub(crate) async fn measure(
    town: &Town,
    patient: &Wallet,
    reader: &Wallet,
    record: RecordRef,
    grant: u64,
    aims: &mut Aims,
) -> Outcome {
    let owner = patient.certificate()?.body.id;
    let found = reader.follow_until(PATIENCE, |reader| Ok(!reader.shared()?.is_empty()));
    if !found.await? {
        return Err("the doctor found no grant".into());
    }
    reader.shared_records(&owner, "Treatment").await?;
    reader.open_shared(&owner, &record, "Treatment").await?;
    let told = |patient: &Wallet| Ok(patient.access_log()?.iter().any(|access| access.recorded.is_some()));
    if !patient.follow_until(PATIENCE, told).await? {
        return Err("no receipt arrived".into());
    }
    let node = town.doctor(1000).await?.node;
    let before = town.transactions(&node).await?;
    patient.revoke(grant)?;
    patient.erase(&record).await?;
    patient.settle(PATIENCE).await?;
    let authority = town.servers.authority();
    if let Some(pseudonym) = before.iter().find_map(pseudonym_of) {
        authority.trace(&pseudonym, Text::truncated("Order 12/2026 of the district court")).await?;
    }
    authority.revoke_certificate(reader.certificate()?.body.serial).await?;
    let after = town.transactions(&node).await?;
    node.shut_down().await;

    // Of an erased record's anchor the ledger keeps only the digest: it was counted before.
    let known: Vec<_> = after.iter().map(Transaction::id).collect();
    let pruned = before.into_iter().filter(|transaction| !known.contains(&transaction.id()));
    let mut kinds: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for transaction in pruned.chain(after.iter().cloned()) {
        kinds.entry(name(&transaction.body)).or_default().push(encode(&transaction).len());
    }
    let hospital = town.servers.network_file().genesis.hospitals[1].clone();
    let registered = Transaction::by_authority(
        patient.remote().network_id(),
        1,
        RegistryChange::Hospital(hospital),
        &SecretKey::generate(&mut test_rng(1)),
    );
    kinds.entry("registry: hospital").or_default().push(encode(&registered).len());
    let longest = longest_grant()?;
    kinds.entry("grant").or_default().push(longest);

    let mut table = Table::new("Bytes of a transaction", ["kind", "smallest", "largest"]);
    for (kind, sizes) in &kinds {
        let least = sizes.iter().min().copied().unwrap_or_default();
        let most = sizes.iter().max().copied().unwrap_or_default();
        table.row([(*kind).to_owned(), grouped(least as u64), grouped(most as u64)]);
    }
    table.remark(
        "From the ledger on which the sharing was measured, and the grant with the longest names and purpose. Notes \
         are padded to 256, 512, 1024 or 2048 bytes, so that a length says nothing; on the wire 4 bytes of length come \
         before each.",
    );
    table.print();
    let wire = kinds["grant"].iter().max().copied().unwrap_or_default() + 4;
    let measured = format!("{} bytes", grouped(wire as u64));
    aims.note("A grant on the wire", "at most 1 KB (1,024 bytes)", measured, wire <= GRANT_BYTES_MAX);
    Ok(())
}

fn name(body: &Body) -> &'static str {
    match body {
        Body::Anchor(_) => "anchor",
        Body::Grant(_) => "grant",
        Body::Revoke(_) => "revoke",
        Body::Receipt(_) => "receipt",
        Body::Erase { .. } => "erase",
        Body::Registry { change: RegistryChange::Hospital(_), .. } => "registry: hospital",
        Body::Registry { change: RegistryChange::RevokeCertificate(_), .. } => "registry: certificate revoked",
        Body::Registry { change: RegistryChange::Trace { .. }, .. } => "registry: pseudonym traced",
    }
}

fn pseudonym_of(transaction: &Transaction) -> Option<PublicKey> {
    match (&transaction.body, &transaction.author) {
        (Body::Grant(_), Author::Pseudonym { key, .. }) => Some(*key),
        _ => None,
    }
}

/// A grant of one record, the larger kind, with every text as long as it may be.
fn longest_grant() -> Outcome<usize> {
    let mut rng = test_rng(9);
    let (identity, authorisation, reader) =
        (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
    let secret = PassSecret::Record {
        kt: Secret32::generate(&mut rng),
        hospital: HospitalId([0, 0, 1]),
        reference: RecordRef([1; 16]),
        blind: Secret32::generate(&mut rng),
        title: Text::truncated(&"t".repeat(64)),
        category: carekey_protocol::Collection::General,
        document_time: UnixMillis(0),
    };
    let terms = PassTerms {
        target: secret.target(),
        grantee: reader.public(),
        scope: Scope::Read,
        not_before: UnixMillis(0),
        not_after: UnixMillis::MAX,
        rho: rho(&[7; 32]),
    };
    let draft = PassDraft {
        patient: ParticipantId::default(),
        patient_name: Text::truncated(&"m".repeat(64)),
        purpose: Text::truncated(&"p".repeat(64)),
        terms,
        secret,
    };
    let pass = Pass::new(NetworkId::default(), draft, &authorisation, &identity);
    let outgoing = Outgoing {
        recipient: reader.public(),
        participant: ParticipantId::default(),
        name: Text::truncated(&"d".repeat(64)),
        since: 0,
    };
    let body = Body::Grant(seal_grant(&Secret32::generate(&mut rng), 1, &outgoing, &pass)?);
    let transaction = Transaction::by_pseudonym(NetworkId::default(), body, &identity, 0, Signature([0; 64]));
    Ok(encode(&transaction).len())
}
