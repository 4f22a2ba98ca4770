//! Object lock: configuration, retention, legal hold.

use crate::support::{Call, Client, Reply, call};

async fn lockable() -> Client {
    let client = Client::new().await;
    let create = call("PUT", "/bucket").header("x-amz-bucket-object-lock-enabled", "true");
    client.send(create).await.ok();
    client
}

fn configuration(inside: &str) -> Call {
    let body = format!(
        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>{inside}\
         </ObjectLockConfiguration>"
    );
    call("PUT", "/bucket?object-lock").proven(body)
}

fn retention(mode: &str, until: &str) -> Call {
    let body = format!(
        "<Retention><Mode>{mode}</Mode><RetainUntilDate>{until}</RetainUntilDate></Retention>"
    );
    call("PUT", "/bucket/key?retention").proven(body)
}

fn hold(status: &str) -> Call {
    let body = format!("<LegalHold><Status>{status}</Status></LegalHold>");
    call("PUT", "/bucket/key?legal-hold").proven(body)
}

fn bypassing(call: Call) -> Call {
    call.header("x-amz-bypass-governance-retention", "true")
}

async fn put(client: &Client) -> String {
    let reply = client.put("/bucket/key", "data").await;
    reply.header("x-amz-version-id").to_owned()
}

fn delete(version: &str) -> Call {
    call("DELETE", format!("/bucket/key?versionId={version}"))
}

#[tokio::test]
async fn a_configuration_is_shown_as_it_was_set() {
    let client = lockable().await;
    assert_eq!(
        client.get("/bucket?versioning").await.tag("Status"),
        "Enabled"
    );
    let plain = client.get("/bucket?object-lock").await.ok();
    assert_eq!(plain.tag("ObjectLockEnabled"), "Enabled");
    assert_eq!(plain.tags("Rule"), [""; 0]);
    let rule = "<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Years>1</Years>\
                </DefaultRetention></Rule>";
    client.send(configuration(rule)).await.ok();
    let shown = client.get("/bucket?object-lock").await.ok();
    assert!(shown.text().contains(rule), "{}", shown.text());
    put(&client).await;
    let object = client.get("/bucket/key").await.ok();
    assert_eq!(object.header("x-amz-object-lock-mode"), "COMPLIANCE");
    assert!(
        !object
            .header("x-amz-object-lock-retain-until-date")
            .is_empty()
    );
    let suspend = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
    let suspend = call("PUT", "/bucket?versioning").body(suspend);
    client
        .send(suspend)
        .await
        .refused(409, "InvalidBucketState");
}

#[tokio::test]
async fn only_a_versioned_bucket_can_be_made_lockable() {
    let client = Client::with_bucket().await;
    client
        .get("/bucket?object-lock")
        .await
        .refused(404, "ObjectLockConfigurationNotFoundError");
    client
        .send(configuration(""))
        .await
        .refused(409, "InvalidBucketState");
    let enable = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    let enable = call("PUT", "/bucket?versioning").body(enable);
    client.send(enable).await.ok();
    client.send(configuration("")).await.ok();
    client.get("/bucket?object-lock").await.ok();
}

#[tokio::test]
async fn a_bucket_without_lock_knows_none() {
    let client = Client::with_bucket().await;
    client.put("/bucket/key", "data").await;
    let refused = |reply: Reply| reply.refused(400, "InvalidRequest");
    refused(client.get("/bucket/key?retention").await);
    refused(client.get("/bucket/key?legal-hold").await);
    refused(
        client
            .send(retention("GOVERNANCE", "2140-01-01T00:00:00Z"))
            .await,
    );
    refused(client.send(hold("ON")).await);
    let upload = call("PUT", "/bucket/key").header("x-amz-object-lock-legal-hold", "ON");
    refused(client.send(upload.proven("data")).await);
}

#[tokio::test]
async fn governance_gives_way_to_the_bypass() {
    let client = lockable().await;
    let version = put(&client).await;
    client
        .get("/bucket/key?retention")
        .await
        .refused(404, "NoSuchObjectLockConfiguration");
    let first = "2140-01-01T00:00:00.000Z";
    client.send(retention("GOVERNANCE", first)).await.ok();
    let shown = client.get("/bucket/key?retention").await.ok();
    assert_eq!(
        (shown.tag("Mode"), shown.tag("RetainUntilDate")),
        ("GOVERNANCE", first)
    );
    let head = client.send(call("HEAD", "/bucket/key")).await.ok();
    assert_eq!(head.header("x-amz-object-lock-retain-until-date"), first);
    let denied = |reply: Reply| reply.refused(403, "AccessDenied");
    denied(client.send(delete(&version)).await);
    for (mode, until) in [
        ("GOVERNANCE", "2139-01-01T00:00:00Z"),
        ("COMPLIANCE", "2140-01-01T00:00:00Z"),
    ] {
        denied(client.send(retention(mode, until)).await);
    }
    let longer = retention("GOVERNANCE", "2141-01-01T00:00:00Z");
    client.send(longer).await.ok();
    let shorter = retention("GOVERNANCE", "2130-01-01T00:00:00Z");
    client.send(bypassing(shorter)).await.ok();
    // A marker in front touches nothing.
    client.send(call("DELETE", "/bucket/key")).await.ok();
    denied(client.send(delete(&version)).await);
    let both =
        format!("<Delete><Object><Key>key</Key><VersionId>{version}</VersionId></Object></Delete>");
    let reply = client
        .send(call("POST", "/bucket?delete").proven(both.clone()))
        .await
        .ok();
    assert_eq!(reply.tag("Code"), "AccessDenied");
    let bypassed = bypassing(call("POST", "/bucket?delete").proven(both));
    let reply = client.send(bypassed).await.ok();
    assert_eq!(reply.tag("VersionId"), version);
    assert_eq!(reply.tags("Error"), [""; 0]);
}

#[tokio::test]
async fn compliance_gives_way_to_nothing() {
    let client = lockable().await;
    let version = put(&client).await;
    client
        .send(retention("COMPLIANCE", "2140-01-01T00:00:00Z"))
        .await
        .ok();
    let lift = call("PUT", "/bucket/key?retention").proven("<Retention/>");
    for refused in [
        delete(&version),
        retention("COMPLIANCE", "2139-01-01T00:00:00Z"),
        retention("GOVERNANCE", "2141-01-01T00:00:00Z"),
        lift,
    ] {
        let reply = client.send(bypassing(refused)).await;
        reply.refused(403, "AccessDenied");
    }
}

#[tokio::test]
async fn a_legal_hold_is_on_or_off() {
    let client = lockable().await;
    let version = put(&client).await;
    client.send(hold("ON")).await.ok();
    assert_eq!(
        client.get("/bucket/key?legal-hold").await.tag("Status"),
        "ON"
    );
    let head = client.send(call("HEAD", "/bucket/key")).await.ok();
    assert_eq!(head.header("x-amz-object-lock-legal-hold"), "ON");
    let reply = client.send(bypassing(delete(&version))).await;
    reply.refused(403, "AccessDenied");
    client.send(hold("on")).await.refused(400, "MalformedXML");
    client.send(hold("OFF")).await.ok();
    assert_eq!(
        client.get("/bucket/key?legal-hold").await.tag("Status"),
        "OFF"
    );
    client.send(delete(&version)).await.ok();
}

#[tokio::test]
async fn uploads_and_copies_bring_their_lock() {
    let client = lockable().await;
    let locked = |call: Call| {
        call.header("x-amz-object-lock-mode", "GOVERNANCE")
            .header(
                "x-amz-object-lock-retain-until-date",
                "2140-01-01T00:00:00Z",
            )
            .header("x-amz-object-lock-legal-hold", "ON")
    };
    let unproven = locked(call("PUT", "/bucket/key")).body("data");
    client.send(unproven).await.refused(400, "InvalidRequest");
    let upload = locked(call("PUT", "/bucket/key")).proven("data");
    client.send(upload).await.ok();
    let copy = locked(call("PUT", "/bucket/copy")).header("x-amz-copy-source", "bucket/key");
    client.send(copy).await.ok();
    let plain = call("PUT", "/bucket/plain").header("x-amz-copy-source", "bucket/key");
    client.send(plain).await.ok();
    for (key, mode, hold) in [
        ("key", "GOVERNANCE", "ON"),
        ("copy", "GOVERNANCE", "ON"),
        ("plain", "", ""),
    ] {
        let head = client.send(call("HEAD", format!("/bucket/{key}"))).await;
        assert_eq!(head.header("x-amz-object-lock-mode"), mode, "{key}");
        assert_eq!(head.header("x-amz-object-lock-legal-hold"), hold, "{key}");
    }
    for (name, value) in [
        ("x-amz-object-lock-mode", "GOVERNANCE"),
        (
            "x-amz-object-lock-retain-until-date",
            "2140-01-01T00:00:00Z",
        ),
        ("x-amz-object-lock-legal-hold", "PERHAPS"),
    ] {
        let upload = call("PUT", "/bucket/key")
            .header(name, value)
            .proven("data");
        client.send(upload).await.refused(400, "InvalidArgument");
    }
    for (mode, until) in [
        ("OTHER", "2140-01-01T00:00:00Z"),
        ("GOVERNANCE", "2020-01-01T00:00:00Z"),
        ("GOVERNANCE", "tomorrow"),
    ] {
        let upload = call("PUT", "/bucket/key")
            .header("x-amz-object-lock-mode", mode)
            .header("x-amz-object-lock-retain-until-date", until);
        client
            .send(upload.proven("data"))
            .await
            .refused(400, "InvalidArgument");
    }
}
