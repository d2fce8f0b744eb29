//! `cargo xtask package`: what people install. `--check` installs it and starts what was installed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use crate::{
    checks::DESKTOP_TESTS,
    steps::{Steps, run},
    system, ui,
    workspace::{cargo, debug_build, root, target},
};

const BINARY: &str = "carekey-desktop";
/// What the Debian package is called.
const PACKAGE: &str = "care-key";

const FIRST_SCREEN: &[&str] = &["installed::the_installed_app_shows_its_first_screen"];
const STORIES: &[&str] = &["story::a_patient_grants_a_doctor_reads_the_patient_stops", "tour::tour"];

/// Builds the packages of this system into `target/packages`.
pub(crate) fn build(steps: &mut Steps) -> Result<()> {
    steps.must("What the computer needs", || system::provide(&[system::BUILD, system::PACKAGE]))?;
    steps.must("Page: packages", ui::install)?;
    steps.must("Page: build", ui::build)?;
    steps.must("App, optimised", || {
        run(&mut cargo(&["build", "--workspace", "--profile", "dist", "--bin", BINARY, "--bin", "carekey-appimage"]))
    })?;
    let binary = target()?.join("dist").join(program());
    let made = installers(steps, &binary)?;
    collect(&made, &packages()?)
}

#[cfg(target_os = "linux")]
fn installers(steps: &mut Steps, binary: &Path) -> Result<Vec<PathBuf>> {
    let deb = steps.must("Debian package", || bundle(binary, "deb"))?;
    let unpacker = binary.with_file_name("carekey-appimage");
    let image = steps.must("AppImage", || crate::appimage::make(binary, &unpacker, &target()?.join("appimage")))?;
    Ok(vec![deb, image])
}

#[cfg(not(target_os = "linux"))]
fn installers(steps: &mut Steps, binary: &Path) -> Result<Vec<PathBuf>> {
    let kind = if cfg!(windows) { "nsis" } else { "dmg" };
    Ok(vec![steps.must("Installer", || bundle(binary, kind))?])
}

/// Builds the packages, installs the one of this system, starts what was installed and takes it away again.
pub(crate) fn check(steps: &mut Steps) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("Packages are installed for a test on Linux only.");
    }
    steps.must("What the desk needs", || system::provide(&[system::DESK]))?;
    let deb = built_package(steps)?;
    steps.must("What the package holds", || look_at(&deb))?;
    steps.must("Patient, doctor and family in the installed app", || play(&Installed::from(&deb)?.binary, STORIES))?;
    steps.must("The AppImage starts", || play(&packages()?.join("CareKey-x86_64.AppImage"), FIRST_SCREEN))
}

/// The same with a package of the app as it is built for the tests: quick, and enough to see that everything is in its
/// place.
pub(crate) fn check_quickly(steps: &mut Steps) -> Result<()> {
    let deb = debug_package(steps)?;
    steps.must("What the package holds", || look_at(&deb))?;
    steps.must("The installed app starts", || play(&Installed::from(&deb)?.binary, FIRST_SCREEN))
}

fn built_package(steps: &mut Steps) -> Result<PathBuf> {
    build(steps)?;
    newest_in(&packages()?, "deb")
}

fn debug_package(steps: &mut Steps) -> Result<PathBuf> {
    steps.must("Debian package of the app as tested", || {
        let (built, stripped) = (debug_build()?.join(BINARY), target()?.join("debug-package").join(BINARY));
        fs::create_dir_all(stripped.parent().context("the copy lies in a folder")?)?;
        run(Command::new("strip").arg("-o").arg(&stripped).arg(&built))?;
        bundle(&stripped, "deb")
    })
}

/// Has Tauri's bundler make one kind of package of a binary that is built already.
fn bundle(binary: &Path, kind: &str) -> Result<PathBuf> {
    // The bundler looks for the binary where cargo's release build puts it.
    let place = target()?.join("bundle");
    let release = place.join("release");
    fs::create_dir_all(&release)?;
    fs::copy(binary, release.join(program())).with_context(|| binary.display().to_string())?;
    // Fetched when it is needed: as a dependency of the page it would bind the page's lock file to every platform's binary.
    let mut tauri = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    tauri.args(["exec", "--yes", "--package=@tauri-apps/cli@2.12.5", "--", "tauri"]);
    tauri.args(["bundle", "--ci", "--no-binary-patching", "--bundles", kind]);
    if env::var_os("CAREKEY_SIGN").is_none() {
        tauri.arg("--no-sign");
    }
    run(tauri.current_dir(root()).env("CARGO_TARGET_DIR", &place))?;
    newest_in(&release.join("bundle").join(kind), if kind == "nsis" { "exe" } else { kind })
}

/// Everything a person's desktop looks for, and nothing of the build.
fn look_at(deb: &Path) -> Result<()> {
    let field = |name: &str| {
        let output = Command::new("dpkg-deb").arg("--field").arg(deb).arg(name).output()?;
        Ok::<_, anyhow::Error>(String::from_utf8(output.stdout)?)
    };
    let depends = field("Depends")?;
    for library in ["libwebkit2gtk-4.1-0", "libgtk-3-0"] {
        if !depends.contains(library) {
            bail!("the package does not ask for {library}: {depends}");
        }
    }
    let output = Command::new("dpkg-deb").arg("--contents").arg(deb).output()?;
    let contents = String::from_utf8(output.stdout)?;
    for file in [
        "usr/bin/carekey-desktop",
        "usr/share/applications/CareKey.desktop",
        "usr/share/icons/hicolor/128x128/apps/carekey-desktop.png",
        "usr/share/icons/hicolor/scalable/apps/carekey-desktop.svg",
        "usr/share/metainfo/org.carekey.desktop.metainfo.xml",
        "usr/share/doc/carekey/copyright",
    ] {
        if !contents.lines().any(|line| line.ends_with(&format!(" {file}")) || line.ends_with(&format!(" ./{file}"))) {
            bail!("{file} is missing from the package:\n{contents}");
        }
    }
    let opened = tempfile::tempdir()?;
    run(Command::new("dpkg-deb").arg("--extract").arg(deb).arg(opened.path()))?;
    let share = opened.path().join("usr/share");
    let entry = share.join("applications/CareKey.desktop");
    let text = fs::read_to_string(&entry)?;
    for line in ["MimeType=x-scheme-handler/carekey;", "Exec=carekey-desktop %u", "Icon=carekey-desktop"] {
        if !text.lines().any(|found| found == line) {
            bail!("{line} is missing from the desktop entry:\n{text}");
        }
    }
    run(Command::new("desktop-file-validate").arg(&entry))?;
    run(Command::new("appstreamcli")
        .args(["validate", "--no-net"])
        .arg(share.join("metainfo/org.carekey.desktop.metainfo.xml")))
}

/// The app where a person would have it, until this is dropped.
struct Installed {
    binary: PathBuf,
    /// None where it was really installed.
    _opened: Option<tempfile::TempDir>,
}

impl Installed {
    /// Installed by the package manager where that is allowed, with everything it depends on; else only unpacked, as where
    /// CareKey is installed already and should stay.
    fn from(deb: &Path) -> Result<Self> {
        let query = Command::new("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", PACKAGE]).output();
        let is_there = query.is_ok_and(|output| output.stdout == b"installed");
        if system::is_root() && system::has_program("apt-get") && !is_there {
            let install = ["install", "--yes", "--no-install-recommends"];
            run(Command::new("apt-get").args(install).arg(deb).env("DEBIAN_FRONTEND", "noninteractive"))?;
            return Ok(Self { binary: Path::new("/usr/bin").join(BINARY), _opened: None });
        }
        let opened = tempfile::tempdir()?;
        run(Command::new("dpkg-deb").arg("--extract").arg(deb).arg(opened.path()))?;
        Ok(Self { binary: opened.path().join("usr/bin").join(BINARY), _opened: Some(opened) })
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        if self._opened.is_none() {
            let mut remove = Command::new("apt-get");
            if let Err(error) = run(remove.args(["remove", "--yes", PACKAGE]).env("DEBIAN_FRONTEND", "noninteractive"))
            {
                eprintln!("{error:#}");
            }
        }
    }
}

/// Drives what was installed through tests that drive the app.
fn play(binary: &Path, tests: &[&str]) -> Result<()> {
    let test = ["test", "--quiet", "--workspace", "--test", "desktop", DESKTOP_TESTS];
    let only = ["--", "--include-ignored", "--exact", "--nocapture"];
    run(cargo(&test).args(only).args(tests).env("CAREKEY_APP", binary))
}

fn collect(made: &[PathBuf], folder: &Path) -> Result<()> {
    println!("\nThe packages:");
    for path in made {
        let kept = folder.join(path.file_name().context("a package is a file")?);
        if kept != *path {
            fs::copy(path, &kept)?;
        }
        println!("  {} ({} MB)", kept.display(), fs::metadata(&kept)?.len() / 1_000_000);
    }
    Ok(())
}

fn packages() -> Result<PathBuf> {
    let folder = target()?.join("packages");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn program() -> String {
    format!("{BINARY}{}", env::consts::EXE_SUFFIX)
}

fn newest_in(folder: &Path, ending: &str) -> Result<PathBuf> {
    let files = fs::read_dir(folder).with_context(|| folder.display().to_string())?.flatten().map(|entry| entry.path());
    let fitting = files.filter(|path| path.extension().is_some_and(|found| found == ending));
    fitting
        .max_by_key(|path| path.metadata().and_then(|about| about.modified()).ok())
        .with_context(|| format!("no .{ending} in {}", folder.display()))
}
