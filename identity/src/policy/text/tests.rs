use proptest::prelude::*;

use super::*;
use crate::policy::{Context, Principal};

fn with(context: &Context<'_>, check: impl FnOnce(&Request<'_>)) {
    let work = Work::default();
    check(&Request {
        principal: &Principal::default(),
        action: "s3:GetObject",
        resource: b"",
        context,
        now: std::time::SystemTime::UNIX_EPOCH,
        work: &work,
    });
}

fn holds(pattern: &str, text: &str, context: &Context<'_>) -> bool {
    let pattern = Text::parse(pattern, Wild::Cards, Variables::Filled);
    let mut holds = false;
    with(context, |request| {
        holds = pattern.matches(text.as_bytes(), Case::Matters, request);
    });
    holds
}

#[test]
fn wildcards() {
    let none = Context::new();
    for (pattern, text, expected) in [
        ("*", "", true),
        ("", "", true),
        ("", "a", false),
        ("a*", "a", true),
        ("a*c", "abcbc", true),
        ("a*c", "abcb", false),
        ("*b*", "abc", true),
        ("a?c", "aéc", true),
        ("a?c", "ac", false),
        ("a?", "a", false),
        ("**a", "bba", true),
        ("*a*b", "aab", true),
        ("?*?", "a", false),
        ("?*?", "ab", true),
    ] {
        assert_eq!(holds(pattern, text, &none), expected, "{pattern} on {text}");
    }
}

#[test]
fn variables_are_filled_and_taken_as_they_are() {
    let mut context = Context::new();
    context.set("aws:username", "an*a");
    context.set_all("aws:TagKeys", ["a", "b"]);
    for (pattern, text, expected) in [
        ("home/${aws:username}/*", "home/an*a/x", true),
        ("home/${aws:username}/*", "home/anna/x", false),
        ("home/${AWS:UserName}/*", "home/an*a/x", true),
        ("${aws:nobody}", "", false),
        ("${aws:nobody, 'team'}", "team", true),
        ("${aws:username, 'team'}", "team", false),
        // Several values are no value.
        ("${aws:TagKeys}", "a", false),
        ("a${*}b", "a*b", true),
        ("a${*}b", "axb", false),
        ("a${?}b${$}", "a?b$", true),
        ("${", "${", true),
        ("${}", "${}", true),
    ] {
        assert_eq!(
            holds(pattern, text, &context),
            expected,
            "{pattern} on {text}"
        );
    }
}

fn machine_matches(pattern: &Text, values: &[Cow<'_, str>], text: &[u8], case: Case) -> bool {
    machine::matches(&pattern.pieces, values, text, case, &Work::default())
}

fn quick_matches(pattern: &Text, values: &[Cow<'_, str>], text: &[u8], case: Case) -> bool {
    matches(&pattern.pieces, values, text, case, &Work::default())
}

/// The definition, slow and obvious.
fn slow(pattern: &[char], text: &[char]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some('*'), _) => {
            slow(&pattern[1..], text) || (!text.is_empty() && slow(pattern, &text[1..]))
        }
        (Some('?'), Some(_)) => slow(&pattern[1..], &text[1..]),
        (Some(p), Some(t)) if p == t => slow(&pattern[1..], &text[1..]),
        _ => false,
    }
}

proptest! {
    #[test]
    fn matching_follows_its_definition(pattern in "[abé*?]{0,8}", text in "[abé]{0,10}") {
        let chars = |s: &str| s.chars().collect::<Vec<_>>();
        let expected = slow(&chars(&pattern), &chars(&text));
        prop_assert_eq!(holds(&pattern, &text, &Context::new()), expected);
    }

    #[test]
    fn the_machine_agrees(
        pattern in "[aAbé*?]{0,12}|[ab*?]{60,140}",
        text in prop::collection::vec(prop::sample::select(b"aaAb\xC3\xA9\xFF".to_vec()), 0..160),
    ) {
        let pattern = Text::parse(&pattern, Wild::Cards, Variables::Literal);
        for case in [Case::Matters, Case::Ignored] {
            prop_assert_eq!(
                machine_matches(&pattern, &[], &text, case),
                quick_matches(&pattern, &[], &text, case)
            );
        }
    }

    #[test]
    fn any_text_matches_itself(text in "\\PC{0,30}") {
        let literal = Text::parse(&text, Wild::Literal, Variables::Literal);
        let mut same = false;
        with(&Context::new(), |r| same = literal.matches(text.as_bytes(), Case::Matters, r));
        prop_assert!(same && literal.is_fixed());
    }
}

#[test]
fn the_machine_fills_variables() {
    let mut context = Context::new();
    context.set("aws:username", "anna");
    let pattern = "*a?".repeat(3) + "/${aws:username}/*?x";
    let pattern = Text::parse(&pattern, Wild::Cards, Variables::Filled);
    let values = [Cow::Borrowed("anna")];
    for (text, expected) in [
        ("aaaaéaa/anna/yyx", true),
        ("aaaaéaa/ann/yyx", false),
        ("aaaaaé/anna/yyx", true),
        ("aaaé/anna/yyx", false),
        ("aaaaéaa/anna/x", false),
    ] {
        let text = text.as_bytes();
        let machine = machine_matches(&pattern, &values, text, Case::Matters);
        assert_eq!(machine, expected, "{text:?}");
        let quick = quick_matches(&pattern, &values, text, Case::Matters);
        assert_eq!(quick, expected, "{text:?}");
    }
}

/// Tried at one place after the other these are steps by the thousand millions.
#[test]
fn harm_is_bounded() {
    let begun = std::time::Instant::now();
    let none = Context::new();
    let text = "a".repeat(128 << 10);
    for pattern in ["?a".repeat(20 << 10), "a?".repeat(20 << 10)] {
        assert!(!holds(&format!("*a{pattern}b"), &text, &none));
        assert!(holds(&format!("*a{pattern}a"), &text, &none));
    }
    assert!(!holds(&format!("*{}b", "?".repeat(64 << 10)), &text, &none));
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

/// What a variable stands for may be as long as the head of a request, and stand there often. No
/// text is described by what is longer than itself, so nothing is tried, and nothing allocated.
#[test]
fn values_longer_than_the_text_are_not_gone_through() {
    let mut context = Context::new();
    context.set("aws:UserAgent", "u".repeat(24 << 10));
    let text = "a".repeat(6 << 10);
    let pattern = format!("*{}b{}", "a?".repeat(50), "${aws:UserAgent}".repeat(1200));
    let pattern = Text::parse(&pattern, Wild::Cards, Variables::Filled);
    with(&context, |request| {
        assert!(!pattern.matches(text.as_bytes(), Case::Matters, request));
        assert!(request.work.done() < 100, "{:?}", request.work);
        assert!(!request.work.is_over());
    });
    // One that has room is.
    context = Context::new();
    context.set("aws:UserAgent", "u".repeat(1 << 10));
    let pattern = "*a?${aws:UserAgent}";
    assert!(holds(
        pattern,
        &format!("aab{}", "u".repeat(1 << 10)),
        &context
    ));
    assert!(!holds(pattern, &"u".repeat(1 << 10), &context));
}

/// A pattern that would take more than there is for a request describes nothing.
#[test]
fn harm_ends_with_the_work() {
    let text = "a".repeat(128 << 10);
    let pattern = Text::parse(
        &format!("*{}b", "a?".repeat(50 << 10)),
        Wild::Cards,
        Variables::Literal,
    );
    with(&Context::new(), |request| {
        assert!(!pattern.matches(text.as_bytes(), Case::Matters, request));
        assert!(request.work.is_over());
        assert!(request.work.done() < 1 << 20, "{:?}", request.work);
        let any = Text::parse("*", Wild::Cards, Variables::Literal);
        assert!(
            !any.matches(b"", Case::Matters, request),
            "all else neither"
        );
    });
}
