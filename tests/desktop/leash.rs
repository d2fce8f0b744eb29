//! Programs that a test starts and that never outlive it.

use std::{
    fs::{self, File},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long anything may take to become true on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Starts its arguments and waits for its own stdin to close, which happens when the test drops the leash
/// and also when the test is killed. Then everything in its process group ends: politely first, so that
/// Xvfb frees its display number, then for certain.
const SCRIPT: &str = r#"
"$@" </dev/null &
child=$!
cat >/dev/null
kill -TERM "$child" 2>/dev/null
for _ in {1..40}; do kill -0 "$child" 2>/dev/null || break; sleep 0.05; done
kill -KILL 0
"#;

/// A running program and its descendants.
pub(crate) struct Leash {
    shell: Child,
    name: &'static str,
    log: PathBuf,
}

impl Leash {
    /// Starts `command` with `environment` on top of the test's own; what it prints goes to `<dir>/<name>.log`.
    pub(crate) fn start<'a>(
        name: &'static str,
        dir: &Path,
        command: &[&str],
        environment: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let log = dir.join(format!("{name}.log"));
        // Files, not pipes: a descendant that outlived its leash would keep a pipe open and hang the test.
        let out = File::options().create(true).append(true).open(&log).unwrap();
        let shell = Command::new("bash")
            .args(["-c", SCRIPT, "leash"])
            .args(command)
            .envs(environment)
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::piped())
            .stdout(out.try_clone().unwrap())
            .stderr(out)
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("bash could not be started: {error}"));
        Self { shell, name, log }
    }

    /// What it has printed so far.
    pub(crate) fn printed(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until `look` finds what it looks for.
    pub(crate) async fn until<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "{}: {what} did not come about in {PATIENCE:?}. It printed:\n{}",
                self.name,
                self.printed()
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        drop(self.shell.wait());
    }
}
