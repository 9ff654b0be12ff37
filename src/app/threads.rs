//! The same work on many things, on as many threads as the machine has. Not for anything that lasts: all threads have
//! ended when the results are there, so that waiting for a key is waiting of one thread.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Fewer things than this are worked on by the caller alone: to start a thread costs as much as to read a small deck.
const MANY: usize = 16;

/// Returns what `work` makes of each thing, in the order of the things.
pub fn map<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(things.len() / (MANY / 2));
    if things.len() < MANY || threads < 2 {
        return things.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    // Each takes the next that nobody has taken: decks differ in size.
    let take = || {
        let mut mine = Vec::with_capacity(things.len() / threads + 1);
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            match things.get(index) {
                Some(thing) => mine.push((index, work(thing))),
                None => return mine,
            }
        }
    };
    let mut all = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(take)).collect();
        let mut all = take();
        for other in others {
            match other.join() {
                Ok(theirs) => all.extend(theirs),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_unstable_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_things_whoever_made_them() {
        for count in [0, 1, MANY - 1, MANY, 1_000] {
            let things: Vec<usize> = (0..count).collect();
            let made = map(&things, |thing| {
                if thing % 7 == 0 {
                    std::thread::yield_now();
                }
                thing * 2
            });
            assert_eq!(made, things.iter().map(|thing| thing * 2).collect::<Vec<_>>());
        }
    }
}
