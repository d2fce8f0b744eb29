//! How values of the protocol stand in columns: identifiers and keys as BLOBs of fixed width, heights and times as
//! integers, structures in their canonical encoding.

use borsh::{BorshDeserialize, BorshSerialize};
use carekey_crypto::{Digest, PublicKey, Secret32, Signature};
use carekey_protocol::{
    BlobId, BlockHeight, CertificateSerial, Collection, HospitalId, MessageId, ParticipantId, RecordRef, RecoverySetId,
    TxId, UnixMillis,
};
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};
use zeroize::Zeroizing;

/// A value with one way to stand in a column.
pub(crate) trait Column: Sized {
    fn store(&self) -> ToSqlOutput<'_>;
    fn load(value: ValueRef<'_>) -> FromSqlResult<Self>;
}

/// A [`Column`] as a statement's parameter.
pub(crate) struct Col<'a, T>(pub(crate) &'a T);

impl<T: Column> ToSql for Col<'_, T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.store())
    }
}

struct Loaded<T>(T);

impl<T: Column> FromSql for Loaded<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        T::load(value).map(Self)
    }
}

/// One row of an answer.
pub(crate) struct Columns<'r>(pub(super) &'r Row<'r>);

impl Columns<'_> {
    /// The value in column `index`.
    pub(crate) fn get<T: Column>(&self, index: usize) -> rusqlite::Result<T> {
        self.0.get::<_, Loaded<T>>(index).map(|loaded| loaded.0)
    }

    /// The structure encoded in column `index`.
    pub(crate) fn decode<T: BorshDeserialize>(&self, index: usize) -> rusqlite::Result<T> {
        let bytes = self.0.get_ref(index)?.as_blob().map_err(|error| conversion(index, error))?;
        carekey_protocol::decode(bytes).map_err(|error| conversion(index, error))
    }
}

fn conversion(index: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Blob, Box::new(error))
}

/// The canonical encoding of a structure, which may hold secrets.
pub(crate) fn encoded(value: &impl BorshSerialize) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(carekey_protocol::encode(value))
}

fn invalid(why: &'static str) -> FromSqlError {
    FromSqlError::Other(why.into())
}

impl<const N: usize> Column for [u8; N] {
    fn store(&self) -> ToSqlOutput<'_> {
        ToSqlOutput::Borrowed(ValueRef::Blob(self))
    }

    fn load(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_blob()?.try_into().map_err(|_| invalid("wrong width"))
    }
}

/// Types that are a byte array in a coat.
macro_rules! bytes_column {
    ($($type:ty: $width:literal, $borrow:expr, $make:expr;)*) => { $(
        impl Column for $type {
            fn store(&self) -> ToSqlOutput<'_> {
                let borrow: fn(&$type) -> &[u8; $width] = $borrow;
                ToSqlOutput::Borrowed(ValueRef::Blob(borrow(self)))
            }

            fn load(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let make: fn([u8; $width]) -> FromSqlResult<Self> = $make;
                make(<[u8; $width]>::load(value)?)
            }
        }
    )* };
}

bytes_column! {
    Digest: 32, |value| &value.0, |bytes| Ok(Self(bytes));
    TxId: 32, |value| &value.0.0, |bytes| Ok(Self(Digest(bytes)));
    HospitalId: 3, |value| &value.0, |bytes| Ok(Self(bytes));
    RecordRef: 16, |value| &value.0, |bytes| Ok(Self(bytes));
    MessageId: 16, |value| &value.0, |bytes| Ok(Self(bytes));
    RecoverySetId: 16, |value| &value.0, |bytes| Ok(Self(bytes));
    BlobId: 16, |value| &value.0, |bytes| Ok(Self(bytes));
    ParticipantId: 25, |value| &value.0.0, |bytes| Ok(Self(carekey_protocol::id::ParticipantBytes(bytes)));
    Secret32: 32, |value| value.expose(), |bytes| Ok(Self::from_bytes(bytes));
    Signature: 64, |value| &value.0, |bytes| Ok(Self(bytes));
    PublicKey: 33, |value| value.as_bytes(), |bytes| Self::from_bytes(bytes).map_err(|_| invalid("not a key"));
}

/// SQLite's integers are signed. What exceeds them means "never ends" and stays that: `u64::MAX` stands as `i64::MAX`.
impl Column for u64 {
    fn store(&self) -> ToSqlOutput<'_> {
        ToSqlOutput::Owned(Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX)))
    }

    fn load(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_i64()? {
            i64::MAX => Ok(Self::MAX),
            other => Self::try_from(other).map_err(|_| FromSqlError::OutOfRange(other)),
        }
    }
}

/// Moments before 1970 are negative.
impl Column for i64 {
    fn store(&self) -> ToSqlOutput<'_> {
        ToSqlOutput::Owned(Value::Integer(*self))
    }

    fn load(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64()
    }
}

impl Column for f64 {
    fn store(&self) -> ToSqlOutput<'_> {
        ToSqlOutput::Owned(Value::Real(*self))
    }

    fn load(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_f64()
    }
}

/// Types that are a number in a coat.
macro_rules! number_column {
    ($($type:ty, $number:expr, $make:expr;)*) => { $(
        impl Column for $type {
            fn store(&self) -> ToSqlOutput<'_> {
                let number: fn(&$type) -> u64 = $number;
                ToSqlOutput::Owned(Value::Integer(i64::try_from(number(self)).unwrap_or(i64::MAX)))
            }

            fn load(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let make: fn(u64) -> Option<$type> = $make;
                let number = u64::load(value)?;
                make(number).ok_or_else(|| invalid("out of range"))
            }
        }
    )* };
}

number_column! {
    u32, |value| u64::from(*value), |number| number.try_into().ok();
    u8, |value| u64::from(*value), |number| number.try_into().ok();
    bool, |value| u64::from(*value), |number| match number { 0 => Some(false), 1 => Some(true), _ => None };
    BlockHeight, |value| value.0, |number| Some(Self(number));
    UnixMillis, |value| value.0, |number| Some(Self(number));
    CertificateSerial, |value| value.0, |number| Some(Self(number));
    Collection, |value| u64::from(value.index()), |number| Self::from_index(number.try_into().ok()?);
}

impl Column for String {
    fn store(&self) -> ToSqlOutput<'_> {
        ToSqlOutput::Borrowed(ValueRef::Text(self.as_bytes()))
    }

    fn load(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Column for Vec<u8> {
    fn store(&self) -> ToSqlOutput<'_> {
        ToSqlOutput::Borrowed(ValueRef::Blob(self))
    }

    fn load(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_blob().map(<[u8]>::to_vec)
    }
}

impl<T: Column> Column for Option<T> {
    fn store(&self) -> ToSqlOutput<'_> {
        self.as_ref().map_or(ToSqlOutput::Borrowed(ValueRef::Null), Column::store)
    }

    fn load(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Null => Ok(None),
            other => T::load(other).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through<T: Column>(value: &T) -> FromSqlResult<T> {
        match value.store() {
            ToSqlOutput::Borrowed(value) => T::load(value),
            ToSqlOutput::Owned(value) => T::load(ValueRef::from(&value)),
            _ => unreachable!(),
        }
    }

    #[test]
    fn never_stays_never() {
        assert_eq!(through(&UnixMillis::MAX), Ok(UnixMillis::MAX));
        assert_eq!(through(&UnixMillis(1_800_000_000_000)), Ok(UnixMillis(1_800_000_000_000)));
        assert!(u64::load(ValueRef::Integer(-1)).is_err());
    }

    #[test]
    fn every_collection_returns_and_unknown_ones_do_not() {
        for collection in Collection::ALL {
            assert_eq!(through(&collection), Ok(collection));
        }
        assert!(Collection::load(ValueRef::Integer(200)).is_err());
        assert!(Collection::load(ValueRef::Integer(256)).is_err(), "no wrapping around");
    }

    #[test]
    fn widths_are_exact() {
        assert!(HospitalId::load(ValueRef::Blob(&[1, 2])).is_err());
        assert!(PublicKey::load(ValueRef::Blob(&[0; 33])).is_err(), "not a point");
        assert_eq!(through(&None::<TxId>), Ok(None));
    }
}
