//! Long chains in a short time: headers and certificates are real, but nothing is checked while they are written.

use carekey_crypto::{Announcement, SUITE_SECP256K1_AES256, SecretKey, seal_note, tagged_hash, test_rng};
use carekey_protocol::transaction::KIND_GRANT;
use carekey_protocol::{HospitalId, TxId};
use rayon::prelude::*;

use super::{NORTH, TestChain, test_key};
use crate::block::{Block, BlockEntry, CompactEntry, transaction_root};
use crate::header::Header;
use crate::limits::TRANSACTIONS_PER_BLOCK_MAX;
use crate::rules::effects::Effects;
use crate::rules::state::StateView as _;
use crate::rules::verify::VerifiedBlock;

/// Blocks written with one sync.
const AT_ONCE: u64 = 10_000;

impl TestChain {
    /// Appends valid empty blocks, each sealed by `signers`.
    pub fn extend_empty(&mut self, count: u64, signers: &[HospitalId]) {
        let mut left = count;
        while left > 0 {
            let some = left.min(AT_ONCE);
            self.extend((0..some).map(|_| Vec::new()).collect(), signers);
            left -= some;
        }
    }

    /// Appends blocks that announce these notes and lack their bodies: enough for a wallet, which scans, and for
    /// nobody else. Sealed by `signers`.
    pub fn extend_announced(&mut self, notes: &[Announcement], per_block: usize, signers: &[HospitalId]) {
        let reader = test_key(0, "reader", 0).public();
        let grant = self.network.grant(&reader, self.now);
        let entry = |(number, note): (usize, &Announcement)| {
            let mut announcement = grant.announcement();
            announcement.note = Some(*note);
            let txid = tagged_hash("test-txid", &[&number.to_le_bytes()]);
            (BlockEntry::Full(grant.clone()), CompactEntry { announcement, txid: TxId(txid) })
        };
        for (chunk, notes) in notes.chunks(per_block * 100).enumerate() {
            let numbered: Vec<_> = (chunk * per_block * 100..).zip(notes).collect();
            let blocks = numbered.chunks(per_block.min(TRANSACTIONS_PER_BLOCK_MAX));
            self.extend(blocks.map(|block| block.iter().copied().map(entry).collect()).collect(), signers);
        }
    }

    fn extend(&mut self, blocks: Vec<Vec<(BlockEntry, CompactEntry)>>, signers: &[HospitalId]) {
        let reader = self.store.reader();
        let (mut parent, mut history) = (reader.head_header().unwrap(), reader.history().unwrap());
        let validators = reader.next_validators().unwrap();
        let mut verified = Vec::new();
        for entries in blocks {
            let (transactions, compact): (Vec<_>, Vec<_>) = entries.into_iter().unzip();
            let header = Header {
                height: parent.height.next(),
                previous: parent.hash(),
                transaction_root: transaction_root(&compact),
                history_root: history.root(),
                validators_hash: parent.next_validators_hash,
                next_validators_hash: parent.next_validators_hash,
                time: self.now,
                proposer: NORTH,
                ..parent
            };
            let hash = header.hash();
            let (before, bodies) = (history.clone(), compact.iter().map(|_| Some(Vec::new())).collect());
            history.append(&hash);
            self.now = self.now.plus(1000);
            parent = header.clone();
            verified.push(VerifiedBlock {
                block: Block { header, transactions },
                compact,
                bodies,
                hash,
                validators: validators.clone(),
                history: before,
                sealed: None,
                effects: Effects::default(),
            });
        }
        let network = &self.network;
        let certify = |one: &VerifiedBlock| network.certify_header(&one.block.header, signers);
        let certificates: Vec<_> = verified.par_iter().map(certify).collect();
        self.store.append_unchecked(verified.into_iter().zip(certificates)).unwrap();
    }
}

/// Notes for strangers, of which every `own_every`-th is for `reader`: what a wallet scans.
pub fn announcements(count: usize, own_every: usize, reader: &SecretKey) -> Vec<Announcement> {
    let reader = reader.public();
    let announce = |number: usize| {
        let key = SecretKey::generate(&mut test_rng(number as u64 + 1));
        if number.is_multiple_of(own_every) {
            let note = seal_note(&key, &reader, KIND_GRANT, b"own");
            return note.unwrap().announcement;
        }
        let point = *key.public().as_bytes();
        Announcement { suite: SUITE_SECP256K1_AES256, view_tag: point[32], r: point, st: point }
    };
    (0..count).into_par_iter().map(announce).collect()
}
