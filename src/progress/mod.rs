//! Folds over decks and the log: the course's order, statistics, streaks, forecasts.
//! Pure. Not for one card's schedule (`schedule/`) or for drawing (`view/`).

pub mod binomial;
pub mod course;
pub mod sprt;
pub mod stats;

use crate::time::Day;

/// Returns the present and the longest streak: days in a row with at least one review.
///
/// `days` is in order, each day once. Today counts once it has a review; until then yesterday's streak stands.
#[must_use]
pub fn streak(days: &[(Day, u32)], today: Day) -> (usize, usize) {
    let mut longest = 0;
    let mut run = 0;
    let mut last: Option<Day> = None;
    for &(day, _) in days.iter().filter(|&&(day, count)| count > 0 && day <= today) {
        run = if last.is_some_and(|last| day.days_since(last) == 1) { run + 1 } else { 1 };
        longest = longest.max(run);
        last = Some(day);
    }
    let stands = last.is_some_and(|last| today.days_since(last) <= 1);
    (if stands { run } else { 0 }, longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_streak_stands_until_a_day_is_missed() {
        let days: Vec<(Day, u32)> = [1, 2, 3, 5, 6].map(|day| (Day(day), 4)).to_vec();
        assert_eq!(streak(&days, Day(6)), (2, 3));
        assert_eq!(streak(&days, Day(7)), (2, 3), "today has time yet");
        assert_eq!(streak(&days, Day(8)), (0, 3));
        assert_eq!(streak(&[], Day(8)), (0, 0));
    }
}
