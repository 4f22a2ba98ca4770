use super::{Legible, Printable};

#[test]
fn nothing_printed_can_end_a_line_or_pass_for_a_field() {
    let shown = |text| Printable(text).to_string();
    assert_eq!(shown("/bucket/plain key~"), "/bucket/plain key~");
    assert_eq!(shown("a\nb\r\tc\0"), "a\\nb\\r\\tc\\0");
    assert_eq!(shown("a\" status=200"), "a\\\" status=200");
    assert_eq!(shown("\u{1b}[31m"), "\\u{1b}[31m");
    assert_eq!(shown("back\\slash"), "back\\\\slash");
    assert_eq!(shown("\u{202e}\u{2028}\u{85}"), "\\u{202e}\\u{2028}\\u{85}");
    assert_eq!(shown("grüße"), "grüße");
}

#[test]
fn what_people_read_has_its_quotes_and_moves_no_cursor() {
    let shown = |text| Legible(text).to_string();
    assert_eq!(
        shown(r#"{"Prefix":"it's a\b"}"#),
        r#"{"Prefix":"it's a\b"}"#
    );
    assert_eq!(shown("\u{1b}[2J\n\u{202e}"), "\\u{1b}[2J\\n\\u{202e}");
}
