//! Times in answers.

use crate::doors::house;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

/// Whichever way a time came, it is as long as any other: they sort as text.
#[tokio::test]
async fn times_have_one_shape_in_all_answers() {
    let house = house().await;
    let root = house.rig.root().await;
    root.post("/jobs", json!({ "kind": "check" })).await.ok();
    let until = json!({ "expires": "2099-01-01T00:00:00+01:00" });
    root.post("/users/victim/keys", until).await.ok();
    let mut seen = 0;
    let reads = house.routes.iter().filter(|route| route.method == "GET");
    // A stream has no end.
    for route in reads.filter(|route| route.name != "WatchServer") {
        let reply = root.get(&route.target).await;
        if let Ok(answer) = serde_json::from_slice(&reply.bytes) {
            seen += check_times(&route.name, &answer);
        }
    }
    assert!(seen > 25, "{seen}");
}

/// How many there are.
fn check_times(of: &str, answer: &Value) -> usize {
    match answer {
        Value::Object(fields) => fields.values().map(|it| check_times(of, it)).sum(),
        Value::Array(items) => items.iter().map(|it| check_times(of, it)).sum(),
        Value::String(text) if is_time(text) => {
            let (seconds, rest) = text.split_at(19);
            assert!(seconds.is_ascii(), "{of}: {text}");
            let digits = rest.strip_prefix('.').and_then(|it| it.strip_suffix('Z'));
            let digits = digits.unwrap_or_default();
            let is_milliseconds = digits.len() == 3 && digits.parse::<u16>().is_ok();
            assert!(is_milliseconds, "{of}: {text}");
            1
        }
        _ => 0,
    }
}

/// Anything that somebody would take for a time.
fn is_time(text: &str) -> bool {
    text.len() >= 19 && time::OffsetDateTime::parse(text, &Rfc3339).is_ok()
}
