//! Why the sample network does not run.

/// Why the sample network does not run.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// A file in its directory.
    #[error("sample network: {0}")]
    Io(#[from] std::io::Error),
    /// The network file.
    #[error(transparent)]
    NetworkFile(#[from] carekey_network::NetworkFileError),
    /// The authority.
    #[error("the sample authority does not start: {0}")]
    Authority(#[from] carekey_authority::ServiceError),
    /// The authority's registry.
    #[error("the sample authority refused: {0}")]
    Registrar(#[from] carekey_authority::AuthorityError),
    /// A hospital.
    #[error("a sample hospital does not start: {0}")]
    Hospital(#[from] carekey_hospital::HospitalError),
    /// A wallet.
    #[error("a sample person's wallet: {0}")]
    Wallet(#[from] carekey_wallet::WalletError),
    /// A sample person's keyring or passphrase file.
    #[error("a sample person's keys: {0}")]
    Custody(#[from] carekey_wallet::custody::CustodyError),
    /// What was kept from an earlier run is not what it should be.
    #[error("the sample network's directory is damaged: {0}; delete it to start over")]
    Damaged(String),
}
