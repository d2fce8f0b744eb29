//! A hospital that votes, with the keys it is registered with, and lies as well as it can.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_consensus::{CertifiedVote, Engine, Message, Patience, SignedProposal, SignedVote, VoteCertificate};
use carekey_crypto::{Digest, Signature, test_rng};
use carekey_hospital::HospitalKeys;
use carekey_ledger::{Block, Header, Reader, Vote, VoteKind, propose_block, sign_vote};
use carekey_network::consensus::Mesh;
use carekey_network::ledger::{Chain, ChainAnswer, ChainRequest, Head, HeadRequest};
use carekey_network::{Bytes, Node, NodeKey, NodeLimits, PeerAddress, PeerId};
use carekey_protocol::{BlockHeight, Genesis, HospitalId, NetworkId, Transaction, UnixMillis, decode, encode};
use rand_core::Rng;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::client::{Client, clock};

/// As validators write it; the hospital keeps its own to itself.
#[derive(BorshSerialize, BorshDeserialize)]
enum Wire {
    Engine(Message),
    Body { round: u32, block: Block },
    Transactions(Vec<Transaction>),
}

/// What the proposer signs, as the consensus crate defines it.
#[derive(BorshSerialize)]
struct ProposalBytes {
    network: NetworkId,
    height: BlockHeight,
    round: u32,
    pol_round: Option<u32>,
    header: Digest,
}

/// What it does where it is its turn to propose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Deed {
    /// One block for these, another for those, and votes for both.
    TwoBlocks,
    /// A block that breaks a rule.
    InvalidBlock,
    /// A header, and the body of another.
    OtherBody,
    /// A header, and no body.
    NoBody,
    /// Noise of every kind.
    Garbage,
    /// Nothing.
    Silence,
}

const DEEDS: [Deed; 6] =
    [Deed::TwoBlocks, Deed::InvalidBlock, Deed::OtherBody, Deed::NoBody, Deed::Garbage, Deed::Silence];

/// A running traitor.
pub(crate) struct Traitor {
    node: Node,
    deeds: watch::Receiver<Vec<Deed>>,
    task: JoinHandle<()>,
}

impl Traitor {
    /// Takes the place of the hospital with these keys. `reader` and `head` tell it how far the others are.
    pub(crate) async fn start(
        client: &Client,
        genesis: &Genesis,
        (id, keys): (HospitalId, HospitalKeys),
        others: &[PeerAddress],
        reader: Reader,
        head: watch::Receiver<BlockHeight>,
    ) -> Self {
        let listen = ["/ip4/127.0.0.1/tcp/0".parse().unwrap()];
        let node = Node::start(&NodeKey::from_secret_key(&keys.peer), &listen, NodeLimits::hospital()).await.unwrap();
        for other in others {
            node.remember(other.clone()).await;
        }
        lie_about_blocks(&node, &reader);
        let (mesh, inbox) = Mesh::start(&node, |_| true).unwrap();
        let peers: Vec<PeerId> = others.iter().map(|other| other.peer_id).collect();
        mesh.set_peers(peers.clone());
        let done = watch::Sender::new(Vec::new());
        let deeds = done.subscribe();
        let engine = Engine::new(client.network, id, keys.ledger.clone(), Patience::default());
        let mind = Mind {
            client: client.clone(),
            genesis: genesis.clone(),
            id,
            keys,
            mesh,
            peers,
            reader,
            engine,
            height: BlockHeight(0),
            rounds: Vec::new(),
            done,
            number: 0,
        };
        Self { node, deeds, task: tokio::spawn(mind.live(inbox, head)) }
    }

    /// Waits until it has done all it can think of, each so many times.
    pub(crate) async fn has_done_everything(&mut self, times: usize) {
        let each =
            |done: &Vec<Deed>| DEEDS.iter().all(|deed| done.iter().filter(|other| *other == deed).count() >= times);
        crate::client::soon("the traitor to have done everything", self.deeds.wait_for(each)).await.unwrap();
    }

    pub(crate) async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
        self.node.shut_down().await;
    }
}

/// Whoever asks it how far it is, or for blocks, is told that it is far ahead, and given blocks nobody signed.
fn lie_about_blocks(node: &Node, reader: &Reader) {
    let known = reader.clone();
    node.serve::<Head, _, _>(move |_, _: HeadRequest| {
        let mut head = known.head().unwrap();
        head.header.height = BlockHeight(head.header.height.0 + 1_000_000);
        async move { Ok(head) }
    })
    .unwrap();
    let known = reader.clone();
    node.serve::<Chain, _, _>(move |_, request: ChainRequest| {
        let head = known.head().unwrap();
        let block = known.block(head.header.height).unwrap();
        async move {
            let ChainRequest::Blocks { from, .. } = request else { return Ok(None) };
            Ok(block.map(|mut block| {
                block.header.height = from;
                ChainAnswer::Blocks(vec![(block, head.certificate)])
            }))
        }
    })
    .unwrap();
}

struct Mind {
    client: Client,
    genesis: Genesis,
    id: HospitalId,
    keys: HospitalKeys,
    mesh: Mesh,
    peers: Vec<PeerId>,
    reader: Reader,
    /// Knows whose turn it is.
    engine: Engine,
    height: BlockHeight,
    /// In which it has proposed.
    rounds: Vec<u32>,
    done: watch::Sender<Vec<Deed>>,
    /// Of its next transaction.
    number: u64,
}

impl Mind {
    async fn live(mut self, mut inbox: mpsc::Receiver<(PeerId, Bytes)>, mut head: watch::Receiver<BlockHeight>) {
        loop {
            let next = head.borrow_and_update().next();
            if next != self.height {
                self.height = next;
                self.rounds.clear();
                let validators = self.reader.validators_at(next).unwrap();
                self.engine.start(next, &validators, Vec::new()).unwrap();
            }
            tokio::select! {
                changed = head.changed() => if changed.is_err() { return },
                heard = inbox.recv() => match heard {
                    Some((_, bytes)) => self.hear(&bytes),
                    None => return,
                },
            }
        }
    }

    fn hear(&mut self, bytes: &[u8]) {
        let Ok(Wire::Engine(message)) = decode::<Wire>(bytes) else { return };
        if message.height() != self.height {
            return;
        }
        let round = message.round();
        if let Message::Proposal(proposal) = &message {
            self.vote_for_and_against(round, proposal.header.hash());
        }
        let turn = self.engine.proposer(round) == Some(self.id);
        if turn && !self.rounds.contains(&round) {
            self.rounds.push(round);
            self.misbehave(round);
        }
    }

    fn misbehave(&mut self, round: u32) {
        let deed = DEEDS[self.done.borrow().len() % DEEDS.len()];
        match deed {
            Deed::TwoBlocks => {
                let blocks = [self.block(), self.block()];
                for (turn, peer) in self.peers.clone().into_iter().enumerate() {
                    let block = &blocks[turn % 2];
                    self.send(peer, &self.proposal(round, &block.header));
                    self.send_body(peer, round, block);
                }
                for block in &blocks {
                    self.vote_for_and_against(round, block.header.hash());
                    self.send_all(&self.proposal(round, &block.header));
                }
            }
            Deed::InvalidBlock => {
                // Everybody gets one that breaks another rule.
                for (turn, peer) in self.peers.clone().into_iter().enumerate() {
                    let mut block = self.block();
                    match turn % 3 {
                        0 => block.header.history_root = Digest([1; 32]),
                        1 => block.header.time = UnixMillis(block.header.time.0 + 24 * 60 * 60 * 1000),
                        _ => block.header.next_validators_hash = Digest([1; 32]),
                    }
                    self.send(peer, &self.proposal(round, &block.header));
                    self.send_body(peer, round, &block);
                }
            }
            Deed::OtherBody => {
                let (block, other) = (self.block(), self.block());
                self.send_all(&self.proposal(round, &block.header));
                let mixed = Block { header: block.header, transactions: other.transactions };
                self.peers.clone().into_iter().for_each(|peer| self.send_body(peer, round, &mixed));
            }
            Deed::NoBody => {
                let header = self.block().header;
                self.send_all(&self.proposal(round, &header));
            }
            Deed::Garbage => self.rave(round),
            Deed::Silence => {}
        }
        self.done.send_modify(|done| done.push(deed));
    }

    /// A block nobody could object to.
    fn block(&mut self) -> Block {
        self.number += 1;
        let transaction = self.client.transaction(1 << 56 | self.number);
        propose_block(&self.reader, &self.genesis, vec![transaction], clock(), self.id).unwrap().block
    }

    fn proposal(&self, round: u32, header: &Header) -> Message {
        let (network, height, pol_round) = (self.client.network, header.height, None);
        let bytes = encode(&ProposalBytes { network, height, round, pol_round, header: header.hash() });
        let signature = self.keys.ledger.sign("proposal", &[&bytes]);
        Message::Proposal(SignedProposal { round, pol_round, header: header.clone(), proposer: self.id, signature })
    }

    /// Tells these that it is for the header, and those that it is not; and then both to everybody.
    fn vote_for_and_against(&self, round: u32, header: Digest) {
        for kind in [VoteKind::Prevote, VoteKind::Precommit] {
            let votes = [Some(header), None, Some(Digest([2; 32]))].map(|header| self.vote(kind, round, header));
            for (turn, peer) in self.peers.iter().enumerate() {
                self.send(*peer, &votes[turn % 2]);
            }
            votes.iter().for_each(|vote| self.send_all(vote));
        }
    }

    fn vote(&self, kind: VoteKind, round: u32, header: Option<Digest>) -> Message {
        let (network, height) = (self.client.network, self.height);
        let signature = sign_vote(&self.keys.ledger, &Vote { network, kind, height, round, header });
        Message::Vote(SignedVote { kind, height, round, header, voter: self.id, signature })
    }

    /// Bytes that are nothing, votes of others, certificates of nothing, heights and rounds that never will be.
    fn rave(&self, round: u32) {
        let mut rng = test_rng(self.height.0);
        for length in [0, 1, 5, 100, 10_000, 1_000_000] {
            let mut bytes = vec![0; length];
            rng.fill_bytes(&mut bytes);
            self.mesh.broadcast(bytes.into());
        }
        let height = self.height;
        let forged = Signature([3; 64]);
        for (voter, _) in &self.client.hospitals {
            let (kind, header) = (VoteKind::Precommit, Some(Digest([4; 32])));
            self.send_all(&Message::Vote(SignedVote { kind, height, round, header, voter: *voter, signature: forged }));
        }
        let all = self.client.hospitals.iter();
        let votes: Vec<_> = all
            .map(|(voter, _)| CertifiedVote {
                kind: VoteKind::Prevote,
                header: Some(Digest([4; 32])),
                voter: *voter,
                signature: forged,
            })
            .collect();
        let certificate = |round| VoteCertificate { height, round, votes: votes.clone() };
        self.send_all(&Message::Polka(Digest([4; 32]), certificate(round)));
        self.send_all(&Message::SkipRound(certificate(u32::MAX)));
        self.send_all(&Message::NextRound(certificate(round + 1)));
        let (kind, header, voter) = (VoteKind::Prevote, None, self.id);
        for far in [BlockHeight(u64::MAX), BlockHeight(height.0 + 1), BlockHeight(0)] {
            self.send_all(&Message::Vote(SignedVote { kind, height: far, round, header, voter, signature: forged }));
        }
        self.send_all(&self.vote(VoteKind::Precommit, u32::MAX, None));
        let mut unsigned = self.client.transaction(1 << 57 | height.0);
        unsigned.body = carekey_protocol::Body::Revoke([5; 32]);
        self.mesh.broadcast(encode(&Wire::Transactions(vec![unsigned; 100])).into());
    }

    fn send_body(&self, peer: PeerId, round: u32, block: &Block) {
        self.mesh.send(peer, encode(&Wire::Body { round, block: block.clone() }).into());
    }

    fn send(&self, peer: PeerId, message: &Message) {
        self.mesh.send(peer, encode(&Wire::Engine(message.clone())).into());
    }

    fn send_all(&self, message: &Message) {
        self.mesh.broadcast(encode(&Wire::Engine(message.clone())).into());
    }
}
