//! Who asks: a session, and the profile it shows.

use std::sync::Arc;

use crate::app::App;
use crate::errors;
use crate::network::Network;
use crate::opened::OpenProfile;
use crate::session::Shows;
use crate::types::{ErrorCode, ErrorView};

/// One request's view of the program.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) app: App,
    pub(crate) session: String,
}

impl Context {
    /// The network this session has to do with.
    pub(crate) fn network(&self) -> Arc<Network> {
        self.app.network_of(&self.session)
    }

    /// The profile this session shows, with its wallet.
    ///
    /// # Errors
    /// `noProfile`, `locked`.
    pub(crate) fn profile(&self) -> Result<Arc<OpenProfile>, ErrorView> {
        match self.app.sessions.get(&self.session) {
            Shows::Profile(id) => self.app.profiles.opened(&id).ok_or_else(|| errors::plain(ErrorCode::Locked)),
            Shows::Start | Shows::Draft(_) => Err(errors::plain(ErrorCode::NoProfile)),
        }
    }

    /// As [`profile`](Self::profile), of somebody who is registered.
    ///
    /// # Errors
    /// `notEnrolled` too.
    pub(crate) fn member(&self) -> Result<Arc<OpenProfile>, ErrorView> {
        let profile = self.profile()?;
        profile.wallet.certificate()?;
        Ok(profile)
    }
}
