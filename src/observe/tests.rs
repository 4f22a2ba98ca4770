use std::collections::VecDeque;
use std::io;

use http_body_util::BodyExt;

use super::*;

/// A body of the given pieces; its length is not announced.
struct Pieces(VecDeque<io::Result<&'static str>>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let next = self.0.pop_front();
        Poll::Ready(
            next.map(|piece| piece.map(|text| Frame::data(Bytes::from_static(text.as_bytes())))),
        )
    }
}

fn outcome() -> Outcome {
    Outcome {
        operation: "GetObject",
        error: "",
    }
}

fn begin(metrics: &Arc<Metrics>, method: Method) -> Observation {
    let request = Request::builder().method(method).uri("/bucket/key");
    let mut request = request.body(()).unwrap();
    let id = RequestId::default();
    Observation::begin(metrics, Interface::S3, id, &mut request)
}

async fn observed(
    metrics: &Arc<Metrics>,
    pieces: Vec<io::Result<&'static str>>,
) -> Response<Observed<Pieces>> {
    begin(metrics, Method::GET)
        .of(async {
            (
                Response::new(AnswerBody::Streamed(Pieces(pieces.into()))),
                outcome(),
            )
        })
        .await
}

fn has(metrics: &Metrics, line: &str) -> bool {
    metrics
        .render(&storage_engine::EngineStats::default())
        .unwrap()
        .lines()
        .any(|l| l == line)
}

const COUNTED: &str = "cairn_requests_total{error=\"\",operation=\"GetObject\",status=\"200\"} 1";

#[tokio::test]
async fn an_answer_counts_when_its_body_is_gone() {
    let metrics = Metrics::new().unwrap();
    let answer = observed(&metrics, vec![Ok("one"), Ok("two")]).await;
    assert!(has(&metrics, "cairn_requests_in_flight 1"));
    assert!(!has(&metrics, COUNTED));
    assert_eq!(
        answer.into_body().collect().await.unwrap().to_bytes(),
        "onetwo"
    );
    assert!(has(&metrics, "cairn_requests_in_flight 0"));
    assert!(has(&metrics, COUNTED));
    assert!(has(&metrics, "cairn_broken_answers_total 0"));
}

#[tokio::test]
async fn an_abandoned_answer_counts_as_well() {
    let metrics = Metrics::new().unwrap();
    let mut body = observed(&metrics, vec![Ok("one"), Ok("two")])
        .await
        .into_body();
    body.frame().await.unwrap().unwrap();
    assert!(!body.record.answer.as_ref().unwrap().is_complete());
    drop(body);
    assert!(has(&metrics, COUNTED));
    assert!(has(&metrics, "cairn_requests_in_flight 0"));
    assert!(has(&metrics, "cairn_broken_answers_total 0"));
}

#[tokio::test]
async fn a_body_that_fails_is_a_broken_answer() {
    let metrics = Metrics::new().unwrap();
    let pieces = vec![Ok("one"), Err(io::Error::other("damaged"))];
    let answer = observed(&metrics, pieces).await;
    let failed = answer.into_body().collect().await.unwrap_err();
    assert_eq!(failed.to_string(), "damaged");
    assert!(has(&metrics, "cairn_broken_answers_total 1"));
}

#[tokio::test]
async fn a_panic_is_a_500_and_is_counted() {
    let metrics = Metrics::new().unwrap();
    let observation = begin(&metrics, Method::PUT);
    let answer = observation
        .of(async { panic!("a bug") as (Response<AnswerBody<Pieces>>, Outcome) })
        .await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let text = answer.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(text, "internal error\n");
    assert!(has(&metrics, "cairn_panics_total 1"));
    assert!(has(&metrics, "cairn_requests_in_flight 0"));
}

#[tokio::test]
async fn a_body_of_known_length_is_complete_without_being_asked_for_its_end() {
    let metrics = Metrics::new().unwrap();
    let observe = |method: Method| {
        begin(&metrics, method).of(async {
            (
                Response::new(AnswerBody::Streamed(Full::from("1234"))),
                outcome(),
            )
        })
    };
    let mut body = observe(Method::GET).await.into_body();
    assert!(!body.record.answer.as_ref().unwrap().is_complete());
    body.frame().await.unwrap().unwrap();
    assert!(body.record.answer.as_ref().unwrap().is_complete());
    let body = observe(Method::HEAD).await.into_body();
    assert!(
        body.record.answer.as_ref().unwrap().is_complete(),
        "no byte of it is ever sent"
    );
}
