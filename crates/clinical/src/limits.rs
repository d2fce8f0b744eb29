//! The bounds of this crate, each with its reason.

/// Bytes of a document that [`crate::recognise`] looks at; more may be handed in and is ignored.
///
/// A caller with a big file reads this many bytes of it and no more. A FHIR document that is longer is still
/// recognised, by its `resourceType`, but its title then comes from the file name.
pub const RECOGNISE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Largest FHIR document that is turned into a view. Parsed JSON takes about ten times its size in memory.
pub const FHIR_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Bundles inside bundles are opened this deep; a deeper one is listed as "other".
pub const FHIR_BUNDLE_DEPTH_MAX: usize = 4;

/// Data elements read from one DICOM file before it is called broken. A film of some thousand frames describes each of
/// them in about thirty.
pub const DICOM_ELEMENTS_MAX: usize = 400_000;

/// A DICOM value up to this size is kept in memory; a longer one stays in the file. The longest colour palette fits.
pub const DICOM_VALUE_BYTES_MAX: u64 = 128 * 1024;

/// Bytes of all DICOM values that are kept in memory together.
pub const DICOM_KEPT_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Compressed pieces of pictures in one DICOM file.
pub const DICOM_FRAGMENTS_MAX: usize = 1_000_000;

/// Sequences inside sequences are followed this deep in DICOM.
pub const DICOM_DEPTH_MAX: usize = 16;

/// Lines of a DICOM file's list of data elements.
pub const DICOM_LINES_MAX: usize = 4_000;

/// Lines of a structured report.
pub const REPORT_LINES_MAX: usize = 4_000;

/// Pixels of a frame that are decoded; the largest mammograms have about 20 million.
pub const FRAME_PIXELS_MAX: u32 = 40_000_000;

/// Bytes of one compressed frame; as much as the largest frame has unpacked.
pub const FRAME_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Pixels of a picture that the page is asked to show; it needs four bytes for each.
pub const IMAGE_PIXELS_MAX: u64 = 64_000_000;

/// Channels of a signal; a polysomnography has some dozens.
pub const SIGNAL_CHANNELS_MAX: usize = 256;

/// Values of one answer about a signal, all channels together.
pub const SIGNAL_VALUES_MAX: usize = 2_000_000;

/// Marks of a signal, such as beats and remarks.
pub const SIGNAL_MARKS_MAX: usize = 20_000;

/// Bytes of a text document that are shown; the rest is cut and the view says so.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// Bytes at each end of a PDF in which its title and date are looked for.
pub const PDF_WINDOW_BYTES: usize = 1024 * 1024;

/// Bytes of a PDF in which its pages are counted.
pub const PDF_COUNT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Characters of a title; a longer one is cut at a character boundary and gets an ellipsis.
pub const TITLE_CHARS_MAX: usize = 120;

/// Points of one curve that are drawn; a window is at most a few thousand pixels wide.
pub const CURVE_POINTS_MAX: usize = 10_000;

/// Labelled facts of one entry: long questionnaires have a few hundred answers.
pub const FACTS_MAX: usize = 500;

/// Largest XML document that is turned into a view. Its tree takes about ten times its size in memory.
pub const XML_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Elements inside elements in XML; the deepest clinical documents have about 40.
pub const XML_DEPTH_MAX: usize = 128;

/// Elements and texts of one XML document.
pub const XML_NODES_MAX: usize = 2_000_000;

/// Bytes of HL7 v2 messages that are turned into a view.
pub const HL7_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Entries of one section of a page; a window with more is of no use to anybody.
pub const ITEMS_MAX: usize = 5_000;

/// Daily sums of an Apple Health export, one for each kind, device and day; ten years of forty kinds from two devices have
/// about 290,000.
pub const APPLE_SUMS_MAX: usize = 500_000;

/// Bytes of the table of contents of an archive, with the search for it.
pub const ARCHIVE_CONTENTS_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Bytes that are unpacked from an archive.
pub const ARCHIVE_UNPACKED_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// Bytes between two tags of an Apple Health export.
pub const APPLE_TAG_BYTES_MAX: usize = 1024 * 1024;

/// Bytes of a FIT file that is turned into a view; a day's ride with every sensor has about 5 MB.
pub const FIT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Messages read from one FIT file.
pub const FIT_MESSAGES_MAX: usize = 1_000_000;

/// Readings of one glucose file: ten years of one each five minutes have about a million.
pub const GLUCOSE_READINGS_MAX: usize = 1_500_000;
