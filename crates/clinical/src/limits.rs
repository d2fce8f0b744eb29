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

/// Largest DICOM file that is turned into a view: long ultrasound films are around 50 MB, whole CT series in one
/// file a few hundred.
pub const DICOM_BYTES_MAX: usize = 512 * 1024 * 1024;

/// Data elements read from one DICOM file before it is called broken.
pub const DICOM_ELEMENTS_MAX: usize = 100_000;

/// Sequences inside sequences are followed this deep in DICOM.
pub const DICOM_DEPTH_MAX: usize = 16;

/// Pixels of a frame that are decoded; the largest mammograms have about 20 million.
pub const FRAME_PIXELS_MAX: u32 = 40_000_000;

/// Longer edge, in pixels, of the PNG made from a DICOM frame; a bigger frame is scaled down.
pub const FRAME_EDGE_MAX: u32 = 2048;

/// Bytes of a text document that are shown; the rest is cut and the view says so.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// Bytes at each end of a PDF in which its title and date are looked for.
pub const PDF_WINDOW_BYTES: usize = 1024 * 1024;

/// Bytes of a PDF in which its pages are counted.
pub const PDF_COUNT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Characters of a title; a longer one is cut at a character boundary and gets an ellipsis.
pub const TITLE_CHARS_MAX: usize = 120;
