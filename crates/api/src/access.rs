//! Who looked.

use crate::context::Context;
use crate::types::{AccessLogRequest, AccessLogView, ErrorView};
use crate::views;
use crate::views::people::People;

/// How many rows are shown.
const ROWS_MAX: usize = 1000;

pub(crate) async fn log(cx: &Context, request: AccessLogRequest) -> Result<AccessLogView, ErrorView> {
    let profile = cx.member()?;
    let log = profile.wallet.access_log()?;
    let mut rows = views::access::rows(&profile, &People::of(&profile)?, &log)?;
    let flagged = rows.iter().filter(|row| row.flagged).count() as u32;
    rows.retain(|row| row.flagged || !request.flagged_only);
    rows.truncate(ROWS_MAX);
    Ok(AccessLogView { rows, flagged })
}
