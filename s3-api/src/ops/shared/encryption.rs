//! The keys of objects: found for those who read, made for those who write.

use http::{HeaderMap, HeaderName};
use storage_engine::row::Attribute;
use storage_engine::{
    CopyEncryption, EncryptedTag, Encryption, Error, ObjectInfo, SecretKey, UploadInfo,
};

use crate::bucket::encryption::Blocked;
use crate::checksum::DEFAULT_ALGORITHM;
use crate::client::{Client, Scheme};
use crate::config::CustomerKeys;
use crate::error::{Code, S3Error};
use crate::kms::{KeyId, KmsError};
use crate::request::Permitted;
use crate::response::set;
use crate::sse::{
    self, ATTRIBUTE, Asked, COPY_SOURCE, CustomerHeaders, CustomerKey, Managed, Method, REQUEST,
    Wanted,
};

const REQUIRED: &str = "The object was stored using a form of Server Side Encryption. The correct \
                        parameters must be provided to retrieve the object.";
const NOT_APPLICABLE: &str = "The encryption parameters are not applicable to this object.";
const OTHER_KEY: &str = "The provided encryption parameters did not match the ones used \
                         originally.";
const PART_REQUIRED: &str = "The multipart upload initiate requested encryption. Subsequent part \
                             requests must include the appropriate encryption parameters.";
const PART_NOT_APPLICABLE: &str = "The multipart upload initiate did not request encryption. \
                                   Please resend the request without sending encryption \
                                   parameters.";

/// What answers tell of an encryption.
#[derive(Debug)]
pub(crate) enum Shown {
    Nothing,
    /// The digest of the customer's key.
    Customer(String),
    Managed(Managed),
}

impl Shown {
    pub(crate) fn describe(&self, headers: &mut HeaderMap) {
        let mut put = |name, value: &str| set(headers, HeaderName::from_static(name), value);
        match self {
            Shown::Nothing => {}
            Shown::Customer(md5) => {
                put(REQUEST.algorithm, "AES256");
                put(REQUEST.md5, md5);
            }
            Shown::Managed(Managed { method, wrapped }) => {
                put(sse::METHOD, method.name());
                if let Method::Kms { bucket_key, .. } = method {
                    put(sse::KMS_KEY_ID, wrapped.key.as_str());
                    if *bucket_key {
                        put(sse::BUCKET_KEY, "true");
                    }
                }
            }
        }
    }

    /// For those who make an object, with the context they have given.
    pub(crate) fn describe_new(&self, headers: &mut HeaderMap) {
        self.describe(headers);
        if let Shown::Managed(managed) = self
            && let Method::Kms {
                context: Some(context),
                ..
            } = &managed.method
        {
            let name = HeaderName::from_static(sse::CONTEXT);
            set(headers, name, &context.base64());
        }
    }
}

/// How an object that is being made is encrypted.
#[derive(Debug)]
pub(crate) struct NewEncryption {
    pub(crate) encryption: Option<Encryption>,
    /// To be kept with the object.
    pub(crate) attribute: Option<Attribute>,
    pub(crate) shown: Shown,
}

/// What the request asks for, else what its bucket is set to.
pub(crate) async fn for_new_object(request: &Permitted<'_>) -> Result<NewEncryption, S3Error> {
    match target(request)? {
        Target::Plain => Ok(NewEncryption {
            encryption: None,
            attribute: None,
            shown: Shown::Nothing,
        }),
        Target::Customer(CustomerKey { key, md5 }) => Ok(NewEncryption {
            encryption: Some(Encryption::opaque(key)),
            attribute: None,
            shown: Shown::Customer(md5),
        }),
        Target::Managed(method, key) => {
            let kms = &request.settings().kms;
            let made = kms.generate_data_key(&key, &method.associated()).await;
            let (data_key, wrapped) = made.map_err(kms_refusal)?;
            let managed = Managed { method, wrapped };
            Ok(NewEncryption {
                encryption: Some(encryption(data_key, &managed.method)),
                attribute: Some(managed.attribute()),
                shown: Shown::Managed(managed),
            })
        }
    }
}

/// How a copy is encrypted, and how its source is read.
#[derive(Debug)]
pub(crate) struct CopyKeys {
    pub(crate) source_key: Option<SecretKey>,
    pub(crate) encryption: CopyEncryption,
    pub(crate) attribute: Option<Attribute>,
    pub(crate) shown: Shown,
}

/// Between two objects whose keys are managed only the data key is wrapped anew; no byte is read.
pub(crate) async fn for_copy(
    request: &Permitted<'_>,
    source: &ObjectInfo,
) -> Result<CopyKeys, S3Error> {
    let source_key = key_of(request, source, COPY_SOURCE).await?;
    let kept = managed(source)?.and(source_key.clone());
    if let (Target::Managed(method, key), Some(data_key)) = (target(request)?, kept) {
        let kms = &request.settings().kms;
        let wrapped = kms.encrypt(&key, &data_key, &method.associated()).await;
        let wrapped = wrapped.map_err(kms_refusal)?;
        let managed = Managed { method, wrapped };
        return Ok(CopyKeys {
            source_key,
            encryption: CopyEncryption::AsSource,
            attribute: Some(managed.attribute()),
            shown: Shown::Managed(managed),
        });
    }
    let new = for_new_object(request).await?;
    Ok(CopyKeys {
        source_key,
        encryption: CopyEncryption::Anew(new.encryption),
        attribute: new.attribute,
        shown: new.shown,
    })
}

/// A source whose key is not what it was when the source was looked at is another object.
pub(crate) fn changed_meanwhile(error: Error) -> Error {
    match error {
        Error::WrongKey => Error::Conflict,
        other => other,
    }
}

/// How a part is encrypted: as its upload.
#[derive(Debug)]
pub(crate) struct PartEncryption {
    pub(crate) encryption: Option<Encryption>,
    pub(crate) shown: Shown,
}

pub(crate) async fn for_part(
    request: &Permitted<'_>,
    upload: &UploadInfo,
) -> Result<PartEncryption, S3Error> {
    let given = customer_key(request, REQUEST)?;
    if let Some(managed) = stored(&upload.attributes)? {
        if given.is_some() {
            return Err(invalid(PART_NOT_APPLICABLE));
        }
        let key = unwrap(request, &managed).await?;
        return Ok(PartEncryption {
            encryption: Some(encryption(key, &managed.method)),
            shown: Shown::Managed(managed),
        });
    }
    match (given, upload.key_check.is_some()) {
        (None, false) => Ok(PartEncryption {
            encryption: None,
            shown: Shown::Nothing,
        }),
        (None, true) => Err(invalid(PART_REQUIRED)),
        (Some(_), false) => Err(invalid(PART_NOT_APPLICABLE)),
        (Some(CustomerKey { key, md5 }), true) => {
            let checked = upload.check_key(Some(&key));
            checked.map_err(|_| invalid(OTHER_KEY))?;
            Ok(PartEncryption {
                encryption: Some(Encryption::opaque(key)),
                shown: Shown::Customer(md5),
            })
        }
    }
}

/// What completing an upload tells; a customer's key has to be shown once more for that.
pub(crate) fn for_completion(
    request: &Permitted<'_>,
    upload: &UploadInfo,
) -> Result<Shown, S3Error> {
    if let Some(managed) = stored(&upload.attributes)? {
        return Ok(Shown::Managed(managed));
    }
    match (customer_key(request, REQUEST)?, &upload.key_check) {
        (None, None) => Ok(Shown::Nothing),
        (None, Some(_)) => Err(invalid(PART_REQUIRED)),
        (Some(_), None) => Err(invalid(PART_NOT_APPLICABLE)),
        (Some(given), Some(_)) => {
            let checked = upload.check_key(Some(&given.key));
            checked.map_err(|_| invalid(OTHER_KEY))?;
            Ok(Shown::Customer(given.md5))
        }
    }
}

/// For a list of parts whose client chose their checksum the customer's key has to be shown, as
/// Amazon asks: checksums tell of bytes that nobody may read without it. Where it is shown it must
/// be the right one.
pub(crate) fn check_listing(request: &Permitted<'_>, upload: &UploadInfo) -> Result<(), S3Error> {
    let given = customer_key(request, REQUEST)?;
    let chosen = upload.checksum.map(|(algorithm, _)| algorithm);
    let tells = chosen.is_some_and(|algorithm| algorithm != DEFAULT_ALGORITHM);
    match (given, upload.key_check.is_some()) {
        (None, true) if tells => Err(invalid(PART_REQUIRED)),
        (Some(_), false) => Err(invalid(PART_NOT_APPLICABLE)),
        (Some(given), true) => {
            let checked = upload.check_key(Some(&given.key));
            checked.map_err(|_| invalid(OTHER_KEY))
        }
        (None, _) => Ok(()),
    }
}

/// The key an object is read with, which `names` must bring if a customer keeps it.
pub(crate) async fn key_of(
    request: &Permitted<'_>,
    info: &ObjectInfo,
    names: CustomerHeaders,
) -> Result<Option<SecretKey>, S3Error> {
    if let Some(managed) = managed(info)? {
        return match customer_key(request, names)? {
            None => unwrap(request, &managed).await.map(Some),
            Some(_) => Err(invalid(NOT_APPLICABLE)),
        };
    }
    let given = customer_key(request, names)?.map(|given| given.key);
    check_customer(info, given.as_ref())?;
    Ok(given)
}

/// Refuses who may not know of an object without its key, and tells what others see of it. The
/// key of a managed object is not needed for that.
pub(crate) fn shown_to_reader(
    request: &Permitted<'_>,
    info: &ObjectInfo,
) -> Result<Shown, S3Error> {
    sse::refuse_method(request.headers())?;
    let given = customer_key(request, REQUEST)?;
    if let Some(managed) = managed(info)? {
        return match given {
            None => Ok(Shown::Managed(managed)),
            Some(_) => Err(invalid(NOT_APPLICABLE)),
        };
    }
    check_customer(info, given.as_ref().map(|given| &given.key))?;
    Ok(given.map_or(Shown::Nothing, |given| Shown::Customer(given.md5)))
}

/// What is to be made.
enum Target {
    Plain,
    Customer(CustomerKey),
    Managed(Method, KeyId),
}

fn target(request: &Permitted<'_>) -> Result<Target, S3Error> {
    let set = request.settings_of_bucket()?.encryption.as_ref();
    let wanted = match Asked::parse(request.headers())? {
        Asked::Customer(key) => {
            check_transport(request)?;
            let blocked = set.and_then(|set| set.blocked);
            return match blocked == Some(Blocked::CustomerKeys) {
                true => Err(S3Error::new(Code::AccessDenied)),
                false => Ok(Target::Customer(key)),
            };
        }
        Asked::Managed(wanted) => wanted,
        Asked::Nothing { bucket_key } => match set.and_then(|set| set.wanted()) {
            None => return Ok(Target::Plain),
            Some(wanted) => overridden(wanted, bucket_key),
        },
    };
    Ok(match wanted {
        Wanted::S3 => Target::Managed(Method::S3, KeyId::of_store()),
        Wanted::Kms {
            key,
            context,
            bucket_key,
        } => {
            let by_default = set.and_then(|set| set.bucket_key).unwrap_or(false);
            let method = Method::Kms {
                context,
                bucket_key: bucket_key.unwrap_or(by_default),
            };
            Target::Managed(method, key.unwrap_or_else(KeyId::of_account))
        }
    })
}

fn overridden(wanted: Wanted, asked: Option<bool>) -> Wanted {
    match wanted {
        Wanted::S3 => Wanted::S3,
        Wanted::Kms {
            key,
            context,
            bucket_key,
        } => Wanted::Kms {
            key,
            context,
            bucket_key: asked.or(bucket_key),
        },
    }
}

/// The tag of `AES256` is the MD5, as with Amazon; of `aws:kms` nobody may read anything from it.
fn encryption(key: SecretKey, method: &Method) -> Encryption {
    let tag = match method {
        Method::S3 => EncryptedTag::Md5,
        Method::Kms { .. } => EncryptedTag::Opaque,
    };
    Encryption { key, tag }
}

fn customer_key(
    request: &Permitted<'_>,
    names: CustomerHeaders,
) -> Result<Option<CustomerKey>, S3Error> {
    let key = CustomerKey::parse(request.headers(), names)?;
    if key.is_some() {
        check_transport(request)?;
    }
    Ok(key)
}

/// A key that others could have read on its way guards nothing.
fn check_transport(request: &Permitted<'_>) -> Result<(), S3Error> {
    let is_private = |client: &Client| {
        client.scheme == Scheme::Https || client.address.to_canonical().is_loopback()
    };
    let is_accepted = match request.settings().customer_keys {
        CustomerKeys::Anywhere => true,
        CustomerKeys::Private => request.extension().is_some_and(is_private),
    };
    match is_accepted {
        true => Ok(()),
        false => Err(invalid(
            "Requests specifying Server Side Encryption with Customer provided keys must be made \
             over a secure connection.",
        )),
    }
}

fn check_customer(info: &ObjectInfo, given: Option<&SecretKey>) -> Result<(), S3Error> {
    let detail = info.row.detail.as_ref();
    let is_encrypted = detail.is_some_and(|detail| detail.key_check.is_some());
    match (given, is_encrypted) {
        (None, false) => Ok(()),
        (None, true) => Err(invalid(REQUIRED)),
        (Some(_), false) => Err(invalid(NOT_APPLICABLE)),
        (Some(_), true) => info.check_key(given).map_err(|_| invalid(OTHER_KEY)),
    }
}

fn managed(info: &ObjectInfo) -> Result<Option<Managed>, S3Error> {
    match &info.row.detail {
        Some(detail) => stored(&detail.attributes),
        None => Ok(None),
    }
}

fn stored(attributes: &[Attribute]) -> Result<Option<Managed>, S3Error> {
    let managed = Managed::of(attributes).transpose();
    managed.map_err(|_| {
        tracing::error!("the attribute {ATTRIBUTE} of an object cannot be read");
        S3Error::new(Code::InternalError)
    })
}

async fn unwrap(request: &Permitted<'_>, managed: &Managed) -> Result<SecretKey, S3Error> {
    let (kms, context) = (&request.settings().kms, managed.method.associated());
    let key = kms.decrypt(&managed.wrapped, &context).await;
    key.map_err(kms_refusal)
}

fn kms_refusal(error: KmsError) -> S3Error {
    match error {
        KmsError::NoSuchKey(id) => {
            S3Error::new(Code::KmsNotFound).message(format!("Key '{id}' does not exist"))
        }
        KmsError::Disabled(id) => {
            S3Error::new(Code::KmsDisabled).message(format!("{id} is disabled."))
        }
        other => {
            tracing::error!(error = %other, "the key management service failed a request");
            S3Error::new(Code::InternalError)
        }
    }
}

fn invalid(message: &'static str) -> S3Error {
    S3Error::new(Code::InvalidRequest).message(message)
}
