//! A small CT of the chest: one slice through ribs, lungs, heart and spine, made of ellipses.

use super::SampleDocument;
use super::chance::Chance;
use super::dates::at;

const SIZE: usize = 192;

/// An ellipse in parts of the picture's half width: centre, radii, tilt in radians, Hounsfield units.
struct Shape(f64, f64, f64, f64, f64, f64);

const SHAPES: &[Shape] = &[
    // Skin and fat, muscle, chest cavity.
    Shape(0.0, 0.03, 0.93, 0.68, 0.0, -95.0),
    Shape(0.0, 0.04, 0.87, 0.61, 0.0, 52.0),
    Shape(0.0, -0.01, 0.76, 0.52, 0.0, 15.0),
    // Lungs.
    Shape(-0.42, 0.02, 0.31, 0.46, 0.12, -830.0),
    Shape(0.44, 0.02, 0.29, 0.46, -0.12, -835.0),
    // Heart with its chambers, slightly brighter with contrast.
    Shape(0.12, -0.14, 0.33, 0.27, 0.5, 42.0),
    Shape(0.21, -0.13, 0.16, 0.12, 0.5, 165.0),
    Shape(-0.04, -0.20, 0.11, 0.13, 0.2, 150.0),
    Shape(0.02, 0.02, 0.15, 0.08, 0.0, 158.0),
    // Descending aorta, gullet, windpipe branches.
    Shape(0.14, 0.24, 0.075, 0.075, 0.0, 170.0),
    Shape(0.03, 0.20, 0.035, 0.028, 0.0, 30.0),
    Shape(-0.10, 0.12, 0.035, 0.03, 0.0, -900.0),
    // Vertebra, spinal canal, processes.
    Shape(0.0, 0.40, 0.135, 0.105, 0.0, 420.0),
    Shape(0.0, 0.40, 0.11, 0.08, 0.0, 230.0),
    Shape(0.0, 0.525, 0.06, 0.045, 0.0, 25.0),
    Shape(-0.11, 0.53, 0.09, 0.028, -0.35, 480.0),
    Shape(0.11, 0.53, 0.09, 0.028, 0.35, 480.0),
    Shape(0.0, 0.60, 0.025, 0.06, 0.0, 460.0),
    // Breastbone and ribs.
    Shape(0.0, -0.545, 0.13, 0.032, 0.0, 380.0),
    Shape(-0.79, 0.0, 0.025, 0.12, 0.0, 620.0),
    Shape(0.79, 0.04, 0.025, 0.12, 0.0, 620.0),
    Shape(-0.66, 0.35, 0.12, 0.025, 0.75, 600.0),
    Shape(0.66, 0.36, 0.12, 0.025, -0.75, 600.0),
    Shape(-0.63, -0.38, 0.12, 0.024, -0.72, 560.0),
    Shape(0.63, -0.37, 0.12, 0.024, 0.72, 560.0),
    Shape(-0.34, 0.53, 0.14, 0.025, 0.28, 580.0),
    Shape(0.34, 0.53, 0.14, 0.025, -0.28, 580.0),
    Shape(-0.36, -0.53, 0.10, 0.022, -0.28, 430.0),
    Shape(0.36, -0.53, 0.10, 0.022, 0.28, 430.0),
];

pub(super) fn chest_ct(chance: &mut Chance) -> SampleDocument {
    let when = at(2023, 11, 14, 12, 35);
    SampleDocument {
        title: "CT of the chest".to_owned(),
        author: "amir",
        patient: "maria",
        hospital: "north",
        date_unix_ms: when.unix_ms(),
        collection: "general",
        media_type: "application/dicom",
        file_name: format!("ct-chest-{}.dcm", when.day_iso()),
        bytes: file(&when.day_compact(), &slice(chance)),
    }
}

/// Stored values: Hounsfield units + 1024.
fn slice(chance: &mut Chance) -> Vec<u8> {
    let vessels: Vec<(f64, f64, f64)> = (0..90)
        .map(|_| {
            let side = if chance.between(0.0, 1.0) < 0.5 { -0.42 } else { 0.44 };
            let angle = chance.between(0.0, std::f64::consts::TAU);
            let far = chance.between(0.15, 0.9);
            (
                side + 0.26 * far * angle.cos(),
                0.02 + 0.4 * far * angle.sin(),
                chance.between(0.006, 0.020) * (1.15 - far),
            )
        })
        .collect();
    let mut values = vec![0.0; SIZE * SIZE];
    for (at, value) in values.iter_mut().enumerate() {
        let x = (at % SIZE) as f64 / (SIZE as f64 / 2.0) - 1.0;
        let y = (at / SIZE) as f64 / (SIZE as f64 / 2.0) - 1.0;
        let mut units = -1000.0;
        for Shape(cx, cy, rx, ry, tilt, inside) in SHAPES {
            let (dx, dy) = (x - cx, y - cy);
            if dx.abs().max(dy.abs()) > rx.max(*ry) + 0.02 {
                continue;
            }
            let (u, v) = (dx * tilt.cos() + dy * tilt.sin(), dy * tilt.cos() - dx * tilt.sin());
            let edge = (1.0 - (u / rx).hypot(v / ry)) * rx.min(*ry) * SIZE as f64 / 2.0;
            let cover = (edge + 0.5).clamp(0.0, 1.0);
            units += (inside - units) * cover;
        }
        if units < -600.0 {
            let vessel = vessels.iter().map(|(vx, vy, r)| (r * 1.6 - (x - vx).hypot(y - vy)) / r).fold(0.0, f64::max);
            if x.abs() < 0.75 && y.abs() < 0.5 {
                units += 880.0 * vessel.min(1.0);
            }
        }
        *value = units + chance.around(0.0, 9.0);
    }
    values.iter().flat_map(|units| ((units + 1024.0).round().clamp(0.0, 4095.0) as u16).to_le_bytes()).collect()
}

/// A CT image file, explicit VR little endian (PS3.10 §7).
fn file(day: &str, pixels: &[u8]) -> Vec<u8> {
    const CT_IMAGE: &str = "1.2.840.10008.5.1.4.1.1.2";
    const EXPLICIT_LITTLE: &str = "1.2.840.10008.1.2.1";
    // Unique identifiers under the UUID root, as PS3.5 B.2 allows.
    let uid = |last: u8| format!("2.25.3295864109275710264981736{last}");
    let mut meta = Vec::new();
    element(&mut meta, 0x0002_0001, "OB", &[0, 1]);
    element(&mut meta, 0x0002_0002, "UI", CT_IMAGE.as_bytes());
    element(&mut meta, 0x0002_0003, "UI", uid(3).as_bytes());
    element(&mut meta, 0x0002_0010, "UI", EXPLICIT_LITTLE.as_bytes());
    element(&mut meta, 0x0002_0012, "UI", uid(9).as_bytes());
    let mut out = vec![0; 128];
    out.extend(b"DICM");
    element(&mut out, 0x0002_0000, "UL", &(meta.len() as u32).to_le_bytes());
    out.extend(meta);
    let short = |value: u16| value.to_le_bytes();
    let spacing = "1.95\\1.95";
    for (tag, vr, text) in [
        (0x0008_0005, "CS", "ISO_IR 192"),
        (0x0008_0008, "CS", "ORIGINAL\\PRIMARY\\AXIAL"),
        (0x0008_0016, "UI", CT_IMAGE),
        (0x0008_0018, "UI", &uid(3)),
        (0x0008_0020, "DA", day),
        (0x0008_0023, "DA", day),
        (0x0008_0030, "TM", "123500"),
        (0x0008_0050, "SH", "NG-CT-55120"),
        (0x0008_0060, "CS", "CT"),
        (0x0008_0080, "LO", "North General"),
        (0x0008_0090, "PN", "Haddad^Amir^^Dr"),
        (0x0008_1030, "LO", "Chest with contrast"),
        (0x0008_103E, "LO", "Axial 5 mm"),
        (0x0010_0010, "PN", "Keller^Maria"),
        (0x0010_0020, "LO", "NG-204817"),
        (0x0010_0030, "DA", "19550314"),
        (0x0010_0040, "CS", "F"),
        (0x0018_0015, "CS", "CHEST"),
        (0x0018_0050, "DS", "5"),
        (0x0020_000D, "UI", &uid(1)),
        (0x0020_000E, "UI", &uid(2)),
        (0x0020_0011, "IS", "2"),
        (0x0020_0013, "IS", "31"),
    ] {
        element(&mut out, tag, vr, text.as_bytes());
    }
    element(&mut out, 0x0028_0002, "US", &short(1));
    element(&mut out, 0x0028_0004, "CS", b"MONOCHROME2");
    element(&mut out, 0x0028_0010, "US", &short(SIZE as u16));
    element(&mut out, 0x0028_0011, "US", &short(SIZE as u16));
    element(&mut out, 0x0028_0030, "DS", spacing.as_bytes());
    element(&mut out, 0x0028_0100, "US", &short(16));
    element(&mut out, 0x0028_0101, "US", &short(12));
    element(&mut out, 0x0028_0102, "US", &short(11));
    element(&mut out, 0x0028_0103, "US", &short(0));
    element(&mut out, 0x0028_1050, "DS", b"40");
    element(&mut out, 0x0028_1051, "DS", b"450");
    element(&mut out, 0x0028_1052, "DS", b"-1024");
    element(&mut out, 0x0028_1053, "DS", b"1");
    element(&mut out, 0x7FE0_0010, "OW", pixels);
    out
}

fn element(out: &mut Vec<u8>, tag: u32, vr: &str, value: &[u8]) {
    out.extend(((tag >> 16) as u16).to_le_bytes());
    out.extend((tag as u16).to_le_bytes());
    out.extend(vr.bytes());
    let padded = value.len().next_multiple_of(2);
    if matches!(vr, "OB" | "OW") {
        out.extend([0, 0]);
        out.extend((padded as u32).to_le_bytes());
    } else {
        out.extend((padded as u16).to_le_bytes());
    }
    out.extend(value);
    if padded > value.len() {
        out.push(if vr == "UI" { 0 } else { b' ' });
    }
}
