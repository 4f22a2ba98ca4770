//! Parts of uploads, unfinished and completed, and the manifests that list them.

use super::rows::name;
use super::{Check, Problem};
use crate::error::Result;
use crate::ids::UploadId;
use crate::index::Step;
use crate::key::{self, Key, KeyRange, Table};
use crate::row::{self, Body, ManifestPage, ManifestRow, PageStart, PartRow, VersionRow};

/// Manifests whose names are counted in one walk over the versions.
const MANIFESTS_PER_WINDOW: usize = 1 << 20;
const DOING: &str = "completed uploads";

/// A manifest, and how many versions were found that share it.
#[derive(Debug)]
struct Shared {
    home: UploadId,
    recorded: u64,
    counted: u64,
}

/// Whose the parts of an upload are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Unfinished,
    Completed,
    Doomed,
    Nobody,
}

impl Check<'_> {
    pub(super) fn parts(&mut self) -> Result<()> {
        let mut last: Option<(UploadId, Owner)> = None;
        let mut received = std::collections::HashMap::new();
        self.each(
            "parts",
            &key::table(Table::Part),
            |check, key, row: PartRow| {
                let Some(home) = key::number_of(key).map(UploadId) else {
                    check.bad_row(key, "its key is malformed");
                    return Ok(());
                };
                check.past(key, row.sequence);
                if Key::part(home, row.number).as_bytes() != key {
                    check.bad_row(key, format!("it is part {} inside", row.number));
                }
                let owner = match last {
                    Some((known, owner)) if known == home => owner,
                    _ => check.owner(home)?,
                };
                last = Some((home, owner));
                let going =
                    owner == Owner::Doomed || check.doomed_parts.contains(&(home, row.number));
                match owner {
                    Owner::Nobody => check.missing(key, format!("upload {home}")),
                    Owner::Unfinished => *received.entry(home).or_default() += row.size,
                    Owner::Completed | Owner::Doomed => {}
                }
                // Its chunks are freed a few at a time.
                if !going {
                    check.body(key, &row.body, row.size);
                }
                Ok(())
            },
        )?;
        for (home, recorded) in std::mem::take(&mut self.uploads) {
            let counted: u64 = received.remove(&home).unwrap_or_default();
            if recorded != counted {
                let detail = format!("its parts have {counted} bytes, {recorded} are recorded");
                self.problem(Problem::Row {
                    row: format!("upload {home}"),
                    detail,
                });
            }
        }
        Ok(())
    }

    fn owner(&self, home: UploadId) -> Result<Owner> {
        if self.uploads.contains_key(&home) {
            return Ok(Owner::Unfinished);
        }
        if self.doomed.contains(&home) {
            return Ok(Owner::Doomed);
        }
        Ok(match self.rows.get(&Key::manifest(home))? {
            Some(_) => Owner::Completed,
            None => Owner::Nobody,
        })
    }

    /// A version made of parts must be what the manifest lists.
    pub(super) fn listed(
        &mut self,
        key: &[u8],
        home: UploadId,
        parts: u16,
        starts: &[PageStart],
        size: u64,
    ) -> Result<()> {
        if self.rows.get(&Key::manifest(home))?.is_none() {
            self.missing(key, format!("completed upload {home}"));
            return Ok(());
        }
        let pages = self.pages(home)?;
        let mut offset = 0;
        let mut found = Vec::with_capacity(pages.len());
        for page in &pages {
            found.push(PageStart { offset });
            offset += page.entries.iter().map(|entry| entry.size).sum::<u64>();
        }
        let listed = pages.iter().map(|page| page.entries.len()).sum::<usize>();
        if found != starts {
            self.bad_row(
                key,
                format!("its pages are not those of completed upload {home}"),
            );
        }
        if listed != usize::from(parts) || offset != size {
            let detail = format!(
                "{parts} parts of {size} bytes are expected, completed upload {home} lists \
                 {listed} of {offset}"
            );
            self.bad_row(key, detail);
        }
        Ok(())
    }

    fn pages(&mut self, home: UploadId) -> Result<Vec<ManifestPage>> {
        let mut pages = Vec::new();
        let rows = self.rows;
        rows.walk(&key::pages(home), &mut |key, value| {
            match row::decode(value) {
                Ok(page) => pages.push(page),
                Err(bad) => self.bad_row(key, bad.to_string()),
            }
            Step::Next
        })?;
        Ok(pages)
    }

    pub(super) fn manifests(&mut self) -> Result<()> {
        let mut rest = key::table(Table::Manifest);
        while !self.interrupted {
            let (mut window, next) = self.manifest_window(&rest)?;
            if window.is_empty() {
                break;
            }
            for table in [Table::Current, Table::Version] {
                self.count_shares(&key::table(table), &mut window)?;
            }
            for Shared {
                home,
                recorded,
                counted,
            } in window
            {
                if recorded != counted {
                    self.problem(Problem::Shares {
                        home,
                        recorded,
                        counted,
                    });
                }
            }
            match next {
                Some(next) => rest.start = next,
                None => break,
            }
        }
        self.orphaned_pages()
    }

    /// The next manifests, each compared with its parts, and where the ones behind them begin.
    fn manifest_window(&mut self, range: &KeyRange) -> Result<(Vec<Shared>, Option<Key>)> {
        let mut window = Vec::new();
        let mut next = None;
        self.each(DOING, range, |check, key, row: ManifestRow| {
            if window.len() >= MANIFESTS_PER_WINDOW {
                next.get_or_insert_with(|| Key::from_bytes(key.to_vec()));
                return Ok(());
            }
            if Key::manifest(row.home).as_bytes() != key {
                check.bad_row(key, format!("it is manifest {} inside", row.home));
            }
            if check.doomed.contains(&row.home) {
                check.bad_row(key, "its parts are being freed");
            }
            check.manifest(&row)?;
            window.push(Shared {
                home: row.home,
                recorded: row.refs,
                counted: 0,
            });
            Ok(())
        })?;
        Ok((window, next))
    }

    /// Every part on the list exists, and none that is not on it unless it is being freed.
    fn manifest(&mut self, manifest: &ManifestRow) -> Result<()> {
        let home = manifest.home;
        let problem = |detail: String| Problem::Manifest { home, detail };
        let pages = self.pages(home)?;
        let mut listed = pages.iter().flat_map(|page| &page.entries).peekable();
        let count = pages.iter().map(|page| page.entries.len()).sum::<usize>();
        if count != usize::from(manifest.parts) {
            self.problem(problem(format!(
                "{} parts, its pages list {count}",
                manifest.parts
            )));
        }
        let rows = self.rows;
        rows.walk(&key::parts(home), &mut |_, value| {
            let Ok(part) = row::decode::<PartRow>(value) else {
                return Step::Next;
            };
            while let Some(lost) = listed.next_if(|entry| entry.number < part.number) {
                self.problem(problem(format!("part {} is missing", lost.number)));
            }
            let number = part.number;
            match listed.next_if(|entry| entry.number == number) {
                Some(entry) if entry.size != part.size => {
                    let (size, expected) = (part.size, entry.size);
                    let detail = format!("part {number} has {size} bytes, {expected} are listed");
                    self.problem(problem(detail));
                }
                Some(_) if self.doomed_parts.contains(&(home, number)) => {
                    self.problem(problem(format!("part {number} is listed and being freed")));
                }
                None if !self.doomed_parts.contains(&(home, number)) => {
                    self.problem(problem(format!("part {number} is not listed")));
                }
                _ => {}
            }
            Step::Next
        })?;
        for lost in listed {
            self.problem(problem(format!("part {} is missing", lost.number)));
        }
        Ok(())
    }

    fn count_shares(&mut self, range: &KeyRange, window: &mut [Shared]) -> Result<()> {
        self.each(DOING, range, |_, _, row: VersionRow| {
            if let Some(Body::Parts { home, .. }) = row.detail.map(|detail| detail.body)
                && let Ok(at) = window.binary_search_by_key(&home, |shared| shared.home)
            {
                window[at].counted += 1;
            }
            Ok(())
        })
    }

    fn orphaned_pages(&mut self) -> Result<()> {
        let mut last = None;
        self.each(
            DOING,
            &key::table(Table::Page),
            |check, key, _: ManifestPage| {
                let home = key::number_of(key).map(UploadId);
                if home == last {
                    return Ok(());
                }
                last = home;
                let owner = home.map(|home| check.owner(home)).transpose()?;
                if !matches!(owner, Some(Owner::Completed | Owner::Doomed)) {
                    let owner =
                        home.map_or("nothing".into(), |home| format!("completed upload {home}"));
                    check.problem(Problem::Orphan {
                        row: name(key),
                        owner,
                    });
                }
                Ok(())
            },
        )
    }
}
