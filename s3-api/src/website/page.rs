//! Errors as visitors of a website see them.

use super::Failure;
use crate::error::S3Error;
use crate::response::{self, Answer, ResponseBody};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};
use quick_xml::escape::escape;
use std::fmt::Write;

pub(crate) fn of(failure: &Failure, method: &Method, request_id: &str, host_id: &str) -> Answer {
    let status = failure.first.code().status();
    let mut answer = response::empty(status);
    if method == Method::HEAD || status == StatusCode::NOT_MODIFIED {
        return answer;
    }
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, html);
    let text = render(failure, status, request_id, host_id);
    *answer.body_mut() = ResponseBody::full(text.into());
    answer
}

fn render(failure: &Failure, status: StatusCode, request_id: &str, host_id: &str) -> String {
    let title = format!(
        "{} {}",
        status.as_str(),
        status.canonical_reason().unwrap_or_default()
    );
    let mut page =
        format!("<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n<ul>\n");
    push_error(&mut page, &failure.first);
    push_item(&mut page, "RequestId", request_id);
    push_item(&mut page, "HostId", host_id);
    page.push_str("</ul>\n");
    if let Some(second) = &failure.page {
        page.push_str(
            "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n",
        );
        push_error(&mut page, second);
        page.push_str("</ul>\n");
    }
    page.push_str("<hr/>\n</body>\n</html>\n");
    page
}

fn push_error(page: &mut String, error: &S3Error) {
    push_item(page, "Code", error.code().name());
    push_item(page, "Message", error.sentence());
    for (name, value) in error.extras() {
        push_item(page, name, value);
    }
}

fn push_item(page: &mut String, name: &str, value: &str) {
    // Writing to a `String` cannot fail.
    let _ = writeln!(page, "<li>{name}: {}</li>", escape(value));
}

#[cfg(test)]
mod tests;
