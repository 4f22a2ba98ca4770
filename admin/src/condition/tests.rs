use super::*;

#[test]
fn every_document_can_be_read_and_set() {
    let has = |method: Method, path: &str| {
        let mut all = ROUTES.iter();
        all.any(|it| it.path == path && it.method == method)
    };
    for document in &DOCUMENTS {
        for method in [Method::GET, Method::PUT] {
            assert!(has(method, document.path), "{}", document.path);
        }
        for path in document.also {
            assert!(has(Method::PUT, path), "{path}");
        }
    }
}

#[test]
fn parts_do_not_run_into_each_other() {
    assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
}

#[test]
fn tags_are_weak_or_strong_and_several() {
    let listed = |tags: &[&str]| Some(Tags::Listed(tags.iter().map(|&it| it.into()).collect()));
    for (text, expected) in [
        ("*", Some(Tags::Any)),
        ("\"a\"", listed(&["a"])),
        ("W/\"a\"", listed(&["a"])),
        (" \"a\" ,W/\"b,c\", ,\"\"", listed(&["a", "b,c", ""])),
        ("", None),
        ("a", None),
        ("\"a", None),
        ("\"a\" \"b\"", None),
        ("w/\"a\"", None),
        ("*, \"a\"", None),
    ] {
        assert_eq!(Tags::parse(text), expected, "{text}");
    }
}

const LONG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn nobody_waits_for_ever() {
    let locks = Locks::default();
    let _held = wait(&locks, "a", None, LONG).await.unwrap();
    wait(&locks, "b", None, LONG).await.unwrap();
    let moment = Duration::from_millis(10);
    let refused = wait(&locks, "A", None, moment).await.err().unwrap();
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn who_has_gone_does_not_wait() {
    let locks = Locks::default();
    let _held = wait(&locks, "a", None, LONG).await.unwrap();
    let (waits, asker) = Asker::new();
    let waiting = wait(&locks, "a", Some(asker), LONG);
    drop(waits);
    let refused = waiting.await.err().unwrap();
    assert_eq!(refused.status, StatusCode::REQUEST_TIMEOUT);
}
