//! Differential: whatever the SDK signs we accept, and nothing else.

use super::*;
use crate::op::OPERATIONS;
use crate::query::Query;
use crate::request::Parsed;
use crate::target::Target;
use aws_credential_types::Credentials as SdkCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use http::{HeaderValue, Request};
use identity::model::Secret;
use identity::{Identity, RootAccount};
use proptest::prelude::*;
use std::time::{Duration, SystemTime};
use storage_engine::Engine;
use storage_engine::clock::SystemClock;

const ACCESS_KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600)
}

fn verifier() -> Verifier {
    verifier_of(ACCESS_KEY)
}

fn verifier_of(access_key: &str) -> Verifier {
    Verifier::new(identity_of(access_key, SECRET), "us-east-1".into(), now)
}

/// A store whose root has this key.
pub(crate) fn identity_of(access_key: &str, secret: &str) -> Identity {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap();
    let root = RootAccount {
        canonical_id: "owner".into(),
        display_name: "Owner".into(),
        email: None,
        access_key: access_key.into(),
        secret: Secret::new(secret),
    };
    let identity = runtime.block_on(async {
        let engine = Engine::in_memory(Arc::new(SystemClock)).unwrap();
        Identity::open(Arc::new(engine), &[7; 32], root).await
    });
    identity.unwrap()
}

/// How the SDK is to sign.
struct Plan {
    location: SignatureLocation,
    at: SystemTime,
    region: &'static str,
    secret: &'static str,
    expires: Duration,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            location: SignatureLocation::Headers,
            at: now(),
            region: "us-east-1",
            secret: SECRET,
            expires: Duration::from_secs(60),
        }
    }
}

fn presigned() -> Plan {
    Plan {
        location: SignatureLocation::QueryParams,
        ..Plan::default()
    }
}

fn signed(mut request: Request<()>, plan: &Plan, body: SignableBody<'_>) -> Request<()> {
    request
        .headers_mut()
        .insert("host", HeaderValue::from_static("localhost:9000"));
    let identity = SdkCredentials::new(ACCESS_KEY, plan.secret, None, None, "test").into();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.signature_location = plan.location;
    match plan.location {
        SignatureLocation::Headers => {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        _ => settings.expires_in = Some(plan.expires),
    }
    let params = SigningParams::builder()
        .identity(&identity)
        .region(plan.region)
        .name("s3")
        .time(plan.at)
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
    let uri = format!("http://localhost:9000{}", request.uri());
    let signable = SignableRequest::new(request.method().as_str(), uri, headers, body).unwrap();
    let (instructions, _) = sign(signable, &params).unwrap().into_parts();
    instructions.apply_to_request_http1x(&mut request);
    request
}

fn unsigned_body() -> SignableBody<'static> {
    SignableBody::UnsignedPayload
}

fn verified(request: Request<()>) -> Result<Verified, S3Error> {
    verified_by(&verifier(), request)
}

fn verified_by(verifier: &Verifier, request: Request<()>) -> Result<Verified, S3Error> {
    let (parts, ()) = request.into_parts();
    let parsed = Parsed {
        target: Target::default(),
        query: Query::parse(parts.uri.query())?,
        operation: &OPERATIONS[0],
        parts: &parts,
    };
    verifier.verify(&parsed)
}

fn code(request: Request<()>) -> Code {
    verified(request).unwrap_err().code()
}

fn get(uri: &str) -> Request<()> {
    Request::builder().uri(uri).body(()).unwrap()
}

#[test]
fn a_signed_request_is_its_principals() {
    let request = signed(
        get("/bucket/key?list-type=2&prefix=a%2Fb"),
        &Plan::default(),
        unsigned_body(),
    );
    let verified = verified(request).unwrap();
    assert_eq!(verified.caller.account().id, "owner");
    assert!(matches!(verified.payload, PayloadClaim::Unsigned));
}

#[test]
fn what_is_said_of_the_body_is_read() {
    let claim = |body| {
        verified(signed(get("/b/k"), &Plan::default(), body))
            .unwrap()
            .payload
    };
    let digest = ring::digest::digest(&ring::digest::SHA256, b"abc");
    assert!(
        matches!(claim(SignableBody::Bytes(b"abc")), PayloadClaim::Sha256(found) if found == digest.as_ref())
    );
    let streaming = claim(SignableBody::StreamingUnsignedPayloadTrailer);
    assert!(matches!(
        streaming,
        PayloadClaim::Chunked {
            signer: None,
            trailer: true
        }
    ));
    for (text, expected) in [
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", false),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", true),
    ] {
        let claim = claim(SignableBody::Precomputed(text.to_owned()));
        let PayloadClaim::Chunked {
            signer: Some(_),
            trailer,
        } = claim
        else {
            panic!("{text}")
        };
        assert_eq!(trailer, expected);
    }
}

#[test]
fn kept_keys_verify_like_derived_ones() {
    let verifier = verifier();
    for _ in 0..3 {
        let request = signed(get("/b/k"), &Plan::default(), unsigned_body());
        assert!(verified_by(&verifier, request).is_ok());
    }
    let wrong = Plan {
        secret: "wrong",
        ..Plan::default()
    };
    let error = verified_by(&verifier, signed(get("/b/k"), &wrong, unsigned_body())).unwrap_err();
    assert_eq!(error.code(), Code::SignatureDoesNotMatch);
}

#[test]
fn a_request_without_signature_is_nobodys() {
    assert!(verified(get("/b/k")).unwrap().caller.is_anonymous());
    let empty = Request::builder()
        .uri("/b/k")
        .header("authorization", "")
        .body(())
        .unwrap();
    assert!(verified(empty).unwrap().caller.is_anonymous());
}

#[test]
fn any_change_breaks_the_signature() {
    let original = || {
        let request = Request::builder()
            .uri("/b/k?a=1")
            .header("x-amz-meta-a", "b")
            .body(());
        signed(request.unwrap(), &Plan::default(), unsigned_body())
    };
    assert!(verified(original()).is_ok());
    let mut request = original();
    *request.method_mut() = http::Method::DELETE;
    assert_eq!(code(request), Code::SignatureDoesNotMatch);
    for uri in ["/b/j?a=1", "/b/k?a=2", "/b/k", "/b/k?a=1&b"] {
        let mut request = original();
        *request.uri_mut() = uri.parse().unwrap();
        assert_eq!(code(request), Code::SignatureDoesNotMatch, "{uri}");
    }
    for (name, value) in [("x-amz-meta-a", "c"), ("host", "other")] {
        let mut request = original();
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
        assert_eq!(code(request), Code::SignatureDoesNotMatch, "{name}");
    }
    let mut request = original();
    request
        .headers_mut()
        .insert("x-amz-acl", HeaderValue::from_static("private"));
    assert_eq!(code(request), Code::AccessDenied);
    let mut request = original();
    request.headers_mut().remove("x-amz-meta-a");
    assert_eq!(code(request), Code::AccessDenied);
}

#[test]
fn headers_on_the_way_may_change_if_unsigned() {
    let mut request = signed(get("/b/k"), &Plan::default(), unsigned_body());
    for name in ["accept-encoding", "expect", "user-agent", "x-forwarded-for"] {
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static("x"));
    }
    assert!(verified(request).is_ok());
}

/// The SDK signs `x-amz-date`; others sign the date of HTTP, and put its time into what is signed.
#[test]
fn the_date_may_have_the_form_of_http() {
    let stamp = "20130524T000000Z";
    for (date, time) in [
        ("Fri, 24 May 2013 00:00:00 GMT", stamp),
        ("Fri, 24 May 2013 00:00:00 -0000", stamp),
        ("Fri, 24 May 2013 02:00:00 +0200", stamp),
    ] {
        let scope = "20130524/us-east-1/s3/aws4_request";
        let canonical = format!(
            "GET\n/b\n\ndate:{date}\nhost:h\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n\n\
             date;host;x-amz-content-sha256\nUNSIGNED-PAYLOAD"
        );
        let hash = ring::digest::digest(&ring::digest::SHA256, canonical.as_bytes());
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex::encode(hash));
        let key = aws_sigv4::sign::v4::generate_signing_key(SECRET, now(), "us-east-1", "s3");
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key.as_ref());
        let signature = hex::encode(ring::hmac::sign(&key, text.as_bytes()));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, \
             SignedHeaders=date;host;x-amz-content-sha256, Signature={signature}"
        );
        let request = Request::builder().uri("/b").header("host", "h");
        let request = request.header("date", date);
        let request = request.header("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        let request = request.header("authorization", authorization).body(());
        assert!(verified(request.unwrap()).is_ok(), "{date}");
    }
}

#[test]
fn time_region_and_key_must_fit() {
    let late = |seconds| Plan {
        at: now() - Duration::from_secs(seconds),
        ..Plan::default()
    };
    assert!(verified(signed(get("/b"), &late(899), unsigned_body())).is_ok());
    assert_eq!(
        code(signed(get("/b"), &late(901), unsigned_body())),
        Code::RequestTimeTooSkewed
    );
    let early = Plan {
        at: now() + Duration::from_secs(901),
        ..Plan::default()
    };
    assert_eq!(
        code(signed(get("/b"), &early, unsigned_body())),
        Code::RequestTimeTooSkewed
    );
    let elsewhere = Plan {
        region: "eu-west-1",
        ..Plan::default()
    };
    let error = verified(signed(get("/b"), &elsewhere, unsigned_body())).unwrap_err();
    assert_eq!(error.code(), Code::AuthorizationHeaderMalformed);
    let document = error.document("/b", "id", "host");
    assert!(String::from_utf8_lossy(&document).contains("<Region>us-east-1</Region>"));

    let other = verifier_of("OTHER");
    let request = signed(get("/b"), &Plan::default(), unsigned_body());
    assert_eq!(
        verified_by(&other, request).unwrap_err().code(),
        Code::InvalidAccessKeyId
    );
}

#[test]
fn broken_authorization_headers_are_told_apart() {
    let valid = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20130524/us-east-1/s3/aws4_request, \
                 SignedHeaders=host, Signature=00";
    let table = [
        (valid.to_owned(), Code::SignatureDoesNotMatch),
        (
            valid.replace("20130524", "20130525"),
            Code::AuthorizationHeaderMalformed,
        ),
        (
            valid.replace("/s3/", "/ec2/"),
            Code::AuthorizationHeaderMalformed,
        ),
        (
            valid.replace("aws4_request", "aws4"),
            Code::AuthorizationHeaderMalformed,
        ),
        (
            valid.replace("SignedHeaders=host, ", ""),
            Code::AuthorizationHeaderMalformed,
        ),
        (
            valid.replace("=host", "="),
            Code::AuthorizationHeaderMalformed,
        ),
        (
            "AWS4-HMAC-SHA256".to_owned(),
            Code::AuthorizationHeaderMalformed,
        ),
        ("AWS AKID:c2ln".to_owned(), Code::InvalidRequest),
        ("AWS HAHAHA".to_owned(), Code::InvalidArgument),
        ("Bearer token".to_owned(), Code::InvalidArgument),
    ];
    for (value, expected) in table {
        let request = Request::builder().uri("/b").header("authorization", &value);
        let request = request
            .header("host", "h")
            .header("x-amz-date", "20130524T000000Z");
        // Signed or not, the payload's digest has to be there; the exempt list is for presigned.
        let request = request.header("date", "x").body(()).unwrap();
        let found = match verified(request) {
            Err(error) if error.sentence().contains("x-amz-content-sha256") => {
                continue_with(&value)
            }
            Err(error) => error.code(),
            Ok(_) => panic!("accepted {value}"),
        };
        assert_eq!(found, expected, "{value}");
    }
}

/// The same header on a request that has the digest, all Amazon headers being signed.
fn continue_with(value: &str) -> Code {
    let value = value.replace("=host", "=host;x-amz-content-sha256;x-amz-date");
    let request = Request::builder()
        .uri("/b")
        .header("authorization", value)
        .header("host", "h");
    let request = request.header("x-amz-date", "20130524T000000Z");
    code(
        request
            .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
            .body(())
            .unwrap(),
    )
}

#[test]
fn a_digest_that_is_none_is_refused() {
    for value in ["", "abc", "STREAMING-UNKNOWN"] {
        let body = SignableBody::Precomputed(value.to_owned());
        assert_eq!(
            code(signed(get("/b"), &Plan::default(), body)),
            Code::InvalidArgument
        );
    }
    let body = SignableBody::Precomputed("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD".to_owned());
    assert_eq!(
        code(signed(get("/b"), &Plan::default(), body)),
        Code::NotImplemented
    );
}

#[test]
fn a_presigned_request_is_good_for_its_time() {
    let with = |at, expires| Plan {
        at,
        expires: Duration::from_secs(expires),
        ..presigned()
    };
    let ago = |seconds| now() - Duration::from_secs(seconds);
    let sign = |plan: Plan| signed(get("/b/k?response-expires=x"), &plan, unsigned_body());
    let verified = |plan| verified(sign(plan)).map(|verified| !verified.caller.is_anonymous());
    assert!(verified(with(now(), 60)).unwrap());
    assert!(verified(with(ago(3600), 3600)).unwrap());
    assert!(verified(with(ago(600_000), 604_800)).unwrap());
    assert_eq!(
        verified(with(ago(3601), 3600)).unwrap_err().code(),
        Code::AccessDenied
    );
    let future = now() + Duration::from_secs(901);
    assert_eq!(
        verified(with(future, 60)).unwrap_err().code(),
        Code::AccessDenied
    );
}

#[test]
fn presigned_parameters_are_checked() {
    let request = signed(get("/b/k"), &presigned(), unsigned_body());
    let uri = request.uri().to_string();
    let with = |uri: String| {
        let mut changed = request.clone();
        *changed.uri_mut() = uri.parse().unwrap();
        code(changed)
    };
    let wrong = Code::AuthorizationQueryParametersError;
    assert_eq!(
        with(uri.replace("X-Amz-Expires=60", "X-Amz-Expires=61")),
        Code::SignatureDoesNotMatch
    );
    assert_eq!(
        with(uri.replace("X-Amz-Expires=60", "X-Amz-Expires=604801")),
        Code::AccessDenied
    );
    assert_eq!(
        with(uri.replace("X-Amz-Expires=60", "X-Amz-Expires=-1")),
        Code::AccessDenied
    );
    assert_eq!(
        with(uri.replace("X-Amz-Expires=60", "X-Amz-Expires=0")),
        Code::AccessDenied
    );
    assert_eq!(
        with(uri.replace("X-Amz-Expires=60", "X-Amz-Expires=x")),
        wrong
    );
    assert_eq!(with(uri.replace("X-Amz-Expires=60&", "")), wrong);
    assert_eq!(with(uri.replace("=AWS4-HMAC-SHA256", "=AWS4")), wrong);
    assert_eq!(with(uri.replace("aws4_request", "x")), wrong);
    assert_eq!(
        with("/b/k?AWSAccessKeyId=a&Signature=b&Expires=1".to_owned()),
        Code::InvalidRequest
    );
    let mut both = request.clone();
    both.headers_mut().insert(
        "authorization",
        HeaderValue::from_static("AWS4-HMAC-SHA256 x"),
    );
    assert_eq!(code(both), Code::InvalidArgument);
}

#[test]
fn a_session_token_nobody_gave_out_is_refused() {
    let request = Request::builder()
        .uri("/b")
        .header("x-amz-security-token", "t")
        .body(())
        .unwrap();
    assert_eq!(
        code(signed(request, &Plan::default(), unsigned_body())),
        Code::InvalidToken
    );
}

/// A client that sends a path unencoded and signs it encoded is understood.
#[test]
fn the_encoded_spelling_of_a_path_is_accepted() {
    let mut request = signed(get("/b/a%28b%29"), &Plan::default(), unsigned_body());
    *request.uri_mut() = "/b/a(b)".parse().unwrap();
    assert!(verified(request).is_ok());
}

proptest! {
    #[test]
    fn agrees_with_the_sdk(
        path in "/[a-z0-9]{3,8}(/([a-zA-Z0-9_.~-]|%2F|%20|%C3%BC|%2B|//){0,12}){0,3}",
        query in prop::collection::vec(("[a-zA-Z0-9-]{1,6}", "([a-zA-Z0-9_.~-]|%2F|%20|%26){0,8}"), 0..5),
        metadata in prop::collection::vec("[ -~]{1,20}", 0..3),
        in_query: bool,
    ) {
        let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let uri = if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) };
        let mut request = Request::builder().uri(uri);
        for (number, value) in metadata.iter().enumerate() {
            request = request.header(format!("x-amz-meta-{number}"), value.trim());
        }
        let plan = if in_query { presigned() } else { Plan::default() };
        let request = signed(request.body(()).unwrap(), &plan, unsigned_body());
        let outcome = verified(request);
        prop_assert!(outcome.is_ok(), "{:?}", outcome.unwrap_err());
    }
}
