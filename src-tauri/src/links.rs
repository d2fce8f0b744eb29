//! `carekey:` links that the system hands to the app, from a click elsewhere or a second start.
//!
//! A link waits here until the page takes it, so that none is lost while a window opens. What it means is for the page
//! and the person to find out; nothing is done with it here.

use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Manager as _};

use crate::windows;

/// How long a link may be; an invitation to a large network is the longest.
const LINK_MAX: usize = 64 << 10;

/// The newest link that no page has taken.
#[derive(Debug, Default)]
pub(crate) struct Links(Mutex<Option<String>>);

impl Links {
    /// Keeps a link for the page, in place of one that nobody took.
    pub(crate) fn put(&self, link: String) {
        if link.len() <= LINK_MAX {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(link);
        }
    }

    /// Hands it out, once.
    pub(crate) fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A link came while the app runs, or just the wish to see it.
pub(crate) fn arrived(app: &AppHandle, link: Option<String>) {
    if let Some(link) = link {
        app.state::<Links>().put(link);
    }
    windows::bring_back(app);
    windows::tell_front(app, &windows::Message::Link);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_handed_out_once_and_a_newer_one_takes_its_place() {
        let links = Links::default();
        links.put("carekey:contact?card=a".into());
        links.put("carekey:contact?card=b".into());
        assert_eq!(links.take().as_deref(), Some("carekey:contact?card=b"));
        assert_eq!(links.take(), None);
    }

    #[test]
    fn a_link_of_absurd_length_is_not_kept() {
        let links = Links::default();
        links.put("x".repeat(LINK_MAX + 1));
        assert_eq!(links.take(), None);
    }
}
