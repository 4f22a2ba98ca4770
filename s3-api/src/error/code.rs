//! Amazon's error codes with their status and sentence: a table.

use http::StatusCode;

macro_rules! codes {
    ($($code:ident $name:literal $status:ident $message:literal)*) => {
        /// An error code of the S3 protocol.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $($code),*
        }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$code),*];

            /// As it is written in the document.
            pub fn name(self) -> &'static str {
                match self {
                    $(Code::$code => $name),*
                }
            }

            pub fn status(self) -> StatusCode {
                match self {
                    $(Code::$code => StatusCode::$status),*
                }
            }

            pub(crate) fn message(self) -> &'static str {
                match self {
                    $(Code::$code => $message),*
                }
            }
        }
    };
}

codes! {
    AccessControlListNotSupported "AccessControlListNotSupported" BAD_REQUEST
        "The bucket does not allow ACLs"
    AccessDenied "AccessDenied" FORBIDDEN
        "Access Denied"
    AccessForbidden "AccessForbidden" FORBIDDEN
        "Access forbidden"
    AuthorizationHeaderMalformed "AuthorizationHeaderMalformed" BAD_REQUEST
        "The authorization header that you provided is not valid."
    AuthorizationQueryParametersError "AuthorizationQueryParametersError" BAD_REQUEST
        "The authorization query parameters that you provided are not valid."
    BadDigest "BadDigest" BAD_REQUEST
        "The Content-MD5 or checksum value that you specified did not match what the server received."
    BadRequest "BadRequest" BAD_REQUEST
        "Bad Request"
    BucketAlreadyExists "BucketAlreadyExists" CONFLICT
        "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Select a different name and try again."
    BucketAlreadyOwnedByYou "BucketAlreadyOwnedByYou" CONFLICT
        "Your previous request to create the named bucket succeeded and you already own it."
    BucketNotEmpty "BucketNotEmpty" CONFLICT
        "The bucket you tried to delete is not empty"
    ConditionalRequestConflict "ConditionalRequestConflict" CONFLICT
        "A conflicting conditional operation occurred. If it was a multipart upload, fetch the object's ETag and start again."
    EntityTooLarge "EntityTooLarge" BAD_REQUEST
        "Your proposed upload exceeds the maximum allowed size"
    EntityTooSmall "EntityTooSmall" BAD_REQUEST
        "Your proposed upload is smaller than the minimum allowed size"
    ExpiredToken "ExpiredToken" BAD_REQUEST
        "The provided token has expired."
    IllegalLocationConstraintException "IllegalLocationConstraintException" BAD_REQUEST
        "The specified location constraint is not valid for this endpoint."
    IllegalVersioningConfigurationException "IllegalVersioningConfigurationException" BAD_REQUEST
        "The Versioning element must be specified"
    InvalidBucketAclWithObjectOwnership "InvalidBucketAclWithObjectOwnership" BAD_REQUEST
        "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
    IncompleteBody "IncompleteBody" BAD_REQUEST
        "You did not provide the number of bytes specified by the Content-Length HTTP header"
    InternalError "InternalError" INTERNAL_SERVER_ERROR
        "We encountered an internal error. Please try again."
    InvalidAccessKeyId "InvalidAccessKeyId" FORBIDDEN
        "The AWS Access Key Id you provided does not exist in our records."
    InvalidArgument "InvalidArgument" BAD_REQUEST
        "Invalid Argument"
    InvalidBucketName "InvalidBucketName" BAD_REQUEST
        "The specified bucket is not valid."
    InvalidBucketState "InvalidBucketState" CONFLICT
        "The request is not valid for the current state of the bucket."
    InvalidDigest "InvalidDigest" BAD_REQUEST
        "The Content-MD5 you specified is not valid."
    InvalidEncryptionAlgorithmError "InvalidEncryptionAlgorithmError" BAD_REQUEST
        "The encryption request you specified is not valid. The valid value is AES256."
    InvalidLocationConstraint "InvalidLocationConstraint" BAD_REQUEST
        "The specified location-constraint is not valid"
    InvalidObjectState "InvalidObjectState" FORBIDDEN
        "The operation is not valid for the object's storage class"
    InvalidPart "InvalidPart" BAD_REQUEST
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
    InvalidPartOrder "InvalidPartOrder" BAD_REQUEST
        "The list of parts was not in ascending order. Parts must be ordered by part number."
    InvalidPolicyDocument "InvalidPolicyDocument" BAD_REQUEST
        "The content of the form does not meet the conditions specified in the policy document."
    InvalidRange "InvalidRange" RANGE_NOT_SATISFIABLE
        "The requested range is not satisfiable"
    InvalidRequest "InvalidRequest" BAD_REQUEST
        "Invalid Request"
    InvalidRetentionPeriod "InvalidRetentionPeriod" BAD_REQUEST
        "The retention period is not valid"
    InvalidStorageClass "InvalidStorageClass" BAD_REQUEST
        "The storage class you specified is not valid"
    InvalidTag "InvalidTag" BAD_REQUEST
        "The tag provided was not a valid tag."
    InvalidTargetBucketForLogging "InvalidTargetBucketForLogging" BAD_REQUEST
        "The target bucket for logging does not exist, is not owned by you, or does not have the appropriate grants for the log-delivery group."
    InvalidURI "InvalidURI" BAD_REQUEST
        "Couldn't parse the specified URI."
    InvalidToken "InvalidToken" BAD_REQUEST
        "The provided token is malformed or otherwise invalid."
    KeyTooLongError "KeyTooLongError" BAD_REQUEST
        "Your key is too long"
    KmsDisabled "KMS.DisabledException" BAD_REQUEST
        "The key is disabled."
    KmsNotFound "KMS.NotFoundException" BAD_REQUEST
        "The key does not exist."
    MalformedACLError "MalformedACLError" BAD_REQUEST
        "The XML you provided was not well-formed or did not validate against our published schema"
    MalformedPolicy "MalformedPolicy" BAD_REQUEST
        "Policy has invalid resource"
    MalformedPOSTRequest "MalformedPOSTRequest" BAD_REQUEST
        "The body of your POST request is not well-formed multipart/form-data."
    MalformedTrailerError "MalformedTrailerError" BAD_REQUEST
        "The request contained trailing data that was not well-formed or did not conform to our published schema."
    MalformedXML "MalformedXML" BAD_REQUEST
        "The XML you provided was not well-formed or did not validate against our published schema"
    MaxPostPreDataLengthExceededError "MaxPostPreDataLengthExceededError" BAD_REQUEST
        "Your POST request fields preceding the upload file were too large."
    MetadataConfigurationNotFound "MetadataConfigurationNotFound" NOT_FOUND
        "The metadata configuration was not found"
    MetadataTooLarge "MetadataTooLarge" BAD_REQUEST
        "Your metadata headers exceed the maximum allowed metadata size"
    MethodNotAllowed "MethodNotAllowed" METHOD_NOT_ALLOWED
        "The specified method is not allowed against this resource."
    MissingContentLength "MissingContentLength" LENGTH_REQUIRED
        "You must provide the Content-Length HTTP header."
    MissingRequestBodyError "MissingRequestBodyError" BAD_REQUEST
        "Request Body is empty"
    MissingSecurityHeader "MissingSecurityHeader" BAD_REQUEST
        "Your request is missing a required header"
    NoSuchBucket "NoSuchBucket" NOT_FOUND
        "The specified bucket does not exist"
    NoSuchBucketPolicy "NoSuchBucketPolicy" NOT_FOUND
        "The bucket policy does not exist"
    NoSuchConfiguration "NoSuchConfiguration" NOT_FOUND
        "The specified configuration does not exist."
    NoSuchCORSConfiguration "NoSuchCORSConfiguration" NOT_FOUND
        "The CORS configuration does not exist"
    NoSuchKey "NoSuchKey" NOT_FOUND
        "The specified key does not exist."
    NoSuchLifecycleConfiguration "NoSuchLifecycleConfiguration" NOT_FOUND
        "The lifecycle configuration does not exist"
    NoSuchObjectLockConfiguration "NoSuchObjectLockConfiguration" NOT_FOUND
        "The specified object does not have a ObjectLock configuration"
    NoSuchPublicAccessBlockConfiguration "NoSuchPublicAccessBlockConfiguration" NOT_FOUND
        "The public access block configuration was not found"
    NoSuchTagSet "NoSuchTagSet" NOT_FOUND
        "The TagSet does not exist"
    NoSuchUpload "NoSuchUpload" NOT_FOUND
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
    NoSuchVersion "NoSuchVersion" NOT_FOUND
        "The specified version does not exist."
    NoSuchWebsiteConfiguration "NoSuchWebsiteConfiguration" NOT_FOUND
        "The specified bucket does not have a website configuration"
    NotImplemented "NotImplemented" NOT_IMPLEMENTED
        "A header or query you provided implies functionality that is not implemented."
    NotModified "NotModified" NOT_MODIFIED
        "Not Modified"
    ObjectLockConfigurationNotFoundError "ObjectLockConfigurationNotFoundError" NOT_FOUND
        "Object Lock configuration does not exist for this bucket"
    ObjectLockMissing "InvalidRequest" BAD_REQUEST
        "Bucket is missing Object Lock Configuration"
    OwnershipControlsNotFoundError "OwnershipControlsNotFoundError" NOT_FOUND
        "The bucket ownership controls were not found"
    PolicyTooLarge "PolicyTooLarge" BAD_REQUEST
        "The policy exceeds the maximum allowed document size."
    PreconditionFailed "PreconditionFailed" PRECONDITION_FAILED
        "At least one of the pre-conditions you specified did not hold"
    QuotaExceeded "QuotaExceeded" FORBIDDEN
        "The quota of the bucket would be exceeded."
    ReplicationConfigurationNotFoundError "ReplicationConfigurationNotFoundError" NOT_FOUND
        "The replication configuration was not found"
    RequestHeaderSectionTooLarge "RequestHeaderSectionTooLarge" BAD_REQUEST
        "Your request header and query parameters used to make the request exceed the maximum allowed size."
    RequestTimeTooSkewed "RequestTimeTooSkewed" FORBIDDEN
        "The difference between the request time and the current time is too large."
    RequestTimeout "RequestTimeout" BAD_REQUEST
        "Your socket connection to the server was not read from or written to within the timeout period."
    ServerSideEncryptionConfigurationNotFoundError "ServerSideEncryptionConfigurationNotFoundError" NOT_FOUND
        "The server side encryption configuration was not found"
    ServiceUnavailable "ServiceUnavailable" SERVICE_UNAVAILABLE
        "Service is unable to handle request."
    SignatureDoesNotMatch "SignatureDoesNotMatch" FORBIDDEN
        "The request signature we calculated does not match the signature you provided. Check your key and signing method."
    SlowDown "SlowDown" SERVICE_UNAVAILABLE
        "Please reduce your request rate."
    StorageFull "StorageFull" INSUFFICIENT_STORAGE
        "The store has no space left."
    UnexpectedContent "UnexpectedContent" BAD_REQUEST
        "This request does not support content"
    UnresolvableGrantByEmailAddress "UnresolvableGrantByEmailAddress" BAD_REQUEST
        "The e-mail address you provided does not match any account on record."
    XAmzContentSHA256Mismatch "XAmzContentSHA256Mismatch" BAD_REQUEST
        "The provided 'x-amz-content-sha256' header does not match what was computed."
}
