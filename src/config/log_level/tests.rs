use super::*;

#[test]
fn levels_and_targets_are_known() {
    for good in [
        "info",
        "WARN",
        "off",
        "info,s3_api=debug",
        "warn,storage_engine::index=trace",
        "cairn",
        "info,admin[request{id=1}]=debug",
        "[request]=debug",
    ] {
        assert_eq!(log_level(good).as_deref(), Ok(good));
    }
    assert_eq!(
        log_level("warn, cairn=info").as_deref(),
        Ok("warn,cairn=info")
    );
}

#[test]
fn what_would_log_nothing_is_refused() {
    for (wrong, says) in [
        ("loud", "no level \"loud\"; expected off, error"),
        ("inof", "did you mean info?"),
        ("info,debgu", "did you mean debug?"),
        ("s3_apy", "did you mean s3_api?"),
        ("s3_apy=debug", "no target \"s3_apy\"; did you mean s3_api?"),
        ("s3_api=loud", "no level \"loud\""),
        ("info,hyper=debug", "did you mean hyper_util?"),
        ("info,", "no level \"\""),
        ("", "no level \"\""),
    ] {
        let told = log_level(wrong).unwrap_err();
        assert!(told.contains(says), "{wrong}: {told}");
    }
}
