//! Appointments: what has been agreed, on either side, and the access that comes with it.

use carekey_protocol::message::appointment::{Meeting, Slot, Window};
use carekey_protocol::message::{AppointmentMessage, MessageBody, MessageFamily};
use carekey_protocol::{Collection, Collections, MessageId, ParticipantId, Text, UnixMillis};

use super::{Delivery, MessageRow};
use crate::errands::{Work, promise};
use crate::error::WalletError;
use crate::grants::{GrantTarget, Terms};
use crate::vault::grants::{self, GrantRow, GrantWhat};
use crate::vault::{ReadTx, VaultError, WriteTx, messages};
use crate::wallet::Wallet;

/// Offered access lasts this long after the appointment begins: the day after it is still there.
const OFFER_AFTER_MILLIS: u64 = 36 * 3600 * 1000;

/// Why it is given, as in a pass.
const OFFER_PURPOSE: &str = "Treatment";

/// What a patient wishes.
#[derive(Debug, Clone)]
pub struct AppointmentWish {
    /// When it would suit.
    pub window: Window,
    /// How to meet.
    pub meeting: Meeting,
    /// What for.
    pub reason: Text<120>,
    /// More about it.
    pub words: Text<600>,
    /// What may be read until the day after, once a time is agreed.
    pub offer: Option<Collections>,
}

/// What has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppointmentState {
    /// Waits for the clinician.
    Wished,
    /// Waits for the patient: another time was proposed.
    Proposed(Slot),
    /// It will take place.
    Agreed(Slot),
    /// The clinician said no.
    Declined,
    /// One of the two called it off.
    CalledOff {
        /// This person did.
        by_me: bool,
    },
    /// Nobody answered in time.
    Expired,
}

/// An appointment and what has become of it.
#[derive(Debug, Clone)]
pub struct Appointment {
    /// Names it.
    pub id: MessageId,
    /// The other side.
    pub peer: ParticipantId,
    /// This person is the patient.
    pub outgoing: bool,
    /// The patient was a stranger.
    pub stranger: bool,
    /// What was wished.
    pub wish: AppointmentWish,
    /// When it was wished.
    pub wished: UnixMillis,
    /// When it came to this.
    pub changed: UnixMillis,
    /// What it has come to.
    pub state: AppointmentState,
    /// What was said with it.
    pub said: String,
    /// How far this person's last word is.
    pub delivery: Delivery,
    /// The other side said something that was not looked at.
    pub unread: bool,
}

impl Appointment {
    /// Whether it can still take place.
    pub fn is_open(&self) -> bool {
        use AppointmentState::{Agreed, Proposed, Wished};
        matches!(self.state, Wished | Proposed(_) | Agreed(_))
    }
}

/// What the messages of a thread make of an appointment; none if the wish is not among them.
fn told(thread: &[MessageRow], now: UnixMillis) -> Option<Appointment> {
    use AppointmentMessage as Says;
    let opening = thread.iter().find(|row| row.id == row.thread)?;
    let MessageBody::Appointment(Says::Wish { window, meeting, reason, words, offer }) = &opening.body else {
        return None;
    };
    // Only the two who talk have a say, and each only in what is theirs to say.
    let said = || {
        thread.iter().filter(|row| row.peer == opening.peer).filter_map(|row| match &row.body {
            MessageBody::Appointment(says) => Some((row, says)),
            _ => None,
        })
    };
    let by_patient = |row: &MessageRow| row.outgoing == opening.outgoing;
    let called_off = said().find(|(_, says)| matches!(says, Says::CallOff { .. }));
    let answer = said()
        .filter(|(row, _)| !by_patient(row))
        .rfind(|(_, says)| matches!(says, Says::Confirm { .. } | Says::Propose { .. } | Says::Decline { .. }));
    let accepted = |slot: &Slot| {
        said().find(|(row, says)| by_patient(row) && matches!(says, Says::Accept { at, .. } if *at == slot.at))
    };
    let (state, changed, words_said) = match (called_off, answer) {
        (Some((row, Says::CallOff { words, .. })), _) => {
            (AppointmentState::CalledOff { by_me: row.outgoing }, row.sent, words.to_string())
        }
        (_, Some((row, Says::Decline { words, .. }))) => (AppointmentState::Declined, row.sent, words.to_string()),
        (_, Some((row, Says::Confirm { slot, words, .. } | Says::Propose { slot, words, .. }))) => {
            // A time outside of the wish is a proposal, whatever it calls itself.
            let is_wished =
                matches!(row.body, MessageBody::Appointment(Says::Confirm { .. })) && window.contains(slot.at);
            match accepted(slot) {
                Some((accepted, _)) => (AppointmentState::Agreed(slot.clone()), accepted.sent, words.to_string()),
                None if is_wished => (AppointmentState::Agreed(slot.clone()), row.sent, words.to_string()),
                None if slot.at <= now => (AppointmentState::Expired, slot.at, words.to_string()),
                None => (AppointmentState::Proposed(slot.clone()), row.sent, words.to_string()),
            }
        }
        _ if window.until <= now => (AppointmentState::Expired, window.until, String::new()),
        _ => (AppointmentState::Wished, opening.sent, String::new()),
    };
    let wish = AppointmentWish {
        window: *window,
        meeting: *meeting,
        reason: reason.clone(),
        words: words.clone(),
        offer: *offer,
    };
    let delivery = said().rfind(|(row, _)| row.outgoing).map_or(Delivery::Sent, |(row, _)| row.delivery);
    let unread = said().any(|(row, _)| row.unread);
    Some(Appointment {
        id: opening.id,
        peer: opening.peer,
        outgoing: opening.outgoing,
        stranger: opening.stranger,
        wish,
        wished: opening.sent,
        changed,
        state,
        said: words_said,
        delivery,
        unread,
    })
}

/// Until when offered access lasts.
fn offer_ends(slot: &Slot) -> UnixMillis {
    slot.at.plus(OFFER_AFTER_MILLIS)
}

impl Wallet {
    /// Wishes for an appointment.
    ///
    /// # Errors
    /// [`WalletError::OutOfPlace`] for a time that is over; [`WalletError::NotFound`] for an unknown person.
    pub fn wish_appointment(&self, clinician: &ParticipantId, wish: AppointmentWish) -> Result<MessageId, WalletError> {
        let AppointmentWish { window, meeting, reason, words, offer } = wish;
        if window.until <= self.now() || window.until <= window.from {
            return Err(WalletError::OutOfPlace("the time wished for is over"));
        }
        let body = AppointmentMessage::Wish { window, meeting, reason, words, offer };
        let id = self.write(|tx| self.say(tx, clinician, MessageBody::Appointment(body)))?;
        self.said();
        Ok(id)
    }

    /// The clinician agrees to a time: one within the wish is agreed, another one proposed.
    ///
    /// # Errors
    /// [`WalletError::OutOfPlace`] if it was called off or declined, or the time is over.
    pub fn answer_appointment(&self, id: &MessageId, slot: Slot, words: Text<600>) -> Result<(), WalletError> {
        if slot.at <= self.now() {
            return Err(WalletError::OutOfPlace("this time is over"));
        }
        self.reply(id, false, |appointment| {
            let appointment_id = appointment.id;
            Ok(if appointment.wish.window.contains(slot.at) {
                AppointmentMessage::Confirm { appointment: appointment_id, slot, words }
            } else {
                AppointmentMessage::Propose { appointment: appointment_id, slot, words }
            })
        })
    }

    /// The clinician says no.
    ///
    /// # Errors
    /// [`WalletError::OutOfPlace`] if it was called off or declined.
    pub fn decline_appointment(&self, id: &MessageId, words: Text<600>) -> Result<(), WalletError> {
        self.reply(id, false, |appointment| Ok(AppointmentMessage::Decline { appointment: appointment.id, words }))
    }

    /// The patient agrees to the time that was proposed.
    ///
    /// # Errors
    /// [`WalletError::OutOfPlace`] if none is proposed any more.
    pub fn accept_appointment(&self, id: &MessageId) -> Result<(), WalletError> {
        self.reply(id, true, |appointment| match &appointment.state {
            AppointmentState::Proposed(slot) => {
                Ok(AppointmentMessage::Accept { appointment: appointment.id, at: slot.at })
            }
            _ => Err(WalletError::OutOfPlace("no other time is proposed")),
        })
    }

    /// Either side calls it off. Access that came with it ends.
    ///
    /// # Errors
    /// [`WalletError::OutOfPlace`] if it was called off or declined.
    pub fn call_off_appointment(&self, id: &MessageId, words: Text<600>) -> Result<(), WalletError> {
        let outgoing = self.appointment(id)?.outgoing;
        self.reply(id, outgoing, |appointment| Ok(AppointmentMessage::CallOff { appointment: appointment.id, words }))
    }

    fn reply(
        &self,
        id: &MessageId,
        as_patient: bool,
        says: impl FnOnce(&Appointment) -> Result<AppointmentMessage, WalletError>,
    ) -> Result<(), WalletError> {
        self.write(|tx| {
            let appointment = find(tx, id, self.now())?;
            if appointment.outgoing != as_patient {
                return Err(WalletError::OutOfPlace("this is for the other side to say"));
            }
            if !appointment.is_open() {
                return Err(WalletError::OutOfPlace("the appointment was called off, declined, or is over"));
            }
            self.say(tx, &appointment.peer, MessageBody::Appointment(says(&appointment)?))?;
            messages::set_read(tx, id)?;
            self.follow_up(tx, id)
        })?;
        self.said();
        Ok(())
    }

    /// Promises to bring the access that comes with an appointment in line with what has become of it.
    pub(super) fn follow_up(&self, tx: &WriteTx<'_>, appointment: &MessageId) -> Result<(), WalletError> {
        promise(tx, &Work::Appointment { appointment: *appointment }, self.now())?;
        Ok(())
    }

    /// Gives what was offered once a time is agreed, and takes it back when that time is no longer agreed. What the
    /// patient has given or changed by hand has another end, and is left alone.
    pub(crate) fn settle_offer(&self, appointment: &MessageId) -> Result<(), WalletError> {
        let Ok(appointment) = self.appointment(appointment) else { return Ok(()) };
        let (true, Some(offer)) = (appointment.outgoing, appointment.wish.offer) else { return Ok(()) };
        let agreed = match &appointment.state {
            AppointmentState::Agreed(slot) => Some(offer_ends(slot)),
            _ => None,
        };
        let given = self.read(|tx| given(tx, &appointment, offer))?;
        for row in given.iter().filter(|row| Some(row.not_after) != agreed) {
            self.revoke(row.n)?;
        }
        let Some(not_after) = agreed.filter(|end| *end > self.now()) else { return Ok(()) };
        let had = self.read(|tx| held(tx, &appointment.peer))?;
        let has_it = |collection: Collection| {
            had.iter().any(|row| row.what.target() == GrantTarget::Collection(collection) && row.not_after >= not_after)
        };
        let missing: Vec<GrantTarget> =
            offer.iter().filter(|collection| !has_it(*collection)).map(GrantTarget::Collection).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let note = Some(appointment.wish.reason.to_string()).filter(|reason| !reason.is_empty());
        let terms = Terms { not_after, purpose: OFFER_PURPOSE.to_owned(), note };
        match self.share(&appointment.peer, &missing, terms) {
            Ok(_) | Err(WalletError::AlreadyGranted) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Every appointment, the one that changed last first.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn appointments(&self) -> Result<Vec<Appointment>, WalletError> {
        let now = self.now();
        let mut all = Vec::new();
        self.read(|tx| {
            let rows = messages::of_family(tx, MessageFamily::Appointment)?;
            for row in rows.iter().filter(|row| row.id == row.thread) {
                all.extend(told(&messages::thread(tx, &row.thread)?, now));
            }
            Ok::<_, VaultError>(())
        })?;
        all.sort_by_key(|one| std::cmp::Reverse(one.changed));
        Ok(all)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`WalletError::NotFound`].
    pub fn appointment(&self, id: &MessageId) -> Result<Appointment, WalletError> {
        let now = self.now();
        self.read(|tx| find(tx, id, now))
    }
}

fn find(tx: &ReadTx<'_>, id: &MessageId, now: UnixMillis) -> Result<Appointment, WalletError> {
    told(&messages::thread(tx, id)?, now).ok_or(WalletError::NotFound { what: "this appointment" })
}

/// Grants to somebody that were not stopped.
fn held(tx: &ReadTx<'_>, grantee: &ParticipantId) -> Result<Vec<GrantRow>, VaultError> {
    let mut rows = grants::list(tx)?;
    rows.retain(|row| row.grantee == *grantee && row.revoke.is_none());
    Ok(rows)
}

/// Grants that came with an appointment: they end when one of its times says, to the millisecond.
fn given(tx: &ReadTx<'_>, appointment: &Appointment, offer: Collections) -> Result<Vec<GrantRow>, VaultError> {
    let ends: Vec<UnixMillis> = messages::thread(tx, &appointment.id)?
        .iter()
        .filter_map(|row| match &row.body {
            MessageBody::Appointment(
                AppointmentMessage::Confirm { slot, .. } | AppointmentMessage::Propose { slot, .. },
            ) => Some(offer_ends(slot)),
            _ => None,
        })
        .collect();
    let mut rows = held(tx, &appointment.peer)?;
    rows.retain(|row| {
        let offered = matches!(row.what, GrantWhat::Collection { collection, .. } if offer.contains(collection));
        offered && row.created >= appointment.wished && ends.contains(&row.not_after)
    });
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::tests::participant;

    const WISH: MessageId = MessageId([1; 16]);
    const MONDAY: UnixMillis = UnixMillis(10_000);
    const FRIDAY: UnixMillis = UnixMillis(50_000);
    const NOW: UnixMillis = UnixMillis(2_000);

    fn row(n: u8, outgoing: bool, body: AppointmentMessage) -> MessageRow {
        MessageRow {
            id: MessageId([n; 16]),
            thread: WISH,
            peer: participant(5).1,
            outgoing,
            stranger: false,
            sent: UnixMillis(1_000 + u64::from(n)),
            kept: NOW,
            delivery: Delivery::Sent,
            unread: false,
            body: MessageBody::Appointment(body),
        }
    }

    fn wish() -> MessageRow {
        let body = AppointmentMessage::Wish {
            window: Window { from: MONDAY, until: FRIDAY },
            meeting: Meeting::InPerson,
            reason: Text::truncated("Palpitations"),
            words: Text::default(),
            offer: None,
        };
        row(1, true, body)
    }

    fn slot(at: UnixMillis) -> Slot {
        Slot { at, minutes: 20, place: Text::truncated("Room 4") }
    }

    fn confirm(n: u8, at: UnixMillis) -> MessageRow {
        row(n, false, AppointmentMessage::Confirm { appointment: WISH, slot: slot(at), words: Text::default() })
    }

    fn propose(n: u8, at: UnixMillis) -> MessageRow {
        row(n, false, AppointmentMessage::Propose { appointment: WISH, slot: slot(at), words: Text::default() })
    }

    fn accept(n: u8, at: UnixMillis) -> MessageRow {
        row(n, true, AppointmentMessage::Accept { appointment: WISH, at })
    }

    fn call_off(n: u8, outgoing: bool) -> MessageRow {
        row(n, outgoing, AppointmentMessage::CallOff { appointment: WISH, words: Text::default() })
    }

    fn state(thread: &[MessageRow]) -> AppointmentState {
        told(thread, NOW).unwrap().state
    }

    #[test]
    fn a_time_within_the_wish_is_agreed_at_once_and_another_one_is_a_proposal() {
        let (wednesday, sunday) = (UnixMillis(30_000), UnixMillis(70_000));
        assert_eq!(state(&[wish()]), AppointmentState::Wished);
        assert_eq!(state(&[wish(), confirm(2, wednesday)]), AppointmentState::Agreed(slot(wednesday)));
        assert_eq!(state(&[wish(), confirm(2, sunday)]), AppointmentState::Proposed(slot(sunday)));
        assert_eq!(state(&[wish(), propose(2, sunday)]), AppointmentState::Proposed(slot(sunday)));
        assert_eq!(state(&[wish(), propose(2, sunday), accept(3, sunday)]), AppointmentState::Agreed(slot(sunday)));
    }

    #[test]
    fn who_moves_an_agreed_time_has_to_ask_again() {
        let (wednesday, sunday) = (UnixMillis(30_000), UnixMillis(70_000));
        let moved = [wish(), confirm(2, wednesday), propose(3, sunday)];
        assert_eq!(state(&moved), AppointmentState::Proposed(slot(sunday)));
        let to_another = [wish(), propose(2, wednesday), propose(3, sunday), accept(4, wednesday)];
        assert_eq!(state(&to_another), AppointmentState::Proposed(slot(sunday)), "that time is no longer offered");
    }

    #[test]
    fn calling_off_is_the_last_word_whichever_arrives_first() {
        let wednesday = UnixMillis(30_000);
        for by_me in [true, false] {
            let called_off = AppointmentState::CalledOff { by_me };
            assert_eq!(state(&[wish(), confirm(2, wednesday), call_off(3, by_me)]), called_off);
            assert_eq!(state(&[wish(), call_off(3, by_me), confirm(4, wednesday)]), called_off);
        }
    }

    #[test]
    fn nobody_confirms_their_own_wish() {
        let wednesday = UnixMillis(30_000);
        let own = MessageRow { outgoing: true, ..confirm(2, wednesday) };
        assert_eq!(state(&[wish(), own]), AppointmentState::Wished);
        let accepted_by_the_doctor = MessageRow { outgoing: false, ..accept(3, UnixMillis(70_000)) };
        let thread = [wish(), propose(2, UnixMillis(70_000)), accepted_by_the_doctor];
        assert_eq!(state(&thread), AppointmentState::Proposed(slot(UnixMillis(70_000))));
    }

    #[test]
    fn a_wish_without_an_answer_ends_with_its_time() {
        assert_eq!(told(&[wish()], FRIDAY).unwrap().state, AppointmentState::Expired);
        let (wednesday, later) = (UnixMillis(30_000), UnixMillis(80_000));
        let agreed = told(&[wish(), confirm(2, wednesday)], later).unwrap().state;
        assert_eq!(agreed, AppointmentState::Agreed(slot(wednesday)), "what took place stays");
    }
}
