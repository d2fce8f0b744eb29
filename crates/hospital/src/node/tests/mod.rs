//! Stories over real sockets: an authority, hospital North that makes blocks, hospital South that follows.

mod network;
mod stories;
