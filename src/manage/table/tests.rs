use super::*;

use serde_json::json;

fn table() -> Table {
    let mut table = Table::new(&["name", "made"]);
    table.push(vec!["a".into(), "2026".into()]);
    table.push(vec!["long name\x1b[2J".into(), String::new()]);
    table
}

#[test]
fn columns_are_aligned_for_people_and_parted_by_tabs_for_programs() {
    let shown = table().render(Tint::Plain);
    let lines: Vec<&str> = shown.lines().collect();
    let second = |line: &str, word: &str| line.find(word).unwrap();
    assert_eq!(second(lines[0], "MADE"), second(lines[1], "2026"));
    assert_eq!(second(lines[0], "MADE"), second(lines[2], "-"));
    assert!(!shown.contains('\x1b'), "{shown:?}");
    let piped = table().render(Tint::Piped);
    assert!(piped.starts_with("a\t2026\nlong name"), "{piped:?}");
    assert!(piped.ends_with("\t-\n"), "{piped:?}");
    let coloured = table().render(Tint::Coloured);
    assert!(coloured.starts_with("\x1b[1mNAME"), "{coloured:?}");
}

#[test]
fn nothing_is_said_to_be_nothing() {
    let empty = Table::new(&["name"]);
    assert_eq!(empty.render(Tint::Plain), "none\n");
    assert_eq!(empty.render(Tint::Piped), "");
}

#[test]
fn properties_are_aligned() {
    let fields = Fields::default().with("name", "a").with("versioning", "");
    assert_eq!(fields.render(Tint::Plain), "name        a\nversioning  -\n");
    assert_eq!(fields.render(Tint::Piped), "name\ta\nversioning\t-\n");
    let without = Fields::default().maybe("email", None::<String>);
    assert_eq!(without.render(Tint::Plain), "");
}

#[test]
fn what_was_found_out_is_told_field_by_field() {
    let report = json!({
        "rows": 3, "next": null, "problems_total": 2, "problems": ["a \"b\"", "c\u{1b}"],
        "damaged": [{ "damage": "d", "affected": ["e", "f"] }, { "damage": "g", "affected": [] }],
        "saved": [{ "damage": "h", "affected": ["i"] }], "odd": [{ "affected": ["j"] }],
    });
    let shown = Fields::default().with_report(&report).render(Tint::Piped);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(
        lines,
        [
            "damaged\td",
            "affected\te",
            "affected\tf",
            "damaged\tg",
            "affected\tj",
            "problems\ta \"b\"",
            "problems\tc\\u{1b}",
            "problems total\t2",
            "rows\t3",
            "saved\th",
            "affected\ti",
        ]
    );
}
