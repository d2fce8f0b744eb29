//! From the patient's choice to the body of a Grant transaction (S2 Alg. 5 steps 1–5).

use carekey_crypto::{NoteError, Secret32, SecretKey, WalletKeys};
use carekey_protocol::derive::{
    derive_collection_authorisation, derive_epoch_secret, derive_grant_authorisation, derive_grant_kt, derive_sigma,
    rho,
};
use carekey_protocol::grant::{Outgoing, seal_grant};
use carekey_protocol::pass::{PassDraft, PassSecret, PassTerms, Scope};
use carekey_protocol::transaction::GrantBody;
use carekey_protocol::{Collection, HospitalId, NetworkId, ParticipantId, Pass, RecordRef, Text, UnixMillis};

use crate::vault::grants::ReaderKeys;

/// What is granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Granted {
    /// One record, which lies at one hospital.
    Record {
        hospital: HospitalId,
        reference: RecordRef,
        blind: Secret32,
        title: String,
        category: Collection,
        document_time: UnixMillis,
    },
    /// A collection, from an epoch on.
    Collection { collection: Collection, epoch: u32 },
}

/// Grant `n` as the patient decided it.
#[derive(Debug, Clone)]
pub(crate) struct GrantOrder<'a> {
    pub(crate) n: u64,
    /// How many numbers before this one the first grant of the same decision has.
    pub(crate) since: u32,
    pub(crate) grantee: ParticipantId,
    pub(crate) grantee_name: &'a str,
    pub(crate) reader: ReaderKeys,
    pub(crate) granted: Granted,
    pub(crate) not_before: UnixMillis,
    pub(crate) not_after: UnixMillis,
    pub(crate) purpose: &'a str,
    pub(crate) patient: ParticipantId,
    pub(crate) patient_name: &'a str,
}

/// Builds and signs the pass and seals it to its reader.
pub(crate) fn compose(
    keys: &WalletKeys,
    network: NetworkId,
    order: &GrantOrder<'_>,
) -> Result<(Pass, GrantBody), NoteError> {
    let (secret, authorisation) = secret_and_authorisation(&keys.root, order);
    let terms = PassTerms {
        target: secret.target(),
        grantee: order.reader.identity,
        scope: Scope::Read,
        not_before: order.not_before,
        not_after: order.not_after,
        rho: rho(derive_sigma(&keys.root, order.n).expose()),
    };
    let draft = PassDraft {
        patient: order.patient,
        patient_name: Text::truncated(order.patient_name),
        purpose: Text::truncated(order.purpose),
        terms,
        secret,
    };
    let pass = Pass::new(network, draft, &authorisation, &keys.identity);
    let reader = Outgoing {
        recipient: order.reader.receiving,
        participant: order.grantee,
        name: Text::truncated(order.grantee_name),
        since: order.since,
    };
    let body = seal_grant(&keys.root, order.n, &reader, &pass)?;
    Ok((pass, body))
}

fn secret_and_authorisation(root: &Secret32, order: &GrantOrder<'_>) -> (PassSecret, SecretKey) {
    match &order.granted {
        Granted::Record { hospital, reference, blind, title, category, document_time } => {
            let secret = PassSecret::Record {
                kt: derive_grant_kt(root, order.n),
                hospital: *hospital,
                reference: *reference,
                blind: blind.clone(),
                title: Text::truncated(title),
                category: *category,
                document_time: *document_time,
            };
            (secret, derive_grant_authorisation(root, order.n))
        }
        Granted::Collection { collection, epoch } => {
            let secret = PassSecret::Collection {
                epoch_secret: derive_epoch_secret(root, *collection, *epoch),
                collection: *collection,
                epoch: *epoch,
            };
            (secret, derive_collection_authorisation(root, *collection, *epoch))
        }
    }
}
