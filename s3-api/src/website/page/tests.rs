use super::*;
use crate::error::Code;
use http_body::Body;

fn failure(page: Option<S3Error>) -> Failure {
    Failure {
        first: S3Error::new(Code::NoSuchKey).extra("Key", "<script>&"),
        page: page.map(Box::new),
    }
}

#[test]
fn a_page_says_what_went_wrong_and_escapes_it() {
    let page = render(&failure(None), StatusCode::NOT_FOUND, "id", "host");
    assert_eq!(
        page,
        "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<h1>404 Not Found</h1>\n<ul>\n\
         <li>Code: NoSuchKey</li>\n<li>Message: The specified key does not exist.</li>\n\
         <li>Key: &lt;script&gt;&amp;</li>\n<li>RequestId: id</li>\n<li>HostId: host</li>\n</ul>\n\
         <hr/>\n</body>\n</html>\n"
    );
}

#[test]
fn a_missing_error_document_is_told_beside() {
    let missing = S3Error::new(Code::AccessDenied);
    let page = render(&failure(Some(missing)), StatusCode::NOT_FOUND, "id", "host");
    let (first, second) = page.split_once("<h3>").unwrap();
    assert!(first.contains("NoSuchKey") && second.contains("<li>Code: AccessDenied</li>"));
}

#[test]
fn nothing_is_shown_to_who_asked_for_the_head() {
    let answer = of(&failure(None), &Method::HEAD, "id", "host");
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert!(answer.body().is_end_stream());
}
