use super::*;

const KIB: usize = 1024;

#[test]
fn a_block_is_aligned_zeroed_and_rounded_up() {
    for (asked, given) in [
        (0, 4 * KIB),
        (1, 4 * KIB),
        (4096, 4 * KIB),
        (4097, 8 * KIB),
        (1028 * KIB, 1028 * KIB),
    ] {
        let pool = BlockPool::new(asked, 0);
        let block = pool.take();
        assert_eq!((pool.block_bytes(), block.len()), (given, given));
        assert_eq!(block.as_ptr() as usize % DIRECT_ALIGN_BYTES, 0);
        assert!(block.iter().all(|byte| *byte == 0));
    }
}

#[test]
fn memory_comes_back_and_is_not_zeroed() {
    let pool = BlockPool::new(64 * KIB, 64 * KIB);
    let mut block = pool.take();
    block.fill(7);
    let address = block.as_ptr() as usize;
    drop(block);
    assert_eq!(pool.idle_bytes(), 64 * KIB);

    let again = pool.take();
    assert_eq!(again.as_ptr() as usize, address);
    assert!(again.iter().all(|byte| *byte == 7));
    assert_eq!(pool.idle_bytes(), 0);
}

#[test]
fn idle_memory_is_bounded() {
    let pool = BlockPool::new(4 * KIB, 11 * KIB);
    let blocks: Vec<Block> = (0..8).map(|_| pool.take()).collect();
    drop(blocks);
    assert_eq!(pool.idle_bytes(), 8 * KIB);

    let none = BlockPool::new(4 * KIB, 4 * KIB - 1);
    drop(none.take());
    assert_eq!(none.idle_bytes(), 0);
}

#[test]
fn the_last_bytes_return_the_memory() {
    let pool = BlockPool::new(4 * KIB, 4 * KIB);
    let mut block = pool.take();
    block[10..14].copy_from_slice(b"body");
    let bytes = block.freeze(10..14);
    let part = bytes.slice(1..3);
    assert_eq!((&bytes[..], &part[..]), (&b"body"[..], &b"od"[..]));
    drop(bytes);
    assert_eq!(pool.idle_bytes(), 0);
    drop(part);
    assert_eq!(pool.idle_bytes(), 4 * KIB);

    assert!(pool.take().freeze(5..5).is_empty());
    assert_eq!(pool.idle_bytes(), 4 * KIB);
}

#[test]
fn a_shared_block_is_read_by_many_and_returns_once() {
    let pool = BlockPool::new(4 * KIB, 64 * KIB);
    let mut block = pool.take();
    block.fill(9);
    let shared = block.share();
    let reader = shared.clone();
    let sum = std::thread::spawn(move || reader.iter().map(|byte| u64::from(*byte)).sum::<u64>());
    let bytes = shared.slice(0..100);
    assert_eq!(sum.join().unwrap(), 9 * 4096);

    let shared = shared.unshare().unwrap_err();
    assert_eq!(bytes, vec![9; 100]);
    drop(bytes);
    let mut block = shared.unshare().unwrap();
    block[0] = 1;
    drop(block);
    assert_eq!(pool.idle_bytes(), 4 * KIB);
}

#[test]
fn a_pool_may_go_before_its_blocks() {
    let pool = BlockPool::new(4 * KIB, 4 * KIB);
    let mut block = pool.take();
    drop(pool);
    block[4095] = 1;
    assert_eq!(block[4095], 1);
}
