use std::future::{pending, ready};

use std::path::Path;

use super::error::explain;
use super::*;

#[tokio::test]
async fn a_store_that_has_stopped_ends_the_server_and_says_what_to_do() {
    let mut signals = Signals::catch().unwrap();
    let (stop, _) = watch::channel(false);
    let failed = ready("log: input/output error".to_owned());
    let ended = serve_until_told(pending(), failed, &mut signals, &stop).await;
    let said = ended.unwrap_err().to_string();
    assert!(said.contains("log: input/output error"), "{said}");
    assert!(said.contains("start again"), "{said}");
}

#[tokio::test]
async fn nothing_ends_by_itself() {
    let mut signals = Signals::catch().unwrap();
    let (stop, stopping) = watch::channel(false);
    let serving = serve_until_told(pending(), pending(), &mut signals, &stop);
    let moment = std::time::Duration::from_millis(50);
    tokio::time::timeout(moment, serving)
        .await
        .expect_err("neither told nor failed");
    assert!(!*stopping.borrow());
}

#[test]
fn what_keeps_a_store_from_opening_names_the_folder_once_and_what_to_do() {
    let path = Path::new("/srv/cairn");
    let full = storage_engine::Error::NoSpace {
        free: 0,
        reserve: 1,
    };
    let full_inodes = storage_engine::Error::Index("LOG: No space left on device".to_owned());
    for error in [full, full_inodes] {
        let said = explain(path, &error);
        assert!(said.contains("make room"), "{said}");
        assert_eq!(said.matches("/srv/cairn").count(), 1, "{said}");
    }
    let named = storage_engine::Error::Folder("/srv/cairn: it is somebody's".to_owned());
    assert_eq!(explain(path, &named).matches("/srv/cairn").count(), 1);
    let other = storage_engine::Error::Index("Corruption".to_owned());
    let said = explain(path, &other);
    assert!(
        said.contains("/srv/cairn") && !said.contains("make room"),
        "{said}"
    );
}

/// Never more than there is, with something left for the store, and for each of both.
#[test]
fn descriptors_are_enough_for_all_connections() {
    for (descriptors, of_s3, of_console) in [
        (65_536, 63_488, 1024),
        (8192, 6144, 1024),
        (4096, 2304, 768),
        (1024, 384, 128),
        (64, 24, 8),
    ] {
        let expected = Shares { of_s3, of_console };
        assert_eq!(shares(descriptors), expected, "{descriptors}");
    }
}
