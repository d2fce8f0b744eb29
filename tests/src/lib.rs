//! Scenario and desktop tests.
