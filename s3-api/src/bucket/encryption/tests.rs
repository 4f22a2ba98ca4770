use super::*;
use crate::bucket::document::{from_request, to_bytes};

fn read(rule: &str) -> Result<BucketEncryption, S3Error> {
    let root = BucketEncryption::ROOT;
    from_request(format!("<{root}>{rule}</{root}>").as_bytes())
}

fn by_default(inside: &str) -> String {
    let name = "ApplyServerSideEncryptionByDefault";
    format!("<Rule><{name}>{inside}</{name}></Rule>")
}

#[test]
fn what_is_shown_is_what_was_meant() {
    let rules = [
        by_default("<SSEAlgorithm>AES256</SSEAlgorithm>"),
        by_default("<SSEAlgorithm>aws:kms</SSEAlgorithm>"),
        by_default("<KMSMasterKeyID>one</KMSMasterKeyID><SSEAlgorithm>aws:kms</SSEAlgorithm>"),
        "<Rule><BucketKeyEnabled>true</BucketKeyEnabled></Rule>".to_owned(),
        "<Rule><BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType>\
         </BlockedEncryptionTypes></Rule>"
            .to_owned(),
    ];
    for rule in rules {
        let document = read(&rule).unwrap();
        let shown = to_bytes(&document);
        let text = String::from_utf8(shown.to_vec()).unwrap();
        assert!(text.contains(&rule), "{text}");
    }
}

#[test]
fn rules_that_make_no_sense_are_refused() {
    let rule = by_default("<SSEAlgorithm>AES256</SSEAlgorithm>");
    let refused = [
        (String::new(), Code::MalformedXML),
        (format!("{rule}{rule}"), Code::MalformedXML),
        (by_default(""), Code::MalformedXML),
        (
            by_default("<SSEAlgorithm>aes</SSEAlgorithm>"),
            Code::MalformedXML,
        ),
        (
            "<Rule><BucketKeyEnabled>maybe</BucketKeyEnabled></Rule>".to_owned(),
            Code::MalformedXML,
        ),
        (
            by_default("<KMSMasterKeyID>one</KMSMasterKeyID><SSEAlgorithm>AES256</SSEAlgorithm>"),
            Code::InvalidArgument,
        ),
        (
            by_default("<SSEAlgorithm>aws:kms:dsse</SSEAlgorithm>"),
            Code::NotImplemented,
        ),
    ];
    for (rule, code) in refused {
        assert_eq!(read(&rule).unwrap_err().code(), code, "{rule}");
    }
}
