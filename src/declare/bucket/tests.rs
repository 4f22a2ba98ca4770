use super::*;

#[test]
fn what_a_server_adds_by_itself_is_no_difference() {
    let meant = json!({ "Rules": [{ "Status": "Enabled", "Expiration": { "Days": 3 } }] });
    let with = |rule: Value| json!({ "Rules": [rule] });
    let named = json!({ "ID": "x", "Status": "Enabled", "Expiration": { "Days": 3 } });
    assert!(says(&with(named), &meant));
    let off = json!({
        "Status": "Enabled", "Expiration": { "Days": 3, "ExpiredObjectDeleteMarker": false }
    });
    assert!(says(&with(off), &meant));
    for other in [
        json!({ "Status": "Enabled", "Expiration": { "Days": 4 } }),
        json!({ "Status": "Enabled" }),
        json!({ "Status": "Enabled", "Expiration": { "Days": 3 }, "Filter": { "Prefix": "a" } }),
    ] {
        assert!(!says(&with(other.clone()), &meant), "{other}");
    }
    assert!(!says(&json!({ "Rules": [] }), &meant));
    // A name that is meant is one.
    let named = with(json!({ "ID": "a" }));
    assert!(!says(&with(json!({ "ID": "b" })), &named));
}
