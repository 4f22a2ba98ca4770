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

/// Where no versions are wanted, what never had any is left as it is.
#[test]
fn versions_are_switched_as_they_are_declared() {
    for (meant, there, becomes) in [
        (Versioning::Enabled, Row::Off, Row::Enabled),
        (Versioning::Suspended, Row::Off, Row::Suspended),
        (Versioning::Off, Row::Off, Row::Off),
        (Versioning::Off, Row::Suspended, Row::Suspended),
        (Versioning::Off, Row::Enabled, Row::Suspended),
    ] {
        assert_eq!(versioned(meant, there), becomes, "{meant:?} {there:?}");
    }
}
