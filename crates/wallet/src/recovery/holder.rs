//! The holder's side: keeping a part, and giving it out when its patient calls for help and nobody stops it.

use carekey_crypto::{Note, PublicKey};
use carekey_network::mailbox::PAGE_NOTES_MAX;
use carekey_protocol::message::{HolderAnswer, RecoveryMessage};
use carekey_protocol::recovery::{Arrival, CallNumber, RecoveryCall, RecoveryPart, RecoverySetId};
use carekey_protocol::{Certificate, HospitalId, ParticipantId, Text, UnixMillis};

use super::letters::{DAY_MILLIS, ONCE, to};
use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::remote::PAGES_MAX;
use crate::vault::recovery::holder::{self as rows, CallRow, CallState, KeptRow};
use crate::vault::recovery::letters::{self, Recipient};
use crate::vault::{VaultError, WriteTx, people};
use crate::wallet::Wallet;

/// The patient hears again that a part is kept after this long, before mailboxes forget the last time.
const TELL_AGAIN_MILLIS: u64 = 20 * DAY_MILLIS;

/// For so many patients parts are kept; nobody is asked by more people who mean it.
const KEPT_MAX: u64 = 200;

/// A part that nobody acknowledges is sent again for so long.
const PART_DAYS: u64 = 60;

/// A part this person keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPart {
    /// For whom.
    pub patient: Certificate,
    /// How many of how many parts are needed.
    pub of: (u8, usize),
    /// Days between a yes and the release.
    pub waiting_days: u16,
    /// Since when.
    pub received: UnixMillis,
    /// The person has not looked at it yet.
    pub unread: bool,
}

/// A call for help this person was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCall {
    /// E.
    pub caller: PublicKey,
    /// Whose seed.
    pub patient: ParticipantId,
    /// The patient's name.
    pub patient_name: String,
    /// The name that was given.
    pub name: String,
    /// How far.
    pub state: CallState,
    /// Since when.
    pub since: UnixMillis,
    /// When the part goes out.
    pub release: UnixMillis,
}

/// Whether a part may go out, by the ledger's time.
pub(crate) fn is_due(call: &CallRow, head: UnixMillis) -> bool {
    call.state == CallState::Waiting && head >= call.release
}

/// When a part may go out. The period begins with the later of the ledger's time, which may stand still, and the
/// computer's, which may be wrong; it ends by the ledger's alone.
pub(crate) fn release_time(head: UnixMillis, clock: UnixMillis, waiting_millis: u64) -> UnixMillis {
    match waiting_millis {
        // The patient chose not to be asked.
        0 => head,
        waiting => head.max(clock).plus(waiting),
    }
}

impl Wallet {
    /// The parts this person keeps for others, the newest first.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn kept_parts(&self) -> Result<Vec<KeptPart>, WalletError> {
        self.read(|tx| {
            let mut kept = Vec::new();
            for row in rows::kept(tx)? {
                let (Some(part), Some(patient)) = (row.part, people::by_id(tx, &row.patient)?) else { continue };
                let set = &part.signed.set;
                let (of, waiting_days) = ((set.threshold, set.count()), set.waiting_days);
                kept.push(KeptPart { patient, of, waiting_days, received: row.received, unread: row.unread });
            }
            Ok(kept)
        })
    }

    /// Calls for help that this person answered, or that were stopped, the newest first.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn kept_calls(&self) -> Result<Vec<KeptCall>, WalletError> {
        self.read(|tx| {
            let mut calls = Vec::new();
            for CallRow { caller, patient, name, state, since, release, .. } in rows::calls(tx)? {
                let certificate = people::by_id(tx, &patient)?;
                let patient_name = certificate.map(|known| known.body.name.to_string()).unwrap_or_default();
                calls.push(KeptCall { caller, patient, patient_name, name, state, since, release });
            }
            Ok(calls)
        })
    }

    /// The person has seen that somebody entrusted a part to them.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn set_part_read(&self, patient: &ParticipantId) -> Result<(), WalletError> {
        self.write(|tx| rows::set_read(tx, patient))?;
        self.recovery_changed();
        Ok(())
    }

    /// Deletes a part and tells the patient.
    ///
    /// # Errors
    /// [`WalletError::NotFound`] if none is kept; [`WalletError::Vault`].
    pub fn give_back_part(&self, patient: &ParticipantId) -> Result<(), WalletError> {
        self.write(|tx| {
            let row = rows::of_patient(tx, patient)?.filter(|row| row.part.is_some());
            let row = row.ok_or(WalletError::NotFound { what: "a part for this person" })?;
            self.stop_waiting(tx, &row, None)?;
            let set = row.set;
            rows::put(tx, &KeptRow { part: None, unread: false, ..row })?;
            let back = RecoveryMessage::GivenBack { set };
            Ok::<_, WalletError>(self.write_letter(tx, format!("back {patient}"), to(patient), back, ONCE)?)
        })?;
        self.recovery_changed();
        Ok(())
    }

    /// Looks for the call with a number in all mailboxes, in the newest notes first.
    ///
    /// # Errors
    /// [`WalletError::CallNotFound`]; [`WalletError::Network`] if no hospital answers.
    pub async fn find_call(&self, number: CallNumber) -> Result<RecoveryCall, WalletError> {
        let network = self.0.remote.network_id();
        let meeting = tokio::task::spawn_blocking(move || number.meeting_point(network));
        let meeting = meeting.await.map_err(|error| WalletError::Outbox(error.to_string()))?;
        let read = |notes: &[Note]| notes.iter().find_map(|note| RecoveryCall::read(network, number, &meeting, note));
        let mut trouble = None;
        for hospital in self.hospitals_by_trust() {
            match self.find_call_at(hospital, &read).await {
                Ok(Some(call)) => return Ok(call),
                Ok(None) => {}
                Err(error) => trouble = Some(error),
            }
        }
        Err(trouble.unwrap_or(WalletError::CallNotFound))
    }

    /// What came since this wallet read the mailbox, then page by page what it has read before.
    async fn find_call_at(
        &self,
        hospital: HospitalId,
        read: &impl Fn(&[Note]) -> Option<RecoveryCall>,
    ) -> Result<Option<RecoveryCall>, WalletError> {
        let known = self.mailbox_cursor(hospital)?;
        let mut after = known;
        for _ in 0..PAGES_MAX {
            let Some((notes, last)) = self.0.remote.notes(hospital, after, u64::MAX).await? else { break };
            if let Some(call) = tokio::task::block_in_place(|| read(&notes)) {
                return Ok(Some(call));
            }
            after = last;
        }
        let mut before = known;
        for _ in 0..PAGES_MAX {
            if before == 0 {
                break;
            }
            let after = before.saturating_sub(PAGE_NOTES_MAX as u64);
            // A page without notes is not the end: a note that is posted again may use up a number.
            if let Some((notes, _)) = self.0.remote.notes(hospital, after, before).await?
                && let Some(call) = tokio::task::block_in_place(|| read(&notes))
            {
                return Ok(Some(call));
            }
            before = after;
        }
        Ok(None)
    }

    /// Answers a call for help with a patient's seed. The patient is told in either case, and the caller.
    ///
    /// # Errors
    /// [`WalletError::NotFound`] if no part is kept for the patient; [`WalletError::CallStopped`] if the patient has stopped
    /// this call; [`WalletError::Network`] if the ledger's time cannot be had.
    pub async fn answer_call(
        &self,
        call: &RecoveryCall,
        patient: &ParticipantId,
        yes: bool,
    ) -> Result<(), WalletError> {
        if yes {
            // A stop that is on its way counts, and so does the time of a block that is just made.
            self.sync().await?;
            self.read_mailboxes().await?;
        }
        let head = self.ledger_time().await;
        self.decide_call(call, patient, yes, head)?;
        self.tend_recovery().await?;
        self.recovery_changed();
        Ok(())
    }

    /// As [`answer_call`](Self::answer_call), when the newest certified block is of this time.
    pub(super) fn decide_call(
        &self,
        call: &RecoveryCall,
        patient: &ParticipantId,
        yes: bool,
        head: UnixMillis,
    ) -> Result<(), WalletError> {
        let now = self.now();
        self.write(|tx| {
            let kept = rows::of_patient(tx, patient)?;
            let part = kept.and_then(|row| row.part).ok_or(WalletError::NotFound { what: "a part for this person" })?;
            let known = rows::call(tx, &call.caller, patient)?;
            match known.map(|known| known.state) {
                Some(CallState::Stopped) => return Err(WalletError::CallStopped),
                // Answered already; a no may still become a yes.
                Some(CallState::Waiting | CallState::Released | CallState::Arrived) => return Ok(()),
                Some(CallState::Declined) | None => {}
            }
            let release = release_time(head, now, part.signed.set.waiting_millis());
            let state = if yes { CallState::Waiting } else { CallState::Declined };
            let row = CallRow {
                caller: call.caller,
                patient: *patient,
                set: part.signed.set.id,
                name: call.name.to_string(),
                state,
                since: now,
                release,
            };
            rows::put_call(tx, &row)?;
            let answer = if yes { HolderAnswer::Agreed { release } } else { HolderAnswer::Declined };
            self.tell_of_call(tx, &row, &part, answer)
        })
    }

    /// Tells the patient and the caller how a call stands.
    fn tell_of_call(
        &self,
        tx: &WriteTx<'_>,
        call: &CallRow,
        part: &RecoveryPart,
        answer: HolderAnswer,
    ) -> Result<(), WalletError> {
        let (caller, patient) = (call.caller, call.patient);
        let certificate = people::by_id(tx, &patient)?.ok_or(WalletError::NotFound { what: "the patient" })?;
        let signed = Box::new(part.signed.clone());
        let until = match answer {
            HolderAnswer::Agreed { release } => release.max(self.now()).plus(DAY_MILLIS),
            _ => ONCE,
        };
        let name = Text::truncated(&call.name);
        let called = RecoveryMessage::Called { signed: signed.clone(), caller, name, answer };
        self.write_letter(tx, format!("called {caller} {patient}"), to(&patient), called, until)?;
        let said = RecoveryMessage::Answer { patient: Box::new(certificate), signed, answer };
        self.write_letter(tx, format!("answer {caller} {patient}"), Recipient::Caller(caller), said, until)?;
        Ok(())
    }

    /// Parts whose waiting period is over go out.
    pub(super) fn release_parts(&self, head: UnixMillis) -> Result<(), WalletError> {
        if !self.read(rows::calls)?.iter().any(|call| is_due(call, head)) {
            return Ok(());
        }
        self.write(|tx| {
            for call in rows::calls(tx)?.into_iter().filter(|call| is_due(call, head)) {
                let kept = rows::of_patient(tx, &call.patient)?.filter(|row| row.set == call.set);
                let (Some(part), Some(patient)) = (kept.and_then(|row| row.part), people::by_id(tx, &call.patient)?)
                else {
                    continue;
                };
                self.tell_of_call(tx, &call, &part, HolderAnswer::Released)?;
                let caller = Recipient::Caller(call.caller);
                let until = self.now().plus(PART_DAYS * DAY_MILLIS);
                let sent = RecoveryMessage::Part { patient: Box::new(patient), part: Box::new(part) };
                self.write_letter(tx, part_slot(&call.caller, &call.patient), caller, sent, until)?;
                rows::put_call(tx, &CallRow { state: CallState::Released, ..call })?;
            }
            Ok::<_, WalletError>(())
        })?;
        self.tell(WalletEvent::Recovery);
        Ok(())
    }

    /// A patient whose wallet was restored, or who made up their mind, must be able to count on what is said once a month.
    pub(super) fn tell_that_parts_are_kept(&self) -> Result<(), WalletError> {
        let now = self.now();
        let is_due = |row: &KeptRow| row.told.plus(TELL_AGAIN_MILLIS) <= now;
        if !self.read(rows::kept)?.iter().any(is_due) {
            return Ok(());
        }
        Ok(self.write(|tx| {
            for row in rows::kept(tx)?.into_iter().filter(is_due) {
                let Some(part) = &row.part else { continue };
                self.tell_kept(tx, &row.patient, part)?;
            }
            Ok::<_, VaultError>(())
        })?)
    }

    fn tell_kept(&self, tx: &WriteTx<'_>, patient: &ParticipantId, part: &RecoveryPart) -> Result<(), VaultError> {
        let kept = RecoveryMessage::Kept { signed: Box::new(part.signed.clone()), place: part.share.index };
        rows::set_told(tx, patient, self.now())?;
        self.write_letter(tx, format!("kept {patient}"), to(patient), kept, ONCE)
    }

    pub(super) fn receive_part(
        &self,
        tx: &WriteTx<'_>,
        from: &Certificate,
        part: RecoveryPart,
        events: &mut Vec<WalletEvent>,
    ) -> Result<(), WalletError> {
        let patient = from.body.id;
        let genuine =
            part.signed.set.patient == patient && part.verify(self.0.remote.network_id(), &from.body.identity).is_ok();
        if !genuine {
            tracing::warn!("a part that its patient did not sign was ignored");
            return Ok(());
        }
        let now = self.now();
        let (set, created) = (part.signed.set.id, part.signed.set.created);
        let known = rows::of_patient(tx, &patient)?;
        match &known {
            Some(known) if known.set == set => {
                // Said again: so is the answer.
                match &known.part {
                    Some(part) => self.tell_kept(tx, &patient, part)?,
                    None => {
                        let back = RecoveryMessage::GivenBack { set };
                        self.write_letter(tx, format!("back {patient}"), to(&patient), back, ONCE)?;
                    }
                }
                return Ok(());
            }
            // An older part that somebody sent again, or that took long.
            Some(known) if known.created >= created => return Ok(()),
            None if rows::count(tx)? >= KEPT_MAX => {
                tracing::warn!("a part was not kept: there are too many");
                return Ok(());
            }
            _ => {}
        }
        people::remember(tx, from)?;
        if let Some(old) = &known {
            self.stop_waiting(tx, old, None)?;
        }
        let row = KeptRow { patient, set, created, part: Some(part.clone()), received: now, told: now, unread: true };
        rows::put(tx, &row)?;
        self.tell_kept(tx, &patient, &part)?;
        events.extend([WalletEvent::Recovery, WalletEvent::RecoveryEntrusted(patient)]);
        Ok(())
    }

    /// Calls that wait for a part, or one of them, are over: the patient does not want it.
    fn stop_waiting(&self, tx: &WriteTx<'_>, kept: &KeptRow, only: Option<&PublicKey>) -> Result<(), WalletError> {
        let Some(part) = &kept.part else { return Ok(()) };
        for call in rows::calls(tx)? {
            let meant = only.is_none_or(|only| *only == call.caller) && call.patient == kept.patient;
            if meant && call.state == CallState::Waiting {
                let call = CallRow { state: CallState::Stopped, since: self.now(), ..call };
                rows::put_call(tx, &call)?;
                self.tell_of_call(tx, &call, part, HolderAnswer::Stopped)?;
            }
        }
        Ok(())
    }

    pub(super) fn receive_forget(
        &self,
        tx: &WriteTx<'_>,
        from: &Certificate,
        set: RecoverySetId,
        events: &mut Vec<WalletEvent>,
    ) -> Result<(), WalletError> {
        let patient = from.body.id;
        let Some(row) = rows::of_patient(tx, &patient)? else { return Ok(()) };
        if row.set == set && row.part.is_some() {
            self.stop_waiting(tx, &row, None)?;
            rows::put(tx, &KeptRow { part: None, unread: false, ..row })?;
            events.push(WalletEvent::Recovery);
        }
        let forgotten = RecoveryMessage::Forgotten { set };
        Ok(self.write_letter(tx, format!("forgotten {patient}"), to(&patient), forgotten, ONCE)?)
    }

    pub(super) fn receive_stop(
        &self,
        tx: &WriteTx<'_>,
        from: &Certificate,
        caller: PublicKey,
        events: &mut Vec<WalletEvent>,
    ) -> Result<(), WalletError> {
        let patient = from.body.id;
        let Some(kept) = rows::of_patient(tx, &patient)? else { return Ok(()) };
        let Some(part) = &kept.part else { return Ok(()) };
        let known = rows::call(tx, &caller, &patient)?;
        match known.as_ref().map(|known| known.state) {
            Some(CallState::Waiting) => self.stop_waiting(tx, &kept, Some(&caller))?,
            // Too late: the patient must know that.
            Some(CallState::Released | CallState::Arrived) => {
                if let Some(call) = &known {
                    self.tell_of_call(tx, call, part, HolderAnswer::Released)?;
                }
            }
            Some(CallState::Declined | CallState::Stopped) | None => {
                let (name, now) = (known.map(|known| known.name).unwrap_or_default(), self.now());
                let state = CallState::Stopped;
                let call =
                    CallRow { caller, patient, set: kept.set, name, state, since: now, release: UnixMillis::MAX };
                rows::put_call(tx, &call)?;
                self.tell_of_call(tx, &call, part, HolderAnswer::Stopped)?;
            }
        }
        events.push(WalletEvent::Recovery);
        Ok(())
    }

    /// The new computer has the part; it need not be sent again.
    pub(crate) fn receive_arrival(&self, tx: &WriteTx<'_>, arrival: &Arrival) -> Result<bool, VaultError> {
        if arrival.verify(self.0.remote.network_id()).is_err() {
            return Ok(false);
        }
        let mut any = false;
        for call in rows::calls(tx)? {
            if call.caller == arrival.caller && call.set == arrival.set && call.state == CallState::Released {
                letters::remove(tx, &part_slot(&call.caller, &call.patient))?;
                rows::put_call(tx, &CallRow { state: CallState::Arrived, ..call })?;
                any = true;
            }
        }
        Ok(any)
    }
}

fn part_slot(caller: &PublicKey, patient: &ParticipantId) -> String {
    format!("part {caller} {patient}")
}
