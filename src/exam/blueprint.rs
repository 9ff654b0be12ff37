//! A paper drawn by seed: each resource has its share, a third are problems, no concept comes twice before all have come
//! once, and what was not asked in earlier sittings goes first. Every beginning of the paper keeps this, since an exam
//! may stop anywhere.
//! Pure. Not for reading cards or drawing their values (`app/exam.rs`).

use std::collections::{BTreeMap, HashMap};

use crate::card::CardUid;
use crate::seed::Seed;

/// A card that an exam may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The card.
    pub card: CardUid,
    /// The resource it belongs to, or its deck.
    pub resource: String,
    /// The concept it is about.
    pub concept: String,
    /// Whether its values are drawn afresh, so that it can be asked again and be another question.
    pub is_problem: bool,
    /// How many earlier sittings asked it.
    pub asked: u32,
}

/// What a paper is to be like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blueprint {
    /// How many items.
    pub items: u32,
    /// The share of problems, at least; `0.0..=1.0`.
    pub problem_share: f64,
}

/// How often one problem may be drawn in a paper, with other values each time, while other cards are left: more would
/// make the exam one about that problem.
pub const MOST_OF_ONE_PROBLEM: u32 = 3;

/// Draws a paper: indices into `pool`, in the order in which they are asked. An empty pool gives an empty paper.
///
/// A resource's share is its share of the concepts in the pool. Where wishes collide, the share of problems yields to
/// [`MOST_OF_ONE_PROBLEM`], the shares of resources to both, and freshness to all of them.
#[must_use]
pub fn draw(pool: &[Candidate], blueprint: &Blueprint, seed: Seed) -> Vec<usize> {
    let mut drawing = Drawing::new(pool, seed);
    (0..blueprint.items).map_while(|_| drawing.next(blueprint.problem_share)).collect()
}

struct Drawing<'a> {
    pool: &'a [Candidate],
    seed: Seed,
    /// The share of each resource.
    shares: BTreeMap<&'a str, f64>,
    by_resource: HashMap<&'a str, u32>,
    by_concept: HashMap<&'a str, u32>,
    by_card: Vec<u32>,
    taken: u32,
    problems: u32,
}

impl<'a> Drawing<'a> {
    fn new(pool: &'a [Candidate], seed: Seed) -> Self {
        let mut concepts: BTreeMap<&str, &str> = BTreeMap::new();
        for candidate in pool {
            concepts.entry(&candidate.concept).or_insert(&candidate.resource);
        }
        let mut shares: BTreeMap<&str, f64> = BTreeMap::new();
        for resource in concepts.values() {
            *shares.entry(resource).or_default() += 1.0 / concepts.len() as f64;
        }
        // A resource whose every concept another one teaches first has no share, but its cards are there all the same.
        pool.iter().for_each(|candidate| {
            shares.entry(&candidate.resource).or_insert(0.0);
        });
        Self {
            pool,
            seed,
            shares,
            by_resource: HashMap::new(),
            by_concept: HashMap::new(),
            by_card: vec![0; pool.len()],
            taken: 0,
            problems: 0,
        }
    }

    fn next(&mut self, problem_share: f64) -> Option<usize> {
        // One problem in three means that the first of three is one: a short exam has its share too.
        let wanted = f64::from(self.taken + 1) * problem_share;
        let wants_problem = f64::from(self.problems) < wanted - 1e-9;
        let place = if wants_problem {
            self.problem().or_else(|| self.other())
        } else {
            self.other().or_else(|| self.problem())
        }
        .or_else(|| self.best(|_| true))?;
        let candidate = &self.pool[place];
        *self.by_resource.entry(&candidate.resource).or_default() += 1;
        *self.by_concept.entry(&candidate.concept).or_default() += 1;
        self.by_card[place] += 1;
        self.taken += 1;
        self.problems += u32::from(candidate.is_problem);
        Some(place)
    }

    fn problem(&self) -> Option<usize> {
        self.best(|place| self.pool[place].is_problem && self.by_card[place] < MOST_OF_ONE_PROBLEM)
    }

    /// Anything but a problem, of a concept that has not come yet: those that only a problem can ask are left to it.
    fn other(&self) -> Option<usize> {
        let round =
            |place: usize| self.by_concept.get(self.pool[place].concept.as_str()).copied().unwrap_or(0);
        let least = (0..self.pool.len()).filter(|&place| !self.pool[place].is_problem).map(round).min()?;
        let least_of_all = (0..self.pool.len()).map(round).min()?;
        // Every concept of plain cards has come, but not yet those of problems: these first.
        if least > least_of_all && self.problem().is_some_and(|place| round(place) == least_of_all) {
            return None;
        }
        self.best(|place| !self.pool[place].is_problem && round(place) == least)
    }

    /// The best of the cards that fit: of the concept that came least, of the resource that is most behind its share,
    /// asked least in earlier sittings; the rest is chance.
    fn best(&self, fits: impl Fn(usize) -> bool) -> Option<usize> {
        let behind = |resource: &str| {
            let due = self.shares.get(resource).copied().unwrap_or(0.0) * f64::from(self.taken + 1);
            due - f64::from(self.by_resource.get(resource).copied().unwrap_or(0))
        };
        let concept =
            |place: usize| self.by_concept.get(self.pool[place].concept.as_str()).copied().unwrap_or(0);
        let chance = |place: usize| {
            let candidate = &self.pool[place];
            self.seed
                .derive("draw", candidate.card.0.cast_unsigned())
                .derive("time", u64::from(self.by_card[place]))
                .0
        };
        (0..self.pool.len()).filter(|&place| fits(place)).min_by(|&a, &b| {
            let (left, right) = (&self.pool[a], &self.pool[b]);
            concept(a)
                .cmp(&concept(b))
                .then_with(|| behind(&right.resource).total_cmp(&behind(&left.resource)))
                .then_with(|| (self.by_card[a], left.asked).cmp(&(self.by_card[b], right.asked)))
                .then_with(|| chance(a).cmp(&chance(b)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const THIRD: f64 = 1.0 / 3.0;

    fn pool() -> impl Strategy<Value = Vec<Candidate>> {
        proptest::collection::vec((0..6_u8, 0..40_u8, 0..5_u8, 0..3_u32), 1..160).prop_map(|cards| {
            (0..)
                .zip(cards)
                .map(|(card, (resource, concept, kind, asked))| Candidate {
                    card: CardUid(card),
                    resource: format!("r{resource}"),
                    concept: format!("r{resource}-c{concept}"),
                    is_problem: kind == 0,
                    asked,
                })
                .collect()
        })
    }

    fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> usize {
        names.collect::<std::collections::HashSet<_>>().len()
    }

    proptest! {
        // Sixty draws from up to 160 cards each: fewer cases than usual, each looks at every beginning.
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_same_seed_draws_the_same_paper_and_the_order_of_the_pool_is_nothing(pool in pool(), seed: u64) {
            let blueprint = Blueprint { items: 60, problem_share: THIRD };
            let cards = |pool: &[Candidate]| -> Vec<CardUid> {
                draw(pool, &blueprint, Seed(seed)).into_iter().map(|place| pool[place].card).collect()
            };
            let mut turned = pool.clone();
            turned.reverse();
            prop_assert_eq!(cards(&pool), cards(&turned));
            prop_assert_eq!(cards(&pool).len(), 60);
        }

        #[test]
        fn every_beginning_has_a_third_of_problems_as_far_as_there_are_any(pool in pool(), seed: u64) {
            let paper = draw(&pool, &Blueprint { items: 60, problem_share: THIRD }, Seed(seed));
            let most = pool.iter().filter(|card| card.is_problem).count() * MOST_OF_ONE_PROBLEM as usize;
            for end in 1..=paper.len() {
                let problems = paper[..end].iter().filter(|&&place| pool[place].is_problem).count();
                prop_assert!(problems >= end.div_ceil(3).min(most), "{} of {}", problems, end);
            }
        }

        #[test]
        fn no_concept_of_plain_cards_comes_twice_before_all_have_come_once(pool in pool(), seed: u64) {
            let paper = draw(&pool, &Blueprint { items: 60, problem_share: THIRD }, Seed(seed));
            let all = distinct(pool.iter().map(|card| card.concept.as_str()));
            let plain = distinct(pool.iter().filter(|card| !card.is_problem).map(|card| card.concept.as_str()));
            let mut come: Vec<&str> = Vec::new();
            for &place in &paper {
                let card = &pool[place];
                if !card.is_problem && come.contains(&card.concept.as_str()) {
                    let seen = distinct(come.iter().copied());
                    let seen_plain = distinct(
                        come.iter().copied().filter(|c| pool.iter().any(|card| !card.is_problem && card.concept == *c)),
                    );
                    prop_assert!(seen == all || seen_plain == plain, "{} again after {} of {}", card.concept, seen, all);
                }
                come.push(&card.concept);
            }
        }

        #[test]
        fn shares_are_kept_in_every_beginning(seed: u64, sizes in proptest::collection::vec(4..30_usize, 1..9)) {
            // Every concept has a plain card and a problem, so that no other wish is in the way.
            let mut pool = Vec::new();
            for (resource, &size) in sizes.iter().enumerate() {
                for concept in 0..size {
                    for is_problem in [false, true] {
                        pool.push(Candidate {
                            card: CardUid(i64::try_from(pool.len()).unwrap()),
                            resource: format!("r{resource}"),
                            concept: format!("r{resource}-c{concept}"),
                            is_problem,
                            asked: 0,
                        });
                    }
                }
            }
            let all: usize = sizes.iter().sum();
            let paper = draw(&pool, &Blueprint { items: 60, problem_share: THIRD }, Seed(seed));
            for end in 1..=paper.len() {
                for (resource, &size) in sizes.iter().enumerate() {
                    let name = format!("r{resource}");
                    let taken = paper[..end].iter().filter(|&&place| pool[place].resource == name).count() as f64;
                    let due = size as f64 / all as f64 * end as f64;
                    prop_assert!((taken - due).abs() <= 2.0, "{}: {} for {} after {}", name, taken, due, end);
                }
            }
        }
    }

    #[test]
    fn what_was_not_asked_yet_goes_first() {
        let card = |number: i64, asked: u32| Candidate {
            card: CardUid(number),
            resource: "r".into(),
            concept: format!("c{number}"),
            is_problem: false,
            asked,
        };
        let pool: Vec<Candidate> = (0..30).map(|number| card(number, u32::from(number < 15))).collect();
        for seed in 0..20 {
            let paper = draw(&pool, &Blueprint { items: 30, problem_share: THIRD }, Seed(seed));
            assert!(paper[..15].iter().all(|&place| pool[place].asked == 0));
        }
        let other = |seed| draw(&pool, &Blueprint { items: 10, problem_share: 0.0 }, Seed(seed));
        assert_ne!(other(1), other(2));
    }

    #[test]
    fn with_enough_problems_no_concept_comes_twice_at_all() {
        let pool: Vec<Candidate> = (0..70)
            .map(|number| Candidate {
                card: CardUid(number),
                resource: format!("r{}", number % 4),
                concept: format!("c{number}"),
                is_problem: number < 20,
                asked: 0,
            })
            .collect();
        for seed in 0..20 {
            let paper = draw(&pool, &Blueprint { items: 60, problem_share: THIRD }, Seed(seed));
            assert_eq!(distinct(paper.iter().map(|&place| pool[place].concept.as_str())), 60);
        }
    }

    #[test]
    fn a_small_pool_is_used_up_before_anything_comes_again() {
        let card = |number: i64, is_problem: bool| Candidate {
            card: CardUid(number),
            resource: "r".into(),
            concept: format!("c{number}"),
            is_problem,
            asked: 0,
        };
        let pool = [card(1, false), card(2, false), card(3, true)];
        let paper = draw(&pool, &Blueprint { items: 6, problem_share: THIRD }, Seed(3));
        let mut counts = [0; 3];
        paper.iter().for_each(|&place| counts[place] += 1);
        assert_eq!(counts, [2, 2, 2]);
        assert_eq!(draw(&[], &Blueprint { items: 6, problem_share: THIRD }, Seed(3)), Vec::<usize>::new());
        assert_eq!(draw(&pool[..1], &Blueprint { items: 3, problem_share: THIRD }, Seed(3)), [0, 0, 0]);
    }
}
