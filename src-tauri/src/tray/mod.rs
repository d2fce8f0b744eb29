//! The icon beside the clock: opens the windows, locks, ends the app, and says how much is new.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod native;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use native as system;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use serde::Deserialize;
use tauri::{AppHandle, Manager as _, image::Image};

use crate::{host::Host, windows};

const ICON: Image<'static> = tauri::include_image!("../icons/32x32.png");

/// The words of the menu, in the language of the window that spoke last.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Words {
    open: String,
    lock: String,
    quit: String,
}

impl Default for Words {
    fn default() -> Self {
        Self { open: "Open CareKey".into(), lock: "Lock now".into(), quit: "Quit".into() }
    }
}

/// What the icon shows at the moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Face {
    words: Words,
    /// "2 new for Maria Keller", by window.
    news: BTreeMap<String, String>,
}

impl Face {
    fn tip(&self) -> String {
        std::iter::once("CareKey").chain(self.news.values().map(String::as_str)).collect::<Vec<_>>().join("\n")
    }

    /// As red, green, blue and alpha; with a dot while something is new.
    fn icon(&self) -> Image<'static> {
        if self.news.is_empty() { ICON } else { with_dot(&ICON) }
    }
}

/// The icon, where the system has a place for it.
pub(crate) struct Tray {
    face: Mutex<Face>,
    system: Option<system::Icon>,
}

impl Tray {
    /// Puts the icon up. A system without a place for icons is no failure: the app then ends with its last window.
    pub(crate) fn start(app: &AppHandle) -> Self {
        let face = Face::default();
        let system = system::Icon::put_up(app, face.clone());
        Self { face: Mutex::new(face), system }
    }

    /// True while a person can reach the app through the icon.
    pub(crate) fn is_shown(&self) -> bool {
        self.system.as_ref().is_some_and(system::Icon::is_shown)
    }

    /// Takes over the words and what is new in `window`; nothing new takes its line away.
    pub(crate) fn say(&self, window: &str, words: Option<Words>, news: Option<String>) {
        let face = {
            let mut face = self.face.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(words) = words {
                face.words = words;
            }
            match news {
                Some(news) => face.news.insert(window.to_owned(), news),
                None => face.news.remove(window),
            };
            face.clone()
        };
        if let Some(system) = &self.system {
            system.show(face);
        }
    }
}

/// What a click in the menu asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Open,
    Lock,
    Quit,
}

fn fulfil(app: &AppHandle, wish: Wish) {
    match wish {
        Wish::Open => windows::bring_back(app),
        Wish::Lock => {
            let host = app.state::<Host>().inner().clone();
            let windows: Vec<String> = app.webview_windows().into_keys().collect();
            tauri::async_runtime::spawn(async move {
                for window in windows {
                    // A window that shows nobody has nothing to lock.
                    drop(host.call(&window, "profile_lock", serde_json::json!({})).await);
                }
            });
        }
        Wish::Quit => app.exit(0),
    }
}

/// An amber dot in the lower right corner.
fn with_dot(icon: &Image<'_>) -> Image<'static> {
    const AMBER: [u8; 4] = [0xf0, 0x9a, 0x26, 0xff];
    let (width, height) = (icon.width(), icon.height());
    let mut pixels = icon.rgba().to_vec();
    let radius = f64::from(width) / 4.0;
    let (x0, y0) = (f64::from(width) - radius - 0.5, f64::from(height) - radius - 0.5);
    for (place, pixel) in pixels.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let (x, y) = (place as u32 % width, place as u32 / width);
        if (f64::from(x) - x0).hypot(f64::from(y) - y0) <= radius {
            *pixel = AMBER;
        }
    }
    Image::new_owned(pixels, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_stands_in_the_tip_and_as_a_dot_on_the_icon() {
        let mut face = Face::default();
        assert_eq!(face.tip(), "CareKey");
        assert_eq!(face.icon().rgba(), ICON.rgba());
        face.news.insert("start".into(), "2 new for Maria Keller".into());
        assert_eq!(face.tip(), "CareKey\n2 new for Maria Keller");
        assert_ne!(face.icon().rgba(), ICON.rgba());
        assert_eq!(face.icon().rgba().len(), ICON.rgba().len());
    }
}
