//! Links that work without a login: requests of S3 that are signed in their query.

use crate::call::Call;
use crate::limits::PRESIGNED_SECONDS_MAX;
use crate::refused::Refused;
use crate::s3::{escaped, escaped_path, permitted_at};
use crate::session::bearer::{Bearer, By};
use crate::time::shown;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use http::header::HOST;
use http::{Method, StatusCode, Uri};
use identity::NotOwn;
use identity::model::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Presign {
    key: String,
    #[serde(default)]
    method: LinkMethod,
    /// A version of the object.
    version: Option<String>,
    /// Seconds the link is to work: 1 to 604,800; an hour unless given.
    expires_in: Option<u64>,
    /// What the answer says of itself, `attachment; filename="a.txt"`.
    content_disposition: Option<String>,
    /// An access key of one's own that signs it, so that it does not end with the session or token
    /// that asks for it. Not for tokens with a policy.
    access_key: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum LinkMethod {
    #[default]
    Get,
    Head,
    Put,
}

impl LinkMethod {
    fn name(self) -> &'static str {
        match self {
            LinkMethod::Get => "GET",
            LinkMethod::Head => "HEAD",
            LinkMethod::Put => "PUT",
        }
    }

    fn method(self) -> Method {
        match self {
            LinkMethod::Get => Method::GET,
            LinkMethod::Head => Method::HEAD,
            LinkMethod::Put => Method::PUT,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Presigned {
    url: String,
    method: &'static str,
    /// When it stops working: earlier than asked for where what it ends with ends before.
    expires: String,
    /// The access key it is signed with, if one was named: it also stops when that is switched off or
    /// deleted. Without one it stops when the session or token ends that made it.
    access_key: Option<String>,
}

struct Signing {
    access_key: String,
    secret: Secret,
    token: Option<String>,
    /// The last moment it vouches for.
    until: u64,
}

/// Whether the link may do anything is decided when it is used, as whoever made it.
pub(crate) async fn presign(call: &Call<'_>, link: Presign) -> Result<Presigned, Refused> {
    let bucket = call.path(0);
    call.about(format!("{bucket}/{}", link.key));
    if let Some(id) = &link.access_key {
        call.signs_with(id);
    }
    if link.key.is_empty() {
        return Err(Refused::field("key", "A key cannot be empty."));
    }
    let seconds = link.expires_in.unwrap_or(3600);
    if !(1..=PRESIGNED_SECONDS_MAX).contains(&seconds) {
        let message = format!("A link works for 1 to {PRESIGNED_SECONDS_MAX} seconds.");
        return Err(Refused::field("expires_in", message));
    }
    let url = url(call, bucket, &link);
    let now = call.admin.seconds();
    let signing = match link.access_key.as_deref() {
        Some(id) => signing_by_key(call, &link, (id, &url), now + seconds).await?,
        None => signing(call, now + seconds)?,
    };
    let until = signing.until;
    let method = link.method.name();
    let life = Duration::from_secs(until.saturating_sub(now));
    Ok(Presigned {
        url: signed(call, method, &url, &signing, life)?,
        method,
        expires: shown(until),
        access_key: link.access_key,
    })
}

/// Before it is signed.
fn url(call: &Call<'_>, bucket: &str, link: &Presign) -> String {
    let path = format!("/{}/{}", escaped(bucket), escaped_path(&link.key));
    let mut url = format!("{}{path}", endpoint(call));
    let parameters = [
        ("versionId", link.version.as_deref()),
        (
            "response-content-disposition",
            link.content_disposition.as_deref(),
        ),
    ];
    let parameters = parameters
        .iter()
        .filter_map(|(name, value)| Some((name, (*value)?)));
    for (at, (name, value)) in parameters.enumerate() {
        url.push(if at == 0 { '?' } else { '&' });
        url.push_str(&format!("{name}={}", escaped(value)));
    }
    url
}

/// What signs a link: credentials that end with the login that asks, so that nobody has links left
/// whose session or token is no more. Requests of the machine itself have none: they are signed by
/// the root's key.
fn signing(call: &Call<'_>, until: u64) -> Result<Signing, Refused> {
    let identity = &call.admin.identity;
    let Some(bearer) = &call.bearer else {
        let key = identity.root_access_key().to_owned();
        let secret = call.admin.root_secret();
        return Ok(Signing {
            access_key: key,
            secret: secret.ok_or_else(|| Refused::failure("the root", &"it has no secret"))?,
            token: None,
            until,
        });
    };
    let until = until.min(end_of(call, bearer)?);
    let issued = identity.credentials_of_login(&call.caller, &bearer.by.name(), until)?;
    Ok(Signing {
        access_key: issued.access_key,
        secret: issued.secret,
        token: Some(issued.token),
        until: issued.expires,
    })
}

/// What signs a link that is to outlast the login: a key that is listed, shows when it was used last,
/// and ends all that it signed when it is switched off.
async fn signing_by_key(
    call: &Call<'_>,
    link: &Presign,
    (id, url): (&str, &str),
    until: u64,
) -> Result<Signing, Refused> {
    let own = call.admin.identity.own_key(&call.caller, id);
    let own = own.map_err(|refusal| match refusal {
        NotOwn::Narrowed => Refused::denied(refusal.to_string()),
        NotOwn::Absent | NotOwn::Inactive | NotOwn::Expired => {
            Refused::field("access_key", refusal.to_string())
        }
    })?;
    // Policies may say no to a login and yes to a key: where the login showed no second factor, say.
    // It is the very request that the key will vouch for.
    let permitted = permitted_at(call, link.method.method(), url).await;
    permitted.map_err(|refused| match refused.status {
        StatusCode::FORBIDDEN => {
            Refused::denied("You may not do this yourself, so no access key signs a link for it.")
        }
        _ => refused,
    })?;
    Ok(Signing {
        access_key: id.to_owned(),
        secret: own.secret,
        token: None,
        until: own.expires.map_or(until, |expires| until.min(expires)),
    })
}

/// Of a session: not of its access token, which is refreshed again and again.
fn end_of(call: &Call<'_>, bearer: &Bearer) -> Result<u64, Refused> {
    match bearer.by {
        By::Token(_) => Ok(bearer.expires),
        By::Session(_) => Ok(call.session()?.1.expires),
    }
}

fn signed(
    call: &Call<'_>,
    method: &str,
    url: &str,
    signing: &Signing,
    life: Duration,
) -> Result<String, Refused> {
    let failed = |error: &dyn std::fmt::Display| Refused::failure("a presigned link", error);
    let secret = signing.secret.expose();
    let token = signing.token.clone();
    let credentials = Credentials::new(&signing.access_key, secret, token, None, "cairn");
    let identity = credentials.into();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
    settings.signature_location = SignatureLocation::QueryParams;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.expires_in = Some(life);
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&call.admin.facts.region)
        .name("s3")
        .time((call.admin.now)())
        .settings(settings)
        .build()
        .map_err(|error| failed(&error))?;
    let body = SignableBody::UnsignedPayload;
    let request = SignableRequest::new(method, url, std::iter::empty(), body);
    let request = request.map_err(|error| failed(&error))?;
    let signed = sign(request, &params.into()).map_err(|error| failed(&error))?;
    let (instructions, _) = signed.into_parts();
    let mut unsigned = http::Request::new(());
    *unsigned.uri_mut() = url.parse::<Uri>().map_err(|error| failed(&error))?;
    instructions.apply_to_request_http1x(&mut unsigned);
    Ok(unsigned.uri().to_string())
}

/// Where S3 is, as whoever asks would reach it: by the name that is set, or else at the host that
/// he sees, with the port of S3. Whoever asks says which host that is, so it may be none that chooses
/// a bucket.
pub(crate) fn endpoint(call: &Call<'_>) -> String {
    if let Some(url) = &call.admin.facts.public_url {
        return url.to_string();
    }
    let scheme = call.client().scheme.name();
    let host = call.header(HOST.as_str()).unwrap_or("localhost");
    let host = host.parse::<http::uri::Authority>().ok();
    let host = host.as_ref().map_or("localhost", |host| host.host());
    let host = call.admin.s3.host_of_none(host);
    match call.admin.facts.s3.first().map(SocketAddr::port) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    }
}
