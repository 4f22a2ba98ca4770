use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde_json::json;

use super::*;

const NOW: Seconds = 1_700_000_000;

fn text(bytes: impl AsRef<[u8]>) -> String {
    base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes)
}

/// A provider with one key of each kind.
struct Issuer {
    edwards: Ed25519KeyPair,
    ecdsa: EcdsaKeyPair,
}

impl Issuer {
    fn new() -> Self {
        let random = SystemRandom::new();
        let edwards = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        let signing = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let ecdsa = EcdsaKeyPair::generate_pkcs8(signing, &random).unwrap();
        Issuer {
            edwards: Ed25519KeyPair::from_pkcs8(edwards.as_ref()).unwrap(),
            ecdsa: EcdsaKeyPair::from_pkcs8(signing, ecdsa.as_ref(), &random).unwrap(),
        }
    }

    fn keys(&self) -> String {
        let point = &self.ecdsa.public_key().as_ref()[1..];
        json!({ "keys": [
            { "kty": "oct", "k": "c2VjcmV0" },
            { "kty": "OKP", "crv": "Ed25519", "kid": "ed", "use": "sig",
              "x": text(self.edwards.public_key()) },
            { "kty": "EC", "crv": "P-256", "kid": "ec", "alg": "ES256",
              "x": text(&point[..32]), "y": text(&point[32..]) },
        ]})
        .to_string()
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", text(header.to_string()), text(claims.to_string()));
        let signature = match header["alg"].as_str() {
            Some("ES256") => {
                let random = SystemRandom::new();
                self.ecdsa
                    .sign(&random, signed.as_bytes())
                    .unwrap()
                    .as_ref()
                    .to_vec()
            }
            _ => self.edwards.sign(signed.as_bytes()).as_ref().to_vec(),
        };
        format!("{signed}.{}", text(signature))
    }
}

fn good() -> Value {
    json!({ "iss": "https://example.com", "sub": "anna", "aud": ["a", "b"], "exp": NOW + 60 })
}

fn edwards() -> Value {
    json!({ "alg": "EdDSA", "kid": "ed" })
}

#[test]
fn signatures_of_the_providers_keys_are_accepted() {
    let issuer = Issuer::new();
    for header in [
        edwards(),
        json!({ "alg": "EdDSA" }),
        json!({ "alg": "ES256", "kid": "ec" }),
    ] {
        let token = issuer.token(&header, &good());
        let claims = verify(&token, &issuer.keys(), NOW).unwrap();
        assert_eq!(claims.text("sub"), Some("anna"), "{header}");
        assert_eq!(claims.texts("aud"), ["a", "b"]);
    }
    assert_eq!(
        super::origin(&issuer.token(&edwards(), &good()))
            .unwrap()
            .issuer,
        "https://example.com"
    );
}

/// A key and two tokens made with it, by another program.
const RSA_N: &str = "07MevkXzgeIShFICl1whrAfdrt6e_T28PYNKUlvhRKs88pssOME_wx_gAL8B2A1CgAwbXDM0nx2EoFLsMF4_8mFONc\
     QLT-QaGvyPtOVY4B83_iJOw31SCmG_hncSPRyhcmebq54U1HDRvuThZZMSVRNvrUvIHck00Nh99-dYJKGf1rpdL0Qc\
     QIiIc38_D3VffIHISP2A1fd6lfGv7DVh3oKJNrp9QHJR93cpH8DdNlkqrf813WaHt3PWQxGDkA0PM5fjJQfkD7YcG6\
     rjjGA9KSyB1BOtkJGvsBnZCJCxg223-12X0WQ4dFTBJ0oRBtUxFVOrt5yoF9gWA9-n60T7UQ";
const RS256: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuY29tIiwic3ViIjoiYW5uY\
     SIsImV4cCI6MTcwMDAwMDA2MH0.RFcajQG6O-17rD4XKLFHDrbRZi_9tdoInjdgbwR4qs5yzuxnFWtbAy6sxcs3BdU\
     UpkNnvzZ2JTOJbT4EhApRGYOT-icZ3zM0KekxxmDCRyNzgCofDcrKH85m8jm6Vcd1keT0vPp8dW1qb6PEOb38FGFJM\
     HaqVNQ3XssbhsXUQhwB5HOxPX3Apnk82rUyRU0vFhgDx0CLdc1Qo5JMVy-ShRTQ25l83HjxyTf-mmobn8YFrA3Fv3R\
     GP1lc0pbh844p_aBpLo5ojry1XQI1LCqEB-x4zmGNc6OQTttsVsmmYr-tSkqJ2lMjD2Pnm2RFfGuSBlzFb_mJnXnJr\
     1we-dLtgw";
const PS256: &str = "eyJhbGciOiJQUzI1NiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuY29tIiwic3ViIjoiYW5uY\
     SIsImV4cCI6MTcwMDAwMDA2MH0.RaZCqAXA7SYhuThzw3mmvfNCjFEhc4FWoN1OdwGPIfVrhtjGFAQtYT0Bi856ZrE\
     _DkJN6RF-gfGuP1Vz2C5ST1lFmQ2x6HyFMkMAuZny47FtbA9TM7Sd1PV4AS6xwaemo1QCsyUMaN6EJTfYueDDqV49P\
     NZ2TfRiDhgUbbBvEpitSoKAdlPm8s2hjI3X5L0zZAqvpbnGPgPbiUT35icj-Fhzm0tXW355vtDAjW5nCViw7hHmBZk\
     j9gomUDRg1-XBm9MRKOgOM3fw-DKEf3KPEg8BEr00GfgfM4jB3UbL12rBmBYzqby4jIHZAnwha8gbNUa135ZWP7v3r\
     XxwosK53g";

#[test]
fn rsa_signatures_of_another_program() {
    let key = json!({ "kty": "RSA", "kid": "rsa", "use": "sig", "n": RSA_N, "e": "AQAB" });
    let keys = json!({ "keys": [key] }).to_string();
    for token in [RS256, PS256] {
        assert_eq!(verify(token, &keys, NOW).unwrap().text("sub"), Some("anna"));
        // One letter of the signature further.
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let other = if signature.starts_with('A') { "B" } else { "A" };
        let broken = format!("{signed}.{other}{}", &signature[1..]);
        assert!(verify(&broken, &keys, NOW).is_err());
    }
    let swapped = RS256.rsplit_once('.').unwrap().0;
    let swapped = format!("{swapped}.{}", PS256.rsplit_once('.').unwrap().1);
    assert!(verify(&swapped, &keys, NOW).is_err());
    // A key that says it is for another algorithm is not used for this one.
    let key = json!({ "kty": "RSA", "alg": "RS512", "n": RSA_N, "e": "AQAB" });
    assert!(verify(RS256, &json!({ "keys": [key] }).to_string(), NOW).is_err());
}

#[test]
fn anything_else_is_refused() {
    let (issuer, other) = (Issuer::new(), Issuer::new());
    let keys = issuer.keys();
    let token = issuer.token(&edwards(), &good());
    assert!(verify(&other.token(&edwards(), &good()), &keys, NOW).is_err());
    for header in [
        json!({ "alg": "none" }),
        json!({ "alg": "HS256" }),
        json!({ "alg": "ES256", "kid": "ed" }),
        json!({ "alg": "EdDSA", "kid": "another" }),
    ] {
        let token = issuer.token(&header, &good());
        assert!(verify(&token, &keys, NOW).is_err(), "{header}");
        let bare = format!("{}.", token.rsplit_once('.').unwrap().0);
        assert!(verify(&bare, &keys, NOW).is_err(), "{header}");
    }
    let parts: Vec<&str> = token.split('.').collect();
    let forged = text(json!({ "iss": "x", "sub": "root", "exp": NOW + 60 }).to_string());
    let forged = format!("{}.{forged}.{}", parts[0], parts[2]);
    assert!(verify(&forged, &keys, NOW).is_err());
    for garbage in ["", ".", "..", "a.b.c", &token[1..]] {
        assert!(verify(garbage, &keys, NOW).is_err(), "{garbage}");
    }
    assert_eq!(
        verify(&token, "{}", NOW).unwrap_err().code(),
        "IDPCommunicationError"
    );
    assert!(verify(&token, r#"{"keys":[]}"#, NOW).is_err());
}

#[test]
fn claims_hold_for_a_while() {
    let issuer = Issuer::new();
    let with = |name: &str, value: Value| {
        let mut claims = good();
        claims[name] = value;
        verify(&issuer.token(&edwards(), &claims), &issuer.keys(), NOW)
    };
    assert_eq!(
        with("exp", json!(NOW)).unwrap_err().code(),
        "ExpiredTokenException"
    );
    assert!(with("exp", json!("soon")).is_err());
    assert!(with("exp", Value::Null).is_err());
    assert!(with("nbf", json!(NOW + 30)).is_ok());
    assert!(with("nbf", json!(NOW + 90)).is_err());
    // What is there and cannot be read does not count as absent.
    assert!(with("nbf", json!("later")).is_err());
    assert!(with("iat", json!(NOW + 90)).is_err());
}
