//! One running app on a [`Desk`], with the driver that moves its mouse and keys.

use std::{fs, net::TcpListener, path::PathBuf, process::Command, time::Instant};

use fantoccini::{Client, ClientBuilder, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use crate::{
    desk::Desk,
    leash::{LOOK_EVERY, Leash, PATIENCE},
    window::Window,
};

/// One process of the app. Dropping it kills it and its driver.
pub(crate) struct App {
    client: Client,
    driver: Leash,
    data: PathBuf,
}

impl App {
    pub(crate) async fn start(desk: &Desk, name: &str, arguments: &[&str]) -> Self {
        let data = desk.data(name);
        // WebKit's own driver: `tauri-driver` would only rename the capability and set the variable below.
        let port = free_port();
        let driver = Leash::start(
            "driver",
            desk.logs(),
            &["WebKitWebDriver", &format!("--port={port}")],
            desk.environment().chain([("TAURI_WEBVIEW_AUTOMATION", "true")]),
        );
        driver.until("an open port", || std::net::TcpStream::connect(("127.0.0.1", port)).ok()).await;

        let mut command = vec!["--data", data.to_str().unwrap()];
        command.extend(arguments);
        let options = json!({ "binary": binary(), "args": command });
        let capabilities = Capabilities::from_iter([("webkitgtk:browserOptions".to_owned(), options)]);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap_or_else(|error| panic!("the app did not open: {error}\n{}", driver.printed()));
        Self { client, driver, data }
    }

    /// The window that was there first.
    pub(crate) async fn window(&self) -> Window {
        let handle = self.client.window().await.unwrap();
        Window::new(self.client.clone(), handle)
    }

    /// The window that opens because of `cause`.
    pub(crate) async fn next_window(&self, cause: impl Future<Output = ()>) -> Window {
        let before = self.client.windows().await.unwrap();
        cause.await;
        let start = Instant::now();
        let handle = loop {
            let now = self.client.windows().await.unwrap();
            if let Some(new) = now.into_iter().find(|handle| !before.contains(handle)) {
                break new;
            }
            assert!(start.elapsed() < PATIENCE, "no further window opened. It printed:\n{}", self.driver.printed());
            tokio::time::sleep(LOOK_EVERY).await;
        };
        Window::new(self.client.clone(), handle)
    }

    /// How many windows it shows.
    pub(crate) async fn window_count(&self) -> usize {
        self.client.windows().await.unwrap().len()
    }

    /// Asks it to end, as the system does when it shuts down, and waits until it has.
    pub(crate) async fn quit(self) {
        self.signal_and_wait("TERM").await;
    }

    /// Takes the power away: no goodbye, nothing written down.
    pub(crate) async fn kill(self) {
        self.signal_and_wait("KILL").await;
    }

    async fn signal_and_wait(self, signal: &str) {
        let process = self.process().expect("the app is running");
        let sent = Command::new("bash").args(["-c", &format!("kill -{signal} {process}")]).status();
        assert!(sent.unwrap().success(), "SIG{signal} reached the app");
        self.driver.until("the end of the app", || self.process().is_none().then_some(())).await;
    }

    /// The process id, found by the data folder that no other app has.
    fn process(&self) -> Option<u32> {
        let data = self.data.to_str().unwrap();
        let binary = binary();
        fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
            let process = entry.file_name().to_str()?.parse().ok()?;
            let command = fs::read_to_string(entry.path().join("cmdline")).ok()?;
            let mut words = command.split('\0');
            (words.next() == binary.to_str() && words.any(|word| word == data)).then_some(process)
        })
    }
}

/// The app built beside this test, unless another one is to be tried.
pub(crate) fn binary() -> PathBuf {
    if let Some(other) = std::env::var_os("CAREKEY_APP") {
        return other.into();
    }
    let test = std::env::current_exe().unwrap();
    let built = test.parent().and_then(|deps| deps.parent()).unwrap().join("carekey-desktop");
    assert!(built.exists(), "{} is missing: build it first, or run `cargo xtask test`", built.display());
    built
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
