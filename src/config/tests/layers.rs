//! Which value counts, where it comes from, and what is said of one that cannot.

use super::*;

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let place = tempfile::tempdir().unwrap();
    let path = file(
        place.path(),
        "region = \"file\"\n# of the file alone\nsigv2 = true\n\nlog-level = \"warn\"\n",
    );
    let effective = gather(
        &["--data", "d", "--config", &path, "--region", "flag"],
        &[("CAIRN_REGION", "env"), ("CAIRN_LOG_LEVEL", "error")],
    );
    let both = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    assert_eq!(value(&effective, "region"), both("flag", "--region"));
    assert_eq!(
        value(&effective, "log-level"),
        both("error", "CAIRN_LOG_LEVEL")
    );
    assert_eq!(
        value(&effective, "sigv2"),
        both("true", &format!("{path}:3"))
    );
    assert_eq!(
        value(&effective, "listen"),
        both("127.0.0.1:9000", "default")
    );
    assert_eq!(effective.check().unwrap().region, "flag");
}

#[test]
fn the_file_is_named_or_lies_in_the_data_folder() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().to_str().unwrap();
    fs::write(place.path().join("config.toml"), "region = \"beside\"").unwrap();
    let region = |effective: Effective| effective.check().unwrap().region;
    assert_eq!(region(gather(&["--data", data], &[])), "beside");
    assert_eq!(region(gather(&[], &[("CAIRN_DATA", data)])), "beside");
    let named = file(place.path(), "region = \"named\"");
    let variable = ("CAIRN_CONFIG", named.as_str());
    assert_eq!(region(gather(&["--data", data], &[variable])), "named");
    let other = place.path().join("config.toml");
    let flags = ["--data", data, "--config", other.to_str().unwrap()];
    assert_eq!(region(gather(&flags, &[variable])), "beside");
    // One that is named has to be there.
    let missing = [("CAIRN_CONFIG", "/nowhere/settings.toml")];
    let refused = fault(gather(&["--data", data], &missing).check());
    assert!(refused.starts_with("/nowhere/settings.toml: "), "{refused}");
}

#[test]
fn every_kind_of_value_is_read_from_a_file() {
    let place = tempfile::tempdir().unwrap();
    let path = file(
        place.path(),
        r#"
data = "store"
listen = ["127.0.0.1:1", "127.0.0.1:2"]
domain = "s3.example.com"
sigv2 = true
access-log-interval = 1_000
object-ownership = "ObjectWriter"
root-user = "root"
root-password = "long enough"

[webhook]
photos = "https://example.com/in"
mail = "http://localhost:1"

[webhook-token]
photos = "secrets/photos"
"#,
    );
    let config = gather(&["--config", &path], &[]).check().unwrap();
    assert_eq!(config.data, place.path().join("store"), "beside the file");
    assert_eq!(config.listen.len(), 2);
    assert_eq!(config.access_log_interval, Duration::from_secs(1000));
    assert_eq!(config.root.unwrap().user(), "root");
    let mut webhooks = config.webhooks.iter();
    let photos = webhooks.find(|webhook| webhook.name == "photos").unwrap();
    assert_eq!(photos.token, Some(place.path().join("secrets/photos")));
}

#[test]
fn everything_that_is_wrong_with_a_file_is_told_with_its_line() {
    let place = tempfile::tempdir().unwrap();
    let path = file(
        place.path(),
        "region = \"eu west\"\nlissten = \"127.0.0.1:1\"\nsigv2 = \"yes\"\naccess-log-interval = 0\nxyz = 1\n",
    );
    let faults = Effective::of_file(Path::new(&path)).faults();
    let mut told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    told.sort();
    let expected = [
        ":1: region \"eu west\": expected letters, digits and hyphens, at most 64",
        ":2: there is no setting \"lissten\"; did you mean listen?",
        ":3: sigv2: expected true or false, this is of type string",
        ":4: access-log-interval \"0\": expected a whole number, 1 to 86400",
        ":5: there is no setting \"xyz\"",
    ];
    assert_eq!(told, expected.map(|what| format!("{path}{what}")));
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    let place = tempfile::tempdir().unwrap();
    let path = file(place.path(), "region = \"a\"\nlisten = [\n");
    let faults = Effective::of_file(Path::new(&path)).faults();
    assert!(!faults.is_empty());
    let place = |fault: &Fault| fault.to_string().starts_with(&format!("{path}:"));
    assert!(faults.iter().all(place), "{faults:?}");
    let path = file(
        Path::new(&path).parent().unwrap(),
        "region = \"a\"\nregion = \"b\"\n",
    );
    let faults = Effective::of_file(Path::new(&path)).faults();
    assert!(
        faults[0].to_string().contains(":2: duplicate key"),
        "{faults:?}"
    );
}

#[test]
fn a_file_with_a_secret_is_for_its_owner_alone() {
    let place = tempfile::tempdir().unwrap();
    let path = file(
        place.path(),
        "root-user = \"root\"\nroot-password = \"a secret\"\n",
    );
    let faults = || Effective::of_file(Path::new(&path)).faults();
    assert_eq!(faults(), []);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let told = faults()[0].to_string();
    assert!(
        told.contains("chmod 600") && told.contains("root-password"),
        "{told}"
    );
    assert!(!told.contains("a secret"), "{told}");
}

#[test]
fn secrets_are_not_repeated_in_what_is_wrong() {
    let place = tempfile::tempdir().unwrap();
    let path = file(
        place.path(),
        "root-user = \"root\"\nroot-password = \"secret\"\n",
    );
    let told = format!("{:?}", Effective::of_file(Path::new(&path)).faults());
    assert!(told.contains("8 to 128"), "{told}");
    assert!(!told.contains("\"secret"), "{told}");
}

#[test]
fn a_long_file_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let path = file(place.path(), &"#".repeat(2 << 20));
    let faults = Effective::of_file(Path::new(&path)).faults();
    assert!(faults[0].to_string().contains("longer than"), "{faults:?}");
}

#[test]
fn names_of_another_product_are_understood_and_ours_win() {
    let theirs = [
        ("MINIO_ROOT_USER", "theirs"),
        ("MINIO_ROOT_PASSWORD", "long enough"),
    ];
    let effective = gather(&["--data", "d"], &theirs);
    assert_eq!(value(&effective, "root-user").1, "MINIO_ROOT_USER");
    assert_eq!(effective.check().unwrap().root.unwrap().user(), "theirs");
    let both = [&theirs[..], &[("CAIRN_ROOT_USER", "ours")]].concat();
    let root = gather(&["--data", "d"], &both).check().unwrap().root;
    assert_eq!(root.unwrap().user(), "ours");
}

#[test]
fn a_server_wants_a_data_folder() {
    let refused = fault(gather(&[], &[]).check());
    assert!(
        refused.contains("--data") && refused.contains("CAIRN_DATA"),
        "{refused}"
    );
}

#[test]
fn unknown_variables_are_noticed_and_those_of_others_left_alone() {
    let names = [
        "CAIRN_LISEN",
        "CAIRN_LISTEN",
        "CAIRN_CONFIG",
        "CAIRN_SERVICE_HOST",
        "CAIRN_SERVICE_PORT_S3",
        "CAIRN_PORT",
        "CAIRN_PORT_9000_TCP",
        "CAIRN_PORT_9000_TCP_ADDR",
        "CAIRN_CONSOLE_SERVICE_HOST",
        "CAIRN_SERVER",
        "CAIRN_TOKEN",
        "CAIRN_ROOT_PASSWORD_FILE",
        "CAIRN_TEST_SEED",
        "CAIRN_REGION_FILE",
        "CAIRN_COLOUR",
        "LISEN",
    ];
    let found = unknown_variables(names.into_iter().map(str::to_owned));
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "CAIRN_COLOUR: no setting is called so",
            "CAIRN_LISEN: no setting is called so; did you mean CAIRN_LISTEN?",
            "CAIRN_REGION_FILE: no setting is called so; did you mean CAIRN_REGION?",
        ]
    );
}

#[test]
fn secrets_may_stand_in_files() {
    let place = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str, mode| {
        let path = place.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let user = write("user", "keeper\n", 0o600);
    let password = write("password", "long enough\n", 0o600);
    let with = |variables: &[(&str, &str)]| gather(&["--data", "d"], variables);
    for [of_user, of_password] in [
        ["CAIRN_ROOT_USER_FILE", "CAIRN_ROOT_PASSWORD_FILE"],
        ["MINIO_ROOT_USER_FILE", "MINIO_ROOT_PASSWORD_FILE"],
    ] {
        let effective = with(&[(of_user, &user), (of_password, &password)]);
        let origin = effective.named("root-password").unwrap().origin.to_string();
        assert_eq!(origin, of_password);
        let root = effective.check().unwrap().root.unwrap();
        assert_eq!((root.user(), root.password()), ("keeper", "long enough"));
    }
    // Ours are stronger than those of others, whichever way the value comes.
    let both = with(&[
        ("MINIO_ROOT_USER", "other"),
        ("CAIRN_ROOT_USER_FILE", &user),
        ("CAIRN_ROOT_PASSWORD", "long enough"),
        ("CAIRN_ROOT_PASSWORD_FILE", ""),
    ]);
    assert_eq!(both.check().unwrap().root.unwrap().user(), "keeper");

    let refused = |variables: &[(&str, &str)]| {
        let variables = [&[("CAIRN_ROOT_USER", "keeper")], variables].concat();
        let faults = with(&variables).faults();
        faults
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let open = write("open", "long enough", 0o644);
    let told = refused(&[("CAIRN_ROOT_PASSWORD_FILE", &open)]);
    assert!(
        told.contains("CAIRN_ROOT_PASSWORD_FILE: ") && told.contains("chmod 600"),
        "{told}"
    );
    let told = refused(&[("CAIRN_ROOT_PASSWORD_FILE", "/nowhere/password")]);
    assert!(
        told.contains("/nowhere/password") && told.contains("no such file"),
        "{told}"
    );
    let told = refused(&[
        ("CAIRN_ROOT_PASSWORD_FILE", &password),
        ("CAIRN_ROOT_PASSWORD", "long enough"),
    ]);
    let both = "CAIRN_ROOT_PASSWORD, CAIRN_ROOT_PASSWORD_FILE: both are set";
    assert!(
        told.contains(both) && !told.contains("long enough"),
        "{told}"
    );
}

#[test]
fn values_that_do_not_fit_together_are_placed() {
    let place = tempfile::tempdir().unwrap();
    let path = file(place.path(), "\ntls-certificate = \"a.pem\"\n");
    let refused = fault(gather(&["--data", "d", "--config", &path], &[]).check());
    let begins = format!("{path}:2: tls-certificate and tls-key belong together");
    assert!(refused.starts_with(&begins), "{refused}");
    let with_key = [("CAIRN_TLS_KEY", "a.key:b.key")];
    let refused = fault(gather(&["--data", "d", "--config", &path], &with_key).check());
    assert!(
        refused.starts_with(&format!("{path}:2, CAIRN_TLS_KEY: ")),
        "{refused}"
    );
}
