//! StatusNotifierItem: the tray of KDE, GNOME with its extension, Xfce, and others.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use ksni::{
    MenuItem, OfflineReason, ToolTip,
    blocking::{Handle, TrayMethods as _},
    menu::StandardItem,
};
use tauri::AppHandle;

use super::{Face, Wish, fulfil};
use crate::windows;

pub(super) struct Icon {
    handle: Handle<Item>,
    shown: Arc<AtomicBool>,
}

impl Icon {
    pub(super) fn put_up(app: &AppHandle, face: Face) -> Option<Self> {
        let shown = Arc::new(AtomicBool::new(true));
        let item = Item { app: app.clone(), face, shown: shown.clone() };
        match item.spawn() {
            Ok(handle) => Some(Self { handle, shown }),
            Err(error) => {
                tracing::info!("this desktop has no place for an icon: {error}");
                None
            }
        }
    }

    pub(super) fn is_shown(&self) -> bool {
        self.shown.load(Ordering::Relaxed)
    }

    pub(super) fn show(&self, face: Face) {
        self.handle.update(|item| item.face = face);
    }
}

struct Item {
    app: AppHandle,
    face: Face,
    shown: Arc<AtomicBool>,
}

impl Item {
    fn entry(label: &str, wish: Wish) -> MenuItem<Self> {
        let activate = Box::new(move |item: &mut Self| fulfil(&item.app, wish));
        StandardItem { label: label.to_owned(), activate, ..Default::default() }.into()
    }
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "org.carekey.desktop".into()
    }

    fn title(&self) -> String {
        self.face.tip().replace('\n', " · ")
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        let image = self.face.icon();
        let argb = image.rgba().as_chunks::<4>().0.iter().flat_map(|&[r, g, b, a]| [a, r, g, b]).collect();
        vec![ksni::Icon { width: image.width() as i32, height: image.height() as i32, data: argb }]
    }

    fn tool_tip(&self) -> ToolTip {
        let tip = self.face.tip();
        let (title, description) = tip.split_once('\n').unwrap_or((&tip, ""));
        ToolTip { title: title.to_owned(), description: description.to_owned(), ..Default::default() }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        fulfil(&self.app, Wish::Open);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let words = &self.face.words;
        vec![
            Self::entry(&words.open, Wish::Open),
            Self::entry(&words.lock, Wish::Lock),
            MenuItem::Separator,
            Self::entry(&words.quit, Wish::Quit),
        ]
    }

    fn watcher_online(&self) {
        self.shown.store(true, Ordering::Relaxed);
    }

    fn watcher_offline(&self, _: OfflineReason) -> bool {
        self.shown.store(false, Ordering::Relaxed);
        // A window that was put away behind the icon would be out of reach.
        windows::bring_back(&self.app);
        true
    }
}
