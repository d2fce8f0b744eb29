//! The addresses that hospitals announced.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use carekey_protocol::HospitalId;
use tokio::sync::Notify;

use super::HOSPITAL_BYTES_MAX;
use crate::address::{ADDRESSES_PER_PEER_MAX, PeerAddress};
use crate::limits::KNOWN_PEERS_MAX;

/// A full book's file, bytes.
const FILE_BYTES_MAX: u64 = (KNOWN_PEERS_MAX * (HOSPITAL_BYTES_MAX + 16)) as u64;

/// Where hospitals are reached: one entry each, in memory and in a file.
#[derive(Debug)]
pub struct AddressBook {
    entries: Arc<Mutex<BTreeMap<HospitalId, PeerAddress>>>,
    file: PathBuf,
    changed: Notify,
}

impl AddressBook {
    /// Opens the book in `file`, which need not exist yet. Lines that are damaged are left out.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn open(file: PathBuf) -> io::Result<Self> {
        let mut text = Vec::new();
        match std::fs::File::open(&file) {
            Ok(opened) => opened.take(FILE_BYTES_MAX).read_to_end(&mut text).map(drop)?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let text = String::from_utf8_lossy(&text);
        let entries = text.lines().filter_map(read_line).take(KNOWN_PEERS_MAX).collect();
        Ok(Self { entries: Arc::new(Mutex::new(entries)), file, changed: Notify::new() })
    }

    /// Keeps where a hospital is reached, in place of what was known. A full book takes no new hospital.
    ///
    /// # Errors
    /// If the file cannot be written; the entry is known nevertheless.
    pub async fn keep(&self, hospital: HospitalId, address: PeerAddress) -> io::Result<()> {
        {
            let mut entries = self.entries();
            if entries.get(&hospital) == Some(&address) {
                return Ok(());
            }
            if entries.len() >= KNOWN_PEERS_MAX && !entries.contains_key(&hospital) {
                tracing::warn!(%hospital, "the address book is full");
                return Ok(());
            }
            entries.insert(hospital, address);
        }
        self.changed.notify_one();
        let (entries, file) = (Arc::clone(&self.entries), self.file.clone());
        tokio::task::spawn_blocking(move || save(&entries, &file)).await.map_err(io::Error::other)?
    }

    /// All entries.
    pub fn known(&self) -> Vec<(HospitalId, PeerAddress)> {
        self.entries().iter().map(|(hospital, address)| (*hospital, address.clone())).collect()
    }

    /// Everybody to be dialled: those in the book, and `configured` ones. Of a peer in both, what it announced is tried
    /// first, what was configured then.
    pub fn with(&self, configured: Vec<PeerAddress>) -> Vec<PeerAddress> {
        let mut peers: Vec<_> = self.known().into_iter().map(|(_, announced)| announced).collect();
        for PeerAddress { peer_id, addresses } in configured {
            match peers.iter_mut().find(|peer| peer.peer_id == peer_id) {
                Some(peer) => {
                    let news = addresses.into_iter().filter(|address| !peer.addresses.contains(address));
                    let news: Vec<_> = news.take(ADDRESSES_PER_PEER_MAX - peer.addresses.len()).collect();
                    peer.addresses.extend(news);
                }
                None => peers.push(PeerAddress { peer_id, addresses }),
            }
        }
        peers
    }

    /// Waits until an entry is new or another one.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<HospitalId, PeerAddress>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_line(line: &str) -> Option<(HospitalId, PeerAddress)> {
    let (hospital, address) = line.split_once(' ')?;
    Some((hospital.parse().ok()?, address.parse().ok()?))
}

/// Writes the file, complete or not at all. The lock is held, so that a later state is never replaced by an earlier one.
fn save(entries: &Mutex<BTreeMap<HospitalId, PeerAddress>>, file: &Path) -> io::Result<()> {
    let entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
    let text: String = entries.iter().map(|(hospital, address)| format!("{hospital} {address}\n")).collect();
    let partial = file.with_extension("part");
    std::fs::write(&partial, text)?;
    std::fs::rename(partial, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(port: u16) -> PeerAddress {
        let key = crate::NodeKey::generate(&mut carekey_crypto::test_rng(1)).peer_id();
        format!("/ip4/10.0.0.1/tcp/{port}/p2p/{key}").parse().expect("an address")
    }

    #[tokio::test]
    async fn a_book_outlives_a_restart_and_damage() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("addresses");
        let (north, south) = (HospitalId([0, 0, 1]), HospitalId([0, 0, 2]));
        let book = AddressBook::open(file.clone()).expect("empty");
        book.keep(north, address(1)).await.expect("written");
        book.keep(south, address(2)).await.expect("written");
        book.keep(south, address(3)).await.expect("written");
        let expected = vec![(north, address(1)), (south, address(3))];
        assert_eq!(book.known(), expected);
        assert_eq!(AddressBook::open(file.clone()).expect("read").known(), expected);

        let text = std::fs::read_to_string(&file).expect("text");
        std::fs::write(&file, format!("000009 nonsense\n\n{text}")).expect("damaged");
        assert_eq!(AddressBook::open(file).expect("read").known(), expected);
    }

    #[tokio::test]
    async fn the_announced_address_is_tried_before_the_configured_one() {
        let dir = tempfile::tempdir().expect("a directory");
        let book = AddressBook::open(dir.path().join("addresses")).expect("empty");
        book.keep(HospitalId([0, 0, 1]), address(1)).await.expect("written");
        let PeerAddress { peer_id, addresses } = address(1);
        let both = PeerAddress { peer_id, addresses: [addresses, address(2).addresses].concat() };
        assert_eq!(book.with(vec![address(1), address(2)]), [both]);
    }

    #[tokio::test]
    async fn a_full_book_keeps_whom_it_has() {
        let dir = tempfile::tempdir().expect("a directory");
        let book = AddressBook::open(dir.path().join("addresses")).expect("empty");
        let id = |number: usize| HospitalId([0, (number >> 8) as u8, number as u8]);
        book.entries().extend((0..KNOWN_PEERS_MAX).map(|number| (id(number), address(1))));
        book.keep(HospitalId([9, 9, 9]), address(2)).await.expect("ignored");
        assert_eq!(book.known().len(), KNOWN_PEERS_MAX);
        book.keep(id(7), address(2)).await.expect("written");
        assert!(book.known().contains(&(id(7), address(2))));
    }
}
