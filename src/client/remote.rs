//! To a server somewhere else, with a token.

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full};

use super::{AnswerBody, Failure};
use crate::cli::ServerPlace;
use crate::connect::{self, Https, Unanswered};

pub(super) struct Remote {
    /// Without a slash at its end.
    url: String,
    token: HeaderValue,
    client: Https,
}

impl Remote {
    pub(super) fn new(server: ServerPlace) -> Result<Remote, Failure> {
        let ServerPlace {
            url,
            token,
            certificate,
        } = server;
        let usage = |what: &str| Failure::Usage(what.to_owned());
        let expected = "--server: expected http://HOST:PORT or https://HOST:PORT, of the console";
        let url = url.trim_end_matches('/').trim_end_matches("/api/v1");
        let uri: Uri = url.parse().map_err(|_| usage(expected))?;
        let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
        if !is_web || uri.host().is_none() || uri.query().is_some() {
            return Err(usage(expected));
        }
        let token = token.ok_or_else(|| {
            usage("a server somewhere else wants a token: --token or CAIRN_TOKEN")
        })?;
        let token = HeaderValue::from_str(&format!("Bearer {}", token.trim()));
        let mut token = token.map_err(|_| usage("the token is no header value"))?;
        token.set_sensitive(true);
        Ok(Remote {
            url: url.to_owned(),
            token,
            client: match certificate {
                Some(file) => connect::whom(&file)?,
                None => connect::anybody(),
            },
        })
    }

    pub(super) async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<AnswerBody>, Failure> {
        let uri = format!("{}{}", self.url, request.uri());
        *request.uri_mut() = uri.parse().map_err(|error| Failure::odd(&error))?;
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, self.token.clone());
        let answer = self.client.request(request).await;
        let answer = answer.map_err(|error| {
            let told = |what| format!("{}: {what}", self.url);
            match Unanswered::of(&error) {
                Unanswered::Untrusted(what) => Failure::Untrusted(told(what)),
                Unanswered::Unreachable(what) => Failure::Unreachable(told(what)),
            }
        })?;
        Ok(answer.map(|body| body.map_err(Into::into).boxed_unsync()))
    }
}
