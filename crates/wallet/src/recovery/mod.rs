//! Recovery by people: the patient's splitting ([`owner`]), what others entrusted to this person ([`holder`]), and the new
//! computer that calls for help ([`seeker`]).
//!
//! The clock is the ledger's: a waiting period begins at the later of the newest certified block's time and this
//! computer's, and is over when a certified block says so. Whoever can set one computer's clock cannot shorten it.

pub(crate) mod holder;
mod letters;
pub mod owner;
pub mod seeker;

use carekey_protocol::message::{RecoveryMessage, SignedMessage};
use carekey_protocol::{Certificate, UnixMillis};

pub use self::holder::{KeptCall, KeptPart};
pub use self::owner::{Alarm, Holder, OwnRecovery, SplitDraft, TellsOf};
pub use self::seeker::{Recovered, Seeker, SeekerAnswer, SeekerState, SeekerView};
use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::vault::WriteTx;
use crate::vault::recovery::letters as rows;
use crate::wallet::Wallet;

impl Wallet {
    /// What follows from a message about recovery that is believed.
    pub(crate) fn receive_recovery(
        &self,
        tx: &WriteTx<'_>,
        from: &Certificate,
        message: RecoveryMessage,
        events: &mut Vec<WalletEvent>,
    ) -> Result<(), WalletError> {
        match message {
            RecoveryMessage::Keep(part) => self.receive_part(tx, from, *part, events),
            RecoveryMessage::Forget { set } => self.receive_forget(tx, from, set, events),
            RecoveryMessage::Stop { caller } => self.receive_stop(tx, from, caller, events),
            RecoveryMessage::Kept { signed, place } => self.receive_kept(tx, from, *signed, place, events),
            RecoveryMessage::GivenBack { set } => self.receive_given_back(tx, from, set, events),
            RecoveryMessage::Forgotten { set } => self.receive_forgotten(tx, from, set, events),
            RecoveryMessage::Called { signed, caller, name, answer } => {
                self.receive_called(tx, from, &signed, caller, name.as_str(), answer, events)
            }
            // For new computers, which have no wallet yet.
            RecoveryMessage::Answer { .. } | RecoveryMessage::Part { .. } => Ok(()),
        }
    }

    /// Does what time has made due: parts go out, letters are sent again, patients hear that their part is still kept.
    pub(crate) async fn tend_recovery(&self) -> Result<(), WalletError> {
        let Ok(me) = self.certificate() else { return Ok(()) };
        let head = self.ledger_time().await;
        self.release_parts(head)?;
        self.tell_that_parts_are_kept()?;
        self.send_letters(&me)
    }

    /// Time of the newest certified block.
    pub(crate) async fn ledger_time(&self) -> UnixMillis {
        self.0.light.lock().await.head().time
    }

    /// After a change made by this person.
    fn recovery_changed(&self) {
        self.tell(WalletEvent::Recovery);
        self.0.nudge.notify_one();
    }
}

#[cfg(test)]
mod tests;

/// Whether a message is about recovery; then it is not kept among the messages: it may hold a part.
pub(crate) fn about_recovery(message: SignedMessage) -> Result<(Certificate, RecoveryMessage), Box<SignedMessage>> {
    use carekey_protocol::message::MessageBody;
    let SignedMessage { from, message: said, signature } = message;
    match said.body {
        MessageBody::Recovery(body) => Ok((from, body)),
        body => {
            let said = carekey_protocol::message::Message { body, ..said };
            Err(Box::new(SignedMessage { from, message: said, signature }))
        }
    }
}
