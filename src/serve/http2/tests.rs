use super::*;
use crate::serve::Slots;

fn limits(head: Duration, progress: Duration) -> ServeLimits {
    ServeLimits {
        head_wait_max: head,
        progress_wait_max: progress,
        ..ServeLimits::new(Slots::new(1))
    }
}

const NEVER: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_connection_is_idle_stalled_or_alive() {
    let activity = Arc::new(Activity::new());
    let (at_once, patient) = (limits(Duration::ZERO, Duration::ZERO), limits(NEVER, NEVER));
    let soon = Duration::from_millis(5);
    time::sleep(soon).await;
    assert_eq!(activity.state(&patient), State::Alive);
    assert_eq!(activity.state(&at_once), State::Idle);

    let running = Running::begin(&activity);
    time::sleep(soon).await;
    assert_eq!(
        activity.state(&at_once),
        State::Alive,
        "the server is at it"
    );

    let answer = async { Response::new(http_body_util::Full::from("answer")) };
    let answer = running.answering(answer).await;
    time::sleep(soon).await;
    assert_eq!(activity.state(&at_once), State::Stalled, "nobody takes it");
    assert_eq!(activity.state(&patient), State::Alive);

    drop(answer);
    assert_eq!(activity.answers.load(Ordering::Relaxed), 0);
    assert_eq!(activity.running.load(Ordering::Relaxed), 0);
}
