//! Where an attribute of one frame is written: beside the frame, for all frames, or at the top (PS3.3 C.7.6.16).

use super::dataset::{Dataset, Tag};

const SHARED: Tag = (0x5200, 0x9229);
const PER_FRAME: Tag = (0x5200, 0x9230);
/// Pixel measures, plane orientation, plane position, window, value transformation.
const GROUPS: [Tag; 5] = [(0x0028, 0x9110), (0x0020, 0x9116), (0x0020, 0x9113), (0x0028, 0x9132), (0x0028, 0x9145)];

/// The places that speak of a frame, the most particular first.
pub(super) struct Functional<'a> {
    places: Vec<&'a Dataset>,
}

impl<'a> Functional<'a> {
    pub(super) fn of(dataset: &'a Dataset, frame: u32) -> Self {
        let own = dataset.items(PER_FRAME).get(frame as usize);
        let shared = dataset.items(SHARED).first();
        let groups = |item: &'a Dataset| GROUPS.iter().filter_map(|group| item.items(*group).first());
        let mut places: Vec<&Dataset> = own.into_iter().chain(shared).flat_map(groups).collect();
        places.push(dataset);
        Self { places }
    }

    pub(super) fn text(&self, tag: Tag) -> Option<String> {
        self.places.iter().find_map(|place| place.text(tag))
    }

    pub(super) fn decimal(&self, tag: Tag) -> Option<f64> {
        self.places.iter().find_map(|place| place.decimal(tag))
    }

    pub(super) fn decimals(&self, tag: Tag) -> Vec<f64> {
        self.places.iter().map(|place| place.decimals(tag)).find(|numbers| !numbers.is_empty()).unwrap_or_default()
    }
}
