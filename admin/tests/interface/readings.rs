//! Links by which a browser reads an object, as its player and its downloads use them.

use crate::support::{Client, Reply, Rig, request};
use http::Method;
use serde_json::Value;

/// A link, and the cookie that came with it.
pub(crate) struct Link {
    pub(crate) path: String,
    pub(crate) cookie: String,
}

impl Link {
    pub(crate) async fn asked(client: &Client<'_>, from: &str, wanted: Value) -> Self {
        let reply = client.post(from, wanted).await;
        let cookie = reply.cookie();
        let url = reply.ok()["url"].as_str().unwrap().to_owned();
        let path = url.strip_prefix("/api/v1").unwrap().to_owned();
        Self { path, cookie }
    }

    pub(crate) async fn follow(&self, rig: &Rig, headers: &[(&str, &str)]) -> Reply {
        let mut all = vec![("cookie", self.cookie.as_str())];
        all.extend_from_slice(headers);
        rig.send(request(Method::GET, &self.path, &all, None)).await
    }
}
