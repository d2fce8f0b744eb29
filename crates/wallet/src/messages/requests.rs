//! Asking to read: what a request has come to, on either side.

use carekey_protocol::message::request::Wish;
use carekey_protocol::message::{MessageBody, MessageFamily, RequestMessage};
use carekey_protocol::{Collections, MessageId, ParticipantId, Text, UnixMillis};

use super::{Delivery, MessageRow};
use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::grants::{GrantDraft, GrantTarget};
use crate::vault::{ReadTx, messages};
use crate::wallet::Wallet;

/// A request that nobody answers is over after this long: 30 days.
const REQUEST_OPEN_MILLIS: u64 = 30 * 24 * 3600 * 1000;

/// What has become of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestState {
    /// Waits for an answer.
    Asked,
    /// Allowed as asked.
    Granted,
    /// Allowed, but less or not as long.
    Narrowed {
        /// What is allowed.
        collections: Collections,
        /// Until when.
        until: UnixMillis,
    },
    /// The patient said no.
    Declined {
        /// What the patient said to it.
        words: String,
    },
    /// The asker no longer wants it.
    Withdrawn,
    /// Nobody answered in time.
    Expired,
}

/// A request and what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRequest {
    /// Names it.
    pub id: MessageId,
    /// The other side: who asks, or who is asked.
    pub peer: ParticipantId,
    /// This person asks.
    pub outgoing: bool,
    /// The asker was a stranger.
    pub stranger: bool,
    /// What is asked.
    pub wish: Wish,
    /// The appointment it is for.
    pub appointment: Option<MessageId>,
    /// When it was asked.
    pub asked: UnixMillis,
    /// When it came to this.
    pub changed: UnixMillis,
    /// What it has come to.
    pub state: RequestState,
    /// How far this person's last word is.
    pub delivery: Delivery,
    /// The other side said something that was not looked at.
    pub unread: bool,
}

/// What the messages of a thread make of a request; none if the request itself is not among them.
fn told(thread: &[MessageRow], now: UnixMillis) -> Option<AccessRequest> {
    let opening = thread.iter().find(|row| row.id == row.thread)?;
    let MessageBody::Request(RequestMessage::Ask { wish, appointment }) = &opening.body else { return None };
    // Only the two who talk have a say, and each only in what is theirs to say.
    let said = || thread.iter().filter(|row| row.peer == opening.peer);
    let by_asker = |row: &&MessageRow| row.outgoing == opening.outgoing;
    let withdrawn =
        said().filter(by_asker).find(|row| matches!(row.body, MessageBody::Request(RequestMessage::Withdraw { .. })));
    let answer = said().filter(|row| !by_asker(row)).rfind(|row| {
        let MessageBody::Request(message) = &row.body else { return false };
        matches!(message, RequestMessage::Granted { .. } | RequestMessage::Declined { .. })
    });
    let (state, changed) = match (answer, withdrawn) {
        // What was allowed is allowed, whether or not it was still wanted.
        (Some(answer), _) => (outcome(&answer.body, wish), answer.sent),
        (None, Some(withdrawn)) => (RequestState::Withdrawn, withdrawn.sent),
        (None, None) => {
            let over = opening.sent.plus(REQUEST_OPEN_MILLIS).min(wish.until);
            if over <= now { (RequestState::Expired, over) } else { (RequestState::Asked, opening.sent) }
        }
    };
    Some(AccessRequest {
        id: opening.id,
        peer: opening.peer,
        outgoing: opening.outgoing,
        stranger: opening.stranger,
        wish: wish.clone(),
        appointment: *appointment,
        asked: opening.sent,
        changed,
        state,
        delivery: said().rfind(|row| row.outgoing).map_or(Delivery::Sent, |row| row.delivery),
        unread: said().any(|row| row.unread),
    })
}

fn outcome(answer: &MessageBody, wish: &Wish) -> RequestState {
    match answer {
        MessageBody::Request(RequestMessage::Granted { collections, until, .. }) => {
            let all = wish.collections.iter().all(|asked| collections.contains(asked));
            if all && *until >= wish.until {
                RequestState::Granted
            } else {
                RequestState::Narrowed { collections: *collections, until: *until }
            }
        }
        MessageBody::Request(RequestMessage::Declined { words, .. }) => {
            RequestState::Declined { words: words.to_string() }
        }
        _ => RequestState::Asked,
    }
}

impl Wallet {
    /// Asks somebody to be allowed to read.
    ///
    /// # Errors
    /// [`WalletError::NotFound`] if their certificate was never seen; [`WalletError::OutOfPlace`] for a time that is over.
    pub fn ask_access(
        &self,
        patient: &ParticipantId,
        wish: Wish,
        appointment: Option<MessageId>,
    ) -> Result<MessageId, WalletError> {
        if wish.until <= self.now() {
            return Err(WalletError::OutOfPlace("the time asked for is over"));
        }
        let body = MessageBody::Request(RequestMessage::Ask { wish, appointment });
        let id = self.write(|tx| self.say(tx, patient, body))?;
        self.said();
        Ok(id)
    }

    /// No longer asks.
    ///
    /// # Errors
    /// [`WalletError::OutOfPlace`] if it was answered.
    pub fn withdraw_request(&self, request: &MessageId) -> Result<(), WalletError> {
        self.write(|tx| {
            let open = open(tx, request, true, self.now())?;
            self.say(tx, &open.peer, MessageBody::Request(RequestMessage::Withdraw { request: *request }))
        })?;
        self.said();
        Ok(())
    }

    /// Allows what was asked, or less of it: the grants and the answer in one change. What the asker may read already
    /// stays as it is.
    ///
    /// # Errors
    /// [`WalletError::OutOfPlace`] if it was answered, withdrawn, or is over.
    pub fn approve_request(
        &self,
        request: &MessageId,
        collections: Collections,
        until: UnixMillis,
        purpose: &str,
        note: Option<&str>,
    ) -> Result<Vec<u64>, WalletError> {
        let numbers = self.write(|tx| {
            let open = open(tx, request, false, self.now())?;
            let mut numbers = Vec::new();
            for collection in collections.iter() {
                let draft = GrantDraft {
                    grantee: open.peer,
                    what: GrantTarget::Collection(collection),
                    not_after: until,
                    purpose: purpose.to_owned(),
                    note: note.map(str::to_owned),
                };
                match self.decide(tx, draft) {
                    Ok(n) => numbers.push(n),
                    Err(WalletError::AlreadyGranted) => {}
                    Err(error) => return Err(error),
                }
            }
            let answer = RequestMessage::Granted { request: *request, collections, until };
            self.say(tx, &open.peer, MessageBody::Request(answer))?;
            messages::set_read(tx, request)?;
            Ok::<_, WalletError>(numbers)
        })?;
        self.tell(WalletEvent::Grants);
        self.said();
        Ok(numbers)
    }

    /// Says no.
    ///
    /// # Errors
    /// [`WalletError::OutOfPlace`] if it was answered, withdrawn, or is over.
    pub fn decline_request(&self, request: &MessageId, words: Text<600>) -> Result<(), WalletError> {
        self.write(|tx| {
            let open = open(tx, request, false, self.now())?;
            self.say(tx, &open.peer, MessageBody::Request(RequestMessage::Declined { request: *request, words }))?;
            messages::set_read(tx, request)?;
            Ok::<_, WalletError>(())
        })?;
        self.said();
        Ok(())
    }

    /// Every request, in either direction, the newest first.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn access_requests(&self) -> Result<Vec<AccessRequest>, WalletError> {
        let now = self.now();
        self.read(|tx| {
            let mut all = Vec::new();
            for row in messages::of_family(tx, MessageFamily::Request)?.iter().rev().filter(|row| row.id == row.thread)
            {
                all.extend(told(&messages::thread(tx, &row.thread)?, now));
            }
            Ok(all)
        })
    }

    /// One of them.
    ///
    /// # Errors
    /// [`WalletError::NotFound`].
    pub fn access_request(&self, id: &MessageId) -> Result<AccessRequest, WalletError> {
        let now = self.now();
        self.read(|tx| find(tx, id, now))
    }
}

fn find(tx: &ReadTx<'_>, id: &MessageId, now: UnixMillis) -> Result<AccessRequest, WalletError> {
    told(&messages::thread(tx, id)?, now).ok_or(WalletError::NotFound { what: "this request" })
}

/// A request that waits for an answer, this person being the one who asked or not.
fn open(tx: &ReadTx<'_>, id: &MessageId, outgoing: bool, now: UnixMillis) -> Result<AccessRequest, WalletError> {
    let request = find(tx, id, now)?;
    if request.outgoing != outgoing {
        return Err(WalletError::OutOfPlace("this is for the other side to say"));
    }
    match request.state {
        RequestState::Asked => Ok(request),
        _ => Err(WalletError::OutOfPlace("the request was answered or withdrawn")),
    }
}

#[cfg(test)]
mod tests {
    use carekey_protocol::Collection;

    use super::*;
    use crate::vault::tests::participant;

    const ASKED: UnixMillis = UnixMillis(1_000);
    const UNTIL: UnixMillis = UnixMillis(u64::MAX - 1);

    fn heart_and_laboratory() -> Collections {
        Collections::new([Collection::Heart, Collection::Laboratory]).unwrap()
    }

    fn row(n: u8, outgoing: bool, body: RequestMessage) -> MessageRow {
        MessageRow {
            id: MessageId([n; 16]),
            thread: MessageId([1; 16]),
            peer: participant(5).1,
            outgoing,
            stranger: false,
            sent: UnixMillis(ASKED.0 + u64::from(n)),
            kept: ASKED,
            delivery: Delivery::Sent,
            unread: false,
            body: MessageBody::Request(body),
        }
    }

    fn ask() -> MessageRow {
        let wish = Wish {
            collections: heart_and_laboratory(),
            until: UNTIL,
            purpose: Text::truncated("treatment"),
            words: Text::truncated("Before the operation"),
        };
        row(1, false, RequestMessage::Ask { wish, appointment: None })
    }

    const ABOUT: MessageId = MessageId([1; 16]);

    fn granted(collections: Collections, until: UnixMillis) -> RequestMessage {
        RequestMessage::Granted { request: ABOUT, collections, until }
    }

    fn state(thread: &[MessageRow]) -> RequestState {
        told(thread, UnixMillis(2_000)).unwrap().state
    }

    #[test]
    fn an_answer_that_gives_less_is_told_as_such() {
        let heart = Collections::new([Collection::Heart]).unwrap();
        assert_eq!(state(&[ask()]), RequestState::Asked);
        assert_eq!(state(&[ask(), row(2, true, granted(heart_and_laboratory(), UNTIL))]), RequestState::Granted);
        assert_eq!(state(&[ask(), row(2, true, granted(Collections::ALL, UnixMillis::MAX))]), RequestState::Granted);
        assert_eq!(
            state(&[ask(), row(2, true, granted(heart, UNTIL))]),
            RequestState::Narrowed { collections: heart, until: UNTIL }
        );
        let shorter = RequestState::Narrowed { collections: Collections::ALL, until: UnixMillis(5_000) };
        assert_eq!(state(&[ask(), row(2, true, granted(Collections::ALL, UnixMillis(5_000)))]), shorter);
    }

    #[test]
    fn what_crossed_in_the_mail_ends_the_same_on_both_sides() {
        let withdraw = || row(3, false, RequestMessage::Withdraw { request: ABOUT });
        let grant = || row(2, true, granted(Collections::ALL, UNTIL));
        assert_eq!(state(&[ask(), withdraw()]), RequestState::Withdrawn);
        assert_eq!(state(&[ask(), withdraw(), grant()]), RequestState::Granted);
        assert_eq!(state(&[ask(), grant(), withdraw()]), RequestState::Granted);
    }

    #[test]
    fn nobody_answers_for_somebody_else() {
        let by_the_asker = row(2, false, granted(Collections::ALL, UNTIL));
        assert_eq!(state(&[ask(), by_the_asker]), RequestState::Asked);
        let somebody = MessageRow { peer: participant(6).1, ..row(2, true, granted(Collections::ALL, UNTIL)) };
        assert_eq!(state(&[ask(), somebody]), RequestState::Asked);
        let withdrawn_by_the_asked = row(2, true, RequestMessage::Withdraw { request: ABOUT });
        assert_eq!(state(&[ask(), withdrawn_by_the_asked]), RequestState::Asked);
    }

    #[test]
    fn a_request_without_an_answer_ends() {
        let over = ASKED.plus(REQUEST_OPEN_MILLIS + 1);
        assert_eq!(told(&[ask()], over).unwrap().state, RequestState::Expired);
        assert_eq!(
            told(&[ask(), row(2, true, granted(Collections::ALL, UNTIL))], over).unwrap().state,
            RequestState::Granted
        );
    }

    #[test]
    fn an_answer_without_its_request_is_nothing() {
        assert_eq!(told(&[row(2, true, granted(Collections::ALL, UNTIL))], ASKED), None);
    }
}
