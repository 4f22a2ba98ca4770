use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use s3_api::RequestId;

use super::*;

#[test]
fn an_object_gets_one_more_field() {
    let line = with_name(Form::Json, "{\"message\":\"x\"}\n", "00FF");
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["request_id"], "00FF");
    assert_eq!(line["message"], "x");
}

#[test]
fn a_line_that_names_its_request_names_it_once() {
    for (form, line) in [
        (Form::Json, "{\"request_id\":\"00FF\"}\n"),
        (Form::Human, "DEBUG ended request_id=00FF\n"),
    ] {
        assert_eq!(with_name(form, line, "00FF"), line);
    }
}

#[test]
fn a_line_for_people_stays_one_line() {
    let line = with_name(Form::Human, "ERROR store: it failed\n", "00FF");
    assert_eq!(line, "ERROR store: it failed request_id=00FF\n");
}

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn whatever_is_logged_during_a_request_names_it() {
    let log = Log::default();
    let into = log.clone();
    let logging = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .map_event_format(|json| Named::new(Form::Json, json))
        .with_writer(move || into.clone())
        .finish();
    tracing::subscriber::with_default(logging, || {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let answering = async { tracing::error!("within") };
        let id = RequestId::default();
        runtime.unwrap().block_on(request::within(id, answering));
        tracing::error!("outside");
    });
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["message"], "within");
    assert_eq!(lines[0]["request_id"], RequestId::default().as_str());
    assert!(lines[1].get("request_id").is_none(), "{text}");
}
