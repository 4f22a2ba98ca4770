use super::*;
use crate::audit::Outcome;
use csv::ReaderBuilder;

fn entry(target: &str) -> Entry {
    Entry {
        time: "2026-11-26T04:05:06.007Z".into(),
        who: "arn:aws:iam::000000000000:user/anna".into(),
        credential: "token/7".into(),
        from: "127.0.0.1".into(),
        action: "DeleteBucket".into(),
        target: target.into(),
        outcome: Outcome::Refused,
        status: 409,
        error: Some("BucketNotEmpty".into()),
        request_id: "1".into(),
        signed_with: "AKIAONE".into(),
    }
}

fn target_of(target: &str) -> String {
    let text = lines(&[entry(target)]).unwrap();
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .from_reader(&text[..]);
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1, "{target:?}");
    assert_eq!(rows[0].len(), COLUMNS.len(), "{target:?}");
    rows[0][5].to_owned()
}

#[test]
fn lines_are_those_of_rfc_4180() {
    let text = String::from_utf8(head().unwrap()).unwrap();
    assert_eq!(
        text,
        "time,who,credential,from,action,target,outcome,status,error,request_id,signed_with\r\n"
    );
    let text = String::from_utf8(lines(&[entry("a \"b\", c")]).unwrap()).unwrap();
    assert_eq!(
        text,
        "2026-11-26T04:05:06.007Z,arn:aws:iam::000000000000:user/anna,token/7,127.0.0.1,DeleteBucket,\
         \"a \"\"b\"\", c\",refused,409,BucketNotEmpty,1,AKIAONE\r\n"
    );
    assert!(lines(&[]).unwrap().is_empty());
}

#[test]
fn what_is_no_formula_stays_as_it_is() {
    for target in [
        "",
        "photos/2025/a=b+c-d@e.jpg",
        "it's, \"so\"",
        "a\r\nb",
        "a;b",
        "ümläut \u{1f600}",
        "\u{0}\u{7}\u{2028}",
        "'=already",
    ] {
        assert_eq!(target_of(target), target);
    }
}

#[test]
fn what_would_be_a_formula_is_text() {
    for (target, shown) in [
        ("=1+1", "'=1+1"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+49 30", "'+49 30"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("\n\n=1", "'\n\n'=1"),
        ("＝1", "'＝1"),
        // Cut at semicolons, or at the end of a line that no quotes hold together.
        ("a;=HYPERLINK(\"http://x\")", "a;'=HYPERLINK(\"http://x\")"),
        ("a\n=1", "a\n'=1"),
        ("\",=1", "\",=1"),
        ("=", "'="),
    ] {
        assert_eq!(target_of(target), shown, "{target:?}");
    }
}
