//! A desk for one test: display, session bus, key store and home folder, all private and gone afterwards.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tokio::sync::{Mutex, MutexGuard};

use crate::{
    app::{App, binary},
    leash::Leash,
};

/// One desk at a time: several web views at once starve each other on a small machine.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

const SECRETS: &str = "org.freedesktop.secrets";

/// The desk. Open apps on it; drop them before it.
pub(crate) struct Desk {
    environment: Vec<(&'static str, String)>,
    /// In the order of their ends: the key store goes before its bus.
    _key_store: Option<Leash>,
    _bus: Leash,
    _display: Leash,
    root: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Desk {
    /// A desk whose key store is unlocked, as after logging in.
    pub(crate) async fn start() -> Self {
        Self::with_key_store(true).await
    }

    /// A desk whose session bus knows no key store.
    pub(crate) async fn start_without_key_store() -> Self {
        Self::with_key_store(false).await
    }

    async fn with_key_store(wanted: bool) -> Self {
        let turn = ONE_AT_A_TIME.lock().await;
        let root = tempfile::Builder::new().prefix("carekey-desk-").tempdir().unwrap();
        let mut environment = private_folders(root.path());

        let display = Leash::start(
            "display",
            root.path(),
            &["Xvfb", "-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
            [],
        );
        let number = display.until("a display", || first_line(&display.printed(), |line| line.parse::<u32>().is_ok()));
        environment.push(("DISPLAY", format!(":{}", number.await)));

        let bus = Leash::start(
            "bus",
            root.path(),
            &["dbus-daemon", "--config-file", bus_config(root.path()).to_str().unwrap(), "--nofork", "--print-address"],
            borrowed(&environment),
        );
        let address = bus.until("a session bus", || first_line(&bus.printed(), |line| line.starts_with("unix:")));
        environment.push(("DBUS_SESSION_BUS_ADDRESS", address.await));

        let key_store = if wanted { Some(start_key_store(root.path(), &environment).await) } else { None };
        Self { environment, _key_store: key_store, _bus: bus, _display: display, root, _turn: turn }
    }

    /// Starts the app with `arguments`. Its data lies under `name`: the same name later is the same computer
    /// switched on again.
    pub(crate) async fn open(&self, name: &str, arguments: &[&str]) -> App {
        App::start(self, name, arguments).await
    }

    /// Starts the app called `name` once more, as a click on a link elsewhere does, and waits until that start has ended.
    pub(crate) async fn start_again(&self, name: &str, link: &str) {
        let data = self.data(name);
        let app = binary();
        let script = r#""$@"; echo "ended with $?""#;
        let command = ["bash", "-c", script, "again", app.to_str().unwrap(), "--data", data.to_str().unwrap(), link];
        let again = Leash::start(
            "again",
            tempfile::tempdir_in(self.logs()).unwrap().keep().as_path(),
            &command,
            self.environment(),
        );
        let ended = again.until("handing over", || {
            again.printed().lines().find(|line| line.starts_with("ended")).map(str::to_owned)
        });
        assert_eq!(ended.await, "ended with 0", "a second start hands over: {}", again.printed());
    }

    /// How often the network of this desk has said that it runs.
    fn times_started(&self) -> usize {
        fs::read_to_string(self.logs().join("network.log")).unwrap_or_default().matches("running;").count()
    }

    /// A sample network in a process of its own.
    pub(crate) async fn network(&self) -> Network<'_> {
        Network::start(self).await
    }

    /// The folder for the data of the app called `name`.
    pub(crate) fn data(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Where programs of this desk leave what they print.
    pub(crate) fn logs(&self) -> &Path {
        self.root.path()
    }

    /// What a program must be told to be at this desk.
    pub(crate) fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        borrowed(&self.environment)
    }

    /// Answers the system's dialog that asks for a file, by its keyboard.
    pub(crate) fn choose_file(&self, path: &str) {
        // There is no window manager here that would turn the keyboard to a new window.
        let script = r#"window=$(xdotool search --sync --onlyvisible --name '^Choose files$') || exit 1
            xdotool windowfocus --sync "$window" key --delay 50 slash ctrl+a type --delay 5 "$1"
            xdotool key --delay 50 Return"#;
        let mut command = Command::new("timeout");
        command.args(["60", "bash", "-c", script, "choose", path]).envs(self.environment());
        let output = command.output().unwrap();
        assert!(output.status.success(), "the dialog for files came up: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Locks the key store, as a screen lock may.
    pub(crate) fn lock_key_store(&self) {
        let answer = dbus_send(
            &self.environment,
            &[
                &format!("--dest={SECRETS}"),
                "/org/freedesktop/secrets",
                "org.freedesktop.Secret.Service.Lock",
                "array:objpath:/org/freedesktop/secrets/collection/login",
            ],
        );
        assert!(answer.contains("/collection/login"), "the key store was locked: {answer}");
    }
}

/// A sample network that runs beside the app instead of inside it. Dropping it stops it.
pub(crate) struct Network<'a> {
    desk: &'a Desk,
    folder: PathBuf,
    _running: Leash,
}

/// A sample network that was stopped, with all it had.
pub(crate) struct StoppedNetwork<'a> {
    desk: &'a Desk,
}

impl<'a> Network<'a> {
    async fn start(desk: &'a Desk) -> Self {
        let folder = desk.data("network");
        let program = binary().with_file_name("carekey");
        let command = [program.to_str().unwrap(), "sample", "--dir", folder.to_str().unwrap()];
        let starts = desk.times_started();
        let running = Leash::start("network", desk.logs(), &command, desk.environment());
        running
            .until("a running network", || (running.printed().matches("running;").count() > starts).then_some(()))
            .await;
        Self { desk, folder, _running: running }
    }

    /// Where the file lies that names it.
    pub(crate) fn folder(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    /// Stops it: nobody can be reached any more.
    pub(crate) async fn stop(self) -> StoppedNetwork<'a> {
        StoppedNetwork { desk: self.desk }
    }
}

impl<'a> StoppedNetwork<'a> {
    /// Starts it again, at the same addresses.
    pub(crate) async fn start_again(self) -> Network<'a> {
        Network::start(self.desk).await
    }
}

fn borrowed<'a>(environment: &'a [(&'static str, String)]) -> impl Iterator<Item = (&'a str, &'a str)> {
    environment.iter().map(|(name, value)| (*name, value.as_str()))
}

fn private_folders(root: &Path) -> Vec<(&'static str, String)> {
    let mut environment =
        vec![("LANG", "C.UTF-8".to_owned()), ("GDK_BACKEND", "x11".to_owned()), ("NO_AT_BRIDGE", "1".to_owned())];
    for (name, folder) in [
        ("HOME", "home"),
        ("XDG_DATA_HOME", "home/data"),
        ("XDG_CONFIG_HOME", "home/config"),
        ("XDG_CACHE_HOME", "home/cache"),
        ("XDG_RUNTIME_DIR", "run"),
    ] {
        let folder = root.join(folder);
        fs::create_dir_all(&folder).unwrap();
        environment.push((name, folder.to_str().unwrap().to_owned()));
    }
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(root.join("run"), fs::Permissions::from_mode(0o700)).unwrap();
    // A desk of somebody who wants less motion: pictures show what stays.
    let gtk = root.join("home/config/gtk-3.0");
    fs::create_dir_all(&gtk).unwrap();
    fs::write(gtk.join("settings.ini"), "[Settings]\ngtk-enable-animations=false\n").unwrap();
    environment
}

/// A bus that starts no service by itself: what a test did not put on its desk is not there.
fn bus_config(root: &Path) -> PathBuf {
    let path = root.join("bus.conf");
    let listen = root.join("run").display().to_string();
    fs::write(
        &path,
        format!(
            r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={listen}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#
        ),
    )
    .unwrap();
    path
}

async fn start_key_store(root: &Path, environment: &[(&'static str, String)]) -> Leash {
    let unlock = "exec gnome-keyring-daemon --foreground --unlock --components=secrets < <(printf test-password)";
    let key_store = Leash::start("key-store", root, &["bash", "-c", unlock], borrowed(environment));
    let bus = ["--dest=org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner"];
    let name = format!("string:{SECRETS}");
    key_store
        .until("a secret service on the bus", || {
            dbus_send(environment, &[&bus[..], &[&name]].concat()).contains("true").then_some(())
        })
        .await;
    let service = format!("--dest={SECRETS}");
    key_store
        .until("an unlocked collection", || {
            let question = [
                &service,
                "/org/freedesktop/secrets/aliases/default",
                "org.freedesktop.DBus.Properties.Get",
                "string:org.freedesktop.Secret.Collection",
                "string:Locked",
            ];
            dbus_send(environment, &question).contains("boolean false").then_some(())
        })
        .await;
    key_store
}

/// What the bus answers, or nothing.
fn dbus_send(environment: &[(&'static str, String)], question: &[&str]) -> String {
    let answer = Command::new("dbus-send")
        .args(["--session", "--print-reply", "--reply-timeout=5000"])
        .args(question)
        .envs(borrowed(environment))
        .output()
        .unwrap_or_else(|error| panic!("dbus-send could not be started: {error}"));
    String::from_utf8_lossy(&answer.stdout).into_owned()
}

/// The first complete line that fits.
fn first_line(printed: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
    let (complete, _) = printed.rsplit_once('\n')?;
    complete.lines().find(|line| fits(line)).map(str::to_owned)
}
