//! What `cairn config show` shows somebody at a terminal.

use super::super::show::table;
use super::*;
use crate::output::Tint;

#[test]
fn settings_are_a_table_with_a_head_and_units() {
    let effective = gather(
        &["--slow-request", "1"],
        &[("CAIRN_ROOT_PASSWORD", "hidden-secret")],
    );
    let shown = table(&effective).render(Tint::Plain);
    let lines: Vec<&str> = shown.lines().collect();
    let columns = |line: &str| {
        let cells = line
            .split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty());
        cells.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(columns(lines[0]), ["SETTING", "VALUE", "FROM"]);
    let of = |name: &str| {
        let found = lines
            .iter()
            .find(|line| line.starts_with(&format!("{name} ")));
        columns(found.unwrap())
    };
    assert_eq!(of("slow-request")[1..], ["1 millisecond", "--slow-request"]);
    assert_eq!(of("access-log-interval")[1..], ["300 seconds", "default"]);
    assert_eq!(of("key-rate")[1..], ["0 per second", "default"]);
    assert_eq!(of("connections")[1..], ["16384", "default"]);
    assert_eq!(
        of("root-password")[1..],
        ["(hidden)", "CAIRN_ROOT_PASSWORD"]
    );
    // Aligned.
    let at = lines[0].find("VALUE").unwrap();
    for line in &lines[1..] {
        let (before, value) = line.split_at(at);
        assert!(before.ends_with(' ') && !value.starts_with(' '), "{line}");
    }
}
