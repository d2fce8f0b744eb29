//! Recovery by people: what the patient keeps of their own splitting, what a holder keeps for others, and what either says
//! again until it is answered.

pub mod holder;
pub mod letters;
pub mod owner;
