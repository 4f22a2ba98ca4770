//! A client on a connection of its own, for which a server that goes away is an ordinary answer.

use std::io::{self, BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::FOREVER;
use super::signed;

/// Far more than any answer here has, so that a broken one is no endless one.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

pub(crate) struct Client {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> io::Result<Client> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(FOREVER))?;
        stream.set_write_timeout(Some(FOREVER))?;
        let stream = BufReader::new(stream);
        Ok(Client { address, stream })
    }

    /// One signed request and the whole of its answer. An error says nothing about what the
    /// server did.
    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Reply> {
        let head = signed::head_with(method, self.address, path, body.len(), headers);
        let stream = self.stream.get_mut();
        let head_written = stream.write_all(head.as_bytes());
        let written = head_written.and_then(|()| stream.write_all(body));
        // Who is refused early may find the connection closed; the answer is there all the same.
        self.reply().map_err(|error| written.err().unwrap_or(error))
    }

    pub(crate) fn get(&mut self, path: &str) -> io::Result<Reply> {
        self.send("GET", path, &[], b"")
    }

    fn reply(&mut self) -> io::Result<Reply> {
        let status = self.line()?;
        let status = status.get(9..12).and_then(|digits| digits.parse().ok());
        let status = status.ok_or_else(|| bad("no status"))?;
        let (mut etag, mut length) = (None, 0);
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "etag" => etag = Some(value.trim().to_owned()),
                "content-length" => {
                    length = value.trim().parse().map_err(|_| bad("content-length"))?;
                }
                "transfer-encoding" => return Err(bad("an answer without a length")),
                _ => {}
            }
        }
        if length > ANSWER_BYTES_MAX {
            return Err(bad("an answer far too long"));
        }
        let mut body = Vec::new();
        let read = (&mut self.stream).take(length).read_to_end(&mut body)?;
        match u64::try_from(read) == Ok(length) {
            true => Ok(Reply { status, etag, body }),
            false => Err(ErrorKind::UnexpectedEof.into()),
        }
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }
}

fn bad(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}
