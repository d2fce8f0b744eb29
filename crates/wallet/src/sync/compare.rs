//! The rule by which hospitals are compared: from what one showed, and what is remembered of it, to how it stands.
//!
//! No clock, no network, no storage; times go in. One round of questions gives one [`Sight`] for each hospital, and
//! hospitals are judged one by one: what one does never changes how another stands.

use std::time::Duration;

use carekey_protocol::{BlockHeight, UnixMillis};

use crate::vault::observations::ObservationKind;

/// How long a wallet is patient. Hospitals are machines that restart and lines that break; only what lasts is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Hospitals learn of a block one after the other: one that agreed before still does, if it is behind for less.
    pub settle: Duration,
    /// A hospital that answers may be behind what others showed for this long.
    pub behind: Duration,
    /// A hospital that announces blocks may leave questions for them unanswered for this long.
    pub silent_about_blocks: Duration,
    /// While something of one's own waits, the ledger may stand still for this long before the network counts as paused.
    pub paused: Duration,
    /// Others are asked this often where a hospital is that does not answer.
    pub find: Duration,
    /// A transaction that is in no block after this long is handed in again, elsewhere: whoever took it may have died.
    pub again: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            settle: Duration::from_secs(5),
            behind: Duration::from_secs(30),
            silent_about_blocks: Duration::from_secs(10),
            paused: Duration::from_secs(15),
            find: Duration::from_secs(60),
            again: Duration::from_secs(3),
        }
    }
}

/// What a hospital showed in one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// It did not answer.
    Silent,
    /// This wallet's head, or one that is proved to continue it.
    Agrees,
    /// An older head; so far as it can be checked, of this ledger.
    Older(BlockHeight),
    /// A newer head, and no answer when asked for what leads there.
    Unanswered,
    /// Something that does not fit.
    Caught(ObservationKind),
}

/// How a hospital stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HospitalState {
    /// Was not asked yet, or nobody knows where it is.
    Unknown,
    /// Shows the ledger this wallet follows.
    Agrees,
    /// Does not answer.
    Silent {
        /// Since when.
        since: UnixMillis,
    },
    /// Shows an older block than others do.
    Behind {
        /// Since when.
        since: UnixMillis,
    },
    /// Showed something that does not fit in this session, and is asked last.
    Caught(ObservationKind),
}

/// A hospital is behind until it shows what was known when that began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lag {
    target: BlockHeight,
    since: UnixMillis,
    told: bool,
}

/// Questions for announced blocks are not answered since then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unanswered {
    since: UnixMillis,
    told: bool,
}

/// What is remembered of one hospital from round to round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    lag: Option<Lag>,
    silent: Option<UnixMillis>,
    unanswered: Option<Unanswered>,
    caught: Option<ObservationKind>,
    agrees: bool,
}

/// Judges one hospital. `ours` is the head this wallet had verified before the round, `now` a time that never runs
/// backwards. Answers what is to be remembered, and what was newly observed.
pub(crate) fn judge(
    before: Memory,
    sight: Sight,
    ours: BlockHeight,
    now: UnixMillis,
    bounds: &Bounds,
) -> (Memory, Option<ObservationKind>) {
    let caught = before.caught;
    match sight {
        Sight::Silent => {
            let silent = before.silent.or(Some(now));
            (Memory { silent, caught, ..Memory::default() }, None)
        }
        Sight::Agrees => {
            // Showing the right head makes a wrong head good. Nothing makes wrong blocks and proofs good.
            let caught = caught.filter(|kind| !kind.is_about_the_head());
            (Memory { caught, agrees: true, ..Memory::default() }, None)
        }
        // As new as what was known before the round: nobody is late, but nobody begins to agree by it either.
        Sight::Older(shown) if shown >= ours => (Memory { caught, agrees: before.agrees, ..Memory::default() }, None),
        Sight::Older(shown) => {
            let mut lag = match before.lag {
                Some(lag) if shown < lag.target => lag,
                _ => Lag { target: ours, since: now, told: false },
            };
            let stale = !lag.told && is_over(lag.since, bounds.behind, now);
            lag.told |= stale;
            let agrees = before.agrees && !lag.told && !is_over(lag.since, bounds.settle, now);
            (Memory { lag: Some(lag), caught, agrees, ..Memory::default() }, stale.then_some(ObservationKind::Stale))
        }
        Sight::Unanswered => {
            let mut unanswered = before.unanswered.unwrap_or(Unanswered { since: now, told: false });
            let withheld = !unanswered.told && is_over(unanswered.since, bounds.silent_about_blocks, now);
            unanswered.told |= withheld;
            let memory = Memory { lag: before.lag, unanswered: Some(unanswered), caught, ..Memory::default() };
            (memory, withheld.then_some(ObservationKind::Withheld))
        }
        Sight::Caught(kind) => {
            let gravest = caught.map_or(kind, |known| known.min(kind));
            (Memory { caught: Some(gravest), ..Memory::default() }, Some(kind))
        }
    }
}

fn is_over(since: UnixMillis, bound: Duration, now: UnixMillis) -> bool {
    u128::from(now.0.saturating_sub(since.0)) >= bound.as_millis()
}

impl Memory {
    /// How the hospital stands.
    pub(crate) fn state(&self) -> HospitalState {
        match *self {
            Self { caught: Some(kind), .. } => HospitalState::Caught(kind),
            Self { silent: Some(since), .. } => HospitalState::Silent { since },
            Self { agrees: true, .. } => HospitalState::Agrees,
            Self { unanswered: Some(Unanswered { told: true, .. }), .. } => {
                HospitalState::Caught(ObservationKind::Withheld)
            }
            Self { unanswered: Some(Unanswered { since, .. }), .. } | Self { lag: Some(Lag { since, .. }), .. } => {
                HospitalState::Behind { since }
            }
            _ => HospitalState::Unknown,
        }
    }

    /// Whether it showed this wallet's ledger in the last round.
    pub(crate) fn agrees(&self) -> bool {
        self.agrees
    }

    /// Whether it is asked last.
    pub(crate) fn is_distrusted(&self) -> bool {
        matches!(self.state(), HospitalState::Caught(_))
    }

    /// Whether it is behind, and was not for long, or did not agree yet: it is worth looking again soon.
    pub(crate) fn may_catch_up(&self) -> bool {
        self.lag.is_some_and(|lag| !lag.told) || self.state() == HospitalState::Unknown
    }

    /// Something it answered apart from its head does not fit.
    pub(crate) fn catch(&mut self, kind: ObservationKind) {
        self.caught = Some(self.caught.map_or(kind, |known| known.min(kind)));
    }
}

impl ObservationKind {
    /// Whether it concerns only which head is shown.
    fn is_about_the_head(self) -> bool {
        matches!(self, Self::Equivocation | Self::ForgedHead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BOUNDS: Bounds = Bounds {
        settle: Duration::from_millis(10),
        behind: Duration::from_millis(100),
        silent_about_blocks: Duration::from_millis(50),
        paused: Duration::ZERO,
        find: Duration::ZERO,
        again: Duration::ZERO,
    };

    /// Rounds of (time since the last, our head grows by, what is shown). Answers the memory and all observations.
    fn play(rounds: impl IntoIterator<Item = (u64, u64, Sight)>) -> (Memory, Vec<ObservationKind>) {
        let (mut now, mut ours) = (UnixMillis(1000), BlockHeight(100));
        let (mut memory, mut seen) = (Memory::default(), Vec::new());
        for (later, grown, sight) in rounds {
            (now, ours) = (now.plus(later), BlockHeight(ours.0 + grown));
            let (next, observed) = judge(memory, sight, ours, now, &BOUNDS);
            memory = next;
            seen.extend(observed);
        }
        (memory, seen)
    }

    fn sight() -> impl Strategy<Value = Sight> {
        prop_oneof![
            Just(Sight::Silent),
            Just(Sight::Agrees),
            (0..300_u64).prop_map(|height| Sight::Older(BlockHeight(height))),
            Just(Sight::Unanswered),
            (0..ObservationKind::ALL.len()).prop_map(|kind| Sight::Caught(ObservationKind::ALL[kind])),
        ]
    }

    #[test]
    fn a_head_that_stays_behind_is_stale_once_the_bound_is_over_and_is_told_once() {
        let old = Sight::Older(BlockHeight(100));
        let (memory, seen) = play([(0, 5, old), (99, 0, old)]);
        assert!(seen.is_empty() && matches!(memory.state(), HospitalState::Behind { since: UnixMillis(1000) }));
        let (_, seen) = play([(0, 5, old), (99, 0, old), (1, 0, old), (500, 0, old)]);
        assert_eq!(seen, [ObservationKind::Stale]);
        let (memory, _) = play([(0, 5, old), (100, 0, old), (1, 0, Sight::Agrees)]);
        assert_eq!(memory.state(), HospitalState::Agrees, "being late is made good by coming");
    }

    #[test]
    fn hospitals_that_learn_of_a_block_a_moment_later_agree_all_the_while() {
        let old = Sight::Older(BlockHeight(100));
        let state = |rounds: &[(u64, u64, Sight)]| play(rounds.iter().copied()).0.state();
        assert_eq!(state(&[(0, 0, Sight::Agrees), (0, 1, old), (9, 0, old)]), HospitalState::Agrees);
        assert!(matches!(state(&[(0, 0, Sight::Agrees), (0, 1, old), (10, 0, old)]), HospitalState::Behind { .. }));
        assert!(matches!(state(&[(0, 1, old)]), HospitalState::Behind { .. }), "nobody agrees before they did once");
    }

    #[test]
    fn questions_for_announced_blocks_may_fail_for_a_while() {
        let (_, seen) = play([(0, 0, Sight::Unanswered), (49, 0, Sight::Unanswered)]);
        assert!(seen.is_empty());
        let (memory, seen) = play([(0, 0, Sight::Unanswered), (50, 0, Sight::Unanswered)]);
        assert_eq!(seen, [ObservationKind::Withheld]);
        assert_eq!(memory.state(), HospitalState::Caught(ObservationKind::Withheld));
        let (_, seen) = play([(0, 0, Sight::Unanswered), (49, 0, Sight::Agrees), (49, 0, Sight::Unanswered)]);
        assert!(seen.is_empty(), "an answer between them starts the time again");
    }

    #[test]
    fn the_right_head_makes_a_wrong_head_good_and_wrong_blocks_not() {
        let again = |kind| play([(0, 0, Sight::Caught(kind)), (1, 0, Sight::Agrees)]).0;
        assert!(!again(ObservationKind::Equivocation).is_distrusted());
        assert!(again(ObservationKind::WrongProof).is_distrusted());
        let silent = play([(0, 0, Sight::Caught(ObservationKind::Equivocation)), (1, 0, Sight::Silent)]).0;
        assert!(silent.is_distrusted(), "silence makes nothing good");
    }

    proptest! {
        /// A hospital that shows within the bound what was known at its beginning is never accused, however it lags.
        #[test]
        fn a_slow_hospital_that_keeps_coming_is_not_accused(
            rounds in prop::collection::vec((0..30_u64, 0..5_u64), 1..60)
        ) {
            let mut heads = vec![(1000_u64, 100_u64)];
            let played: Vec<_> = rounds.iter().map(|(later, grown)| {
                let (time, head) = *heads.last().unwrap();
                let now = time + later;
                // It shows what the newest head was at the last round that is at least 20 ms ago.
                heads.push((now, head + grown));
                let shown = heads.iter().rev().find(|(then, _)| now - then >= 20).map_or(100, |(_, head)| *head);
                (*later, *grown, Sight::Older(BlockHeight(shown)))
            }).collect();
            prop_assert!(play(played).1.is_empty());
        }

        /// Whoever answers with nothing newer than one height is noticed after at most twice the bound.
        #[test]
        fn a_hospital_that_stands_still_while_others_go_on_is_noticed(
            rounds in prop::collection::vec((1..30_u64, 1..5_u64, 0..=100_u64), 1..60)
        ) {
            let over: u64 = rounds.iter().skip(1).map(|(later, ..)| later).sum();
            let played = rounds.iter().map(|(later, grown, shown)| (*later, *grown, Sight::Older(BlockHeight(*shown))));
            prop_assert_eq!(!play(played).1.is_empty(), over >= 100);
        }

        /// Only what does not fit is held against a hospital, and only agreeing makes it agree.
        #[test]
        fn states_follow_from_sights(rounds in prop::collection::vec((0..100_u64, 0..5_u64, sight()), 1..40)) {
            let (memory, seen) = play(rounds.clone());
            let last = rounds.last().unwrap().2;
            prop_assert!(!memory.is_distrusted() || !seen.is_empty());
            prop_assert_eq!(memory.agrees() && !matches!(last, Sight::Older(_)), last == Sight::Agrees);
            if let Sight::Caught(kind) = last {
                prop_assert_eq!(seen.last(), Some(&kind));
                prop_assert!(memory.is_distrusted());
            }
        }
    }
}
