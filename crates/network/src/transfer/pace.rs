//! Tells a slow line from a peer that stalls.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::NetworkError;

/// Bytes that must pass in each window: 64 KiB in 30 s is about 17 kbit/s, less than any line people still use.
pub(crate) const WINDOW_BYTES_MIN: u64 = 64 * 1024;

/// One window.
pub(crate) const WINDOW: Duration = Duration::from_secs(30);

/// Watches that a transfer moves.
pub(crate) struct Pace {
    deadline: Instant,
    bytes: u64,
    during: &'static str,
}

impl Pace {
    pub(crate) fn new(during: &'static str) -> Self {
        Self { deadline: Instant::now() + WINDOW, bytes: 0, during }
    }

    /// Waits for `work`, which moves the number of bytes it returns, until the window ends.
    pub(crate) async fn step(
        &mut self,
        work: impl Future<Output = std::io::Result<usize>>,
    ) -> Result<usize, NetworkError> {
        let moved = timeout_at(self.deadline, work)
            .await
            .map_err(|_| NetworkError::Timeout { during: self.during })?
            .map_err(crate::channel::broken)?;
        self.bytes += moved as u64;
        if self.bytes >= WINDOW_BYTES_MIN {
            self.restart();
        }
        Ok(moved)
    }

    /// Starts a new window: time the local disk took is not the peer's.
    pub(crate) fn restart(&mut self) {
        self.bytes = 0;
        self.deadline = Instant::now() + WINDOW;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_trickle_is_cut_and_a_slow_line_is_not() {
        let mut pace = Pace::new("receiving");
        for _ in 0..100 {
            let slow = async {
                tokio::time::sleep(Duration::from_secs(7)).await;
                Ok(16 * 1024)
            };
            pace.step(slow).await.expect("18 kbit/s is slow, and goes on");
        }
        let mut seconds = 0;
        let cut = loop {
            let trickle = async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok(1)
            };
            match pace.step(trickle).await {
                Ok(_) => seconds += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(cut, NetworkError::Timeout { during: "receiving" }));
        assert!(seconds <= 31, "a byte a second is no progress, yet it lasted {seconds} s");
    }
}
