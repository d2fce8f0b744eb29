//! What program this is.

use crate::context::Context;
use crate::types::{AboutAppRequest, AboutAppView, ErrorView};

pub(crate) async fn app(cx: &Context, _: AboutAppRequest) -> Result<AboutAppView, ErrorView> {
    Ok(AboutAppView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        data_folder: cx.app.options.data_dir.display().to_string(),
    })
}
