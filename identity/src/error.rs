//! What can go wrong, by IAM's and STS's own conditions.

use crate::policy::Malformed;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("{0}")]
    EntityAlreadyExists(String),
    #[error("{0}")]
    NoSuchEntity(String),
    #[error("{0}")]
    DeleteConflict(String),
    #[error("{0}")]
    LimitExceeded(String),
    #[error("{0}")]
    MalformedPolicyDocument(#[from] Malformed),
    #[error("{0}")]
    InvalidInput(String),
    #[error("{0}")]
    Validation(String),
    #[error("{0}")]
    PolicyNotAttachable(String),
    #[error("{0}")]
    AccessDenied(String),
    /// A web identity token that cannot be trusted.
    #[error("{0}")]
    InvalidIdentityToken(String),
    /// A web identity token that is too old.
    #[error("{0}")]
    ExpiredToken(String),
    /// The provider's keys could not be had.
    #[error("{0}")]
    ProviderUnreachable(String),
    /// Session policies and tags together.
    #[error("{0}")]
    PackedPolicyTooLarge(String),
    /// Another program changed the same rows; what is in memory has been read anew.
    #[error("The request was submitted while changes to the same entity were in progress.")]
    ConcurrentModification,
    #[error("cryptography: {0}")]
    Cryptography(&'static str),
    /// A row that this version cannot read, or a secret that this master key does not open.
    #[error("identity row {key}: {detail}")]
    Damaged { key: String, detail: String },
    #[error(transparent)]
    Storage(#[from] storage_engine::Error),
}

impl Error {
    /// The code that IAM and STS answer with.
    pub fn code(&self) -> &'static str {
        match self {
            Error::EntityAlreadyExists(_) => "EntityAlreadyExists",
            Error::NoSuchEntity(_) => "NoSuchEntity",
            Error::DeleteConflict(_) => "DeleteConflict",
            Error::LimitExceeded(_) => "LimitExceeded",
            Error::MalformedPolicyDocument(_) => "MalformedPolicyDocument",
            Error::InvalidInput(_) => "InvalidInput",
            Error::Validation(_) => "ValidationError",
            Error::PolicyNotAttachable(_) => "PolicyNotAttachable",
            Error::AccessDenied(_) => "AccessDenied",
            Error::InvalidIdentityToken(_) => "InvalidIdentityToken",
            Error::ExpiredToken(_) => "ExpiredTokenException",
            Error::ProviderUnreachable(_) => "IDPCommunicationError",
            Error::PackedPolicyTooLarge(_) => "PackedPolicyTooLarge",
            Error::ConcurrentModification => "ConcurrentModification",
            Error::Cryptography(_) | Error::Damaged { .. } | Error::Storage(_) => "ServiceFailure",
        }
    }
}
