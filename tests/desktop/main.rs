//! The real app on a desk of its own: a private display, session bus and key store, driven as a person
//! would through WebDriver. Run by `cargo xtask test`; needs the app built.
//!
//! ```ignore
//! let desk = Desk::start().await;
//! let app = desk.open("home", &[]).await;                 // one process, its data kept under the name "home"
//! let maria = app.window().await;
//! maria.click("profile-maria").await;                      // by data-testid, waits until it is there
//! let doctor = app.next_window(maria.click("profile-amir-window")).await;
//! doctor.see_text("patient-row", "Maria").await;  
//! doctor.picture("doctor-inbox").await;                    // target/desktop/doctor-inbox.png
//! drop(app);                                               // or app.quit() / app.kill(), then desk.open("home", …) again
//! ```

#![allow(clippy::unwrap_used, reason = "a test that finds something missing ends there")]

mod app;
mod desk;
mod leash;
mod people;
mod window;

mod care;
mod custody;
mod files;
mod installed;
mod keyboard;
mod links;
mod newcomer;
mod offline;
mod recovery;
mod shell;
mod story;
mod tour;
mod viewing;
