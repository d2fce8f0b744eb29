//! Giving access and taking it back (S2 Alg. 5 steps 1–5; revocation is ours).

pub(crate) mod compose;
mod stopping;

use std::collections::{BTreeMap, HashSet};

use carekey_crypto::Digest;
use carekey_protocol::derive::{derive_sigma, rho};
use carekey_protocol::pass::Scope;
use carekey_protocol::{Collection, ParticipantId, RecordRef, UnixMillis};

use crate::errands::{Work, promise};
use crate::error::WalletError;
use crate::events::WalletEvent;
pub use crate::vault::grants::{GrantRow, GrantWhat, ReaderKeys};
use crate::vault::{Progress, ReadTx, VaultError, WriteTx, collections, endings, grants, people, records};
use crate::wallet::Wallet;

pub use crate::vault::Progress as GrantProgress;

/// How many grants one decision may be made of. Each is a transaction and a row at a hospital, and a restored wallet
/// looks this far beyond the last grant it found.
pub const DECISION_GRANTS_MAX: usize = 200;

/// What a patient decides about one collection or record.
#[derive(Debug, Clone)]
pub struct GrantDraft {
    /// Who may read.
    pub grantee: ParticipantId,
    /// What.
    pub what: GrantTarget,
    /// Until when; `UnixMillis::MAX` for until stopped.
    pub not_after: UnixMillis,
    /// Why: the reader sees it.
    pub purpose: String,
    /// More about why, for the patient alone.
    pub note: Option<String>,
}

/// What can be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrantTarget {
    /// A collection, records still to come included.
    Collection(Collection),
    /// One record.
    Record(RecordRef),
}

impl GrantWhat {
    /// The same, whatever the epoch.
    pub fn target(&self) -> GrantTarget {
        match self {
            Self::Collection { collection, .. } => GrantTarget::Collection(*collection),
            Self::Record { reference } => GrantTarget::Record(*reference),
        }
    }
}

/// The terms of a decision, which can be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Until when; `UnixMillis::MAX` for until stopped.
    pub not_after: UnixMillis,
    /// Why: the reader sees it.
    pub purpose: String,
    /// More about why, for the patient alone.
    pub note: Option<String>,
}

/// One decision: all that one person was given at once. It is changed and stopped as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Number of the first grant that was made for it.
    pub id: u64,
    /// When it was made.
    pub created: UnixMillis,
    /// The grant that stands for each thing it opens; the newest first, never empty.
    pub grants: Vec<GrantRow>,
}

impl Decision {
    /// The grant that was made last: its terms are the decision's.
    pub fn latest(&self) -> &GrantRow {
        &self.grants[0]
    }

    /// Neither stopped nor over.
    pub fn is_in_force(&self, now: UnixMillis) -> bool {
        self.grants.iter().any(|row| row.revoke.is_none() && row.not_after > now)
    }
}

impl Wallet {
    /// Decides a grant. When this returns it is saved and will be sent; its number names it.
    ///
    /// # Errors
    /// As [`share`](Self::share).
    pub fn grant(&self, draft: GrantDraft) -> Result<u64, WalletError> {
        let GrantDraft { grantee, what, not_after, purpose, note } = draft;
        self.share(&grantee, &[what], Terms { not_after, purpose, note })
    }

    /// Decides to give somebody several things at once. When this returns all of it is saved and will be sent; the
    /// number of the decision names it. What the person had already under other terms is replaced without a gap.
    ///
    /// # Errors
    /// [`WalletError::AlreadyGranted`] if all of it is in force under the same terms; [`WalletError::NotFound`] for an
    /// unknown person or record; [`WalletError::TooMany`].
    pub fn share(&self, grantee: &ParticipantId, what: &[GrantTarget], terms: Terms) -> Result<u64, WalletError> {
        self.certificate()?;
        let mut seen = HashSet::new();
        let targets: Vec<GrantTarget> = what.iter().copied().filter(|target| seen.insert(*target)).collect();
        if targets.is_empty() || targets.len() > DECISION_GRANTS_MAX {
            return Err(WalletError::TooMany { asked: targets.len(), max: DECISION_GRANTS_MAX });
        }
        let now = self.now();
        let decision = self.write(|tx| {
            let certificate = people::by_id(tx, grantee)?.ok_or(WalletError::NotFound { what: "this person" })?;
            let decision = grants::next_number(tx)?;
            let (mut kept, mut made) = (Vec::new(), false);
            for target in targets {
                let what = resolve(tx, target)?;
                let had = standing(tx, what, now)?.into_iter().find(|row| row.grantee == *grantee);
                if let Some(had) = &had
                    && (had.not_after, &had.purpose) == (terms.not_after, &terms.purpose)
                {
                    kept.push(had.n);
                    continue;
                }
                let n = grants::next_number(tx)?;
                let row = GrantRow {
                    n,
                    what,
                    grantee: *grantee,
                    grantee_name: certificate.body.name.to_string(),
                    reader: Some(ReaderKeys {
                        identity: certificate.body.identity,
                        receiving: certificate.body.receiving,
                    }),
                    purpose: terms.purpose.clone(),
                    note: terms.note.clone(),
                    scope: Scope::Read,
                    not_before: UnixMillis(0),
                    not_after: terms.not_after,
                    rho: self.rho(n),
                    created: now,
                    continues: None,
                    bundle: decision,
                    grant: Progress::Saved,
                    revoke: None,
                };
                self.begin(tx, &row, had.as_ref(), now)?;
                made = true;
            }
            if !made {
                return Err(WalletError::AlreadyGranted);
            }
            // What the person had under the same terms is part of what was decided now.
            kept.into_iter().try_for_each(|n| grants::set_bundle(tx, n, decision))?;
            self.answer_requests(tx, grantee)?;
            Ok(decision)
        })?;
        self.tell(WalletEvent::Grants);
        self.0.nudge.notify_one();
        Ok(decision)
    }

    /// Puts other terms in place of those of a decision: longer, shorter, or for another reason. What it opens stays the
    /// same, and can be read all the time: the old grants end once the new ones are on the ledger.
    ///
    /// # Errors
    /// [`WalletError::NotFound`] if there is no such decision, or it was stopped.
    pub fn change_terms(&self, decision: u64, terms: Terms) -> Result<(), WalletError> {
        self.certificate()?;
        let now = self.now();
        self.write(|tx| {
            let unknown = WalletError::NotFound { what: "this access" };
            let rows = newest_for_each(grants::of_bundle(tx, decision)?);
            let rows: Vec<GrantRow> = rows.into_iter().filter(|row| row.revoke.is_none()).collect();
            let Some(latest) = rows.first() else { return Err(unknown) };
            if (latest.not_after, &latest.purpose) != (terms.not_after, &terms.purpose) {
                for had in &rows {
                    let n = grants::next_number(tx)?;
                    let what = match resolve(tx, had.what.target()) {
                        // Nothing is left of it to be read.
                        Err(WalletError::NotFound { .. }) => continue,
                        other => other?,
                    };
                    let row = GrantRow {
                        n,
                        what,
                        purpose: terms.purpose.clone(),
                        not_after: terms.not_after,
                        rho: self.rho(n),
                        created: now,
                        continues: Some(had.n),
                        grant: Progress::Saved,
                        ..had.clone()
                    };
                    self.begin(tx, &row, Some(had), now)?;
                }
            }
            Ok::<_, WalletError>(grants::set_note(tx, decision, terms.note.as_deref())?)
        })?;
        self.tell(WalletEvent::Grants);
        self.0.nudge.notify_one();
        Ok(())
    }

    /// Promises a grant, and the end of the one it replaces.
    fn begin(
        &self,
        tx: &WriteTx<'_>,
        row: &GrantRow,
        replaces: Option<&GrantRow>,
        now: UnixMillis,
    ) -> Result<(), VaultError> {
        grants::insert(tx, row)?;
        promise(tx, &Work::Grant { n: row.n }, now)?;
        if let Some(old) = replaces {
            grants::set_bundle(tx, old.n, row.bundle)?;
            promise(tx, &Work::Retire { old: old.n, new: row.n }, now)?;
        }
        Ok(())
    }

    /// Every grant that stands for something, the newest first: those that a later epoch carried on or other terms
    /// replaced are left out.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn grants(&self) -> Result<Vec<GrantRow>, WalletError> {
        Ok(newest_for_each(self.read(grants::list)?))
    }

    /// Every grant there ever was, the newest first: accesses speak of old ones too.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn grants_ever(&self) -> Result<Vec<GrantRow>, WalletError> {
        Ok(self.read(grants::list)?)
    }

    /// Every decision, the newest first.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn decisions(&self) -> Result<Vec<Decision>, WalletError> {
        let rows = self.read(grants::list)?;
        let mut created: BTreeMap<u64, UnixMillis> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.n >= row.bundle) {
            // The oldest comes last.
            created.insert(row.bundle, row.created);
        }
        let mut of: BTreeMap<u64, Vec<GrantRow>> = BTreeMap::new();
        for row in newest_for_each(rows) {
            of.entry(row.bundle).or_default().push(row);
        }
        let decision = |(id, grants): (u64, Vec<GrantRow>)| {
            let created = created.get(&id).copied().unwrap_or(grants[0].created);
            Decision { id, created, grants }
        };
        Ok(of.into_iter().rev().map(decision).collect())
    }

    /// The decision a grant belongs to.
    ///
    /// # Errors
    /// [`WalletError::NotFound`].
    pub fn decision_of(&self, n: u64) -> Result<u64, WalletError> {
        let row = self.read(|tx| grants::get(tx, n))?.ok_or(WalletError::NotFound { what: "this access" })?;
        Ok(row.bundle)
    }

    /// Decisions that end within `millis` from `now`, of which the person has not said that they may.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn ending(&self, now: UnixMillis, millis: u64) -> Result<Vec<Decision>, WalletError> {
        let known = self.read(endings::all)?;
        let mut ending = self.decisions()?;
        ending.retain(|decision| {
            let end = decision.latest().not_after;
            decision.is_in_force(now)
                && end != UnixMillis::MAX
                && end <= now.plus(millis)
                && !known.get(&(decision.id, end)).copied().unwrap_or(false)
        });
        ending.sort_by_key(|decision| decision.latest().not_after);
        Ok(ending)
    }

    /// Of the decisions that [end soon](Self::ending), those the person has not been told of. Telling is noted.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn endings_to_tell(&self, now: UnixMillis, millis: u64) -> Result<Vec<Decision>, WalletError> {
        let ending = self.ending(now, millis)?;
        self.write(|tx| {
            let mut new = Vec::new();
            for decision in ending {
                if endings::tell(tx, decision.id, decision.latest().not_after)? {
                    new.push(decision);
                }
            }
            Ok(new)
        })
    }

    /// Notes that the person lets a decision end when it ends.
    ///
    /// # Errors
    /// [`WalletError::NotFound`].
    pub fn let_end(&self, decision: u64) -> Result<(), WalletError> {
        self.write(|tx| {
            let rows = grants::of_bundle(tx, decision)?;
            let latest = rows.first().ok_or(WalletError::NotFound { what: "this access" })?;
            Ok::<_, WalletError>(endings::accept(tx, decision, latest.not_after)?)
        })?;
        self.tell(WalletEvent::Grants);
        Ok(())
    }

    /// The grant whose pass carries `rho`, as a receipt names it.
    ///
    /// # Errors
    /// [`WalletError::Vault`].
    pub fn grant_by_rho(&self, rho: &Digest) -> Result<Option<GrantRow>, WalletError> {
        Ok(self.read(|tx| grants::by_rho(tx, rho))?)
    }

    pub(crate) fn rho(&self, n: u64) -> Digest {
        rho(derive_sigma(&self.0.keys.root, n).expose())
    }
}

/// What a target is today.
fn resolve(tx: &ReadTx<'_>, target: GrantTarget) -> Result<GrantWhat, WalletError> {
    match target {
        GrantTarget::Collection(collection) => {
            Ok(GrantWhat::Collection { collection, epoch: collections::epoch(tx, collection)? })
        }
        GrantTarget::Record(reference) => match records::get(tx, &reference)? {
            Some(row) if row.erase.is_none() => Ok(GrantWhat::Record { reference }),
            _ => Err(WalletError::NotFound { what: "this record" }),
        },
    }
}

/// Of each decision's grants that open the same, the newest.
fn newest_for_each(mut rows: Vec<GrantRow>) -> Vec<GrantRow> {
    let mut seen = HashSet::new();
    rows.retain(|row| seen.insert((row.bundle, row.what.target())));
    rows
}

/// Grants of the same collection or record that a reader can use today, one for each reader: the newest.
fn standing(tx: &ReadTx<'_>, what: GrantWhat, now: UnixMillis) -> Result<Vec<GrantRow>, VaultError> {
    let mut rows = Vec::new();
    let mut seen = HashSet::new();
    for row in grants::in_force(tx, what, now)? {
        if !is_carried_on(tx, &row)? && seen.insert(row.grantee) {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// A grant of an epoch that is over opens nothing any more; whoever was to stay has another for the present one.
fn is_carried_on(tx: &ReadTx<'_>, row: &GrantRow) -> Result<bool, VaultError> {
    match row.what {
        GrantWhat::Collection { collection, epoch } => Ok(epoch < collections::epoch(tx, collection)?),
        GrantWhat::Record { .. } => Ok(false),
    }
}
