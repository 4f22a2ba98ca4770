//! Buckets as websites, as visitors see them.

use super::support::{Call, Client, Reply, call};
use s3_api::Domains;

const HOST: &str = "site.web.example.com:80";

async fn site(configuration: &str) -> Client {
    let domains = Domains::new(["web.example.com".to_owned()]).unwrap();
    let client = Client::set(|config| config.website_domains = domains).await;
    client.send(call("PUT", "/site")).await.ok();
    let put = call("PUT", "/site?website");
    let body = format!("<WebsiteConfiguration>{configuration}</WebsiteConfiguration>");
    client.send(put.body(body)).await.ok();
    client
}

const INDEX: &str = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>";

fn visit(target: &str) -> Call {
    call("GET", target).host(HOST)
}

#[track_caller]
fn shows_error(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.status, status, "{}", reply.text());
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    assert!(
        reply.text().contains(&format!("<li>Code: {code}</li>")),
        "{}",
        reply.text()
    );
    let id = reply.header("x-amz-request-id");
    assert!(reply.text().contains(&format!("<li>RequestId: {id}</li>")));
}

#[tokio::test]
async fn the_configuration_is_put_got_and_deleted() {
    let client = site(INDEX).await;
    let shown = client.get("/site?website").await.ok();
    assert_eq!(shown.tag("Suffix"), "index.html");
    assert!(shown.text().contains("<WebsiteConfiguration xmlns="));
    let broken = call("PUT", "/site?website").body("<WebsiteConfiguration/>");
    client.send(broken).await.refused(400, "InvalidArgument");
    assert_eq!(
        client.send(call("DELETE", "/site?website")).await.status,
        204
    );
    let unset = client.get("/site?website").await;
    unset.refused(404, "NoSuchWebsiteConfiguration");
    shows_error(
        &client.visit(visit("/")).await,
        404,
        "NoSuchWebsiteConfiguration",
    );
}

#[tokio::test]
async fn hosts_without_a_bucket_show_so() {
    let client = site(INDEX).await;
    for host in [
        "none.web.example.com",
        "a_b.web.example.com",
        "elsewhere.example.com",
        "x",
    ] {
        let reply = client.visit(call("GET", "/").host(host)).await;
        shows_error(&reply, 404, "NoSuchBucket");
    }
    let (parts, ()) = http::Request::builder()
        .header("host", HOST)
        .body(())
        .unwrap()
        .into_parts();
    assert!(client.s3.is_website(&parts));
    // On a listener of its own a host may be a bucket as a whole.
    client.send(call("PUT", "/www.example.org")).await.ok();
    let whole = client.visit(call("GET", "/").host("www.example.org")).await;
    shows_error(&whole, 404, "NoSuchWebsiteConfiguration");
}

#[tokio::test]
async fn visitors_may_only_read_and_only_what_anybody_may() {
    let client = site(INDEX).await;
    client
        .send(call("PUT", "/site/index.html").body("<p>hello"))
        .await
        .ok();
    for method in ["PUT", "POST", "DELETE", "OPTIONS"] {
        shows_error(
            &client.visit(call(method, "/").host(HOST)).await,
            405,
            "MethodNotAllowed",
        );
    }
    // Nothing is public here, so every page is refused as an object would be.
    shows_error(&client.visit(visit("/")).await, 403, "AccessDenied");
    let head = client.visit(call("HEAD", "/").host(HOST)).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (403, 0));
    assert_eq!(head.observation.operation, Some("WebsiteVisit"));
}

#[tokio::test]
async fn an_error_document_that_cannot_be_read_is_told_beside() {
    let client = site(&format!(
        "{INDEX}<ErrorDocument><Key>error.html</Key></ErrorDocument>"
    ))
    .await;
    let reply = client.visit(visit("/a")).await;
    shows_error(&reply, 403, "AccessDenied");
    assert!(reply.text().contains("Retrieve a Custom Error Document"));
}

#[tokio::test]
async fn everything_may_be_redirected() {
    let place = "<HostName>other.example.com</HostName><Protocol>https</Protocol>";
    let client = site(&format!(
        "<RedirectAllRequestsTo>{place}</RedirectAllRequestsTo>"
    ))
    .await;
    let reply = client.visit(visit("/a/b%20c")).await;
    assert_eq!(reply.status, 301);
    assert_eq!(
        reply.header("location"),
        "https://other.example.com/a/b%20c"
    );
    assert_ne!(reply.header("x-amz-request-id"), "");
}

#[tokio::test]
async fn rules_redirect_before_and_after_reading() {
    let rules = "<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>old/</KeyPrefixEquals>\
        </Condition><Redirect><ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith></Redirect>\
        </RoutingRule><RoutingRule><Condition><HttpErrorCodeReturnedEquals>403\
        </HttpErrorCodeReturnedEquals></Condition><Redirect><HttpRedirectCode>302</HttpRedirectCode>\
        <ReplaceKeyWith>login.html</ReplaceKeyWith></Redirect></RoutingRule></RoutingRules>";
    let client = site(&format!("{INDEX}{rules}")).await;
    let sent = |reply: Reply| (reply.status.as_u16(), reply.header("location").to_owned());
    let before = sent(client.visit(visit("/old/page")).await);
    assert_eq!(before, (301, format!("http://{HOST}/new/page")));
    let after = sent(client.visit(visit("/private")).await);
    assert_eq!(after, (302, format!("http://{HOST}/login.html")));
}

#[tokio::test]
async fn visits_are_logged() {
    let client = site(&format!(
        "{INDEX}<ErrorDocument><Key>oops.html</Key></ErrorDocument>"
    ))
    .await;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject",
        "Resource":"arn:aws:s3:::logs/*"}]}"#;
    let logging = "<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs</TargetBucket>\
        <TargetPrefix></TargetPrefix></LoggingEnabled></BucketLoggingStatus>";
    client.send(call("PUT", "/logs")).await.ok();
    client
        .send(call("PUT", "/logs?policy").body(policy))
        .await
        .ok();
    client
        .send(call("PUT", "/site?logging").body(logging).md5())
        .await
        .ok();
    let page = call("PUT", "/site/index.html").body("hello");
    client.send(page).await.ok();
    // Nobody may read it yet.
    let refused = client.visit(visit("/?a=b")).await.sent();
    shows_error(&refused, 403, "AccessDenied");
    let id = refused.header("x-amz-request-id");
    client.visit(visit("/folder/")).await.sent();
    client.s3.flush_access_log().await;
    let list = client.get("/logs").await.ok();
    let log = client.get(&format!("/logs/{}", list.tag("Key"))).await.ok();
    let lines: Vec<&str> = log.text().lines().collect();
    let sent = refused.body.len();
    let expected = format!(
        " - - {id} WEBSITE.GET.OBJECT index.html \"GET /?a=b HTTP/1.1\" 403 AccessDenied {sent} - 7 7 \
         \"-\" \"-\" - cairn - - - {HOST} - - -"
    );
    assert!(lines[0].ends_with(&expected), "{lines:#?}");
    assert!(
        lines[1].contains(" WEBSITE.GET.OBJECT folder/index.html \"GET /folder/ HTTP/1.1\" "),
        "{lines:#?}"
    );
    assert_eq!(lines.len(), 2);
}
