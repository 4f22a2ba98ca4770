use super::*;
use futures_util::stream::pending;
use http_body::Frame;
use http_body_util::StreamBody;

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let never = || StreamBody::new(pending::<Result<Frame<Bytes>, _>>()).boxed_unsync();
    let moment = Duration::from_millis(10);
    let refused = arrived(never(), 10, moment).await.err().unwrap();
    assert_eq!(refused.status, StatusCode::REQUEST_TIMEOUT);
    // Where there is to be none, nobody looks.
    arrived(never(), 0, moment).await.unwrap();
    let long = arrived(whole(vec![0; 11].into()), 10, moment).await;
    assert_eq!(long.err().unwrap().status, StatusCode::PAYLOAD_TOO_LARGE);
}
