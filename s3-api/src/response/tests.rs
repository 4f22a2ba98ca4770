use super::*;
use http_body_util::BodyExt;

#[tokio::test]
async fn bodies_know_their_length() {
    let body = ResponseBody::full(Bytes::from_static(b"abc"));
    assert_eq!(body.size_hint().exact(), Some(3));
    assert!(!body.is_end_stream());
    assert_eq!(body.collect().await.unwrap().to_bytes(), "abc");
    assert!(ResponseBody::full(Bytes::new()).is_end_stream());
    assert_eq!(ResponseBody::empty().size_hint().exact(), Some(0));
}
