//! Chains for tests: a founded network, an endless supply of pseudonyms, and blocks on demand. Reproducible from a seed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod long;

use std::path::Path;

use carekey_crypto::{Digest, NoteKind, PublicKey, SecretKey, Signature, seal_note, tagged_hash, test_rng};
use carekey_protocol::derive::erasure_commitment;
use carekey_protocol::genesis::Seal;
use carekey_protocol::grant::OUTGOING_BYTES;
use carekey_protocol::pseudonym::{certify_pseudonym, epoch_at};
use carekey_protocol::transaction::{AnchorBody, GrantBody, KIND_ANCHOR, KIND_GRANT, KIND_RECEIPT, RegistryChange};
use carekey_protocol::{
    AuthorityId, BlockHeight, Body, Genesis, HospitalId, HospitalRegistration, NetworkId, RecordRef, Text, Transaction,
    TxId, UnixMillis,
};
use rayon::prelude::*;

use crate::block::Block;
use crate::header::Header;
use crate::rules::propose::{Proposal, propose_block};
use crate::rules::verify::{VerifiedBlock, verify_block};
use crate::store::{Store, apply_block};
use crate::vote::{QuorumCertificate, Vote, seal_alone, sign_vote};

pub use long::announcements;

/// When every test network was founded: 2026-01-01.
pub const FOUNDED: UnixMillis = UnixMillis(1_767_225_600_000);

/// What a note says: padded to the second bucket, like most real ones.
const NOTE_BYTES: usize = 300;

/// The validator of a network with one: hospital North.
pub const NORTH: HospitalId = HospitalId([0, 0, 1]);
/// A hospital that follows without voting.
pub const SOUTH: HospitalId = HospitalId([0, 0, 2]);

/// A network's keys, and a supply of certified pseudonyms.
#[derive(Debug, Clone)]
pub struct TestNetwork {
    /// The network file.
    pub genesis: Genesis,
    /// SK_M.
    pub authority: SecretKey,
    /// Number of the last registry change made.
    pub registry_sequence: u64,
    seed: u64,
    pseudonyms_used: u64,
}

impl TestNetwork {
    /// North seals alone, South follows.
    pub fn new(seed: u64) -> Self {
        Self::with_powers(seed, &[1, 0])
    }

    /// One hospital for each power: 000001, 000002, and so on.
    pub fn with_powers(seed: u64, powers: &[u64]) -> Self {
        let authority = test_key(seed, "authority", 0);
        let hospitals = (1..).zip(powers).map(|(number, power)| registration(seed, number, *power)).collect();
        let genesis = Genesis {
            suite: carekey_protocol::genesis::SUITE,
            name: Text::truncated("Test"),
            authority: AuthorityId([0, 1]),
            authority_key: authority.public(),
            authority_peer_key: authority.public(),
            seal: Seal::Quorum,
            hospitals,
            founded: FOUNDED,
        };
        Self { genesis, authority, registry_sequence: 0, seed, pseudonyms_used: 0 }
    }

    /// The network id.
    pub fn id(&self) -> NetworkId {
        self.genesis.network_id()
    }

    /// A hospital's ledger key.
    pub fn ledger_key(&self, hospital: HospitalId) -> SecretKey {
        test_key(self.seed, "ledger", hospital.0[2])
    }

    /// A registration of hospital `number` that the authority may publish.
    pub fn registration(&self, number: u8, voting_power: u64) -> HospitalRegistration {
        registration(self.seed, number, voting_power)
    }

    /// A fresh pseudonym for a block of that time: key, epoch and the authority's signature.
    pub fn pseudonym(&mut self, time: UnixMillis) -> (SecretKey, u32, Signature) {
        self.pseudonyms_used += 1;
        let number = self.pseudonyms_used;
        let secret = tagged_hash("test-pseudonym", &[&self.seed.to_le_bytes(), &number.to_le_bytes()]);
        let key = SecretKey::from_secret(&carekey_crypto::Secret32::from_bytes(secret.0));
        let epoch = epoch_at(time);
        let certificate = certify_pseudonym(&self.authority, self.id(), &key.public(), epoch);
        (key, epoch, certificate)
    }

    /// Signs a body with a fresh pseudonym.
    pub fn sign(&mut self, body: Body, time: UnixMillis) -> Transaction {
        let (key, epoch, certificate) = self.pseudonym(time);
        Transaction::by_pseudonym(self.id(), body, &key, epoch, certificate)
    }

    /// An anchor whose note is for `reader`; its erasure opens with `preimage`.
    pub fn anchor(&mut self, reader: &PublicKey, preimage: &[u8; 32], time: UnixMillis) -> Transaction {
        let body = Body::Anchor(AnchorBody {
            reference: RecordRef([self.pseudonyms_used as u8; 16]),
            anchor_hash: Digest([3; 32]),
            erasure: erasure_commitment(preimage),
            note: self.note(reader, KIND_ANCHOR),
        });
        self.sign(body, time)
    }

    /// A grant whose note is for `reader`.
    pub fn grant(&mut self, reader: &PublicKey, time: UnixMillis) -> Transaction {
        let body = Body::Grant(GrantBody { note: self.note(reader, KIND_GRANT), outgoing: [0; OUTGOING_BYTES] });
        self.sign(body, time)
    }

    /// Many grants for `reader`, made on all cores.
    pub fn grants(&mut self, count: u64, reader: &PublicKey, time: UnixMillis) -> Vec<Transaction> {
        let supply = |number| Self { pseudonyms_used: self.pseudonyms_used + number, ..self.clone() };
        let grants = (0..count).into_par_iter().map(|number| supply(number).grant(reader, time)).collect();
        self.pseudonyms_used += count;
        grants
    }

    /// A receipt whose note is for `reader`.
    pub fn receipt(&mut self, reader: &PublicKey, time: UnixMillis) -> Transaction {
        let body = Body::Receipt(self.note(reader, KIND_RECEIPT));
        self.sign(body, time)
    }

    /// A revocation.
    pub fn revoke(&mut self, sigma: [u8; 32], time: UnixMillis) -> Transaction {
        self.sign(Body::Revoke(sigma), time)
    }

    /// An erasure.
    pub fn erase(&mut self, anchor: TxId, preimage: [u8; 32], time: UnixMillis) -> Transaction {
        self.sign(Body::Erase { anchor, preimage }, time)
    }

    /// The authority's next registry change.
    pub fn registry(&mut self, change: RegistryChange) -> Transaction {
        self.registry_sequence += 1;
        Transaction::by_authority(self.id(), self.registry_sequence, change, &self.authority)
    }

    /// The certificate of a block by these hospitals.
    pub fn certify(&self, block: &Block, signers: &[HospitalId]) -> QuorumCertificate {
        self.certify_header(&block.header, signers)
    }

    fn certify_header(&self, header: &Header, signers: &[HospitalId]) -> QuorumCertificate {
        let vote = Vote::precommit(header, 0);
        let votes = signers.iter().map(|id| (*id, sign_vote(&self.ledger_key(*id), &vote))).collect();
        QuorumCertificate::from_votes(header, 0, votes)
    }

    fn note(&mut self, reader: &PublicKey, kind: NoteKind) -> carekey_crypto::Note {
        let nonce = self.pseudonyms_used ^ (self.seed << 32);
        seal_note(&SecretKey::generate(&mut test_rng(nonce)), reader, kind, &[0; NOTE_BYTES]).unwrap()
    }
}

/// A network with its chain in a file, sealed by North alone.
#[derive(Debug)]
pub struct TestChain {
    /// The network.
    pub network: TestNetwork,
    /// The chain.
    pub store: Store,
    /// The clock; each block moves it a second forward.
    pub now: UnixMillis,
}

impl TestChain {
    /// Founds a network and begins its chain in a file `ledger.sqlite` of that folder.
    pub fn new(folder: &Path, seed: u64) -> Self {
        Self::of(TestNetwork::new(seed), folder)
    }

    /// Begins, or opens, the chain of a network.
    pub fn of(network: TestNetwork, folder: &Path) -> Self {
        let store = Store::open(&folder.join("ledger.sqlite"), &network.genesis).unwrap();
        let now = store.reader().head().unwrap().header.time;
        Self { network, store, now: now.plus(1000) }
    }

    /// A block of these transactions, not yet sealed. Stops if one is refused.
    pub fn propose(&self, transactions: Vec<Transaction>) -> Block {
        let Proposal { block, dropped } =
            propose_block(self.store.reader(), &self.network.genesis, transactions, self.now, NORTH).unwrap();
        assert_eq!(dropped, [], "every transaction finds its place");
        block
    }

    /// Checks a block without applying it.
    pub fn verify(&self, block: Block) -> VerifiedBlock {
        verify_block(self.store.reader(), &self.network.genesis, block, self.now).unwrap()
    }

    /// Proposes, seals, verifies and applies a block; returns its height.
    pub fn mine(&mut self, transactions: Vec<Transaction>) -> BlockHeight {
        let block = self.propose(transactions);
        let certificate = seal_alone(&self.network.ledger_key(NORTH), NORTH, &block.header);
        self.append(block, certificate)
    }

    /// Verifies and applies a sealed block; returns its height.
    pub fn append(&mut self, block: Block, certificate: QuorumCertificate) -> BlockHeight {
        let height = block.header.height;
        let verified = self.verify(block);
        apply_block(&mut self.store, verified, certificate).unwrap();
        self.now = self.now.plus(1000);
        height
    }

    /// Mines a block with one anchor; returns its id. It erases with `preimage`.
    pub fn mine_anchor(&mut self, preimage: &[u8; 32]) -> TxId {
        let reader = test_key(0, "reader", 0).public();
        let anchor = self.network.anchor(&reader, preimage, self.now);
        let txid = anchor.id();
        self.mine(vec![anchor]);
        txid
    }
}

/// A reproducible key.
pub fn test_key(seed: u64, role: &str, number: u8) -> SecretKey {
    let secret = tagged_hash("test-key", &[&seed.to_le_bytes(), &[number], role.as_bytes()]);
    SecretKey::from_secret(&carekey_crypto::Secret32::from_bytes(secret.0))
}

fn registration(seed: u64, number: u8, voting_power: u64) -> HospitalRegistration {
    let name = match number {
        1 => "Hospital North",
        2 => "Hospital South",
        _ => "Hospital",
    };
    HospitalRegistration {
        id: HospitalId([0, 0, number]),
        name: Text::truncated(name),
        ledger_key: test_key(seed, "ledger", number).public(),
        peer_key: test_key(seed, "peer", number).public(),
        voting_power,
    }
}
