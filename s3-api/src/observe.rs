//! What metrics and logs may know of an answered request.

use identity::Caller;

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

/// Put into the extensions of the answer to a request that would change what a bucket or an object is
/// allowed, who somebody is or what he may: for an audit log. Storing and deleting objects is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The ARN of who asked; empty where nobody has shown who he is.
    pub who: String,
    /// The access key the request was signed with; empty where it was not.
    pub access_key: String,
    /// A bucket, a key behind its bucket, or an ARN.
    pub target: String,
}

impl Change {
    pub(crate) fn asked_by(&mut self, caller: &Caller) {
        if !caller.is_anonymous() {
            caller.arn().clone_into(&mut self.who);
            caller.access_key().clone_into(&mut self.access_key);
        }
    }
}
