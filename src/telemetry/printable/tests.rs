use super::Printable;

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
