//! One function for each decoder. Each takes any bytes at all and panics if a promise is broken:
//! what does not decode is an error, and what does decode means one thing only.

mod engine;
mod identity;
mod s3;

/// A decoder under test.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    pub name: &'static str,
    /// True if the input decodes to something.
    pub run: fn(&[u8]) -> bool,
}

/// Each has a folder of its name in `corpus`.
pub const TARGETS: [Target; 17] = [
    Target {
        name: "record",
        run: engine::record,
    },
    Target {
        name: "commit_rows",
        run: engine::commit_rows,
    },
    Target {
        name: "rows",
        run: engine::rows,
    },
    Target {
        name: "keys",
        run: engine::keys,
    },
    Target {
        name: "segment_header",
        run: engine::segment_header,
    },
    Target {
        name: "ids",
        run: engine::ids,
    },
    Target {
        name: "policy",
        run: identity::policy,
    },
    Target {
        name: "web_identity",
        run: identity::web_identity,
    },
    Target {
        name: "aws_chunked",
        run: s3::aws_chunked,
    },
    Target {
        name: "xml",
        run: s3::xml,
    },
    Target {
        name: "request",
        run: s3::request,
    },
    Target {
        name: "form",
        run: s3::form,
    },
    Target {
        name: "form_policy",
        run: s3::form_policy,
    },
    Target {
        name: "notification",
        run: s3::notification,
    },
    Target {
        name: "call",
        run: s3::call,
    },
    Target {
        name: "range",
        run: s3::range,
    },
    Target {
        name: "values",
        run: s3::values,
    },
];

/// The target of that name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|target| target.name == name)
}
