//! Transactions that are handed in: checked and kept for a block, or passed on to a hospital that votes.

use std::sync::Arc;

use carekey_ledger::{Reason, check_candidate};
use carekey_network::ledger::{Submit, SubmitAnswer};
use carekey_network::{NetworkError, PeerId, Refusal};
use carekey_protocol::Transaction;
use carekey_protocol::transaction::TransactionError;

use super::Inner;
use super::serve::blocking;
use crate::chain::Added;

impl Inner {
    /// Takes a transaction in, for whoever hands it in, this hospital's own tasks included.
    pub(crate) async fn submit(
        self: &Arc<Self>,
        source: PeerId,
        transaction: Transaction,
    ) -> Result<SubmitAnswer, Refusal> {
        let inner = Arc::clone(self);
        let id = transaction.id();
        let known = blocking(move || Ok(inner.chain.reader.location(&id)?)).await?;
        if let Some(location) = known {
            return Ok(SubmitAnswer::Known(location.height));
        }
        let inner = Arc::clone(self);
        if !blocking(move || Ok(inner.chain.votes()?)).await? {
            return self.pass_on(transaction).await;
        }
        let inner = Arc::clone(self);
        blocking(move || Ok(inner.take_in(source, transaction))).await?
    }

    fn take_in(&self, source: PeerId, transaction: Transaction) -> Result<SubmitAnswer, Refusal> {
        let chain = &self.chain;
        if let Err(reason) = check_candidate(&chain.reader, &chain.genesis, &transaction, self.now()) {
            return answer_to(&reason, || {
                let location = chain.reader.location(&transaction.id()).ok().flatten();
                location.map_or(SubmitAnswer::Received, |location| SubmitAnswer::Known(location.height))
            });
        }
        Ok(match chain.take_in(source, transaction) {
            Added::New | Added::Waiting => SubmitAnswer::Received,
            Added::PseudonymTaken => SubmitAnswer::PseudonymSpent,
            Added::Full => SubmitAnswer::Busy,
        })
    }

    async fn pass_on(&self, transaction: Transaction) -> Result<SubmitAnswer, Refusal> {
        let genesis = &self.chain.genesis;
        let network = self.archive.place.network;
        // What is wrong by itself costs the validators nothing.
        if let Err(error) = transaction.verify(network, &genesis.authority_key, self.now()) {
            return answer_to(&Reason::Invalid(error), || SubmitAnswer::Received);
        }
        for peer in self.other_hospitals() {
            match self.node.request::<Submit>(peer, transaction.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(NetworkError::ShutDown) => break,
                Err(error) => tracing::debug!(%error, "a transaction could not be passed on"),
            }
        }
        Ok(SubmitAnswer::Busy)
    }
}

fn answer_to(reason: &Reason, located: impl FnOnce() -> SubmitAnswer) -> Result<SubmitAnswer, Refusal> {
    Ok(match reason {
        Reason::Duplicate => located(),
        Reason::PseudonymUsed | Reason::Invalid(TransactionError::PseudonymExpired) => SubmitAnswer::PseudonymSpent,
        Reason::AlreadyRevoked | Reason::AlreadyErased | Reason::CertificateAlreadyRevoked => SubmitAnswer::Pointless,
        Reason::Store(error) => {
            tracing::error!(%error, "the ledger cannot be read");
            return Err(Refusal::Unavailable);
        }
        reason => SubmitAnswer::Refused(reason.to_string()),
    })
}
