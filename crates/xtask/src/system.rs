//! Programs and libraries of the operating system: what is there, and how the rest is installed.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::steps::run;

/// Something a chore needs, recognised by what it puts on the computer rather than by a package database, so that
/// every way of installing it counts.
pub(crate) struct Need {
    sign: Sign,
    /// Its package in Debian and its kin, in Fedora, in Arch.
    packages: [&'static str; 3],
}

enum Sign {
    Program(&'static str),
    Library(&'static str),
}
use Sign::{Library, Program};

const fn need(sign: Sign, packages: [&'static str; 3]) -> Need {
    Need { sign, packages }
}

/// What building the app needs on Linux; elsewhere the system brings its own web view.
pub(crate) const BUILD: &[Need] = &[
    need(Program("cc"), ["build-essential", "gcc", "base-devel"]),
    need(Program("make"), ["build-essential", "make", "base-devel"]),
    need(Program("perl"), ["perl", "perl", "perl"]),
    need(Program("pkg-config"), ["pkg-config", "pkgconf-pkg-config", "base-devel"]),
    need(Library("webkit2gtk-4.1"), ["libwebkit2gtk-4.1-dev", "webkit2gtk4.1-devel", "webkit2gtk-4.1"]),
];

/// What a desk for the real app needs: display, session bus, key store, a driver for the web view.
pub(crate) const DESK: &[Need] = &[
    need(Program("Xvfb"), ["xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb"]),
    need(Program("WebKitWebDriver"), ["webkit2gtk-driver", "webkit2gtk-driver", "webkit2gtk-4.1"]),
    need(Program("gnome-keyring-daemon"), ["gnome-keyring", "gnome-keyring", "gnome-keyring"]),
    need(Program("dbus-daemon"), ["dbus", "dbus-daemon", "dbus"]),
    need(Program("xdotool"), ["xdotool", "xdotool", "xdotool"]),
    need(Program("dbus-send"), ["dbus", "dbus-tools", "dbus"]),
];

/// What looks at the page's screens without the app.
pub(crate) const SCREENS: &[Need] = &[need(Program("chromium"), ["chromium", "chromium", "chromium"])];

/// What makes the tour's pictures small.
pub(crate) const TOUR: &[Need] = &[need(Program("pngquant"), ["pngquant", "pngquant", "pngquant"])];

/// What making packages needs besides.
pub(crate) const PACKAGE: &[Need] = &[
    need(Program("mksquashfs"), ["squashfs-tools", "squashfs-tools", "squashfs-tools"]),
    need(Program("desktop-file-validate"), ["desktop-file-utils", "desktop-file-utils", "desktop-file-utils"]),
    need(Program("appstreamcli"), ["appstream", "appstream", "appstream"]),
];

/// What the bench compares with.
pub(crate) const BENCH: &[Need] = &[need(Program("age"), ["age", "age", "age"])];

/// Makes sure of all `needs`.
///
/// # Errors
/// When something is missing and may not be installed from here: the error is the command that does it.
pub(crate) fn provide(needs: &[&[Need]]) -> Result<()> {
    provide_toolchain()?;
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let missing: Vec<&Need> = needs.iter().copied().flatten().filter(|need| !is_there(need)).collect();
    if missing.is_empty() {
        println!("Everything needed is installed.");
        return Ok(());
    }
    let packages = |distribution: usize| {
        let mut packages: Vec<_> = missing.iter().map(|need| need.packages[distribution]).collect();
        packages.dedup();
        packages.join(" ")
    };
    if has_program("apt-get") {
        return apt_install(&packages(0));
    }
    let command = if has_program("dnf") {
        format!("sudo dnf install {}", packages(1))
    } else if has_program("pacman") {
        format!("sudo pacman -S --needed {}", packages(2))
    } else {
        bail!("Something is missing. Install what Debian calls: {}\nThen start again.", packages(0));
    };
    bail!("Something is missing. Install it with\n\n    {command}\n\nand start again.");
}

fn apt_install(packages: &str) -> Result<()> {
    let install = format!("apt-get install --yes --no-install-recommends {packages}");
    let prefix: &[&str] = if is_root() {
        &[]
    } else if has_program("sudo") && succeeds(&["sudo", "-n", "true"]) {
        &["sudo", "-n"]
    } else {
        bail!(
            "Something is missing, and installing it needs the administrator. Type\n\n    \
             sudo apt-get update && sudo {install}\n\nand start again."
        );
    };
    for line in ["apt-get update", &install] {
        let words = prefix.iter().copied().chain(["env", "DEBIAN_FRONTEND=noninteractive"]).chain(line.split(' '));
        let words: Vec<&str> = words.collect();
        run(Command::new(words[0]).args(&words[1..]))?;
    }
    Ok(())
}

/// Rust's formatter and lints, and a Node that the UI's tools accept.
fn provide_toolchain() -> Result<()> {
    for (sign, component) in [(["cargo", "fmt", "--version"], "rustfmt"), (["cargo", "clippy", "--version"], "clippy")]
    {
        if !succeeds(&sign) {
            run(Command::new("rustup").args(["component", "add", component]))?;
        }
    }
    const NODE_MIN: (u32, u32) = (20, 19);
    let (major, minor) = NODE_MIN;
    match node_version() {
        Some(version) if version >= NODE_MIN && has_program("npm") => Ok(()),
        Some((found_major, found_minor)) => {
            bail!(
                "Node {major}.{minor} or newer with npm is needed; this is {found_major}.{found_minor}. See https://nodejs.org"
            )
        }
        None => bail!("Node {major}.{minor} or newer with npm is needed. See https://nodejs.org"),
    }
}

fn node_version() -> Option<(u32, u32)> {
    let output = Command::new("node").arg("--version").output().ok()?;
    parse_node_version(&String::from_utf8(output.stdout).ok()?)
}

fn parse_node_version(printed: &str) -> Option<(u32, u32)> {
    let mut parts = printed.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn is_there(need: &Need) -> bool {
    match need.sign {
        Program(name) => has_program(name),
        Library(name) => succeeds(&["pkg-config", "--exists", name]),
    }
}

pub(crate) fn has_program(name: &str) -> bool {
    let Some(path) = std::env::var_os("PATH") else { return false };
    std::env::split_paths(&path)
        .any(|folder| folder.join(name).is_file() || folder.join(format!("{name}.exe")).is_file())
}

#[cfg(unix)]
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    // The folder of a running process belongs to the user it runs as.
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

#[cfg(not(unix))]
pub(crate) fn is_root() -> bool {
    false
}

fn succeeds(command: &[&str]) -> bool {
    let mut started = Command::new(command[0]);
    started.args(&command[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    started.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_says_its_version() {
        assert_eq!(parse_node_version("v20.20.2\n"), Some((20, 20)));
        assert_eq!(parse_node_version("v8.0.0"), Some((8, 0)));
        assert_eq!(parse_node_version("command not found"), None);
    }

    #[test]
    fn a_program_is_found_only_where_it_is() {
        assert!(has_program("cargo"), "cargo runs this test");
        assert!(!has_program("no-such-program-anywhere"));
    }
}
