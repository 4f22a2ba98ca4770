//! Second factors: switched on, asked for, lost, and what policies see of them.

use crate::support::{Client, ROOT, ROOT_PASSWORD, Reply, Rig, pass, request};
use http::Method;
use s3_api::{Client as Sender, Scheme};
use serde_json::{Value, json};
use std::net::IpAddr;
use totp_rs::{Builder, Secret};

const PASSWORD: &str = "correct horse";

/// What a device shows, so many seconds from now.
fn shown(secret: &str, seconds: i64) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    let now = crate::support::seconds();
    totp.generate(now.checked_add_signed(seconds).unwrap())
        .to_string()
}

async fn log_in(rig: &Rig, name: &str, password: &str, code: &str) -> Reply {
    let body = json!({ "name": name, "password": password, "code": code });
    let asked = request(Method::POST, "/session", &[], Some(&body));
    rig.send(asked).await
}

async fn begin(client: &Client<'_>, password: &str) -> String {
    let body = json!({ "password": password });
    let begun = client.post("/profile/second-factor", body).await.ok();
    begun["secret"].as_str().unwrap().to_owned()
}

/// The secret, and the recovery codes.
pub(crate) async fn switch_on(client: &Client<'_>, password: &str) -> (String, Vec<String>) {
    let secret = begin(client, password).await;
    let code = json!({ "code": shown(&secret, 0) });
    let codes = client.put("/profile/second-factor", code).await.ok();
    let codes = codes["recovery_codes"].as_array().unwrap().iter();
    let codes = codes.map(|code| code.as_str().unwrap().to_owned());
    (secret, codes.collect())
}

async fn with_body(client: &Client<'_>, method: Method, path: &str, body: Value) -> Reply {
    let asked = client.request(method, path, Some(&body));
    client.rig.send(asked).await
}

#[tokio::test]
async fn it_is_asked_for_once_it_is_on() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    let elsewhere = rig.client("anna", PASSWORD).await;
    let profile = anna.get("/profile").await.ok();
    assert_eq!(profile["second_factor"], false);
    assert_eq!(profile["recovery_codes_left"], 0);
    assert_eq!(profile["name"], "anna");
    anna.post("/profile/second-factor", json!({ "password": "wrong" }))
        .await
        .refused(400, "InvalidField");
    anna.put("/profile/second-factor", json!({ "code": "123456" }))
        .await
        .refused(409, "NoSecondFactorBegun");
    let begun = anna
        .post("/profile/second-factor", json!({ "password": PASSWORD }))
        .await
        .ok();
    assert!(begun["uri"].as_str().unwrap().starts_with("otpauth://"));
    assert!(begun["qr"]["size"].as_u64().unwrap() > 20);
    // What was begun and not shown to work is asked of nobody.
    rig.log_in("anna", PASSWORD).await.ok();
    let secret = begun["secret"].as_str().unwrap();
    anna.put(
        "/profile/second-factor",
        json!({ "code": shown(secret, 600) }),
    )
    .await
    .refused(400, "InvalidField");
    let code = json!({ "code": shown(secret, 0) });
    let on = anna.put("/profile/second-factor", code).await.ok();
    assert_eq!(on["recovery_codes"].as_array().unwrap().len(), 10);
    elsewhere.get("/session").await.refused(401, "SessionEnded");
    let profile = anna.get("/profile").await.ok();
    assert_eq!(profile["second_factor"], true);
    assert_eq!(profile["recovery_codes_left"], 10);
    let detail = root.get("/users/anna").await.ok();
    assert_eq!(detail["second_factor"], true);
    let reply = rig.log_in("anna", PASSWORD).await;
    assert_eq!(reply.header("set-cookie"), "");
    reply.refused(401, "SecondFactorRequired");
    // Nobody without the password learns that there is one.
    rig.log_in("anna", "wrong")
        .await
        .refused(401, "InvalidCredentials");
    pass(30);
    let code = shown(secret, 0);
    log_in(&rig, "anna", "wrong", &code)
        .await
        .refused(401, "InvalidCredentials");
    log_in(&rig, "anna", PASSWORD, &code).await.ok();
    // A code counts once, whoever saw it.
    log_in(&rig, "anna", PASSWORD, &code)
        .await
        .refused(401, "InvalidSecondFactor");
    log_in(&rig, "anna", PASSWORD, &shown(secret, -30))
        .await
        .refused(401, "InvalidSecondFactor");
}

#[tokio::test]
async fn recovery_codes_work_once_each() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    let (secret, codes) = switch_on(&anna, PASSWORD).await;
    log_in(&rig, "anna", PASSWORD, &codes[0].to_lowercase())
        .await
        .ok();
    log_in(&rig, "anna", PASSWORD, &codes[0])
        .await
        .refused(401, "InvalidSecondFactor");
    let profile = anna.get("/profile").await.ok();
    assert_eq!(profile["recovery_codes_left"], 9);
    let path = "/profile/second-factor/recovery-codes";
    let both = json!({ "password": "wrong", "code": codes[1] });
    anna.post(path, both).await.refused(400, "InvalidField");
    let both = json!({ "password": PASSWORD, "code": codes[1] });
    let fresh = anna.post(path, both).await.ok();
    log_in(&rig, "anna", PASSWORD, &codes[2])
        .await
        .refused(401, "InvalidSecondFactor");
    let fresh = fresh["recovery_codes"][0].as_str().unwrap();
    log_in(&rig, "anna", PASSWORD, fresh).await.ok();
    // Taken away, with a code of the device.
    pass(30);
    let path = "/profile/second-factor";
    let both = json!({ "password": PASSWORD, "code": "000000x" });
    with_body(&anna, Method::DELETE, path, both)
        .await
        .refused(400, "InvalidField");
    let both = json!({ "password": PASSWORD, "code": shown(&secret, 0) });
    let reply = with_body(&anna, Method::DELETE, path, both.clone()).await;
    assert_eq!(reply.status, 204);
    rig.log_in("anna", PASSWORD).await.ok();
    with_body(&anna, Method::DELETE, path, both)
        .await
        .refused(404, "NoSecondFactor");
}

/// The same from another address.
async fn log_in_from(rig: &Rig, last: u8, code: &str) -> Reply {
    let body = json!({ "name": "anna", "password": PASSWORD, "code": code });
    let mut asked = request(Method::POST, "/session", &[], Some(&body));
    asked.extensions_mut().insert(Sender {
        address: IpAddr::from([10, 0, 0, last]),
        scheme: Scheme::Http,
    });
    rig.send(asked).await
}

#[tokio::test]
async fn codes_are_not_guessed() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    let (secret, codes) = switch_on(&anna, PASSWORD).await;
    for _ in 0..admin::limits::CODE_GUESSES_PER_PAIR_MAX {
        log_in_from(&rig, 1, "ABCDEF")
            .await
            .refused(401, "InvalidSecondFactor");
    }
    // The right password in between is no way around it, and neither is the right code.
    rig.log_in("anna", PASSWORD)
        .await
        .refused(401, "SecondFactorRequired");
    pass(30);
    let reply = log_in_from(&rig, 1, &shown(&secret, 0)).await;
    assert!(!reply.header("retry-after").is_empty());
    reply.refused(429, "TooManyAttempts");
    // Elsewhere it is.
    log_in_from(&rig, 2, &shown(&secret, 0)).await.ok();
    log_in_from(&rig, 1, &codes[0]).await.ok();
    pass(admin::limits::GUESS_SECONDS);
    log_in_from(&rig, 1, &shown(&secret, 0)).await.ok();
}

#[tokio::test]
async fn who_knows_the_password_does_not_keep_the_owner_out() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    let (secret, codes) = switch_on(&anna, PASSWORD).await;
    let mut tried = 0;
    for last in 1..=12 {
        for _ in 0..2 {
            let reply = log_in_from(&rig, last, "wrong").await;
            match reply.status.as_u16() {
                401 => tried += 1,
                _ => {
                    assert!(!reply.header("retry-after").is_empty());
                    reply.refused(429, "TooManyAttempts");
                }
            }
        }
    }
    assert_eq!(tried, admin::limits::CODE_GUESSES_PER_USER_MAX);
    pass(30);
    // A strange place has to wait, whoever is there.
    log_in_from(&rig, 60, &shown(&secret, 0))
        .await
        .refused(429, "TooManyAttempts");
    // Unless it is somebody with a recovery code.
    log_in_from(&rig, 60, &codes[0]).await.ok();
    log_in_from(&rig, 61, "ABCDEF-GHIJKL-MNOPQR-STUVWX")
        .await
        .refused(401, "InvalidSecondFactor");
    // Where the owner is logged in she can log in once more, and what she has goes on.
    anna.get("/profile").await.ok();
    log_in(&rig, "anna", PASSWORD, &shown(&secret, 0))
        .await
        .ok();
    pass(admin::limits::GUESS_SECONDS);
    log_in_from(&rig, 62, &shown(&secret, 0)).await.ok();
}

#[tokio::test]
async fn who_lost_it_is_helped_by_who_may() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    let path = "/users/anna/second-factor";
    root.delete(path).await.refused(404, "NoSecondFactor");
    switch_on(&anna, PASSWORD).await;
    let bert = root
        .user(
            "bert",
            Some(crate::support::allow(&["iam:GetUser", "s3:*"])),
        )
        .await;
    bert.delete(path).await.refused(403, "AccessDenied");
    let carl = root
        .user(
            "carl",
            Some(crate::support::allow(&["iam:DeactivateMFADevice"])),
        )
        .await;
    assert_eq!(carl.delete(path).await.status, 204);
    anna.get("/session").await.refused(401, "SessionEnded");
    rig.log_in("anna", PASSWORD).await.ok();
    let log = root.get("/audit?action=RemoveUserSecondFactor").await.ok();
    assert_eq!(log["items"][0]["outcome"], "done");
    assert_eq!(log["items"][0]["target"], "anna");
}

/// A policy may ask for it, of IAM's and the server's actions and of S3 itself.
#[tokio::test]
async fn policies_see_whether_it_was_shown() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Resource": "*",
          "Action": ["s3:*", "iam:ListUsers", "cairn:GetServerInfo"],
          "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" },
                         "NumericLessThan": { "aws:MultiFactorAuthAge": "3600" } } },
    ] });
    let anna = root.user("anna", Some(policy)).await;
    let paths = ["/buckets", "/users", "/server/stats", "/s3/photos"];
    for path in paths {
        assert_eq!(anna.get(path).await.status, 403, "{path}");
    }
    let (secret, _) = switch_on(&anna, PASSWORD).await;
    // It was just shown in this session.
    for path in paths {
        assert_eq!(anna.get(path).await.status, 200, "{path}");
    }
    pass(60);
    let reply = log_in(&rig, "anna", PASSWORD, &shown(&secret, 0)).await;
    let cookie = reply.cookie();
    let token = reply.ok()["access_token"].as_str().unwrap().to_owned();
    let again = Client {
        rig: &rig,
        token,
        cookie,
    };
    for path in paths {
        assert_eq!(again.get(path).await.status, 200, "{path}");
    }
    // A link is signed by no session, so that nothing is known of a second factor.
    let token = json!({ "name": "robot", "expires_in": 3600 });
    let token = again.post("/tokens", token).await.ok();
    let robot = Client {
        rig: &rig,
        token: token["token"].as_str().unwrap().to_owned(),
        cookie: String::new(),
    };
    for path in paths {
        assert_eq!(robot.get(path).await.status, 403, "{path}");
    }
    // An hour later it is too long ago.
    pass(3600);
    let headers = [("cookie", again.cookie.as_str()), ("x-cairn-session", "1")];
    let asked = request(Method::POST, "/session/refresh", &headers, None);
    let refreshed = rig.send(asked).await.ok();
    let later = Client {
        rig: &rig,
        token: refreshed["access_token"].as_str().unwrap().to_owned(),
        cookie: String::new(),
    };
    for path in paths {
        assert_eq!(later.get(path).await.status, 403, "{path}");
    }
}

/// What the root has lost it gets back by another secret in the configuration.
#[tokio::test]
async fn the_roots_belongs_to_its_secret() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let (secret, codes) = switch_on(&root, ROOT_PASSWORD).await;
    let token = json!({ "name": "robot", "expires_in": 3600 });
    let robot = root.post("/tokens", token).await.ok();
    let robot = robot["token"].as_str().unwrap().to_owned();
    rig.log_in(ROOT, ROOT_PASSWORD)
        .await
        .refused(401, "SecondFactorRequired");
    let Client { token, cookie, .. } = root;
    let rig = rig.restarted().await;
    let root = Client {
        rig: &rig,
        token: token.clone(),
        cookie: cookie.clone(),
    };
    root.get("/session").await.ok();
    let rig = rig.restarted_with("another-password").await;
    for token in [&token, &robot] {
        let ended = Client {
            rig: &rig,
            token: token.clone(),
            cookie: cookie.clone(),
        };
        let code = if *token == robot {
            "InvalidToken"
        } else {
            "SessionEnded"
        };
        ended.get("/session").await.refused(401, code);
    }
    let headers = [("cookie", cookie.as_str()), ("x-cairn-session", "1")];
    let asked = request(Method::POST, "/session/refresh", &headers, None);
    rig.send(asked).await.refused(401, "SessionEnded");
    rig.log_in(ROOT, ROOT_PASSWORD)
        .await
        .refused(401, "InvalidCredentials");
    let root = rig.client(ROOT, "another-password").await;
    let profile = root.get("/profile").await.ok();
    assert_eq!(profile["second_factor"], false);
    let both = json!({ "password": "another-password", "code": codes[0] });
    with_body(&root, Method::DELETE, "/profile/second-factor", both)
        .await
        .refused(404, "NoSecondFactor");
    assert_ne!(begin(&root, "another-password").await, secret);
}
