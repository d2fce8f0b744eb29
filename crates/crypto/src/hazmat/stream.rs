//! STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over AES-256-GCM with a 32-bit big-endian counter and a last-chunk
//! flag: nonce = prefix (7) ‖ position (4, big-endian) ‖ last (1).

use aead_stream::{NewStream, StreamBE32, StreamPrimitive};
use aes_gcm::{Aes256Gcm, KeyInit};

use crate::safe::secret::Secret32;

/// A key and a nonce prefix; the caller sees to it that no position is sealed twice.
pub(crate) struct ChunkStream(StreamBE32<Aes256Gcm>);

impl ChunkStream {
    pub(crate) fn new(key: &Secret32, prefix: &[u8; 7]) -> Self {
        Self(StreamBE32::from_aead(Aes256Gcm::new(key.expose().into()), prefix.into()))
    }

    /// Encrypts in place and appends the tag.
    pub(crate) fn seal(&self, position: u32, last: bool, chunk: &mut Vec<u8>) {
        // Fails only for chunks beyond 64 GiB; ours have at most a mebibyte.
        self.0.encrypt_in_place(position, last, &[], chunk).unwrap_or_else(|_| unreachable!());
    }

    /// Checks and removes the tag, decrypts in place; `None` leaves nothing usable in `chunk`.
    pub(crate) fn open(&self, position: u32, last: bool, chunk: &mut Vec<u8>) -> Option<()> {
        self.0.decrypt_in_place(position, last, &[], chunk).ok()
    }
}
