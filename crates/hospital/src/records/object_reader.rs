//! A sealed record read out of an object store, a range at a time.

use std::fmt;
use std::future::Future;
use std::io::{self, Cursor, SeekFrom};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use object_store::ObjectStoreExt;
use object_store::aws::AmazonS3;
use object_store::path::Path;
use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};

use super::store::S3Store;

/// Bytes of one request, and of memory: a reader on a slow line holds these, not a connection to the store.
const RANGE_BYTES: u64 = 1 << 20;

type Fetching = Pin<Box<dyn Future<Output = object_store::Result<Vec<u8>>> + Send>>;

/// Reads an object from any position. Holds one range of it.
pub struct ObjectReader {
    settings: S3Store,
    store: Arc<AmazonS3>,
    name: Path,
    length: u64,
    position: u64,
    /// What was fetched and not read.
    fetched: Cursor<Vec<u8>>,
    fetching: Option<Fetching>,
}

impl ObjectReader {
    pub(super) fn new(settings: S3Store, store: Arc<AmazonS3>, name: Path, length: u64) -> Self {
        Self { settings, store, name, length, position: 0, fetched: Cursor::default(), fetching: None }
    }

    fn fetch(&self) -> Fetching {
        let (store, name) = (Arc::clone(&self.store), self.name.clone());
        let range = self.position..self.length.min(self.position.saturating_add(RANGE_BYTES));
        Box::pin(async move { Ok(store.get_range(&name, range).await?.into()) })
    }
}

impl AsyncRead for ObjectReader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if buffer.remaining() == 0 || self.position >= self.length {
            return Poll::Ready(Ok(()));
        }
        let consumed = self.fetched.position() as usize;
        if consumed == self.fetched.get_ref().len() {
            // Dropped first, so that two ranges are never held.
            self.fetched = Cursor::default();
            let mut fetching = self.fetching.take().unwrap_or_else(|| self.fetch());
            let Poll::Ready(fetched) = fetching.as_mut().poll(context) else {
                self.fetching = Some(fetching);
                return Poll::Pending;
            };
            let bytes = fetched.map_err(|error| io::Error::other(self.settings.error(&error)))?;
            if bytes.is_empty() {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            self.fetched = Cursor::new(bytes);
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.fetched).poll_read(context, buffer))?;
        self.position += (buffer.filled().len() - before) as u64;
        Poll::Ready(Ok(()))
    }
}

impl AsyncSeek for ObjectReader {
    fn start_seek(mut self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        let position = match position {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        self.fetched = Cursor::default();
        self.fetching = None;
        Ok(())
    }

    fn poll_complete(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Poll::Ready(Ok(self.position))
    }
}

impl fmt::Debug for ObjectReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectReader")
            .field("length", &self.length)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
