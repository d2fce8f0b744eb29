//! Transactions that wait for a block. In memory only: whoever handed one in keeps it until it is final.

use std::collections::{HashMap, HashSet, VecDeque};

use carekey_crypto::PublicKey;
use carekey_protocol::transaction::Author;
use carekey_protocol::{Transaction, TxId, encode};

/// Transactions that wait at once: eight full blocks.
pub(crate) const MEMPOOL_TRANSACTIONS_MAX: usize = 16_384;

/// Their encoded bytes together: 32 MB.
pub(crate) const MEMPOOL_BYTES_MAX: usize = 32 << 20;

/// What became of a transaction that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Added {
    /// It waits now.
    New,
    /// It has been waiting already.
    Waiting,
    /// Another one by the same pseudonym waits.
    PseudonymTaken,
    /// No room.
    Full,
}

#[derive(Debug, Default)]
pub(crate) struct Mempool {
    queue: VecDeque<Transaction>,
    waiting: HashMap<TxId, usize>,
    pseudonyms: HashSet<PublicKey>,
    bytes: usize,
}

fn pseudonym(transaction: &Transaction) -> Option<PublicKey> {
    match transaction.author {
        Author::Pseudonym { key, .. } => Some(key),
        Author::Authority { .. } => None,
    }
}

impl Mempool {
    pub(crate) fn add(&mut self, transaction: Transaction) -> Added {
        let (id, bytes) = (transaction.id(), encode(&transaction).len());
        if self.waiting.contains_key(&id) {
            return Added::Waiting;
        }
        let pseudonym = pseudonym(&transaction);
        if pseudonym.is_some_and(|key| self.pseudonyms.contains(&key)) {
            return Added::PseudonymTaken;
        }
        if self.queue.len() >= MEMPOOL_TRANSACTIONS_MAX || self.bytes + bytes > MEMPOOL_BYTES_MAX {
            return Added::Full;
        }
        self.waiting.insert(id, bytes);
        self.pseudonyms.extend(pseudonym);
        self.bytes += bytes;
        self.queue.push_back(transaction);
        Added::New
    }

    /// The oldest `count_max`; they stay until [`remove`](Self::remove).
    pub(crate) fn oldest(&self, count_max: usize) -> Vec<Transaction> {
        self.queue.iter().take(count_max).cloned().collect()
    }

    pub(crate) fn remove(&mut self, done: &HashSet<TxId>) {
        self.queue.retain(|transaction| {
            let id = transaction.id();
            if !done.contains(&id) {
                return true;
            }
            self.bytes -= self.waiting.remove(&id).unwrap_or(0);
            if let Some(key) = pseudonym(transaction) {
                self.pseudonyms.remove(&key);
            }
            false
        });
    }

    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use carekey_crypto::{SecretKey, Signature, test_rng};
    use carekey_protocol::{Body, NetworkId};

    fn transaction(sigma: u8, key: u64) -> Transaction {
        let key = SecretKey::generate(&mut test_rng(key));
        Transaction::by_pseudonym(NetworkId::default(), Body::Revoke([sigma; 32]), &key, 0, Signature([0; 64]))
    }

    #[test]
    fn one_pseudonym_waits_once() {
        let mut pool = Mempool::default();
        assert_eq!(pool.add(transaction(1, 1)), Added::New);
        assert_eq!(pool.add(transaction(1, 1)), Added::Waiting);
        assert_eq!(pool.add(transaction(2, 1)), Added::PseudonymTaken);
        assert_eq!(pool.add(transaction(2, 2)), Added::New);
        assert_eq!(pool.oldest(10).len(), 2);
        pool.remove(&HashSet::from([transaction(1, 1).id()]));
        assert_eq!(pool.oldest(10), vec![transaction(2, 2)]);
        assert_eq!(pool.add(transaction(3, 1)), Added::New, "the ledger knows about used pseudonyms from here on");
    }

    #[test]
    fn a_full_pool_takes_no_more_and_empties_completely() {
        let mut pool = Mempool { bytes: MEMPOOL_BYTES_MAX - 10, ..Mempool::default() };
        assert_eq!(pool.add(transaction(1, 1)), Added::Full);
        pool.bytes = 0;
        assert_eq!(pool.add(transaction(1, 1)), Added::New);
        pool.remove(&HashSet::from([transaction(1, 1).id()]));
        assert!(pool.is_empty() && pool.bytes == 0 && pool.pseudonyms.is_empty() && pool.waiting.is_empty());
    }
}
