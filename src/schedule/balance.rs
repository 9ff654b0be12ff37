//! Load balancing: among the days that fuzz allows, prefer those on which little is due yet, and days that suit.
//! Not for counting what is due (`store/`): counts come as a function of the day.

use super::fuzz::Fuzz;
use crate::time::Day;

/// How much a day is wanted, by weekday from Monday: 1 as any other, 0 never if it can be helped.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct EasyDays(pub [f64; 7]);

impl Default for EasyDays {
    fn default() -> Self {
        Self([1.0; 7])
    }
}

/// How strongly a full day repels: with two, a day with twice the cards gets a quarter of the new ones (Anki uses 2.15).
const REPULSION: i32 = 2;

/// Chooses an interval within `range`, in days from `today`: by chance, weighted by the room left on each day.
///
/// `due_on` tells how many cards are due on a day already. The choice belongs in the log ([`NextState::settle`]), since
/// no replay can know what was due then. Without fuzz the emptiest day wins, the earliest of equals.
///
/// [`NextState::settle`]: super::NextState::settle
#[must_use]
pub fn balanced(
    range: (u32, u32),
    today: Day,
    due_on: impl Fn(Day) -> u32,
    easy: &EasyDays,
    fuzz: Fuzz,
) -> u32 {
    let (low, high) = (range.0, range.1.max(range.0));
    let weight = |interval: u32| {
        let day = today.plus(i32::try_from(interval).unwrap_or(i32::MAX));
        let wanted = easy.0[usize::from(day.weekday()) % 7].clamp(0.0, 1.0);
        let room = (1.0 + f64::from(due_on(day))).powi(-REPULSION);
        // A day that is not wanted at all still goes before no day.
        room * wanted.max(1e-9)
    };
    let weights: Vec<(u32, f64)> = (low..=high).map(|interval| (interval, weight(interval))).collect();
    let Some(share) = fuzz.share() else {
        let emptiest = weights.iter().rev().max_by(|left, right| left.1.total_cmp(&right.1));
        return emptiest.map_or(low, |(interval, _)| *interval);
    };
    let mut left = share * weights.iter().map(|(_, weight)| weight).sum::<f64>();
    for (interval, weight) in &weights {
        left -= weight;
        if left < 0.0 {
            return *interval;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::CardUid;

    fn chosen(due_on: impl Fn(Day) -> u32, easy: EasyDays) -> Vec<u32> {
        let mut counts = vec![0; 5];
        for card in 0..3_000 {
            let fuzz = Fuzz::of(CardUid(card), 4);
            counts[balanced((8, 12), Day(100), &due_on, &easy, fuzz) as usize - 8] += 1;
        }
        counts
    }

    #[test]
    fn full_days_are_shunned_and_empty_ones_shared_alike() {
        let even = chosen(|_| 7, EasyDays::default());
        assert!(even.iter().all(|count| (530..670).contains(count)), "{even:?}");
        let uneven = chosen(|day| if day == Day(110) { 99 } else { 9 }, EasyDays::default());
        assert!(uneven[2] < 20 && uneven[0] > 700, "{uneven:?}");
    }

    #[test]
    fn unwanted_weekdays_are_left_out_unless_there_is_no_other() {
        // 1970-04-21, day 110, is a Tuesday.
        let mut easy = EasyDays::default();
        easy.0[1] = 0.0;
        assert_eq!(chosen(|_| 0, easy)[2], 0);
        let none = EasyDays([0.0; 7]);
        assert!((8..=12).contains(&balanced((8, 12), Day(100), |_| 0, &none, Fuzz::of(CardUid(1), 1))));
    }

    #[test]
    fn without_fuzz_the_emptiest_day_wins() {
        let due = |day: Day| u32::from(day != Day(111)) * 3;
        assert_eq!(balanced((8, 12), Day(100), due, &EasyDays::default(), Fuzz::NONE), 11);
        assert_eq!(balanced((8, 12), Day(100), |_| 0, &EasyDays::default(), Fuzz::NONE), 8);
        assert_eq!(balanced((3, 3), Day(100), |_| 9, &EasyDays::default(), Fuzz::NONE), 3);
    }
}
