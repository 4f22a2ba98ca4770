//! The directory of an archive, which comes last: kept until then, beyond a few megabytes in a file
//! without a name that goes with the process.

use crate::limits::ZIP_DIRECTORY_BYTES_IN_MEMORY_MAX;
use bytes::Bytes;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use tokio::task::spawn_blocking;

const PIECE_BYTES: usize = 256 << 10;

#[derive(Debug)]
pub(super) struct Directory {
    /// Where files may be made.
    folder: PathBuf,
    memory: Vec<u8>,
    file: Option<File>,
}

/// What has been kept, from its beginning on.
#[derive(Debug)]
pub(super) struct Pieces {
    file: Option<File>,
    memory: Option<Vec<u8>>,
}

impl Directory {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            memory: Vec::new(),
            file: None,
        }
    }

    pub(super) async fn add(&mut self, record: &[u8]) -> io::Result<()> {
        self.memory.extend_from_slice(record);
        if self.memory.len() < ZIP_DIRECTORY_BYTES_IN_MEMORY_MAX {
            return Ok(());
        }
        let memory = std::mem::take(&mut self.memory);
        let (file, folder) = (self.file.take(), self.folder.clone());
        let written = spawn_blocking(move || {
            let mut file = match file {
                Some(file) => file,
                None => tempfile::tempfile_in(folder)?,
            };
            file.write_all(&memory)?;
            Ok::<File, io::Error>(file)
        });
        self.file = Some(written.await.map_err(io::Error::other)??);
        Ok(())
    }

    pub(super) async fn into_pieces(self) -> io::Result<Pieces> {
        let file = match self.file {
            None => None,
            Some(mut file) => {
                let rewound = spawn_blocking(move || {
                    file.seek(SeekFrom::Start(0))?;
                    Ok::<File, io::Error>(file)
                });
                Some(rewound.await.map_err(io::Error::other)??)
            }
        };
        Ok(Pieces {
            file,
            memory: Some(self.memory).filter(|memory| !memory.is_empty()),
        })
    }
}

impl Pieces {
    pub(super) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        if let Some(mut file) = self.file.take() {
            let read = spawn_blocking(move || {
                let mut piece = vec![0; PIECE_BYTES];
                let count = file.read(&mut piece)?;
                piece.truncate(count);
                Ok::<(File, Vec<u8>), io::Error>((file, piece))
            });
            let (file, piece) = read.await.map_err(io::Error::other)??;
            if !piece.is_empty() {
                self.file = Some(file);
                return Ok(Some(piece.into()));
            }
        }
        Ok(self.memory.take().map(Bytes::from))
    }
}
