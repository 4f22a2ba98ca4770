//! The admin interface as commands use it. It is the same one whichever way they get there: the
//! socket of a running server, the folder of one that does not run, or a server somewhere else.

mod failure;
mod folder;
mod remote;
mod socket;

use std::error::Error as StdError;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::runtime::{self, Runtime};
use tokio::time;

pub(crate) use failure::Failure;
use failure::{Asked, By};

use crate::cli::{Place, PlaceArgs};
use crate::limits::{ADMIN_ANSWER_BYTES_MAX, ADMIN_WAIT_MAX};
use crate::progress::Progress;
use folder::Folder;
use remote::Remote;
use socket::Socket;

/// Where the interface lies.
const API: &str = "/api/v1";
/// Items of a page that a list is read in.
const PAGE_ITEMS: usize = 1000;
/// All but what never has to be escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

type AnswerBody = UnsyncBoxBody<Bytes, Box<dyn StdError + Send + Sync>>;

/// How the interface is reached.
enum Way {
    Socket(Socket),
    Folder(Box<Folder>),
    Remote(Box<Remote>),
}

pub(crate) struct Client {
    runtime: Runtime,
    way: Way,
}

/// A path of the interface: its parts are names, whatever characters are in them.
pub(crate) fn path(parts: &[&str]) -> String {
    let parts = parts.iter().map(|part| format!("/{}", escaped(part)));
    parts.collect()
}

pub(crate) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Reaches the interface, works with it, and leaves everything in order.
pub(crate) fn with_client<T>(
    place: &PlaceArgs,
    work: impl FnOnce(&Client) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let place = place.find()?;
    let runtime = start_runtime()?;
    let way = runtime.block_on(reach(place))?;
    let client = Client { runtime, way };
    let worked = work(&client);
    let Client { runtime, way } = client;
    let closed = match way {
        Way::Folder(folder) => runtime.block_on(folder.close()),
        Way::Socket(_) | Way::Remote(_) => Ok(()),
    };
    let worked = worked?;
    closed?;
    Ok(worked)
}

/// Works with the server that runs on a folder, if one does.
pub(crate) fn with_running<T>(
    data: &Path,
    work: impl FnOnce(&Client) -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    let runtime = start_runtime()?;
    let socket = runtime.block_on(socket::of_server_on(data))?;
    let client = socket.map(|socket| Client {
        runtime,
        way: Way::Socket(socket),
    });
    client.map(|client| work(&client)).transpose()
}

fn start_runtime() -> Result<Runtime, Failure> {
    runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Failure::Local(format!("cannot start threads: {error}")))
}

/// A server that runs has the folder, and answers for it.
async fn reach(place: Place) -> Result<Way, Failure> {
    match place {
        Place::Server(server) => Ok(Way::Remote(Box::new(Remote::new(server)?))),
        Place::Folder(data) => match socket::of_server_on(&data).await? {
            Some(socket) => Ok(Way::Socket(socket)),
            None => Ok(Way::Folder(Box::new(Folder::open(&data).await?))),
        },
    }
}

impl Client {
    /// Shows how far something has come, until it is told to end.
    pub(crate) fn progress(&self) -> Result<Progress, Failure> {
        let _entered = self.runtime.enter();
        Progress::start().map_err(|error| Failure::Local(format!("signals: {error}")))
    }

    /// Whether a server answers, and not this process itself.
    pub(crate) fn is_running(&self) -> bool {
        !matches!(self.way, Way::Folder(_))
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value, Failure> {
        self.ask(Method::GET, path, None)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.ask(Method::POST, path, Some(body))
    }

    pub(crate) fn put(&self, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        self.ask(Method::PUT, path, body)
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.ask(Method::PATCH, path, Some(body))
    }

    pub(crate) fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.ask(Method::DELETE, path, None)
    }

    /// All of a list, which comes in pages.
    pub(crate) fn all(&self, path: &str) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        self.pages(path, |page| {
            items.extend(page["items"].as_array().into_iter().flatten().cloned());
            Ok(())
        })?;
        Ok(items)
    }

    /// The pages of a list as they come, for those that may be more than memory holds.
    pub(crate) fn pages(
        &self,
        path: &str,
        mut show: impl FnMut(&Value) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut cursor = String::new();
        loop {
            let page = format!("{path}{joint}limit={PAGE_ITEMS}{cursor}");
            let page = self.get(&page)?;
            if !page["items"].is_array() {
                return Err(Failure::odd("a list without items"));
            }
            show(&page)?;
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={}", escaped(next)),
                None => return Ok(()),
            }
        }
    }

    /// The body of an answer that comes piece by piece.
    async fn opened(&self, path: &str) -> Result<AnswerBody, Failure> {
        let answer = self.send(Method::GET, path, None).await?;
        if answer.status().is_success() {
            return Ok(answer.into_body());
        }
        whole(answer, self.asked(path, None)).await?;
        Err(Failure::odd("a refusal without an error"))
    }

    /// What it answers, as JSON; null where it answers nothing.
    fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        self.runtime.block_on(async {
            let asked = async {
                let answer = self.send(method, path, body).await?;
                whole(answer, self.asked(path, body)).await
            };
            match time::timeout(ADMIN_WAIT_MAX, asked).await {
                Ok(answer) => answer,
                Err(_) => Err(too_slow(ADMIN_WAIT_MAX)),
            }
        })
    }

    fn asked<'a>(&self, place: &'a str, body: Option<&'a Value>) -> Asked<'a> {
        let by = match self.way {
            Way::Socket(_) | Way::Folder(_) => By::DataFolder,
            Way::Remote(_) => By::Address,
        };
        Asked { by, place, body }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response<AnswerBody>, Failure> {
        let text = body.map_or_else(String::new, Value::to_string);
        let mut request = Request::new(Full::new(Bytes::from(text)));
        let uri = format!("{API}{path}").parse();
        *request.uri_mut() = uri.map_err(|error| Failure::odd(&error))?;
        *request.method_mut() = method;
        let json = http::HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
        match &self.way {
            Way::Socket(socket) => socket.send(request).await,
            Way::Folder(folder) => Ok(folder.send(request).await),
            Way::Remote(remote) => remote.send(request).await,
        }
    }

    /// An answer that may be more than memory holds, given to `take` as it comes.
    pub(crate) fn fetch(
        &self,
        path: &str,
        mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.runtime.block_on(async {
            let mut body = self.opened(path).await?;
            while let Some(data) = piece(&mut body).await? {
                take(&data)?;
            }
            Ok(())
        })
    }

    /// The events of a stream, until `show` says that it is enough or the stream ends.
    pub(crate) fn watch(
        &self,
        path: &str,
        mut show: impl FnMut(Value) -> std::ops::ControlFlow<()>,
    ) -> Result<(), Failure> {
        self.runtime.block_on(async {
            let mut body = self.opened(path).await?;
            let mut text = String::new();
            while let Some(data) = piece(&mut body).await? {
                text.push_str(&String::from_utf8_lossy(&data));
                while let Some((event, rest)) = text.split_once("\n\n") {
                    let event = event.strip_prefix("data: ").map(serde_json::from_str);
                    let shown = event.and_then(Result::ok).map(&mut show);
                    text = rest.to_owned();
                    if shown.is_some_and(|it| it.is_break()) {
                        return Ok(());
                    }
                }
                if text.len() > ADMIN_ANSWER_BYTES_MAX {
                    return Err(Failure::odd("an event without an end"));
                }
            }
            Ok(())
        })
    }
}

/// All of an answer, or the refusal that it is.
async fn whole(answer: Response<AnswerBody>, asked: Asked<'_>) -> Result<Value, Failure> {
    let status = answer.status();
    let answered = Limited::new(answer.into_body(), ADMIN_ANSWER_BYTES_MAX);
    let answered = answered.collect().await;
    let answered = answered.map_err(|error| Failure::odd(&error))?;
    read(status, &answered.to_bytes(), asked)
}

/// What comes next of an answer, however long all of it takes.
async fn piece(body: &mut AnswerBody) -> Result<Option<Bytes>, Failure> {
    let frame = time::timeout(ADMIN_WAIT_MAX, body.frame()).await;
    let Some(frame) = frame.map_err(|_| too_slow(ADMIN_WAIT_MAX))? else {
        return Ok(None);
    };
    let frame = frame.map_err(|error| Failure::Unreachable(error.to_string()))?;
    Ok(Some(frame.into_data().unwrap_or_default()))
}

fn too_slow(wait: Duration) -> Failure {
    Failure::Unreachable(format!("no answer within {} s", wait.as_secs()))
}

fn read(status: StatusCode, body: &[u8], asked: Asked<'_>) -> Result<Value, Failure> {
    let json = match body.is_empty() {
        true => Ok(Value::Null),
        false => serde_json::from_slice::<Value>(body),
    };
    let is_fine = status.is_success();
    match json {
        Ok(json) if is_fine => Ok(json),
        Ok(json) if json["error"]["code"].is_string() => {
            Err(Failure::refused(status, &json, asked))
        }
        // A proxy, or something else that is no Cairn.
        _ => Err(Failure::odd(&format!("{status} without a word of Cairn's"))),
    }
}
