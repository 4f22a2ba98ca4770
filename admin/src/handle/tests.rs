use super::*;
use crate::answer::whole;

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
