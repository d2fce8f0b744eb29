//! Stories over real sockets: an authority, hospital North that alone votes, hospital South that follows; and four that agree.

mod addresses;
mod consortium;
mod network;
mod objects;
mod stories;
