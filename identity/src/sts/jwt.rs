//! Tokens of OpenID Connect providers: JSON Web Tokens with a signature of a public key.
//!
//! A header, claims and a signature in base64, and one call of `ring`: a crate for all of JOSE
//! would bring a second cryptographic library, or versions that are no longer mended. Only
//! asymmetric algorithms are known; the key decides which, never the token alone.

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::limits;
use crate::model::Seconds;

/// A clock may be wrong by that.
const LEEWAY_SECONDS: Seconds = 60;

/// What a verified token says.
#[derive(Debug, Clone)]
pub(super) struct Claims(Map<String, Value>);

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// A token in its three parts.
struct Parts<'a> {
    header: Header,
    claims: Map<String, Value>,
    signed: &'a [u8],
    signature: Vec<u8>,
}

/// Where a token says it comes from.
pub(super) struct Origin {
    pub(super) issuer: String,
    /// What its key is called.
    pub(super) key_id: Option<String>,
}

/// Nothing is verified yet.
pub(super) fn origin(token: &str) -> Result<Origin> {
    let parts = parts(token)?;
    let issuer = Claims(parts.claims).text("iss").map(str::to_owned);
    Ok(Origin {
        issuer: issuer.ok_or_else(|| invalid("the token has no issuer"))?,
        key_id: parts.header.kid,
    })
}

/// The claims, if one of the keys signed them and they hold now.
pub(super) fn verify(token: &str, key_set: &str, now: Seconds) -> Result<Claims> {
    let parts = parts(token)?;
    let keys: KeySet = serde_json::from_str(key_set)
        .map_err(|_| Error::ProviderUnreachable("the provider's keys cannot be read".into()))?;
    let keys = keys.keys.into_iter().take(limits::JWKS_KEYS_MAX);
    // Keys of kinds that are not known here are no reason to refuse the others.
    let mut keys = keys.filter_map(|key| serde_json::from_value::<Key>(key).ok());
    if !keys.any(|key| key.verifies(&parts)) {
        return Err(invalid("no key of the provider verifies its signature"));
    }
    let claims = Claims(parts.claims);
    let Some(expires) = claims.seconds("exp") else {
        return Err(invalid("it does not say when it expires"));
    };
    if expires <= now {
        return Err(Error::ExpiredToken("Token expired".into()));
    }
    let soon = now + LEEWAY_SECONDS;
    for (name, begins) in [("nbf", claims.get("nbf")), ("iat", claims.get("iat"))] {
        if begins.is_some() && claims.seconds(name).is_none_or(|begins| begins > soon) {
            return Err(invalid("it is not valid yet"));
        }
    }
    Ok(claims)
}

fn parts(token: &str) -> Result<Parts<'_>> {
    let malformed = || invalid("it is no JSON Web Token");
    let (signed, signature) = token.rsplit_once('.').ok_or_else(malformed)?;
    let (header, claims) = signed.split_once('.').ok_or_else(malformed)?;
    let decode = |text: &str| bytes(text).ok_or_else(malformed);
    Ok(Parts {
        header: serde_json::from_slice(&decode(header)?).map_err(|_| malformed())?,
        claims: serde_json::from_slice(&decode(claims)?).map_err(|_| malformed())?,
        signed: signed.as_bytes(),
        signature: decode(signature)?,
    })
}

impl Key {
    fn verifies(&self, token: &Parts<'_>) -> bool {
        let alg = &*token.header.alg;
        let is_meant = token.header.kid.is_none() || token.header.kid == self.kid;
        let fits = self.alg.as_deref().is_none_or(|known| known == alg);
        let signs = self
            .purpose
            .as_deref()
            .is_none_or(|purpose| purpose == "sig");
        is_meant && fits && signs && self.check(alg, token).is_some()
    }

    /// Something if the signature is the key's.
    fn check(&self, alg: &str, token: &Parts<'_>) -> Option<()> {
        let curve = self.crv.as_deref().unwrap_or_default();
        match (&*self.kty, curve, alg) {
            ("RSA", _, _) => {
                let key = RsaPublicKeyComponents {
                    n: bytes(self.n.as_deref()?)?,
                    e: bytes(self.e.as_deref()?)?,
                };
                key.verify(rsa(alg)?, token.signed, &token.signature).ok()
            }
            ("EC", "P-256", "ES256") => self.point(&ECDSA_P256_SHA256_FIXED, token),
            ("EC", "P-384", "ES384") => self.point(&ECDSA_P384_SHA384_FIXED, token),
            ("OKP", "Ed25519", "EdDSA") => {
                let key = UnparsedPublicKey::new(&ED25519, bytes(self.x.as_deref()?)?);
                key.verify(token.signed, &token.signature).ok()
            }
            _ => None,
        }
    }

    fn point(
        &self,
        algorithm: &'static dyn VerificationAlgorithm,
        token: &Parts<'_>,
    ) -> Option<()> {
        let mut point = vec![4];
        point.extend(bytes(self.x.as_deref()?)?);
        point.extend(bytes(self.y.as_deref()?)?);
        let key = UnparsedPublicKey::new(algorithm, point);
        key.verify(token.signed, &token.signature).ok()
    }
}

fn rsa(alg: &str) -> Option<&'static RsaParameters> {
    Some(match alg {
        "RS256" => &RSA_PKCS1_2048_8192_SHA256,
        "RS384" => &RSA_PKCS1_2048_8192_SHA384,
        "RS512" => &RSA_PKCS1_2048_8192_SHA512,
        "PS256" => &RSA_PSS_2048_8192_SHA256,
        "PS384" => &RSA_PSS_2048_8192_SHA384,
        "PS512" => &RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    base64_simd::URL_SAFE_NO_PAD.decode_to_vec(text).ok()
}

impl Claims {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// One value or a list of them.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.0.get(name).map(texts).unwrap_or_default()
    }

    /// Whole seconds: some issuers write fractions.
    fn seconds(&self, name: &str) -> Option<Seconds> {
        let text = self.0.get(name)?.as_number()?.to_string();
        text.split('.').next()?.parse().ok()
    }
}

/// Strings, numbers and truth values as strings; of lists, their items.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Bool(value) => vec![value.to_string()],
        Value::Array(items) => {
            let items = items.iter().filter_map(Value::as_str);
            items.map(str::to_owned).collect()
        }
        Value::Null | Value::Object(_) => Vec::new(),
    }
}

fn invalid(why: &str) -> Error {
    Error::InvalidIdentityToken(format!(
        "The web identity token could not be validated: {why}"
    ))
}

#[cfg(test)]
mod tests;
