use super::*;

fn broken(what: &str) -> Error {
    Error::Index(what.into())
}

#[tokio::test]
async fn the_first_reason_stays_and_wakes_those_who_wait() {
    let failure = Failure::default();
    assert!(failure.check().is_ok());
    let waiting = tokio::spawn({
        let failure = failure.clone();
        async move { failure.wait().await }
    });
    failure.set(&broken("first"));
    let told = failure.set(&broken("second"));
    assert!(told.to_string().contains("first"));
    assert!(
        failure
            .check()
            .is_err_and(|e| e.to_string().contains("first"))
    );
    assert!(waiting.await.unwrap().contains("first"));
}
