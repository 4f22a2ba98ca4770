//! Signed requests, by the SDK's own signer.

use std::io::Write;
use std::net::SocketAddr;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;

use super::http::{Answer, connect, read_answer};
use super::server::{PASSWORD, USER};

/// Head of a request whose payload is not signed, so that its body may be sent at leisure.
pub(crate) fn head(method: &str, address: SocketAddr, path: &str, content_length: usize) -> String {
    head_with(method, address, path, content_length, &[])
}

/// The same with further headers, all of them signed.
pub(crate) fn head_with(
    method: &str,
    address: SocketAddr,
    path: &str,
    content_length: usize,
    further: &[(&str, &str)],
) -> String {
    let keys = (USER, PASSWORD);
    head_by(keys, method, address, path, content_length, further)
}

/// One request of whoever has these keys, on a connection of its own.
pub(crate) fn ask(
    method: &str,
    address: SocketAddr,
    path: &str,
    keys: (&str, &str),
    body: &str,
) -> Answer {
    let mut stream = connect(address);
    let head = head_by(keys, method, address, path, body.len(), &[]);
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    read_answer(&mut stream)
}

pub(crate) fn head_by(
    (access_key, secret_key): (&str, &str),
    method: &str,
    address: SocketAddr,
    path: &str,
    content_length: usize,
    further: &[(&str, &str)],
) -> String {
    let host = address.to_string();
    let mut headers = vec![
        ("host".to_owned(), host.clone()),
        (
            "x-amz-content-sha256".to_owned(),
            "UNSIGNED-PAYLOAD".to_owned(),
        ),
    ];
    let further = further.iter();
    headers.extend(further.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let identity = Credentials::new(access_key, secret_key, None, None, "test").into();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("s3")
        .time(SystemTime::now())
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let request = SignableRequest::new(
        method,
        format!("http://{host}{path}"),
        headers.iter().map(|(n, v)| (n.as_str(), v.as_str())),
        SignableBody::UnsignedPayload,
    )
    .unwrap();
    let (instructions, _) = sign(request, &parameters).unwrap().into_parts();
    for (name, value) in instructions.headers() {
        headers.push((name.to_owned(), value.to_owned()));
    }
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    format!("{method} {path} HTTP/1.1\r\n{headers}content-length: {content_length}\r\n\r\n")
}
