//! The whole protocol, told with any file over real sockets: one step after the other, each with what must hold.
//!
//! [`run`] is what `carekey story` prints and what tests call.

mod cast;
mod clinic;
mod ending;
mod intruder;
mod patient;
mod stage;

use std::path::PathBuf;
use std::time::Instant;

use serde_json::{Map, Value};

use stage::Stage;

/// A step of the story, as it ended.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name.
    pub step: &'static str,
    /// Whether everything it claims held.
    pub ok: bool,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// What was measured; `error` when it did not hold.
    pub measured: Map<String, Value>,
}

/// A step did not hold.
#[derive(Debug, thiserror::Error)]
#[error("the step `{step}` did not hold: {reason}")]
pub struct StoryError {
    /// Which.
    pub step: &'static str,
    /// Why.
    pub reason: String,
}

type Fault = Box<dyn std::error::Error + Send + Sync>;
type Outcome = Result<Map<String, Value>, Fault>;

/// Runs the story with the given files; without any, with a few the story makes itself (among them an empty one).
/// Stops at the first step that does not hold.
///
/// # Errors
/// [`StoryError`] naming that step.
pub async fn run(records: Vec<PathBuf>, mut on_step: impl FnMut(&Step)) -> Result<(), StoryError> {
    let mut stage = None;
    step("setup", &mut on_step, stage::setup(records, &mut stage)).await?;
    let mut stage = stage.ok_or(StoryError { step: "setup", reason: "there is no stage".to_owned() })?;
    let told = tell(&mut stage, &mut on_step).await;
    stage.close().await;
    told
}

async fn tell(stage: &mut Stage, on_step: &mut impl FnMut(&Step)) -> Result<(), StoryError> {
    step("enrol", on_step, cast::enrol(stage)).await?;
    step("seal", on_step, clinic::seal(stage)).await?;
    step("anchor", on_step, clinic::anchor(stage)).await?;
    step("announce", on_step, patient::announce(stage)).await?;
    step("deposit", on_step, patient::deposit(stage)).await?;
    step("refuse_ungranted", on_step, intruder::refuse_ungranted(stage)).await?;
    step("grant", on_step, patient::grant(stage)).await?;
    step("discover", on_step, clinic::discover(stage)).await?;
    step("access", on_step, clinic::access(stage)).await?;
    step("verify", on_step, clinic::verify(stage)).await?;
    step("tamper", on_step, intruder::tamper(stage)).await?;
    step("replay", on_step, intruder::replay(stage)).await?;
    step("audit", on_step, patient::audit(stage)).await?;
    step("revoke", on_step, patient::revoke(stage)).await?;
    step("refuse_revoked", on_step, clinic::refuse_revoked(stage)).await?;
    step("epoch", on_step, clinic::epoch(stage)).await?;
    step("restore", on_step, ending::restore(stage)).await?;
    step("erase", on_step, ending::erase(stage)).await
}

async fn step(
    name: &'static str,
    on_step: &mut impl FnMut(&Step),
    doing: impl Future<Output = Outcome>,
) -> Result<(), StoryError> {
    let begun = Instant::now();
    let outcome = doing.await;
    let ms = begun.elapsed().as_millis() as u64;
    match outcome {
        Ok(measured) => {
            on_step(&Step { step: name, ok: true, ms, measured });
            Ok(())
        }
        Err(fault) => {
            let reason = fault.to_string();
            let measured = Map::from_iter([("error".to_owned(), Value::from(reason.clone()))]);
            on_step(&Step { step: name, ok: false, ms, measured });
            Err(StoryError { step: name, reason })
        }
    }
}

/// What a step measured, by name.
fn measured<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Ends a step that does not hold.
macro_rules! ensure {
    ($holds:expr, $($reason:tt)+) => {
        if !$holds {
            return Err(format!($($reason)+).into());
        }
    };
}
use ensure;
