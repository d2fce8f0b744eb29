//! A program with windows, for tests that speak to it as they would.

#![allow(dead_code, reason = "each test file uses its part")]

use std::path::Path;
use std::time::Duration;

use carekey_api::types::{AppEvent, ErrorCode};
use carekey_api::{App, AppOptions};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

/// Founding the network and letting its people live through their past takes some seconds; a busy machine, more.
const PATIENCE: Duration = Duration::from_secs(300);

pub(crate) struct Desk {
    pub(crate) app: App,
    events: Receiver<(String, AppEvent)>,
}

impl Desk {
    pub(crate) async fn start(dir: &Path, profile: Option<&str>) -> Self {
        let options = AppOptions { data_dir: dir.to_owned(), network_dir: None, profile: profile.map(str::to_owned) };
        let app = App::start(options).await.unwrap();
        Self { events: app.subscribe(), app }
    }

    pub(crate) async fn ask(&self, window: &str, name: &str, request: Value) -> Value {
        self.app.call(window, name, request).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    pub(crate) async fn refused(&self, window: &str, name: &str, request: Value) -> ErrorCode {
        self.app.call(window, name, request).await.unwrap_err().code
    }

    /// Asks again whenever something has changed, until the answer is as wanted.
    pub(crate) async fn until(
        &mut self,
        window: &str,
        name: &str,
        request: Value,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                let answer = self.ask(window, name, request.clone()).await;
                if wanted(&answer) {
                    return answer;
                }
                // A missed event is as good as one: ask again.
                let _ = self.events.recv().await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("{name} did not become as wanted"))
    }

    pub(crate) async fn open(&self, window: &str, person: &str) -> Value {
        let session = self.ask(window, "profile_open", json!({ "profileId": person, "newWindow": false })).await;
        assert_eq!(session["stage"], "open", "{session}");
        session
    }

    /// The end of a task.
    pub(crate) async fn task(&mut self, window: &str, name: &str, request: Value) -> Value {
        let id = self.ask(window, name, request).await["taskId"].clone();
        let is_over = |tasks: &Value| find(tasks, "tasks", "id", &id)["state"] != "running";
        find(&self.until(window, "tasks_list", json!({}), is_over).await, "tasks", "id", &id)
    }
}

pub(crate) fn find(list: &Value, of: &str, field: &str, value: &Value) -> Value {
    list[of].as_array().unwrap().iter().find(|one| one[field] == *value).cloned().unwrap_or_default()
}

/// Sharing one collection, as the window asks for it.
pub(crate) fn grant(whom: &Value, collection: &str, until: u64) -> Value {
    let targets = json!([{ "kind": "collection", "collection": collection }]);
    json!({ "granteeId": whom, "targets": targets, "future": true, "until": until, "purpose": "treatment" })
}
