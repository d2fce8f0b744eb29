//! The menu bar of macOS, the notification area of Windows.

use tauri::{
    AppHandle,
    menu::{Menu, MenuItem, PredefinedMenuItem},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};

use super::{Face, Wish, fulfil};

pub(super) struct Icon {
    icon: TrayIcon,
    app: AppHandle,
}

impl Icon {
    pub(super) fn put_up(app: &AppHandle, face: Face) -> Option<Self> {
        let built = menu(app, &face).and_then(|menu| {
            TrayIconBuilder::new()
                .icon(face.icon())
                .tooltip(face.tip())
                .menu(&menu)
                .show_menu_on_left_click(cfg!(target_os = "macos"))
                .on_menu_event(|app, event| match event.id().as_ref() {
                    "open" => fulfil(app, Wish::Open),
                    "lock" => fulfil(app, Wish::Lock),
                    "quit" => fulfil(app, Wish::Quit),
                    _ => {}
                })
                .on_tray_icon_event(|icon, event| {
                    if let TrayIconEvent::Click {
                        button: MouseButton::Left, button_state: MouseButtonState::Up, ..
                    } = event
                    {
                        fulfil(icon.app_handle(), Wish::Open);
                    }
                })
                .build(app)
        });
        match built {
            Ok(icon) => Some(Self { icon, app: app.clone() }),
            Err(error) => {
                tracing::warn!("no icon beside the clock: {error}");
                None
            }
        }
    }

    pub(super) fn is_shown(&self) -> bool {
        true
    }

    pub(super) fn show(&self, face: Face) {
        let shown = menu(&self.app, &face)
            .and_then(|menu| self.icon.set_menu(Some(menu)))
            .and_then(|()| self.icon.set_icon(Some(face.icon())))
            .and_then(|()| self.icon.set_tooltip(Some(face.tip())));
        if let Err(error) = shown {
            tracing::warn!("the icon beside the clock is not up to date: {error}");
        }
    }
}

fn menu(app: &AppHandle, Face { words, .. }: &Face) -> tauri::Result<Menu<tauri::Wry>> {
    Menu::with_items(
        app,
        &[
            &MenuItem::with_id(app, "open", &words.open, true, None::<&str>)?,
            &MenuItem::with_id(app, "lock", &words.lock, true, None::<&str>)?,
            &PredefinedMenuItem::separator(app)?,
            &MenuItem::with_id(app, "quit", &words.quit, true, None::<&str>)?,
        ],
    )
}
