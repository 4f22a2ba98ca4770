//! Who may do what: accounts, lists, policies, and what a bucket's owner has ruled out.

use crate::support::{Client, Keys, call};
use s3_api::Ownership;

/// A store where lists count, and another account beside the owner's.
async fn with_lists() -> (Client, Keys) {
    let client = Client::set(|config| config.ownership = Ownership::ObjectWriter).await;
    client.send(call("PUT", "/bucket")).await.ok();
    client.put("/bucket/key", "body").await;
    let other = client.account("other").await;
    (client, other)
}

fn policy(effect: &str, principal: &str, action: &str, resource: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Principal":{principal},
            "Action":"{action}","Resource":"arn:aws:s3:::{resource}"}}]}}"#
    )
}

#[tokio::test]
async fn what_is_anothers_is_closed() {
    let (client, other) = with_lists().await;
    for (method, target) in [
        ("GET", "/bucket"),
        ("GET", "/bucket/key"),
        ("GET", "/bucket/absent"),
        ("HEAD", "/bucket/key"),
        ("PUT", "/bucket/new"),
        ("DELETE", "/bucket/key"),
        ("GET", "/bucket?acl"),
        ("GET", "/bucket?policy"),
        ("DELETE", "/bucket"),
    ] {
        let asked = client.send_as(&other, call(method, target)).await;
        assert_eq!(asked.status, 403, "{method} {target}");
        let asked = client.send_raw(call(method, target).unsigned()).await;
        assert_eq!(asked.status, 403, "{method} {target} without a signature");
    }
    client.get("/bucket/key").await.ok();
}

#[tokio::test]
async fn buckets_are_listed_to_their_owners_and_all_to_the_administrator() {
    let (client, other) = with_lists().await;
    client.send_as(&other, call("PUT", "/others")).await.ok();
    let own = client.send_as(&other, call("GET", "/")).await.ok();
    assert_eq!(own.tags("Name"), ["others"]);
    assert_eq!(own.tag("ID"), "other-id");
    assert_eq!(
        client.get("/").await.ok().tags("Name"),
        ["bucket", "others"]
    );
    let taken = client.send_as(&other, call("PUT", "/bucket")).await;
    taken.refused(409, "BucketAlreadyExists");
}

#[tokio::test]
async fn canned_lists_open_buckets_and_objects() {
    let (client, other) = with_lists().await;
    let read = call("PUT", "/bucket?acl").header("x-amz-acl", "public-read");
    client.send(read).await.ok();
    let anybody = client
        .send_raw(call("GET", "/bucket").unsigned())
        .await
        .ok();
    assert_eq!(anybody.tags("Key"), ["key"]);
    // Who may list is told what is not there.
    let absent = client
        .send_raw(call("GET", "/bucket/absent").unsigned())
        .await;
    absent.refused(404, "NoSuchKey");
    client
        .send_raw(call("GET", "/bucket/key").unsigned())
        .await
        .refused(403, "AccessDenied");
    let read = call("PUT", "/bucket/key?acl").header("x-amz-acl", "authenticated-read");
    client.send(read).await.ok();
    client
        .send_as(&other, call("GET", "/bucket/key"))
        .await
        .ok();
    let anybody = client.send_raw(call("GET", "/bucket/key").unsigned()).await;
    anybody.refused(403, "AccessDenied");
}

#[tokio::test]
async fn objects_of_others_are_theirs() {
    let (client, other) = with_lists().await;
    let write = call("PUT", "/bucket?acl").header("x-amz-acl", "public-read-write");
    client.send(write).await.ok();
    client
        .send_as(&other, call("PUT", "/bucket/theirs"))
        .await
        .ok();
    let acl = client
        .send_as(&other, call("GET", "/bucket/theirs?acl"))
        .await
        .ok();
    assert_eq!(acl.tags("ID"), ["other-id", "other-id"]);
    assert_eq!(acl.tags("DisplayName"), ["other", "other"]);
    // A copy belongs to whoever makes it, and has a list of its own.
    let copy = call("PUT", "/bucket/copy").header("x-amz-copy-source", "/bucket/theirs");
    client.send(copy).await.ok();
    let acl = client.get("/bucket/copy?acl").await.ok();
    assert_eq!(acl.tag("ID"), crate::support::OWNER);
}

#[tokio::test]
async fn lists_in_documents_and_grants_in_headers_are_read_back() {
    let (client, other) = with_lists().await;
    let grants = call("PUT", "/bucket/key?acl")
        .header(
            "x-amz-grant-read",
            r#"id="other-id", uri="http://acs.amazonaws.com/groups/global/AllUsers""#,
        )
        .header(
            "x-amz-grant-full-control",
            format!("id={}", crate::support::OWNER),
        );
    client.send(grants).await.ok();
    let acl = client.get("/bucket/key?acl").await.ok();
    assert_eq!(acl.tags("Permission"), ["READ", "FULL_CONTROL", "READ"]);
    client
        .send_raw(call("GET", "/bucket/key").unsigned())
        .await
        .ok();
    // The document that was shown is one that can be put.
    let shown = acl.text().to_owned();
    client
        .send(call("PUT", "/bucket/key?acl").body(shown.clone()))
        .await
        .ok();
    assert_eq!(client.get("/bucket/key?acl").await.text(), shown);
    let unknown = call("PUT", "/bucket/key?acl").header("x-amz-grant-read", "id=nobody");
    client.send(unknown).await.refused(400, "InvalidArgument");
    let both = call("PUT", "/bucket/key?acl")
        .header("x-amz-acl", "private")
        .header("x-amz-grant-read", "id=other-id");
    client.send(both).await.refused(400, "InvalidRequest");
    let _ = other;
}

#[tokio::test]
async fn where_lists_do_not_count_none_can_be_set() {
    let client = Client::with_bucket().await;
    client.put("/bucket/key", "body").await;
    for target in ["/bucket?acl", "/bucket/key?acl"] {
        let set = call("PUT", target).header("x-amz-acl", "public-read");
        client
            .send(set)
            .await
            .refused(400, "AccessControlListNotSupported");
    }
    let put = |name, value| call("PUT", "/bucket/key").header(name, value);
    let full_control = put("x-amz-acl", "bucket-owner-full-control");
    client.send(full_control.clone()).await.ok();
    // Of the bucket's owner these say the same as none would.
    client.send(put("x-amz-acl", "private")).await.ok();
    let by_id = format!("id={}", crate::support::OWNER);
    let granted = put("x-amz-grant-full-control", by_id.as_str());
    client.send(granted).await.ok();
    let granted = put("x-amz-grant-read", by_id.as_str());
    client
        .send(granted)
        .await
        .refused(400, "AccessControlListNotSupported");

    let other = client.account("other").await;
    let policy = policy("Allow", r#""*""#, "s3:*", "bucket/*");
    client
        .send(call("PUT", "/bucket?policy").body(policy))
        .await
        .ok();
    client.send_as(&other, full_control).await.ok();
    client
        .send_as(&other, put("x-amz-acl", "private"))
        .await
        .refused(400, "AccessControlListNotSupported");
    let create = call("PUT", "/another").header("x-amz-acl", "public-read");
    client
        .send(create)
        .await
        .refused(400, "InvalidBucketAclWithObjectOwnership");
    let controls = client.get("/bucket?ownershipControls").await.ok();
    assert_eq!(controls.tag("ObjectOwnership"), "BucketOwnerEnforced");
}

#[tokio::test]
async fn policies_let_in_and_keep_out() {
    let (client, other) = with_lists().await;
    let everyone = r#"{"AWS":"*"}"#;
    let allow = policy("Allow", everyone, "s3:GetObject", "bucket/*");
    client
        .send(call("PUT", "/bucket?policy").body(allow.clone()))
        .await
        .ok();
    client
        .send_raw(call("GET", "/bucket/key").unsigned())
        .await
        .ok();
    client
        .send_as(&other, call("GET", "/bucket/key"))
        .await
        .ok();
    client
        .send_as(&other, call("GET", "/bucket"))
        .await
        .refused(403, "AccessDenied");
    // Only who may list learns what is not there.
    client
        .send_raw(call("GET", "/bucket/absent").unsigned())
        .await
        .refused(403, "AccessDenied");
    assert_eq!(client.get("/bucket?policy").await.ok().text(), allow);
    assert_eq!(
        client
            .get("/bucket?policyStatus")
            .await
            .ok()
            .tag("IsPublic"),
        "true"
    );
    let deny = policy("Deny", everyone, "s3:GetObject", "bucket/*");
    let list = call("PUT", "/bucket/key?acl").header("x-amz-acl", "public-read");
    client.send(list).await.ok();
    client
        .send(call("PUT", "/bucket?policy").body(deny))
        .await
        .ok();
    let anybody = client.send_raw(call("GET", "/bucket/key").unsigned()).await;
    anybody.refused(403, "AccessDenied");
    client.send(call("DELETE", "/bucket?policy")).await.ok();
    client
        .send_raw(call("GET", "/bucket/key").unsigned())
        .await
        .ok();
    client
        .get("/bucket?policy")
        .await
        .refused(404, "NoSuchBucketPolicy");
}

#[tokio::test]
async fn policies_that_mean_nothing_here_are_refused() {
    let (client, _) = with_lists().await;
    let everyone = r#"{"AWS":"*"}"#;
    for body in [
        "{}".to_owned(),
        "not json".to_owned(),
        policy("Allow", everyone, "s3:GetObject", "elsewhere/*"),
        policy("Allow", everyone, "s3:NoSuchThing", "bucket/*"),
        policy(
            "Allow",
            r#"{"CanonicalUser":"nobody"}"#,
            "s3:GetObject",
            "bucket/*",
        ),
    ] {
        let put = client.send(call("PUT", "/bucket?policy").body(body)).await;
        put.refused(400, "MalformedPolicy");
    }
}

#[tokio::test]
async fn what_the_owner_has_ruled_out_does_not_count() {
    let (client, other) = with_lists().await;
    let everyone = r#"{"AWS":"*"}"#;
    let allow = policy("Allow", everyone, "s3:GetObject", "bucket/*");
    client
        .send(call("PUT", "/bucket?policy").body(allow.clone()))
        .await
        .ok();
    let list = call("PUT", "/bucket/key?acl").header("x-amz-acl", "public-read");
    client.send(list).await.ok();
    let block = |element: &str| {
        let body = format!(
            "<PublicAccessBlockConfiguration><{element}>true</{element}>\
             </PublicAccessBlockConfiguration>"
        );
        call("PUT", "/bucket?publicAccessBlock").body(body)
    };
    client.send(block("RestrictPublicBuckets")).await.ok();
    // The list still lets in.
    client
        .send_as(&other, call("GET", "/bucket/key"))
        .await
        .ok();
    client.put("/bucket/unlisted", "body").await;
    let unlisted = client
        .send_as(&other, call("GET", "/bucket/unlisted"))
        .await;
    unlisted.refused(403, "AccessDenied");
    client.send(block("IgnorePublicAcls")).await.ok();
    client.send(call("DELETE", "/bucket?policy")).await.ok();
    let ignored = client.send_as(&other, call("GET", "/bucket/key")).await;
    ignored.refused(403, "AccessDenied");
    client.send(block("BlockPublicAcls")).await.ok();
    let list = call("PUT", "/bucket/key?acl").header("x-amz-acl", "public-read");
    client.send(list).await.refused(403, "AccessDenied");
    let put = call("PUT", "/bucket/key").header("x-amz-acl", "public-read");
    client.send(put).await.refused(403, "AccessDenied");
    client.send(block("BlockPublicPolicy")).await.ok();
    let put = call("PUT", "/bucket?policy").body(allow);
    client.send(put).await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn a_copy_needs_the_right_to_read_its_source() {
    let (client, other) = with_lists().await;
    client.send_as(&other, call("PUT", "/others")).await.ok();
    let copy = call("PUT", "/others/copy").header("x-amz-copy-source", "/bucket/key");
    client
        .send_as(&other, copy.clone())
        .await
        .refused(403, "AccessDenied");
    let list = call("PUT", "/bucket/key?acl").header("x-amz-acl", "public-read");
    client.send(list).await.ok();
    client.send_as(&other, copy.clone()).await.ok();
    let stated = copy.header("x-amz-source-expected-bucket-owner", "somebody");
    client
        .send_as(&other, stated)
        .await
        .refused(403, "AccessDenied");
}

#[tokio::test]
async fn each_key_of_many_deletes_is_decided_for_itself() {
    let (client, other) = with_lists().await;
    client.put("/bucket/free/key", "body").await;
    let allow = policy(
        "Allow",
        r#"{"AWS":"*"}"#,
        "s3:DeleteObject",
        "bucket/free/*",
    );
    client
        .send(call("PUT", "/bucket?policy").body(allow))
        .await
        .ok();
    let body =
        "<Delete><Object><Key>key</Key></Object><Object><Key>free/key</Key></Object></Delete>";
    let delete = call("POST", "/bucket?delete").body(body).md5();
    let answer = client.send_as(&other, delete).await.ok();
    assert_eq!(answer.tags("Code"), ["AccessDenied"]);
    client.get("/bucket/key").await.ok();
    client
        .get("/bucket/free/key")
        .await
        .refused(404, "NoSuchKey");
}

#[tokio::test]
async fn the_bucket_can_be_said_to_be_somebodys() {
    let (client, _) = with_lists().await;
    let of = |owner: &str| call("GET", "/bucket").header("x-amz-expected-bucket-owner", owner);
    client.send(of(crate::support::OWNER)).await.ok();
    client
        .send(of("somebody"))
        .await
        .refused(403, "AccessDenied");
}

#[tokio::test]
async fn whoever_a_list_lets_write_goes_on_with_uploads_and_ends_them() {
    let (client, other) = with_lists().await;
    let write = call("PUT", "/bucket?acl").header("x-amz-acl", "public-read-write");
    client.send(write).await.ok();
    let begun = client.send_as(&other, call("POST", "/bucket/up?uploads"));
    let upload = begun.await.ok().tag("UploadId").to_owned();
    let target = format!("/bucket/up?uploadId={upload}");
    client.send_as(&other, call("GET", &target)).await.ok();
    client.send_as(&other, call("DELETE", &target)).await.ok();
}

#[tokio::test]
async fn a_bucket_that_is_made_again_gets_the_list_asked_for_and_keeps_the_rest() {
    let (client, other) = with_lists().await;
    let again = |acl: &str| call("PUT", "/bucket").header("x-amz-acl", acl);
    let list = || call("GET", "/bucket").unsigned();
    client.send(again("public-read")).await.ok();
    assert_eq!(client.send_raw(list()).await.ok().tags("Key"), ["key"]);
    client.send(call("PUT", "/bucket")).await.ok();
    client.send_raw(list()).await.refused(403, "AccessDenied");
    let taken = client.send_as(&other, again("public-read")).await;
    taken.refused(409, "BucketAlreadyExists");
    let block = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
                 </PublicAccessBlockConfiguration>";
    let block = call("PUT", "/bucket?publicAccessBlock").proven(block);
    client.send(block).await.ok();
    let refused = client.send(again("public-read")).await;
    refused.refused(403, "AccessDenied");
}

#[tokio::test]
async fn tags_are_the_business_of_the_buckets_owner_too() {
    let client = Client::set(|config| config.ownership = Ownership::ObjectWriter).await;
    let owner = client.account("one").await;
    let writer = client.account("another").await;
    let third = client.account("third").await;
    let open = call("PUT", "/bucket").header("x-amz-acl", "public-read-write");
    client.send_as(&owner, open).await.ok();
    let put = call("PUT", "/bucket/key").header("x-amz-tagging", "a=1");
    client.send_as(&writer, put).await.ok();
    let read = client.send_as(&owner, call("GET", "/bucket/key")).await;
    read.refused(403, "AccessDenied");
    let tags = || call("GET", "/bucket/key?tagging");
    for keys in [&owner, &writer] {
        assert_eq!(client.send_as(keys, tags()).await.ok().tag("Value"), "1");
    }
    let asked = client.send_as(&third, tags()).await;
    asked.refused(403, "AccessDenied");
    // The owner lets others, whoever wrote the object.
    let grant = policy("Allow", r#""*""#, "s3:GetObjectTagging", "bucket/*");
    let grant = call("PUT", "/bucket?policy").body(grant);
    client.send_as(&owner, grant).await.ok();
    let asked = client.send_as(&third, tags()).await.ok();
    assert_eq!(asked.tag("Value"), "1");
}
