//! The least a request for an operation has, for whoever goes through all of them: tests, and the
//! document that is made from the table.

use super::table::{Level, Marker, Operation};

#[derive(Debug)]
pub struct Example {
    pub method: &'static str,
    /// Path and query.
    pub target: String,
    /// Their values do not matter.
    pub headers: Vec<&'static str>,
}

impl Operation {
    pub fn example(&self, bucket: &str, key: &str) -> Example {
        let mut target = match self.level {
            Level::Service => "/".to_owned(),
            Level::Bucket => format!("/{bucket}"),
            Level::Object => format!("/{bucket}/{key}"),
        };
        let mut headers = Vec::new();
        let mut separator = '?';
        for marker in self.markers {
            match marker {
                Marker::Header(name) => {
                    headers.push(*name);
                    continue;
                }
                Marker::Query(name) => target.extend([&separator.to_string(), *name]),
                Marker::Value(name, value) => {
                    target.extend([&separator.to_string(), *name, "=", *value]);
                }
            }
            separator = '&';
        }
        Example {
            method: self.method,
            target,
            headers,
        }
    }

    /// What policies call it.
    pub fn action(&self) -> &'static str {
        self.access.action
    }

    pub fn is_of_service(&self) -> bool {
        self.level == Level::Service
    }
}
