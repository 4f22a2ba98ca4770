//! What a request that is made in this process can say and one of the wire cannot. Each stands in
//! its extensions.

/// A bucket that is there already is refused and stays as it is, in every region.
#[derive(Clone, Copy, Debug)]
pub struct OnlyNew;

/// It is looked at whether it can be done, to the last target that has to answer, and nothing is
/// stored.
#[derive(Clone, Copy, Debug)]
pub struct OnlyTried;

/// Values of headers are UTF-8, where those of the wire are ISO 8859-1.
#[derive(Clone, Copy, Debug)]
pub struct TextHeaders;
