//! A profile at work: the wallet follows the ledger, and its events reach the windows that show it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use carekey_wallet::{Wallet, WalletEvent};
use tokio::sync::broadcast::{self, error::RecvError, error::TryRecvError};

use crate::app::App;
use crate::gist;
use crate::news::Newsroom;
use crate::opened::OpenProfile;
use crate::types::{AppEvent, NewsKind, NewsView};

/// What happens within this time is told once: a block with a hundred records is one change of the list.
const GATHER: Duration = Duration::from_millis(50);

/// What a listener who fell behind is told: ask for everything.
const EVERYTHING: [AppEvent; 8] = [
    AppEvent::HospitalsChanged,
    AppEvent::RecordsChanged,
    AppEvent::GrantsChanged,
    AppEvent::AccessChanged,
    AppEvent::SharedChanged,
    AppEvent::WrittenChanged,
    AppEvent::MessagesChanged,
    AppEvent::RecoveryChanged,
];

impl App {
    /// Starts a profile's background work; it ends with the profile.
    pub(crate) fn set_to_work(&self, profile: &Arc<OpenProfile>) {
        let events = profile.wallet.events();
        let wallet = profile.wallet.clone();
        profile.employ(tokio::spawn(async move { wallet.run().await }));
        profile.employ(tokio::spawn(self.clone().keep_reminding(Arc::downgrade(profile))));
        let wallet = profile.wallet.clone();
        profile.employ(tokio::spawn(async move { wallet.read_ahead(gist::READER, gist::understand).await }));
        let (app, weak) = (self.clone(), Arc::downgrade(profile));
        let (id, wallet) = (profile.id.clone(), profile.wallet.clone());
        profile.employ(tokio::spawn(async move { carry(&app, &id, &wallet, events, weak).await }));
    }
}

async fn carry(
    app: &App,
    id: &str,
    wallet: &Wallet,
    mut events: broadcast::Receiver<WalletEvent>,
    profile: Weak<OpenProfile>,
) {
    let mut newsroom = match profile.upgrade() {
        Some(profile) => Newsroom::open(&profile).await,
        None => return,
    };
    loop {
        let mut told = match events.recv().await {
            Ok(event) => vec![event],
            Err(RecvError::Lagged(_)) => Vec::new(),
            Err(RecvError::Closed) => return,
        };
        let mut lagged = told.is_empty();
        tokio::time::sleep(GATHER).await;
        loop {
            match events.try_recv() {
                Ok(event) if !told.contains(&event) => told.push(event),
                Ok(_) => {}
                Err(TryRecvError::Lagged(_)) => lagged = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        let Some(profile) = profile.upgrade() else { return };
        if told.contains(&WalletEvent::Shared) || lagged {
            profile.forget_shared();
        }
        let news = newsroom.look(&profile, &told, lagged).await.unwrap_or_else(|error| {
            tracing::warn!("what is new could not be read: {}", error.message);
            Vec::new()
        });
        drop(profile);
        let mut out: Vec<AppEvent> = if lagged { EVERYTHING.to_vec() } else { Vec::new() };
        if let Some(event) = head_moved(&told, wallet, lagged).await {
            out.push(event);
        }
        for event in told {
            let Some(event) = plain(app, wallet, event) else { continue };
            if !out.contains(&event) {
                out.push(event);
            }
        }
        out.extend(news.into_iter().map(|news| AppEvent::News { news }));
        for event in out {
            app.tell_profile(id, &event);
        }
    }
}

async fn head_moved(told: &[WalletEvent], wallet: &Wallet, lagged: bool) -> Option<AppEvent> {
    if !lagged && !told.iter().any(|event| matches!(event, WalletEvent::Head(_))) {
        return None;
    }
    let head = wallet.ledger_state().await.head.header;
    Some(AppEvent::HeadMoved { height: head.height.0, at: head.time.0 })
}

fn plain(app: &App, wallet: &Wallet, event: WalletEvent) -> Option<AppEvent> {
    match event {
        WalletEvent::Records => Some(AppEvent::RecordsChanged),
        WalletEvent::Written => Some(AppEvent::WrittenChanged),
        WalletEvent::Grants => Some(AppEvent::GrantsChanged),
        WalletEvent::AccessLog => Some(AppEvent::AccessChanged),
        WalletEvent::Hospitals => Some(AppEvent::HospitalsChanged),
        WalletEvent::Shared => Some(AppEvent::SharedChanged),
        WalletEvent::Messages => Some(AppEvent::MessagesChanged),
        WalletEvent::MessageArrived(id) => crate::views::messages::news(wallet, &id),
        WalletEvent::Recovery => Some(AppEvent::RecoveryChanged),
        WalletEvent::RecoveryEntrusted(patient) => {
            let person = wallet.person(&patient).ok().map(|patient| patient.body.name.to_string());
            Some(AppEvent::News { news: NewsView { kind: NewsKind::Recovery, person, title: None } })
        }
        WalletEvent::RecoveryAlarm => {
            Some(AppEvent::News { news: NewsView { kind: NewsKind::RecoveryAlarm, person: None, title: None } })
        }
        WalletEvent::Reachable(_) => {
            app.networks.all().iter().for_each(|network| network.look_now());
            None
        }
        // Told with the time of its block; uploads are told by their tasks.
        WalletEvent::Head(_) | WalletEvent::Upload { .. } => None,
    }
}
