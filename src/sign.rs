//! Requests of the server to itself, signed by its root.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign as signature,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::Request;
use http::header::HOST;
use http_body_util::Full;

use crate::credentials::RootCredential;

/// What is to be asked.
pub(crate) struct Unsigned {
    pub(crate) method: &'static str,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

/// Names no bucket, whatever domains there are.
const HOST_NAME: &str = "localhost";

pub(crate) fn sign(
    request: Unsigned,
    root: &RootCredential,
    region: &str,
) -> Result<Request<Full<Bytes>>, String> {
    let Unsigned {
        method,
        target,
        mut headers,
        body,
    } = request;
    headers.push((HOST.as_str(), HOST_NAME.to_owned()));
    let identity = Credentials::new(root.user(), root.password(), None, None, "cairn").into();
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("s3")
        .time(SystemTime::now())
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?
        .into();
    let signable = SignableRequest::new(
        method,
        format!("http://{HOST_NAME}{target}"),
        headers.iter().map(|(name, value)| (*name, value.as_str())),
        SignableBody::Bytes(&body),
    );
    let signable = signable.map_err(|error| error.to_string())?;
    let signed = signature(signable, &parameters).map_err(|error| error.to_string())?;
    let (instructions, _) = signed.into_parts();
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in &headers {
        request = request.header(*name, value);
    }
    for (name, value) in instructions.headers() {
        request = request.header(name, value);
    }
    request = request.header(http::header::CONTENT_LENGTH, body.len());
    request
        .body(Full::new(body))
        .map_err(|error| error.to_string())
}
