use std::sync::Mutex;
use std::time::Instant;

use tracing::span;

use super::super::conformance::wait;
use super::*;

/// Rings may be forbidden where tests run; a test that needs one says so and ends there.
fn ring(folder: &Path) -> Option<RingHandle> {
    match Ring::start(folder) {
        Ring::Available(ring) => Some(ring),
        Ring::Refused(reason) => {
            eprintln!("no ring here ({reason}), nothing to test");
            None
        }
    }
}

fn file(folder: &Path) -> File {
    let mut options = OpenOptions::new();
    let path = folder.join("f");
    options
        .read(true)
        .write(true)
        .create_new(true)
        .open(path)
        .unwrap()
}

/// Descriptors of this process that lead to the file.
fn descriptors(folder: &Path) -> usize {
    let path = folder.join("f");
    let entries = fs::read_dir("/proc/self/fd").unwrap();
    let targets = entries.filter_map(|entry| fs::read_link(entry.unwrap().path()).ok());
    targets.filter(|target| *target == path).count()
}

fn eventually(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_a_refusal() {
    let folder = tempfile::tempdir().unwrap();
    match Ring::start(&folder.path().join("missing")) {
        Ring::Refused(reason) => assert!(!reason.is_empty()),
        Ring::Available(_) => panic!("the probe did not do what it says"),
    }
}

#[test]
fn the_probe_leaves_nothing_behind_and_clears_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(PROBE_FILE_NAME), b"from an earlier life").unwrap();
    drop(Ring::start(folder.path()));
    // A probe that was given up ends all the same.
    eventually("the folder is empty", || {
        fs::read_dir(folder.path()).unwrap().count() == 0
    });
}

#[test]
fn descriptors_go_with_their_file_and_the_thread_with_its_handles() {
    let folder = tempfile::tempdir().unwrap();
    let Some(ring) = ring(folder.path()) else {
        return;
    };
    let file = file(folder.path());
    let adopted = ring.adopt(&file).unwrap();
    file.write_all_at(b"ring", 0).unwrap();
    let block = wait(adopted.read(BlockPool::new(1, 0).take(), 0, 4, 0)).unwrap();
    assert_eq!(block[..4], *b"ring");
    assert_eq!(descriptors(folder.path()), 2);
    drop(adopted);
    eventually("the ring closes its own", || {
        descriptors(folder.path()) == 1
    });

    let adopted = ring.adopt(&file).unwrap();
    let requests = ring.requests.downgrade();
    drop(ring);
    assert!(adopted.is_alive());
    drop(adopted);
    assert!(requests.upgrade().is_none());
    eventually("the thread ends", || descriptors(folder.path()) == 1);
}

#[test]
fn a_dead_thread_is_an_error_and_not_a_wait() {
    let (requests, received) = unbounded_channel();
    let ring = RingHandle {
        requests,
        permits: Arc::new(Semaphore::new(RING_OPS_MAX as usize)),
        next_file: Arc::new(AtomicU64::new(0)),
    };
    let folder = tempfile::tempdir().unwrap();
    let adopted = ring.adopt(&file(folder.path())).unwrap();
    let pool = BlockPool::new(1, 0);
    let waiting = adopted.read(pool.take(), 0, 1, 0);
    assert!(adopted.is_alive());
    // What an unwinding thread does: requests are dropped, those it took already never answer.
    let mut received = received;
    let taken = [received.try_recv().unwrap(), received.try_recv().unwrap()];
    drop(received);
    assert!(!adopted.is_alive());
    assert!(wait(waiting).is_err());
    assert!(wait(adopted.read(pool.take(), 0, 1, 0)).is_err());
    assert!(ring.adopt(&file_of(&taken)).is_err());
}

fn file_of(taken: &[Request]) -> File {
    let adopted = taken.iter().find_map(|request| match request {
        Request::Adopt { file, .. } => Some(file.try_clone().unwrap()),
        _ => None,
    });
    adopted.unwrap()
}

#[test]
fn interruptions_are_bounded() {
    let mut interruptions = 0;
    let again = || io::Error::from_raw_os_error(libc::EAGAIN);
    for _ in 0..INTERRUPTIONS_MAX {
        allow_interruption(again(), &mut interruptions).unwrap();
    }
    allow_interruption(again(), &mut interruptions).unwrap_err();
    let error = io::Error::from_raw_os_error(libc::EIO);
    allow_interruption(error, &mut 0).unwrap_err();
}

/// A subscriber that counts lines; the crate for that is not among the dependencies.
#[derive(Default)]
struct Lines(Arc<Mutex<Vec<tracing::Level>>>);

impl tracing::Subscriber for Lines {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        self.0.lock().unwrap().push(*event.metadata().level());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[test]
fn the_outcome_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("missing")] {
        let lines = Arc::default();
        tracing::subscriber::with_default(Lines(Arc::clone(&lines)), || drop(Ring::start(&path)));
        assert_eq!(*lines.lock().unwrap(), [tracing::Level::INFO]);
    }
}
