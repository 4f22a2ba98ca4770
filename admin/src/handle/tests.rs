use super::*;
use crate::answer::whole;

#[test]
fn memory_is_held_for_what_will_be_read() {
    for (coming, most, held) in [
        (Some(100), 1000, 100),
        (Some(1000), 1000, 1000),
        (None, 1000, 1000),
        // It is not wanted, and not read.
        (Some(8 << 20), 0, 0),
        (None, 0, 0),
    ] {
        assert_eq!(taken(coming, most).unwrap(), held, "{coming:?} of {most}");
    }
    let refused = taken(Some(1001), 1000).unwrap_err();
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(
        refused.message.contains("1000 bytes"),
        "{}",
        refused.message
    );
}

/// The audit log tells of it as of what failed, before the panic goes on.
#[tokio::test]
async fn a_panic_is_an_outcome() {
    let (outcome, panic) = caught(async { panic!("of ours") }).await;
    let refused = outcome.unwrap_err();
    assert_eq!(refused.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(*panic.unwrap().downcast::<&str>().unwrap(), "of ours");
    let (outcome, panic) = caught(async {
        let body = whole(Bytes::from_static(b"done")).collect().await;
        Ok(Response::new(AdminBody::full(body.unwrap().to_bytes())))
    })
    .await;
    assert!(outcome.is_ok() && panic.is_none());
}
