//! Merkle mountain range over block headers: grows by one digest, proves any earlier one with log2(n) hashes.
//!
//! Its root and proofs are those of the [`merkle`](super::merkle) tree over the same digests; what this adds is that
//! nothing needs to be recomputed. The complete subtrees ("mountains") are kept by whoever has a store, addressed by
//! (level, index); here is only the arithmetic. To roll back to n leaves, call [`Mmr::restore`] with n: nodes above are
//! never asked for, and [`Mmr::append`] writes them again.

use super::digest::Digest;
use super::merkle::{InclusionProof, MerkleBuilder, MerkleNode, merkle_leaf};

/// The growing edge of a mountain range: its peaks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mmr(MerkleBuilder);

impl Mmr {
    /// A range without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// The range as it was after `count` leaves, its peaks read through `node(level, index)`.
    ///
    /// # Errors
    /// Those of `node`.
    pub fn restore<E>(count: u64, node: impl FnMut(u32, u64) -> Result<Digest, E>) -> Result<Self, E> {
        MerkleBuilder::from_nodes(count, node).map(Self)
    }

    /// Appends a digest; returns the nodes that are now complete, for the store. One or more, on average two.
    pub fn append(&mut self, digest: &Digest) -> Vec<MerkleNode> {
        let mut completed = Vec::new();
        self.0.push_with(mmr_leaf(digest), |node| completed.push(node));
        completed
    }

    /// Number of digests appended.
    pub fn count(&self) -> u64 {
        self.0.count()
    }

    /// The root over all of them.
    pub fn root(&self) -> Digest {
        self.0.root()
    }

    /// Proof that digest number `index` is under the root that this range had after `count` digests.
    ///
    /// # Errors
    /// Those of `node`.
    pub fn prove<E>(
        count: u64,
        index: u64,
        node: impl FnMut(u32, u64) -> Result<Digest, E>,
    ) -> Result<InclusionProof, E> {
        InclusionProof::build(count, index, node)
    }
}

/// The leaf that stands for `digest`: what [`InclusionProof::verify`] wants.
pub fn mmr_leaf(digest: &Digest) -> Digest {
    merkle_leaf(&[&digest.0])
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::safe::digest::tagged_hash;

    #[derive(Default)]
    struct Store(HashMap<(u32, u64), Digest>);

    impl Store {
        fn keep(&mut self, nodes: Vec<MerkleNode>) {
            self.0.extend(nodes.into_iter().map(|node| ((node.level, node.index), node.digest)));
        }

        fn node(&self, level: u32, index: u64) -> Result<Digest, String> {
            self.0.get(&(level, index)).copied().ok_or_else(|| format!("no node {level}/{index}"))
        }
    }

    fn header(height: u64) -> Digest {
        tagged_hash("header", &[&height.to_le_bytes()])
    }

    #[test]
    fn one_trusted_root_proves_every_earlier_header() {
        let (mut range, mut store, mut roots) = (Mmr::new(), Store::default(), vec![Mmr::new().root()]);
        for height in 0..40 {
            store.keep(range.append(&header(height)));
            roots.push(range.root());
        }
        for count in 1..=40u64 {
            for height in 0..count {
                let proof = Mmr::prove(count, height, |level, index| store.node(level, index)).unwrap();
                assert_eq!(proof.verify(&roots[count as usize], &mmr_leaf(&header(height))), Ok(()));
                assert!(proof.verify(&roots[count as usize], &mmr_leaf(&header(height + 1))).is_err());
                assert!(proof.path.len() <= 6);
            }
        }
    }

    #[test]
    fn a_range_restored_from_its_store_goes_on_as_before_and_rolls_back() {
        let (mut range, mut store) = (Mmr::new(), Store::default());
        for height in 0..23 {
            store.keep(range.append(&header(height)));
        }
        let restored = Mmr::restore(23, |level, index| store.node(level, index)).unwrap();
        assert_eq!(restored, range);
        let mut forked = Mmr::restore(9, |level, index| store.node(level, index)).unwrap();
        for height in 9..23 {
            store.keep(forked.append(&header(height)));
        }
        assert_eq!(forked.root(), range.root(), "the same headers lead to the same root");
    }

    #[test]
    fn a_gap_in_the_store_is_an_error_of_the_store() {
        let store = Store::default();
        assert_eq!(Mmr::prove(8, 3, |level, index| store.node(level, index)), Err("no node 2/1".to_owned()));
    }
}
