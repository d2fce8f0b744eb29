//! How much lies here.

use super::{Index, from_sql};
use crate::error::StoreError;
use crate::node::Stored;

impl Index {
    /// Counts what lies here.
    pub(crate) fn stored(&self) -> Result<Stored, StoreError> {
        let sql = "SELECT count(*) FILTER (WHERE state = 1), coalesce(sum(sealed_bytes) FILTER (WHERE state = 1), 0),
                          count(*) FILTER (WHERE state = 0) FROM blobs";
        Ok(self.connection().query_row(sql, [], |row| {
            Ok(Stored {
                records: from_sql(row.get(0)?),
                records_bytes: from_sql(row.get(1)?),
                uploads: from_sql(row.get(2)?),
            })
        })?)
    }
}
