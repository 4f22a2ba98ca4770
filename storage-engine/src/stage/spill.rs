//! The front of a body that is longer than one row can name.
//!
//! What is known of a body under way (its chunks, how they will be found, what keeps them) grows
//! with its length. So whenever one row could not name more, that front becomes a part row under a
//! *home*, as the parts of uploads do, and memory begins again at nothing. Nobody can see it there;
//! if the body never comes to be, it is freed in the background.

use std::any::Any;
use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::staged::Pins;
use crate::error::{Error, Result};
use crate::ids::UploadId;
use crate::index::RowChange;
use crate::limits::PARTS_MAX;
use crate::meta::ExtentChange;
use crate::row::{Body, BucketRow, KeyCheck, ManifestPage, PageEntry};

pub type SpillFuture<'a> = Pin<Box<dyn Future<Output = Result<Home>> + Send + 'a>>;

/// Keeps fronts of bodies in rows.
pub trait Spill: Debug + Send + Sync {
    /// Makes a front durable, in the home of those before it; the first one gets a new home.
    ///
    /// Dropped before it returns, the front may be there or not; the body is lost then.
    fn spill<'a>(
        &'a self,
        bucket: &'a BucketRow,
        home: Option<&'a Home>,
        front: Front,
    ) -> SpillFuture<'a>;
}

/// Where the parts of one body are. Clones are the same.
#[derive(Clone)]
pub struct Home {
    pub id: UploadId,
    pub tag: u64,
    /// Keeps the parts from being freed until the change that names them is committed.
    pub pin: Arc<dyn Any + Send + Sync>,
}

impl Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Home({})", self.id)
    }
}

/// A stretch of a body that is durable and ready to be named.
#[derive(Debug)]
pub struct Front {
    pub number: u16,
    pub size: u64,
    pub body: Body,
    pub extents: Vec<ExtentChange>,
    pub hints: Vec<RowChange>,
    pub key_check: Option<KeyCheck>,
    /// To be held until the commit is over, whoever waits for it.
    pub pins: Pins,
}

/// What has been put aside of one body so far.
#[derive(Debug)]
pub(super) struct Spilled {
    spill: Arc<dyn Spill>,
    bucket: BucketRow,
    key_check: Option<KeyCheck>,
    home: Option<Home>,
    /// A few bytes for each front. Bounded by [`PARTS_MAX`].
    entries: Vec<PageEntry>,
}

impl Spilled {
    pub(super) fn new(
        spill: Arc<dyn Spill>,
        bucket: BucketRow,
        key_check: Option<KeyCheck>,
    ) -> Self {
        Spilled {
            spill,
            bucket,
            key_check,
            home: None,
            entries: Vec::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) async fn put_aside(
        &mut self,
        size: u64,
        body: Body,
        extents: Vec<ExtentChange>,
        hints: Vec<RowChange>,
        pins: Pins,
    ) -> Result<()> {
        let number = self.next_number()?;
        let front = Front {
            number,
            size,
            body,
            extents,
            hints,
            key_check: self.key_check.clone(),
            pins,
        };
        let home = self.spill.spill(&self.bucket, self.home.as_ref(), front);
        self.home = Some(home.await?);
        self.entries.push(PageEntry {
            number,
            size,
            checksum: None,
        });
        Ok(())
    }

    fn next_number(&self) -> Result<u16> {
        let limit = u64::from(PARTS_MAX);
        let number = self.entries.len() as u64 + 1;
        let fits = u16::try_from(number).ok().filter(|n| *n <= PARTS_MAX);
        fits.ok_or(Error::TooLarge {
            what: "parts of a body",
            size: number,
            limit,
        })
    }

    /// The whole body, all of which has been put aside, and the pages that list it.
    pub(super) fn whole(self) -> Option<(Body, Vec<ManifestPage>, Home)> {
        let home = self.home?;
        let parts = u16::try_from(self.entries.len()).ok()?;
        let pages = ManifestPage::all(self.entries);
        let body = Body::Parts {
            home: home.id,
            tag: home.tag,
            parts,
            pages: ManifestPage::starts(&pages),
        };
        Some((body, pages, home))
    }
}
