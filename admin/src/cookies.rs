//! Cookies: no script can read them, no other site sends them, and each goes to one place only.
//!
//! Browsers do not tell ports apart: two servers of one machine would take each other's. So the
//! name of each has a mark of its store behind it.

use crate::answer::Reply;
use crate::call::Call;
use http::header::{COOKIE, HeaderValue, SET_COOKIE};
use ring::hmac;
use s3_api::Scheme;

pub(crate) struct Cookie {
    /// What its name begins with.
    pub(crate) name: &'static str,
    /// What it is sent to, with all beneath it.
    pub(crate) path: &'static str,
}

/// What tells cookies of one store from those of another, and nothing else.
pub(crate) fn mark(master: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, master);
    hex::encode(&hmac::sign(&key, b"names of cookies").as_ref()[..4])
}

impl Cookie {
    fn name(&self, call: &Call<'_>) -> String {
        format!("{}_{}", self.name, call.admin.cookie_mark)
    }

    /// What came with a request.
    pub(crate) fn of<'c>(&self, call: &'c Call<'_>) -> Option<&'c str> {
        let own = self.name(call);
        let cookies = call.parts.headers.get_all(COOKIE).iter();
        let cookies = cookies.filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';'));
        pairs.find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == own && !value.is_empty()).then_some(value)
        })
    }

    pub(crate) fn set<T>(&self, call: &Call<'_>, reply: &mut Reply<T>, value: &str, seconds: u64) {
        let secure = match call.client().scheme {
            Scheme::Https => "; Secure",
            Scheme::Http => "",
        };
        let (name, path) = (self.name(call), call.admin.facts.base.outside(self.path));
        let cookie = format!(
            "{name}={value}; Path={path}; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}"
        );
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            reply.headers.insert(SET_COOKIE, cookie);
        }
    }
}
