//! A paper drawn by seed: a third are problems, no concept comes twice before all have come once, each resource has its
//! share, and what was not asked in earlier sittings goes first. Every beginning of the paper keeps this, since an exam
//! may stop anywhere.
//! Pure. Not for reading cards or drawing their values (`app/exam.rs`).

use std::collections::{BTreeSet, HashMap};

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

/// Draws a paper: indices into `pool`, in the order in which they are asked.
///
/// A card is asked once; a problem may come again, since its values are drawn afresh. So a paper is shorter than wished
/// only where the pool has no problem, and empty for an empty pool.
///
/// Where wishes collide, the share of problems comes first: a pool that has any keeps it in every beginning of the paper,
/// if need be by asking one again, and none a second time more than another. Then come the rounds of concepts, then the
/// shares of resources (as many items as its concepts are of all), then freshness.
#[must_use]
pub fn draw(pool: &[Candidate], blueprint: &Blueprint, seed: Seed) -> Vec<usize> {
    let mut drawing = Drawing::new(pool, *blueprint, seed);
    (0..blueprint.items).map_while(|_| drawing.next()).collect()
}

struct Drawing<'a> {
    pool: &'a [Candidate],
    blueprint: Blueprint,
    seed: Seed,
    /// By place in the pool: which resource, which concept.
    places: Vec<(usize, usize)>,
    /// The share of each resource.
    shares: Vec<f64>,
    /// By concept: whether a problem is about it.
    has_problem: Vec<bool>,
    by_resource: Vec<u32>,
    by_concept: Vec<u32>,
    by_card: Vec<u32>,
    taken: u32,
    problems: u32,
}

impl<'a> Drawing<'a> {
    fn new(pool: &'a [Candidate], blueprint: Blueprint, seed: Seed) -> Self {
        let numbered =
            |names: BTreeSet<&'a str>| -> HashMap<&'a str, usize> { names.into_iter().zip(0..).collect() };
        let resources = numbered(pool.iter().map(|card| card.resource.as_str()).collect());
        let concepts = numbered(pool.iter().map(|card| card.concept.as_str()).collect());
        let places: Vec<(usize, usize)> = pool
            .iter()
            .map(|card| (resources[card.resource.as_str()], concepts[card.concept.as_str()]))
            .collect();
        let taught: BTreeSet<(usize, usize)> = places.iter().copied().collect();
        let mut shares = vec![0.0; resources.len()];
        for (resource, _) in &taught {
            shares[*resource] += 1.0 / taught.len() as f64;
        }
        let mut has_problem = vec![false; concepts.len()];
        for (card, (_, concept)) in pool.iter().zip(&places) {
            has_problem[*concept] |= card.is_problem;
        }
        Self {
            pool,
            blueprint,
            seed,
            by_resource: vec![0; shares.len()],
            by_concept: vec![0; concepts.len()],
            by_card: vec![0; pool.len()],
            places,
            shares,
            has_problem,
            taken: 0,
            problems: 0,
        }
    }

    fn next(&mut self) -> Option<usize> {
        // One problem in three means that the first of three is one: a short exam has its share too.
        let wanted = f64::from(self.taken + 1) * self.blueprint.problem_share;
        let place = if f64::from(self.problems) < wanted - 1e-9 {
            self.problem().or_else(|| self.other())
        } else {
            self.other().or_else(|| self.problem())
        }?;
        let (resource, concept) = self.places[place];
        self.by_resource[resource] += 1;
        self.by_concept[concept] += 1;
        self.by_card[place] += 1;
        self.taken += 1;
        self.problems += u32::from(self.pool[place].is_problem);
        Some(place)
    }

    fn is_fresh(&self, place: usize) -> bool {
        self.by_concept[self.places[place].1] == 0
    }

    fn problem(&self) -> Option<usize> {
        self.best(|place| self.pool[place].is_problem)
    }

    /// Anything but a problem: of a concept that has not come yet, as long as there is one.
    fn other(&self) -> Option<usize> {
        let is_plain = |place: usize| !self.pool[place].is_problem && self.by_card[place] == 0;
        if (0..self.pool.len()).any(|place| is_plain(place) && self.is_fresh(place)) {
            // As many concepts of problems as problems are still to come are left to them, or one would have to come twice.
            let due = (f64::from(self.blueprint.items) * self.blueprint.problem_share).ceil();
            let left = (0..self.has_problem.len())
                .filter(|&concept| self.has_problem[concept] && self.by_concept[concept] == 0)
                .count();
            let scarce = left as f64 <= due - f64::from(self.problems);
            let spared = |place: usize| scarce && self.has_problem[self.places[place].1];
            let fresh = |place: usize| is_plain(place) && self.is_fresh(place);
            return self.best(|place| fresh(place) && !spared(place)).or_else(|| self.best(fresh));
        }
        // Every concept of plain cards has come, but not yet those that only problems are about: these first.
        if (0..self.pool.len()).any(|place| self.is_fresh(place)) {
            return None;
        }
        self.best(is_plain)
    }

    /// The best of the cards that fit: of a concept that has not come, else the card that came least; of the concept
    /// that came least, of the resource that is most behind its share, asked least in earlier sittings; the rest is chance.
    fn best(&self, fits: impl Fn(usize) -> bool) -> Option<usize> {
        let rank = |place: usize| {
            let (resource, concept) = self.places[place];
            let due = self.shares[resource] * f64::from(self.taken + 1);
            let ahead = f64::from(self.by_resource[resource]) - due;
            (
                !self.is_fresh(place),
                self.by_card[place],
                self.by_concept[concept],
                ahead,
                self.pool[place].asked,
            )
        };
        let chance = |place: usize| {
            let card = self.pool[place].card.0.cast_unsigned();
            self.seed.derive("draw", card).derive("time", u64::from(self.by_card[place])).0
        };
        (0..self.pool.len()).filter(|&place| fits(place)).min_by(|&a, &b| {
            let (left, right) = (rank(a), rank(b));
            (left.0, left.1, left.2)
                .cmp(&(right.0, right.1, right.2))
                .then_with(|| left.3.total_cmp(&right.3))
                .then_with(|| left.4.cmp(&right.4))
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
        // Sixty draws from up to 160 cards each, and a look at every beginning.
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn the_same_seed_draws_the_same_paper_and_the_order_of_the_pool_is_nothing(pool in pool(), seed: u64) {
            let blueprint = Blueprint { items: 60, problem_share: THIRD };
            let cards = |pool: &[Candidate]| -> Vec<CardUid> {
                draw(pool, &blueprint, Seed(seed)).into_iter().map(|place| pool[place].card).collect()
            };
            let mut turned = pool.clone();
            turned.reverse();
            prop_assert_eq!(cards(&pool), cards(&turned));
            // Problems are without end, other cards are asked once.
            let most = if pool.iter().any(|card| card.is_problem) { 60 } else { pool.len().min(60) };
            prop_assert_eq!(cards(&pool).len(), most);
        }

        #[test]
        fn every_beginning_has_a_third_of_problems_wherever_there_is_one(pool in pool(), seed: u64) {
            prop_assume!(pool.iter().any(|card| card.is_problem));
            let paper = draw(&pool, &Blueprint { items: 60, problem_share: THIRD }, Seed(seed));
            for end in 1..=paper.len() {
                let problems = paper[..end].iter().filter(|&&place| pool[place].is_problem).count();
                prop_assert!(problems >= end.div_ceil(3), "{} of {}", problems, end);
            }
        }

        #[test]
        fn a_plain_card_comes_once_and_no_problem_twice_more_than_another(pool in pool(), seed: u64) {
            let paper = draw(&pool, &Blueprint { items: 60, problem_share: THIRD }, Seed(seed));
            let mut times = vec![0; pool.len()];
            for place in paper {
                times[place] += 1;
                let of_problems = || times.iter().zip(&pool).filter(|(_, card)| card.is_problem).map(|(times, _)| *times);
                prop_assert!(pool[place].is_problem || times[place] == 1);
                prop_assert!(of_problems().max() <= of_problems().min().map(|least| least + 1));
            }
        }

        #[test]
        fn no_concept_comes_twice_before_all_have_come_unless_only_a_repeated_one_keeps_the_third(pool in pool(), seed: u64) {
            let paper = draw(&pool, &Blueprint { items: 60, problem_share: THIRD }, Seed(seed));
            let mut come: Vec<&str> = Vec::new();
            let mut problems = 0;
            for (number, &place) in (1_u32..).zip(&paper) {
                let card = &pool[place];
                let is_due = f64::from(problems) < f64::from(number) * THIRD - 1e-9;
                if come.contains(&card.concept.as_str()) {
                    let fresh: Vec<&Candidate> = pool.iter().filter(|card| !come.contains(&card.concept.as_str())).collect();
                    // Only a problem that is due, and only when every concept of a problem has come.
                    prop_assert!(
                        fresh.is_empty() || card.is_problem && is_due && fresh.iter().all(|card| !card.is_problem),
                        "{} again as item {}, {} fresh", card.concept, number, fresh.len()
                    );
                }
                come.push(&card.concept);
                problems += i32::from(card.is_problem);
            }
        }

        #[test]
        fn with_concepts_enough_for_problems_and_for_the_rest_none_comes_twice(
            problems in 20..30_usize, plain in 40..70_usize, doubled in 0..30_usize, seed: u64,
        ) {
            // Concepts of problems may have a plain card as well: those are spared for the problems.
            let card = |number: usize, concept: String, is_problem: bool| Candidate {
                card: CardUid(i64::try_from(number).unwrap()),
                resource: format!("r{}", number % 3),
                concept,
                is_problem,
                asked: 0,
            };
            let pool: Vec<Candidate> = (0..problems)
                .map(|n| card(n, format!("p{n}"), true))
                .chain((0..plain).map(|n| card(100 + n, format!("q{n}"), false)))
                .chain((0..doubled.min(problems)).map(|n| card(200 + n, format!("p{n}"), false)))
                .collect();
            let paper = draw(&pool, &Blueprint { items: 60, problem_share: THIRD }, Seed(seed));
            prop_assert_eq!(distinct(paper.iter().map(|&place| pool[place].concept.as_str())), 60);
        }

        #[test]
        fn shares_are_kept_in_every_beginning_until_all_concepts_have_come(seed: u64, sizes in proptest::collection::vec(4..30_usize, 1..9)) {
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
            // After that the concepts that came least go first, whatever their resource.
            for end in 1..=paper.len().min(all) {
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
    fn a_small_pool_is_used_up_and_then_problems_come_again() {
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
        assert_eq!(counts, [1, 1, 4]);
        assert_eq!(draw(&[], &Blueprint { items: 6, problem_share: THIRD }, Seed(3)), Vec::<usize>::new());
        assert_eq!(draw(&pool[..1], &Blueprint { items: 3, problem_share: THIRD }, Seed(3)), [0]);
    }
}
