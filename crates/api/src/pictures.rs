//! Pictures that the window draws itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::context::Context;
use crate::types::{Done, ErrorView, PictureSaveRequest};
use crate::{errors, files};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const PICTURE_MAX: usize = 16 << 20;

/// Saves a picture and nothing else: a page cannot write any file it likes with this.
pub(crate) async fn save(_: &Context, request: PictureSaveRequest) -> Result<Done, ErrorView> {
    let path = files::absolute(&request.path)?;
    let picture = BASE64.decode(&request.png).map_err(errors::invalid)?;
    if !picture.starts_with(PNG) || picture.len() > PICTURE_MAX {
        return Err(errors::invalid("not a PNG picture of bearable size"));
    }
    let path = if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png")) {
        path
    } else {
        path.with_added_extension("png")
    };
    files::blocking(move || files::replace(&path, &picture).map_err(|error| errors::unwritable(&path, &error))).await?;
    Ok(Done {})
}
