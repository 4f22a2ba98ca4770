//! What metrics and logs may know of an answered request.

/// Put into the extensions of every answer, for whoever counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The model's name of the operation; none where the request asked for nothing we know.
    pub operation: Option<&'static str>,
    /// The code of the refusal, of S3 or of IAM.
    pub error: Option<&'static str>,
    /// Bytes of the request's body that were read.
    pub bytes_in: u64,
    /// Bytes the answer's body will have.
    pub bytes_out: u64,
}
