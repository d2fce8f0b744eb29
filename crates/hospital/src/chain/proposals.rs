//! Proposed blocks on the disk, from before they are voted for until the height is decided.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use carekey_crypto::Digest;
use carekey_ledger::Block;
use carekey_protocol::{decode, encode};

/// A folder of blocks, each named by the hash of its header.
pub(crate) struct Proposals {
    dir: PathBuf,
}

impl Proposals {
    pub(crate) fn open(dir: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&dir)?;
        Ok(Self { dir })
    }

    /// Returns when the block would survive a power cut.
    pub(crate) fn save(&self, hash: &Digest, block: &Block) -> io::Result<()> {
        let (path, partial) = (self.path(hash), self.dir.join("partial"));
        if path.exists() {
            return Ok(());
        }
        let mut file = File::create(&partial)?;
        file.write_all(&encode(block))?;
        file.sync_all()?;
        fs::rename(&partial, &path)?;
        sync_dir(&self.dir)
    }

    /// The block, if it is here and whole.
    pub(crate) fn load(&self, hash: &Digest) -> Option<Block> {
        let bytes = fs::read(self.path(hash)).ok()?;
        decode::<Block>(&bytes).ok().filter(|block| block.header.hash() == *hash)
    }

    /// Forgets all of them: the height is decided.
    pub(crate) fn clear(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.dir)? {
            fs::remove_file(entry?.path())?;
        }
        Ok(())
    }

    fn path(&self, hash: &Digest) -> PathBuf {
        self.dir.join(hash.to_string())
    }
}

#[cfg(unix)]
fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(not(unix))]
fn sync_dir(_: &Path) -> io::Result<()> {
    Ok(())
}
