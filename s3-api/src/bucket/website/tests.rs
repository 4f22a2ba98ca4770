use super::*;
use crate::bucket::document::{from_request, to_bytes};

fn read(inside: &str) -> Result<Website, S3Error> {
    from_request(format!("<WebsiteConfiguration>{inside}</WebsiteConfiguration>").as_bytes())
}

const INDEX: &str = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>";

fn with_rules(rules: &str) -> Result<Pages, S3Error> {
    match read(&format!("{INDEX}<RoutingRules>{rules}</RoutingRules>"))? {
        Website::Pages(pages) => Ok(pages),
        Website::Elsewhere(_) => panic!("no rules"),
    }
}

fn with_rule(condition: &str, redirect: &str) -> Result<Pages, S3Error> {
    with_rules(&format!(
        "<RoutingRule>{condition}<Redirect>{redirect}</Redirect></RoutingRule>"
    ))
}

fn visit(key: &str) -> Visit<'_> {
    Visit {
        scheme: "http",
        host: "site.example.com:80",
        key: key.as_bytes(),
    }
}

fn sent_to(pages: &Pages, key: &str, error: Option<u16>) -> Option<(u16, String)> {
    let error = error.map(|code| StatusCode::from_u16(code).unwrap());
    let redirection = pages.redirection(visit(key), error)?;
    Some((redirection.status.as_u16(), redirection.location))
}

#[test]
fn everything_may_be_elsewhere() {
    let host = "<HostName>other.example.com</HostName>";
    let all = |more: &str| {
        read(&format!(
            "<RedirectAllRequestsTo>{host}{more}</RedirectAllRequestsTo>"
        ))
    };
    let Website::Elsewhere(place) = all("").unwrap() else {
        panic!()
    };
    let redirection = place.redirection(visit("a b/c"));
    assert_eq!(redirection.status, StatusCode::MOVED_PERMANENTLY);
    assert_eq!(redirection.location, "http://other.example.com/a%20b/c");
    let Website::Elsewhere(place) = all("<Protocol>https</Protocol>").unwrap() else {
        panic!()
    };
    assert_eq!(
        place.redirection(visit("")).location,
        "https://other.example.com/"
    );
}

#[test]
fn a_rule_replaces_prefix_or_key_of_what_it_fits() {
    let docs = "<Condition><KeyPrefixEquals>docs/</KeyPrefixEquals></Condition>";
    let prefix = "<ReplaceKeyPrefixWith>documents/</ReplaceKeyPrefixWith>";
    let pages = with_rule(docs, prefix).unwrap();
    let moved = "http://site.example.com:80/documents/a".to_owned();
    assert_eq!(sent_to(&pages, "docs/a", None), Some((301, moved)));
    assert_eq!(sent_to(&pages, "doc", None), None);
    assert_eq!(sent_to(&pages, "docs/a", Some(404)), None);

    let missing =
        "<Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>";
    let elsewhere = "<HostName>a.b</HostName><Protocol>https</Protocol>\
                     <HttpRedirectCode>302</HttpRedirectCode><ReplaceKeyWith>gone.html</ReplaceKeyWith>";
    let pages = with_rule(missing, elsewhere).unwrap();
    assert_eq!(sent_to(&pages, "x", None), None);
    assert_eq!(sent_to(&pages, "x", Some(403)), None);
    assert_eq!(
        sent_to(&pages, "x", Some(404)),
        Some((302, "https://a.b/gone.html".into()))
    );

    let pages = with_rule("", "<HostName>a.b</HostName>").unwrap();
    assert_eq!(
        sent_to(&pages, "any", None),
        Some((301, "http://a.b/any".into()))
    );
}

#[test]
fn what_is_stored_reads_back_equal() {
    for inside in [
        INDEX.to_owned(),
        format!("{INDEX}<ErrorDocument><Key>errors/404.html</Key></ErrorDocument>"),
        "<RedirectAllRequestsTo><HostName>a.b</HostName><Protocol>http</Protocol>\
         </RedirectAllRequestsTo>"
            .to_owned(),
        format!(
            "{INDEX}<RoutingRules><RoutingRule><Condition>\
             <HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>\
             <KeyPrefixEquals>a/</KeyPrefixEquals></Condition><Redirect><HostName>a.b</HostName>\
             <HttpRedirectCode>307</HttpRedirectCode><Protocol>https</Protocol>\
             <ReplaceKeyPrefixWith>b/</ReplaceKeyPrefixWith></Redirect></RoutingRule>\
             <RoutingRule><Redirect><ReplaceKeyWith>c</ReplaceKeyWith></Redirect></RoutingRule>\
             </RoutingRules>"
        ),
    ] {
        let stored = to_bytes(&read(&inside).unwrap());
        let text = String::from_utf8(stored.to_vec()).unwrap();
        assert!(text.contains(&inside), "{text}");
    }
}

#[test]
fn what_amazon_would_refuse_is_refused() {
    let code = |inside: &str| read(inside).unwrap_err().code();
    for inside in [
        "",
        "<IndexDocument/>",
        "<IndexDocument><Suffix>a/b</Suffix></IndexDocument>",
        &format!("{INDEX}<ErrorDocument/>"),
    ] {
        assert_eq!(code(inside), Code::InvalidArgument, "{inside}");
    }
    let all = "<RedirectAllRequestsTo><HostName>a.b</HostName></RedirectAllRequestsTo>";
    assert_eq!(code(&format!("{all}{INDEX}")), Code::InvalidRequest);
    assert_eq!(code("<RedirectAllRequestsTo/>"), Code::MalformedXML);
    assert_eq!(code(&format!("{INDEX}<Other/>")), Code::MalformedXML);
    let bad_host = all.replace("a.b", "a b");
    assert_eq!(code(&bad_host), Code::MalformedXML);
    let ftp = all.replace("</HostName>", "</HostName><Protocol>ftp</Protocol>");
    assert_eq!(code(&ftp), Code::InvalidRequest);

    let rule = |condition: &str, redirect: &str| with_rule(condition, redirect).unwrap_err().code();
    let host = "<HostName>a.b</HostName>";
    assert_eq!(rule("<Condition/>", host), Code::InvalidRequest);
    assert_eq!(rule("", ""), Code::MalformedXML);
    let both = "<ReplaceKeyWith>a</ReplaceKeyWith><ReplaceKeyPrefixWith>b</ReplaceKeyPrefixWith>";
    assert_eq!(rule("", both), Code::InvalidRequest);
    for status in ["200", "300", "404", "x"] {
        let redirect = format!("<HttpRedirectCode>{status}</HttpRedirectCode>");
        assert_eq!(rule("", &redirect), Code::InvalidRequest, "{status}");
    }
    for status in ["200", "302", "x"] {
        let condition = format!(
            "<Condition><HttpErrorCodeReturnedEquals>{status}</HttpErrorCodeReturnedEquals></Condition>"
        );
        assert_eq!(rule(&condition, host), Code::InvalidRequest, "{status}");
    }
    let many = format!("<RoutingRule><Redirect>{host}</Redirect></RoutingRule>").repeat(51);
    assert_eq!(with_rules(&many).unwrap_err().code(), Code::InvalidRequest);
}
