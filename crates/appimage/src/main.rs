//! The first part of CareKey's AppImage (type 2): an ELF program with a SquashFS image after it.
//!
//! At the first start it unpacks the image into the person's cache folder, and from then on starts what lies there. The
//! usual runtime mounts the image instead, for which it needs FUSE 2, which current systems no longer bring along.

#[cfg(target_os = "linux")]
mod image;
#[cfg(target_os = "linux")]
mod start;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    match start::run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("CareKey cannot start from its AppImage: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {}
