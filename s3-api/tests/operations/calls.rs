//! Calls of IAM and STS as clients make them: a form, signed over its body.

use crate::support::{Client, Keys, Reply};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use std::time::SystemTime;

/// How a call is signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) time: SystemTime,
}

impl<'a> Scope<'a> {
    pub(crate) fn of(service: &'a str) -> Self {
        Scope {
            service,
            region: "us-east-1",
            time: SystemTime::now(),
        }
    }
}

pub(crate) type Parameter<'a> = (&'a str, &'a str);

/// The body of a form.
pub(crate) fn form(action: &str, parameters: &[Parameter<'_>]) -> String {
    let action = [("Action", action)];
    let pairs = action.iter().chain(parameters).map(|(name, value)| {
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        format!("{}={}", encode(name), encode(value))
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// A form that nobody signed.
pub(crate) fn unsigned(body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let body = body.into();
    Request::builder()
        .method("POST")
        .uri("/")
        .header("host", "localhost:9000")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("content-length", body.len())
        .body(Full::new(body))
        .unwrap()
}

/// Signs what is there.
pub(crate) fn sign_request(
    mut request: Request<Full<Bytes>>,
    body: &[u8],
    keys: &Keys,
    scope: Scope<'_>,
) -> Request<Full<Bytes>> {
    let identity = Credentials::new(
        keys.access.as_str(),
        keys.secret.as_str(),
        keys.token.clone(),
        None,
        "test",
    )
    .into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(scope.region)
        .name(scope.service)
        .time(scope.time)
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let uri = format!("http://localhost:9000{}", request.uri());
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
    let method = request.method().as_str();
    let signable = SignableRequest::new(method, uri, headers, SignableBody::Bytes(body)).unwrap();
    let (instructions, _) = sign(signable, &params).unwrap().into_parts();
    instructions.apply_to_request_http1x(&mut request);
    request
}

impl Client {
    pub(crate) async fn call_as(
        &self,
        keys: &Keys,
        scope: Scope<'_>,
        action: &str,
        parameters: &[Parameter<'_>],
    ) -> Reply {
        let body = form(action, parameters);
        let request = unsigned(body.clone());
        self.send_raw(sign_request(request, body.as_bytes(), keys, scope))
            .await
    }

    pub(crate) async fn iam(
        &self,
        keys: &Keys,
        action: &str,
        parameters: &[Parameter<'_>],
    ) -> Reply {
        self.call_as(keys, Scope::of("iam"), action, parameters)
            .await
    }

    pub(crate) async fn sts(
        &self,
        keys: &Keys,
        action: &str,
        parameters: &[Parameter<'_>],
    ) -> Reply {
        self.call_as(keys, Scope::of("sts"), action, parameters)
            .await
    }
}

impl Reply {
    /// Keys of a session, or of a user.
    pub(crate) fn keys(&self) -> Keys {
        let token = self.tag("SessionToken");
        Keys {
            access: self.tag("AccessKeyId").to_owned(),
            secret: self.tag("SecretAccessKey").to_owned(),
            token: (!token.is_empty()).then(|| token.to_owned()),
        }
    }

    /// The document with what differs from run to run left out.
    pub(crate) fn shape(&self) -> String {
        let mut text = self.text().to_owned();
        for name in [
            "RequestId",
            "UserId",
            "GroupId",
            "RoleId",
            "PolicyId",
            "AccessKeyId",
            "SecretAccessKey",
            "SessionToken",
            "CreateDate",
            "UpdateDate",
            "Expiration",
            "AssumedRoleId",
            "PackedPolicySize",
        ] {
            let (open, close) = (format!("<{name}>"), format!("</{name}>"));
            let mut masked = String::new();
            let mut pieces = text.split(&open);
            masked.push_str(pieces.next().unwrap_or_default());
            for piece in pieces {
                let (value, rest) = piece.split_once(&close).unwrap_or(("", piece));
                assert!(!value.is_empty(), "{name} is empty: {}", self.text());
                masked.push_str(&format!("<{name}>…{close}{rest}"));
            }
            text = masked;
        }
        text
    }
}
