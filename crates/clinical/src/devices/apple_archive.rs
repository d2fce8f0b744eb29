//! The ZIP archive in which a telephone hands over Apple Health's export, among routes, recordings and a CDA.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

use zip::ZipArchive;

use super::apple::AppleHealthError;
use crate::limits::{ARCHIVE_CONTENTS_BYTES_MAX, ARCHIVE_UNPACKED_BYTES_MAX};

/// How every file in an archive begins.
const LOCAL_FILE: &[u8] = b"PK\x03\x04";

/// Where the name of the first file stands.
const NAME_AT: usize = 30;

/// The folder in all languages; the files in it have names in the telephone's.
const FOLDER: &str = "apple_health_export/";

pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(LOCAL_FILE) && bytes.get(NAME_AT..).is_some_and(|name| name.starts_with(FOLDER.as_bytes()))
}

/// Looks at the first bytes and goes back to them.
pub(super) fn begins_as_archive(source: &mut (impl Read + Seek)) -> io::Result<bool> {
    let mut start = Vec::new();
    source.by_ref().take(LOCAL_FILE.len() as u64).read_to_end(&mut start)?;
    source.rewind()?;
    Ok(start == LOCAL_FILE)
}

/// Opens an archive. What it says of its contents does not decide what that costs.
pub(super) fn open(source: impl Read + Seek) -> Result<ZipArchive<impl Read + Seek>, AppleHealthError> {
    let left = Rc::new(Cell::new(ARCHIVE_CONTENTS_BYTES_MAX));
    let archive = ZipArchive::new(Budget { inner: source, left: Rc::clone(&left) })?;
    left.set(u64::MAX);
    Ok(archive)
}

/// The export: the largest XML in the folder. The CDA beside it says the same with less.
pub(super) fn export<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<impl Read, AppleHealthError> {
    let is_export = |name: &str| {
        let file = name.strip_prefix(FOLDER).filter(|file| !file.contains('/'));
        file.is_some_and(|file| file.ends_with(".xml") && !file.ends_with("_cda.xml"))
    };
    let mut largest = None;
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index)?;
        if is_export(file.name()) {
            largest = largest.max(Some((file.size(), index)));
        }
    }
    let (_, index) = largest.ok_or(AppleHealthError::NotAnExport)?;
    Ok(archive.by_index(index)?.take(ARCHIVE_UNPACKED_BYTES_MAX))
}

/// A source of which only so much is read.
struct Budget<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Budget<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self.left.get().checked_sub(read as u64);
        self.left.set(left.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "its contents are too long"))?);
        Ok(read)
    }
}

impl<R: Seek> Seek for Budget<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};

    use crate::devices::apple::view_apple_health;
    use crate::{Kind, recognise};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    const EXPORT: &str = "<HealthData><Record type=\"HKQuantityTypeIdentifierStepCount\" sourceName=\"Phone\" \
        startDate=\"2026-05-01 10:00:00 +0200\" endDate=\"2026-05-01 10:05:00 +0200\" value=\"4000\"/></HealthData>";

    fn archive(files: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            writer.start_file(*name, SimpleFileOptions::default()).expect("begun");
            writer.write_all(text.as_bytes()).expect("written");
        }
        writer.finish().expect("finished").into_inner()
    }

    #[test]
    fn the_archive_from_the_telephone_is_read_as_it_is() {
        let bytes = archive(&[
            ("apple_health_export/workout-routes/route.gpx", "<gpx/>"),
            (
                "apple_health_export/export_cda.xml",
                &format!("<ClinicalDocument>{}</ClinicalDocument>", " ".repeat(999)),
            ),
            ("apple_health_export/Exportieren.xml", EXPORT),
        ]);
        let found = recognise(Some("export.zip"), &bytes);
        assert_eq!((found.kind, found.media_type.as_str()), (Kind::AppleHealth, "application/zip"));
        let page = view_apple_health(Cursor::new(&bytes)).expect("an export");
        assert_eq!(page.sections[0].items[0].grid.as_ref().expect("figures").rows[0][2], "4000");

        let without = archive(&[("apple_health_export/route.gpx", "<gpx/>")]);
        assert!(matches!(view_apple_health(Cursor::new(without)), Err(AppleHealthError::NotAnExport)));
        let other = recognise(Some("holiday.zip"), &archive(&[("beach.txt", "sun")]));
        assert_eq!(other.kind, Kind::File);
    }

    #[test]
    fn a_damaged_archive_and_an_endless_table_of_contents_are_errors() {
        let bytes = archive(&[("apple_health_export/export.xml", EXPORT)]);
        for end in 0..bytes.len() {
            assert!(view_apple_health(Cursor::new(&bytes[..end])).is_err(), "cut after {end} bytes");
        }
        let name = format!("apple_health_export/{}", "x".repeat(60_000));
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for number in 0..300 {
            writer.start_file(format!("{name}{number}"), SimpleFileOptions::default()).expect("begun");
        }
        let bytes = writer.finish().expect("finished").into_inner();
        let error = view_apple_health(Cursor::new(bytes)).expect_err("18 MB of names");
        assert!(matches!(error, AppleHealthError::Archive(_)), "{error}");
    }
}
