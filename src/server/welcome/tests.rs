use super::*;

fn welcome(console: Option<&str>) -> Welcome {
    Welcome {
        s3: Some("http://127.0.0.1:9000".to_owned()),
        console: console.map(str::to_owned),
    }
}

#[test]
fn doors_are_named_and_at_the_first_start_what_to_do_with_them() {
    let both = welcome(Some("http://127.0.0.1:9001"));
    let line = "S3: http://127.0.0.1:9000   Console: http://127.0.0.1:9001\n";
    assert_eq!(both.text(false), line);
    let first = both.text(true);
    assert!(
        first.starts_with(line) && first.contains("log in to the console"),
        "{first}"
    );
    assert_eq!(first.lines().count(), 2);
    let alone = welcome(None).text(true);
    assert!(!alone.contains("onsole"), "{alone}");
}
