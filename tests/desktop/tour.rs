//! The tour of `cargo xtask run` on a machine without a display: the story, told aloud.

use crate::{desk::Desk, story};

#[tokio::test]
#[ignore = "played by `cargo xtask tour`; the story itself is a test already"]
#[allow(clippy::print_stdout, reason = "it is told to the person at the terminal")]
async fn tour() {
    let desk = Desk::start().await;
    let app = desk.open("tour", &[]).await;
    story::tell(&app, |sentence| println!("  {sentence}")).await;
    app.quit().await;
}
