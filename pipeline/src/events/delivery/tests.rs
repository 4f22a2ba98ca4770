//! Delivery to a target that takes what the test wants it to take.

use super::*;
use crate::events::configuration::{Configuration, Rule, Service, TargetArn};
use crate::events::dead::{Waiting, letter_page, retry, waiting};
use crate::events::name::{EventName, EventPattern};
use crate::events::note::{Origin, notes};
use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use std::sync::Mutex;
use storage_engine::clock::ManualClock;
use storage_engine::{CreateBucket, NewObject, Notes, PutObject, StageOptions};

const TARGET: &str = "hook";

/// What a target says to a key.
type Say = fn(&str) -> Result<(), Undelivered>;

#[derive(Debug)]
struct Receiver {
    says: Mutex<Say>,
    /// Keys and sequencers of all that was told, answered or not.
    heard: Mutex<Vec<(String, String)>>,
}

fn yes(_: &str) -> Result<(), Undelivered> {
    Ok(())
}

fn down(_: &str) -> Result<(), Undelivered> {
    Err(Undelivered::Unreachable("down".into()))
}

impl Courier for Receiver {
    fn targets(&self) -> Vec<String> {
        vec![TARGET.into()]
    }

    fn send<'a>(&'a self, _: &'a str, message: Bytes) -> BoxFuture<'a, Result<(), Undelivered>> {
        let value: serde_json::Value = serde_json::from_slice(&message).unwrap();
        let object = &value["Records"][0]["s3"]["object"];
        let text = |name: &str| object[name].as_str().unwrap().to_owned();
        let (key, sequencer) = (text("key"), text("sequencer"));
        async move {
            tokio::task::yield_now().await;
            let answer = self.says.lock().unwrap()(&key);
            if answer.is_ok() {
                self.heard.lock().unwrap().push((key, sequencer));
            }
            answer
        }
        .boxed()
    }
}

struct Rig {
    engine: Arc<Engine>,
    clock: Arc<ManualClock>,
    receiver: Arc<Receiver>,
    delivery: Delivery,
    stop: watch::Sender<bool>,
}

impl Rig {
    async fn new(says: Say) -> Rig {
        let clock = Arc::new(ManualClock::default());
        clock.advance(1_700_000_000_000);
        let engine = Engine::in_memory(Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        let engine = Arc::new(engine);
        let create = CreateBucket {
            name: "bucket".into(),
            ..CreateBucket::default()
        };
        engine.create_bucket(create).await.unwrap();
        let receiver = Arc::new(Receiver {
            says: Mutex::new(says),
            heard: Mutex::default(),
        });
        let delivery = Delivery::new(
            Arc::clone(&engine),
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::clone(&receiver) as Arc<dyn Courier>,
            "us-east-1",
        );
        let patience = Patience {
            first_pause: Duration::from_millis(1),
            longest_pause: Duration::from_millis(4),
            refusals_max: 3,
            age_max: Duration::from_secs(60),
        };
        Rig {
            delivery: delivery.with_patience(patience),
            engine,
            clock,
            receiver,
            stop: watch::channel(false).0,
        }
    }

    async fn put(&self, key: &str) {
        let options = StageOptions {
            bucket: "bucket".into(),
            ..StageOptions::default()
        };
        let staged = self.engine.stage(options).await.unwrap().seal().await;
        let put = PutObject {
            bucket: "bucket".into(),
            key: Bytes::copy_from_slice(key.as_bytes()),
            object: NewObject::default(),
            conditions: Vec::new(),
            notes: asked(key),
        };
        self.engine.put_object(put, staged.unwrap()).await.unwrap();
    }

    /// Rounds until nothing is due for `Line` that is not paused.
    async fn rounds(&self, line: &mut Line, count: usize) {
        let stop = self.stop.subscribe();
        for _ in 0..count {
            self.delivery.round(line, &stop).await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn heard(&self) -> Vec<(String, String)> {
        self.receiver.heard.lock().unwrap().clone()
    }

    fn say(&self, says: Say) {
        *self.receiver.says.lock().unwrap() = says;
    }

    async fn left(&self) -> u64 {
        self.engine.count_events(TARGET, u64::MAX).await.unwrap()
    }

    async fn letters(&self) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let page = letter_page(&self.engine, None, None, 1000).await.unwrap();
        assert!(page.next.is_none());
        let letters = page.letters.into_iter();
        letters.map(|it| (text(&it.key), it.reason)).collect()
    }
}

fn asked(key: &str) -> Notes {
    let arn = format!("arn:cairn:sqs::{TARGET}:webhook");
    let rule = Rule {
        id: "rule".into(),
        target: TargetArn::parse(Service::Queue, &arn).unwrap(),
        events: vec![EventPattern::parse("s3:ObjectCreated:*").unwrap()],
        filter: None,
    };
    let configuration = Configuration { rules: vec![rule] };
    let events = [EventName::CreatedPut];
    notes(&configuration, key.as_bytes(), &events, || Origin {
        bucket: "bucket".into(),
        bucket_owner: "owner".into(),
        principal: "somebody".into(),
        address: "127.0.0.1".into(),
        request_id: "R".into(),
        host_id: "H".into(),
    })
}

fn is_ordered(heard: &[(String, String)], key: &str) -> bool {
    let own = heard.iter().filter(|(own, _)| own == key);
    let sequencers: Vec<&String> = own.map(|(_, sequencer)| sequencer).collect();
    sequencers.is_sorted() && !sequencers.is_empty()
}

#[tokio::test]
async fn everything_is_told_once_and_in_the_order_of_each_key() {
    let rig = Rig::new(yes).await;
    for number in 0..200 {
        rig.put(&format!("key{}", number % 7)).await;
    }
    let mut line = Line::new(TARGET);
    rig.rounds(&mut line, 5).await;
    assert_eq!(rig.left().await, 0);
    let heard = rig.heard();
    assert_eq!(heard.len(), 200);
    assert!((0..7).all(|number| is_ordered(&heard, &format!("key{number}"))));
    assert_eq!(rig.delivery.stats().told, 200);
    rig.put("late").await;
    rig.rounds(&mut line, 1).await;
    assert_eq!(rig.heard().len(), 201);
}

#[tokio::test]
async fn a_target_that_is_down_gets_everything_later() {
    let rig = Rig::new(down).await;
    for number in 0..100 {
        rig.put(&format!("key{}", number % 3)).await;
    }
    let mut line = Line::new(TARGET);
    rig.rounds(&mut line, 4).await;
    assert_eq!((rig.left().await, rig.heard().len()), (100, 0));
    assert!(rig.delivery.stats().failed >= 2);
    assert!(rig.letters().await.is_empty());
    let trouble = rig.delivery.troubles().remove(TARGET).unwrap();
    assert_eq!(
        (trouble.reason.as_str(), trouble.at),
        ("down", rig.clock.now())
    );
    assert!(trouble.again > trouble.at);
    rig.say(yes);
    rig.rounds(&mut line, 5).await;
    assert!(rig.delivery.troubles().is_empty());
    assert_eq!((rig.left().await, rig.heard().len()), (0, 100));
    assert!((0..3).all(|number| is_ordered(&rig.heard(), &format!("key{number}"))));
}

#[tokio::test]
async fn what_waited_too_long_dies_and_can_be_told_again() {
    let rig = Rig::new(down).await;
    rig.put("old").await;
    rig.clock.advance(50_000);
    rig.put("new").await;
    rig.clock.advance(20_000);
    let mut line = Line::new(TARGET);
    rig.rounds(&mut line, 1).await;
    assert_eq!(rig.letters().await, [("old".into(), "down".into())]);
    assert_eq!(rig.left().await, 1);
    assert_eq!(rig.delivery.stats().oldest_seconds, 70);

    // Its patience begins anew, or it would die at once.
    let other = retry(&rig.engine, rig.clock.as_ref(), Some("other")).await;
    assert_eq!(other.unwrap(), 0);
    assert_eq!(
        retry(&rig.engine, rig.clock.as_ref(), None).await.unwrap(),
        1
    );
    let mut line = Line::new(TARGET);
    rig.rounds(&mut line, 1).await;
    assert!(rig.letters().await.is_empty());
    assert_eq!(waiting(&rig.engine).await.unwrap()[0].events, 2);
    rig.say(yes);
    rig.rounds(&mut line, 3).await;
    assert_eq!(rig.heard().len(), 2);
}

/// Whoever drops the oldest of too many has to know how many there are.
#[tokio::test]
async fn what_was_thrown_away_is_not_counted_among_the_dead_letters() {
    let rig = Rig::new(down).await;
    let mut line = Line::new(TARGET);
    for key in ["a", "b"] {
        rig.put(key).await;
    }
    rig.clock.advance(61_000);
    rig.rounds(&mut line, 1).await;
    assert_eq!(line.dead_letters(0), Some(2));
    let delivery = Arc::new(rig.delivery);
    assert_eq!(delivery.discard("other").await.unwrap(), 0);
    assert_eq!(delivery.discard(TARGET).await.unwrap(), 2);
    assert!(waiting(&rig.engine).await.unwrap().is_empty());
    // Counted anew before the next one is added.
    assert_eq!(delivery.discards.load(Ordering::Relaxed), 2);
    assert_eq!(line.dead_letters(2), None);
    line.set_dead_letters(1, 2);
    assert_eq!(line.dead_letters(2), Some(1));
}

/// Below where the queue began, while its target pauses for five minutes: nobody would look there.
#[tokio::test]
async fn what_is_put_back_while_it_is_delivering_is_told_at_once() {
    let mut rig = Rig::new(down).await;
    rig.delivery.patience = Patience {
        age_max: Duration::from_secs(60),
        ..Patience::default()
    };
    for key in ["a", "b", "c"] {
        rig.put(key).await;
    }
    rig.clock.advance(61_000);
    rig.put("late").await;
    let (stop, delivery) = (rig.stop.subscribe(), Arc::new(rig.delivery));
    let serving = tokio::spawn({
        let delivery = Arc::clone(&delivery);
        async move { delivery.serve(stop).await }
    });
    let until = async |done: &dyn Fn(&[Waiting]) -> bool| {
        let wait = async {
            while !done(&waiting(&rig.engine).await.unwrap()) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), wait)
            .await
            .unwrap();
    };
    until(&|queues| queues.iter().any(|it| (it.events, it.given_up) == (1, 3))).await;
    let page = letter_page(&rig.engine, Some(TARGET), None, 2)
        .await
        .unwrap();
    let next = letter_page(&rig.engine, None, page.next, 2).await.unwrap();
    let letters: Vec<_> = page.letters.iter().chain(&next.letters).collect();
    let keys: Vec<_> = letters.iter().map(|letter| letter.key.clone()).collect();
    assert_eq!(keys, [b"a", b"b", b"c"]);
    assert!(letters.iter().all(|letter| letter.tries > 0), "{letters:?}");
    *rig.receiver.says.lock().unwrap() = yes;
    assert_eq!(delivery.retry(Some("other")).await.unwrap(), 0);
    assert_eq!(delivery.retry(Some(TARGET)).await.unwrap(), 3);
    until(&|queues| queues.is_empty()).await;
    let heard = rig.receiver.heard.lock().unwrap().clone();
    let keys: Vec<_> = heard.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys.len(), 4, "{keys:?}");
    rig.stop.send_replace(true);
    serving.await.unwrap();
}

/// Those of before `tries` was kept are read, and those of today are by who does not know it.
#[tokio::test]
async fn notes_say_how_often_they_were_tried_behind_all_else() {
    let rig = Rig::new(yes).await;
    rig.put("key").await;
    let event = rig.engine.events(TARGET, None, 1).await.unwrap().events;
    let note = event[0].row.note.clone();
    let mut told = Told::read(&note).unwrap();
    assert_eq!((told.tries, told.to_bytes()), (0, note.clone()));
    told.tries = 300;
    let longer = told.to_bytes();
    assert!(longer.starts_with(&note) && longer.len() == note.len() + 2);
    assert_eq!(Told::read(&longer), Some(told));
}

#[tokio::test]
async fn a_refused_event_holds_up_its_key_only_and_dies_alone() {
    let refuse: Say = |key| match key {
        "bad" => Err(Undelivered::Refused("status 400".into())),
        _ => Ok(()),
    };
    let rig = Rig::new(refuse).await;
    for key in ["bad", "good", "bad", "good"] {
        rig.put(key).await;
    }
    let mut line = Line::new(TARGET);
    rig.rounds(&mut line, 1).await;
    assert_eq!((rig.heard().len(), rig.left().await), (2, 2));
    // That others are taken does not hide it.
    rig.put("other").await;
    rig.rounds(&mut line, 1).await;
    assert_eq!(rig.delivery.troubles()[TARGET].reason, "status 400");
    rig.rounds(&mut line, 1).await;
    assert_eq!(rig.letters().await, [("bad".into(), "status 400".into())]);
    rig.say(yes);
    rig.rounds(&mut line, 2).await;
    assert_eq!((rig.heard().len(), rig.left().await), (4, 0));
    assert!(rig.delivery.troubles().is_empty());
}

#[tokio::test]
async fn a_note_that_cannot_be_read_dies_and_stops_nobody() {
    let rig = Rig::new(yes).await;
    rig.put("key").await;
    let mut event = rig.engine.events(TARGET, None, 1).await.unwrap().events;
    let mut event = event.remove(0);
    event.row.note = b"what is this".to_vec();
    rig.engine.move_event(TARGET, TARGET, event).await.unwrap();
    rig.put("key").await;
    let mut line = Line::new(TARGET);
    rig.rounds(&mut line, 3).await;
    assert_eq!((rig.heard().len(), rig.letters().await.len()), (1, 1));
}

#[tokio::test]
async fn events_of_targets_that_are_gone_wait_and_then_die() {
    let rig = Rig::new(yes).await;
    rig.put("key").await;
    rig.delivery.bury_orphans(&[]).await.unwrap();
    assert_eq!(rig.left().await, 1);
    rig.clock.advance(61_000);
    rig.delivery.bury_orphans(&[TARGET.into()]).await.unwrap();
    assert_eq!(rig.left().await, 1);
    rig.delivery.bury_orphans(&[]).await.unwrap();
    assert_eq!((rig.left().await, rig.letters().await.len()), (0, 1));
}

#[tokio::test]
async fn serving_tells_what_comes_and_stops_when_told() {
    let rig = Arc::new(Rig::new(yes).await);
    let serving = tokio::spawn({
        let (rig, stop) = (Arc::clone(&rig), rig.stop.subscribe());
        async move { rig.delivery.serve(stop).await }
    });
    for number in 0..20 {
        rig.put(&format!("key{number}")).await;
    }
    let all = async {
        while rig.heard().len() < 20 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(4), all)
        .await
        .unwrap();
    rig.stop.send_replace(true);
    serving.await.unwrap();
}

#[test]
fn pauses_double_up_to_a_bound() {
    let patience = Patience::default();
    let pauses = [1, 2, 3, 9, 40].map(|failures| patience.pause(failures).as_secs());
    assert_eq!(pauses, [1, 2, 4, 256, 300]);
}
