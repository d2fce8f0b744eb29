//! The engine in a world of hospitals that crash, lie, and do not hear each other.

mod agreement;
mod byzantine;
mod hostile;
mod restart;
mod world;
