//! Logging in, staying so, logging out, and what guessing comes to.

use crate::support::{Client, ROOT, ROOT_PASSWORD, Reply, Rig, allow, pass, request};
use futures_util::future::{join, join_all};
use http::Method;
use serde_json::json;
use std::time::Duration;
use tokio::time::sleep;

async fn refresh(rig: &Rig, cookie: &str) -> Reply {
    let headers = [("cookie", cookie), ("x-cairn-session", "1")];
    rig.send(request(Method::POST, "/session/refresh", &headers, None))
        .await
}

#[tokio::test]
async fn the_root_logs_in_with_its_secret() {
    let rig = Rig::new().await;
    let reply = rig.log_in(ROOT, ROOT_PASSWORD).await;
    assert_eq!(reply.status, 201);
    let cookie = reply.header("set-cookie").to_owned();
    for part in [
        "HttpOnly",
        "SameSite=Strict",
        "Path=/api/v1/session",
        "Max-Age=",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    assert_eq!(reply.header("cache-control"), "no-store");
    let answer = reply.ok();
    assert_eq!(answer["expires_in"], 900);
    assert_eq!(answer["user"]["is_administrator"], true);
    assert_eq!(answer["user"]["name"], ROOT);
}

#[tokio::test]
async fn neither_a_wrong_password_nor_an_unknown_name_gets_in() {
    let rig = Rig::new().await;
    for (name, password) in [(ROOT, "wrong"), ("nobody", ROOT_PASSWORD), ("", "")] {
        let reply = rig.log_in(name, password).await;
        assert_eq!(reply.header("www-authenticate"), "Bearer");
        reply.refused(401, "InvalidCredentials");
    }
}

#[tokio::test]
async fn guessing_ends_soon() {
    let rig = Rig::new().await;
    for _ in 0..admin::limits::GUESSES_PER_PAIR_MAX {
        rig.log_in(ROOT, "wrong")
            .await
            .refused(401, "InvalidCredentials");
    }
    let reply = rig.log_in(ROOT, ROOT_PASSWORD).await;
    let seconds: u64 = reply.header("retry-after").parse().unwrap();
    assert!((1..=admin::limits::GUESS_SECONDS).contains(&seconds));
    reply.refused(429, "TooManyAttempts");
    pass(admin::limits::GUESS_SECONDS);
    rig.log_in(ROOT, ROOT_PASSWORD).await.ok();
}

#[tokio::test]
async fn an_access_token_expires_and_a_refresh_gives_another() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.get("/session").await.ok();
    pass(admin::limits::ACCESS_SECONDS);
    root.get("/session").await.refused(401, "ExpiredToken");
    let reply = refresh(&rig, &root.cookie).await;
    let cookie = reply.cookie();
    assert_ne!(cookie, root.cookie);
    let token = reply.ok()["access_token"].as_str().unwrap().to_owned();
    let again = Client {
        rig: &rig,
        token,
        cookie,
    };
    again.get("/session").await.ok();
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_the_session() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let second = refresh(&rig, &root.cookie).await.cookie();
    pass(admin::limits::REFRESH_GRACE_SECONDS + 1);
    refresh(&rig, &root.cookie)
        .await
        .refused(401, "RefreshTokenReused");
    refresh(&rig, &second).await.refused(401, "SessionEnded");
    root.get("/session").await.refused(401, "SessionEnded");
}

#[tokio::test]
async fn a_cookie_counts_only_with_the_header() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for method in [Method::POST, Method::DELETE] {
        let path = if method == Method::POST {
            "/session/refresh"
        } else {
            "/session"
        };
        let headers = [("cookie", root.cookie.as_str())];
        let reply = rig.send(request(method, path, &headers, None)).await;
        reply.refused(401, "Unauthenticated");
    }
    let (name, _) = root.cookie.split_once('=').unwrap();
    refresh(&rig, &format!("{name}=AAAA"))
        .await
        .refused(401, "SessionEnded");
    // Of another server at the same host.
    let (_, value) = root.cookie.split_once('=').unwrap();
    let both = format!("cairn_session_00000000=AAAA; {name}={value}");
    refresh(&rig, &both).await.ok();
}

#[tokio::test]
async fn logging_out_ends_the_tokens_too() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let reply = root.delete("/session").await;
    assert_eq!(reply.status, 204);
    assert!(reply.header("set-cookie").contains("Max-Age=0"));
    root.get("/session").await.refused(401, "SessionEnded");
    refresh(&rig, &root.cookie)
        .await
        .refused(401, "SessionEnded");
}

#[tokio::test]
async fn sessions_survive_a_restart_until_they_are_idle_too_long() {
    let rig = Rig::new().await;
    let Client { token, cookie, .. } = rig.root().await;
    let rig = rig.restarted().await;
    let root = Client {
        rig: &rig,
        token,
        cookie,
    };
    root.get("/session").await.ok();
    pass(admin::limits::IDLE_SECONDS_MAX);
    refresh(&rig, &root.cookie)
        .await
        .refused(401, "SessionEnded");
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let broken = format!("Bearer {}x", root.token);
    for (header, code) in [
        ("", "Unauthenticated"),
        ("Basic cm9vdDpyb290", "Unauthenticated"),
        ("Bearer ", "InvalidToken"),
        (broken.as_str(), "InvalidToken"),
    ] {
        let headers = [("authorization", header)];
        let reply = rig
            .send(request(Method::GET, "/session", &headers, None))
            .await;
        reply.refused(401, code);
    }
}

#[tokio::test]
async fn the_session_says_what_one_may() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root
        .user("anna", Some(allow(&["s3:List*", "cairn:ReadAudit"])))
        .await;
    let may = "may=s3:ListAllMyBuckets,s3:CreateBucket,cairn:ReadAudit,cairn:GetServerInfo";
    let answer = anna.get(&format!("/session?{may}")).await.ok();
    assert_eq!(
        answer["may"],
        json!({ "s3:ListAllMyBuckets": true, "s3:CreateBucket": false,
            "cairn:ReadAudit": true, "cairn:GetServerInfo": false })
    );
    assert_eq!(answer["user"]["kind"], "user");
    let arn = answer["user"]["arn"].as_str().unwrap();
    assert!(arn.ends_with(":user/anna"), "{arn}");
    let answer = root.get(&format!("/session?{may}")).await.ok();
    let all = answer["may"].as_object().unwrap();
    assert!(all.values().all(|may| *may == true), "{all:?}");
    let many = format!("/session?may={}", "a,".repeat(200));
    root.get(&many).await.refused(400, "InvalidField");
}

#[tokio::test]
async fn a_user_changes_its_own_password_which_ends_its_other_sessions() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    let elsewhere = rig.client("anna", "correct horse").await;
    let change = |current: &str, new: &str| json!({ "current": current, "new": new });
    let path = "/profile/password";
    anna.put(path, change("wrong", "battery staple"))
        .await
        .refused(400, "InvalidField");
    anna.put(path, change("correct horse", "short"))
        .await
        .refused(400, "InvalidField");
    anna.put(path, change("correct horse", "battery staple"))
        .await
        .ok();
    anna.get("/session").await.ok();
    elsewhere.get("/session").await.refused(401, "SessionEnded");
    rig.log_in("anna", "correct horse")
        .await
        .refused(401, "InvalidCredentials");
    rig.log_in("anna", "battery staple").await.ok();
    let reply = root
        .put(path, change(ROOT_PASSWORD, "battery staple"))
        .await;
    reply.refused(409, "RootPassword");
}

#[tokio::test]
async fn who_is_deleted_is_logged_out() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    root.delete("/users/anna").await.ok();
    anna.get("/session").await.refused(401, "SessionEnded");
    rig.log_in("anna", "correct horse")
        .await
        .refused(401, "InvalidCredentials");
    // Another user of that name is another user.
    root.post("/users", json!({ "name": "anna" })).await.ok();
    rig.log_in("anna", "correct horse")
        .await
        .refused(401, "InvalidCredentials");
}

/// A page that is loaded again asks twice with one cookie, and may lose the first answer.
#[tokio::test]
async fn a_refresh_that_comes_again_at_once_gets_the_same() {
    let rig = Rig::new().await;
    let Client { cookie, .. } = rig.root().await;
    let first = refresh(&rig, &cookie).await.cookie();
    // Not to its last second: the clock goes on meanwhile.
    pass(admin::limits::REFRESH_GRACE_SECONDS / 2);
    let rig = rig.restarted().await;
    let again = refresh(&rig, &cookie).await;
    assert_eq!(again.cookie(), first);
    let token = again.ok()["access_token"].as_str().unwrap().to_owned();
    let root = Client {
        rig: &rig,
        token,
        cookie: first.clone(),
    };
    root.get("/session").await.ok();
    // Only the last one comes again.
    let second = refresh(&rig, &first).await.cookie();
    assert_ne!(second, first);
    refresh(&rig, &cookie)
        .await
        .refused(401, "RefreshTokenReused");
    refresh(&rig, &second).await.refused(401, "SessionEnded");
}

#[tokio::test]
async fn one_sees_ones_sessions_and_ends_them() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    pass(60);
    let elsewhere = rig.client("anna", "correct horse").await;
    pass(60);
    anna.get("/session").await.ok();
    let page = anna.get("/profile/sessions").await.ok();
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    // The one that was used last is first.
    assert_eq!(items[0]["current"], true);
    assert_eq!(items[1]["current"], false);
    assert_eq!(items[1]["address"], "127.0.0.1");
    let time = |item: usize, name: &str| items[item][name].as_str().unwrap().to_owned();
    assert!(time(0, "last_seen") > time(0, "started"));
    assert!(time(1, "started") > time(0, "started"));
    let other = format!("/profile/sessions/{}", time(1, "id"));
    // Not somebody else's.
    root.delete(&other).await.refused(404, "NoSuchSession");
    assert_eq!(anna.delete(&other).await.status, 204);
    elsewhere.get("/session").await.refused(401, "SessionEnded");
    refresh(&rig, &elsewhere.cookie)
        .await
        .refused(401, "SessionEnded");
    anna.delete(&other).await.refused(404, "NoSuchSession");
    anna.delete("/profile/sessions/x")
        .await
        .refused(404, "NoSuchSession");
    let own = format!("/profile/sessions/{}", time(0, "id"));
    assert_eq!(anna.delete(&own).await.status, 204);
    anna.get("/session").await.refused(401, "SessionEnded");
}

/// Keeps those busy that look at passwords, so that what is asked next waits for long.
async fn many_strangers(rig: &Rig) {
    let names: Vec<String> = (0..32).map(|at| format!("stranger-{at}")).collect();
    let replies = join_all(names.iter().map(|name| rig.log_in(name, "wrong"))).await;
    for reply in replies {
        reply.refused(401, "InvalidCredentials");
    }
}

/// In which what is asked next has come as far as those who look at passwords, and not past them.
const BEHIND_STRANGERS: Duration = Duration::from_millis(50);

#[tokio::test]
async fn who_is_shut_out_while_logging_in_stays_out() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.user("anna", None).await;
    let shut_out = async {
        sleep(BEHIND_STRANGERS).await;
        root.delete("/users/anna/password").await.ok();
    };
    let logging_in = join(many_strangers(&rig), rig.log_in("anna", "correct horse"));
    let ((_, reply), ()) = join(logging_in, shut_out).await;
    reply.refused(401, "InvalidCredentials");
}

#[tokio::test]
async fn nor_does_a_change_of_password_bring_anybody_back() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    let shut_out = async {
        sleep(BEHIND_STRANGERS).await;
        root.delete("/users/anna/password").await.ok();
    };
    let change = json!({ "current": "correct horse", "new": "battery staple" });
    let changing = join(many_strangers(&rig), anna.put("/profile/password", change));
    let ((_, reply), ()) = join(changing, shut_out).await;
    reply.refused(409, "PasswordChanged");
    rig.log_in("anna", "battery staple")
        .await
        .refused(401, "InvalidCredentials");
}

#[tokio::test]
async fn a_form_of_another_site_logs_nobody_in() {
    let rig = Rig::new().await;
    let body = json!({ "name": ROOT, "password": ROOT_PASSWORD });
    let log_in = |headers: &[(&str, &str)]| {
        rig.send(request(Method::POST, "/session", headers, Some(&body)))
    };
    // Without TLS a browser tells no more of where it comes from than this.
    let form = [
        ("origin", "http://elsewhere"),
        ("content-type", "text/plain"),
    ];
    log_in(&form).await.refused(403, "CrossSite");
    log_in(&form[..1]).await.refused(403, "CrossSite");
    let site = [("sec-fetch-site", "same-site")];
    log_in(&site).await.refused(403, "CrossSite");
    let own = [
        ("origin", "http://console.example:9001"),
        ("content-type", "application/json; charset=utf-8"),
    ];
    log_in(&own).await.ok();
    log_in(&form[1..]).await.ok();
}

#[tokio::test]
async fn what_anybody_can_send_is_short() {
    let rig = Rig::new().await;
    let most = admin::limits::LOGIN_BODY_BYTES_MAX;
    // The longest there can be, every byte of it escaped.
    let escaped = |bytes: usize| "\u{1}".repeat(bytes);
    let name = escaped(admin::limits::LOGIN_NAME_BYTES_MAX);
    let reply = rig
        .log_in(&name, &escaped(admin::limits::PASSWORD_BYTES_MAX))
        .await;
    reply.refused(401, "InvalidCredentials");
    let reply = rig.log_in("anna", &"a".repeat(most)).await;
    reply.refused(413, "RequestTooLarge");
}

/// Somebody who has lost a laptop calls the administrator.
#[tokio::test]
async fn whoever_may_sees_and_ends_the_sessions_of_others() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", None).await;
    let again = rig.log_in("anna", "correct horse").await.ok();
    let list = root.get("/users/anna/sessions").await.ok();
    let sessions = list["items"].as_array().unwrap();
    assert_eq!(sessions.len(), 2, "{list}");
    assert!(sessions.iter().all(|it| it["current"] == false), "{list}");
    assert_eq!(sessions[0]["address"], "127.0.0.1");
    let own = anna.get("/profile/sessions").await.ok();
    let own = own["items"].as_array().unwrap().iter();
    let own = own.filter(|it| it["current"] == true);
    let own = own.map(|it| it["id"].as_str().unwrap()).next().unwrap();
    let hers = format!("/users/anna/sessions/{own}");
    // Neither by whoever may the one but not the other, nor under another's name.
    let lister = allow(&["cairn:ListUserSessions"]);
    let lister = root.user("lister", Some(lister)).await;
    lister.get("/users/anna/sessions").await.ok();
    lister.delete(&hers).await.refused(403, "AccessDenied");
    let ender = allow(&["cairn:EndUserSession"]);
    let ender = root.user("ender", Some(ender)).await;
    let refused = ender.get("/users/anna/sessions").await;
    refused.refused(403, "AccessDenied");
    for (place, code) in [
        (format!("/users/lister/sessions/{own}"), "NoSuchSession"),
        ("/users/anna/sessions/none".to_owned(), "NoSuchSession"),
        (format!("/users/nobody/sessions/{own}"), "NoSuchEntity"),
    ] {
        ender.delete(&place).await.refused(404, code);
    }
    anna.get("/profile").await.ok();
    ender.delete(&hers).await.ok();
    anna.get("/profile").await.refused(401, "SessionEnded");
    let other = Client {
        rig: &rig,
        token: again["access_token"].as_str().unwrap().to_owned(),
        cookie: String::new(),
    };
    other.get("/profile").await.ok();
    let audit = root.get("/audit?action=EndUserSession&outcome=done").await;
    let target = format!("anna/{own}");
    assert_eq!(audit.ok()["items"][0]["target"], target);
    let list = root.get("/users/anna/sessions").await.ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

/// Two who share a browser share its cookie: whoever logged in last has it.
#[tokio::test]
async fn who_logs_out_takes_nobody_elses_cookie_along() {
    let rig = Rig::new().await;
    let (first, second) = (rig.root().await, rig.root().await);
    let bearer = format!("Bearer {}", first.token);
    let end = |cookie: &str, token: &str| {
        let headers = [
            ("authorization", token),
            ("cookie", cookie),
            ("x-cairn-session", "1"),
        ];
        rig.send(request(Method::DELETE, "/session", &headers, None))
    };
    let reply = end(&second.cookie, &bearer).await;
    assert_eq!(
        (reply.status, reply.headers.get("set-cookie")),
        (204.try_into().unwrap(), None)
    );
    refresh(&rig, &second.cookie).await.ok();
    let bearer = format!("Bearer {}", second.token);
    let reply = end(&second.cookie, &bearer).await;
    assert!(reply.header("set-cookie").contains("Max-Age=0"));
}
