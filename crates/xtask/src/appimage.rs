//! The AppImage: the app with every library that a system may lack, in one file that runs without being installed.
//!
//! Tauri's bundler fetches a tool from the network for this. What that tool does for a web view is little, and is done here
//! with what the system has: the libraries are those the app was built against.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use crate::{steps::run, workspace::root};

const NAME: &str = "CareKey-x86_64.AppImage";

/// Where Debian keeps libraries; the web view has its own path built in.
const LIBRARIES: &str = "/usr/lib/x86_64-linux-gnu";
const WEB_VIEW: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1";
/// The same as seen from `usr/`, with as many letters.
const WEB_VIEW_HERE: &str = "././/lib/x86_64-linux-gnu/webkit2gtk-4.1";

/// What every desktop has and what must fit its kernel, drivers or fonts: the AppImage project's list.
const LEFT_TO_THE_SYSTEM: &[&str] = &[
    "ld-linux",
    "libc.so",
    "libm.so",
    "libdl.so",
    "libpthread.so",
    "librt.so",
    "libresolv.so",
    "libutil.so",
    "libanl.so",
    "libnss_",
    "libGL.so",
    "libEGL.so",
    "libGLX.so",
    "libGLdispatch.so",
    "libOpenGL.so",
    "libGLESv2.so",
    "libdrm.so",
    "libgbm.so",
    "libglapi.so",
    "libX11.so",
    "libX11-xcb.so",
    "libxcb.so",
    "libwayland-client.so",
    "libasound.so",
    "libfontconfig.so",
    "libfreetype.so",
    "libharfbuzz.so.",
    "libfribidi.so",
    "libexpat.so",
    "libgcc_s.so",
    "libstdc++.so",
    "libICE.so",
    "libSM.so",
    "libp11-kit.so",
    "libuuid.so",
    "libz.so",
    "libcom_err.so",
    "libgpg-error.so",
];

/// Puts the app, its libraries and the program that unpacks them into one file.
pub(crate) fn make(app: &Path, unpacker: &Path, folder: &Path) -> Result<PathBuf> {
    let tree = folder.join("AppDir");
    if tree.exists() {
        fs::remove_dir_all(&tree)?;
    }
    fill(app, &tree)?;
    let squashed = folder.join("image.squashfs");
    if squashed.exists() {
        fs::remove_file(&squashed)?;
    }
    let options = ["-comp", "zstd", "-root-owned", "-no-xattrs", "-noappend", "-quiet", "-no-progress"];
    run(Command::new("mksquashfs").arg(&tree).arg(&squashed).args(options))?;
    let path = folder.join(NAME);
    fs::copy(unpacker, &path)?;
    let mut image = File::options().write(true).open(&path)?;
    // What says "AppImage, type 2" to those who look.
    image.seek(SeekFrom::Start(8))?;
    image.write_all(b"AI\x02")?;
    image.seek(SeekFrom::End(0))?;
    io::copy(&mut File::open(&squashed)?, &mut image)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(path)
}

fn fill(app: &Path, tree: &Path) -> Result<()> {
    let packaging = root().join("packaging/linux");
    let libraries = tree.join(LIBRARIES.trim_start_matches('/'));
    put(&packaging.join("AppRun"), &tree.join("AppRun"))?;
    put(app, &tree.join("usr/bin/carekey-desktop"))?;
    put(&root().join("icons/128x128@2x.png"), &tree.join("carekey-desktop.png"))?;
    symlink("carekey-desktop.png", tree.join(".DirIcon"))?;
    let metainfo = "org.carekey.desktop.metainfo.xml";
    put(&packaging.join(metainfo), &tree.join("usr/share/metainfo").join(metainfo))?;
    fs::write(tree.join("CareKey.desktop"), desktop_entry(&fs::read_to_string(packaging.join("carekey.desktop"))?))?;

    let view = tree.join(WEB_VIEW.trim_start_matches('/'));
    let mut programs = vec![app.to_owned()];
    for name in ["WebKitNetworkProcess", "WebKitWebProcess", "injected-bundle/libwebkit2gtkinjectedbundle.so"] {
        put(&Path::new(WEB_VIEW).join(name), &view.join(name))?;
        programs.push(Path::new(WEB_VIEW).join(name));
    }
    programs.extend(picture_readers(&libraries)?);
    for library in needed_by(&programs)? {
        let name = library.file_name().context("a library is a file")?;
        put(&library, &libraries.join(name))?;
    }
    put(
        Path::new("/usr/share/glib-2.0/schemas/gschemas.compiled"),
        &tree.join("usr/share/glib-2.0/schemas/gschemas.compiled"),
    )?;
    // Empty: modules of the host fit the host's libraries.
    fs::create_dir_all(libraries.join("gio/modules"))?;
    for entry in fs::read_dir(&libraries)?.flatten() {
        if entry.file_name().to_string_lossy().starts_with("libwebkit2gtk") {
            look_beside(&entry.path())?;
        }
    }
    Ok(())
}

/// The desktop entry of the Debian package, its blanks filled in.
fn desktop_entry(template: &str) -> String {
    let filled = [
        ("{{name}}", "CareKey"),
        ("{{comment}}", "Your health records, under your key"),
        ("{{exec}}", "carekey-desktop"),
        ("{{icon}}", "carekey-desktop"),
        ("{{mime_type}}", "x-scheme-handler/carekey;"),
    ];
    let kept = template.lines().filter(|line| !line.starts_with("{{#if") && !line.starts_with("{{/if"));
    let text = kept.collect::<Vec<_>>().join("\n") + "\n";
    filled.iter().fold(text, |text, (blank, word)| text.replace(blank, word))
}

/// GTK's readers for icons, and their list with names instead of paths.
fn picture_readers(libraries: &Path) -> Result<Vec<PathBuf>> {
    let system = Path::new(LIBRARIES).join("gdk-pixbuf-2.0/2.10.0");
    let list = fs::read_to_string(system.join("loaders.cache")).unwrap_or_default();
    let paths: Vec<&str> = list.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"')).collect();
    let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).filter(|path| path.is_absolute()).collect();
    let mut here = list;
    for path in &paths {
        let name = path.file_name().and_then(|name| name.to_str()).context("a reader has a name")?;
        put(path, &libraries.join(name))?;
        here = here.replace(&path.display().to_string(), name);
    }
    let place = libraries.join("gdk-pixbuf-2.0/loaders.cache");
    fs::create_dir_all(place.parent().context("the list lies in a folder")?)?;
    fs::write(place, here)?;
    Ok(paths)
}

/// Everything `programs` load at their start, but for what is the system's.
fn needed_by(programs: &[PathBuf]) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for program in programs {
        let output = Command::new("ldd").arg(program).output()?;
        if !output.status.success() {
            bail!("ldd {}: {}", program.display(), String::from_utf8_lossy(&output.stderr));
        }
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Some((name, rest)) = line.trim().split_once(" => ") else { continue };
            let path = rest.split(" (").next().unwrap_or_default();
            if path == "not found" {
                bail!("{} needs {name}, which is not installed", program.display());
            }
            if !LEFT_TO_THE_SYSTEM.iter().any(|left| name.starts_with(left)) {
                found.insert(PathBuf::from(path));
            }
        }
    }
    Ok(found)
}

/// Makes the web view look for its programs from the folder the app runs in.
fn look_beside(library: &Path) -> Result<()> {
    let mut bytes = fs::read(library)?;
    let (from, to) = (WEB_VIEW.as_bytes(), WEB_VIEW_HERE.as_bytes());
    let places: Vec<usize> =
        bytes.windows(from.len()).enumerate().filter(|(_, window)| *window == from).map(|(at, _)| at).collect();
    if places.is_empty() {
        bail!("{} does not name {WEB_VIEW}", library.display());
    }
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    Ok(fs::write(library, bytes)?)
}

fn put(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
    fs::copy(from, to).with_context(|| from.display().to_string())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_in_the_web_view_keeps_its_length() {
        assert_eq!(WEB_VIEW.len(), WEB_VIEW_HERE.len());
    }

    #[test]
    fn a_template_becomes_a_desktop_entry() {
        let entry =
            desktop_entry("[Desktop Entry]\nExec={{exec}} %u\n{{#if mime_type}}\nMimeType={{mime_type}}\n{{/if}}\n");
        assert_eq!(entry, "[Desktop Entry]\nExec=carekey-desktop %u\nMimeType=x-scheme-handler/carekey;\n");
    }
}
