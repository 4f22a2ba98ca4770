use super::*;
use crate::index::MemoryIndex;
use crate::key::Table;

fn usage(objects: i64, bytes: i64) -> UsageDelta {
    UsageDelta {
        objects,
        versions: objects,
        bytes,
        ..UsageDelta::default()
    }
}

fn counted(bucket: u64, delta: UsageDelta) -> Batch {
    let mut batch = Batch::default();
    batch.count(BucketId(bucket), delta);
    batch
}

fn extents(changes: &[ExtentChange]) -> Batch {
    Batch {
        extents: changes.to_vec(),
        ..Batch::default()
    }
}

fn place(offset: u64) -> Place {
    Place {
        segment: SegmentId(1),
        offset,
        record_bytes: 100,
    }
}

fn finish(group: Group<'_>, places: &[Place], index: &MemoryIndex) -> Finished {
    let accounts = HashMap::from([(
        SegmentId(1),
        SegmentRow {
            kind: SegmentKind::Bulk,
            live_bytes: 1_000,
            end: 50,
        },
    )]);
    let finished = group
        .finish(places, &accounts, &|_| SegmentKind::Log)
        .unwrap();
    index.apply(&finished.rows).unwrap();
    finished
}

fn refs(index: &MemoryIndex, extent: u64) -> Option<u32> {
    let row = index.get(&Key::extent(ExtentId(extent))).unwrap()?;
    Some(row::decode::<ExtentRow>(&row).unwrap().refs)
}

#[test]
fn counts_of_a_bucket_deleted_in_the_same_group_are_gone() {
    let index = MemoryIndex::new();
    let mut group = Group::new(&index, Arc::default());
    group.accept(counted(1, usage(1, 10)), None).unwrap();
    group.accept(counted(1, usage(-1, -10)), None).unwrap();
    let mut batch = Batch::default();
    batch.delete(Key::usage(BucketId(1)));
    group.accept(batch, None).unwrap();
    assert_eq!(group.usage(BucketId(1)).unwrap(), UsageRow::default());
    group.accept(counted(2, usage(1, 5)), None).unwrap();
    finish(group, &[], &index);
    assert_eq!(index.get(&Key::usage(BucketId(1))).unwrap(), None);
    assert!(index.get(&Key::usage(BucketId(2))).unwrap().is_some());
}

#[test]
fn every_change_sees_those_before_it() {
    let index = MemoryIndex::new();
    index
        .apply(&[(Key::bucket("b"), Some(Bytes::from_static(b"old")))])
        .unwrap();
    let mut group = Group::new(&index, Arc::default());
    let mut batch = Batch::default();
    batch.put_bytes(Key::bucket("a"), Bytes::from_static(b"new"));
    batch.delete(Key::bucket("b"));
    group.accept(batch, None).unwrap();
    assert_eq!(View::get(&group, &Key::bucket("b")).unwrap(), None);
    let all = crate::key::table(Table::Bucket);
    let first = group.first(&all).unwrap();
    assert_eq!(first, Some((Key::bucket("a"), Bytes::from_static(b"new"))));
    let behind = Key::bucket("a").after()..all.end;
    assert_eq!(group.first(&behind).unwrap(), None);
}

#[test]
fn a_chunk_lives_as_long_as_it_is_named() {
    let index = MemoryIndex::new();
    let id = ExtentId(5);
    let mut group = Group::new(&index, Arc::default());
    group
        .accept(extents(&[ExtentChange::Add(id, place(0))]), None)
        .unwrap();
    group
        .accept(extents(&[ExtentChange::Retain(id)]), None)
        .unwrap();
    let finished = finish(group, &[], &index);
    assert_eq!(refs(&index, 5), Some(2));
    assert_eq!(finished.segments[&SegmentId(1)].live_bytes, 1_100);
    assert_eq!(finished.highest_extent, Some(id));

    let mut group = Group::new(&index, Arc::default());
    group
        .accept(extents(&[ExtentChange::Release(id)]), None)
        .unwrap();
    finish(group, &[], &index);
    assert_eq!(refs(&index, 5), Some(1));

    let mut group = Group::new(&index, Arc::default());
    group
        .accept(extents(&[ExtentChange::Release(id)]), None)
        .unwrap();
    let late = group.accept(extents(&[ExtentChange::Retain(id)]), None);
    assert!(matches!(late, Err(Error::Conflict)), "{late:?}");
    let finished = finish(group, &[], &index);
    assert_eq!(refs(&index, 5), None);
    assert_eq!(finished.segments[&SegmentId(1)].live_bytes, 900);
}

#[test]
fn a_chunk_is_moved_only_from_where_it_lies() {
    let index = MemoryIndex::new();
    let id = ExtentId(5);
    let mut group = Group::new(&index, Arc::default());
    group
        .accept(extents(&[ExtentChange::Add(id, place(0))]), None)
        .unwrap();
    finish(group, &[], &index);
    for (from, to, wanted) in [(700, 900, 0), (0, 300, 300)] {
        let mut group = Group::new(&index, Arc::default());
        let moved = ExtentChange::Move(id, place(from), place(to));
        group.accept(extents(&[moved]), None).unwrap();
        finish(group, &[], &index);
        let row = index.get(&Key::extent(id)).unwrap().unwrap();
        assert_eq!(row::decode::<ExtentRow>(&row).unwrap().offset, wanted);
    }
}

#[test]
fn bodies_get_the_places_of_their_order() {
    let index = MemoryIndex::new();
    let mut group = Group::new(&index, Arc::default());
    for id in [8, 7] {
        let change = ExtentChange::AddBody(ExtentId(id));
        assert!(
            group
                .accept(extents(&[change]), Some(ExtentId(id)))
                .unwrap()
        );
    }
    // A body that its change does not name is not appended.
    assert!(!group.accept(Batch::default(), Some(ExtentId(9))).unwrap());
    finish(group, &[place(10), place(20)], &index);
    let offset = |id| {
        let row = index.get(&Key::extent(ExtentId(id))).unwrap().unwrap();
        row::decode::<ExtentRow>(&row).unwrap().offset
    };
    assert_eq!((offset(8), offset(7)), (10, 20));
}

#[test]
fn a_refused_batch_leaves_no_trace() {
    let index = MemoryIndex::new();
    let mut group = Group::new(&index, Arc::default());
    let mut batch = counted(1, usage(1, 1));
    batch.put_bytes(Key::bucket("a"), Bytes::from_static(b"row"));
    batch.extents = vec![
        ExtentChange::Add(ExtentId(1), place(0)),
        ExtentChange::Retain(ExtentId(2)),
    ];
    assert!(matches!(group.accept(batch, None), Err(Error::Conflict)));
    assert!(View::get(&group, &Key::bucket("a")).unwrap().is_none());
    assert!(group.extents.is_empty());
    assert_eq!(group.usage(BucketId(1)).unwrap(), UsageRow::default());
}
