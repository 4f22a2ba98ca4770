//! Lines that name the request during which they were logged, whoever logs them.

#[cfg(test)]
mod tests;

use std::fmt;

use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::telemetry::request;

/// What lines look like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    Human,
    /// One object in each.
    Json,
}

/// Another format, and the name of the request.
pub(super) struct Named<F> {
    form: Form,
    inner: F,
}

impl<F> Named<F> {
    pub(super) fn new(form: Form, inner: F) -> Named<F> {
        Named { form, inner }
    }
}

impl<S, N, F> FormatEvent<S, N> for Named<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(id) = request::current() else {
            return self.inner.format_event(context, writer, event);
        };
        let mut line = String::new();
        let into = Writer::new(&mut line);
        self.inner.format_event(context, into, event)?;
        writer.write_str(&with_name(self.form, &line, id.as_str()))
    }
}

/// `id` is made of digits and letters.
fn with_name(form: Form, line: &str, id: &str) -> String {
    let line = line.trim_end_matches('\n');
    // Of a line about the request itself.
    if line.contains("request_id") && line.contains(id) {
        return format!("{line}\n");
    }
    match (form, line.strip_suffix('}')) {
        (Form::Json, Some(open)) => format!("{open},\"request_id\":\"{id}\"}}\n"),
        _ => format!("{line} request_id={id}\n"),
    }
}
