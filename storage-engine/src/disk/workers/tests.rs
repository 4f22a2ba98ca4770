use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn results_and_errors_come_back() {
    let workers = Workers::start().unwrap();
    let sum = runtime().block_on(workers.run(|| Ok(2 + 3))).unwrap();
    assert_eq!(sum, 5);
    let failed = workers.run(|| Err::<(), _>(io::Error::from_raw_os_error(libc::EIO)));
    let error = runtime().block_on(failed).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EIO));
}

#[test]
fn a_panic_is_an_error_and_the_threads_stay() {
    let workers = Workers::start().unwrap();
    let runtime = runtime();
    for _ in 0..2 * WORKER_THREADS_MAX {
        let panicked = workers.run(|| -> io::Result<()> { panic!("expected by the test") });
        assert!(runtime.block_on(panicked).is_err());
    }
    assert_eq!(runtime.block_on(workers.run(|| Ok(1))).unwrap(), 1);
    assert_eq!(workers.permits.available_permits(), WORKER_OPS_MAX);
}

#[test]
fn operations_beyond_the_bound_wait_and_then_run() {
    let workers = Workers::start().unwrap();
    let (release, gate) = std::sync::mpsc::channel::<()>();
    let gate = Arc::new(std::sync::Mutex::new(gate));
    let ran = Arc::new(AtomicUsize::new(0));
    let operations = WORKER_OPS_MAX + 40;
    let futures: Vec<_> = (0..operations)
        .map(|_| {
            let (gate, ran) = (Arc::clone(&gate), Arc::clone(&ran));
            workers.run(move || {
                let _ = gate.lock().unwrap().recv();
                ran.fetch_add(1, Ordering::Relaxed);
                Ok(())
            })
        })
        .collect();
    assert_eq!(workers.permits.available_permits(), 0);
    assert_eq!(ran.load(Ordering::Relaxed), 0);
    drop(release);
    runtime().block_on(async {
        for future in futures {
            future.await.unwrap();
        }
    });
    assert_eq!(ran.load(Ordering::Relaxed), operations);
}

#[test]
fn a_dropped_future_does_not_stop_a_started_operation() {
    let workers = Workers::start().unwrap();
    let (done, seen) = std::sync::mpsc::channel();
    drop(workers.run(move || {
        let _ = done.send(());
        Ok(())
    }));
    seen.recv_timeout(Duration::from_secs(10)).unwrap();
}
