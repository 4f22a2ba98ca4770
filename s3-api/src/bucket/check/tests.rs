use super::*;

fn told(query: &str, document: &str) -> String {
    let checked = check_configuration(query, "photos", document.as_bytes());
    checked.unwrap_err().plain().to_owned()
}

#[test]
fn what_is_wrong_is_named() {
    for (query, document, says) in [
        (
            "lifecycle",
            "<LifecycleConfiguration><Rule><ID>old</ID></Rule></LifecycleConfiguration>",
            "Status: expected Enabled or Disabled",
        ),
        (
            "lifecycle",
            "<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter/>\
             <NoncurrentVersionExpiration/></Rule></LifecycleConfiguration>",
            "NoncurrentVersionExpiration: NoncurrentDays is missing",
        ),
        ("cors", "<CORSConfiguration/>", "CORSRules"),
        (
            "encryption",
            "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
             <SSEAlgorithm>DES</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>\
             </ServerSideEncryptionConfiguration>",
            "SSEAlgorithm: expected AES256 or aws:kms",
        ),
        (
            "object-lock",
            "<ObjectLockConfiguration/>",
            "ObjectLockEnabled",
        ),
        (
            "versioning",
            "<VersioningConfiguration><Status>On</Status></VersioningConfiguration>",
            "Status: expected Enabled or Suspended",
        ),
        ("requestPayment", "<RequestPaymentConfiguration/>", "Payer"),
        ("policy", "{}", "Missing required field"),
    ] {
        let told = told(query, document);
        assert!(told.contains(says), "{query}: {told}");
        assert!(!told.contains("XML"), "{query}: {told}");
    }
}

/// Clients are told what Amazon tells them.
#[test]
fn a_client_is_told_amazons_words() {
    let error = check_configuration("cors", "photos", b"<CORSConfiguration/>").unwrap_err();
    assert_eq!(error.code(), Code::MalformedXML);
    assert_eq!(error.sentence(), Code::MalformedXML.message());
}

#[test]
fn what_a_bucket_takes_is_taken() {
    let lifecycle = "<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter/><Expiration>\
                     <Days>3</Days></Expiration></Rule></LifecycleConfiguration>";
    check_configuration("lifecycle", "photos", lifecycle.as_bytes()).unwrap();
    check_configuration("notification", "photos", b"<NotificationConfiguration/>").unwrap();
    check_bucket_name("photos").unwrap();
    check_bucket_name("Photos").unwrap_err();
}
