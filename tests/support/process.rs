//! A child process whose output is collected while it runs.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::FOREVER;

/// Killed when dropped, also when a test panics: exactly this process, by its handle.
pub(crate) struct Process {
    child: Child,
    stdout: Arc<Output>,
    stderr: Arc<Output>,
    readers: Vec<JoinHandle<()>>,
}

pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

#[derive(Default)]
struct Output {
    text: Mutex<String>,
    grown: Condvar,
}

/// Fails unless a program, that `what` names, says that all was well; shows what it said.
pub(crate) fn succeeded(what: &str, done: &std::process::Output) -> String {
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let complained = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{what}:\n{said}\n{complained}");
    println!("{what}:\n{said}");
    said
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Process {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start {command:?}: {e}"));
        let (stdout, stderr) = (Arc::default(), Arc::default());
        let readers = vec![
            collect(child.stdout.take().unwrap(), &stdout),
            collect(child.stderr.take().unwrap(), &stderr),
        ];
        Process {
            child,
            stdout,
            stderr,
            readers,
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line of standard error that `find` makes something of.
    pub(crate) fn wait_for_log<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> T {
        let stderr = Arc::clone(&self.stderr);
        self.wait_for(&stderr, find)
    }

    /// Likewise one of standard output.
    pub(crate) fn wait_for_line<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> T {
        let stdout = Arc::clone(&self.stdout);
        self.wait_for(&stdout, find)
    }

    fn wait_for<T>(&mut self, output: &Output, find: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + FOREVER;
        loop {
            let text = output.text.lock().unwrap();
            if let Some(found) = text.lines().find_map(&find) {
                return found;
            }
            let (text, _) = output
                .grown
                .wait_timeout(text, Duration::from_millis(50))
                .unwrap();
            let text = text.clone();
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "ended with {ended:?}; it said:\n{text}");
            assert!(Instant::now() < deadline, "no such line in:\n{text}");
        }
    }

    /// Fails where it has ended by itself.
    #[track_caller]
    pub(crate) fn goes_on(&mut self) {
        let ended = self.child.try_wait().unwrap();
        assert!(ended.is_none(), "ended with {ended:?}");
    }

    pub(crate) fn signal(&self, signal: libc::c_int) {
        let id = libc::pid_t::try_from(self.child.id()).unwrap();
        // SAFETY: no memory is involved, and the child has not been waited for, so the id is its.
        let sent = unsafe { libc::kill(id, signal) };
        assert_eq!(sent, 0, "{}", std::io::Error::last_os_error());
    }

    /// Fails where the process has ended before, by itself.
    pub(crate) fn kill(self) {
        self.signal(libc::SIGKILL);
        let ended = self.wait();
        let signal = ended.status.signal();
        assert_eq!(signal, Some(libc::SIGKILL), "it said:\n{}", ended.stderr);
    }

    pub(crate) fn wait(mut self) -> Ended {
        let deadline = Instant::now() + FOREVER;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            let said = self.stderr.text.lock().unwrap().clone();
            assert!(Instant::now() < deadline, "does not end; it said:\n{said}");
            thread::sleep(Duration::from_millis(5));
        };
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        Ended {
            status,
            stdout: self.stdout.text.lock().unwrap().clone(),
            stderr: self.stderr.text.lock().unwrap().clone(),
        }
    }
}

/// The most memory a process has had resident so far.
pub(crate) fn peak_memory_bytes(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.unwrap().trim().trim_end_matches(" kB");
    kib.parse::<u64>().unwrap() << 10
}

/// Lets this process open as many files as it may: many connections have two ends.
pub(crate) fn allow_open_files() {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the pointer is to a live, writable rlimit, which the call fills.
    let asked = unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
    assert_eq!(asked, 0, "{}", std::io::Error::last_os_error());
    limit.rlim_cur = limit.rlim_max;
    // SAFETY: the pointer is to a live, initialised rlimit, which the call only reads.
    let raised = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    assert_eq!(raised, 0, "{}", std::io::Error::last_os_error());
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail where the process has ended already, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("it said:\n{}", self.stderr.text.lock().unwrap());
        }
    }
}

fn collect(source: impl Read + Send + 'static, output: &Arc<Output>) -> JoinHandle<()> {
    let output = Arc::clone(output);
    thread::spawn(move || {
        let mut lines = BufReader::new(source);
        let mut line = String::new();
        while matches!(lines.read_line(&mut line), Ok(1..)) {
            output.text.lock().unwrap().push_str(&line);
            output.grown.notify_all();
            line.clear();
        }
    })
}
