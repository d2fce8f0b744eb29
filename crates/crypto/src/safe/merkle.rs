//! Merkle trees in the shape of RFC 6962 / RFC 9162: roots, inclusion proofs, and a builder that keeps log2(n) digests.
//!
//! ```text
//! leaf(d)    = H("merkle", 0x00 ‖ d)
//! node(l, r) = H("merkle", 0x01 ‖ l ‖ r)
//! root       = H("merkle", 0x02 ‖ count u64 little-endian ‖ top),  top = the RFC's MTH, or 32 zeros without leaves
//! ```
//! Departure from the RFC: the root also binds the number of leaves, so that a proof's position is certain even to a
//! reader who did not know how many leaves there are.

use std::sync::LazyLock;

use borsh::io::{Error as IoError, ErrorKind, Read};
use borsh::{BorshDeserialize, BorshSerialize};

use super::digest::{Digest, DigestWriter};
use super::labels;

/// Longest path a proof may have: a tree of 2^64 leaves.
pub const MAX_PATH: usize = 64;

static TAGGED: LazyLock<DigestWriter> = LazyLock::new(|| DigestWriter::new(labels::MERKLE));

/// The proof does not lead from this leaf to this root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("inclusion proof does not lead to this root")]
pub struct ProofInvalid;

/// leaf(d), d being the concatenation of `parts`.
pub fn merkle_leaf(parts: &[&[u8]]) -> Digest {
    let mut writer = TAGGED.clone();
    writer.update(&[0]);
    for part in parts {
        writer.update(part);
    }
    writer.finish()
}

/// node(l, r).
pub fn merkle_node(left: &Digest, right: &Digest) -> Digest {
    let mut writer = TAGGED.clone();
    writer.update(&[1]);
    writer.update(&left.0);
    writer.update(&right.0);
    writer.finish()
}

/// The root of the tree over `leaves`, each of which came from [`merkle_leaf`].
pub fn merkle_root(leaves: &[Digest]) -> Digest {
    let mut builder = MerkleBuilder::default();
    for leaf in leaves {
        builder.push(*leaf);
    }
    builder.root()
}

/// Proof that the leaf at `index` belongs to the tree over `leaves`; `None` if there is no such leaf.
pub fn merkle_proof(leaves: &[Digest], index: u64) -> Option<InclusionProof> {
    let complete = |level: u32, position: u64| -> Result<Digest, core::convert::Infallible> {
        let start = (position << level) as usize;
        Ok(complete_top(&leaves[start..start + (1 << level)]))
    };
    let count = leaves.len() as u64;
    (index < count).then(|| match InclusionProof::build(count, index, complete) {
        Ok(proof) => proof,
        Err(never) => match never {},
    })
}

/// Top of a complete subtree: `leaves` has a power of two entries.
fn complete_top(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::ZERO,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len() / 2);
            merkle_node(&complete_top(left), &complete_top(right))
        }
    }
}

/// A complete subtree's top: `level` 0 is a leaf, `index` counts the subtrees of that level from the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MerkleNode {
    /// log2 of the number of leaves below.
    pub level: u32,
    /// Position among the nodes of this level.
    pub index: u64,
    /// leaf(…) or node(…).
    pub digest: Digest,
}

/// A tree that grows at its right edge and remembers only the tops of its complete subtrees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MerkleBuilder {
    count: u64,
    /// Tops of the complete subtrees, largest first: one for each set bit of `count`.
    peaks: Vec<Digest>,
}

impl MerkleBuilder {
    /// Appends a leaf.
    pub fn push(&mut self, leaf: Digest) {
        self.push_with(leaf, |_| ());
    }

    /// Appends a leaf and reports every subtree that it completes, the leaf itself first.
    pub fn push_with(&mut self, leaf: Digest, mut completed: impl FnMut(MerkleNode)) {
        let mut node = MerkleNode { level: 0, index: self.count, digest: leaf };
        completed(node);
        while node.index & 1 == 1 {
            // A set bit of `count` stands for a peak, so there is one to take.
            let Some(left) = self.peaks.pop() else { break };
            node =
                MerkleNode { level: node.level + 1, index: node.index >> 1, digest: merkle_node(&left, &node.digest) };
            completed(node);
        }
        self.peaks.push(node.digest);
        self.count += 1;
    }

    /// Number of leaves.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Tops of the complete subtrees, largest first: one for each set bit of [`count`](Self::count).
    pub fn peaks(&self) -> &[Digest] {
        &self.peaks
    }

    /// The tree of `count` leaves with these [`peaks`](Self::peaks); none if their number does not fit.
    pub fn from_peaks(count: u64, peaks: Vec<Digest>) -> Option<Self> {
        (peaks.len() == count.count_ones() as usize).then_some(Self { count, peaks })
    }

    /// The root over the leaves pushed so far.
    pub fn root(&self) -> Digest {
        let top = self.peaks.iter().rev().copied().reduce(|right, left| merkle_node(&left, &right));
        bind_count(self.count, &top.unwrap_or(Digest::ZERO))
    }

    /// The tree of `count` leaves whose complete subtrees `node(level, index)` returns.
    ///
    /// # Errors
    /// Those of `node`.
    pub fn from_nodes<E>(count: u64, mut node: impl FnMut(u32, u64) -> Result<Digest, E>) -> Result<Self, E> {
        let levels = (0..u64::BITS).rev().filter(|level| count >> level & 1 == 1);
        let peaks = levels.map(|level| node(level, (count >> level) - 1)).collect::<Result<_, E>>()?;
        Ok(Self { count, peaks })
    }
}

fn bind_count(count: u64, top: &Digest) -> Digest {
    let mut writer = TAGGED.clone();
    writer.update(&[2]);
    writer.update(&count.to_le_bytes());
    writer.update(&top.0);
    writer.finish()
}

/// Shows that a leaf stands at `index` of a tree of `count` leaves. Decoding refuses paths above [`MAX_PATH`].
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize)]
pub struct InclusionProof {
    /// Position of the leaf, from 0.
    pub index: u64,
    /// Number of leaves of the tree; authenticated by the root.
    pub count: u64,
    /// Sibling digests, from the leaf upwards.
    pub path: Vec<Digest>,
}

impl InclusionProof {
    /// Builds the proof from the tops of complete subtrees, which `node(level, index)` returns. `index` must be below
    /// `count`; otherwise the proof will simply not verify.
    ///
    /// # Errors
    /// Those of `node`.
    pub fn build<E>(count: u64, index: u64, mut node: impl FnMut(u32, u64) -> Result<Digest, E>) -> Result<Self, E> {
        let mut path = Vec::new();
        let (mut start, mut end) = (0, count);
        while index < count && end - start > 1 {
            let middle = start + split(end - start);
            if index < middle {
                path.push(range_top(middle, end, &mut node)?);
                end = middle;
            } else {
                path.push(range_top(start, middle, &mut node)?);
                start = middle;
            }
        }
        path.reverse();
        Ok(Self { index, count, path })
    }

    /// Checks that `leaf` (from [`merkle_leaf`]) stands at `index` under `root` (RFC 9162 §2.1.3.2).
    ///
    /// # Errors
    /// [`ProofInvalid`].
    pub fn verify(&self, root: &Digest, leaf: &Digest) -> Result<(), ProofInvalid> {
        if self.index >= self.count {
            return Err(ProofInvalid);
        }
        let (mut node, mut last, mut digest) = (self.index, self.count - 1, *leaf);
        for sibling in &self.path {
            if last == 0 {
                return Err(ProofInvalid);
            }
            if node & 1 == 1 || node == last {
                digest = merkle_node(sibling, &digest);
                while node & 1 == 0 && node != 0 {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                digest = merkle_node(&digest, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        if last == 0 && bind_count(self.count, &digest) == *root { Ok(()) } else { Err(ProofInvalid) }
    }
}

/// Largest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// Top over the leaves `start..end`, a range that the RFC's recursion visits: its complete subtrees are aligned.
fn range_top<E>(start: u64, end: u64, node: &mut impl FnMut(u32, u64) -> Result<Digest, E>) -> Result<Digest, E> {
    let size = end - start;
    if size.is_power_of_two() {
        return node(size.ilog2(), start >> size.ilog2());
    }
    let middle = start + split(size);
    let left = range_top(start, middle, node)?;
    Ok(merkle_node(&left, &range_top(middle, end, node)?))
}

impl BorshDeserialize for InclusionProof {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self, IoError> {
        let index = u64::deserialize_reader(reader)?;
        let count = u64::deserialize_reader(reader)?;
        let length = u32::deserialize_reader(reader)? as usize;
        if length > MAX_PATH {
            return Err(IoError::new(ErrorKind::InvalidData, "inclusion path above 64 digests"));
        }
        let path = (0..length).map(|_| Digest::deserialize_reader(reader)).collect::<Result<_, _>>()?;
        Ok(Self { index, count, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u64) -> Vec<Digest> {
        (0..count).map(|number| merkle_leaf(&[&number.to_le_bytes()])).collect()
    }

    /// MTH straight from RFC 6962 §2.1.
    fn rfc_top(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => Digest::ZERO,
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
                merkle_node(&rfc_top(left), &rfc_top(right))
            }
        }
    }

    #[test]
    fn the_builder_agrees_with_the_definition() {
        for count in 0..70 {
            let leaves = leaves(count);
            assert_eq!(merkle_root(&leaves), bind_count(count, &rfc_top(&leaves)), "{count} leaves");
        }
    }

    #[test]
    fn every_leaf_is_proved_at_its_place_only() {
        for count in 1..34 {
            let leaves = leaves(count);
            let root = merkle_root(&leaves);
            for index in 0..count {
                let proof = merkle_proof(&leaves, index).unwrap();
                let leaf = leaves[index as usize];
                assert_eq!(proof.verify(&root, &leaf), Ok(()), "leaf {index} of {count}");
                assert!(proof.verify(&root, &merkle_leaf(&[b"other"])).is_err());
                for (wrong_index, wrong_count) in [(index + 1, count), (index, count + 1), (index, 0)] {
                    let moved = InclusionProof { index: wrong_index, count: wrong_count, path: proof.path.clone() };
                    assert!(moved.verify(&root, &leaf).is_err(), "position and count are part of the statement");
                }
            }
        }
        assert_eq!(merkle_proof(&leaves(3), 3), None);
    }

    #[test]
    fn a_shortened_or_lengthened_path_fails() {
        let leaves = leaves(11);
        let root = merkle_root(&leaves);
        let proof = merkle_proof(&leaves, 4).unwrap();
        let mut short = proof.clone();
        short.path.pop();
        assert!(short.verify(&root, &leaves[4]).is_err());
        let mut long = proof;
        long.path.push(Digest::ZERO);
        assert!(long.verify(&root, &leaves[4]).is_err());
    }

    #[test]
    fn an_inner_node_is_not_a_leaf() {
        let leaves = leaves(2);
        let forged = merkle_leaf(&[&leaves[0].0, &leaves[1].0]);
        assert_ne!(merkle_root(&[forged]), merkle_root(&leaves));
    }

    #[test]
    fn a_path_above_the_bound_is_refused_before_it_is_read() {
        let mut bytes = borsh::to_vec(&merkle_proof(&leaves(2), 0).unwrap()).unwrap();
        assert!(borsh::from_slice::<InclusionProof>(&bytes).is_ok());
        bytes[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(borsh::from_slice::<InclusionProof>(&bytes).is_err());
    }
}
