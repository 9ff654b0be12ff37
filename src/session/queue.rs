//! What comes next: the order of reviews, the weaving-in of new cards, and what is kept apart.
//! Pure: the same cards and the same seed give the same order. Not for finding due cards (`store/`).

use std::collections::{HashMap, HashSet};

use crate::card::{CardKey, CardUid};
use crate::seed::Seed;
use crate::time::{Day, Timestamp};

/// A card as the queue keeps it: what tells it apart, and what it must be kept apart from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueCard {
    /// The card.
    pub card: CardUid,
    /// What it is known by.
    pub key: CardKey,
    /// Its deck's id.
    pub deck: i64,
    /// Shared by siblings.
    pub block: i64,
    /// Ids of the cards (or blocks) it is mistaken for.
    pub confuses: Vec<String>,
    /// Whether it was never answered.
    pub new: bool,
    /// For new cards, how many rounds of decks come before its own: none overtakes one of an earlier round.
    pub round: u32,
    /// Whether it is asked before it is due.
    pub early: bool,
    /// For learning cards, the instant at which it is due.
    pub due_at: Option<Timestamp>,
}

impl QueueCard {
    /// Tells whether two cards should not follow one another closely: one is mistaken for the other.
    fn is_confused_with(&self, other: &Self) -> bool {
        let names = |a: &Self, b: &Self| {
            a.confuses.iter().any(|id| {
                *id == b.key.0 || b.key.0.strip_prefix(id.as_str()).is_some_and(|rest| rest.starts_with('#'))
            })
        };
        names(self, other) || names(other, self)
    }
}

/// A due review, as far as its order needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueCard {
    /// The card.
    pub card: CardUid,
    /// The day on which it was due.
    pub due: Day,
    /// Its interval in days.
    pub interval: u32,
    /// The day of its last answer.
    pub last: Day,
}

impl DueCard {
    /// Returns how much of its interval has passed: 1 on the due day, 2 after twice the interval.
    #[must_use]
    pub fn overdueness(&self, today: Day) -> f64 {
        f64::from(today.days_since(self.last).max(0)) / f64::from(self.interval.max(1))
    }
}

/// In which order due reviews are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Most overdue first on a normal day; least overdue first while more is due than a day holds: fewest minutes and
    /// most successes until the backlog is gone (simulated comparison in `docs/scheduling.md`).
    #[default]
    Relative,
    /// Most overdue first, in a backlog too: most is known again after a week and a month.
    Rescue,
    /// By chance.
    Random,
    /// Short intervals first.
    ShortFirst,
}

/// Orders due reviews and keeps as many as the day still holds.
///
/// `urgency` grows with what has been forgotten: overdueness, or the chance that the card is not recalled.
#[must_use]
pub fn order_reviews(
    mut due: Vec<DueCard>,
    room: usize,
    order: Order,
    seed: Seed,
    urgency: &dyn Fn(&DueCard) -> f64,
) -> Vec<DueCard> {
    let backlog = due.len() > room;
    // Ties (all cards due for the first time today, say) fall by chance, so that decks mix.
    let chance = |card: &DueCard| seed.derive("order", card.card.0.cast_unsigned()).0;
    let key = |card: &DueCard| match order {
        Order::Relative if backlog => urgency(card),
        Order::Relative | Order::Rescue => -urgency(card),
        Order::Random => 0.0,
        Order::ShortFirst => f64::from(card.interval),
    };
    due.sort_by_cached_key(|card| (Rank(key(card)), chance(card)));
    due.truncate(room);
    due
}

/// A key to sort by: numbers in their total order.
#[derive(PartialEq)]
struct Rank(f64);

impl Eq for Rank {}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// Keeps the first card of each block, and none of the blocks already seen today: siblings wait for another day.
#[must_use]
pub fn without_siblings(cards: Vec<QueueCard>, seen_today: &HashSet<i64>) -> Vec<QueueCard> {
    let mut blocks = seen_today.clone();
    cards.into_iter().filter(|card| blocks.insert(card.block)).collect()
}

/// Takes turns among the decks of new cards, keeping each deck's own order, until `room` cards are taken.
#[must_use]
pub fn take_turns(decks: Vec<Vec<QueueCard>>, room: usize) -> Vec<QueueCard> {
    let mut decks: Vec<_> = decks.into_iter().map(Vec::into_iter).collect();
    let mut taken = Vec::new();
    while taken.len() < room {
        let before = taken.len();
        for deck in &mut decks {
            if taken.len() < room
                && let Some(card) = deck.next()
            {
                taken.push(card);
            }
        }
        if taken.len() == before {
            break;
        }
    }
    taken
}

/// Spreads new cards evenly among reviews.
#[must_use]
pub fn weave(reviews: Vec<QueueCard>, new: Vec<QueueCard>) -> Vec<QueueCard> {
    let (many, few) = (reviews.len(), new.len());
    let mut woven = Vec::with_capacity(many + few);
    let mut new = new.into_iter();
    let mut given = 0;
    for (index, review) in reviews.into_iter().enumerate() {
        // The k-th new card stands at the middle of the k-th of `few` equal stretches.
        while given < few && (2 * given + 1) * many <= 2 * index * few {
            woven.extend(new.next());
            given += 1;
        }
        woven.push(review);
    }
    woven.extend(new);
    woven
}

/// Moves cards apart that follow one another too closely: cards of one deck, and cards mistaken for one another.
///
/// Looks only a few places ahead, so that the order by overdueness stays nearly as it was.
#[must_use]
pub fn spread(cards: Vec<QueueCard>) -> Vec<QueueCard> {
    const WINDOW: usize = 6;
    let mut rest: std::collections::VecDeque<QueueCard> = cards.into();
    let mut out: Vec<QueueCard> = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        // What a later deck takes for known comes first.
        let round = rest.iter().take(WINDOW).filter(|card| card.new).map(|card| card.round).min();
        let near: Vec<usize> = (0..rest.len().min(WINDOW))
            .filter(|&place| !rest[place].new || Some(rest[place].round) == round)
            .collect();
        let place = near
            .iter()
            .find(|&&place| {
                out.last().is_none_or(|last| last.deck != rest[place].deck)
                    && !is_too_close(&rest[place], &out)
            })
            .or_else(|| near.iter().find(|&&place| !is_too_close(&rest[place], &out)))
            .or(near.first());
        let place = place.copied().unwrap_or(0);
        out.extend(rest.remove(place));
    }
    out
}

/// How many cards lie at least between two that are mistaken for one another, where there are enough others.
pub const APART: usize = 8;

/// Tells whether a card is mistaken for one of the last few shown.
#[must_use]
pub fn is_too_close(card: &QueueCard, shown: &[QueueCard]) -> bool {
    shown.iter().rev().take(APART).any(|other| card.is_confused_with(other))
}

/// Counts cards by deck, for the head of a screen.
#[must_use]
pub fn by_deck<'a>(cards: impl IntoIterator<Item = &'a QueueCard>) -> HashMap<i64, usize> {
    cards.into_iter().fold(HashMap::new(), |mut counts, card| {
        *counts.entry(card.deck).or_default() += 1;
        counts
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn card(number: i64, deck: i64) -> QueueCard {
        QueueCard {
            card: CardUid(number),
            key: CardKey(format!("k{number}")),
            deck,
            block: number,
            confuses: Vec::new(),
            new: false,
            round: 0,
            early: false,
            due_at: None,
        }
    }

    fn due(number: i64, last: i32, interval: u32) -> DueCard {
        DueCard { card: CardUid(number), due: Day(last + interval as i32), interval, last: Day(last) }
    }

    fn numbers(cards: &[DueCard]) -> Vec<i64> {
        cards.iter().map(|card| card.card.0).collect()
    }

    #[test]
    fn a_normal_day_takes_the_most_overdue_first_and_a_backlog_the_least() {
        // Today is 100; overdueness 1.0, 2.0, 1.5.
        let cards = vec![due(1, 90, 10), due(2, 90, 5), due(3, 85, 10)];
        let order = |room, order| {
            numbers(&order_reviews(cards.clone(), room, order, Seed(1), &|card: &DueCard| {
                card.overdueness(Day(100))
            }))
        };
        assert_eq!(order(3, Order::Relative), [2, 3, 1]);
        assert_eq!(order(2, Order::Relative), [1, 3]);
        assert_eq!(order(2, Order::Rescue), [2, 3]);
        assert_eq!(order(3, Order::ShortFirst)[0], 2);
    }

    #[test]
    fn every_order_is_a_permutation_that_its_seed_fixes() {
        let cards: Vec<_> = (0..50).map(|n| due(n, 90, 10)).collect();
        for order in [Order::Relative, Order::Rescue, Order::Random, Order::ShortFirst] {
            let once = numbers(&order_reviews(cards.clone(), 50, order, Seed(9), &|card| {
                card.overdueness(Day(100))
            }));
            assert_eq!(
                once,
                numbers(&order_reviews(cards.clone(), 50, order, Seed(9), &|card: &DueCard| card
                    .overdueness(Day(100))))
            );
            assert_ne!(
                once,
                numbers(&order_reviews(cards.clone(), 50, order, Seed(10), &|card: &DueCard| card
                    .overdueness(Day(100))))
            );
            let mut sorted = once;
            sorted.sort_unstable();
            assert_eq!(sorted, (0..50).collect::<Vec<_>>());
        }
    }

    #[test]
    fn new_cards_lie_evenly_among_reviews() {
        let woven = weave((0..9).map(|n| card(n, 1)).collect(), (100..103).map(|n| card(n, 2)).collect());
        let places: Vec<usize> =
            woven.iter().enumerate().filter(|(_, card)| card.deck == 2).map(|(place, _)| place).collect();
        assert_eq!(woven.len(), 12);
        assert_eq!(places, [2, 6, 10]);
        assert_eq!(weave(vec![], vec![card(1, 1)]).len(), 1);
        assert_eq!(weave(vec![card(1, 1)], vec![]).len(), 1);
    }

    #[test]
    fn siblings_wait_for_another_day() {
        let mut cards = vec![card(1, 1), card(2, 1), card(3, 1)];
        cards[1].block = 1;
        let kept = |seen: &[i64]| {
            without_siblings(cards.clone(), &seen.iter().copied().collect())
                .iter()
                .map(|card| card.card.0)
                .collect::<Vec<_>>()
        };
        assert_eq!(kept(&[]), [1, 3]);
        assert_eq!(kept(&[1]), [3]);
    }

    #[test]
    fn cards_of_one_deck_and_cards_mistaken_for_one_another_are_moved_apart() {
        let mut cards = vec![card(1, 1), card(2, 1), card(3, 2), card(4, 2)];
        assert_eq!(spread(cards.clone()).iter().map(|card| card.deck).collect::<Vec<_>>(), [1, 2, 1, 2]);
        cards[2].confuses = vec!["k1".into()];
        let order: Vec<i64> = spread(cards).iter().map(|card| card.card.0).collect();
        assert_eq!(order, [1, 4, 2, 3]);
    }

    #[test]
    fn decks_take_turns_until_there_is_no_room() {
        let decks = vec![vec![card(1, 1), card(2, 1), card(3, 1)], vec![card(11, 2)]];
        let taken = |room| take_turns(decks.clone(), room).iter().map(|card| card.card.0).collect::<Vec<_>>();
        assert_eq!(taken(10), [1, 11, 2, 3]);
        assert_eq!(taken(2), [1, 11]);
        assert_eq!(taken(0), Vec::<i64>::new());
    }
}
