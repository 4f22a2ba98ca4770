use super::*;
use crate::bucket::document::{Document, from_request, to_bytes};

fn read(inside: &str) -> Result<ObjectLock, Code> {
    let body = format!("<ObjectLockConfiguration>{inside}</ObjectLockConfiguration>");
    from_request(body.as_bytes()).map_err(|error| error.code())
}

fn rule(inside: &str) -> Result<ObjectLock, Code> {
    read(&format!(
        "<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>{inside}\
         </DefaultRetention></Rule>"
    ))
}

#[test]
fn what_is_read_is_stored_and_shown() {
    let plain = read("<ObjectLockEnabled>Enabled</ObjectLockEnabled>").unwrap();
    assert_eq!(
        (plain.default_retention(), &plain),
        (None, &ObjectLock::default())
    );
    for (inside, days) in [
        ("<Mode>GOVERNANCE</Mode><Days>30</Days>", 30),
        ("<Mode>COMPLIANCE</Mode><Years>2</Years>", 730),
    ] {
        let lock = rule(inside).unwrap();
        let retention = lock.default_retention().unwrap();
        assert_eq!(retention.milliseconds, days * 86_400_000);
        let stored = to_bytes(&lock);
        assert!(String::from_utf8_lossy(&stored).contains(inside));
        assert_eq!(ObjectLock::from_stored(&stored), Some(lock));
    }
}

#[test]
fn what_amazon_refuses_is_refused() {
    let malformed = Err(Code::MalformedXML);
    assert_eq!(read(""), malformed);
    assert_eq!(
        read("<ObjectLockEnabled>Disabled</ObjectLockEnabled>"),
        malformed
    );
    for inside in [
        "<Mode>GOVERNANCE</Mode>",
        "<Days>1</Days>",
        "<Mode>governance</Mode><Days>1</Days>",
        "<Mode>GOVERNANCE</Mode><Days>1</Days><Years>1</Years>",
        "<Mode>GOVERNANCE</Mode><Days>x</Days>",
    ] {
        assert_eq!(rule(inside), malformed, "{inside}");
    }
    for period in ["<Days>0</Days>", "<Years>-1</Years>", "<Days>36501</Days>"] {
        let refused = rule(&format!("<Mode>COMPLIANCE</Mode>{period}"));
        assert_eq!(refused, Err(Code::InvalidRetentionPeriod), "{period}");
    }
}
