//! Pages of other origins: rules, what browsers ask first, and what they are told with answers.

use super::support::{Client, Reply, call};

const RULES: &str = "<CORSConfiguration>\
    <CORSRule><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>\
    <AllowedOrigin>https://*.example.com</AllowedOrigin><AllowedHeader>x-amz-*</AllowedHeader>\
    <ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-amz-request-id</ExposeHeader>\
    <MaxAgeSeconds>600</MaxAgeSeconds></CORSRule>\
    <CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>\
    </CORSConfiguration>";

/// `CORSConfiguration` needs a digest.
async fn put_rules(client: &Client, rules: &str) -> Reply {
    let md5 = "x-amz-checksum-crc32";
    let crc = crc32_base64(rules.as_bytes());
    let put = call("PUT", "/bucket?cors").body(rules.to_owned());
    client.send(put.header(md5, crc)).await
}

/// Bit by bit: tests need no table.
fn crc32_base64(data: &[u8]) -> String {
    let crc = data.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    });
    base64_simd::STANDARD.encode_to_string((!crc).to_be_bytes())
}

async fn with_rules() -> Client {
    let client = Client::with_bucket().await;
    put_rules(&client, RULES).await.ok();
    client
}

async fn ask(client: &Client, target: &str, headers: &[(&str, &str)]) -> Reply {
    let mut preflight = call("OPTIONS", target);
    for (name, value) in headers {
        preflight = preflight.header(name, *value);
    }
    client.send_raw(preflight.unsigned()).await
}

const ORIGIN: (&str, &str) = ("origin", "https://www.example.com");
const METHOD: &str = "access-control-request-method";
const HEADERS: &str = "access-control-request-headers";

#[tokio::test]
async fn rules_are_put_got_and_deleted() {
    let client = Client::with_bucket().await;
    let unset = |reply: Reply| reply.refused(404, "NoSuchCORSConfiguration");
    unset(client.get("/bucket?cors").await);
    put_rules(&client, RULES).await.ok();
    let shown = client.get("/bucket?cors").await.ok();
    assert_eq!(shown.tags("AllowedMethod"), ["GET", "PUT", "GET"]);
    assert_eq!(shown.tag("MaxAgeSeconds"), "600");
    put_rules(&client, "<CORSConfiguration/>")
        .await
        .refused(400, "MalformedXML");
    let without_digest = call("PUT", "/bucket?cors").body(RULES);
    client
        .send(without_digest)
        .await
        .refused(400, "InvalidRequest");
    assert_eq!(
        client.send(call("DELETE", "/bucket?cors")).await.status,
        204
    );
    unset(client.get("/bucket?cors").await);
}

#[tokio::test]
async fn a_browser_is_answered_without_a_signature() {
    let client = with_rules().await;
    let asked = [
        ORIGIN,
        (METHOD, "PUT"),
        (HEADERS, "X-Amz-Date, x-amz-meta-a"),
    ];
    for target in ["/bucket", "/bucket/key", "/bucket/key?X-Amz-Signature=x"] {
        let reply = ask(&client, target, &asked).await.ok();
        assert_eq!(reply.header("access-control-allow-origin"), ORIGIN.1);
        assert_eq!(reply.header("access-control-allow-methods"), "GET, PUT");
        assert_eq!(
            reply.header("access-control-allow-headers"),
            "x-amz-date, x-amz-meta-a"
        );
        assert_eq!(
            reply.header("access-control-expose-headers"),
            "ETag, x-amz-request-id"
        );
        assert_eq!(reply.header("access-control-allow-credentials"), "true");
        assert_eq!(reply.header("access-control-max-age"), "600");
        assert!(reply.header("vary").starts_with("Origin"));
        assert!(reply.body.is_empty());
        assert_eq!(reply.observation.operation, Some("Preflight"));
    }
    let other = [("origin", "http://elsewhere"), (METHOD, "GET")];
    let reply = ask(&client, "/bucket/key", &other).await.ok();
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    assert_eq!(reply.header("access-control-allow-credentials"), "");
}

#[tokio::test]
async fn a_browser_is_told_what_it_may_not() {
    let client = with_rules().await;
    let elsewhere = ("origin", "http://elsewhere");
    for (headers, status, code, words) in [
        (&[][..], 400, "BadRequest", "Origin request header needed"),
        (
            &[ORIGIN][..],
            400,
            "BadRequest",
            "Access-Control-Request-Method: null",
        ),
        (
            &[ORIGIN, (METHOD, "PATCH")][..],
            400,
            "BadRequest",
            "Method: PATCH",
        ),
        (
            &[elsewhere, (METHOD, "PUT")][..],
            403,
            "AccessForbidden",
            "not allowed",
        ),
        (
            &[ORIGIN, (METHOD, "DELETE")][..],
            403,
            "AccessForbidden",
            "not allowed",
        ),
        (
            &[ORIGIN, (METHOD, "PUT"), (HEADERS, "range")][..],
            403,
            "AccessForbidden",
            "not allowed",
        ),
    ] {
        let reply = ask(&client, "/bucket/key", headers)
            .await
            .refused(status, code);
        assert!(reply.text().contains(words), "{}", reply.text());
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
    let asked = [ORIGIN, (METHOD, "GET")];
    let reply = ask(&client, "/none/key", &asked)
        .await
        .refused(403, "AccessForbidden");
    assert!(reply.text().contains("Bucket not found"));
    let reply = ask(&client, "/bucket/key", &[elsewhere, (METHOD, "PUT")]).await;
    assert_eq!(
        (reply.tag("Method"), reply.tag("ResourceType")),
        ("PUT", "OBJECT")
    );
    client.send(call("DELETE", "/bucket?cors")).await.ok();
    let reply = ask(&client, "/bucket", &asked)
        .await
        .refused(403, "AccessForbidden");
    assert!(reply.text().contains("CORS is not enabled"));
    assert_eq!(reply.tag("ResourceType"), "BUCKET");
}

#[tokio::test]
async fn answers_say_who_may_read_them_and_refusals_do_too() {
    let client = with_rules().await;
    client.put("/bucket/key", "data").await;
    let of = |method, target: &str| call(method, target).header("origin", "https://a.example.com");
    let allowed = |reply: &Reply| reply.header("access-control-allow-origin").to_owned();
    let reply = client.send(of("GET", "/bucket/key")).await.ok();
    assert_eq!(allowed(&reply), "https://a.example.com");
    assert_eq!(
        reply.header("access-control-expose-headers"),
        "ETag, x-amz-request-id"
    );
    let reply = client
        .send(of("GET", "/bucket/none"))
        .await
        .refused(404, "NoSuchKey");
    assert_eq!(allowed(&reply), "https://a.example.com");
    let unsigned = of("PUT", "/bucket/key").unsigned();
    let reply = client.send_raw(unsigned).await.refused(403, "AccessDenied");
    assert_eq!(allowed(&reply), "https://a.example.com");
    for reply in [
        client.send(of("DELETE", "/bucket/key")).await.ok(),
        client.get("/bucket?cors").await.ok(),
        client
            .send(of("GET", "/none/key"))
            .await
            .refused(404, "NoSuchBucket"),
        client.send(of("GET", "/")).await.ok(),
    ] {
        assert_eq!(allowed(&reply), "");
        assert_eq!(reply.header("vary"), "");
    }
    // The method a browser asks about counts where it is named.
    let named = of("DELETE", "/bucket/key").header(METHOD, "PUT");
    assert_eq!(
        allowed(&client.send(named).await.ok()),
        "https://a.example.com"
    );
}
