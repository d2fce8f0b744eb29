//! When a service is told to stop.

/// Waits for SIGTERM or Ctrl-C.
#[cfg(unix)]
pub(crate) async fn until_stopped() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn until_stopped() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
