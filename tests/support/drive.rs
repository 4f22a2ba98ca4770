//! Real file systems that are small, or become read-only, each for one test: mounted where nobody
//! else sees them, and gone with it.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A mounted file system in a mount namespace of its own. A process that does nothing holds the
/// namespace: when it ends, the kernel unmounts.
pub(crate) struct Drive {
    holder: Child,
    user_namespace: bool,
    place: tempfile::TempDir,
}

/// Why this machine lets nobody mount anything here.
#[derive(Debug)]
pub(crate) struct Refused(String);

impl Drive {
    /// In memory, of a size: mount options such as `size=64m,nr_inodes=100`.
    pub(crate) fn in_memory(options: &str) -> Result<Drive, Refused> {
        Drive::mount("mount -t tmpfs -o \"$2\" none \"$1\"", options)
    }

    /// A file with ext4 in it, behind a loop device: for this one must be root.
    pub(crate) fn ext4(size: &str) -> Result<Drive, Refused> {
        if !is_root() {
            return Err(Refused("only root has loop devices".to_owned()));
        }
        let script = "truncate -s \"$2\" \"$1.image\" && mkfs.ext4 -q \"$1.image\" && \
             mount -o loop,errors=remount-ro \"$1.image\" \"$1\"";
        Drive::mount(script, size)
    }

    fn mount(script: &str, argument: &str) -> Result<Drive, Refused> {
        let user_namespaces: &[bool] = if is_root() { &[false, true] } else { &[true] };
        let mut refused = Refused(String::new());
        for &user_namespace in user_namespaces {
            match Drive::mount_within(user_namespace, script, argument) {
                Ok(drive) => return Ok(drive),
                Err(Refused(why)) => refused.0.push_str(&why),
            }
        }
        Err(refused)
    }

    fn mount_within(user_namespace: bool, script: &str, argument: &str) -> Result<Drive, Refused> {
        let place = tempfile::tempdir().unwrap();
        let at = place.path().join("drive");
        fs::create_dir(&at).unwrap();
        let mut command = Command::new("unshare");
        command.arg("--mount");
        if user_namespace {
            command.args(["--user", "--map-root-user"]);
        }
        // The last command runs until its input ends, which this process holds.
        let script = format!("{script} && echo mounted && exec cat");
        let mut holder = command
            .args(["sh", "-c", &script, "sh"])
            .arg(&at)
            .arg(argument)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| Refused(format!("unshare: {e}")))?;
        let mut line = String::new();
        let mut lines = BufReader::new(holder.stdout.take().unwrap());
        lines.read_line(&mut line).unwrap();
        if line == "mounted\n" {
            return Ok(Drive {
                holder,
                user_namespace,
                place,
            });
        }
        let ended = holder.wait_with_output().unwrap();
        Err(Refused(String::from_utf8_lossy(&ended.stderr).into_owned()))
    }

    /// Where it is mounted, for those inside.
    pub(crate) fn path(&self) -> PathBuf {
        self.place.path().join("drive")
    }

    /// The same file system, for those outside.
    pub(crate) fn seen_from_outside(&self) -> PathBuf {
        let path = self.path();
        let root = Path::new("/proc").join(self.holder.id().to_string());
        root.join("root").join(path.strip_prefix("/").unwrap())
    }

    /// The same command, run where the drive is mounted. It keeps its process id and its signals.
    pub(crate) fn inside(&self, command: &Command) -> Command {
        let mut inside = Command::new("nsenter");
        let holder = self.holder.id().to_string();
        inside.args(["--target", &holder, "--mount"]);
        if self.user_namespace {
            inside.args(["--user", "--preserve-credentials"]);
        }
        inside.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => inside.env(name, value),
                None => inside.env_remove(name),
            };
        }
        inside
    }

    /// Runs a line of shell inside, with the drive's path as `$1`. It must succeed.
    pub(crate) fn shell(&self, line: &str) -> Output {
        let mut shell = Command::new("sh");
        shell.args(["-c", line, "sh"]).arg(self.path());
        let done = self.inside(&shell).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{line}: {said}");
        done
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        // Both fail where it has ended already, which is fine.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

impl Refused {
    /// Says that a test was not run. Past the runner's capture of what passing tests print: a test
    /// that did nothing must not look like one that passed.
    pub(crate) fn skip(&self, test: &str) {
        let why = self.0.trim().replace('\n', "; ");
        let _ = writeln!(
            io::stderr(),
            "SKIPPED {test}: needs root, or user namespaces, to mount a drive of its own: {why}"
        );
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}
