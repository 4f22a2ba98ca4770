use std::collections::HashSet;

use super::*;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn write(folder: &Path, text: &str, mode: u32) {
    let path = folder.join(FILE);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn made_once_and_then_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (made, new) = load_or_create(folder.path()).unwrap();
    assert!(new);
    assert_eq!(mode_of(&folder.path().join(FILE)), 0o600);
    let (again, new) = load_or_create(folder.path()).unwrap();
    assert!(!new);
    assert_eq!(again, made);
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, [FILE], "nothing else is left behind");
}

#[test]
fn made_ones_are_valid_and_differ() {
    let mut seen = HashSet::new();
    for _ in 0..100 {
        let made = RootCredential::generate().unwrap();
        assert_eq!(made.user.len(), USER_SYMBOLS_MADE);
        assert_eq!(made.password.len(), PASSWORD_SYMBOLS_MADE);
        assert!(seen.insert(made.password.clone()));
        RootCredential::new(made.user, made.password).unwrap();
    }
}

#[test]
fn a_crash_between_writing_and_moving_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(format!("{FILE}.new")), "{\"vers").unwrap();
    let (_, new) = load_or_create(folder.path()).unwrap();
    assert!(new);
    assert!(!folder.path().join(format!("{FILE}.new")).exists());
    load_or_create(folder.path()).unwrap();
}

#[test]
fn a_file_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    load_or_create(folder.path()).unwrap();
    let path = folder.path().join(FILE);
    for mode in [0o640, 0o604, 0o620, 0o644, 0o601] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let refused = load_or_create(folder.path()).unwrap_err();
        assert!(matches!(refused, SecretFileError::Exposed { mode: m, .. } if m == mode));
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
    }
}

#[test]
fn a_damaged_file_is_refused_and_kept() {
    let good = |access: &str, secret: &str| {
        format!("{{\"version\":1,\"access_key\":\"{access}\",\"secret_key\":\"{secret}\"}}")
    };
    let damaged = [
        String::new(),
        "{".to_owned(),
        "[]".to_owned(),
        good("ab", "long enough"),
        good("abc", "short"),
        good("abc", "long enough").replace(":1", ":2"),
        good("abc", "long enough").replace("version", "wersion"),
        " ".repeat(5000) + &good("abc", "long enough"),
    ];
    for text in damaged {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &text, 0o600);
        let refused = load_or_create(folder.path()).unwrap_err();
        assert!(matches!(refused, SecretFileError::Unreadable { .. }));
        assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), text);
    }
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &good("abc", "long enough"), 0o600);
    load_or_create(folder.path()).unwrap();
}

#[test]
fn what_is_no_plain_file_is_refused_or_replaced() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(FILE)).unwrap();
    assert!(matches!(
        load_or_create(folder.path()),
        Err(SecretFileError::Unreadable { .. })
    ));

    // A link to nowhere is replaced by the file itself: nothing is written through it.
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("elsewhere");
    symlink(&elsewhere, folder.path().join(FILE)).unwrap();
    load_or_create(folder.path()).unwrap();
    assert!(!elsewhere.exists());
}

#[test]
fn names_and_passwords_are_checked() {
    let new = |user: &str, password: &str| RootCredential::new(user.into(), password.into());
    assert!(new("root", "12345678").is_ok());
    assert!(new("a.b_c@d+e-f", "with space ~!").is_ok());
    assert_eq!(new("ab", "12345678"), Err(Invalid::UserLength(2)));
    assert_eq!(
        new(&"a".repeat(129), "12345678"),
        Err(Invalid::UserLength(129))
    );
    for user in ["a/b", "a,b", "a b", "a=b", "a\nb", "äöü"] {
        assert_eq!(new(user, "12345678"), Err(Invalid::UserSymbol));
    }
    assert_eq!(new("root", "1234567"), Err(Invalid::PasswordLength(7)));
    assert_eq!(new("root", "1234567\t"), Err(Invalid::PasswordSymbol));
}

#[test]
fn the_secret_is_not_in_debug_output() {
    let credential = RootCredential::new("root".into(), "12345678".into()).unwrap();
    assert!(!format!("{credential:?}").contains("12345678"));
}
