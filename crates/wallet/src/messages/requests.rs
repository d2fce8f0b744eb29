//! Asking to read: what a request has come to, on either side.

use std::collections::BTreeMap;

use carekey_protocol::message::request::Wish;
use carekey_protocol::message::{MessageBody, MessageFamily, RequestMessage};
use carekey_protocol::{Collection, Collections, MessageId, ParticipantId, RecordRef, Text, UnixMillis};

use super::{Delivery, MessageRow};
use crate::error::WalletError;
use crate::vault::grants::{self, GrantRow, GrantWhat};
use crate::vault::{ReadTx, VaultError, WriteTx, collections, messages};
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
    Narrowed(Allowed),
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

/// What an answer allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    /// These collections.
    pub collections: Option<Collections>,
    /// So many single records.
    pub records: u16,
    /// Until when.
    pub until: UnixMillis,
}

impl Allowed {
    /// Whether it is all that was asked, for as long as was asked.
    fn fulfils(&self, wish: &Wish) -> bool {
        let all = |allowed: Collections| wish.collections.iter().all(|asked| allowed.contains(asked));
        self.collections.is_some_and(all) && self.until >= wish.until
    }
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
        MessageBody::Request(RequestMessage::Granted { collections, records, until, .. }) => {
            let allowed = Allowed { collections: *collections, records: *records, until: *until };
            if allowed.fulfils(wish) { RequestState::Granted } else { RequestState::Narrowed(allowed) }
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

    /// Tells everybody who asks for what this person may read by now that they may: called in the change that grants it.
    pub(crate) fn answer_requests(&self, tx: &WriteTx<'_>, grantee: &ParticipantId) -> Result<(), WalletError> {
        let now = self.now();
        for request in all(tx, now)? {
            if request.peer == *grantee && !request.outgoing && request.state == RequestState::Asked {
                self.answer(tx, &request, now)?;
            }
        }
        Ok(())
    }

    /// Answers with what the asker may read already.
    ///
    /// # Errors
    /// [`WalletError::OutOfPlace`] if that is nothing of what was asked, or the request is not open.
    pub fn confirm_request(&self, request: &MessageId) -> Result<(), WalletError> {
        let now = self.now();
        self.write(|tx| match self.answer(tx, &open(tx, request, false, now)?, now)? {
            true => Ok(()),
            false => Err(WalletError::OutOfPlace("nothing of this may be read yet")),
        })?;
        self.said();
        Ok(())
    }

    /// Whether there is something to answer.
    fn answer(&self, tx: &WriteTx<'_>, request: &AccessRequest, now: UnixMillis) -> Result<bool, WalletError> {
        let Some(Allowed { collections, records, until }) = allowed(tx, request, now)? else { return Ok(false) };
        let answer = RequestMessage::Granted { request: request.id, collections, records, until };
        self.say(tx, &request.peer, MessageBody::Request(answer))?;
        messages::set_read(tx, &request.id)?;
        Ok(true)
    }

    /// Of what was asked, what the asker may read today; none if nothing.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn allowed(&self, request: &AccessRequest) -> Result<Option<Allowed>, WalletError> {
        let now = self.now();
        Ok(self.read(|tx| allowed(tx, request, now))?)
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
        Ok(self.read(|tx| all(tx, now))?)
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

fn all(tx: &ReadTx<'_>, now: UnixMillis) -> Result<Vec<AccessRequest>, VaultError> {
    let mut all = Vec::new();
    for row in messages::of_family(tx, MessageFamily::Request)?.iter().rev().filter(|row| row.id == row.thread) {
        all.extend(told(&messages::thread(tx, &row.thread)?, now));
    }
    Ok(all)
}

/// What the asker may read of what was asked: whole collections, whenever they were granted, and single records that
/// were granted since.
fn allowed(tx: &ReadTx<'_>, request: &AccessRequest, now: UnixMillis) -> Result<Option<Allowed>, VaultError> {
    let stands = |row: &GrantRow| {
        row.grantee == request.peer && row.revoke.is_none() && row.not_after > now && row.not_before <= now
    };
    let mut whole: BTreeMap<Collection, UnixMillis> = BTreeMap::new();
    let mut single: BTreeMap<RecordRef, UnixMillis> = BTreeMap::new();
    for row in grants::list(tx)?.into_iter().filter(stands) {
        // The newest come first: of two grants of the same, the older one is about to end.
        match row.what {
            GrantWhat::Collection { collection, epoch }
                if request.wish.collections.contains(collection) && epoch >= collections::epoch(tx, collection)? =>
            {
                whole.entry(collection).or_insert(row.not_after);
            }
            GrantWhat::Record { reference } if row.created >= request.asked => {
                single.entry(reference).or_insert(row.not_after);
            }
            _ => {}
        }
    }
    let until = whole.values().chain(single.values()).min().copied();
    let records = u16::try_from(single.len()).unwrap_or(u16::MAX);
    Ok(until.map(|until| Allowed { collections: Collections::new(whole.into_keys()), records, until }))
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
        RequestMessage::Granted { request: ABOUT, collections: Some(collections), records: 0, until }
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
            RequestState::Narrowed(Allowed { collections: Some(heart), records: 0, until: UNTIL })
        );
        let shorter = Allowed { collections: Some(Collections::ALL), records: 0, until: UnixMillis(5_000) };
        let granted = granted(Collections::ALL, UnixMillis(5_000));
        assert_eq!(state(&[ask(), row(2, true, granted)]), RequestState::Narrowed(shorter));
        let two_records = RequestMessage::Granted { request: ABOUT, collections: None, records: 2, until: UNTIL };
        let allowed = Allowed { collections: None, records: 2, until: UNTIL };
        assert_eq!(state(&[ask(), row(2, true, two_records)]), RequestState::Narrowed(allowed));
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
