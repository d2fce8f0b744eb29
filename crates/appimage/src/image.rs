//! Where the image begins, and how it is unpacked.

use std::fs::{self, File, Permissions};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Component, Path};

use backhand::{FilesystemReader, InnerNode};

/// Length of the ELF program at the beginning of a file: its section headers are the last thing in it.
pub(crate) fn elf_length(file: &mut impl Read) -> io::Result<u64> {
    let mut header = [0u8; 64];
    file.read_exact(&mut header)?;
    if &header[..4] != b"\x7fELF" || header[4] != 2 || header[5] != 1 {
        return Err(io::Error::other("not a 64-bit ELF program"));
    }
    let short = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
    let mut sections = [0u8; 8];
    sections.copy_from_slice(&header[0x28..0x30]);
    Ok(u64::from_le_bytes(sections) + short(0x3A) * short(0x3C))
}

/// Unpacks the image that begins at `offset` of `file` into the new folder `to`.
pub(crate) fn unpack(file: File, offset: u64, to: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let image = FilesystemReader::from_reader_with_offset(BufReader::new(file), offset)?;
    fs::create_dir_all(to)?;
    for node in image.files() {
        let inner = node.fullpath.strip_prefix("/").unwrap_or(&node.fullpath);
        if inner.components().any(|part| !matches!(part, Component::Normal(_))) {
            return Err(format!("{} leads out of the image", node.fullpath.display()).into());
        }
        let path = to.join(inner);
        match &node.inner {
            InnerNode::Dir(_) => fs::create_dir_all(&path)?,
            InnerNode::Symlink(link) => symlink(&link.link, &path)?,
            InnerNode::File(file) => {
                let mut out = File::create(&path)?;
                io::copy(&mut image.file(file).reader(), &mut out)?;
                fs::set_permissions(&path, Permissions::from_mode(u32::from(node.header.permissions) & 0o777))?;
            }
            _ => return Err(format!("{} is no file", node.fullpath.display()).into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_very_program_is_as_long_as_its_header_says() {
        let path = std::env::current_exe().expect("a test is a program");
        let length = elf_length(&mut File::open(&path).expect("it can be read")).expect("it is an ELF program");
        assert_eq!(length, fs::metadata(&path).expect("it is there").len());
    }

    #[test]
    fn what_is_no_program_has_no_length() {
        assert!(elf_length(&mut [0u8; 64].as_slice()).is_err());
        assert!(elf_length(&mut b"\x7fELF".as_slice()).is_err(), "cut off");
    }
}
