use super::*;
use crate::bucket::document::{from_request, to_bytes};

fn rules(inside: &str) -> Result<Cors, S3Error> {
    from_request(format!("<CORSConfiguration>{inside}</CORSConfiguration>").as_bytes())
}

fn rule(inside: &str) -> Result<Cors, S3Error> {
    rules(&format!("<CORSRule>{inside}</CORSRule>"))
}

const LEAST: &str = "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>";

#[test]
fn a_wildcard_stands_for_anything_at_its_place() {
    for (pattern, text, fits) in [
        ("*", "anything", true),
        ("*", "", true),
        ("*suffix", "foo.suffix", true),
        ("*suffix", "foo.suffix.get", false),
        ("start*end", "startend", true),
        ("start*end", "start12end", true),
        ("start*end", "0start12end", false),
        ("ab*ba", "aba", false),
        ("prefix*", "prefix", true),
        ("prefix*", "bla.prefix", false),
        ("exact", "exact", true),
        ("exact", "Exact", false),
    ] {
        let pattern = Pattern::read("AllowedOrigin", pattern).unwrap();
        assert_eq!(pattern.fits(text), fits, "{pattern:?} {text}");
    }
}

#[test]
fn the_first_rule_that_fits_counts() {
    let cors = rules(
        "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>http://a</AllowedOrigin>\
         <AllowedHeader>X-Amz-*</AllowedHeader></CORSRule>\
         <CORSRule><AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod>\
         <AllowedOrigin>http://*</AllowedOrigin></CORSRule>",
    )
    .unwrap();
    let methods = |origin, method, headers: &[&str]| {
        let headers: Vec<_> = headers.iter().map(|name| (*name).to_owned()).collect();
        let rule = cors.find(origin, method, &headers)?;
        Some(rule.methods.join(","))
    };
    assert_eq!(methods("http://a", "GET", &[]).as_deref(), Some("GET"));
    assert_eq!(methods("http://a", "PUT", &[]).as_deref(), Some("PUT,GET"));
    assert_eq!(methods("http://b", "GET", &[]).as_deref(), Some("PUT,GET"));
    assert_eq!(
        methods("http://a", "GET", &["x-amz-date"]).as_deref(),
        Some("GET")
    );
    assert_eq!(methods("http://a", "PUT", &["x-amz-date"]), None);
    assert_eq!(methods("http://a", "GET", &["range"]), None);
    assert_eq!(methods("https://a", "GET", &[]), None);
    assert_eq!(methods("http://a", "DELETE", &[]), None);
}

#[test]
fn what_is_stored_reads_back_equal() {
    let cors = rule(
        "<MaxAgeSeconds>30</MaxAgeSeconds><ExposeHeader>ETag</ExposeHeader><ID>one</ID>\
         <AllowedOrigin>http://a&amp;b</AllowedOrigin><AllowedMethod>GET</AllowedMethod>\
         <AllowedMethod>HEAD</AllowedMethod><AllowedHeader>Range</AllowedHeader>",
    )
    .unwrap();
    let stored = to_bytes(&cors);
    assert_eq!(from_request::<Cors>(&stored).unwrap(), cors);
    let text = String::from_utf8(stored.to_vec()).unwrap();
    assert!(text.ends_with(
        "<CORSRule><ID>one</ID><AllowedHeader>range</AllowedHeader>\
         <AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod>\
         <AllowedOrigin>http://a&amp;b</AllowedOrigin><ExposeHeader>ETag</ExposeHeader>\
         <MaxAgeSeconds>30</MaxAgeSeconds></CORSRule></CORSConfiguration>"
    ));
}

#[test]
fn what_amazon_would_refuse_is_refused() {
    assert!(rule(LEAST).is_ok());
    let with = |more: &str| rule(&format!("{LEAST}{more}")).map_err(|error| error.code());
    let refused = |more: &str, code| assert_eq!(with(more), Err(code), "{more}");
    refused("<AllowedOrigin>*a*</AllowedOrigin>", Code::InvalidRequest);
    refused("<AllowedHeader>*a*</AllowedHeader>", Code::InvalidRequest);
    refused("<AllowedMethod>PATCH</AllowedMethod>", Code::InvalidRequest);
    refused("<AllowedMethod>get</AllowedMethod>", Code::InvalidRequest);
    refused("<ExposeHeader>x-*</ExposeHeader>", Code::InvalidRequest);
    refused("<ExposeHeader>a b</ExposeHeader>", Code::MalformedXML);
    refused("<MaxAgeSeconds>long</MaxAgeSeconds>", Code::MalformedXML);
    refused("<MaxAgeSeconds>-1</MaxAgeSeconds>", Code::MalformedXML);
    refused("<Other/>", Code::MalformedXML);
    refused(
        &format!("<ID>{}</ID>", "a".repeat(256)),
        Code::InvalidRequest,
    );
    for inside in [
        "",
        "<CORSRule/>",
        "<Rule/>",
        "<CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule>",
        "<CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule>",
    ] {
        assert_eq!(
            rules(inside).unwrap_err().code(),
            Code::MalformedXML,
            "{inside}"
        );
    }
    let many = format!("<CORSRule>{LEAST}</CORSRule>").repeat(101);
    assert_eq!(rules(&many).unwrap_err().code(), Code::InvalidRequest);
}
