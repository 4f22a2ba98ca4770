use super::*;

#[tokio::test]
async fn what_a_killed_server_left_is_replaced_and_nothing_else() {
    let place = tempfile::tempdir().unwrap();
    let path = path_in(place.path()).unwrap();
    // Bound and never removed, as by a process that was killed.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let socket = AdminSocket::open(place.path()).unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let (theirs, _) = tokio::join!(socket.listener.accept(), UnixStream::connect(&path));
    assert!(socket.lets_in(&theirs.unwrap().0), "this is its owner");
    drop(socket);
    assert!(!path.exists());

    fs::write(&path, "something").unwrap();
    let taken = AdminSocket::open(place.path()).unwrap_err();
    assert!(matches!(taken, SocketError::Taken), "{taken}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "something");
}

#[tokio::test]
async fn somebody_else_is_not_let_in() {
    let place = tempfile::tempdir().unwrap();
    let mut socket = AdminSocket::open(place.path()).unwrap();
    let path = socket.path.clone();
    let (theirs, _) = tokio::join!(socket.listener.accept(), UnixStream::connect(&path));
    let theirs = theirs.unwrap().0;
    let me = theirs.peer_cred().unwrap().uid();
    socket.owner = me + 1;
    assert_eq!(socket.lets_in(&theirs), me == ROOT);
}

#[test]
fn a_path_that_is_too_long_is_told() {
    let long = "x".repeat(200);
    let error = path_in(Path::new(&long)).unwrap_err();
    assert!(error.to_string().contains("211 bytes"), "{error}");
}
