use super::*;

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[test]
fn time_is_split_without_a_rest() {
    let spent = split(ms(100), ms(60), ms(20), ms(30));
    let expected = Spent {
        total: ms(100),
        receiving: ms(20),
        working: ms(40),
        reading: ms(30),
        sending: ms(10),
    };
    assert_eq!(spent, expected);
}

/// The refusal of an upload goes out while the upload still comes in.
#[test]
fn no_part_is_longer_than_there_was_time() {
    let spent = split(ms(100), ms(60), ms(90), ms(70));
    assert_eq!((spent.receiving, spent.working), (ms(60), ms(0)));
    assert_eq!((spent.reading, spent.sending), (ms(40), ms(0)));
}

#[test]
fn waiting_for_a_client_is_not_working() {
    let inflow = Arc::new(Inflow::default());
    let mut clock = Clock::start(Arc::clone(&inflow));
    std::thread::sleep(ms(20));
    inflow.waited_for(ms(15));
    inflow.came(7);
    clock.turn();
    clock.lacks();
    std::thread::sleep(ms(20));
    clock.has();
    let spent = clock.spent();
    assert_eq!((spent.receiving, clock.received_bytes()), (ms(15), 7));
    assert!(
        spent.working >= ms(5) && spent.reading >= ms(20),
        "{spent:?}"
    );
    let parts = spent.receiving + spent.working + spent.reading + spent.sending;
    assert_eq!(parts, spent.total);
}
