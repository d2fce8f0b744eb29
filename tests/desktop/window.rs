//! What a person does in one window, by the `data-testid` of what they see; attributes and nesting may follow, as in
//! `grant-row[data-state=stopped] grant-stop`. Everything waits until it can.

use std::{fs, path::PathBuf, time::Instant};

use fantoccini::{Client, Locator, elements::Element, key::Key, wd::WindowHandle};
use serde_json::{Value, json};

use crate::leash::{LOOK_EVERY, PATIENCE};

/// Nobody presses Tab more often to get somewhere.
const TABS_MAX: usize = 80;

/// One window of an app.
#[derive(Clone)]
pub(crate) struct Window {
    client: Client,
    handle: WindowHandle,
}

impl Window {
    pub(crate) fn new(client: Client, handle: WindowHandle) -> Self {
        Self { client, handle }
    }

    /// Clicks on it.
    pub(crate) async fn click(&self, id: &str) {
        self.until(&format!("a click on {id}"), async || {
            let element = self.find(id).await?;
            // A person scrolls until it is not below the footer; the driver stops as soon as it is in the window.
            let place = serde_json::to_value(&element).ok()?;
            self.client.execute("arguments[0].scrollIntoView({ block: 'center' })", vec![place]).await.ok()?;
            // Covered by something that fades out, or gone since: look again.
            element.click().await.ok()
        })
        .await;
    }

    /// Types into it, in place of what stands there.
    pub(crate) async fn fill(&self, id: &str, text: &str) {
        self.until(&format!("typing into {id}"), async || {
            let element = self.find(id).await?;
            element.clear().await.ok()?;
            element.send_keys(text).await.ok()?;
            // Keys are lost while another window takes the keyboard; a page may group what is typed.
            let typed = element.prop("value").await.ok()??;
            same_letters(&typed, text).then_some(())
        })
        .await;
    }

    /// Presses keys where the keyboard is.
    pub(crate) async fn press(&self, keys: &str) {
        self.until(&format!("the keys {keys:?}"), async || {
            self.client.active_element().await.ok()?.send_keys(keys).await.ok()
        })
        .await;
    }

    /// Presses Tab until the keyboard is at it.
    pub(crate) async fn tab_to(&self, id: &str) {
        self.see(id).await;
        let is_there = format!("return document.activeElement.matches({})", json!(selector(id)));
        for _ in 0..TABS_MAX {
            if self.script(&is_there).await == true {
                return;
            }
            self.press(&Key::Tab).await;
        }
        panic!("Tab does not lead to {id}");
    }

    /// Picks the option that says `part` from a list that opens at a click.
    pub(crate) async fn pick(&self, id: &str, part: &str) {
        self.click(id).await;
        let option = format!("//*[@role='option'][contains(., {})]", json!(part));
        self.until(&format!("an option {part:?} of {id}"), async || {
            self.client.find(Locator::XPath(&option)).await.ok()?.click().await.ok()
        })
        .await;
    }

    /// Waits until it is shown, and reads it.
    pub(crate) async fn see(&self, id: &str) -> String {
        self.until(id, async || self.read(id).await).await
    }

    /// Waits until it says `part`, and reads all of it.
    pub(crate) async fn see_text(&self, id: &str, part: &str) -> String {
        self.until(&format!("{id} saying {part:?}"), async || {
            let text = self.read(id).await?;
            text.contains(part).then_some(text)
        })
        .await
    }

    /// Waits until it is not shown any more.
    pub(crate) async fn see_gone(&self, id: &str) {
        self.until(&format!("{id} going away"), async || self.find(id).await.is_none().then_some(())).await;
    }

    /// The numbers `n` of all `<prefix>n` that are shown at this moment.
    pub(crate) async fn places(&self, prefix: &str) -> Vec<usize> {
        let all = "return [...document.querySelectorAll('[data-testid]')].map((element) => element.dataset.testid)";
        let ids = self.script(all).await;
        let ids = ids.as_array().unwrap().iter().filter_map(Value::as_str);
        ids.filter_map(|id| id.strip_prefix(prefix)?.parse().ok()).collect()
    }

    /// Asks the program as the page does; for what a native dialog would choose.
    pub(crate) async fn call(&self, name: &str, request: Value) -> Result<Value, Value> {
        self.invoke("call", json!({ "name": name, "request": request })).await
    }

    /// Asks the program again and again until its answer fits.
    pub(crate) async fn call_until(&self, name: &str, request: Value, fits: impl Fn(&Value) -> bool) -> Value {
        self.until(&format!("an answer of {name} that fits"), async || {
            let answer = self.call(name, request.clone()).await.ok()?;
            fits(&answer).then_some(answer)
        })
        .await
    }

    /// Sends any message over the border, allowed or not.
    pub(crate) async fn invoke(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        self.turn_to().await;
        let script = "const [command, args, done] = arguments; window.__TAURI_INTERNALS__.invoke(command, args)
            .then((value) => done({ value }), (error) => done({ error: error ?? 'refused' }));";
        let mut answer = self
            .client
            .execute_async(script, vec![command.into(), arguments])
            .await
            .unwrap_or_else(|error| panic!("{command}: {error}"));
        match answer.get_mut("error") {
            Some(error) => Err(error.take()),
            None => Ok(answer["value"].take()),
        }
    }

    /// Runs a script in the page and returns what it returns.
    pub(crate) async fn script(&self, script: &str) -> Value {
        self.turn_to().await;
        self.client.execute(script, vec![]).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until a script in the page returns true.
    pub(crate) async fn until_script(&self, script: &str) {
        self.until(script, async || {
            let answer = self.client.execute(script, vec![]).await.ok()?;
            (answer == true).then_some(())
        })
        .await;
    }

    /// Gives the window this size, in pixels.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        self.turn_to().await;
        self.client.set_window_size(width, height).await.unwrap();
    }

    /// Closes the window.
    pub(crate) async fn close(self) {
        self.turn_to().await;
        self.client.close_window().await.unwrap();
    }

    /// Saves what the window shows as `target/desktop/<name>.png`.
    pub(crate) async fn picture(&self, name: &str) -> PathBuf {
        self.turn_to().await;
        // The first one may be the frame before the last click.
        drop(self.client.screenshot().await);
        let png = self.client.screenshot().await.unwrap();
        let path = pictures().join(format!("{name}.png"));
        fs::create_dir_all(pictures()).unwrap();
        fs::write(&path, png).unwrap();
        path
    }

    /// As the page lays it out: the driver's own reading leaves out clamped lines and runs words together.
    async fn read(&self, id: &str) -> Option<String> {
        self.find(id).await?.prop("innerText").await.ok()?
    }

    async fn find(&self, id: &str) -> Option<Element> {
        let element = self.client.find(Locator::Css(&selector(id))).await.ok()?;
        element.is_displayed().await.ok()?.then_some(element)
    }

    /// The driver has one window in its hand at a time.
    async fn turn_to(&self) {
        self.client
            .switch_to_window(self.handle.clone())
            .await
            .unwrap_or_else(|error| panic!("the window is gone: {error}"));
    }

    async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            self.turn_to().await;
            if let Some(found) = look().await {
                return found;
            }
            if start.elapsed() > PATIENCE {
                let picture = self.picture("failed").await;
                let text = self.script("return document.body.innerText").await;
                panic!(
                    "{what} did not come about in {PATIENCE:?}; see {}. The window says:\n{}",
                    picture.display(),
                    text.as_str().unwrap_or_default()
                );
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

fn same_letters(one: &str, other: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    letters(one) == letters(other)
}

/// `grant-row[data-state=stopped] grant-stop`: what has the second test id inside what has the first one, with an
/// attribute.
fn selector(ids: &str) -> String {
    let parts = ids.split(' ').map(|part| {
        let (id, attributes) = part.split_at(part.find('[').unwrap_or(part.len()));
        format!("[data-testid={}]{attributes}", json!(id))
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// `target/desktop`, beside the build this test comes from, unless the tour wants them elsewhere.
fn pictures() -> PathBuf {
    if let Some(chosen) = std::env::var_os("CAREKEY_PICTURES") {
        return chosen.into();
    }
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().join("desktop")
}

#[test]
fn test_ids_become_selectors() {
    assert_eq!(selector("nav-home"), r#"[data-testid="nav-home"]"#);
    assert_eq!(
        selector("grant-row[data-grant='7'] grant-stop"),
        r#"[data-testid="grant-row"][data-grant='7'] [data-testid="grant-stop"]"#
    );
}
