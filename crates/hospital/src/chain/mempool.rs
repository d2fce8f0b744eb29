//! Transactions that wait for a block. In memory only: whoever handed one in keeps it until it is final.
//!
//! Every source (a wallet's connection, another hospital) has its own queue. Blocks take from all queues in turn, and
//! when there is no more room the longest queue gives way: whoever floods the pool crowds out only themselves.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use carekey_crypto::PublicKey;
use carekey_ledger::Block;
use carekey_network::PeerId;
use carekey_protocol::transaction::Author;
use carekey_protocol::{Transaction, TxId};

/// Their encoded bytes together: 32 MB, eight full blocks.
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
    queues: BTreeMap<PeerId, Queue>,
    /// Whose queue each is in.
    waiting: HashMap<TxId, PeerId>,
    /// Which transaction uses each.
    pseudonyms: HashMap<PublicKey, TxId>,
    bytes: usize,
    /// From whose queue the last block took last.
    served: Option<PeerId>,
}

#[derive(Debug, Default)]
struct Queue {
    transactions: VecDeque<Waiting>,
    bytes: usize,
}

#[derive(Debug)]
struct Waiting {
    transaction: Transaction,
    id: TxId,
    bytes: usize,
}

/// What blocks use up.
#[derive(Debug, Default)]
pub(crate) struct Used {
    ids: HashSet<TxId>,
    pseudonyms: Vec<PublicKey>,
}

impl Used {
    pub(crate) fn by<'a>(blocks: impl IntoIterator<Item = &'a Block>) -> Self {
        let mut used = Self::default();
        for entry in blocks.into_iter().flat_map(|block| &block.transactions) {
            used.ids.insert(entry.txid());
            used.pseudonyms.extend(entry.transaction().and_then(pseudonym));
        }
        used
    }
}

fn pseudonym(transaction: &Transaction) -> Option<PublicKey> {
    match transaction.author {
        Author::Pseudonym { key, .. } => Some(key),
        Author::Authority { .. } => None,
    }
}

impl Mempool {
    /// Takes a transaction whose signatures were checked.
    pub(crate) fn add(&mut self, source: PeerId, transaction: Transaction) -> Added {
        let (encoded, id) = transaction.encode_with_id();
        let bytes = encoded.len();
        if self.waiting.contains_key(&id) {
            return Added::Waiting;
        }
        let pseudonym = pseudonym(&transaction);
        if pseudonym.is_some_and(|key| self.pseudonyms.contains_key(&key)) {
            return Added::PseudonymTaken;
        }
        let held = self.queues.get(&source).map_or(0, |queue| queue.bytes);
        while self.bytes + bytes > MEMPOOL_BYTES_MAX {
            if !self.longest_gives_way(held + bytes) {
                return Added::Full;
            }
        }
        self.waiting.insert(id, source);
        self.pseudonyms.extend(pseudonym.map(|key| (key, id)));
        self.bytes += bytes;
        let queue = self.queues.entry(source).or_default();
        queue.bytes += bytes;
        queue.transactions.push_back(Waiting { transaction, id, bytes });
        Added::New
    }

    /// Drops the newest of the longest queue, if that is longer than `bytes`.
    fn longest_gives_way(&mut self, bytes: usize) -> bool {
        let longest = self.queues.values_mut().max_by_key(|queue| queue.bytes).filter(|queue| queue.bytes > bytes);
        let Some(dropped) = longest.and_then(|queue| queue.transactions.back().map(|last| last.id)) else {
            return false;
        };
        self.remove(&HashSet::from([dropped]));
        true
    }

    /// Up to `count_max`, from all queues in turn, the oldest of each first. They stay until [`remove`](Self::remove).
    pub(crate) fn candidates(&mut self, count_max: usize) -> Vec<Transaction> {
        let mut order: Vec<_> = self.queues.iter().collect();
        let first = order.partition_point(|(source, _)| self.served.is_some_and(|served| **source <= served));
        order.rotate_left(first);
        let mut taken = Vec::new();
        let mut served = self.served;
        for depth in 0.. {
            let before = taken.len();
            for (source, queue) in &order {
                if taken.len() == count_max {
                    break;
                }
                if let Some(waiting) = queue.transactions.get(depth) {
                    taken.push(waiting.transaction.clone());
                    served = Some(**source);
                }
            }
            if taken.len() == before || taken.len() == count_max {
                break;
            }
        }
        self.served = served;
        taken
    }

    /// Forgets what a block made final, and others by the same pseudonyms, which no block can take any more.
    pub(crate) fn settle(&mut self, used: &Used) {
        let spent = used.pseudonyms.iter().filter_map(|key| self.pseudonyms.get(key));
        let done = used.ids.iter().chain(spent).copied().collect();
        self.remove(&done);
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Forgets transactions that are final, or never will be.
    pub(crate) fn remove(&mut self, done: &HashSet<TxId>) {
        let sources: HashSet<_> = done.iter().filter_map(|id| self.waiting.remove(id)).collect();
        for source in sources {
            let Some(queue) = self.queues.get_mut(&source) else { continue };
            queue.transactions.retain(|waiting| {
                let stays = !done.contains(&waiting.id);
                if !stays {
                    queue.bytes -= waiting.bytes;
                    self.bytes -= waiting.bytes;
                    if let Some(key) = pseudonym(&waiting.transaction) {
                        self.pseudonyms.remove(&key);
                    }
                }
                stays
            });
            if queue.transactions.is_empty() {
                self.queues.remove(&source);
            }
        }
    }

    /// Whether it waits here, which means that its signatures were checked.
    pub(crate) fn knows(&self, id: &TxId) -> bool {
        self.waiting.contains_key(id)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use carekey_crypto::{SecretKey, Signature, test_rng};
    use carekey_network::{NodeKey, PeerId};
    use carekey_protocol::{Body, NetworkId, encode};

    fn transaction(sigma: u8, key: u64) -> Transaction {
        let key = SecretKey::generate(&mut test_rng(key));
        Transaction::by_pseudonym(NetworkId::default(), Body::Revoke([sigma; 32]), &key, 0, Signature([0; 64]))
    }

    fn source(seed: u64) -> PeerId {
        NodeKey::generate(&mut test_rng(seed)).peer_id()
    }

    #[test]
    fn one_pseudonym_waits_once() {
        let mut pool = Mempool::default();
        assert_eq!(pool.add(source(1), transaction(1, 1)), Added::New);
        assert_eq!(pool.add(source(2), transaction(1, 1)), Added::Waiting);
        assert_eq!(pool.add(source(2), transaction(2, 1)), Added::PseudonymTaken);
        assert_eq!(pool.add(source(1), transaction(2, 2)), Added::New);
        assert_eq!(pool.candidates(10).len(), 2);
        pool.remove(&HashSet::from([transaction(1, 1).id()]));
        assert_eq!(pool.candidates(10), vec![transaction(2, 2)]);
        assert_eq!(pool.add(source(1), transaction(3, 1)), Added::New, "the ledger knows used pseudonyms from here on");
    }

    #[test]
    fn what_a_block_leaves_without_a_pseudonym_waits_no_longer() {
        let mut pool = Mempool::default();
        pool.add(source(1), transaction(1, 1));
        pool.add(source(1), transaction(2, 2));
        // Another hospital had taken another one by the first pseudonym, and its block came first.
        let used = Used {
            ids: HashSet::from([transaction(9, 1).id()]),
            pseudonyms: pseudonym(&transaction(9, 1)).into_iter().collect(),
        };
        pool.settle(&used);
        assert_eq!(pool.candidates(10), vec![transaction(2, 2)]);
        pool.clear();
        assert!(pool.is_empty() && pool.candidates(10).is_empty() && pool.bytes == 0);
    }

    #[test]
    fn a_flood_from_one_source_delays_nobody_else() {
        let mut pool = Mempool::default();
        for key in 0..50 {
            pool.add(source(1), transaction(0, key));
        }
        pool.add(source(2), transaction(1, 100));
        pool.add(source(3), transaction(1, 101));
        let first: Vec<_> = pool.candidates(4);
        assert!(first.contains(&transaction(1, 100)) && first.contains(&transaction(1, 101)));
    }

    #[test]
    fn in_a_full_pool_the_longest_queue_gives_way_and_everything_is_counted() {
        let mut pool = Mempool::default();
        for key in 0..10 {
            pool.add(source(1), transaction(0, key));
        }
        let one = encode(&transaction(0, 0)).len();
        // As if large ones were waiting at the first source.
        let padding = MEMPOOL_BYTES_MAX - pool.bytes;
        pool.bytes += padding;
        pool.queues.get_mut(&source(1)).unwrap().bytes += padding;
        assert_eq!(pool.add(source(1), transaction(1, 90)), Added::Full, "its own queue is the longest");
        assert_eq!(pool.add(source(2), transaction(1, 91)), Added::New);
        assert!(!pool.knows(&transaction(0, 9).id()), "the newest of the longest queue went");
        assert_eq!(pool.len(), 10);
        let all: HashSet<_> = pool.candidates(100).iter().map(Transaction::id).collect();
        pool.remove(&all);
        assert!(pool.is_empty() && pool.pseudonyms.is_empty() && pool.queues.is_empty());
        assert_eq!(pool.bytes, padding);
        assert!(one > 0);
    }
}
