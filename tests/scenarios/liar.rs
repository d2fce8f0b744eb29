//! A hospital that lies: it has the registered key and the true ledger behind it, and doctors what it answers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use carekey_crypto::{Secret32, SecretKey, seal_note, test_rng};
use carekey_hospital::HospitalKeys;
use carekey_ledger::light::ProvenTransaction;
use carekey_ledger::{CertifiedHeader, QuorumCertificate, Vote, sign_vote};
use carekey_network::deposits::Deposits;
use carekey_network::ledger::{
    CertificateOf, Chain, ChainAnswer, ChainRequest, Head, HeadRequest, Submit, SubmitAnswer,
};
use carekey_network::mailbox::{Mailbox, MailboxAnswer, MailboxRequest, NewestNote};
use carekey_network::{Node, NodeKey, NodeLimits, PeerAddress, PeerId, Protocol, Refusal};
use carekey_protocol::transaction::KIND_MESSAGE;
use carekey_protocol::{BlockHeight, HospitalId, TxId, UnixMillis, decode, encode};
use rand_core::UnwrapErr;

use crate::world::World;

/// What it lies about. All else it answers truly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lie {
    /// None at all; it only remembers what it was asked.
    None,
    /// Its ledger ends where it ended when the lie began.
    StaleHead,
    /// A newer head than there is, under the certificate of another.
    InventedHead,
    /// Another block of the newest height, sealed like the true one: who votes has signed twice.
    SecondHistory,
    /// A true head whose descent from the wallet's is not shown.
    ForgedAncestry,
    /// A transaction is missing from a compact block.
    WithheldTransaction,
    /// A compact block's transaction is not the one the header has.
    ChangedTransaction,
    /// A block with the bodies of another.
    OtherBodies,
    /// A record's place, with a proof that leads elsewhere.
    ForgedProof,
    /// A registry change nobody made.
    InventedRegistry,
    /// No registry change at all.
    HidesRegistry,
    /// The head, but none of the blocks.
    WithheldBlocks,
    /// Answers another question than was asked.
    OtherQuestion,
    /// Has nothing, says nothing.
    Nothing,
    /// Takes transactions and forgets them.
    Swallows,
    /// Says that a transaction is not needed.
    SaysPointless,
    /// Says that every pseudonym was used.
    SaysSpent,
    /// Says no.
    SaysNo,
    /// Counts the first note it hands out far too high, and truly from then on, as one that was restored from a copy.
    CountsAnew,
    /// Always has one more note, for nobody.
    InventsNotes,
}

/// A running liar. Stopped with [`stop`](Self::stop).
pub(crate) struct Liar {
    node: Node,
    errand: Node,
    lied: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<ChainRequest>>>,
}

/// Asks the true hospital.
#[derive(Clone)]
struct Truth {
    errand: Node,
    hospital: PeerId,
    lied: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<ChainRequest>>>,
}

impl Truth {
    async fn ask<P: Protocol>(&self, request: P::Request) -> Result<P::Response, Refusal> {
        self.errand.request::<P>(self.hospital, request).await.map_err(|_| Refusal::Unavailable)
    }

    fn lie<T>(&self, answer: T) -> Result<T, Refusal> {
        self.lied.store(true, Ordering::SeqCst);
        Ok(answer)
    }
}

/// The keys under which a hospital of the sample network is registered.
pub(crate) fn registered_keys(world: &World, hospital: HospitalId) -> HospitalKeys {
    let secret = std::fs::read(world.services_dir().join("secret")).unwrap();
    let secret = Secret32::from_bytes(secret.try_into().unwrap());
    HospitalKeys::derive(&secret.derive("hospital", &[&hospital.0]))
}

fn loopback() -> Vec<carekey_network::Multiaddr> {
    vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap()]
}

/// A node with a key nobody registered, where others expect `expected`.
pub(crate) async fn impostor(expected: PeerId) -> (Node, PeerAddress) {
    let key = NodeKey::generate(&mut UnwrapErr(getrandom::SysRng));
    let node = Node::start(&key, &loopback(), NodeLimits::hospital()).await.unwrap();
    let lie = PeerAddress { peer_id: expected, addresses: node.address().addresses };
    (node, lie)
}

impl Liar {
    /// Starts telling `lie` in the place of `hospital`.
    pub(crate) async fn start(world: &World, hospital: HospitalId, lie: Lie) -> Self {
        let key = NodeKey::from_secret_key(&registered_keys(world, hospital).peer);
        let node = Node::start(&key, &loopback(), NodeLimits::hospital()).await.unwrap();
        let errand_key = NodeKey::generate(&mut UnwrapErr(getrandom::SysRng));
        let errand = Node::start(&errand_key, &[], NodeLimits::wallet()).await.unwrap();
        errand.remember(world.servers.hospital(hospital).address()).await;
        let lied = Arc::new(AtomicBool::new(false));
        let asked = Arc::default();
        let truth =
            Truth { errand: errand.clone(), hospital: key.peer_id(), lied: lied.clone(), asked: Arc::clone(&asked) };
        let old = world.servers.hospital(hospital).ledger().head().unwrap();
        let second = second_history(world, &old);
        serve_ledger(&node, &truth, lie, old, second);
        let known = truth.clone();
        node.serve::<CertificateOf, _, _>(move |_, request| forward::<CertificateOf>(known.clone(), request)).unwrap();
        let known = truth.clone();
        node.serve::<Deposits, _, _>(move |_, request| forward::<Deposits>(known.clone(), request)).unwrap();
        let known = truth.clone();
        node.serve::<NewestNote, _, _>(move |_, request| forward::<NewestNote>(known.clone(), request)).unwrap();
        node.serve::<Mailbox, _, _>(move |_, request| mailbox(truth.clone(), lie, request)).unwrap();
        Self { node, errand, lied, asked }
    }

    pub(crate) fn address(&self) -> PeerAddress {
        self.node.address()
    }

    /// Whether anybody was told the lie: a test of a lie that was never told tests nothing.
    pub(crate) fn has_lied(&self) -> bool {
        self.lied.load(Ordering::SeqCst)
    }

    /// The questions about the ledger, in order.
    pub(crate) fn asked(&self) -> Vec<ChainRequest> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) async fn stop(self) {
        self.node.shut_down().await;
        self.errand.shut_down().await;
    }
}

async fn forward<P: Protocol>(truth: Truth, request: P::Request) -> Result<P::Response, Refusal> {
    truth.ask::<P>(request).await
}

fn serve_ledger(node: &Node, truth: &Truth, lie: Lie, old: CertifiedHeader, second: CertifiedHeader) {
    let known = truth.clone();
    let shown = if lie == Lie::SecondHistory { second } else { old };
    node.serve::<Head, _, _>(move |_, request| head(known.clone(), lie, shown.clone(), request)).unwrap();
    let known = truth.clone();
    node.serve::<Chain, _, _>(move |_, request| chain(known.clone(), lie, request)).unwrap();
    let known = truth.clone();
    node.serve::<Submit, _, _>(move |_, transaction| {
        let truth = known.clone();
        async move {
            match lie {
                Lie::Swallows => truth.lie(SubmitAnswer::Received),
                Lie::SaysPointless => truth.lie(SubmitAnswer::Pointless),
                Lie::SaysSpent => truth.lie(SubmitAnswer::PseudonymSpent),
                Lie::SaysNo => truth.lie(SubmitAnswer::Refused("we do not like it".to_owned())),
                _ => truth.ask::<Submit>(transaction).await,
            }
        }
    })
    .unwrap();
}

async fn mailbox(truth: Truth, lie: Lie, request: MailboxRequest) -> Result<MailboxAnswer, Refusal> {
    if let (Lie::InventsNotes, MailboxRequest::Fetch { after }) = (lie, &request) {
        let (sender, nobody) = (SecretKey::generate(&mut test_rng(1)), SecretKey::generate(&mut test_rng(2)));
        let note = seal_note(&sender, &nobody.public(), KIND_MESSAGE, b"for nobody").unwrap();
        return truth.lie(MailboxAnswer::Notes(vec![(after + 1, note)]));
    }
    match truth.ask::<Mailbox>(request).await? {
        MailboxAnswer::Notes(mut notes) if lie == Lie::CountsAnew && !truth.lied.load(Ordering::SeqCst) => {
            notes.iter_mut().for_each(|(number, _)| *number += 1000);
            if notes.is_empty() { Ok(MailboxAnswer::Notes(notes)) } else { truth.lie(MailboxAnswer::Notes(notes)) }
        }
        answer => Ok(answer),
    }
}

async fn head(truth: Truth, lie: Lie, old: CertifiedHeader, request: HeadRequest) -> Result<CertifiedHeader, Refusal> {
    match lie {
        Lie::StaleHead | Lie::SecondHistory => truth.lie(old),
        Lie::InventedHead => truth.lie(invented(truth.ask::<Head>(request).await?)),
        _ => truth.ask::<Head>(request).await,
    }
}

/// Another block of that height, as if it had been sealed a moment later.
fn second_history(world: &World, head: &CertifiedHeader) -> CertifiedHeader {
    let mut header = head.header.clone();
    header.time = UnixMillis(header.time.0 + 1);
    let vote = Vote::precommit(&header, 0);
    let voting = world.network().genesis.hospitals.into_iter().filter(|hospital| hospital.voting_power > 0);
    let sign = |id| (id, sign_vote(&registered_keys(world, id).ledger, &vote));
    let signatures = voting.map(|hospital| sign(hospital.id)).collect();
    let certificate = QuorumCertificate::from_votes(&header, 0, signatures);
    CertifiedHeader { header, certificate }
}

fn invented(mut head: CertifiedHeader) -> CertifiedHeader {
    head.header.height = head.header.height.next();
    head.header.time = UnixMillis(head.header.time.0 + 1);
    head
}

async fn chain(truth: Truth, lie: Lie, request: ChainRequest) -> Result<Option<ChainAnswer>, Refusal> {
    truth.asked.lock().unwrap().push(request);
    let doctored = match (lie, request) {
        (Lie::Nothing, _) | (Lie::StaleHead, ChainRequest::CatchUp { .. }) => return truth.lie(None),
        (Lie::WithheldBlocks, ChainRequest::Compact { .. } | ChainRequest::Block { .. }) => return truth.lie(None),
        (Lie::HidesRegistry, ChainRequest::Registry { .. }) => Some(ChainAnswer::Registry(Vec::new())),
        (Lie::OtherQuestion, ChainRequest::Compact { from, .. }) => {
            truth.ask::<Chain>(ChainRequest::Block { height: from }).await?
        }
        (Lie::OtherBodies, ChainRequest::Block { height }) => {
            let other = BlockHeight(if height.0 > 1 { height.0 - 1 } else { height.0 + 1 });
            truth.ask::<Chain>(ChainRequest::Block { height: other }).await?
        }
        (Lie::InventedRegistry, ChainRequest::Registry { under, .. }) => {
            let any = a_transaction(&truth, under).await?;
            any.map(|proven| ChainAnswer::Registry(vec![proven]))
        }
        (lie, request) => {
            let honest = truth.ask::<Chain>(request).await?;
            match honest.clone().and_then(|answer| doctor(lie, answer)) {
                Some(doctored) => Some(doctored),
                None => return Ok(honest),
            }
        }
    };
    truth.lie(doctored)
}

/// The answer as this lie has it; none if the lie is not about it.
fn doctor(lie: Lie, answer: ChainAnswer) -> Option<ChainAnswer> {
    Some(match (lie, answer) {
        (Lie::InventedHead, ChainAnswer::CatchUp(mut caught_up)) => {
            caught_up.target = invented(caught_up.target);
            ChainAnswer::CatchUp(caught_up)
        }
        (Lie::ForgedAncestry, ChainAnswer::CatchUp(mut caught_up)) => {
            caught_up.ancestry = bent(&caught_up.ancestry);
            ChainAnswer::CatchUp(caught_up)
        }
        (Lie::WithheldTransaction, ChainAnswer::Compact(mut batch)) => {
            batch.blocks.last_mut()?.entries.pop()?;
            ChainAnswer::Compact(batch)
        }
        (Lie::ChangedTransaction, ChainAnswer::Compact(mut batch)) => {
            let entry = batch.blocks.last_mut()?.entries.last_mut()?;
            entry.txid = bent::<TxId>(&entry.txid);
            ChainAnswer::Compact(batch)
        }
        (Lie::ForgedProof, ChainAnswer::Located(mut located)) => {
            located.proof.transaction.inclusion = bent(&located.proof.transaction.inclusion);
            located.proof.transaction.height = BlockHeight(located.proof.transaction.height.0 + 1);
            ChainAnswer::Located(located)
        }
        _ => return None,
    })
}

/// The same with one bit changed: the first one that still decodes, from the end.
fn bent<T: borsh::BorshSerialize + borsh::BorshDeserialize>(value: &T) -> T {
    let bytes = encode(value);
    let changed = (0..bytes.len()).rev().find_map(|index| {
        let mut changed = bytes.clone();
        changed[index] ^= 1;
        decode(&changed).ok()
    });
    changed.expect("some bit may be changed")
}

/// Any transaction of the true ledger that is no registry change, with its proof.
async fn a_transaction(truth: &Truth, under: BlockHeight) -> Result<Option<ProvenTransaction>, Refusal> {
    let Some(ChainAnswer::Block(block, _)) = truth.ask::<Chain>(ChainRequest::Block { height: under }).await? else {
        return Ok(None);
    };
    let Some(txid) = block.transactions.first().map(|entry| entry.txid()) else { return Ok(None) };
    match truth.ask::<Chain>(ChainRequest::Locate { txid, under }).await? {
        Some(ChainAnswer::Located(located)) => Ok(Some(*located)),
        _ => Ok(None),
    }
}
