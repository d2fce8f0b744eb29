//! What came from others since the person last knew: documents, shares, accesses that do not add up.
//!
//! What was there when the profile was opened is no news, nor is a past that a new or restored computer fetches. Other
//! news, such as requests, are told by the messages they come in.

use std::collections::HashSet;
use std::hash::Hash;

use carekey_crypto::Digest;
use carekey_protocol::RecordRef;
use carekey_protocol::access::Challenge;
use carekey_wallet::{Wallet, WalletEvent};

use crate::opened::OpenProfile;
use crate::types::{ErrorView, NewsKind, NewsView};
use crate::views::people::People;
use crate::views::records::ADVICE;

/// Everything of which the person need not be told again; none while the past is still being fetched.
pub(crate) struct Newsroom {
    known: Option<Known>,
}

#[derive(Default)]
struct Known {
    records: HashSet<RecordRef>,
    shares: HashSet<Digest>,
    flagged: HashSet<Challenge>,
}

impl Newsroom {
    pub(crate) async fn open(profile: &OpenProfile) -> Self {
        let mut room = Self { known: None };
        // A wallet that has looked at some blocks has met its past already.
        if profile.wallet.ledger_state().await.scanned.0 > 0
            && let Err(error) = room.learn_all(profile)
        {
            tracing::warn!("what was there could not be read: {}", error.message);
        }
        room
    }

    /// The news among what changed.
    pub(crate) async fn look(
        &mut self,
        profile: &OpenProfile,
        told: &[WalletEvent],
        all: bool,
    ) -> Result<Vec<NewsView>, ErrorView> {
        if self.known.is_none() {
            if has_caught_up(&profile.wallet).await {
                self.learn_all(profile)?;
            }
            return Ok(Vec::new());
        }
        let is_told = |event: WalletEvent| all || told.contains(&event);
        let mut news = Vec::new();
        if is_told(WalletEvent::Records) {
            news.extend(self.records(profile)?);
        }
        if is_told(WalletEvent::Shared) {
            news.extend(self.shares(profile)?);
        }
        if is_told(WalletEvent::AccessLog) {
            news.extend(self.flagged(profile)?);
        }
        Ok(news)
    }

    fn learn_all(&mut self, profile: &OpenProfile) -> Result<(), ErrorView> {
        self.known = Some(Known::default());
        self.records(profile)?;
        self.shares(profile)?;
        self.flagged(profile)?;
        Ok(())
    }

    fn records(&mut self, profile: &OpenProfile) -> Result<Vec<NewsView>, ErrorView> {
        let Some(known) = &mut self.known else { return Ok(Vec::new()) };
        let rows = profile.wallet.records(None)?;
        let fresh = unknown(&mut known.records, rows, |row| row.reference);
        let fresh = fresh.into_iter().filter(|row| !row.self_reported && row.erase.is_none());
        let news = fresh.map(|row| {
            let person = profile.wallet.author(&row).ok().map(|author| author.body.name.to_string());
            let kind = if row.media_type == ADVICE { NewsKind::Advice } else { NewsKind::Record };
            NewsView { kind, person, title: Some(row.title) }
        });
        Ok(news.collect())
    }

    fn shares(&mut self, profile: &OpenProfile) -> Result<Vec<NewsView>, ErrorView> {
        let Some(known) = &mut self.known else { return Ok(Vec::new()) };
        let rows = profile.wallet.shared()?;
        let fresh = unknown(&mut known.shares, rows, |row| row.pass.terms.rho);
        let people = People::of(profile)?;
        let mut news: Vec<NewsView> = Vec::new();
        for row in fresh.iter().filter(|row| row.stopped.is_none()) {
            let name = people.view_id(&row.pass.patient, "").name;
            let share =
                NewsView { kind: NewsKind::Share, person: Some(name).filter(|name| !name.is_empty()), title: None };
            // Several passes of one person, as for a record and a collection, are one piece of news.
            if !news.contains(&share) {
                news.push(share);
            }
        }
        Ok(news)
    }

    fn flagged(&mut self, profile: &OpenProfile) -> Result<Vec<NewsView>, ErrorView> {
        let Some(known) = &mut self.known else { return Ok(Vec::new()) };
        let rows = profile.wallet.access_log()?.into_iter().filter(|access| !access.flags.is_empty());
        let fresh = unknown(&mut known.flagged, rows, |access| access.challenge);
        let person = |access: carekey_wallet::access_log::Access| access.certificate.map(|of| of.body.name.to_string());
        Ok(fresh
            .into_iter()
            .map(|access| NewsView { kind: NewsKind::Flagged, person: person(access), title: None })
            .collect())
    }
}

/// Those whose key was not among the known; it is from now on.
fn unknown<T, K: Eq + Hash>(
    known: &mut HashSet<K>,
    rows: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    rows.into_iter().filter(|row| known.insert(key(row))).collect()
}

async fn has_caught_up(wallet: &Wallet) -> bool {
    let state = wallet.ledger_state().await;
    state.reachable && state.head.header.height.0 > 0 && state.scanned >= state.head.header.height
}
