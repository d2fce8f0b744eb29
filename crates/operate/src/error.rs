//! What an operator is told when something does not work, with what to do about it.

use std::path::PathBuf;

use crate::config::Problem;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    /// A file or directory cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The configuration has mistakes, each with what to do.
    #[error("{}", in_lines(.0))]
    Config(Vec<Problem>),
    /// A network file is not accepted.
    #[error("{}: {source}", path.display())]
    NetworkFile {
        /// Which.
        path: PathBuf,
        /// Why.
        source: carekey_network::NetworkFileError,
    },
    /// The hospital does not start.
    #[error(transparent)]
    Hospital(Box<carekey_hospital::HospitalError>),
    /// The authority does not start.
    #[error(transparent)]
    Authority(Box<carekey_authority::ServiceError>),
    /// The registrar refuses.
    #[error(transparent)]
    Registrar(#[from] carekey_authority::AuthorityError),
    /// The monitor's port cannot be had.
    #[error("nobody can watch on {address}: {source}; set another address under [monitor]")]
    Monitor {
        /// Which.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Anything else, in a sentence.
    #[error("{0}")]
    Said(String),
}

impl From<carekey_hospital::HospitalError> for OperateError {
    fn from(error: carekey_hospital::HospitalError) -> Self {
        Self::Hospital(Box::new(error))
    }
}

impl From<carekey_authority::ServiceError> for OperateError {
    fn from(error: carekey_authority::ServiceError) -> Self {
        Self::Authority(Box::new(error))
    }
}

impl OperateError {
    pub(crate) fn said(sentence: impl Into<String>) -> Self {
        Self::Said(sentence.into())
    }
}

fn in_lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
