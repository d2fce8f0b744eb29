//! Stories over real sockets: an authority, hospital North that makes blocks, hospital South that follows.

mod addresses;
mod network;
mod stories;
