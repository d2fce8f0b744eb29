//! The patient's side: splitting the seed, who holds a part, and stopping a call for help that is not theirs.

use carekey_crypto::{PublicKey, RecoveryWords, Secret32, WalletKeys, split_secret};
use carekey_protocol::message::{HolderAnswer, RecoveryMessage};
use carekey_protocol::recovery::{RecoveryPart, RecoverySetId, SignedSet, Splitting};
use carekey_protocol::{Certificate, ParticipantId, UnixMillis};
use rand_core::Rng;

use super::letters::{DAY_MILLIS, to};
use super::seeker::Recovered;
use crate::error::WalletError;
use crate::events::WalletEvent;
use crate::vault::recovery::letters;
use crate::vault::recovery::owner::{self as rows, AlarmRow, HolderRow, HolderState, SetRow, Verdict};
use crate::vault::{ReadTx, WriteTx, people};
use crate::wallet::{Wallet, os_rng};

/// A holder who cannot be reached is asked to forget for so long.
const FORGET_DAYS: u64 = 400;

/// A holder who cannot be reached is told to stop for so long: longer than any waiting period.
const STOP_DAYS: u64 = 90;

/// What the patient decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitDraft {
    /// Who is to hold a part each.
    pub holders: Vec<ParticipantId>,
    /// How many of them bring the seed back.
    pub threshold: u8,
    /// Days between a holder's yes and the release of their part.
    pub waiting_days: u16,
}

/// The splitting that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRecovery {
    /// What was signed.
    pub signed: SignedSet,
    /// Who holds a part; after a restore, those who were heard of since.
    pub holders: Vec<Holder>,
}

/// One of the people who hold a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub holder: ParticipantId,
    /// Their certificate.
    pub certificate: Option<Certificate>,
    /// How far they are.
    pub state: HolderState,
    /// Since when.
    pub since: UnixMillis,
    /// The last word from them.
    pub heard: Option<UnixMillis>,
}

/// A call for help with this person's seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// E of the computer that calls.
    pub caller: PublicKey,
    /// The name the caller gave.
    pub name: String,
    /// When the first word of it came.
    pub heard: UnixMillis,
    /// This person stopped it.
    pub stopped: bool,
    /// What each holder told.
    pub told: Vec<TellsOf>,
}

/// What one holder told of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TellsOf {
    /// Who told.
    pub holder: ParticipantId,
    /// Their certificate.
    pub certificate: Option<Certificate>,
    /// What they answered.
    pub answer: HolderAnswer,
}

impl Alarm {
    /// Whether something can still be stopped.
    pub fn is_open(&self) -> bool {
        !self.stopped && self.told.iter().any(|told| matches!(told.answer, HolderAnswer::Agreed { .. }))
    }

    /// When the first part goes out, if nobody stops it.
    pub fn release(&self) -> Option<UnixMillis> {
        let times = self.told.iter().filter_map(|told| match told.answer {
            HolderAnswer::Agreed { release } => Some(release),
            _ => None,
        });
        times.min()
    }
}

impl Wallet {
    /// Splits the seed anew and sends each holder a part. What was split before is ended.
    ///
    /// # Errors
    /// [`WalletError::SplitImpossible`]; [`WalletError::NotFound`] for a holder nobody knows; [`WalletError::Vault`].
    pub fn split_recovery(&self, entropy: &Secret32, draft: &SplitDraft) -> Result<(), WalletError> {
        let me = self.certificate()?;
        let words = RecoveryWords::from_entropy(entropy.expose());
        let own = WalletKeys::derive(&words).is_ok_and(|keys| keys.identity == self.0.keys.identity);
        let SplitDraft { holders, threshold, waiting_days } = draft;
        let distinct: std::collections::BTreeSet<_> = holders.iter().collect();
        if !own || distinct.len() != holders.len() || holders.contains(&me.body.id) {
            return Err(WalletError::SplitImpossible);
        }
        let mut rng = os_rng();
        let count = u8::try_from(holders.len()).map_err(|_| WalletError::SplitImpossible)?;
        let shares = split_secret(&mut rng, entropy, *threshold, count).map_err(|_| WalletError::SplitImpossible)?;
        let mut id = RecoverySetId::default();
        rng.fill_bytes(&mut id.0);
        let now = self.now();
        self.write(|tx| {
            // A clock that was set back must not make a splitting that looks older than the one it replaces.
            let newest = rows::newest_created(tx)?;
            let created = newest.map_or(now, |newest| now.max(newest.plus(1)));
            let splitting =
                Splitting { id, patient: me.body.id, threshold: *threshold, waiting_days: *waiting_days, created };
            let parts = RecoveryPart::sign_all(self.0.remote.network_id(), splitting, shares, &self.0.keys.identity)
                .map_err(|_| WalletError::SplitImpossible)?;
            self.end_older(tx, created, holders)?;
            let signed = parts.first().ok_or(WalletError::SplitImpossible)?.signed.clone();
            rows::insert_set(tx, &SetRow { signed, ended: None })?;
            for (holder, part) in holders.iter().zip(parts) {
                if people::by_id(tx, holder)?.is_none() {
                    return Err(WalletError::NotFound { what: "this person" });
                }
                let place = part.share.index;
                let row = HolderRow { place, holder: *holder, state: HolderState::Asked, since: now, heard: None };
                rows::put_holder(tx, &id, &row)?;
                let keep = RecoveryMessage::Keep(Box::new(part));
                self.write_letter(tx, keep_slot(&id, holder), to(holder), keep, UnixMillis::MAX)?;
            }
            Ok(())
        })?;
        self.recovery_changed();
        Ok(())
    }

    /// Ends recovery by people: every holder is asked to delete their part.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn end_recovery(&self) -> Result<(), WalletError> {
        self.write(|tx| self.end_older(tx, UnixMillis::MAX, &[]))?;
        self.recovery_changed();
        Ok(())
    }

    /// Ends what was made until `until`. Whoever gets a new part replaces the old one with it and need not be asked.
    fn end_older(&self, tx: &WriteTx<'_>, until: UnixMillis, except: &[ParticipantId]) -> Result<(), WalletError> {
        for id in rows::end_until(tx, until, self.now())? {
            for row in rows::holders(tx, &id)? {
                letters::remove(tx, &keep_slot(&id, &row.holder))?;
                let has_none = matches!(row.state, HolderState::GaveBack | HolderState::Forgot);
                if !has_none && !except.contains(&row.holder) {
                    self.ask_to_forget(tx, &id, &row.holder)?;
                }
            }
        }
        Ok(())
    }

    fn ask_to_forget(&self, tx: &WriteTx<'_>, id: &RecoverySetId, holder: &ParticipantId) -> Result<(), WalletError> {
        let forget = RecoveryMessage::Forget { set: *id };
        let until = self.now().plus(FORGET_DAYS * DAY_MILLIS);
        Ok(self.write_letter(tx, forget_slot(id, holder), to(holder), forget, until)?)
    }

    /// The splitting that counts, and who holds a part of it.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn own_recovery(&self) -> Result<Option<OwnRecovery>, WalletError> {
        self.read(|tx| {
            let Some(SetRow { signed, .. }) = rows::current(tx)? else { return Ok(None) };
            let mut holders = Vec::new();
            for HolderRow { holder, state, since, heard, .. } in rows::holders(tx, &signed.set.id)? {
                holders.push(Holder { certificate: people::by_id(tx, &holder)?, holder, state, since, heard });
            }
            Ok(Some(OwnRecovery { signed, holders }))
        })
    }

    /// Calls for help with this person's seed that are not known to be their own, the newest first.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn recovery_alarms(&self) -> Result<Vec<Alarm>, WalletError> {
        self.read(|tx| {
            let mut alarms: Vec<Alarm> = Vec::new();
            for AlarmRow { caller, holder, name, answer, heard } in rows::alarms(tx)? {
                let verdict = rows::verdict(tx, &caller)?;
                if matches!(verdict, Some(Verdict::Mine | Verdict::Dismissed)) {
                    continue;
                }
                let told = TellsOf { certificate: people::by_id(tx, &holder)?, holder, answer };
                match alarms.iter_mut().find(|alarm| alarm.caller == caller) {
                    Some(alarm) => {
                        alarm.heard = alarm.heard.min(heard);
                        alarm.told.push(told);
                    }
                    None => {
                        let stopped = verdict == Some(Verdict::Stopped);
                        alarms.push(Alarm { caller, name, heard, stopped, told: vec![told] });
                    }
                }
            }
            Ok(alarms)
        })
    }

    /// Stops a call for help: every holder is told, also those who have not been asked yet.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn stop_recovery(&self, caller: &PublicKey) -> Result<(), WalletError> {
        self.write(|tx| {
            rows::put_verdict(tx, caller, Verdict::Stopped, self.now())?;
            let mut holders: Vec<ParticipantId> = rows::alarms(tx)?
                .into_iter()
                .filter(|alarm| alarm.caller == *caller)
                .map(|alarm| alarm.holder)
                .collect();
            if let Some(row) = rows::current(tx)? {
                holders.extend(rows::holders(tx, &row.signed.set.id)?.into_iter().map(|row| row.holder));
            }
            holders.sort_unstable();
            holders.dedup();
            for holder in holders {
                self.tell_to_stop(tx, caller, &holder)?;
            }
            Ok::<_, WalletError>(())
        })?;
        self.recovery_changed();
        Ok(())
    }

    fn tell_to_stop(&self, tx: &WriteTx<'_>, caller: &PublicKey, holder: &ParticipantId) -> Result<(), WalletError> {
        let stop = RecoveryMessage::Stop { caller: *caller };
        let until = self.now().plus(STOP_DAYS * DAY_MILLIS);
        Ok(self.write_letter(tx, stop_slot(caller, holder), to(holder), stop, until)?)
    }

    /// A call for help that is over is no longer shown.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn dismiss_alarm(&self, caller: &PublicKey) -> Result<(), WalletError> {
        self.write(|tx| rows::put_verdict(tx, caller, Verdict::Dismissed, self.now()))?;
        self.recovery_changed();
        Ok(())
    }

    /// After a recovery: the call was this person's own, and these hold a part of the splitting it came from.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn recovered_by(&self, recovered: &Recovered) -> Result<(), WalletError> {
        let Recovered { signed, holders, caller, .. } = recovered;
        self.write(|tx| {
            rows::put_verdict(tx, caller, Verdict::Mine, self.now())?;
            for (place, holder) in holders {
                people::remember(tx, holder)?;
                self.keep_holder(tx, signed, *place, &holder.body.id, self.now())?;
            }
            Ok::<_, WalletError>(())
        })?;
        self.recovery_changed();
        Ok(())
    }

    pub(super) fn receive_kept(
        &self,
        tx: &WriteTx<'_>,
        from: &Certificate,
        signed: SignedSet,
        place: u8,
        events: &mut Vec<WalletEvent>,
    ) -> Result<(), WalletError> {
        if !self.is_mine(&signed) || place == 0 || usize::from(place) > signed.set.count() {
            return Ok(());
        }
        people::remember(tx, from)?;
        self.keep_holder(tx, &signed, place, &from.body.id, self.now())?;
        letters::remove(tx, &keep_slot(&signed.set.id, &from.body.id))?;
        events.push(WalletEvent::Recovery);
        Ok(())
    }

    /// Somebody keeps a part. A wallet that was restored learns of its splitting this way.
    fn keep_holder(
        &self,
        tx: &WriteTx<'_>,
        signed: &SignedSet,
        place: u8,
        holder: &ParticipantId,
        now: UnixMillis,
    ) -> Result<(), WalletError> {
        let id = &signed.set.id;
        let ended = match rows::set(tx, id)? {
            Some(row) => row.ended,
            None => {
                let newest = rows::newest_created(tx)?;
                let ended = newest.filter(|newest| *newest >= signed.set.created).map(|_| now);
                if ended.is_none() {
                    self.end_older(tx, signed.set.created, &[])?;
                }
                rows::insert_set(tx, &SetRow { signed: signed.clone(), ended })?;
                ended
            }
        };
        let known = rows::holders(tx, id)?.into_iter().find(|row| row.place == place);
        if known.as_ref().is_some_and(|row| row.holder != *holder) {
            return Ok(());
        }
        // Whoever has none any more does not get it back: this is an old word that arrived late.
        let left = |row: &HolderRow| matches!(row.state, HolderState::GaveBack | HolderState::Forgot);
        if known.as_ref().is_some_and(left) {
            return Ok(());
        }
        let since = known.filter(|row| row.state == HolderState::Keeps).map_or(now, |row| row.since);
        let row = HolderRow { place, holder: *holder, state: HolderState::Keeps, since, heard: Some(now) };
        rows::put_holder(tx, id, &row)?;
        if ended.is_some() && !letters::exists(tx, &forget_slot(id, holder))? {
            self.ask_to_forget(tx, id, holder)?;
        }
        Ok(())
    }

    pub(super) fn receive_given_back(
        &self,
        tx: &WriteTx<'_>,
        from: &Certificate,
        set: RecoverySetId,
        events: &mut Vec<WalletEvent>,
    ) -> Result<(), WalletError> {
        letters::remove(tx, &keep_slot(&set, &from.body.id))?;
        self.holder_left(tx, from, set, HolderState::GaveBack, events)
    }

    pub(super) fn receive_forgotten(
        &self,
        tx: &WriteTx<'_>,
        from: &Certificate,
        set: RecoverySetId,
        events: &mut Vec<WalletEvent>,
    ) -> Result<(), WalletError> {
        letters::remove(tx, &forget_slot(&set, &from.body.id))?;
        self.holder_left(tx, from, set, HolderState::Forgot, events)
    }

    fn holder_left(
        &self,
        tx: &WriteTx<'_>,
        from: &Certificate,
        set: RecoverySetId,
        state: HolderState,
        events: &mut Vec<WalletEvent>,
    ) -> Result<(), WalletError> {
        let known = rows::holders(tx, &set)?.into_iter().find(|row| row.holder == from.body.id);
        let Some(row) = known.filter(|row| row.state != state) else { return Ok(()) };
        let now = self.now();
        rows::put_holder(tx, &set, &HolderRow { state, since: now, heard: Some(now), ..row })?;
        events.push(WalletEvent::Recovery);
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "a message's fields, in its order")]
    pub(super) fn receive_called(
        &self,
        tx: &WriteTx<'_>,
        from: &Certificate,
        signed: &SignedSet,
        caller: PublicKey,
        name: &str,
        answer: HolderAnswer,
        events: &mut Vec<WalletEvent>,
    ) -> Result<(), WalletError> {
        if !self.is_mine(signed) {
            return Ok(());
        }
        let holder = from.body.id;
        let known = alarm(tx, &caller, &holder)?;
        if known.as_ref().is_some_and(|known| rank(known.answer) >= rank(answer)) {
            return Ok(());
        }
        people::remember(tx, from)?;
        let row = AlarmRow { caller, holder, name: name.to_owned(), answer, heard: self.now() };
        rows::put_alarm(tx, &row)?;
        let verdict = rows::verdict(tx, &caller)?;
        match (verdict, answer) {
            (Some(Verdict::Stopped), HolderAnswer::Agreed { .. }) => {
                self.tell_to_stop(tx, &caller, &holder)?;
            }
            (_, HolderAnswer::Agreed { .. }) => {}
            _ => letters::remove(tx, &stop_slot(&caller, &holder))?,
        }
        events.push(WalletEvent::Recovery);
        let agreed = matches!(answer, HolderAnswer::Agreed { .. });
        if verdict.is_none() && (agreed || known.is_none() && answer == HolderAnswer::Released) {
            events.push(WalletEvent::RecoveryAlarm);
        }
        Ok(())
    }

    fn is_mine(&self, signed: &SignedSet) -> bool {
        let me = self.certificate().map(|me| me.body.id);
        me.is_ok_and(|me| me == signed.set.patient)
            && signed.verify(self.0.remote.network_id(), &self.0.keys.identity.public()).is_ok()
    }
}

fn alarm(tx: &ReadTx<'_>, caller: &PublicKey, holder: &ParticipantId) -> Result<Option<AlarmRow>, WalletError> {
    Ok(rows::alarms(tx)?.into_iter().find(|row| row.caller == *caller && row.holder == *holder))
}

/// Later answers replace earlier ones, in whatever order they arrive.
fn rank(answer: HolderAnswer) -> u8 {
    match answer {
        HolderAnswer::Declined => 0,
        HolderAnswer::Agreed { .. } => 1,
        HolderAnswer::Stopped => 2,
        HolderAnswer::Released => 3,
    }
}

fn keep_slot(id: &RecoverySetId, holder: &ParticipantId) -> String {
    format!("keep {id} {holder}")
}

fn forget_slot(id: &RecoverySetId, holder: &ParticipantId) -> String {
    format!("forget {id} {holder}")
}

fn stop_slot(caller: &PublicKey, holder: &ParticipantId) -> String {
    format!("stop {caller} {holder}")
}
