use super::*;
use crate::route::ROUTES;

#[test]
fn every_document_can_be_read_and_set() {
    for (path, _) in DOCUMENTS {
        for method in [Method::GET, Method::PUT] {
            let route = ROUTES
                .iter()
                .find(|it| it.path == path && it.method == method);
            assert!(route.is_some(), "{method} {path}");
        }
    }
}

#[test]
fn parts_do_not_run_into_each_other() {
    assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
}
