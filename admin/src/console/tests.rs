use super::*;
use http::Request;

fn console() -> Console {
    let script = "let a = 1;\n".repeat(200);
    let files = [
        ("index.html", "<!doctype html>".to_owned()),
        ("assets/app-1a2b.js", script),
        ("assets/app-1a2b.js.br", "packed".to_owned()),
        ("icon.svg", "<svg/>".to_owned()),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), Bytes::from(text)));
    Console::of(files.into())
}

fn get(path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    console().answer(&request.body(()).unwrap().into_parts().0, path)
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer
        .headers()
        .get(name)
        .map_or("", |it| it.to_str().unwrap())
}

#[test]
fn probes_are_not_told_that_all_is_well() {
    for path in ["/health/ready", "/health", "/metrics", "/photos/cat"] {
        assert_eq!(get(path, &[]).status(), 404, "{path}");
    }
    assert_eq!(get("/buckets", &[]).status(), 200);
}

/// The console draws the page of each of its routes, whichever of them it is loaded at.
#[test]
fn every_page_is_a_route_of_the_console() {
    let routes = concat!(env!("CARGO_MANIFEST_DIR"), "/console/src/routes.ts");
    let routes = std::fs::read_to_string(routes).unwrap();
    let paths = routes.lines().filter(|line| line.contains(" page: "));
    let paths = paths.filter_map(|line| line.split('\'').nth(1));
    let mut paths: Vec<&str> = paths.map(|path| path.trim_start_matches('/')).collect();
    paths.sort_unstable();
    assert_eq!(paths, PAGES);
}

#[test]
fn the_first_page_says_where_it_lies() {
    let page = "<meta name=\"cairn-base\" content=\"/\" /><script src=\"/assets/a.js\"></script>\
        <link href=\"/icon.svg\"><meta content=\"width=device-width\">";
    let files = [("index.html", page), ("index.html.br", "packed")];
    let files = files.map(|(name, text)| (name.to_owned(), Bytes::from(text)));
    let base = BasePath::parse("/cairn").unwrap();
    let moved = beneath(&base, files.clone().into());
    let expected = "<meta name=\"cairn-base\" content=\"/cairn/\" />\
        <script src=\"/cairn/assets/a.js\"></script>\
        <link href=\"/cairn/icon.svg\"><meta content=\"width=device-width\">";
    assert_eq!(
        moved,
        [("index.html".to_owned(), Bytes::from(expected))].into()
    );
    let stays = beneath(&BasePath::default(), files.clone().into());
    assert_eq!(stays, files.into());
}

#[test]
fn places_get_the_first_page_and_missing_files_do_not() {
    for path in ["/", "/buckets", "/users/", "/bucket"] {
        let answer = get(path, &[]);
        assert_eq!(
            header(&answer, "content-type"),
            "text/html; charset=utf-8",
            "{path}"
        );
        assert_eq!(header(&answer, "cache-control"), "no-cache");
        assert!(header(&answer, "content-security-policy").starts_with("default-src 'none'"));
    }
    assert_eq!(
        get("/assets/gone-1.js", &[]).status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(get("/../Cargo.toml", &[]).status(), StatusCode::NOT_FOUND);
}

#[test]
fn what_is_named_by_its_content_stays() {
    let answer = get("/assets/app-1a2b.js", &[]);
    assert!(header(&answer, "cache-control").contains("immutable"));
    assert_eq!(header(&answer, "content-encoding"), "");
}

#[test]
fn files_come_packed_to_those_who_take_it() {
    let path = "/assets/app-1a2b.js";
    let packed = get(path, &[("accept-encoding", "gzip, deflate, br")]);
    assert_eq!(header(&packed, "content-encoding"), "br");
    let packed = get(path, &[("accept-encoding", "gzip;q=0.5, br;q=0")]);
    assert_eq!(header(&packed, "content-encoding"), "gzip");
    let small = get("/icon.svg", &[("accept-encoding", "gzip")]);
    assert_eq!(header(&small, "content-encoding"), "");
}

#[test]
fn a_known_file_is_not_sent_again() {
    let etag = header(&get("/icon.svg", &[]), "etag").to_owned();
    let answer = get("/icon.svg", &[("if-none-match", &etag)]);
    assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(
        get("/icon.svg", &[("if-none-match", "\"x\"")]).status(),
        StatusCode::OK
    );
}
