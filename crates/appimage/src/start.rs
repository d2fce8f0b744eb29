//! From the AppImage to the app.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::image;

/// Starts the app; comes back only if that fails, or after doing what `--appimage-…` asks.
pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let me = env::current_exe()?;
    let offset = image::elf_length(&mut File::open(&me)?)?;
    let mut arguments = env::args_os().skip(1);
    match arguments.next().as_ref().and_then(|first| first.to_str()) {
        Some("--appimage-offset") => return say(&offset.to_string()),
        Some("--appimage-version") => return say(concat!("CareKey ", env!("CARGO_PKG_VERSION"))),
        Some("--appimage-extract") => return image::unpack(File::open(&me)?, offset, Path::new("squashfs-root")),
        _ => {}
    }
    let folder = unpacked(&me, offset)?;
    let mut app = Command::new(folder.join("AppRun"));
    app.args(env::args_os().skip(1)).env("APPDIR", &folder).env("APPIMAGE", &me);
    Err(format!("{}: {}", folder.join("AppRun").display(), app.exec()).into())
}

/// The folder with what is in this image, unpacked now if it was not before. What other versions left goes.
fn unpacked(me: &Path, offset: u64) -> Result<PathBuf, Box<dyn Error>> {
    let about = fs::metadata(me)?;
    let name = format!("{:x}-{:x}-{:x}", about.len(), about.mtime(), about.mtime_nsec());
    let place = cache()?.join("carekey-appimage");
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&place)?;
    let folder = place.join(&name);
    if folder.join("AppRun").exists() {
        return Ok(folder);
    }
    // Complete or not there: a start that was interrupted leaves a folder of another name.
    let partial = place.join(format!("{name}-{}", std::process::id()));
    image::unpack(File::open(me)?, offset, &partial)?;
    for other in fs::read_dir(&place)?.flatten().filter(|other| other.path() != partial) {
        drop(fs::remove_dir_all(other.path()));
    }
    match fs::rename(&partial, &folder) {
        // Another start was faster.
        Err(_) if folder.join("AppRun").exists() => drop(fs::remove_dir_all(&partial)),
        renamed => renamed?,
    }
    Ok(folder)
}

fn cache() -> Result<PathBuf, Box<dyn Error>> {
    let set = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    set("XDG_CACHE_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".cache")))
        .ok_or_else(|| "there is no home folder to unpack to".into())
}

fn say(line: &str) -> Result<(), Box<dyn Error>> {
    use std::io::Write as _;
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
