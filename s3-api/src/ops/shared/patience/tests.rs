use super::*;
use tokio::sync::oneshot;

const SHORT: Duration = Duration::from_millis(1);

#[tokio::test]
async fn what_is_quick_is_waited_for_and_the_rest_goes_on() {
    let soon = wait_for(Duration::from_secs(10), async { 1 }).await;
    assert!(matches!(soon, Waited::Soon(1)));
    let (end, work) = oneshot::channel();
    let Waited::Late(work) = wait_for(SHORT, work).await else {
        panic!("nothing has ended yet");
    };
    end.send(2).unwrap();
    assert_eq!(work.await, Ok(2));
}
