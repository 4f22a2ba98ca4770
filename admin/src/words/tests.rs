use super::*;

#[test]
fn words_are_the_text_they_stand_for() {
    for (value, text) in [
        ("=?UTF-8?Q?caf=C3=A9?=", "café"),
        ("=?utf-8?q?a=3Db=5Fc_=c3=a9?=", "a=b_c é"),
        ("=?UTF-8?B?5Lit5paH?=", "中文"),
        ("=?UTF-8?B?5Lit?= =?UTF-8?Q?=E6=96=87?=", "中文"),
        // A letter that is cut in two.
        ("=?UTF-8?B?w7w=?= =?UTF-8?Q?=C3?=\t=?UTF-8?Q?=A9?=", "üé"),
    ] {
        assert_eq!(decoded(value), text);
    }
}

#[test]
fn all_else_stays_as_it_is() {
    for value in [
        "",
        "plain",
        "=?UTF-8?Q?caf=C3=A9",
        "=?UTF-8?Q?caf=C3?=",
        "=?UTF-8?Q?caf=C?=",
        "=?UTF-8?Q?caf=+3?=",
        "=?UTF-8?B?w7w?=",
        "=?UTF-8?X?abc?=",
        "=?KOI8-R?Q?abc?=",
        "=?UTF-8?Q??=",
        "=?UTF-8?B?YQpi?=",
        "=?UTF-8?Q?a=7Fb?=",
        "=?UTF-8?Q?a=C2=85b?=",
        "see =?UTF-8?Q?caf=C3=A9?=",
    ] {
        assert_eq!(decoded(value), value);
    }
}
