use super::*;

fn args(data: Option<&str>, server: Option<&str>) -> PlaceArgs {
    PlaceArgs {
        data: data.map(PathBuf::from),
        server: server.map(str::to_owned),
        token: None,
        certificate: CertificateArgs::default(),
    }
}

fn server(url: &str, token: Option<&str>) -> Place {
    Place::Server(ServerPlace {
        url: url.to_owned(),
        token: token.map(str::to_owned),
        certificate: Some("<CAIRN_CERTIFICATE>".into()),
    })
}

#[test]
fn what_is_typed_is_stronger_than_the_environment_and_a_server_than_a_folder() {
    let everything = |name: &str| Some(format!("<{name}>"));
    let found = |args: PlaceArgs| args.find_with(everything).unwrap();
    assert_eq!(found(args(Some("d"), None)), Place::Folder("d".into()));
    let token = Some("<CAIRN_TOKEN>");
    assert_eq!(found(args(None, Some("u"))), server("u", token));
    assert_eq!(found(args(None, None)), server("<CAIRN_SERVER>", token));
    let folder = |name: &str| (name == DATA).then(|| "here".to_owned());
    let found = args(None, None).find_with(folder).unwrap();
    assert_eq!(found, Place::Folder("here".into()));
    let nothing = args(None, None).find_with(|_| None).unwrap_err();
    assert_eq!(nothing.exit_code(), crate::exit::USAGE);
}
