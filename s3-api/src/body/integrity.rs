//! The digests a client sends along with a body.

use super::payload::Payload;
use crate::checksum::{algorithm_of_header, names, parse_algorithm, parse_value, value_text};
use crate::encoding::{base64, base64_exact};
use crate::error::{Code, S3Error};
use http::HeaderMap;
use storage_engine::hash::{Algorithm, Checksum};

/// What the body has to match.
#[derive(Debug, Default)]
pub(crate) struct Integrity {
    content_md5: Option<[u8; 16]>,
    checksum: Option<Expected>,
}

#[derive(Debug)]
enum Expected {
    Header(Checksum),
    /// The value follows the body.
    Trailer(Algorithm),
}

impl Integrity {
    /// Reads the headers in one pass; at most one checksum is allowed.
    pub(crate) fn from_headers(
        headers: &HeaderMap,
        announced_trailers: &[String],
    ) -> Result<Self, S3Error> {
        let mut integrity = Self::default();
        let mut asked = None;
        for (name, value) in headers {
            let text = || value.to_str().unwrap_or_default();
            match name.as_str() {
                "content-md5" => {
                    let digest = base64_exact(text().trim());
                    let invalid = || S3Error::new(Code::InvalidDigest);
                    integrity.content_md5 = Some(digest.ok_or_else(invalid)?);
                }
                "x-amz-sdk-checksum-algorithm" => asked = Some(text()),
                name => {
                    if let Some(algorithm) = checksum_header(name) {
                        let value = parse_value(algorithm, text())?;
                        integrity.expect(Expected::Header(value))?;
                    }
                }
            }
        }
        for name in announced_trailers {
            if let Some(algorithm) = algorithm_of_header(name) {
                integrity.expect(Expected::Trailer(algorithm))?;
            }
        }
        integrity.check_asked(asked)?;
        Ok(integrity)
    }

    /// Whether there is anything to verify.
    pub(crate) fn is_given(&self) -> bool {
        self.content_md5.is_some() || self.checksum.is_some()
    }

    pub(crate) fn wants_md5(&self) -> bool {
        self.content_md5.is_some()
    }

    /// The algorithm to compute.
    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        self.checksum.as_ref().map(|expected| match expected {
            Expected::Header(checksum) => checksum.algorithm(),
            Expected::Trailer(algorithm) => *algorithm,
        })
    }

    /// Compares with what was computed; to be called when the payload has ended.
    pub(crate) fn check(
        &self,
        payload: &Payload<'_>,
        md5: Option<[u8; 16]>,
        checksums: &[Checksum],
    ) -> Result<(), S3Error> {
        if let (Some(expected), Some(computed)) = (self.content_md5, md5)
            && expected != computed
        {
            return Err(S3Error::new(Code::BadDigest)
                .message("The Content-MD5 you specified did not match what we received.")
                .extra("ExpectedDigest", base64(&expected))
                .extra("CalculatedDigest", base64(&computed)));
        }
        let expected = match &self.checksum {
            None => return Ok(()),
            Some(Expected::Header(checksum)) => *checksum,
            Some(Expected::Trailer(algorithm)) => {
                let value = payload.trailer(names(*algorithm).header_text());
                let missing = || S3Error::new(Code::MalformedTrailerError);
                parse_value(*algorithm, value.ok_or_else(missing)?)?
            }
        };
        let algorithm = expected.algorithm();
        let computed = checksums
            .iter()
            .find(|checksum| checksum.algorithm() == algorithm);
        match computed {
            Some(computed) if *computed == expected => Ok(()),
            computed => Err(mismatch(&expected, computed)),
        }
    }

    fn expect(&mut self, expected: Expected) -> Result<(), S3Error> {
        if self.checksum.is_some() {
            return Err(S3Error::new(Code::InvalidRequest).message(
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not \
                 allowed.",
            ));
        }
        self.checksum = Some(expected);
        Ok(())
    }

    /// An announced algorithm needs its value, and it needs to be that algorithm's.
    fn check_asked(&self, asked: Option<&str>) -> Result<(), S3Error> {
        let Some(asked) = asked else { return Ok(()) };
        let invalid = |message: &'static str| S3Error::new(Code::InvalidRequest).message(message);
        let asked = parse_algorithm(asked)
            .ok_or_else(|| invalid("Value for x-amz-sdk-checksum-algorithm header is invalid."))?;
        match self.algorithm() {
            Some(found) if found == asked => Ok(()),
            Some(_) => Err(invalid(
                "Value for x-amz-sdk-checksum-algorithm header is invalid.",
            )),
            // SDKs that send Content-MD5 instead still name the algorithm.
            None if self.content_md5.is_some() => Ok(()),
            None => Err(invalid(
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* \
                 or x-amz-trailer headers were found.",
            )),
        }
    }
}

fn checksum_header(name: &str) -> Option<Algorithm> {
    name.starts_with("x-amz-checksum-")
        .then(|| algorithm_of_header(name))
        .flatten()
}

fn mismatch(expected: &Checksum, computed: Option<&Checksum>) -> S3Error {
    let name = names(expected.algorithm()).wire;
    let error = S3Error::new(Code::BadDigest)
        .message(format!(
            "The {name} you specified did not match the calculated checksum."
        ))
        .extra("ExpectedDigest", value_text(expected));
    match computed {
        Some(computed) => error.extra("CalculatedDigest", value_text(computed)),
        None => error,
    }
}

#[cfg(test)]
mod tests;
