//! The ledger as hospitals hand it out, and handing transactions in.

use std::time::Duration;

use carekey_ledger::light::ProvenTransaction;
use carekey_ledger::{Block, CatchUp, CertifiedHeader, CompactBatch};
use carekey_network::NetworkError;
use carekey_network::ledger::{Chain, ChainAnswer, ChainRequest, Head, HeadRequest, Submit, SubmitAnswer};
use carekey_protocol::{BlockHeight, HospitalId, Transaction, TxId};

use super::Remote;
use crate::error::WalletError;

/// A hospital that does not say within this what its newest block is does not hold up the others' answers.
const HEAD_PATIENCE: Duration = Duration::from_secs(5);

/// A hospital that does not take a transaction within this is left for the next one.
const SUBMIT_PATIENCE: Duration = Duration::from_secs(5);

/// What became of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Submitted {
    Received,
    Known,
    PseudonymSpent,
    Pointless,
    Refused(String),
}

impl Remote {
    /// The newest certified header, from each active hospital that answers.
    pub async fn heads(&self) -> Vec<(HospitalId, Result<CertifiedHeader, NetworkError>)> {
        let ask = |id: HospitalId| async move {
            let request = HeadRequest { after: BlockHeight(0), wait_ms: 0 };
            let answer = match self.peer(id) {
                Ok(peer) => tokio::time::timeout(HEAD_PATIENCE, self.node.request::<Head>(peer, request)).await,
                Err(_) => return (id, Err(NetworkError::Timeout { during: "looking for its address" })),
            };
            (id, answer.unwrap_or(Err(NetworkError::Timeout { during: "asking for the newest block" })))
        };
        futures::future::join_all(self.active_hospitals().into_iter().map(ask)).await
    }

    /// Returns when the first of `hospitals` that answers has a block above `after`, or after `wait`.
    pub(crate) async fn wait_for_head(&self, hospitals: &[HospitalId], after: BlockHeight, wait: Duration) {
        let over = tokio::time::Instant::now() + wait;
        let request = HeadRequest { after, wait_ms: wait.as_millis() as u64 };
        for hospital in hospitals {
            let asked = self.ask::<Head>(*hospital, request);
            match tokio::time::timeout(wait + HEAD_PATIENCE, asked).await {
                Ok(Ok(head)) if head.header.height > after => return,
                // It has nothing new: not even if it answers at once is it asked again before the time.
                Ok(Ok(_)) => break,
                _ => {}
            }
        }
        tokio::time::sleep_until(over).await;
    }

    async fn chain(&self, hospital: HospitalId, request: ChainRequest) -> Result<ChainAnswer, WalletError> {
        let answer = self.ask::<Chain>(hospital, request).await?;
        answer.ok_or(WalletError::NotFound { what: "this part of the ledger" })
    }

    pub(crate) async fn catch_up(
        &self,
        hospital: HospitalId,
        trusted: BlockHeight,
    ) -> Result<Option<CatchUp>, WalletError> {
        match self.ask::<Chain>(hospital, ChainRequest::CatchUp { trusted }).await? {
            Some(ChainAnswer::CatchUp(answer)) => Ok(Some(*answer)),
            None => Ok(None),
            Some(_) => Err(self.answered_otherwise(hospital)),
        }
    }

    pub(crate) async fn compact(
        &self,
        hospital: HospitalId,
        from: BlockHeight,
        to: BlockHeight,
    ) -> Result<CompactBatch, WalletError> {
        match self.chain(hospital, ChainRequest::Compact { from, to }).await? {
            ChainAnswer::Compact(batch) => Ok(*batch),
            _ => Err(self.answered_otherwise(hospital)),
        }
    }

    pub(crate) async fn block(&self, hospital: HospitalId, height: BlockHeight) -> Result<Block, WalletError> {
        match self.chain(hospital, ChainRequest::Block { height }).await? {
            ChainAnswer::Block(block, _) => Ok(*block),
            _ => Err(self.answered_otherwise(hospital)),
        }
    }

    pub(crate) async fn registry(
        &self,
        hospital: HospitalId,
        after: u64,
        under: BlockHeight,
    ) -> Result<Vec<ProvenTransaction>, WalletError> {
        match self.chain(hospital, ChainRequest::Registry { after, under }).await? {
            ChainAnswer::Registry(changes) => Ok(changes),
            _ => Err(self.answered_otherwise(hospital)),
        }
    }

    /// A transaction with its proof under `under`, from the hospital that serves the record it anchors.
    pub(crate) async fn locate(
        &self,
        hospital: HospitalId,
        txid: TxId,
        under: BlockHeight,
    ) -> Result<ProvenTransaction, WalletError> {
        match self.ask::<Chain>(hospital, ChainRequest::Locate { txid, under }).await? {
            Some(ChainAnswer::Located(located)) => Ok(*located),
            None => Err(WalletError::NotFound { what: "the record's place on the ledger" }),
            Some(_) => Err(self.answered_otherwise(hospital)),
        }
    }

    /// The header of a block with its certificate.
    pub(crate) async fn certified(
        &self,
        hospital: HospitalId,
        height: BlockHeight,
    ) -> Result<CertifiedHeader, WalletError> {
        match self.chain(hospital, ChainRequest::Block { height }).await? {
            ChainAnswer::Block(block, certificate) => Ok(CertifiedHeader { header: block.header, certificate }),
            _ => Err(self.answered_otherwise(hospital)),
        }
    }

    /// Hands a transaction to each of `hospitals` in turn until one takes it. The no of one is not the end, since it
    /// may lie or lag; the first no is the answer if all say no.
    pub(crate) async fn submit(
        &self,
        hospitals: &[HospitalId],
        transaction: &Transaction,
    ) -> Result<Submitted, WalletError> {
        let (mut no, mut trouble) = (None, None);
        for hospital in hospitals {
            let asked = self.ask::<Submit>(*hospital, transaction.clone());
            let answer = match tokio::time::timeout(SUBMIT_PATIENCE, asked).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(error)) => {
                    trouble = Some(error);
                    continue;
                }
                Err(_) => {
                    trouble = Some(NetworkError::Timeout { during: "handing something in" }.into());
                    continue;
                }
            };
            let refused = match answer {
                SubmitAnswer::Received => return Ok(Submitted::Received),
                SubmitAnswer::Known(_) => return Ok(Submitted::Known),
                SubmitAnswer::PseudonymSpent => Submitted::PseudonymSpent,
                SubmitAnswer::Pointless => Submitted::Pointless,
                SubmitAnswer::Refused(reason) => Submitted::Refused(reason),
                SubmitAnswer::Busy => {
                    trouble = Some(WalletError::Network(NetworkError::Refused(carekey_network::Refusal::Busy)));
                    continue;
                }
            };
            no = no.or(Some(refused));
        }
        let nobody = || trouble.unwrap_or(WalletError::NetworkFile("it names no hospital".to_owned()));
        no.ok_or_else(nobody)
    }
}
