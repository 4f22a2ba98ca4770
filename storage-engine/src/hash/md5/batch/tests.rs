use super::*;
use crate::hash::md5::state::md5_inline;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 128 }))]

    #[test]
    fn messages_do_not_disturb_each_other(
        messages in proptest::collection::vec(
            proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..700), 0..5),
            0..=LANES_MAX + 4,
        ),
        cut in 0_usize..5,
    ) {
        let messages: Vec<Vec<Bytes>> = messages
            .into_iter()
            .map(|pieces| pieces.into_iter().map(Bytes::from).collect())
            .collect();
        let mut states = vec![Md5::new(); messages.len()];
        // Two calls, so that messages enter the second with a partly filled block.
        for half in 0..2 {
            update_all(states.iter_mut().zip(&messages).map(|(md5, pieces)| {
                let (first, second) = pieces.split_at(cut.min(pieces.len()));
                (md5, if half == 0 { first } else { second })
            }));
        }
        for (md5, pieces) in states.into_iter().zip(&messages) {
            prop_assert_eq!(md5.finish(), md5_inline(&pieces.concat()));
        }
    }
}
