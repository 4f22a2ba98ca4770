use super::*;
use crate::error::{Code, S3Error};
use crate::response::{Kind, ResponseBody};
use crate::xml::writer::Writer;
use http_body::Body;
use http_body_util::BodyExt;
use tokio::sync::oneshot;

/// A body whose document is made when the test says so.
fn body() -> (oneshot::Sender<Bytes>, ResponseBody) {
    let (end, made) = oneshot::channel::<Bytes>();
    let making = Box::pin(async move { made.await.unwrap() });
    let late = Late::new(Duration::from_millis(1), making);
    (end, Kind::Late(Box::new(late)).into())
}

async fn piece(body: &mut ResponseBody) -> Bytes {
    let frame = body.frame().await.unwrap();
    frame.unwrap().into_data().unwrap()
}

/// Answers and refusals begin alike.
fn documents() -> [Bytes; 2] {
    let refusal = S3Error::new(Code::NoSuchUpload);
    [
        Writer::document("CopyObjectResult").finish(),
        refusal.document("/bucket/key", "request", "host"),
    ]
}

#[tokio::test]
async fn spaces_come_behind_the_declaration_until_the_document_is_made() {
    for document in documents() {
        let (end, mut body) = body();
        assert_eq!(body.size_hint().exact(), None);
        assert_eq!(piece(&mut body).await, DECLARATION);
        for _ in 0..3 {
            assert_eq!(piece(&mut body).await, " ");
        }
        end.send(document.clone()).unwrap();
        assert_eq!(piece(&mut body).await, document[DECLARATION.len()..]);
        assert!(document.starts_with(DECLARATION));
        assert!(body.is_end_stream());
        assert!(body.frame().await.is_none());
    }
}

#[tokio::test]
async fn a_document_that_is_there_at_once_is_whole() {
    let (end, mut body) = body();
    let [document, _] = documents();
    end.send(document.clone()).unwrap();
    assert_eq!(piece(&mut body).await, document);
}
